#include "altyn/equilibrium/smart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

[[noreturn]] void fail(const char* code, std::string what, std::string where, std::string why) {
  throw InputError(
      {.code = code, .what = std::move(what), .where = std::move(where), .why = std::move(why)});
}

void check(const SmartMarket& market) {
  const std::size_t n = market.partners.size();
  const auto check_size = [&](const std::vector<double>& values, const char* field) {
    if (values.size() == n && n > 0) return;
    fail("wrong-shape", fmt::format("{} has {} values for {} partners", field, values.size(), n),
         field, "every partner needs one value");
  };
  check_size(market.imports, "imports");
  check_size(market.tariff, "tariff");
  check_size(market.new_tariff, "new_tariff");
  double all = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    all += market.imports[k];
    if (!(market.imports[k] >= 0.0) || !std::isfinite(market.imports[k])) {
      fail("trade-range",
           fmt::format("imports from {} are {}", market.partners[k], market.imports[k]),
           market.partners[k], "imports are zero or positive");
    }
    for (const double rate : {market.tariff[k], market.new_tariff[k]}) {
      if (rate > -1.0 && std::isfinite(rate)) continue;
      fail("tariff-range", fmt::format("the tariff on {} is {}", market.partners[k], rate),
           market.partners[k], "a rate is a fraction above -1 (0.05 is 5%)");
    }
  }
  if (!(all > 0.0)) {
    fail("zero-expenditure", "the market imports nothing", "imports",
         "changes are relative to what is bought");
  }
  if (!(market.demand_elasticity < 0.0) || !(market.supply_elasticity > 0.0) ||
      !(market.substitution_elasticity > 0.0)) {
    fail("elasticity-range",
         fmt::format("elasticities are demand {}, supply {}, substitution {}",
                     market.demand_elasticity, market.supply_elasticity,
                     market.substitution_elasticity),
         "elasticities", "demand falls with price, supply and substitution rise");
  }
}

}  // namespace

SmartResult solve_smart(const SmartMarket& market) {
  check(market);
  const std::size_t n = market.partners.size();
  const double demand = market.demand_elasticity;
  SmartResult result;
  result.creation.resize(n);
  result.diversion.resize(n);
  result.price_effect.resize(n);
  result.imports.resize(n);

  // (5): suppliers' relative sales follow their relative duties while the total stays.
  double total = 0.0, weighted = 0.0;
  std::vector<double> weight(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double change = (1.0 + market.new_tariff[k]) / (1.0 + market.tariff[k]) - 1.0;
    // A supplier whose duty rises by more than one over the elasticity drops out.
    weight[k] = market.imports[k] * std::max(0.0, 1.0 - market.substitution_elasticity * change);
    total += market.imports[k];
    weighted += weight[k];
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double change = (1.0 + market.new_tariff[k]) / (1.0 + market.tariff[k]) - 1.0;
    const double before = market.imports[k];
    // (4): quantities and the supply price along an export supply of the given elasticity.
    const bool limited = std::isfinite(market.supply_elasticity);
    const double price = limited ? demand * change / (market.supply_elasticity - demand) : 0.0;
    result.creation[k] = before * demand * (change + price);
    result.price_effect[k] = before * price;
    result.diversion[k] = weighted > 0.0 ? weight[k] * total / weighted - before : 0.0;
    result.imports[k] = before + result.creation[k] + result.diversion[k] + result.price_effect[k];
    result.revenue_before += market.tariff[k] * before;
    result.revenue += market.new_tariff[k] * result.imports[k] - market.tariff[k] * before;
    // (6): the area left of the demand curve between the two domestic prices.
    const double domestic = (1.0 + change) * (1.0 + price) - 1.0;
    result.consumer_surplus -=
        before * (1.0 + market.tariff[k]) * domestic * (1.0 + 0.5 * demand * domestic);
  }
  result.welfare = result.consumer_surplus + result.revenue;
  return result;
}

}  // namespace altyn::equilibrium
