#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "altyn/core/status.h"
#include "altyn/core/types.h"

namespace altyn::numerics {

struct BoxSearchOptions {
  double tolerance = 1e-8;  ///< on the largest projected slope, in scaled variables
  Index max_iterations = 500;
  Index history = 30;        ///< pairs kept for the curvature
  double value_noise = 0.0;  ///< error of the values: falls below it are judged by slopes instead
};

struct BoxSearchResult {
  SolveStatus status = SolveStatus::kNotRun;
  double value = 0.0;
  double slope = -1.0;  ///< largest projected slope at the answer
  Index iterations = 0;
  Index evaluations = 0;
};

/// Value at x, with its gradient. A value that is not finite marks x as outside the domain.
using ValueAndSlope = std::function<double(std::span<const double> x, std::span<double> slope)>;

/// Minimises a smooth function within bounds, starting from `x`, which ends as the best point.
/// `scale` [n] > 0 gives each variable's natural unit (one over the square root of its own
/// curvature, roughly); slopes are judged in these units.
/// Status: kConverged, kIterationLimit, kStalled (no descent along the direction: the last digits
/// of the function are reached), kNotFinite (the start is outside the domain), kCancelled.
/// Source: Nocedal (1980) for limited-memory BFGS; Bertsekas (1982) for projected directions; Hager
/// and Zhang (2005) for line searches at the last digits.
[[nodiscard]] BoxSearchResult minimise_in_box(const ValueAndSlope& function, std::span<double> x,
                                              std::span<const double> lower,
                                              std::span<const double> upper,
                                              std::span<const double> scale,
                                              const BoxSearchOptions& options,
                                              const std::stop_token& stop = {});

}  // namespace altyn::numerics
