#include "altyn/data/source_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iconv.h>
#include <zip.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/data/leftovers.h"
#include "altyn/data/read_table.h"

namespace altyn::data {

namespace {

namespace fs = std::filesystem;

/// A folder of our own that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    // What killed processes unpacked goes when the next one unpacks.
    remove_leftovers(fs::temp_directory_path().string(), "altyn");
    std::string pattern = (fs::temp_directory_path() / (own_mark("altyn") + "XXXXXX")).string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw SystemError({.code = "cannot-write",
                         .what = "no temporary folder can be made",
                         .where = pattern,
                         .why = "an archive is unpacked there",
                         .fixes = {"set TMPDIR to a folder with room"}});
    }
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const {
    return (path_ / fs::path(name).filename()).string();
  }

 private:
  fs::path path_;
};

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
       {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".parquet", ".json"}) {
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

/// Unpacks the one table of an archive; codes and notes beside it are known by their names.
std::string unpack(const std::string& path, const TemporaryFolder& folder) {
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
    if (name.find("_codes_") == std::string::npos) data.push_back(name);
  }
  if (data.size() != 1) {
    fail("several-tables", fmt::format("the archive holds {} tables, not one", data.size()), path,
         fmt::format("in it: {}",
                     tables.empty() ? "no table" : fmt::format("{}", fmt::join(tables, ", "))),
         {"unpack it and name the files that you want"});
  }
  const std::unique_ptr<zip_file_t, CloseEntry> entry(
      zip_fopen(archive.get(), data.front().c_str(), 0));
  const std::string unpacked = folder.file(data.front());
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

/// The same text as UTF-8, piece by piece, so that its size does not matter.
std::string to_utf8(const std::string& path, Encoding encoding, const TemporaryFolder& folder) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return path;  // reading it says why
  const std::string converted = folder.file("utf8_" + fs::path(path).filename().string());
  std::ofstream out = open_output(converted);
  const auto close = [](void* state) { iconv_close(state); };
  const std::unique_ptr<void, decltype(close)> state(iconv_open("UTF-8", iconv_name(encoding)),
                                                     close);
  std::vector<char> input(std::size_t{1} << 16), output(input.size() * 4);
  std::size_t held = 0;  // bytes of a letter that was cut at the end of a piece
  std::uintmax_t position = 0;
  while (in || held > 0) {
    in.read(input.data() + held, static_cast<std::streamsize>(input.size() - held));
    const auto n_new = static_cast<std::size_t>(in.gcount());
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

/// The rows under "data" of an interface's answer, or nothing where the file is a plain list.
std::optional<std::string> rows_of_answer(const std::string& path, const TemporaryFolder& folder) {
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
  const std::string rows = folder.file("rows.json");
  std::ofstream out = open_output(rows);
  out << answer["data"].dump();
  out.close();
  check_written(out, rows);
  return rows;
}

}  // namespace

Table read_source_file(const std::string& path, const std::vector<std::string_view>& codes,
                       Encoding encoding) {
  const TemporaryFolder folder;
  std::string readable = path;
  if (path.ends_with(".zip") && fs::exists(path)) readable = unpack(path, folder);
  if (encoding != Encoding::kUtf8) readable = to_utf8(readable, encoding, folder);
  if (readable.ends_with(".json")) readable = rows_of_answer(readable, folder).value_or(readable);
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
