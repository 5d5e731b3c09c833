#include "altyn/data/source_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iconv.h>
#include <zip.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/data/csv_dialect.h"
#include "altyn/data/leftovers.h"
#include "altyn/data/read_table.h"
#include "altyn/data/spreadsheet.h"

namespace altyn::data {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string code, std::string what, const std::string& where,
                       std::string why, std::vector<std::string> fixes) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = where,
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

/// A stream that takes no more has lost what it was given: the table would end early.
void check_written(const std::ofstream& stream, const std::string& path) {
  if (stream) return;
  throw SystemError({.code = "cannot-write",
                     .what = "a temporary file cannot be written",
                     .where = path,
                     .why = "the data are unpacked there",
                     .fixes = {"set TMPDIR to a folder with room"}});
}

std::ofstream open_output(const std::string& path) {
  std::ofstream stream(path, std::ios::binary);
  check_written(stream, path);
  return stream;
}

bool is_table_name(std::string_view name) {
  for (const std::string_view ending :
       {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".parquet", ".json", ".xlsx", ".xls"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

/// Unpacks an entry of an archive, or its one table; codes and notes beside it are known by their
/// names.
std::string unpack(const std::string& path, const std::string& wanted, ReadableFile& folder) {
  int code = 0;
  const std::unique_ptr<zip_t, CloseArchive> archive(
      zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
  if (!archive) {
    fail("not-an-archive", "the archive cannot be opened", path,
         "it is no zip file, or it was cut off", {"copy or download it again"});
  }
  std::vector<std::string> tables;
  for (zip_int64_t k = 0; k < zip_get_num_entries(archive.get(), 0); ++k) {
    const char* name = zip_get_name(archive.get(), static_cast<zip_uint64_t>(k), 0);
    if (name != nullptr && is_table_name(name)) tables.emplace_back(name);
  }
  std::vector<std::string> data;
  for (const std::string& name : tables) {
    if (wanted.empty() ? name.find("_codes_") == std::string::npos : name == wanted) {
      data.push_back(name);
    }
  }
  const std::string in_it = fmt::format(
      "in it: {}", tables.empty() ? "no table" : fmt::format("{}", fmt::join(tables, ", ")));
  if (data.empty() && !wanted.empty()) {
    fail("no-such-entry", fmt::format("the archive holds no table {}", wanted), path, in_it,
         {"name one of these"});
  }
  if (data.size() != 1) {
    fail("several-tables", fmt::format("the archive holds {} tables, not one", data.size()), path,
         in_it,
         {data.empty() ? "name another archive"
                       : fmt::format("name the one that you want: {}/{}", path, data.front()),
          "name several one after another"});
  }
  const std::unique_ptr<zip_file_t, CloseEntry> entry(
      zip_fopen(archive.get(), data.front().c_str(), 0));
  const std::string unpacked = folder.beside(data.front());
  std::ofstream out = open_output(unpacked);
  std::vector<char> buffer(std::size_t{1} << 20);
  zip_int64_t n_read = -1;
  while (entry && (n_read = zip_fread(entry.get(), buffer.data(), buffer.size())) > 0) {
    out.write(buffer.data(), n_read);
    check_written(out, unpacked);
  }
  out.close();
  check_written(out, unpacked);
  if (!entry || n_read < 0) {
    fail("truncated-archive", fmt::format("\"{}\" cannot be unpacked", data.front()), path,
         "the archive is damaged", {"copy or download it again"});
  }
  return unpacked;
}

const char* iconv_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf16:
      return "UTF-16";
    case Encoding::kLatin1:
      return "ISO-8859-1";
    case Encoding::kWindows1251:
      return "WINDOWS-1251";
    case Encoding::kWindows1252:
      return "WINDOWS-1252";
    case Encoding::kUtf8:
      break;
  }
  return "UTF-8";
}

struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

/// Reads a text file that may be gzipped.
class TextSource {
 public:
  explicit TextSource(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_ || !fs::is_regular_file(path)) {
      fail("file-not-found", "the file cannot be opened", path, "there is nothing to read",
           {"check the name"});
    }
  }
  /// Up to `size` bytes; 0 at the end.
  std::size_t read(char* to, std::size_t size) {
    const int n_read = gzread(file_.get(), to, static_cast<unsigned>(size));
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (n_read < 0 || (n_read == 0 && code == Z_BUF_ERROR)) {
      fail("truncated-gzip", "the file ends before its data do", path_,
           "rows at the end would be missing", {"copy or download it again"});
    }
    return static_cast<std::size_t>(n_read);
  }

 private:
  std::string path_;
  std::unique_ptr<gzFile_s, CloseGzip> file_;
};

/// The same text as UTF-8, piece by piece, so that its size does not matter.
std::string to_utf8(const std::string& path, Encoding encoding, ReadableFile& folder) {
  TextSource in(path);
  fs::path name = fs::path(path).filename();
  if (name.extension() == ".gz") name.replace_extension();
  const std::string converted = folder.beside("utf8_" + name.string());
  std::ofstream out = open_output(converted);
  const auto close = [](void* state) { iconv_close(state); };
  const std::unique_ptr<void, decltype(close)> state(iconv_open("UTF-8", iconv_name(encoding)),
                                                     close);
  std::vector<char> input(std::size_t{1} << 16), output(input.size() * 4);
  std::size_t held = 0;  // bytes of a letter that was cut at the end of a piece
  std::uintmax_t position = 0;
  while (true) {
    const std::size_t n_new = in.read(input.data() + held, input.size() - held);
    char* from = input.data();
    std::size_t left = held + n_new;
    if (left == 0) break;
    char* to = output.data();
    std::size_t room = output.size();
    const std::size_t failed = iconv(state.get(), &from, &left, &to, &room);
    const bool cut = failed == static_cast<std::size_t>(-1) && errno == EINVAL && n_new > 0;
    if (failed == static_cast<std::size_t>(-1) && !cut) {
      fail("not-in-encoding",
           fmt::format("byte {} is no letter in {}",
                       position + static_cast<std::uintmax_t>(from - input.data()) + 1,
                       iconv_name(encoding)),
           path, "letters would be misread", {"name another encoding"});
    }
    out.write(output.data(), to - output.data());
    position += static_cast<std::uintmax_t>(from - input.data());
    std::copy(from, from + left, input.data());
    held = left;
  }
  out.close();
  check_written(out, converted);
  return converted;
}

/// The delimiter that splits the first lines into most fields.
char delimiter_of(const std::string& path) {
  TextSource in(path);
  std::vector<char> start(std::size_t{1} << 16);
  const std::string_view text(start.data(), in.read(start.data(), start.size()));
  char best = ',';
  std::size_t most = 0;
  for (const char candidate : {',', ';', '\t', '|'}) {
    const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), candidate));
    if (count > most) {
      most = count;
      best = candidate;
    }
  }
  // Commas may be decimal ones between semicolons.
  const auto count = [&](char letter) { return std::count(text.begin(), text.end(), letter); };
  if (best == ',' && count(';') * 3 >= count(',')) best = ';';
  return best;
}

bool is_utf8(std::string_view text) {
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return static_cast<signed char>(c) >= 0; })) {
    return true;
  }
  const auto close = [](void* state) { iconv_close(state); };
  const std::unique_ptr<void, decltype(close)> state(iconv_open("UTF-32LE", "UTF-8"), close);
  std::string input(text);
  std::vector<char> output(4 * input.size());
  char* from = input.data();
  char* to = output.data();
  std::size_t left = input.size();
  std::size_t room = output.size();
  return iconv(state.get(), &from, &left, &to, &room) != static_cast<std::size_t>(-1);
}

void trim(std::string& text) {
  text.erase(0, std::min(text.find_first_not_of(" \t\r"), text.size()));
  text.erase(text.find_last_not_of(" \t\r") + 1);
}

/// The rows under "data" of an interface's answer, or nothing where the file is a plain list.
std::optional<std::string> rows_of_answer(const std::string& path, ReadableFile& folder) {
  std::ifstream in(path, std::ios::binary);
  // Answers are lists of flat rows; whoever reads or writes a value goes down into it.
  bool deep = false;
  const nlohmann::json answer = nlohmann::json::parse(
      in,
      [&deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        deep = deep || depth > 16;
        return !deep;
      },
      false);
  if (deep) {
    fail("unreadable-table", "the file is nested too deeply for a table", path,
         "a table is a list of objects with the same fields", {"look at the file in an editor"});
  }
  if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_array()) {
    return std::nullopt;
  }
  const std::string rows = folder.beside("rows.json");
  std::ofstream out = open_output(rows);
  out << answer["data"].dump();
  out.close();
  check_written(out, rows);
  return rows;
}

}  // namespace

ArchivePath archive_path(const std::string& path) {
  const std::size_t end = path.find(".zip/");
  if (end == std::string::npos || fs::is_directory(path.substr(0, end + 4))) return {path, ""};
  return {path.substr(0, end + 4), path.substr(end + 5)};
}

ReadableFile::ReadableFile(const std::string& path, Encoding encoding, const std::string& sheet)
    : path_(path) {
  try {
    const ArchivePath place = archive_path(path);
    if (place.file.ends_with(".zip") && fs::exists(place.file)) {
      path_ = unpack(place.file, place.entry, *this);
    }
    if (is_workbook(path_) && fs::exists(path_)) {
      const std::string csv = beside(fs::path(path_).stem().string() + ".csv");
      sheet_to_csv(path_, sheet, csv);
      path_ = csv;
    } else if (encoding != Encoding::kUtf8 && fs::exists(path_)) {
      path_ = to_utf8(path_, encoding, *this);
    }
  } catch (...) {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
    throw;
  }
}

ReadableFile::~ReadableFile() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string ReadableFile::beside(const std::string& name) {
  if (folder_.empty()) {
    // What killed processes unpacked goes when the next one unpacks.
    remove_leftovers(fs::temp_directory_path().string(), "altyn");
    std::string pattern = (fs::temp_directory_path() / (own_mark("altyn") + "XXXXXX")).string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw SystemError({.code = "cannot-write",
                         .what = "no temporary folder can be made",
                         .where = pattern,
                         .why = "a file is unpacked there",
                         .fixes = {"set TMPDIR to a folder with room"}});
    }
    folder_ = pattern;
  }
  return (fs::path(folder_) / fs::path(name).filename()).string();
}

void read_rows(const std::string& path, Encoding encoding, const std::string& sheet,
               const std::function<void(Index line, std::vector<std::string>& fields)>& row) {
  const ReadableFile file(path, encoding, sheet);
  const char delimiter = delimiter_of(file.path());
  TextSource in(file.path());
  std::vector<char> piece(std::size_t{1} << 20);
  std::string held;
  Index line = 0;
  const auto take = [&](std::string_view text) {
    ++line;
    if (line == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (!is_utf8(text)) {
      fail("not-utf8", "the line holds bytes that are no letters",
           fmt::format("{}, line {}", path, line), "names would be misread",
           {"name the encoding, such as --encoding windows-1251"});
    }
    std::vector<std::string> fields = split_fields(text, delimiter);
    for (std::string& field : fields) trim(field);
    row(line, fields);
  };
  while (const std::size_t n_read = in.read(piece.data(), piece.size())) {
    std::string_view text(piece.data(), n_read);
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      held.append(text.substr(0, end));
      take(held);
      held.clear();
      text.remove_prefix(end + 1);
    }
    held.append(text);
  }
  if (!held.empty()) take(held);
}

Table read_source_file(const std::string& path, const std::vector<std::string_view>& codes,
                       Encoding encoding, const std::string& sheet) {
  ReadableFile file(path, encoding, sheet);
  std::string readable = file.path();
  if (readable.ends_with(".json")) readable = rows_of_answer(readable, file).value_or(readable);
  ReadOptions options;
  options.codes.assign(codes.begin(), codes.end());
  try {
    Table table = read_table(readable, options);
    table.set_source(path);
    return table;
  } catch (const InputError& error) {
    ErrorDetail detail = error.detail();
    if (const std::size_t place = detail.where.find(readable);
        place != std::string::npos && readable != path) {
      detail.where.replace(place, readable.size(), path);
    }
    throw InputError(detail);
  }
}

}  // namespace altyn::data
