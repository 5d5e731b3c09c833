#include "altyn/attribution/price_line.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/data/table.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::attribution {
namespace {

constexpr int kYear = 12;
constexpr int kHacMonths = 18;  // past the 11 months over which 12-month changes overlap
constexpr Index kFewestMonths = 36;

/// Regressors of one month: 1, then every driver's change `lag` months before.
std::vector<double> regressors_at(const std::vector<DriverSeries>& drivers, data::Month month,
                                  int lag) {
  std::vector<double> row = {1.0};
  for (const DriverSeries& driver : drivers) {
    row.push_back(driver.log_change(month.plus(-lag), kYear));
  }
  return row;
}

bool complete(const std::vector<double>& row) {
  return std::none_of(row.begin(), row.end(), [](double value) { return data::is_missing(value); });
}

double trade_log_change(const PairSeries& series, Measure measure, data::Month month) {
  const double now = series.at(measure, month);
  const double before = series.at(measure, month.plus(-kYear));
  return now > 0.0 && before > 0.0 ? std::log(now / before) : data::kMissing;
}

struct Sample {
  std::vector<data::Month> months;
  std::vector<data::Month> blank;
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};

/// Months from the earliest for which any lag up to `max_lag` is known, so that fits of different
/// lags compare the same months.
Sample sample_for_lag(const PairSeries& series, Measure measure,
                      const std::vector<DriverSeries>& drivers, data::Month before, int max_lag,
                      int lag) {
  Sample sample;
  std::vector<std::vector<double>> rows;
  std::vector<double> values;
  for (data::Month month = series.first.plus(kYear); month < before; month = month.plus(1)) {
    const double change = trade_log_change(series, measure, month);
    bool usable = !data::is_missing(change);
    for (int tried = 0; tried <= max_lag && usable; ++tried) {
      usable = complete(regressors_at(drivers, month, tried));
    }
    if (!usable) {
      sample.blank.push_back(month);
      continue;
    }
    sample.months.push_back(month);
    rows.push_back(regressors_at(drivers, month, lag));
    values.push_back(change);
  }
  const auto n = static_cast<Eigen::Index>(rows.size());
  const auto k = static_cast<Eigen::Index>(drivers.size() + 1);
  sample.x.resize(n, k);
  sample.y.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    sample.y[i] = values[static_cast<std::size_t>(i)];
    for (Eigen::Index j = 0; j < k; ++j) {
      sample.x(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    }
  }
  return sample;
}

/// Sum over pairs of rows exactly `gap` calendar months apart of a_i b_j; months left out leave no
/// false neighbours.
template <class Term>
void for_pairs_apart(const std::vector<data::Month>& months, int gap, Term term) {
  std::size_t late = 0;
  for (std::size_t early = 0; early < months.size(); ++early) {
    const data::Month wanted = months[early].plus(gap);
    while (late < months.size() && months[late] < wanted) ++late;
    if (late < months.size() && months[late] == wanted) {
      term(static_cast<Eigen::Index>(early), static_cast<Eigen::Index>(late));
    }
  }
}

PriceFit fit_lag(const Sample& sample, int lag, double& schwarz) {
  const Eigen::Index n = sample.x.rows();
  const Eigen::Index k = sample.x.cols();
  const Eigen::MatrixXd inverse = numerics::inverse_symmetric(sample.x.transpose() * sample.x);
  const Eigen::VectorXd b = inverse * (sample.x.transpose() * sample.y);
  const Eigen::VectorXd e = sample.y - sample.x * b;
  const double squares = e.squaredNorm();
  const double count = static_cast<double>(n);
  schwarz = count * std::log(squares / count) + static_cast<double>(k) * std::log(count);

  Eigen::MatrixXd meat = Eigen::MatrixXd::Zero(k, k);
  for (int gap = 0; gap <= kHacMonths; ++gap) {
    const double weight = 1.0 - static_cast<double>(gap) / (kHacMonths + 1);
    for_pairs_apart(sample.months, gap, [&](Eigen::Index i, Eigen::Index j) {
      const Eigen::MatrixXd outer = e[i] * e[j] * sample.x.row(i).transpose() * sample.x.row(j);
      meat += gap == 0 ? outer : weight * (outer + outer.transpose());
    });
  }
  const Eigen::MatrixXd covariance =
      inverse * meat * inverse * (count / static_cast<double>(n - k));

  PriceFit fit;
  fit.lag_months = lag;
  fit.coefficients.assign(b.data(), b.data() + k);
  fit.covariance.assign(covariance.data(), covariance.data() + k * k);
  for (int gap = 0; gap < kYear; ++gap) {
    double sum = 0.0;
    for_pairs_apart(sample.months, gap,
                    [&](Eigen::Index i, Eigen::Index j) { sum += e[i] * e[j]; });
    fit.residual_autocovariance.push_back(sum / static_cast<double>(n - k));
  }
  fit.n_months = static_cast<Index>(n);
  fit.degrees_of_freedom = std::max<Index>(3, fit.n_months / kYear - static_cast<Index>(k));
  const double total = (sample.y.array() - sample.y.mean()).matrix().squaredNorm();
  fit.r_squared = 1.0 - squares / total;
  fit.first = sample.months.front();
  fit.last = sample.months.back();
  for (const data::Month month : sample.blank) {
    if (month > fit.first && month < fit.last) fit.blank.push_back(month);
  }
  return fit;
}

/// Variance of a weighted sum of predictions: coefficients and errors of the months ahead, which
/// stay as correlated as the residuals were.
double prediction_variance(const PriceFit& fit, const std::vector<std::vector<double>>& rows,
                           const std::vector<double>& weights) {
  const std::size_t k = fit.coefficients.size();
  std::vector<double> mean(k, 0.0);
  for (std::size_t m = 0; m < rows.size(); ++m) {
    for (std::size_t j = 0; j < k; ++j) mean[j] += weights[m] * rows[m][j];
  }
  double variance = 0.0;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) variance += mean[i] * fit.covariance[i * k + j] * mean[j];
  }
  for (std::size_t m = 0; m < rows.size(); ++m) {
    for (std::size_t l = 0; l < rows.size(); ++l) {
      const std::size_t gap = m > l ? m - l : l - m;
      if (gap < fit.residual_autocovariance.size()) {
        variance += weights[m] * weights[l] * fit.residual_autocovariance[gap];
      }
    }
  }
  return std::max(variance, 0.0);
}

double predicted(const PriceFit& fit, const std::vector<double>& row) {
  double sum = 0.0;
  for (std::size_t j = 0; j < row.size(); ++j) sum += fit.coefficients[j] * row[j];
  return sum;
}

/// ", one month ahead of trade".
std::string lag_text(int months) {
  if (months == 0) return "";
  return fmt::format(", {} ahead of trade",
                     months == 1 ? "a month" : fmt::format("{} months", months));
}

ResultTable price_table(const PriceFit& fit, const PairSeries& series, Measure measure,
                        const std::vector<DriverSeries>& drivers, data::Month last,
                        const std::string& names) {
  ResultTable table = {
      .id = "prices",
      .title = "12-month log changes: trade, and what prices predict",
      .note = fmt::format(
          "Fitted {} to {}, before the claimed window{}. The band is for nine months of ten.",
          fit.first.to_string(), fit.last.to_string(), lag_text(fit.lag_months)),
      .columns = {{"month", "Month", ""},
                  {"driver", "Price", ""},
                  {"log_change_12m", "Price, 12-month change", "log"},
                  {"observed_log_change_12m", "Trade, observed", "log"},
                  {"predicted_log_change_12m", "Trade, predicted", "log"},
                  {"low", "Low", "log"},
                  {"high", "High", "log"}},
      .rows = {}};
  const double reach = student_quantile(0.95, fit.degrees_of_freedom);
  for (data::Month month = series.first.plus(kYear); month <= last; month = month.plus(1)) {
    const std::vector<double> row = regressors_at(drivers, month, fit.lag_months);
    if (!complete(row)) continue;
    const double centre = predicted(fit, row);
    const double spread = reach * std::sqrt(prediction_variance(fit, {row}, {1.0}));
    table.add({month.to_string(), names, drivers.front().log_change(month, kYear),
               trade_log_change(series, measure, month), centre, centre - spread, centre + spread});
  }
  return table;
}

}  // namespace

double DriverSeries::log_change(data::Month month, int months) const {
  const auto at = [this](data::Month wanted) {
    const int place = wanted.count - first.count;
    if (place < 0 || place >= static_cast<int>(values.size())) return data::kMissing;
    return values[static_cast<std::size_t>(place)];
  };
  const double now = at(month);
  const double before = at(month.plus(-months));
  return now > 0.0 && before > 0.0 ? std::log(now / before) : data::kMissing;
}

PriceFit fit_prices(const PairSeries& series, Measure measure,
                    const std::vector<DriverSeries>& drivers, data::Month before,
                    int max_lag_months) {
  PriceFit best;
  double best_schwarz = 0.0;
  for (int lag = 0; lag <= max_lag_months; ++lag) {
    const Sample sample = sample_for_lag(series, measure, drivers, before, max_lag_months, lag);
    if (static_cast<Index>(sample.months.size()) < kFewestMonths) return {};
    double schwarz = 0.0;
    PriceFit fit = fit_lag(sample, lag, schwarz);
    if (lag == 0 || schwarz < best_schwarz) {
      best = std::move(fit);
      best_schwarz = schwarz;
    }
  }
  return best;
}

double student_quantile(double p, Index degrees_of_freedom) {
  const double v = static_cast<double>(degrees_of_freedom);
  ALTYN_CHECK(v >= 3.0, "student_quantile needs 3 degrees of freedom");
  const double z = normal_quantile(p);
  const double z2 = z * z;
  const double g1 = z * (z2 + 1.0) / 4.0;
  const double g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
  const double g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
  const double g4 =
      z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0;
  return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

LineResult price_line(const ClaimCase& claim_case, const PairSeries* monthly,
                      const std::vector<DriverSeries>& drivers) {
  std::vector<std::string> names;
  std::vector<std::string> sources;
  if (monthly != nullptr) sources.push_back(monthly->source);
  for (const DriverSeries& driver : drivers) {
    names.push_back(driver.name);
    sources.push_back(driver.source);
  }
  LineOfEvidence line = {
      .id = "L2",
      .title = "Prices and currency",
      .question = "How much growth do world prices alone predict?",
      .bound = "upper",
      .limits =
          "What prices leave over is not yet integration: demand, other goods' prices and the "
          "pair's own news are in it.",
      .data = list_text(sources),
      .controls = list_text(names),
      .seed = claim_case.seed,
      .method =
          "Least squares of the pair's 12-month log changes on those of the price, on months "
          "before the claimed window only; the delay from price to trade is the one with the "
          "lowest Schwarz criterion. Standard errors: Newey and West (1987), 18 months. The "
          "prediction interval holds the coefficients' error and the errors of the months ahead, "
          "as correlated as the residuals; Student's t with one degree of freedom per year of "
          "data."};
  if (monthly == nullptr) return left_out(std::move(line), no_monthly_table(claim_case));
  if (drivers.empty()) {
    return left_out(std::move(line), "no monthly price or exchange rate was given");
  }
  const PairSeries& series = *monthly;
  const Measure measure = claim_case.claim.measure;
  const data::Window claimed = claim_case.windows.claimed;
  if (claim_case.windows.lag_months() != kYear) {
    return left_out(std::move(line),
                    "the line compares with a year earlier and the claim does not");
  }
  const PriceFit fit = fit_prices(series, measure, drivers, claimed.first,
                                  static_cast<int>(claim_case.options.max_lag_months));
  if (fit.coefficients.empty()) {
    return left_out(std::move(line),
                    fmt::format("fewer than {} months before {} have both trade and {}",
                                kFewestMonths, claimed.first.to_string(), list_text(names)));
  }
  std::vector<std::vector<double>> rows;
  std::vector<double> weights;
  double base = 0.0;
  double value = 0.0;
  for (data::Month month = claimed.first; month <= claimed.last; month = month.plus(1)) {
    rows.push_back(regressors_at(drivers, month, fit.lag_months));
    if (!complete(rows.back())) {
      return left_out(std::move(line),
                      fmt::format("{} has no value for {}", list_text(names), month.to_string()));
    }
    const double before = series.at(measure, month.plus(-kYear));
    weights.push_back(before * std::exp(predicted(fit, rows.back())));
    base += before;
    value += weights.back();
  }
  for (double& weight : weights) weight /= value;
  const double centre = std::log(value / base);
  const double spread = std::sqrt(prediction_variance(fit, rows, weights));
  const double reach = student_quantile(0.95, fit.degrees_of_freedom);

  line.available = true;
  line.tables = {"prices"};
  line.period = fmt::format("fitted {} to {} ({} months)", fit.first.to_string(),
                            fit.last.to_string(), fit.n_months);
  if (!fit.blank.empty()) {
    std::vector<std::string> months;
    for (const data::Month month : fit.blank) months.push_back(month.to_string());
    line.period += fmt::format("; left out for a blank month: {}", fmt::join(months, ", "));
  }
  line.finding = fmt::format(
      "From {} alone{}, growth of {} was to be expected (90% interval {} to {}; R2 {:.2f} before "
      "the window).",
      list_text(names), lag_text(fit.lag_months), signed_percent_text(std::expm1(centre)),
      signed_percent_text(std::expm1(centre - reach * spread)),
      signed_percent_text(std::expm1(centre + reach * spread)), fit.r_squared);
  if (claim_case.has_growth_to_explain()) {
    const double gamma = claim_case.growth.log_growth();
    line.finding += fmt::format(" At most about {} of the log growth is left to anything else.",
                                percent_text(std::clamp(1.0 - centre / gamma, 0.0, 1.0), 0));
    std::vector<double> shares;
    shares.reserve(claim_case.draws.size());
    for (const JointDraw& draw : claim_case.draws) {
      RandomStream random(claim_case.seed, kPriceStream, static_cast<std::uint64_t>(draw.number));
      const double t = student_quantile(random.uniform(), fit.degrees_of_freedom);
      shares.push_back(1.0 - (centre + spread * t) / gamma);
    }
    set_share(line, claim_case, std::move(shares));
  }
  std::vector<ResultTable> tables = {price_table(fit, series, measure, drivers,
                                                 std::min(claimed.last.plus(kYear), series.last()),
                                                 list_text(names))};
  return {.line = std::move(line), .tables = std::move(tables)};
}

}  // namespace altyn::attribution
