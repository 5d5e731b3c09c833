#include "altyn/estimation/mirror_reconciliation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/estimation/distributions.h"
#include "altyn/numerics/fixed_point.h"
#include "altyn/numerics/symmetric_solve.h"

namespace altyn::estimation {
namespace {

using data::is_missing;
using data::kMissing;

constexpr double kReferenceMusd = 100.0;  // reporters are compared at flows of this size
constexpr double kTail = 4.0;             // degrees of freedom of the errors
constexpr double kMostMusd = 1e5;         // variances fall with the flow up to here

// A flow that both sides record.
struct Mirror {
  std::size_t row = 0;
  GroupId exporter = 0;
  GroupId importer = 0;
  double log_ratio = 0.0;  // ln(importer's record / exporter's)
  double log_size = 0.0;   // of their geometric mean, over the reference
  double gap = 0.0;        // log_ratio less freight
};

std::vector<double> regressors(double log_distance, double contiguous, std::size_t year,
                               std::size_t n_years) {
  std::vector<double> x = {1.0, log_distance, log_distance * log_distance, contiguous};
  for (std::size_t y = 1; y < n_years; ++y) x.push_back(y == year ? 1.0 : 0.0);
  return x;
}

class Reconciler {
 public:
  Reconciler(const data::PairPanel& panel, const std::vector<double>& distance_km,
             const std::vector<double>& contiguous, const ReconcileOptions& options)
      : panel_(panel),
        options_(options),
        by_importer_(panel.table.numbers("importer_reported_musd")),
        by_exporter_(panel.table.numbers("exporter_reported_musd")),
        exporters_(panel.table.texts("exporter").codes),
        importers_(panel.table.texts("importer").codes),
        n_rows_(by_importer_.size()),
        contiguous_(contiguous) {
    double sum = 0.0;
    std::size_t n_known = 0;
    for (const double km : distance_km) {
      if (!(km > 0.0)) continue;
      sum += std::log(km);
      ++n_known;
    }
    mean_log_distance_ = n_known > 0 ? sum / static_cast<double>(n_known) : 0.0;
    for (const double km : distance_km) {
      log_distance_.push_back(km > 0.0 ? std::log(km) - mean_log_distance_ : 0.0);
    }
    for (double& value : contiguous_) {
      if (is_missing(value)) value = 0.0;
    }
    for (std::size_t row = 0; row < n_rows_; ++row) {
      year_.push_back(panel.years.empty() ? 0 : year_position(row));
    }
    find_mirrors();
  }

  Reconciliation run(Context& context) {
    Reconciliation result;
    estimate_freight(result);
    for (Mirror& mirror : mirrors_) mirror.gap = mirror.log_ratio - log_ratio_[mirror.row];
    context.throw_if_stopped();
    judge_reporters(result, context);
    reconcile(result);
    return result;
  }

 private:
  [[nodiscard]] std::size_t year_position(std::size_t row) const {
    const auto year = static_cast<int>(panel_.table.numbers("year")[row]);
    return static_cast<std::size_t>(
        std::lower_bound(panel_.years.begin(), panel_.years.end(), year) - panel_.years.begin());
  }

  void find_mirrors() {
    for (std::size_t row = 0; row < n_rows_; ++row) {
      const double theirs = by_importer_[row], ours = by_exporter_[row];
      if (exporters_[row] == importers_[row]) continue;
      if (!(theirs > 0.0) || !(ours > 0.0) || std::sqrt(theirs * ours) < options_.smallest_musd) {
        continue;
      }
      const double size = 0.5 * (std::log(theirs) + std::log(ours));
      mirrors_.push_back({row, exporters_[row], importers_[row], std::log(theirs / ours),
                          std::min(size, std::log(kMostMusd)) - std::log(kReferenceMusd), 0.0});
    }
    if (mirrors_.size() >= 30) return;
    throw InputError({.code = "too-few-flows",
                      .what = fmt::format("both sides record {} flows", mirrors_.size()),
                      .where = panel_.table.source(),
                      .why = "freight and the reporters' reliability are estimated on such flows",
                      .fixes = {"give more years or economies"}});
  }

  // Equation (1): weighted least squares of the log ratio.
  void estimate_freight(Reconciliation& result) {
    log_ratio_.assign(n_rows_,
                      options_.cif_fob_ratio > 0.0 ? std::log(options_.cif_fob_ratio) : 0.0);
    log_ratio_sd_.assign(n_rows_, 0.0);
    if (options_.cif_fob_ratio > 0.0) return;
    const std::size_t n_years = std::max<std::size_t>(panel_.years.size(), 1);
    const std::size_t k = n_years + 3;
    const auto x_of = [&](std::size_t row) {
      return regressors(log_distance_[row], contiguous_[row], year_[row], n_years);
    };
    const auto weight_of = [&](const Mirror& mirror) {
      return std::exp(-std::abs(mirror.log_ratio)) *
             std::log1p(kReferenceMusd * std::exp(mirror.log_size));
    };
    std::vector<double> gram(k * k, 0.0), right(k, 0.0);
    for (const Mirror& mirror : mirrors_) {
      const std::vector<double> x = x_of(mirror.row);
      const double weight = weight_of(mirror);
      for (std::size_t a = 0; a < k; ++a) {
        right[a] += weight * x[a] * mirror.log_ratio;
        for (std::size_t b = 0; b < k; ++b) gram[a * k + b] += weight * x[a] * x[b];
      }
    }
    std::vector<double> diagonal;
    for (std::size_t a = 0; a < k; ++a) diagonal.push_back(gram[a * k + a]);
    const numerics::SemidefiniteFactor factor(gram, diagonal, 1e-10);
    const std::vector<double> beta = factor.solve(right);
    const std::vector<double> inverse = factor.inverse();
    std::vector<double> meat(k * k, 0.0);
    for (const Mirror& mirror : mirrors_) {
      const std::vector<double> x = x_of(mirror.row);
      double error = mirror.log_ratio;
      for (std::size_t a = 0; a < k; ++a) error -= beta[a] * x[a];
      const double score = weight_of(mirror) * error;
      for (std::size_t a = 0; a < k; ++a) {
        for (std::size_t b = 0; b < k; ++b) meat[a * k + b] += score * score * x[a] * x[b];
      }
    }
    std::vector<double> half(k * k, 0.0), variance(k * k, 0.0);
    for (std::size_t a = 0; a < k; ++a) {
      for (std::size_t b = 0; b < k; ++b) {
        for (std::size_t c = 0; c < k; ++c) half[a * k + b] += inverse[a * k + c] * meat[c * k + b];
      }
    }
    for (std::size_t a = 0; a < k; ++a) {
      for (std::size_t b = 0; b < k; ++b) {
        for (std::size_t c = 0; c < k; ++c)
          variance[a * k + b] += half[a * k + c] * inverse[c * k + b];
      }
    }
    std::vector<std::string> names = {"at the mean distance", "ln distance", "ln distance squared",
                                      "contiguous"};
    for (std::size_t y = 1; y < n_years; ++y) {
      names.push_back(fmt::format("year {}", panel_.years[y]));
    }
    for (std::size_t a = 0; a < k; ++a) {
      if (!factor.left_out()[a]) {
        result.cif_fob.push_back({names[a], beta[a], std::sqrt(variance[a * k + a])});
      }
    }
    result.n_cif_fob = static_cast<Index>(mirrors_.size());
    for (std::size_t row = 0; row < n_rows_; ++row) {
      const std::vector<double> x = x_of(row);
      double fit = 0.0, spread = 0.0;
      for (std::size_t a = 0; a < k; ++a) {
        fit += beta[a] * x[a];
        for (std::size_t b = 0; b < k; ++b) spread += x[a] * x[b] * variance[a * k + b];
      }
      log_ratio_[row] = std::max(fit, 0.0);  // freight is no gain
      log_ratio_sd_[row] = std::sqrt(std::max(spread, 0.0));
    }
  }

  // How much smaller the variance is than that of a flow of the reference size.
  [[nodiscard]] static double size_factor(double log_size, double slope) {
    return std::exp(-slope * log_size);
  }

  // Equations (3) to (5): one round of expectation and maximisation over ln variances.
  double improve(std::span<const double> at, std::span<double> image, double slope) const {
    const std::size_t n = panel_.economies.size();
    std::vector<double> sum(n, 0.0), count(n, 0.0);
    double total = 0.0;
    for (const Mirror& mirror : mirrors_) {
      const double size = size_factor(mirror.log_size, slope);
      const double a = std::exp(at[mirror.exporter]), b = std::exp(at[mirror.importer]);
      const double squared = mirror.gap * mirror.gap / size;
      const double weight = (kTail + 1.0) / (kTail + squared / (a + b));
      const double part = weight * squared / (a + b) / (a + b);
      sum[mirror.exporter] += a * a * part + a * b / (a + b);
      sum[mirror.importer] += b * b * part + a * b / (a + b);
      count[mirror.exporter] += 1.0;
      count[mirror.importer] += 1.0;
    }
    double seen = 0.0;
    for (std::size_t e = 0; e < n; ++e) {
      total += sum[e];
      seen += count[e];
    }
    const double prior = total / seen;
    double residual = 0.0;
    for (std::size_t e = 0; e < n; ++e) {
      image[e] =
          std::log((sum[e] + options_.prior_flows * prior) / (count[e] + options_.prior_flows));
      residual = std::max(residual, std::abs(image[e] - at[e]));
    }
    return residual;
  }

  [[nodiscard]] double likelihood(const std::vector<double>& at, double slope) const {
    double sum = 0.0;
    for (const Mirror& mirror : mirrors_) {
      const double variance = (std::exp(at[mirror.exporter]) + std::exp(at[mirror.importer])) *
                              size_factor(mirror.log_size, slope);
      sum -= 0.5 * std::log(variance) +
             0.5 * (kTail + 1.0) * std::log1p(mirror.gap * mirror.gap / variance / kTail);
    }
    return sum;
  }

  void judge_reporters(Reconciliation& result, Context& context) {
    const std::size_t n = panel_.economies.size();
    log_variance_.assign(n, std::log(0.05));
    numerics::FixedPointWorkspace workspace;
    numerics::FixedPointResult found;
    const auto solve = [&](double slope, std::vector<double>& at) {
      const auto map = [&](std::span<const double> x, std::span<double> image) {
        return improve(x, image, slope);
      };
      found = numerics::solve_fixed_point(map, at, {.tolerance = 1e-9, .max_iterations = 2000},
                                          workspace, context.stop);
      context.throw_if_stopped();
      return likelihood(at, slope);
    };
    // The likelihood has one peak in the slope: the best of a grid, then of thirds around it.
    double best = -std::numeric_limits<double>::infinity();
    double step = 0.2;
    double low = 0.0, high = 1.0;
    std::vector<double> at = log_variance_;
    for (int round = 0; round < 3; ++round) {
      for (double slope = low; slope <= high + 1e-12; slope += step) {
        const double value = solve(slope, at);
        if (value <= best) continue;
        best = value;
        result.size_slope = slope;
        log_variance_ = at;
      }
      low = std::max(0.0, result.size_slope - step);
      high = result.size_slope + step;
      step /= 4.0;
    }
    size_slope_ = result.size_slope;
    (void)solve(size_slope_, log_variance_);
    result.status = found.status;
    result.residual = found.residual;

    std::vector<ReporterQuality> reporters(n);
    std::vector<double> n_exports(n, 0.0), n_imports(n, 0.0);
    for (const Mirror& mirror : mirrors_) {
      reporters[mirror.exporter].as_exporter_log -= mirror.gap;
      reporters[mirror.importer].as_importer_log += mirror.gap;
      n_exports[mirror.exporter] += 1.0;
      n_imports[mirror.importer] += 1.0;
    }
    for (std::size_t e = 0; e < n; ++e) {
      ReporterQuality& reporter = reporters[e];
      reporter.economy = panel_.economies[e];
      reporter.sd_log = std::exp(0.5 * log_variance_[e]);
      reporter.n_flows = static_cast<Index>(n_exports[e] + n_imports[e]);
      if (n_exports[e] > 0.0) reporter.as_exporter_log /= n_exports[e];
      if (n_imports[e] > 0.0) reporter.as_importer_log /= n_imports[e];
      if (reporter.n_flows > 0) result.reporters.push_back(reporter);
    }
    std::stable_sort(result.reporters.begin(), result.reporters.end(),
                     [](const auto& a, const auto& b) { return a.sd_log < b.sd_log; });
  }

  // Equations (6) and (7).
  void reconcile(Reconciliation& result) const {
    const double z = critical_value(options_.level, std::numeric_limits<double>::infinity());
    data::NumberColumn value(n_rows_, kMissing), low(n_rows_, kMissing), high(n_rows_, kMissing),
        ratio(n_rows_, kMissing), weight(n_rows_, kMissing), gap(n_rows_, kMissing),
        widening(n_rows_, kMissing);
    std::vector<std::string> record(n_rows_);
    for (std::size_t row = 0; row < n_rows_; ++row) {
      const double theirs = by_importer_[row], ours = by_exporter_[row];
      if (exporters_[row] == importers_[row]) {
        value[row] = low[row] = high[row] = panel_.table.numbers("trade")[row];
        record[row] = "domestic";
        continue;
      }
      const double factor = std::exp(log_ratio_[row]);
      ratio[row] = factor;
      const double fob = theirs / factor;
      const double export_variance = std::exp(log_variance_[exporters_[row]]);
      const double import_variance = std::exp(log_variance_[importers_[row]]);
      const double larger = std::max(is_missing(fob) ? 0.0 : fob, is_missing(ours) ? 0.0 : ours);
      if (!(larger > 0.0)) {
        value[row] = low[row] = high[row] = 0.0;
        record[row] = "both_zero";
        if (is_missing(theirs) || is_missing(ours)) {
          record[row] = is_missing(ours) ? "importer_only" : "exporter_only";
        }
        continue;
      }
      const double smaller = fob > 0.0 && ours > 0.0 ? std::min(fob, ours) : larger;
      const double size =
          size_factor(std::min(0.5 * (std::log(larger) + std::log(smaller)), std::log(kMostMusd)) -
                          std::log(kReferenceMusd),
                      size_slope_);
      const double freight = log_ratio_sd_[row] * log_ratio_sd_[row];
      const double a = export_variance * size;
      const double b = import_variance * size + freight;
      double sd = 0.0;
      widening[row] = 1.0;
      if (fob > 0.0 && ours > 0.0) {
        weight[row] = a / (a + b);
        gap[row] = std::log(fob / ours);
        value[row] = std::exp(weight[row] * std::log(fob) + (1.0 - weight[row]) * std::log(ours));
        widening[row] = std::max(1.0, std::abs(gap[row]) / std::sqrt(a + b));
        sd = std::sqrt(a * b / (a + b)) * widening[row];
        record[row] = "both";
      } else {
        const bool importer = fob > 0.0;
        weight[row] = importer ? 1.0 : 0.0;
        value[row] = larger;
        sd = std::sqrt(importer ? b : a);
        record[row] = !is_missing(fob) && !is_missing(ours) ? "zero_against_record"
                      : importer                            ? "importer_only"
                                                            : "exporter_only";
      }
      low[row] = value[row] * std::exp(-z * sd);
      high[row] = value[row] * std::exp(z * sd);
    }
    data::Table& table = result.table;
    table = data::Table(panel_.table.source());
    table.add("exporter", panel_.table.texts("exporter"));
    table.add("importer", panel_.table.texts("importer"));
    if (!panel_.years.empty()) table.add("year", panel_.table.numbers("year"));
    table.add("trade_musd", std::move(value), "million USD");
    table.add("low_musd", std::move(low), "million USD");
    table.add("high_musd", std::move(high), "million USD");
    table.add("by_importer_musd", by_importer_, "million USD");
    table.add("by_exporter_musd", by_exporter_, "million USD");
    table.add("cif_fob_ratio", std::move(ratio));
    table.add("importer_weight", std::move(weight));
    table.add("gap_log", std::move(gap));
    table.add("widening", std::move(widening));
    table.add("record", record);
  }

  const data::PairPanel& panel_;
  const ReconcileOptions& options_;
  const data::NumberColumn& by_importer_;
  const data::NumberColumn& by_exporter_;
  const std::vector<GroupId>& exporters_;
  const std::vector<GroupId>& importers_;
  std::size_t n_rows_;
  std::vector<double> contiguous_, log_distance_;
  double mean_log_distance_ = 0.0;
  std::vector<std::size_t> year_;
  std::vector<Mirror> mirrors_;
  std::vector<double> log_ratio_, log_ratio_sd_;
  std::vector<double> log_variance_;
  double size_slope_ = 0.0;
};

}  // namespace

std::vector<Field<ReconcileOptions>> ReconcileOptions::fields() {
  using S = ReconcileOptions;
  return {make_field(&S::cif_fob_ratio,
                     {.name = "cif_fob_ratio",
                      .doc = "one ratio of import to export values for all flows, such as 1.08; 0 "
                             "estimates it from distance, contiguity and year",
                      .minimum = 0.0,
                      .maximum = 2.0,
                      .source = "Gaulier and Zignago (2010)"}),
          make_field(&S::smallest_musd,
                     {.name = "smallest_musd",
                      .doc = "smaller flows are reconciled but nothing is learnt from them",
                      .unit = "million USD",
                      .minimum = 0.0}),
          make_field(&S::prior_flows,
                     {.name = "prior_flows",
                      .doc = "a reporter's variance counts as many flows of the average reporter "
                             "besides its own",
                      .unit = "flows",
                      .minimum = 0.0}),
          make_field(&S::level, {.name = "level",
                                 .doc = "of the intervals",
                                 .unit = "share",
                                 .minimum = 0.5,
                                 .maximum = 0.999})};
}

Reconciliation reconcile_mirrors(const data::PairPanel& panel,
                                 const std::vector<double>& distance_km,
                                 const std::vector<double>& contiguous,
                                 const ReconcileOptions& options, Context& context) {
  if (!panel.two_sided) {
    throw InputError(
        {.code = "one-sided",
         .what = "the table has one value per flow",
         .where = panel.table.source(),
         .why = "reconciling takes both sides' records",
         .fixes = {"give a table with importer_reported and exporter_reported, such as "
                   "altyn data import comtrade writes"}});
  }
  return Reconciler(panel, distance_km, contiguous, options).run(context);
}

}  // namespace altyn::estimation
