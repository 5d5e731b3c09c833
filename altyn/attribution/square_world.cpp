#include "altyn/attribution/square_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "altyn/data/domestic_trade.h"

namespace altyn::attribution {
namespace {

// Whether GDP of the year is known, or near enough to be carried or interpolated.
bool has_gdp(const data::Table& gdp, std::string_view economy, int year, int carry_years) {
  const data::TextColumn& economies = gdp.texts("economy");
  const data::NumberColumn& years = gdp.numbers("year");
  const data::NumberColumn& values = gdp.numbers("gdp_usd");
  for (Index row = 0; row < gdp.n_rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    if (economies.at(row) == economy && values[at] > 0.0 &&
        std::abs(static_cast<int>(years[at]) - year) <= carry_years) {
      return true;
    }
  }
  return false;
}

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
  const data::DomesticOptions rule;
  SquareWorld square;
  std::vector<Index> kept;
  std::vector<std::string> without;
  for (Index economy = 0; economy < static_cast<Index>(world.economies().size()); ++economy) {
    const std::string& code = world.economies()[static_cast<std::size_t>(economy)];
    if (has_gdp(*gdp, code, year, static_cast<int>(rule.carry_years))) {
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
  for (std::vector<double>& trade : square.trade_musd) trade.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    double exports = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const double flow = world.recorded_first(side, kept[i], kept[j], *at_year);
      if (data::is_missing(flow)) continue;
      for (std::vector<double>& trade : square.trade_musd) trade[i * n + j] = flow;
      exports += flow;
    }
    const data::DomesticTrade domestic =
        data::domestic_trade(square.economies[i], year, exports, {.gdp = gdp}, rule);
    square.trade_musd[0][i * n + i] = domestic.low_musd;
    square.trade_musd[1][i * n + i] = domestic.value_musd;
    square.trade_musd[2][i * n + i] = domestic.high_musd;
  }
  square.notes.push_back(fmt::format(
      "Domestic sales of goods in {} are {:.0f}% of GDP, range {:.0f}% to {:.0f}%.", year,
      100.0 * rule.share, 100.0 * rule.share_low, 100.0 * rule.share_high));
  return square;
}

}  // namespace altyn::attribution
