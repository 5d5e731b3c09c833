#include "altyn/equilibrium/closure.h"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

constexpr const char* kNames[] = {"none", "additive", "world_share", "multiplicative",
                                  "endogenous"};

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
    case Closure::kEndogenous:
      return 1.0;
  }
  return 1.0;
}

std::vector<double> local_parts(const std::vector<std::string>& economies,
                                std::span<const double> flows, std::span<const double> spending,
                                std::span<const double> deficit) {
  const std::size_t n = economies.size();
  const auto size = static_cast<Eigen::Index>(n);
  // (diag(S) - X) local = D has a one-dimensional kernel; its last equation gives way to a total of
  // zero, or of world spending for the kernel itself.
  Eigen::MatrixXd matrix(size, size);
  Eigen::MatrixXd right = Eigen::MatrixXd::Zero(size, 2);
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    for (std::size_t k = 0; k < n; ++k) {
      const auto column = static_cast<Eigen::Index>(k);
      matrix(row, column) = (i == k ? spending[i] : 0.0) - flows[i * n + k];
      if (i + 1 == n) matrix(row, column) = spending[k];
    }
    right(row, 0) = i + 1 == n ? 0.0 : deficit[i];
  }
  right(size - 1, 1) = sum(spending);
  const Eigen::MatrixXd solution = matrix.partialPivLu().solve(right);
  double shift = -std::numeric_limits<double>::infinity();
  for (Eigen::Index i = 0; i < size; ++i) {
    shift = std::max(shift, -solution(i, 0) / solution(i, 1));
  }
  std::vector<double> local(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    local[i] = std::max(0.0, solution(row, 0) + shift * solution(row, 1));
    if (local[i] < 1.0 && solution(row, 1) > 0.0) continue;
    throw InputError(
        {.code = "deficits-not-endogenous",
         .what = fmt::format("no part of its spending explains the deficit of {}", economies[i]),
         .where = fmt::format("economy {}", economies[i]),
         .why = "a part of what is spent in a market, below all of it, is earned there",
         .fixes = {"closure = multiplicative"}});
  }
  return local;
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
