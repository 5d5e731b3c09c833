#include "altyn/attribution/interval.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::attribution {

double sorted_quantile(const std::vector<double>& sorted, double p) {
  ALTYN_CHECK(!sorted.empty(), "a quantile needs values");
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

Interval interval_of(std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  return {sorted_quantile(draws, 0.05), sorted_quantile(draws, 0.50), sorted_quantile(draws, 0.95)};
}

double share_at_least(const std::vector<double>& draws, double threshold) {
  ALTYN_CHECK(!draws.empty(), "a share needs draws");
  const auto count = std::count_if(draws.begin(), draws.end(),
                                   [threshold](double draw) { return draw >= threshold; });
  return static_cast<double>(count) / static_cast<double>(draws.size());
}

}  // namespace altyn::attribution
