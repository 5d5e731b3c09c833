#pragma once

#include <string>

namespace altyn::data {

/// Writes one sheet of an Excel workbook (.xlsx) as a CSV file: values as they are stored, rows and
/// columns in their places, empty rows kept, so that line k is row k of the sheet. `sheet` is its
/// name; "" takes the sheet with the most cells. Dates stay Excel's day numbers.
/// Errors (InputError): not-an-archive, not-a-workbook, no-such-sheet with the sheets there are;
/// SystemError cannot-write. Cost: one pass over the sheet's XML, which is held in memory.
/// Source: ECMA-376, part 1, chapter 18 (SpreadsheetML).
void sheet_to_csv(const std::string& workbook, const std::string& sheet, const std::string& csv);

}  // namespace altyn::data
