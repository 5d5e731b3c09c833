#pragma once

#include <string>
#include <vector>

#include "altyn/data/import_source.h"

namespace altyn::data {

/// Reads tables that a statistical office sets out for reading: titles, a header of several lines
/// ("Экспорт", "Импорт", years, months, in any order and with merged cells), then a row per partner
/// with its name in the first column that has words, in Russian or English. Amounts are in the unit
/// that the titles or the header state. Turnover, shares and growth are passed over, and so are
/// sums of several months; groups of partners go to the ledger; numbers are written 1 234,5.
/// The result has exporter, importer, year, month where there are months, importer_reported_musd
/// and exporter_reported_musd.
/// Errors (InputError): layout-mismatch where no column of exports or imports, or no year, is
/// found; unit-unknown; unknown-economy; text-in-number; duplicate-row; empty-table.
[[nodiscard]] ImportedSource import_wide_reports(const SourceLayout& layout,
                                                 const std::vector<std::string>& files,
                                                 const ImportOptions& options);

}  // namespace altyn::data
