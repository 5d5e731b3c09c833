#include "altyn/data/spreadsheet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "altyn/core/errors.h"
#include "altyn/data/legacy_workbook.h"

namespace altyn::data {

namespace internal {

void append_letter(std::string& text, unsigned long code) {
  const auto put = [&](unsigned long byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace internal

namespace {

using internal::append_letter;

constexpr std::size_t kMostColumns = 16384;  // of a sheet, ECMA-376
constexpr std::size_t kMostRows = 1048576;   // as spreadsheet programs have it

[[noreturn]] void fail(const char* code, std::string what, const std::string& where,
                       std::vector<std::string> fixes) {
  throw InputError({.code = code,
                    .what = std::move(what),
                    .where = where,
                    .why = "a workbook is an archive of sheets",
                    .fixes = std::move(fixes)});
}

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

class Workbook {
 public:
  explicit Workbook(const std::string& path) : path_(path) {
    int code = 0;
    archive_.reset(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive_) {
      fail("not-an-archive", "the workbook cannot be opened", path,
           {"copy or download it again", "save it as CSV"});
    }
  }

  /// The text of an entry; nothing where there is none.
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const {
    zip_stat_t stat;
    if (zip_stat(archive_.get(), name.c_str(), 0, &stat) != 0) return std::nullopt;
    const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen(archive_.get(), name.c_str(), 0));
    std::string content;
    std::vector<char> piece(std::size_t{1} << 20);
    zip_int64_t n_read = entry ? 0 : -1;
    while (entry && (n_read = zip_fread(entry.get(), piece.data(), piece.size())) > 0) {
      content.append(piece.data(), static_cast<std::size_t>(n_read));
    }
    if (n_read < 0) {
      fail("not-a-workbook", fmt::format("\"{}\" cannot be unpacked", name), path_,
           {"copy or download it again"});
    }
    return content;
  }

 private:
  std::string path_;
  std::unique_ptr<zip_t, CloseArchive> archive_;
};

/// One element of XML as a scanner meets it: `<name attributes>`, `</name>` or `<name/>`.
struct Tag {
  std::string_view name;  ///< without a namespace's prefix
  std::string_view attributes;
  bool closes = false;
  bool empty = false;
  std::size_t begin = 0;  ///< of the '<'
  std::size_t end = 0;    ///< behind the '>'
};

/// The next tag at or after `from`. SpreadsheetML has no '>' inside attribute values.
std::optional<Tag> next_tag(std::string_view xml, std::size_t from) {
  while (true) {
    Tag tag;
    tag.begin = xml.find('<', from);
    const std::size_t close = xml.find('>', tag.begin);
    if (tag.begin == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    tag.end = close + 1;
    std::string_view inside = xml.substr(tag.begin + 1, close - tag.begin - 1);
    if (inside.starts_with('?') || inside.starts_with('!')) {
      from = tag.end;
      continue;
    }
    tag.closes = inside.starts_with('/');
    if (tag.closes) inside.remove_prefix(1);
    tag.empty = inside.ends_with('/');
    if (tag.empty) inside.remove_suffix(1);
    const std::size_t space = inside.find_first_of(" \t\r\n");
    tag.name = inside.substr(0, space);
    if (const std::size_t colon = tag.name.find(':'); colon != std::string_view::npos) {
      tag.name.remove_prefix(colon + 1);
    }
    if (space != std::string_view::npos) tag.attributes = inside.substr(space);
    return tag;
  }
}

/// Where the element whose inside begins at `from` ends; the end of the text where nothing says.
std::size_t end_of(std::string_view name, std::string_view xml, std::size_t from) {
  while (const std::optional<Tag> tag = next_tag(xml, from)) {
    if (tag->closes && tag->name == name) return tag->begin;
    from = tag->end;
  }
  return xml.size();
}

std::string_view attribute(std::string_view attributes, std::string_view name) {
  const std::string start = fmt::format(" {}=\"", name);
  const std::size_t place = attributes.find(start);
  if (place == std::string_view::npos) return {};
  attributes.remove_prefix(place + start.size());
  return attributes.substr(0, attributes.find('"'));
}

/// Text of XML with its entities resolved.
std::string plain_text(std::string_view xml) {
  static const std::map<std::string_view, char> kNamed = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  std::string text;
  for (std::size_t k = 0; k < xml.size(); ++k) {
    const std::size_t end = xml[k] == '&' ? xml.find(';', k) : std::string_view::npos;
    if (end == std::string_view::npos) {
      text += xml[k];
      continue;
    }
    const std::string_view name = xml.substr(k + 1, end - k - 1);
    if (const auto named = kNamed.find(name); named != kNamed.end()) {
      text += named->second;
    } else if (name.starts_with('#')) {
      const bool hex = name.size() > 1 && name[1] == 'x';
      const std::string_view digits = name.substr(hex ? 2 : 1);
      unsigned long code = '?';
      std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
      append_letter(text, code);
    }
    k = end;
  }
  return text;
}

/// The texts inside the <t> elements of a piece of XML, put together.
std::string texts_in(std::string_view xml) {
  std::string text;
  std::size_t place = 0;
  bool pronunciation = false;  // inside <rPh>, of a text that stands beside it
  while (const std::optional<Tag> tag = next_tag(xml, place)) {
    place = tag->end;
    if (tag->name == "rPh") {
      pronunciation = !tag->closes && !tag->empty;
    } else if (tag->name == "t" && !tag->closes && !tag->empty && !pronunciation) {
      const std::size_t end = xml.find('<', place);
      text += plain_text(xml.substr(place, end - place));
    }
  }
  return text;
}

std::vector<std::string> shared_texts(const Workbook& workbook) {
  std::vector<std::string> texts;
  const std::optional<std::string> xml = workbook.text("xl/sharedStrings.xml");
  if (!xml) return texts;
  std::size_t place = 0;
  while (const std::optional<Tag> tag = next_tag(*xml, place)) {
    place = tag->end;
    if (tag->name != "si" || tag->closes) continue;
    const std::size_t end = tag->empty ? place : end_of("si", *xml, place);
    texts.push_back(texts_in(std::string_view(*xml).substr(place, end - place)));
    place = end;
  }
  return texts;
}

struct Sheet {
  std::string name;
  std::string file;
};

std::vector<Sheet> sheets_of(const Workbook& workbook, const std::string& path) {
  const std::optional<std::string> book = workbook.text("xl/workbook.xml");
  const std::optional<std::string> links = workbook.text("xl/_rels/workbook.xml.rels");
  if (!book || !links) {
    fail("not-a-workbook", "the file is no Excel workbook", path,
         {"open it in a spreadsheet program and save it as .xlsx or CSV"});
  }
  std::map<std::string, std::string, std::less<>> files;
  std::size_t place = 0;
  while (const std::optional<Tag> tag = next_tag(*links, place)) {
    place = tag->end;
    if (tag->name != "Relationship") continue;
    std::string target(attribute(tag->attributes, "Target"));
    target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    files.emplace(attribute(tag->attributes, "Id"), std::move(target));
  }
  std::vector<Sheet> sheets;
  place = 0;
  while (const std::optional<Tag> tag = next_tag(*book, place)) {
    place = tag->end;
    if (tag->name != "sheet" || tag->closes) continue;
    std::string_view id = attribute(tag->attributes, "r:id");
    if (id.empty()) id = attribute(tag->attributes, "relationships:id");
    const auto file = files.find(id);
    if (file != files.end()) {
      sheets.push_back({plain_text(attribute(tag->attributes, "name")), file->second});
    }
  }
  return sheets;
}

/// "AB12" is column 27, counted from 0.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t k = 0;
  for (; k < reference.size() && reference[k] >= 'A' && reference[k] <= 'Z'; ++k) {
    column = column * 26 + static_cast<std::size_t>(reference[k] - 'A') + 1;
    if (column > kMostColumns) return std::nullopt;
  }
  if (k == 0) return std::nullopt;
  return column - 1;
}

void write_quoted(const std::string& value, std::ofstream& out) {
  if (value.find_first_of(",\"\r\n;\t|") == std::string::npos) {
    out << value;
    return;
  }
  out << '"';
  for (const char letter : value) {
    if (letter == '"') out << '"';
    out << (letter == '\n' || letter == '\r' ? ' ' : letter);  // one row, one line
  }
  out << '"';
}

/// A title stands alone on its line; other rows are as wide as the sheet.
void write_row(std::vector<std::string>& cells, std::size_t width, std::ofstream& out) {
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  if (cells.size() > 1) cells.resize(std::max(cells.size(), width));
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (k > 0) out << ',';
    write_quoted(cells[k], out);
  }
  out << '\n';
}

class SheetWriter {
 public:
  SheetWriter(std::string_view xml, const std::vector<std::string>& shared, const std::string& path,
              std::ofstream& out)
      : xml_(xml), shared_(shared), path_(path), out_(out) {}

  void write() {
    std::size_t line = 1;
    std::size_t place = 0;
    while (const std::optional<Tag> tag = next_tag(xml_, place)) {
      place = tag->end;
      if (tag->name == "dimension") {
        const std::string_view area = attribute(tag->attributes, "ref");
        width_ = column_of(area.substr(area.find(':') + 1)).value_or(0) + 1;
      }
      if (tag->name != "row" || tag->closes) continue;
      std::size_t number = line;
      const std::string_view text = attribute(tag->attributes, "r");
      std::from_chars(text.data(), text.data() + text.size(), number);
      if (number > kMostRows) fail_damaged(fmt::format("it has a row {}", number));
      for (; line < number; ++line) out_ << '\n';
      cells_.clear();
      if (!tag->empty) place = read_row(place);
      write_row(cells_, width_, out_);
      ++line;
    }
  }

 private:
  std::size_t read_row(std::size_t place) {
    while (const std::optional<Tag> tag = next_tag(xml_, place)) {
      place = tag->end;
      if (tag->name == "row") break;
      if (tag->name != "c" || tag->closes) continue;
      cells_.resize(column_of(attribute(tag->attributes, "r")).value_or(cells_.size()));
      cells_.emplace_back();
      if (tag->empty) continue;
      const std::size_t end = end_of("c", xml_, place);
      cells_.back() = value_of(attribute(tag->attributes, "t"), xml_.substr(place, end - place));
      place = end;
    }
    return place;
  }

  [[nodiscard]] std::string value_of(std::string_view type, std::string_view cell) const {
    if (type == "inlineStr") return texts_in(cell);
    const std::size_t start = cell.find("<v>");
    if (start == std::string_view::npos || type == "e") return {};  // "e": #N/A and the like
    std::string value = plain_text(cell.substr(start + 3, cell.find('<', start + 3) - start - 3));
    if (type != "s") return value;
    std::size_t index = shared_.size();
    std::from_chars(value.data(), value.data() + value.size(), index);
    if (index >= shared_.size()) fail_damaged(fmt::format("text {} is not in it", value));
    return shared_[index];
  }

  [[noreturn]] void fail_damaged(const std::string& what) const {
    fail("not-a-workbook", "the workbook is damaged: " + what, path_,
         {"copy or download it again", "open it in a spreadsheet program and save it as CSV"});
  }

  std::string_view xml_;
  const std::vector<std::string>& shared_;
  const std::string& path_;
  std::ofstream& out_;
  std::vector<std::string> cells_;
  std::size_t width_ = 0;
};

}  // namespace

bool is_workbook(std::string_view path) {
  return path.ends_with(".xlsx") || path.ends_with(".xls");
}

std::vector<std::string> sheet_names(const std::string& workbook) {
  std::vector<std::string> names;
  if (is_legacy_workbook(workbook)) {
    for (SheetCells& sheet : read_legacy_workbook(workbook)) names.push_back(std::move(sheet.name));
    return names;
  }
  for (Sheet& sheet : sheets_of(Workbook(workbook), workbook)) {
    names.push_back(std::move(sheet.name));
  }
  return names;
}

namespace {

[[noreturn]] void fail_sheet(const std::string& sheet, const std::string& path,
                             const std::vector<std::string>& names) {
  fail("no-such-sheet",
       sheet.empty() ? "the workbook holds no sheet"
                     : fmt::format("the workbook has no sheet \"{}\"", sheet),
       path, {fmt::format("its sheets: {}", fmt::join(names, ", "))});
}

void write_legacy_sheet(const std::string& path, const std::string& sheet, std::ofstream& out) {
  std::vector<SheetCells> sheets = read_legacy_workbook(path);
  SheetCells* chosen = nullptr;
  std::vector<std::string> names;
  for (SheetCells& candidate : sheets) {
    names.push_back(candidate.name);
    if (!sheet.empty() && candidate.name != sheet) continue;
    if (chosen == nullptr || candidate.n_cells > chosen->n_cells) chosen = &candidate;
  }
  if (chosen == nullptr || chosen->n_cells == 0) fail_sheet(sheet, path, names);
  std::size_t width = 0;
  for (const auto& cells : chosen->rows) width = std::max(width, cells.size());
  for (auto& cells : chosen->rows) write_row(cells, width, out);
}

void write_sheet(const std::string& path, const std::string& sheet, std::ofstream& out) {
  const Workbook workbook(path);
  std::string xml;
  std::vector<std::string> names;
  for (const Sheet& candidate : sheets_of(workbook, path)) {
    names.push_back(candidate.name);
    if (!sheet.empty() && candidate.name != sheet) continue;
    std::string text = workbook.text(candidate.file).value_or("");
    if (text.size() > xml.size()) xml = std::move(text);
  }
  if (xml.empty()) fail_sheet(sheet, path, names);
  const std::vector<std::string> shared = shared_texts(workbook);
  SheetWriter(xml, shared, path, out).write();
}

}  // namespace

void sheet_to_csv(const std::string& workbook, const std::string& sheet, const std::string& csv) {
  std::ofstream out(csv, std::ios::binary);
  if (is_legacy_workbook(workbook)) {
    write_legacy_sheet(workbook, sheet, out);
  } else {
    write_sheet(workbook, sheet, out);
  }
  out.flush();
  if (!out) {
    throw SystemError({.code = "cannot-write",
                       .what = "a temporary file cannot be written",
                       .where = csv,
                       .why = "the sheet is unpacked there",
                       .fixes = {"set TMPDIR to a folder with room"}});
  }
}

}  // namespace altyn::data
