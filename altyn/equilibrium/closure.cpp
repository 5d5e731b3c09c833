#include "altyn/equilibrium/closure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

constexpr const char* kNames[] = {"none", "additive", "world_share", "multiplicative"};

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

void check_shape(std::size_t size, std::size_t wanted, const char* field) {
  if (size == wanted) return;
  throw InputError({.code = "wrong-shape",
                    .what = fmt::format("{} has {} values, expected {}", field, size, wanted),
                    .where = field,
                    .why = "every economy needs one value"});
}

}  // namespace

const char* to_string(Closure closure) { return kNames[static_cast<std::size_t>(closure)]; }

std::vector<std::string> closure_names() { return {std::begin(kNames), std::end(kNames)}; }

double close_deficits(Closure closure, double left, std::span<const double> base_value_added,
                      std::span<const double> base_deficit, std::span<const double> value_added,
                      std::span<double> deficit) {
  const std::size_t n = deficit.size();
  switch (closure) {
    case Closure::kNone:
      for (std::size_t i = 0; i < n; ++i) deficit[i] = left * base_deficit[i];
      return 1.0;
    case Closure::kAdditive:
      std::copy(base_deficit.begin(), base_deficit.end(), deficit.begin());
      return 1.0;
    case Closure::kWorldShare: {
      const double scalar = sum(value_added) / sum(base_value_added);
      for (std::size_t i = 0; i < n; ++i) deficit[i] = scalar * base_deficit[i];
      return scalar;
    }
    case Closure::kMultiplicative: {
      double weighted = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        deficit[i] = 1.0 + base_deficit[i] / base_value_added[i];  // phi
        weighted += deficit[i] * value_added[i];
      }
      const double scalar = sum(value_added) / weighted;
      for (std::size_t i = 0; i < n; ++i) deficit[i] = (scalar * deficit[i] - 1.0) * value_added[i];
      return scalar;
    }
  }
  return 1.0;
}

void check_mobility(const std::vector<std::string>& economies, const LabourMobility& mobility) {
  if (mobility.nation.empty()) return;
  check_shape(mobility.nation.size(), economies.size(), "mobility.nation");
  if (!mobility.workers.empty()) {
    check_shape(mobility.workers.size(), economies.size(), "mobility.workers");
    for (std::size_t i = 0; i < economies.size(); ++i) {
      if (mobility.workers[i] > 0.0 && std::isfinite(mobility.workers[i])) continue;
      throw InputError({.code = "mobility-range",
                        .what = fmt::format("{} has {} workers", economies[i], mobility.workers[i]),
                        .where = fmt::format("mobility.workers {}", economies[i]),
                        .why = "every region has workers"});
    }
  }
  if (!(mobility.elasticity >= 0.0) || !std::isfinite(mobility.elasticity)) {
    throw InputError({.code = "mobility-range",
                      .what = fmt::format("the mobility elasticity is {}", mobility.elasticity),
                      .where = "mobility.elasticity",
                      .why = "workers move towards higher real rewards, or not at all"});
  }
}

void move_workers(const LabourMobility& mobility, std::span<const double> value_added,
                  std::span<const double> real_reward_log, std::span<double> workers_log) {
  std::fill(workers_log.begin(), workers_log.end(), 0.0);
  if (mobility.empty()) return;
  const std::span<const double> workers =
      mobility.workers.empty() ? value_added : std::span<const double>(mobility.workers);
  const std::size_t n = workers.size();
  const Index last = *std::max_element(mobility.nation.begin(), mobility.nation.end());
  for (Index nation = 0; nation <= last; ++nation) {
    double before = 0.0, after = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      if (mobility.nation[i] != nation) continue;
      before += workers[i];
      after += workers[i] * std::exp(mobility.elasticity * real_reward_log[i]);
    }
    if (!(before > 0.0)) continue;
    const double unit = std::log(after / before);
    for (std::size_t i = 0; i < n; ++i) {
      if (mobility.nation[i] == nation) {
        workers_log[i] = mobility.elasticity * real_reward_log[i] - unit;
      }
    }
  }
}

}  // namespace altyn::equilibrium
