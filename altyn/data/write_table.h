#pragma once

#include <string>

#include "altyn/data/output_files.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// Writes a table by the ending of its path: .csv, .csv.gz, .parquet, .json (a list of objects).
/// Numbers are written so that they read back to the same double; missing is an empty cell or null.
/// The same table gives the same bytes. The file appears whole or not at all.
/// Errors: InputError "unknown-format", "output-is-a-folder", "not-finite" (JSON has no infinity);
/// SystemError "cannot-write".
void write_table(const Table& table, const std::string& path);

/// The table as CSV text, the bytes that write_table() puts into a .csv file.
[[nodiscard]] std::string to_csv(const Table& table);

}  // namespace altyn::data
