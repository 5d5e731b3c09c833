#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace altyn::data {

/// Whether a path is that of a workbook, by its ending.
[[nodiscard]] bool is_workbook(std::string_view path);

/// The names of a workbook's sheets, in their order. Errors: as sheet_to_csv.
[[nodiscard]] std::vector<std::string> sheet_names(const std::string& workbook);

/// Writes one sheet of an Excel workbook (.xlsx, or .xls of Excel 97 to 2003) as a CSV file: values
/// as they are stored, rows and columns in their places, empty rows kept, so that line k is row k
/// of the sheet. `sheet` is its name; "" takes the sheet with the most cells. Dates stay Excel's
/// day numbers. Errors (InputError): not-an-archive, not-a-workbook, no-such-sheet with the sheets
/// there are; SystemError cannot-write. Cost: one pass over the sheet's XML, which is held in
/// memory. Source: ECMA-376, part 1, chapter 18 (SpreadsheetML).
void sheet_to_csv(const std::string& workbook, const std::string& sheet, const std::string& csv);

namespace internal {
/// Appends the letter of a Unicode code in UTF-8.
void append_letter(std::string& text, unsigned long code);
}  // namespace internal

}  // namespace altyn::data
