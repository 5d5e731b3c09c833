#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/ledger.h"
#include "altyn/data/table.h"
#include "altyn/data/trade_columns.h"

namespace altyn::data {

/// Whose record of a flow is used when both sides may have one.
enum class MirrorChoice {
  kImporterFirst,  ///< the importer's, else the exporter's
  kExporterFirst,  ///< the exporter's, else the importer's
  kImporterOnly,
  kExporterOnly,
};

struct PairPanelOptions {
  MirrorChoice mirror = MirrorChoice::kImporterFirst;
  std::vector<std::string> drop{};   ///< economies (as the file spells them) to leave out
  bool negative_as_missing = false;  ///< otherwise a negative value is an error

  [[nodiscard]] static std::vector<Field<PairPanelOptions>> fields();
};

/// A bilateral table made clean: one row per exporter, importer and year, sorted in that order,
/// codes as ISO 3166-1 alpha-3, values in million USD.
struct PairPanel {
  /// exporter, importer, year (absent for a cross-section), trade (the value chosen), side
  /// ("importer" or "exporter": whose record it is; "reported" when the file has one value only;
  /// "domestic" where exporter and importer are the same), flag_zero ("p" positive, "r" reported
  /// zero), importer_reported_musd and exporter_reported_musd (absent when the file has one value),
  /// then every other column of the file. An absent pair is unknown, not zero.
  Table table;
  SampleLedger ledger;
  std::vector<std::string> economies;  ///< sorted
  std::vector<int> years;              ///< sorted; empty for a cross-section
  std::vector<std::string> detected;   ///< what was understood of columns, units and codes
  bool two_sided = false;              ///< both sides' records are there

  /// The row of a flow, if there is one. `year` is ignored in a cross-section. Cost: O(log n_rows).
  [[nodiscard]] std::optional<Index> find(std::string_view exporter, std::string_view importer,
                                          int year) const;
};

/// Reads a bilateral table in one of three forms: one value per row; the importer's and the
/// exporter's value side by side; or one row per report (reporter, partner, exports or imports), as
/// UN Comtrade and WITS give it. Rows of several sectors are added up. Groups of economies (World,
/// EU, areas not specified) are left out, into the ledger.
/// Errors (InputError): no-column-for, unit-unknown, unknown-economy, missing-economy, bad-year,
/// negative-trade, not-finite, duplicate-pair-year, bad-flow, empty-panel.
/// Cost: O(n_rows log n_rows).
[[nodiscard]] PairPanel load_pair_panel(const Table& table, const ColumnChoices& choices = {},
                                        const PairPanelOptions& options = {});

}  // namespace altyn::data
