#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/claim_case.h"

namespace altyn::attribution {

/// A monthly price that moves trade values: Brent, an exchange rate.
struct DriverSeries {
  std::string name{};  ///< "Brent"
  std::string source{};
  data::Month first{};
  std::vector<double> values{};  ///< positive; NaN when missing
  /// Log change against `months` earlier; NaN when either month is missing.
  [[nodiscard]] double log_change(data::Month month, int months) const;
};

/// Trade's 12-month log changes on those of prices, fitted by least squares on the months before
/// the claimed window only.
struct PriceFit {
  int lag_months = 0;                  ///< from price to trade, by the Schwarz criterion
  std::vector<double> coefficients{};  ///< constant, then one per driver
  std::vector<double> covariance{};    ///< [k * k] Newey and West (1987), Bartlett kernel
  std::vector<double> residual_autocovariance{};  ///< lags 0 .. 11
  Index n_months = 0;
  Index degrees_of_freedom = 3;  ///< years of data less coefficients, at least 3: 12-month
                                 ///< changes overlap, so months are not independent
  double r_squared = 0.0;
  data::Month first, last;
  std::vector<data::Month> blank{};  ///< months of the span left out
};
/// Errors: none; an empty coefficients vector when fewer than 36 months can be used.
[[nodiscard]] PriceFit fit_prices(const PairSeries& series, Measure measure,
                                  const std::vector<DriverSeries>& drivers, data::Month before,
                                  int max_lag_months);

/// Quantile of Student's t distribution, for 3 degrees of freedom and more; error below 2e-3
/// between the 1st and 99th percentile. Source: Abramowitz and Stegun (1964), 26.7.5.
[[nodiscard]] double student_quantile(double p, Index degrees_of_freedom);

/// L2, prices and currency: growth predicted from prices with a prediction interval;
/// s = 1 - predicted / gamma is the most that anything else can explain. Not a main line: what
/// prices leave over is not yet integration. Table: "prices". Left out, with the reason, without
/// monthly trade (null) or prices.
[[nodiscard]] LineResult price_line(const ClaimCase& claim_case, const PairSeries* series,
                                    const std::vector<DriverSeries>& drivers);

}  // namespace altyn::attribution
