#include "altyn/equilibrium/regions.h"

#include <algorithm>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/one_sector_check.h"
#include "altyn/equilibrium/region_flows.h"

namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

void split_one(RegionalWorld& world, const RegionSplit& split, const TradeEase& ease) {
  const OneSectorBase& old = world.base;
  const RegionLayout layout = layout_of(old.economies, split);
  const OneSectorAccounts accounts = check_base(old);
  const std::size_t n = layout.n_old;
  const std::size_t m = layout.codes.size();
  const Vector& spending_share =
      split.spending_share.empty() ? split.output_share : split.spending_share;
  const auto rate = [&](std::size_t i, std::size_t k) {
    return old.tariff.empty() ? 0.0 : old.tariff[layout.from[i] * n + layout.from[k]];
  };
  const auto factory = [&](std::size_t i, std::size_t k) {
    const double rate_old = old.tariff.empty() ? 0.0 : old.tariff[i * n + k];
    return old.trade[i * n + k] / (1.0 + rate_old);
  };

  OneSectorBase next;
  next.economies = layout.codes;
  next.trade.assign(m * m, 0.0);
  if (!old.tariff.empty()) next.tariff.resize(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < m; ++k) {
      if (!old.tariff.empty()) next.tariff[i * m + k] = rate(i, k);
      if (!layout.is_region(i) && !layout.is_region(k)) {
        next.trade[i * m + k] = old.trade[layout.from[i] * n + layout.from[k]];
      }
    }
  }
  // Totals are those at the factory gate.
  NationFlows flows;
  for (std::size_t i = 0; i < n; ++i) {
    flows.sold.push_back(factory(i, layout.home));
    flows.bought.push_back(factory(layout.home, i));
  }
  for (std::size_t r = 0; r < split.regions.size(); ++r) {
    flows.region_sells.push_back(split.output_share[r] * accounts.output[layout.home]);
    flows.region_buys.push_back(spending_share[r] * accounts.spending[layout.home]);
  }
  const double residual =
      divide_flows(split, layout, flows, ease, [&](std::size_t i, std::size_t k, double value) {
        next.trade[i * m + k] = value * (1.0 + rate(i, k));
      });
  world.residual = std::max(world.residual, residual);

  next.theta = old.theta;
  next.supply_elasticity = old.supply_elasticity;
  for (std::size_t i = 0; i < m && !old.value_added_share.empty(); ++i) {
    next.value_added_share.push_back(old.value_added_share[layout.from[i]]);
  }
  next.pools = old.pools;
  split_pools(next.pools, split);
  next.mobility = split_mobility(old.mobility, split, layout, accounts.value_added);
  world.parent = gathered(world.parent, layout.from);
  world.base = std::move(next);
}

}  // namespace

RegionalWorld split_into_regions(const OneSectorBase& base, const std::vector<RegionSplit>& splits,
                                 const TradeEase& ease) {
  RegionalWorld world;
  world.base = base;
  world.parent.resize(base.economies.size());
  std::iota(world.parent.begin(), world.parent.end(), std::size_t{0});
  for (const RegionSplit& split : splits) split_one(world, split, ease);
  (void)check_base(world.base);
  return world;
}

std::vector<std::size_t> gathered(const std::vector<std::size_t>& of,
                                  const std::vector<std::size_t>& at) {
  std::vector<std::size_t> values;
  for (const std::size_t place : at) values.push_back(of[place]);
  return values;
}

std::vector<double> spread_pairs(const std::vector<std::size_t>& parent,
                                 const std::vector<double>& values, double inside) {
  const std::size_t m = parent.size();
  const std::size_t n = 1 + *std::max_element(parent.begin(), parent.end());
  ALTYN_CHECK(values.size() % (n * n) == 0, "one value per pair of the old world");
  std::vector<double> spread;
  spread.reserve(values.size() / (n * n) * m * m);
  for (std::size_t table = 0; table < values.size(); table += n * n) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t k = 0; k < m; ++k) {
        const bool same = i != k && parent[i] == parent[k];
        spread.push_back(same ? inside : values[table + parent[i] * n + parent[k]]);
      }
    }
  }
  return spread;
}

std::vector<double> gather_pairs(const RegionalWorld& world, const std::vector<double>& values) {
  const std::size_t m = world.parent.size();
  const std::size_t n = 1 + *std::max_element(world.parent.begin(), world.parent.end());
  ALTYN_CHECK(values.size() == m * m, "one value per pair of the new world");
  std::vector<double> sums(n * n, 0.0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < m; ++k) {
      sums[world.parent[i] * n + world.parent[k]] += values[i * m + k];
    }
  }
  return sums;
}

}  // namespace altyn::equilibrium
