#include "altyn/attribution/trade_costs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "altyn/data/table.h"

namespace altyn::attribution {
namespace {

/// The pair's four flows in a square world at one level of domestic sales; nothing when one is nil.
std::optional<std::array<double, 4>> flows_in(const SquareWorld& square, const Claim& claim,
                                              std::size_t level) {
  const auto& codes = square.economies;
  const auto first = std::find(codes.begin(), codes.end(), claim.reporter);
  const auto second = std::find(codes.begin(), codes.end(), claim.partner);
  if (first == codes.end() || second == codes.end()) return std::nullopt;
  const auto i = static_cast<std::size_t>(first - codes.begin());
  const auto j = static_cast<std::size_t>(second - codes.begin());
  const std::vector<double>& trade = square.trade_musd[level];
  const std::size_t n = codes.size();
  const std::array<double, 4> flows = {trade[i * n + j], trade[j * n + i], trade[i * n + i],
                                       trade[j * n + j]};
  if (!std::all_of(flows.begin(), flows.end(), [](double flow) { return flow > 0.0; })) {
    return std::nullopt;
  }
  return flows;
}

}  // namespace

TradeCost trade_cost(double there, double back, double domestic_first, double domestic_second,
                     double theta) {
  TradeCost cost;
  cost.freeness_log = 0.5 * (std::log(there / domestic_first) + std::log(back / domestic_second));
  cost.tariff_equivalent = std::expm1(-cost.freeness_log / theta);
  return cost;
}

ResultTable trade_cost_table(const ClaimCase& claim_case, const WorldTrade& world,
                             const WorldBuilder& build) {
  ResultTable table = {
      .id = "trade_costs",
      .title = "How freely the pair trades, year by year",
      .note =
          "Freeness: trade both ways over each country's domestic sales (Head and Ries). Tariff "
          "equivalent: the tariff that would hold trade down as much (Novy), at the middle of the "
          "trade elasticity's range; low and high run over that range and over domestic sales, "
          "which follow from GDP by a stated rule. All that sets the pair apart is in both.",
      .columns = {{"year", "Year", ""},
                  {"side", "Reported by", ""},
                  {"freeness_log", "Freeness", "log"},
                  {"freeness_change_log", "Change since the year before", "log"},
                  {"tariff_equivalent", "Tariff equivalent", "share"},
                  {"low", "Low", "share"},
                  {"high", "High", "share"}},
      .rows = {}};
  const CheckOptions& options = claim_case.options;
  const double middle = 0.5 * (options.theta_low + options.theta_high);
  for (const Side side : {Side::kImporter, Side::kExporter}) {
    double before = data::kMissing;  // of the year before
    for (const int year : world.years()) {
      std::string reason;
      const std::optional<SquareWorld> square = build(side, year, reason);
      const auto central = square ? flows_in(*square, claim_case.claim, 1) : std::nullopt;
      if (!central) {
        before = data::kMissing;
        continue;
      }
      const auto cost_at = [](const std::array<double, 4>& flows, double theta) {
        return trade_cost(flows[0], flows[1], flows[2], flows[3], theta);
      };
      const TradeCost cost = cost_at(*central, middle);
      std::vector<double> reach;
      for (const std::size_t level : {0, 2}) {
        const auto flows = flows_in(*square, claim_case.claim, level);
        if (!flows) continue;
        for (const double theta : {options.theta_low, options.theta_high}) {
          reach.push_back(cost_at(*flows, theta).tariff_equivalent);
        }
      }
      reach.push_back(cost.tariff_equivalent);
      const auto [low, high] = std::minmax_element(reach.begin(), reach.end());
      table.add({static_cast<double>(year), std::string(to_string(side)), cost.freeness_log,
                 Cell(cost.freeness_log - before), cost.tariff_equivalent, *low, *high});
      before = cost.freeness_log;
    }
  }
  return table;
}

}  // namespace altyn::attribution
