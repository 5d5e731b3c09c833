#pragma once

#include <vector>

#include "altyn/attribution/check_result.h"

namespace altyn::attribution {

/// The main lines together as a linear pool: a draw picks a line, then the line's share. Lines
/// weigh the same, but those that rest on the same estimate share one weight. Lines that disagree
/// widen the interval, they do not cancel out. Source: Stone (1961), the opinion pool.
[[nodiscard]] Synthesis synthesise(const std::vector<LineOfEvidence>& lines, double threshold);

/// Quantiles of pooled draws, by interpolation of the weighted distribution function at the middle
/// of each step. Shapes: pools, each [>= 1]; weights, one per pool, that sum to 1.
[[nodiscard]] Interval pooled_interval(const std::vector<std::vector<double>>& pools,
                                       const std::vector<double>& weights);

/// The main lines that are available and have a share.
[[nodiscard]] std::vector<const LineOfEvidence*> main_lines(
    const std::vector<LineOfEvidence>& lines);

}  // namespace altyn::attribution
