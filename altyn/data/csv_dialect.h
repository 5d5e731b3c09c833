#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::data {

/// How a text table is written.
struct CsvDialect {
  char delimiter = ',';
  Index n_skipped = 0;  ///< lines above the header: titles, blanks, lines starting with #
  std::vector<std::string> names;  ///< the header, as in the file
};

/// Reads the dialect off the first lines of a file: the delimiter (comma, semicolon, tab, bar) that
/// gives the header and most rows the same number of fields, largest number first.
/// `delimiter` = 0 means unknown. Errors: InputError "empty-table" without a header, "ragged-row"
/// when the header has another number of fields than the rows.
[[nodiscard]] CsvDialect detect_dialect(const std::vector<std::string>& lines, char delimiter,
                                        const std::string& path);

/// The fields of one line; a quoted field may hold delimiters and doubled quotes.
[[nodiscard]] std::vector<std::string> split_fields(std::string_view line, char delimiter);

}  // namespace altyn::data
