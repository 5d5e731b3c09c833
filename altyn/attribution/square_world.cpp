#include "altyn/attribution/square_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace altyn::attribution {
namespace {

// Gross output over GDP of whole economies lies between about 1.6 and 2.2 in input-output tables.
constexpr std::array<double, 3> kOutputRatio = {1.6, 1.9, 2.2};
// Domestic sales are never set below this share of output: re-exporters sell more than they make.
constexpr double kSmallestDomesticShare = 0.05;

}  // namespace

std::optional<SquareWorld> square_world(const WorldTrade& world, const data::Table* gdp, Side side,
                                        int year, std::string& reason) {
  if (gdp == nullptr) {
    reason = "no GDP table was given, and domestic sales follow from it";
    return std::nullopt;
  }
  const auto at_year = world.find_year(year);
  if (!at_year) {
    reason = fmt::format("{} has no year {}", world.source(), year);
    return std::nullopt;
  }
  std::map<std::string, double> gdp_musd;
  const data::TextColumn& economies = gdp->texts("economy");
  const data::NumberColumn& years = gdp->numbers("year");
  const data::NumberColumn& values = gdp->numbers("gdp_usd");
  for (Index row = 0; row < gdp->n_rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    if (static_cast<int>(years[at]) == year && values[at] > 0.0) {
      gdp_musd[std::string(economies.at(row))] = values[at] / 1e6;
    }
  }
  SquareWorld square;
  std::vector<Index> kept;
  std::vector<std::string> without;
  for (Index economy = 0; economy < static_cast<Index>(world.economies().size()); ++economy) {
    const std::string& code = world.economies()[static_cast<std::size_t>(economy)];
    if (gdp_musd.contains(code)) {
      kept.push_back(economy);
      square.economies.push_back(code);
    } else {
      without.push_back(code);
    }
  }
  if (!without.empty()) {
    square.notes.push_back(
        fmt::format("Left out for want of GDP in {}: {}.", year, fmt::join(without, ", ")));
  }
  const std::size_t n = kept.size();
  std::vector<std::string> floored;
  for (std::size_t level = 0; level < kOutputRatio.size(); ++level) {
    std::vector<double>& trade = square.trade_musd[level];
    trade.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      double exports = 0.0;
      for (std::size_t j = 0; j < n; ++j) {
        if (i == j) continue;
        const double flow = world.recorded_first(side, kept[i], kept[j], *at_year);
        if (!data::is_missing(flow)) trade[i * n + j] = flow;
        exports += trade[i * n + j];
      }
      const double output = kOutputRatio[level] * gdp_musd.at(square.economies[i]);
      const double least = kSmallestDomesticShare * output;
      trade[i * n + i] = std::max(output - exports, least);
      if (level == 1 && output - exports < least) floored.push_back(square.economies[i]);
    }
  }
  if (!floored.empty()) {
    square.notes.push_back(
        fmt::format("Exports near or above output; domestic sales set to {:.0f}% "
                    "of it: {}.",
                    100.0 * kSmallestDomesticShare, fmt::join(floored, ", ")));
  }
  return square;
}

}  // namespace altyn::attribution
