#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/attribution/claim.h"
#include "altyn/attribution/draws.h"
#include "altyn/data/pair_panel.h"
#include "altyn/data/table.h"

namespace altyn::attribution {

/// Yearly trade among economies with both sides' records, million USD. A flow that a side did not
/// record is NaN.
class WorldTrade {
 public:
  /// Reads any bilateral table that data::load_pair_panel understands. `source` names it in every
  /// sentence; blank takes the table's own. Errors: as load_pair_panel; "one-sided-table" when it
  /// does not hold both sides' records by year.
  explicit WorldTrade(const data::Table& table, std::string source = "");

  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] const std::vector<std::string>& economies() const {
    return economies_;
  }  ///< sorted
  [[nodiscard]] const std::vector<int>& years() const { return years_; }  ///< sorted
  [[nodiscard]] std::optional<Index> find(std::string_view economy) const;
  [[nodiscard]] std::optional<Index> find_year(int year) const;

  /// One side's record, by positions.
  [[nodiscard]] double recorded(Side side, Index exporter, Index importer, Index year) const {
    return flows_[static_cast<std::size_t>(side)][place(exporter, importer, year)];
  }
  /// The same as a panel that takes one side's record first, for whatever is built on panels.
  [[nodiscard]] const data::PairPanel& panel(Side first) const {
    return panels_[static_cast<std::size_t>(first)];
  }
  /// That side's record, and the other side's where it has none.
  [[nodiscard]] double recorded_first(Side side, Index exporter, Index importer, Index year) const;

 private:
  [[nodiscard]] std::size_t place(Index exporter, Index importer, Index year) const {
    const auto n = static_cast<Index>(economies_.size());
    return static_cast<std::size_t>((year * n + exporter) * n + importer);
  }
  std::string source_;
  std::vector<std::string> economies_;
  std::vector<int> years_;
  std::vector<double> flows_[2];  ///< by side
  data::PairPanel panels_[2];     ///< by side taken first
};

/// The calendar year that holds most of a window's months; the later of two that hold the same.
[[nodiscard]] int calendar_year(data::Window window);

/// The flows of a pair that a measure adds up, as (exporter, importer): both for turnover.
[[nodiscard]] std::vector<std::pair<Index, Index>> flows_of(Measure measure, Index reporter,
                                                            Index partner);

/// "importer-reported", "exporter-reported".
[[nodiscard]] std::string_view to_string(Side side);

}  // namespace altyn::attribution
