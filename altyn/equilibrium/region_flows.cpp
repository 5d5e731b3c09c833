#include "altyn/equilibrium/region_flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "altyn/core/errors.h"
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

}  // namespace

void check_region_shares(const RegionSplit& split, const Vector& shares, const std::string& name) {
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

RegionLayout layout_of(const std::vector<std::string>& names, const RegionSplit& split) {
  const auto found = std::find(names.begin(), names.end(), split.economy);
  if (found == names.end()) {
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
  check_region_shares(split, split.output_share, "output_share");
  if (!split.spending_share.empty()) {
    check_region_shares(split, split.spending_share, "spending_share");
  }
  if (!split.revenue_keys.empty()) check_region_shares(split, split.revenue_keys, "revenue_keys");
  if (!split.workers.empty() && split.workers.size() != split.regions.size()) {
    fail(split, "wrong-shape",
         fmt::format("workers has {} values for {} regions", split.workers.size(),
                     split.regions.size()),
         "every region needs its number");
  }

  RegionLayout layout{.home = static_cast<std::size_t>(found - names.begin()),
                      .n_old = names.size(),
                      .codes = {},
                      .from = {},
                      .region = {}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool home = i == layout.home;
    for (std::size_t r = 0; r < (home ? split.regions.size() : 1); ++r) {
      layout.codes.push_back(home ? split.regions[r] : names[i]);
      layout.from.push_back(i);
      layout.region.push_back(r);
    }
  }
  return layout;
}

double divide_flows(const RegionSplit& split, const RegionLayout& layout, const NationFlows& flows,
                    const TradeEase& ease,
                    const std::function<void(std::size_t, std::size_t, double)>& set) {
  // Sellers are the regions and the partners (who sell to the economy what they sold before);
  // buyers likewise; partners without flows are left out, cells between partners are empty.
  std::vector<std::size_t> sellers, buyers;
  Vector sold, bought;
  for (std::size_t i = 0; i < layout.codes.size(); ++i) {
    const bool region = layout.is_region(i);
    const double sells = region ? flows.region_sells[layout.region[i]] : flows.sold[layout.from[i]];
    const double buys = region ? flows.region_buys[layout.region[i]] : flows.bought[layout.from[i]];
    if (sells > 0.0) {
      sellers.push_back(i);
      sold.push_back(sells);
    }
    if (buys > 0.0) {
      buyers.push_back(i);
      bought.push_back(buys);
    }
  }
  if (sellers.empty() || buyers.empty()) return 0.0;
  Vector matrix(sellers.size() * buyers.size(), 0.0);
  for (std::size_t s = 0; s < sellers.size(); ++s) {
    for (std::size_t b = 0; b < buyers.size(); ++b) {
      const std::size_t i = sellers[s];
      const std::size_t k = buyers[b];
      if (!layout.is_region(i) && !layout.is_region(k)) continue;
      const double value = ease(layout.codes[i], layout.codes[k]);
      if (!(value >= 0.0) || !std::isfinite(value)) {
        fail(split, "ease-range",
             fmt::format("the ease of trade {} -> {} is {}", layout.codes[i], layout.codes[k],
                         value),
             "it is zero or positive");
      }
      // Scaled by size, so that equal ease means flows in proportion.
      matrix[s * buyers.size() + b] = value * sold[s] * bought[b];
    }
  }
  const std::string of = flows.good.empty() ? "" : " of " + flows.good;
  numerics::BalanceResult balanced;
  try {
    balanced = numerics::balance_matrix(matrix, sold, bought,
                                        {.tolerance = 1e-12, .max_iterations = 5000});
  } catch (const InputError& error) {
    fail(split, "regions-unreachable",
         fmt::format("the ease of trade{} leaves an economy without anyone to trade with", of),
         "national flows cannot be divided among regions: " + error.detail().what);
  }
  if (balanced.status != SolveStatus::kConverged) {
    fail(split, "regions-unreachable",
         fmt::format("flows{} of {} cannot reach its total: ln(sum / total) is {:.1e}", of,
                     balanced.worst_row < 0
                         ? split.economy
                         : layout.codes[sellers[static_cast<std::size_t>(balanced.worst_row)]],
                     balanced.residual),
         "shares of output and spending, zeros of the ease and national flows contradict each "
         "other");
  }
  for (std::size_t s = 0; s < sellers.size(); ++s) {
    for (std::size_t b = 0; b < buyers.size(); ++b) {
      if (layout.is_region(sellers[s]) || layout.is_region(buyers[b])) {
        set(sellers[s], buyers[b], matrix[s * buyers.size() + b]);
      }
    }
  }
  return balanced.residual;
}

void split_pools(std::vector<RevenuePool>& pools, const RegionSplit& split) {
  const Vector& keys = split.revenue_keys.empty() ? split.output_share : split.revenue_keys;
  for (RevenuePool& pool : pools) {
    const auto found = std::find(pool.members.begin(), pool.members.end(), split.economy);
    if (found == pool.members.end()) continue;
    const auto at = found - pool.members.begin();
    const double key = pool.keys[static_cast<std::size_t>(at)];
    pool.members.erase(found);
    pool.keys.erase(pool.keys.begin() + at);
    for (std::size_t r = 0; r < split.regions.size(); ++r) {
      pool.members.push_back(split.regions[r]);
      pool.keys.push_back(key * keys[r]);
    }
    return;
  }
  if (split.revenue_keys.empty()) return;
  pools.push_back(
      {.name = split.economy, .members = split.regions, .keys = keys, .duties_inside_too = true});
}

LabourMobility split_mobility(const LabourMobility& old, const RegionSplit& split,
                              const RegionLayout& layout, const Vector& stand_in) {
  LabourMobility mobility{.nation = {}, .workers = {}, .elasticity = old.elasticity};
  Index free_nation = 0;
  for (const Index nation : old.nation) free_nation = std::max(free_nation, nation + 1);
  for (std::size_t i = 0; i < layout.codes.size(); ++i) {
    const std::size_t from = layout.from[i];
    const bool region = layout.is_region(i);
    const Index before = old.nation.empty() ? -1 : old.nation[from];
    mobility.nation.push_back(region && split.mobile_workers ? free_nation : before);
    const double people = old.workers.empty() ? stand_in[from] : old.workers[from];
    if (!region) {
      mobility.workers.push_back(people);
    } else {
      const std::size_t r = layout.region[i];
      mobility.workers.push_back(split.workers.empty() ? people * split.output_share[r]
                                                       : split.workers[r]);
    }
  }
  return mobility;
}

}  // namespace altyn::equilibrium
