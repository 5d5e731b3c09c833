#include "altyn/numerics/box_search.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace altyn::numerics {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Pair {
  std::vector<double> step, change;
  double product = 0.0;
};

// Minus the approximate inverse curvature times the slope, on the free variables.
std::vector<double> direction_of(const std::deque<Pair>& pairs, const std::vector<double>& slope,
                                 const std::vector<char>& held) {
  std::vector<double> d = slope;
  const auto release = [&] {
    for (std::size_t i = 0; i < d.size(); ++i) {
      if (held[i] != 0) d[i] = 0.0;
    }
  };
  release();
  std::vector<double> weight(pairs.size());
  for (std::size_t k = pairs.size(); k-- > 0;) {
    weight[k] = dot(pairs[k].step, d) / pairs[k].product;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= weight[k] * pairs[k].change[i];
  }
  release();
  if (!pairs.empty()) {
    const Pair& last = pairs.back();
    const double unit = last.product / dot(last.change, last.change);
    for (double& value : d) value *= unit;
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const double back = dot(pairs[k].change, d) / pairs[k].product;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] += (weight[k] - back) * pairs[k].step[i];
  }
  release();
  for (double& value : d) value = -value;
  return d;
}

}  // namespace

BoxSearchResult minimise_in_box(const ValueAndSlope& function, std::span<double> x,
                                std::span<const double> lower, std::span<const double> upper,
                                std::span<const double> scale, const BoxSearchOptions& options,
                                const std::stop_token& stop) {
  const std::size_t n = x.size();
  // Scaled variables z = x / scale.
  std::vector<double> z(n), low(n), high(n), slope(n), raw(n), trial(n), trial_slope(n), point(n);
  for (std::size_t i = 0; i < n; ++i) {
    low[i] = lower[i] / scale[i];
    high[i] = upper[i] / scale[i];
    z[i] = std::clamp(x[i] / scale[i], low[i], high[i]);
  }
  BoxSearchResult result;
  const auto evaluate = [&](const std::vector<double>& at, std::vector<double>& gradient) {
    ++result.evaluations;
    for (std::size_t i = 0; i < n; ++i) point[i] = at[i] * scale[i];
    const double value = function(point, raw);
    for (std::size_t i = 0; i < n; ++i) gradient[i] = raw[i] * scale[i];
    return value;
  };
  const auto finish = [&](SolveStatus status) {
    for (std::size_t i = 0; i < n; ++i) x[i] = z[i] * scale[i];
    result.status = status;
    return result;
  };
  result.value = evaluate(z, slope);
  if (!std::isfinite(result.value)) return finish(SolveStatus::kNotFinite);
  std::deque<Pair> pairs;
  std::vector<char> held(n);
  while (true) {
    result.slope = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      held[i] = (z[i] <= low[i] && slope[i] > 0.0) || (z[i] >= high[i] && slope[i] < 0.0) ? 1 : 0;
      if (held[i] == 0) result.slope = std::max(result.slope, std::abs(slope[i]));
    }
    if (result.slope <= options.tolerance) return finish(SolveStatus::kConverged);
    if (stop.stop_requested()) return finish(SolveStatus::kCancelled);
    if (result.iterations >= options.max_iterations) return finish(SolveStatus::kIterationLimit);
    ++result.iterations;

    std::vector<double> d = direction_of(pairs, slope, held);
    double descent = dot(d, slope);
    if (!(descent < 0.0)) {
      pairs.clear();
      d = direction_of(pairs, slope, held);
      descent = dot(d, slope);
    }
    // Without curvature yet, one unit of the scaled variables is a bold first step.
    double fraction = 1.0;
    if (pairs.empty()) fraction = std::min(1.0, 0.3 / std::sqrt(dot(d, d)));
    bool accepted = false;
    for (int halvings = 0; halvings < 30; ++halvings) {
      for (std::size_t i = 0; i < n; ++i) {
        trial[i] = std::clamp(z[i] + fraction * d[i], low[i], high[i]);
      }
      const double value = evaluate(trial, trial_slope);
      double predicted = 0.0;
      for (std::size_t i = 0; i < n; ++i) predicted += slope[i] * (trial[i] - z[i]);
      double left = 0.0;  // slope along the step at its end
      for (std::size_t i = 0; i < n; ++i) left += trial_slope[i] * (trial[i] - z[i]);
      const bool falls = value <= result.value + 1e-4 * predicted;
      const bool flattens = value <= result.value + options.value_noise &&
                            std::abs(left) <= 0.9 * std::abs(predicted);
      if (std::isfinite(value) && predicted < 0.0 && (falls || flattens)) {
        Pair pair{std::vector<double>(n), std::vector<double>(n), 0.0};
        for (std::size_t i = 0; i < n; ++i) {
          pair.step[i] = trial[i] - z[i];
          pair.change[i] = trial_slope[i] - slope[i];
        }
        pair.product = dot(pair.step, pair.change);
        if (pair.product >
            1e-12 * std::sqrt(dot(pair.step, pair.step) * dot(pair.change, pair.change))) {
          pairs.push_back(std::move(pair));
          if (static_cast<Index>(pairs.size()) > options.history) pairs.pop_front();
        }
        z = trial;
        slope = trial_slope;
        result.value = value;
        accepted = true;
        break;
      }
      fraction *= halvings < 3 ? 0.5 : 0.2;
    }
    if (!accepted) {
      if (pairs.empty()) return finish(SolveStatus::kStalled);
      pairs.clear();
    }
  }
}

}  // namespace altyn::numerics
