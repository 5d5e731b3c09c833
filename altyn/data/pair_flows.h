#pragma once

#include <vector>

#include "altyn/data/checks.h"
#include "altyn/data/pair_panel.h"

namespace altyn::data::internal {

/// A flow between two economies in one year, as each side reports it (NaN: not at all).
struct PairFlow {
  GroupId exporter = 0;
  GroupId importer = 0;
  std::size_t year = 0;  ///< position in the panel's years
  double by_importer = kMissing;
  double by_exporter = kMissing;
  double trade = kMissing;  ///< the value chosen; the only one in a table with one value
  [[nodiscard]] bool both() const { return !is_missing(by_importer) && !is_missing(by_exporter); }
  /// How many times the larger report is the smaller one; at least 1.
  [[nodiscard]] double ratio() const;
};

/// A panel as its checks see it: flows between different economies, sorted as the panel is.
struct PairFlows {
  explicit PairFlows(const PairPanel& panel);
  const PairPanel& panel;
  std::vector<PairFlow> flows;
  std::vector<int> years;  ///< {0} for a cross-section
  [[nodiscard]] std::string year_text(std::size_t year) const;
  [[nodiscard]] const std::string& code(GroupId economy) const { return panel.economies[economy]; }
};

/// What the two sides say about each other.
void check_mirrors(const PairFlows& flows, const CheckOptions& options,
                   std::vector<Finding>& findings);

/// What changes too much from one year to another.
void check_histories(const PairFlows& flows, const CheckOptions& options,
                     std::vector<Finding>& findings);

/// What is not reported at all.
void check_coverage(const PairFlows& flows, std::vector<Finding>& findings);

[[nodiscard]] double median_of(std::vector<double> values);

}  // namespace altyn::data::internal
