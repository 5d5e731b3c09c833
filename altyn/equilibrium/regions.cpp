#include "altyn/equilibrium/regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/one_sector_check.h"
#include "altyn/numerics/matrix_balance.h"

namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

constexpr double kShareTolerance = 1e-6;

[[noreturn]] void fail(const RegionSplit& split, const char* code, std::string what,
                       std::string why) {
  throw InputError({.code = code,
                    .what = std::move(what),
                    .where = fmt::format("regions of {}", split.economy),
                    .why = std::move(why)});
}

void check_shares(const RegionSplit& split, const Vector& shares, const char* name) {
  if (shares.size() != split.regions.size()) {
    fail(split, "regions-no-partition",
         fmt::format("{} has {} values for {} regions", name, shares.size(), split.regions.size()),
         "every region needs its part of the economy");
  }
  double sum = 0.0;
  for (std::size_t r = 0; r < shares.size(); ++r) {
    if (!(shares[r] > 0.0) || !std::isfinite(shares[r])) {
      fail(split, "regions-no-partition",
           fmt::format("{} of {} is {}", name, split.regions[r], shares[r]),
           "a region with nothing is no economy; merge it with a neighbour");
    }
    sum += shares[r];
  }
  if (std::abs(sum - 1.0) > kShareTolerance) {
    fail(split, "regions-no-partition", fmt::format("{} sums to {:.6g}", name, sum),
         "regions together are the economy: add the rest of it as a region");
  }
}

void check(const OneSectorBase& base, const RegionSplit& split) {
  const auto& names = base.economies;
  if (std::find(names.begin(), names.end(), split.economy) == names.end()) {
    const std::string near = nearest_name(split.economy, names);
    throw InputError({.code = "unknown-economy",
                      .what = fmt::format("economy {} is not in the world", split.economy),
                      .where = fmt::format("regions of {}", split.economy),
                      .why = "only an economy of the world can be split",
                      .fixes = near.empty() ? std::vector<std::string>{}
                                            : std::vector<std::string>{"write " + near}});
  }
  if (split.regions.empty()) {
    fail(split, "regions-no-partition", "no regions are named",
         "a split needs at least one region");
  }
  std::set<std::string> codes(names.begin(), names.end());
  codes.erase(split.economy);
  for (const std::string& region : split.regions) {
    if (!codes.insert(region).second) {
      fail(split, "duplicate-economy", fmt::format("the code {} is taken", region),
           "every region is one row and one column");
    }
  }
  check_shares(split, split.output_share, "output_share");
  if (!split.spending_share.empty()) check_shares(split, split.spending_share, "spending_share");
  if (!split.revenue_keys.empty()) check_shares(split, split.revenue_keys, "revenue_keys");
  if (!split.workers.empty() && split.workers.size() != split.regions.size()) {
    fail(split, "wrong-shape",
         fmt::format("workers has {} values for {} regions", split.workers.size(),
                     split.regions.size()),
         "every region needs its number");
  }
}

// The pools of the new world: a member's key is divided among its regions, or the regions form a
// pool of their own.
void split_pools(OneSectorBase& base, const RegionSplit& split) {
  const std::size_t n_regions = split.regions.size();
  Vector keys = split.revenue_keys;
  bool member = false;
  for (RevenuePool& pool : base.pools) {
    const auto found = std::find(pool.members.begin(), pool.members.end(), split.economy);
    if (found == pool.members.end()) continue;
    member = true;
    const auto at = found - pool.members.begin();
    const double key = pool.keys[static_cast<std::size_t>(at)];
    pool.members.erase(found);
    pool.keys.erase(pool.keys.begin() + at);
    if (keys.empty()) keys = split.output_share;
    for (std::size_t r = 0; r < n_regions; ++r) {
      pool.members.push_back(split.regions[r]);
      pool.keys.push_back(key * keys[r]);
    }
  }
  if (!member && !keys.empty()) {
    base.pools.push_back(
        {.name = split.economy, .members = split.regions, .keys = keys, .duties_inside_too = true});
  }
}

// One split. Sellers of the balanced matrix are the regions and the partners (who sell to the
// economy what they sold before); buyers likewise; cells between partners are empty.
void split_one(RegionalWorld& world, const RegionSplit& split, const TradeEase& ease) {
  OneSectorBase& old = world.base;
  check(old, split);
  const OneSectorAccounts accounts = check_base(old);
  const std::size_t n = old.economies.size();
  const auto home = static_cast<std::size_t>(
      std::find(old.economies.begin(), old.economies.end(), split.economy) - old.economies.begin());
  const std::size_t n_regions = split.regions.size();
  const Vector& spending_share =
      split.spending_share.empty() ? split.output_share : split.spending_share;

  // New order: the economy's place is taken by its regions.
  OneSectorBase next;
  std::vector<std::size_t> from;  // [new] place in `old`
  std::vector<std::size_t> region_of;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t r = 0; r < (i == home ? n_regions : 1); ++r) {
      next.economies.push_back(i == home ? split.regions[r] : old.economies[i]);
      from.push_back(i);
      region_of.push_back(r);
    }
  }
  const std::size_t m = next.economies.size();
  const auto rate = [&](std::size_t i, std::size_t k) {
    return old.tariff.empty() ? 0.0 : old.tariff[from[i] * n + from[k]];
  };
  const auto factory = [&](std::size_t i, std::size_t k) {
    const double rate_old = old.tariff.empty() ? 0.0 : old.tariff[i * n + k];
    return old.trade[i * n + k] / (1.0 + rate_old);
  };

  // Totals at the factory gate, relative to the economy's output; partners without flows are left
  // out of the matrix.
  std::vector<std::size_t> sellers, buyers;
  Vector sold, bought;
  for (std::size_t i = 0; i < m; ++i) {
    const bool region = from[i] == home;
    const double sells =
        region ? split.output_share[region_of[i]] * accounts.output[home] : factory(from[i], home);
    const double buys =
        region ? spending_share[region_of[i]] * accounts.spending[home] : factory(home, from[i]);
    if (sells > 0.0) {
      sellers.push_back(i);
      sold.push_back(sells);
    }
    if (buys > 0.0) {
      buyers.push_back(i);
      bought.push_back(buys);
    }
  }
  Vector matrix(sellers.size() * buyers.size(), 0.0);
  for (std::size_t s = 0; s < sellers.size(); ++s) {
    for (std::size_t b = 0; b < buyers.size(); ++b) {
      const std::size_t i = sellers[s];
      const std::size_t k = buyers[b];
      if (from[i] != home && from[k] != home) continue;
      const double value = ease(next.economies[i], next.economies[k]);
      if (!(value >= 0.0) || !std::isfinite(value)) {
        fail(split, "ease-range",
             fmt::format("the ease of trade {} -> {} is {}", next.economies[i], next.economies[k],
                         value),
             "it is zero or positive");
      }
      // Scaled by size, so that equal ease means flows in proportion.
      matrix[s * buyers.size() + b] = value * sold[s] * bought[b];
    }
  }
  numerics::BalanceResult balanced;
  try {
    balanced = numerics::balance_matrix(matrix, sold, bought,
                                        {.tolerance = 1e-12, .max_iterations = 5000});
  } catch (const InputError& error) {
    fail(split, "regions-unreachable",
         "the ease of trade leaves an economy without anyone to trade with",
         "national flows cannot be divided among regions: " + error.detail().what);
  }
  if (balanced.status != SolveStatus::kConverged) {
    fail(split, "regions-unreachable",
         fmt::format("flows of {} cannot reach its total: ln(sum / total) is {:.1e}",
                     balanced.worst_row < 0
                         ? split.economy
                         : next.economies[sellers[static_cast<std::size_t>(balanced.worst_row)]],
                     balanced.residual),
         "shares of output and spending, zeros of the ease and national flows contradict each "
         "other");
  }
  world.residual = std::max(world.residual, balanced.residual);

  next.trade.assign(m * m, 0.0);
  if (!old.tariff.empty()) next.tariff.resize(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < m; ++k) {
      if (!old.tariff.empty()) next.tariff[i * m + k] = rate(i, k);
      if (from[i] != home && from[k] != home) {
        next.trade[i * m + k] = old.trade[from[i] * n + from[k]];
      }
    }
  }
  for (std::size_t s = 0; s < sellers.size(); ++s) {
    for (std::size_t b = 0; b < buyers.size(); ++b) {
      const std::size_t i = sellers[s];
      const std::size_t k = buyers[b];
      if (from[i] != home && from[k] != home) continue;
      next.trade[i * m + k] = matrix[s * buyers.size() + b] * (1.0 + rate(i, k));
    }
  }
  next.theta = old.theta;
  next.supply_elasticity = old.supply_elasticity;
  for (std::size_t i = 0; i < m && !old.value_added_share.empty(); ++i) {
    next.value_added_share.push_back(old.value_added_share[from[i]]);
  }
  next.pools = old.pools;
  split_pools(next, split);

  // Nations and numbers of workers.
  LabourMobility& mobility = next.mobility;
  mobility.elasticity = old.mobility.elasticity;
  Index free_nation = 0;
  for (const Index nation : old.mobility.nation) free_nation = std::max(free_nation, nation + 1);
  for (std::size_t i = 0; i < m; ++i) {
    const bool region = from[i] == home;
    const Index before = old.mobility.nation.empty() ? -1 : old.mobility.nation[from[i]];
    mobility.nation.push_back(region && split.mobile_workers ? free_nation : before);
    const double output = accounts.value_added[from[i]];
    const double people = old.mobility.workers.empty() ? output : old.mobility.workers[from[i]];
    const double part = !region                 ? 1.0
                        : split.workers.empty() ? split.output_share[region_of[i]]
                                                : split.workers[region_of[i]];
    mobility.workers.push_back(region && !split.workers.empty() ? part : people * part);
  }

  std::vector<std::size_t> parent;
  for (std::size_t i = 0; i < m; ++i) parent.push_back(world.parent[from[i]]);
  world.parent = std::move(parent);
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

std::vector<double> spread_pairs(const RegionalWorld& world, const std::vector<double>& values,
                                 double inside) {
  const std::size_t m = world.parent.size();
  const std::size_t n = 1 + *std::max_element(world.parent.begin(), world.parent.end());
  ALTYN_CHECK(values.size() == n * n, "one value per pair of the old world");
  std::vector<double> spread(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < m; ++k) {
      const bool same = i != k && world.parent[i] == world.parent[k];
      spread[i * m + k] = same ? inside : values[world.parent[i] * n + world.parent[k]];
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
