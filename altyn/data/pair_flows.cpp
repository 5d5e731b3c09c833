#include "altyn/data/pair_flows.h"

#include <fmt/format.h>

#include <algorithm>

namespace altyn::data::internal {

double PairFlow::ratio() const {
  const double low = std::min(by_importer, by_exporter);
  const double high = std::max(by_importer, by_exporter);
  if (high <= 0.0) return 1.0;
  return low > 0.0 ? high / low : std::numeric_limits<double>::infinity();
}

PairFlows::PairFlows(const PairPanel& of) : panel(of), years(of.years) {
  if (years.empty()) years = {0};
  const Table& table = panel.table;
  const std::vector<GroupId>& exporters = table.texts("exporter").codes;
  const std::vector<GroupId>& importers = table.texts("importer").codes;
  const NumberColumn& trade = table.numbers("trade");
  const NumberColumn* year = panel.years.empty() ? nullptr : &table.numbers("year");
  const NumberColumn* by_importer =
      panel.two_sided ? &table.numbers("importer_reported_musd") : nullptr;
  const NumberColumn* by_exporter =
      panel.two_sided ? &table.numbers("exporter_reported_musd") : nullptr;
  for (std::size_t row = 0; row < trade.size(); ++row) {
    if (exporters[row] == importers[row]) continue;
    PairFlow flow{.exporter = exporters[row], .importer = importers[row]};
    if (year != nullptr) {
      flow.year = static_cast<std::size_t>(
          std::lower_bound(years.begin(), years.end(), static_cast<int>((*year)[row])) -
          years.begin());
    }
    flow.trade = trade[row];
    if (panel.two_sided) {
      flow.by_importer = (*by_importer)[row];
      flow.by_exporter = (*by_exporter)[row];
    }
    flows.push_back(flow);
  }
}

std::string PairFlows::year_text(std::size_t year) const {
  return panel.years.empty() ? "this table" : fmt::format("{}", years[year]);
}

double median_of(std::vector<double> values) {
  if (values.empty()) return kMissing;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

}  // namespace altyn::data::internal

namespace altyn::data {

std::vector<Finding> check_pairs(const PairPanel& panel, const CheckOptions& options) {
  const internal::PairFlows flows(panel);
  std::vector<Finding> findings;
  internal::check_mirrors(flows, options, findings);
  internal::check_histories(flows, options, findings);
  internal::check_coverage(flows, findings);
  return findings;
}

}  // namespace altyn::data
