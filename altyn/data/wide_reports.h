#pragma once

#include <string>
#include <vector>

#include "altyn/data/import_source.h"

namespace altyn::data {

/// Reads tables that a statistical office sets out for reading: titles, a header of several lines
/// ("Экспорт", "Импорт", years, months, in any order and with merged cells), then a row per partner
/// with its name in the first column that has words, in Russian, Kazakh or English. Amounts are in
/// the unit that the titles or the header state. Turnover, shares and growth are passed over;
/// groups of partners go to the ledger; numbers are written 1 234,5. Sums from January on become
/// months where the sum up to the month before is known from any of the files, and are left out
/// otherwise, as is a month that would be negative because earlier ones were revised. The result
/// has exporter, importer, year, month where there are months, importer_reported_musd and
/// exporter_reported_musd. Errors (InputError): layout-mismatch where no column of exports or
/// imports, or no year, is found; unit-unknown; unknown-economy; text-in-number; duplicate-row;
/// empty-table.
[[nodiscard]] ImportedSource import_wide_reports(const SourceLayout& layout,
                                                 const std::vector<std::string>& files,
                                                 const ImportOptions& options);

}  // namespace altyn::data
