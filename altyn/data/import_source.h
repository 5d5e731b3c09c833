#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/ledger.h"
#include "altyn/data/source_file.h"
#include "altyn/data/source_layout.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// What to do with codes that are no economy.
enum class UnknownEconomies { kRefuse, kLeaveOut };

struct ImportOptions {
  Index first_year = 0;   ///< 0: from the first
  Index last_year = 0;    ///< 0: to the last
  Index code_digits = 0;  ///< adds product codes up to this many digits; 0 keeps them whole
  Encoding encoding = Encoding::kUtf8;
  std::string sheet{};  ///< of a workbook; "" takes the one with most cells
  UnknownEconomies unknown_economies = UnknownEconomies::kRefuse;

  [[nodiscard]] static std::vector<Field<ImportOptions>> fields();
};

/// A source in the project's own layout.
struct ImportedSource {
  /// The layout's columns that the files have, under their own names, sorted by its key; economies
  /// as ISO 3166-1 alpha-3, amounts in the layout's units. UN Comtrade's reports become one row per
  /// flow with importer_reported_musd and exporter_reported_musd.
  Table table;
  SampleLedger ledger;             ///< over all files
  std::vector<std::string> notes;  ///< how columns and codes were understood, one sentence each
};

/// Reads files of one published data set: columns by the spelling of any of its releases, codes to
/// economies (`codes`, when given, is the code table that comes with the data: a code and an
/// alpha-3 column), units, and the layout's rules on rows. Groups of economies and parts of totals
/// go to the ledger.
/// Errors (InputError): those of read_table; layout-mismatch naming the missing column and the
/// nearest there is; unknown-economy; bad-year; negative-value; text-in-number; duplicate-row with
/// both places; bad-flow; empty-table when nothing is left.
/// Cost: O(n_rows log n_rows).
[[nodiscard]] ImportedSource import_source(const SourceLayout& layout,
                                           const std::vector<std::string>& files,
                                           const ImportOptions& options = {},
                                           const std::string& codes = "");

}  // namespace altyn::data
