#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/table.h"

namespace altyn::data {

/// How the letters of a text file are written.
enum class Encoding { kUtf8, kUtf16, kLatin1, kWindows1251, kWindows1252 };

/// Reads a table as providers pack it: all that read_table() reads, a .zip archive with one table
/// in it, text in another encoding, and the JSON answer of an interface, whose rows stand under
/// "data". Columns named in `codes` (any case) are text even where every value is a number.
/// Errors (InputError): as read_table; not-an-archive, truncated-archive, several-tables naming
/// what the archive holds; not-in-encoding. SystemError where no temporary file can be written.
[[nodiscard]] Table read_source_file(const std::string& path,
                                     const std::vector<std::string_view>& codes = {},
                                     Encoding encoding = Encoding::kUtf8);

}  // namespace altyn::data
