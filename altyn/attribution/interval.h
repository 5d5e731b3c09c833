#pragma once

#include <vector>

namespace altyn::attribution {

/// The 5th, 50th and 95th percentile of draws.
struct Interval {
  double low = 0.0;
  double mid = 0.0;
  double high = 0.0;
};

/// Quantile of sorted values by linear interpolation between order statistics (Hyndman and Fan
/// 1996, type 7). Shapes: sorted [n], n >= 1; p in [0, 1].
[[nodiscard]] double sorted_quantile(const std::vector<double>& sorted, double p);

/// Shapes: draws [n], n >= 1, in any order.
[[nodiscard]] Interval interval_of(std::vector<double> draws);

/// Share of draws at or above a threshold.
[[nodiscard]] double share_at_least(const std::vector<double>& draws, double threshold);

}  // namespace altyn::attribution
