#include "altyn/estimation/distributions.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/rng.h"

namespace altyn::estimation {
namespace {

constexpr double kTiny = 1e-300;
constexpr double kEps = 1e-16;
constexpr int kMaxSteps = 10000;

/// Continued fraction of the incomplete beta function by Lentz's method.
double beta_fraction(double a, double b, double x) {
  double c = 1.0;
  double d = 1.0 - (a + b) * x / (a + 1.0);
  d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
  double h = d;
  for (int m = 1; m < kMaxSteps; ++m) {
    for (const bool even : {true, false}) {
      const double numerator = even ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                                    : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1.0 + numerator * d;
      c = 1.0 + numerator / c;
      d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
      c = std::abs(c) < kTiny ? kTiny : c;
      h *= d * c;
    }
    if (std::abs(d * c - 1.0) < kEps) break;
  }
  return h;
}

/// Regularised incomplete beta function I_x(a, b); `rest` is 1 - x, given apart to keep its digits.
double incomplete_beta(double a, double b, double x, double rest) {
  if (x <= 0.0) return 0.0;
  if (rest <= 0.0) return 1.0;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log(rest));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, rest) / b;
}

/// Upper regularised incomplete gamma function Q(a, x).
double gamma_upper(double a, double x) {
  if (x <= 0.0) return 1.0;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1.0) {
    double term = 1.0 / a;
    double sum = term;
    for (int n = 1; n < kMaxSteps && term > kEps * sum; ++n) {
      term *= x / (a + n);
      sum += term;
    }
    return 1.0 - front * sum;
  }
  double b = x + 1.0 - a;
  double c = 1.0 / kTiny;
  double d = 1.0 / b;
  double h = d;
  for (int n = 1; n < kMaxSteps; ++n) {
    const double numerator = -n * (n - a);
    b += 2.0;
    d = numerator * d + b;
    d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + numerator / c;
    c = std::abs(c) < kTiny ? kTiny : c;
    h *= d * c;
    if (std::abs(d * c - 1.0) < kEps) break;
  }
  return front * h;
}

}  // namespace

double two_sided_p(double statistic, double df) {
  const double t = std::abs(statistic);
  if (std::isnan(t)) return t;
  if (std::isinf(df)) return std::erfc(t / std::sqrt(2.0));
  if (std::isinf(t)) return 0.0;
  return incomplete_beta(df / 2.0, 0.5, df / (df + t * t), t * t / (df + t * t));
}

double critical_value(double level, double df) {
  const double normal = normal_quantile(0.5 + level / 2.0);
  if (std::isinf(df)) return normal;
  double low = 0.0;
  double high = std::max(2.0 * normal, 1.0);
  while (two_sided_p(high, df) > 1.0 - level && high < 1e12) high *= 2.0;
  for (int step = 0; step < 200 && high - low > 1e-15 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (two_sided_p(middle, df) > 1.0 - level ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double chi2_upper(double x, double df) { return gamma_upper(df / 2.0, x / 2.0); }

double f_upper(double x, double df1, double df2) {
  if (x <= 0.0) return 1.0;
  const double total = df1 * x + df2;
  return incomplete_beta(df2 / 2.0, df1 / 2.0, df2 / total, df1 * x / total);
}

}  // namespace altyn::estimation
