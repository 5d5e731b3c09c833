#include "altyn/data/legacy_workbook.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>

#include "altyn/core/errors.h"
#include "altyn/data/database.h"
#include "altyn/data/spreadsheet.h"

namespace altyn::data {

namespace {

constexpr std::string_view kStreamsMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr std::uint32_t kLastSector = 0xFFFFFFFA;  // ids from here on are marks, not sectors
constexpr std::uint16_t kVersion8 = 0x0600;

/// Records of a workbook, [MS-XLS] 2.3.
enum Record : std::uint16_t {
  kFormula = 0x0006,
  kEnd = 0x000A,
  kPassword = 0x002F,
  kContinue = 0x003C,
  kSheet = 0x0085,
  kNumbers = 0x00BD,
  kTexts = 0x00FC,
  kText = 0x00FD,
  kNumber = 0x0203,
  kLabel = 0x0204,
  kResult = 0x0207,
  kShortNumber = 0x027E,
  kBegin = 0x0809
};

/// Little-endian numbers at places of a piece of bytes. Reading past its end throws Damaged.
struct Damaged {
  const char* what;
};

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || size > bytes.size() - at) throw Damaged{"it ends too early"};
  std::uint64_t value = 0;
  for (std::size_t k = size; k > 0; --k) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + k - 1]);
  }
  return value;
}
std::uint16_t u16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(number_at(bytes, at, 2));
}
std::uint32_t u32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(number_at(bytes, at, 4));
}

/// The streams of a compound file, [MS-CFB].
class Streams {
 public:
  explicit Streams(std::string_view file) : file_(file) {
    const unsigned shift = u16(file_, 30);
    if (shift != 9 && shift != 12) throw Damaged{"its sectors have no size"};
    sector_ = std::size_t{1} << shift;
    std::vector<std::uint32_t> table_sectors;
    for (std::size_t k = 0; k < 109; ++k) table_sectors.push_back(u32(file_, 76 + 4 * k));
    std::uint32_t next = u32(file_, 68);
    while (next < kLastSector && table_sectors.size() < file_.size() / 4) {
      const std::string_view more = sector(next);
      for (std::size_t at = 0; at + 4 < sector_; at += 4) table_sectors.push_back(u32(more, at));
      next = u32(more, sector_ - 4);
    }
    for (const std::uint32_t id : table_sectors) {
      if (id >= kLastSector) continue;
      const std::string_view entries = sector(id);
      for (std::size_t at = 0; at < sector_; at += 4) next_.push_back(u32(entries, at));
    }
    directory_ = chain(u32(file_, 48));
  }

  /// The bytes of a stream; empty when there is none of this name.
  [[nodiscard]] std::string stream(std::string_view name) const {
    std::string small;  // streams below the cut-off lie in pieces of 64 bytes in the root's
    std::vector<std::uint32_t> small_next;
    for (std::size_t at = 0; at + 128 <= directory_.size(); at += 128) {
      const std::string_view entry = std::string_view(directory_).substr(at, 128);
      const std::uint32_t start = u32(entry, 116);
      const std::uint32_t size = u32(entry, 120);
      if (entry[66] == 5) {
        small = chain(start);
        const std::string links = chain(u32(file_, 60));
        for (std::size_t k = 0; k + 4 <= links.size(); k += 4) small_next.push_back(u32(links, k));
      }
      if (entry[66] != 2 || name_of(entry) != name) continue;
      std::string bytes =
          size >= u32(file_, 56) ? chain(start) : small_chain(small, small_next, start);
      if (bytes.size() < size) throw Damaged{"it ends too early"};
      bytes.resize(size);
      return bytes;
    }
    return {};
  }

 private:
  [[nodiscard]] std::string_view sector(std::uint32_t id) const {
    const std::size_t at = (static_cast<std::size_t>(id) + 1) * sector_;
    if (at + sector_ > file_.size()) {
      // The last sector of some files is not filled up.
      if (at >= file_.size()) throw Damaged{"a part of it is missing"};
      return file_.substr(at);
    }
    return file_.substr(at, sector_);
  }

  [[nodiscard]] std::string chain(std::uint32_t id) const {
    std::string bytes;
    while (id < kLastSector) {
      if (id >= next_.size() || bytes.size() > file_.size())
        throw Damaged{"its parts go in circles"};
      bytes += sector(id);
      id = next_[id];
    }
    return bytes;
  }

  static std::string small_chain(const std::string& all, const std::vector<std::uint32_t>& next,
                                 std::uint32_t id) {
    constexpr std::size_t kPiece = 64;
    std::string bytes;
    while (id < kLastSector) {
      const std::size_t at = id * kPiece;
      if (id >= next.size() || at >= all.size() || bytes.size() > all.size()) {
        throw Damaged{"its parts go in circles"};
      }
      bytes += std::string_view(all).substr(at, kPiece);
      id = next[id];
    }
    return bytes;
  }

  static std::string name_of(std::string_view entry) {
    std::string name;
    const std::size_t size = std::min<std::size_t>(u16(entry, 64), 64);
    for (std::size_t k = 0; k + 2 < size; k += 2) name += entry[k];
    return name;
  }

  std::string_view file_;
  std::size_t sector_ = 512;
  std::vector<std::uint32_t> next_;
  std::string directory_;
};

/// Letters of one byte (Latin-1) or two (UTF-16) as UTF-8.
class Letters {
 public:
  void add(unsigned unit) {
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
    } else if (unit >= 0xDC00 && unit < 0xE000 && high_ != 0) {
      internal::append_letter(text, 0x10000UL + ((high_ - 0xD800UL) << 10) + (unit - 0xDC00UL));
      high_ = 0;
    } else if (unit >= 0xDC00 && unit < 0xE000) {
      text += '?';
    } else {
      internal::append_letter(text, unit);
      high_ = 0;
    }
  }
  std::string text;

 private:
  unsigned high_ = 0;
};

/// A text whose length and flags stand before its letters.
std::string short_text(std::string_view bytes, std::size_t at, std::size_t length) {
  const bool wide = (number_at(bytes, at++, 1) & 1U) != 0;
  Letters letters;
  for (std::size_t k = 0; k < length; ++k) {
    letters.add(wide ? u16(bytes, at + 2 * k) : static_cast<unsigned>(number_at(bytes, at + k, 1)));
  }
  return letters.text;
}

/// The shared texts: one long piece that is cut into records anywhere.
class SharedTexts {
 public:
  explicit SharedTexts(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {}

  std::vector<std::string> read() {
    std::vector<std::string> texts;
    (void)take(4);
    const auto n_texts = static_cast<std::uint32_t>(take(4));
    for (std::uint32_t k = 0; k < n_texts; ++k) texts.push_back(text());
    return texts;
  }

 private:
  std::uint64_t take(std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t k = 0; k < size; ++k) {
      const std::string_view bytes = piece();  // may move on
      value |= number_at(bytes, at_++, 1) << (8 * k);
    }
    return value;
  }

  /// The piece that the next byte is in.
  std::string_view piece() {
    while (piece_ < pieces_.size() && at_ >= pieces_[piece_].size()) {
      ++piece_;
      at_ = 0;
    }
    if (piece_ >= pieces_.size()) throw Damaged{"its texts end too early"};
    return pieces_[piece_];
  }

  std::string text() {
    const std::size_t length = take(2);
    const auto flags = static_cast<unsigned>(take(1));
    const std::size_t n_runs = (flags & 8U) != 0 ? take(2) : 0;
    const std::size_t n_extra = (flags & 4U) != 0 ? take(4) : 0;
    bool wide = (flags & 1U) != 0;
    Letters letters;
    for (std::size_t k = 0; k < length; ++k) {
      if (at_ >= pieces_[piece_].size()) {  // letters that go on in the next record say how again
        (void)piece();
        wide = (take(1) & 1U) != 0;
      }
      letters.add(static_cast<unsigned>(take(wide ? 2 : 1)));
    }
    for (std::size_t k = 0; k < 4 * n_runs + n_extra; ++k) (void)take(1);
    return letters.text;
  }

  std::vector<std::string_view> pieces_;
  std::size_t piece_ = 0, at_ = 0;
};

/// A number in 30 bits: a whole one or the upper part of a double, a hundred times too large or
/// not.
double short_number(std::uint32_t code) {
  const double value = (code & 2U) != 0
                           ? static_cast<double>(std::bit_cast<std::int32_t>(code) >> 2)
                           : std::bit_cast<double>(static_cast<std::uint64_t>(code & ~3U) << 32);
  return (code & 1U) != 0 ? value / 100.0 : value;
}

class LegacyBook {
 public:
  explicit LegacyBook(std::string stream) : stream_(std::move(stream)) {}

  std::vector<SheetCells> read() {
    std::vector<std::pair<std::string, std::size_t>> places;
    std::vector<std::string_view> texts;
    bool in_texts = false, begun = false;
    walk(0, [&](std::uint16_t id, std::string_view data) {
      if (id == kBegin && !begun) {
        begun = true;
        if (u16(data, 0) != kVersion8) throw Damaged{"it is of a version before Excel 97"};
      }
      if (id == kPassword) throw Damaged{"it is locked by a password"};
      if (id == kSheet && number_at(data, 5, 1) == 0) {
        places.emplace_back(short_text(data, 7, number_at(data, 6, 1)), u32(data, 0));
      }
      in_texts = id == kTexts || (in_texts && id == kContinue);
      if (in_texts) texts.push_back(data);
      return id != kEnd;
    });
    if (!texts.empty()) texts_ = SharedTexts(std::move(texts)).read();
    std::vector<SheetCells> sheets;
    for (const auto& [name, at] : places) {
      sheets.push_back({.name = name, .rows = {}});
      read_sheet(at, sheets.back());
    }
    return sheets;
  }

 private:
  template <class Take>
  void walk(std::size_t at, const Take& take) const {
    while (at + 4 <= stream_.size()) {
      const std::size_t size = u16(stream_, at + 2);
      if (at + 4 + size > stream_.size()) throw Damaged{"a record is cut off"};
      if (!take(u16(stream_, at), std::string_view(stream_).substr(at + 4, size))) return;
      at += 4 + size;
    }
  }

  void read_sheet(std::size_t start, SheetCells& sheet) const {
    int depth = 0;                    // charts stand inside a sheet as sheets of their own
    std::size_t row = 0, column = 0;  // of the formula whose text follows
    walk(start, [&](std::uint16_t id, std::string_view data) {
      if (id == kBegin) ++depth;
      if (id == kEnd && --depth == 0) return false;
      if (depth != 1) return true;
      switch (id) {
        case kText: {
          const std::size_t index = u32(data, 6);
          if (index >= texts_.size()) throw Damaged{"a text is not in it"};
          put(sheet, u16(data, 0), u16(data, 2), texts_[index]);
          break;
        }
        case kLabel:
          put(sheet, u16(data, 0), u16(data, 2), short_text(data, 8, u16(data, 6)));
          break;
        case kNumber:
          put(sheet, u16(data, 0), u16(data, 2), printed(number_at(data, 6, 8)));
          break;
        case kShortNumber:
          put(sheet, u16(data, 0), u16(data, 2), format_number(short_number(u32(data, 6))));
          break;
        case kNumbers:
          for (std::size_t k = 0; 4 + 6 * (k + 1) + 2 <= data.size(); ++k) {
            put(sheet, u16(data, 0), u16(data, 2) + k,
                format_number(short_number(u32(data, 6 + 6 * k))));
          }
          break;
        case kFormula:
          row = u16(data, 0);
          column = u16(data, 2);
          if (u16(data, 12) != 0xFFFF) put(sheet, row, column, printed(number_at(data, 6, 8)));
          break;
        case kResult:
          put(sheet, row, column, short_text(data, 2, u16(data, 0)));
          break;
        default:
          break;
      }
      return true;
    });
  }

  static std::string printed(std::uint64_t bits) {
    return format_number(std::bit_cast<double>(bits));
  }

  static void put(SheetCells& sheet, std::size_t row, std::size_t column, std::string text) {
    if (column >= 256) throw Damaged{"it has more columns than a sheet can have"};
    if (text.empty()) return;
    if (sheet.rows.size() <= row) sheet.rows.resize(row + 1);
    auto& cells = sheet.rows[row];
    if (cells.size() <= column) cells.resize(column + 1);
    cells[column] = std::move(text);
    ++sheet.n_cells;
  }

  std::string stream_;
  std::vector<std::string> texts_;
};

}  // namespace

bool is_legacy_workbook(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  char start[8] = {};
  stream.read(start, 8);
  return std::string_view(start, static_cast<std::size_t>(stream.gcount())) == kStreamsMagic;
}

std::vector<SheetCells> read_legacy_workbook(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string file = bytes.str();
  try {
    std::string book = Streams(file).stream("Workbook");
    if (book.empty()) throw Damaged{"it holds no workbook of Excel 97 or later"};
    return LegacyBook(std::move(book)).read();
  } catch (const Damaged& damage) {
    throw InputError({.code = "not-a-workbook",
                      .what = fmt::format("the workbook cannot be read: {}", damage.what),
                      .where = path,
                      .why = "tables are read from whole workbooks without a password",
                      .fixes = {"copy or download it again",
                                "open it in a spreadsheet program and save it as .xlsx or CSV"}});
  }
}

}  // namespace altyn::data
