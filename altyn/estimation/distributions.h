#pragma once

namespace altyn::estimation {

/// Probability that a standard normal (df = infinity) or Student t variable is further from zero
/// than |statistic|. Relative error near 1e-14.
[[nodiscard]] double two_sided_p(double statistic, double df);

/// The value that leaves (1 - level) / 2 above it: 1.96 for level 0.95 and df = infinity.
[[nodiscard]] double critical_value(double level, double df);

/// Probability that a chi-squared variable with `df` degrees of freedom exceeds x.
[[nodiscard]] double chi2_upper(double x, double df);

/// Probability that an F variable exceeds x.
[[nodiscard]] double f_upper(double x, double df1, double df2);

}  // namespace altyn::estimation
