#pragma once

#include <string>
#include <vector>

namespace altyn::data {

/// A sheet as its cells: row by row from the first row and column, empty texts where there is none.
struct SheetCells {
  std::string name;
  std::vector<std::vector<std::string>> rows;
  std::size_t n_cells = 0;  ///< that hold something
};

/// Whether a file begins as the workbooks of Excel 97 to 2003 do.
[[nodiscard]] bool is_legacy_workbook(const std::string& path);

/// The sheets of a workbook of Excel 97 to 2003 (.xls): values as they are stored, results of
/// formulas, no charts. Dates stay Excel's day numbers.
/// Errors (InputError): not-a-workbook for a damaged, encrypted or older one.
/// Cost: the file is held in memory.
/// Source: Microsoft, [MS-CFB] (the file of streams) and [MS-XLS] (the records of a workbook).
[[nodiscard]] std::vector<SheetCells> read_legacy_workbook(const std::string& path);

}  // namespace altyn::data
