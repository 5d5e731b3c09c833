#include "altyn/equilibrium/revenue_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

constexpr double kKeyTolerance = 2e-4;  // printed keys carry two or three decimals of a percent

[[noreturn]] void fail(const RevenuePool& pool, const char* code, std::string what, std::string why,
                       std::vector<std::string> fixes = {}) {
  throw InputError({.code = code,
                    .what = std::move(what),
                    .where = fmt::format("revenue pool {}", pool.name),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

}  // namespace

std::vector<PoolPlaces> resolve_pools(const std::vector<RevenuePool>& pools,
                                      const std::vector<std::string>& economies) {
  std::vector<std::string> owner(economies.size());
  std::vector<PoolPlaces> places;
  for (const RevenuePool& pool : pools) {
    if (pool.members.size() != pool.keys.size()) {
      fail(pool, "revenue-keys",
           fmt::format("{} members and {} keys", pool.members.size(), pool.keys.size()),
           "every member needs one key, zero included");
    }
    PoolPlaces resolved;
    resolved.duties_inside_too = pool.duties_inside_too;
    for (std::size_t k = 0; k < pool.members.size(); ++k) {
      const std::string& member = pool.members[k];
      const auto found = std::find(economies.begin(), economies.end(), member);
      if (found == economies.end()) {
        const std::string near = nearest_name(member, economies);
        fail(pool, "unknown-economy", fmt::format("member \"{}\" is not in the model", member),
             "a pool shares the revenue of economies that the model has",
             near.empty() ? std::vector<std::string>{}
                          : std::vector<std::string>{fmt::format("write {}", near)});
      }
      const auto place = static_cast<std::size_t>(found - economies.begin());
      if (!owner[place].empty()) {
        fail(pool, "pool-overlap",
             fmt::format("{} is already a member of pool {}", member, owner[place]),
             "a duty can be shared once");
      }
      owner[place] = pool.name.empty() ? "(unnamed)" : pool.name;
      if (!(pool.keys[k] >= 0.0) || !std::isfinite(pool.keys[k])) {
        fail(pool, "revenue-keys", fmt::format("the key of {} is {}", member, pool.keys[k]),
             "a key is a share of the pool, zero or more");
      }
      resolved.members.push_back(place);
      resolved.keys.push_back(pool.keys[k]);
    }
    const double sum = std::accumulate(resolved.keys.begin(), resolved.keys.end(), 0.0);
    if (!(std::abs(sum - 1.0) <= kKeyTolerance)) {
      std::string row;
      for (std::size_t k = 0; k < pool.members.size(); ++k) {
        row += fmt::format("{}{} {:g}%", k == 0 ? "" : ", ", pool.members[k], 100.0 * pool.keys[k]);
      }
      fail(pool, "revenue-keys", fmt::format("the keys sum to {:.4f}%, not 100%", 100.0 * sum),
           "duties that no member receives would vanish from the model",
           {fmt::format("correct one of: {}", row)});
    }
    for (double& key : resolved.keys) key /= sum;
    places.push_back(std::move(resolved));
  }
  return places;
}

}  // namespace altyn::equilibrium
