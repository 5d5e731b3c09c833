#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/table.h"

namespace altyn::data {

/// How the letters of a text file are written.
enum class Encoding { kUtf8, kUtf16, kLatin1, kWindows1251, kWindows1252 };

/// "FILE.zip/ENTRY" as the archive and the entry that it names; any other path with an empty entry.
struct ArchivePath {
  std::string file;
  std::string entry;
};
[[nodiscard]] ArchivePath archive_path(const std::string& path);

/// A provider's file as plain UTF-8 text or Parquet: the one table of a .zip archive, or the
/// entry that FILE.zip/ENTRY names; a sheet of an
/// Excel workbook (.xlsx, .xls), text in another encoding. What had to be unpacked lies in a
/// temporary folder that goes with this object. Errors (InputError): not-an-archive,
/// truncated-archive, several-tables naming what the archive holds; not-a-workbook, no-such-sheet;
/// not-in-encoding. SystemError where no temporary file can be written.
class ReadableFile {
 public:
  explicit ReadableFile(const std::string& path, Encoding encoding = Encoding::kUtf8,
                        const std::string& sheet = "");
  ~ReadableFile();
  ReadableFile(const ReadableFile&) = delete;
  ReadableFile& operator=(const ReadableFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// A path in the temporary folder, which is made when it is first needed.
  [[nodiscard]] std::string beside(const std::string& name);

 private:
  std::string folder_;
  std::string path_;
};

/// Calls `row` with the number of every line of a text file (from 1) and its fields, spaces at
/// their ends removed. The delimiter (comma, semicolon, tab, bar) is the one that splits the first
/// lines into most fields; the file may be gzipped. Rows may differ in width: this reads what is
/// laid out as a sheet, with titles and headers of several lines. Errors: as ReadableFile;
/// file-not-found; not-utf8; truncated-gzip.
void read_rows(const std::string& path, Encoding encoding, const std::string& sheet,
               const std::function<void(Index line, std::vector<std::string>& fields)>& row);

/// Reads a table as providers pack it: all that read_table() reads, what ReadableFile unpacks, and
/// the JSON answer of an interface, whose rows stand under "data". Columns named in `codes` (any
/// case) are text even where every value is a number. Errors (InputError): as read_table and
/// ReadableFile.
[[nodiscard]] Table read_source_file(const std::string& path,
                                     const std::vector<std::string_view>& codes = {},
                                     Encoding encoding = Encoding::kUtf8,
                                     const std::string& sheet = "");

}  // namespace altyn::data
