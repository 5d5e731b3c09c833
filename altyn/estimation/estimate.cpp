#include "altyn/estimation/estimate.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/bias_correction.h"
#include "altyn/estimation/checkpoint.h"
#include "altyn/estimation/distributions.h"
#include "altyn/estimation/separated_rows.h"
#include "altyn/estimation/separation.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The frame's groups are the clusters, then the periods when there are any.
VarianceSpec variance_spec(const FittedModel& model) {
  const EstimateOptions& options = model.options;
  VarianceSpec spec{.kind = options.variance,
                    .convention = options.se_convention,
                    .weight_meaning = options.weight_meaning,
                    .clusters = model.frame.groups,
                    .lags = options.lags,
                    .cutoff_km = options.cutoff_km,
                    .kernel = options.kernel};
  if (!options.time.empty()) {
    spec.time = spec.clusters.back();
    spec.clusters.pop_back();
  }
  if (model.frame.auxiliary.size() == 2) {
    spec.latitude = model.frame.auxiliary[0].values;
    spec.longitude = model.frame.auxiliary[1].values;
  }
  if (spec.kind == VarianceKind::kAuto) {
    spec.kind = spec.clusters.empty() ? VarianceKind::kRobust : VarianceKind::kCluster;
  }
  return spec;
}

bool absorbs_mean(const ModelFrame& frame) {
  return std::any_of(frame.effects.begin(), frame.effects.end(),
                     [](const FrameEffect& effect) { return effect.slope.empty(); });
}

/// Means over the working weights of the final step: of each regressor, and of the effects.
struct WorkingMeans {
  std::vector<double> regressors;
  double effects = 0.0;
};

WorkingMeans working_means(const ModelFrame& frame, const GlmProblem& problem, const GlmFit& fit) {
  const std::span<const GroupId> rows = fit.plan->rows();
  Column working(fit.mu.size());
  double total = 0.0;
  for (std::size_t place = 0; place < working.size(); ++place) {
    const std::size_t row = rows.empty() ? place : rows[place];
    working[place] = working_weight(frame.family, fit.mu[place]) *
                     (problem.weights.empty() ? 1.0 : problem.weights[row]);
    total += working[place];
  }
  total = frame.ranks.sum(total);
  WorkingMeans means;
  for (const std::span<const double> regressor : problem.regressors) {
    double sum = 0.0;
    for (std::size_t place = 0; place < working.size(); ++place) {
      sum += working[place] * regressor[rows.empty() ? place : rows[place]];
    }
    means.regressors.push_back(frame.ranks.sum(sum) / total);
  }
  for (const CellRegressors& set : problem.cells) {
    std::vector<double> sums(set.names.size(), 0.0);
    for (std::size_t place = 0; place < working.size(); ++place) {
      const std::size_t row = rows.empty() ? place : rows[place];
      if (set.ids[row] == kNoGroup) continue;
      sums[set.ids[row]] += working[place] * (set.values.empty() ? 1.0 : set.values[row]);
    }
    for (const double sum : sums) means.regressors.push_back(sum / total);
  }
  const LinearPredictors predictors(problem, fit);
  constexpr std::size_t kAtOnce = 8192;
  std::vector<double> effects(std::min(kAtOnce, working.size()));
  for (std::size_t begin = 0; begin < working.size(); begin += kAtOnce) {
    const std::span<double> some =
        std::span(effects).first(std::min(kAtOnce, working.size() - begin));
    predictors.compute_effects(static_cast<Index>(begin), some);
    for (std::size_t i = 0; i < some.size(); ++i) means.effects += working[begin + i] * some[i];
  }
  means.effects = frame.ranks.sum(means.effects) / total;
  return means;
}

void fill_rows(Estimate& result, const FittedModel& model, const GlmProblem& problem,
               std::span<const double> effect_sums, Context& context) {
  const ModelFrame& frame = model.frame;
  const GlmFit& fit = model.fit;
  const auto in_table_order = [&](std::span<const double> in_fit_order_values,
                                  const std::vector<std::size_t>& order) {
    const std::vector<double> values = in_input_order(*fit.plan, in_fit_order_values);
    std::vector<double> sorted(values.size());
    for (std::size_t k = 0; k < order.size(); ++k) sorted[k] = values[order[k]];
    return sorted;
  };
  std::vector<std::size_t> order(at(frame.n_rows()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!frame.rows.empty()) {
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return frame.rows[a] < frame.rows[b]; });
  }
  result.rows.reserve(order.size());
  for (const std::size_t row : order) {
    result.rows.push_back(frame.table_row(static_cast<Index>(row)));
  }
  result.fitted = in_table_order(fit.mu, order);
  result.linear_predictor = in_table_order(linear_predictor(problem, fit, context), order);
  result.effect_sum = in_table_order(effect_sums, order);
}

/// The account of all ranks' rows: what one rank left out for a reason, and another for the same
/// one, is one entry.
data::SampleLedger ledger_of_all(const ModelFrame& frame) {
  if (!frame.ranks.several()) return frame.ledger;
  using nlohmann::json;
  const auto entries = [](const std::vector<data::LedgerEntry>& list) {
    json result = json::array();
    for (const data::LedgerEntry& entry : list) {
      result.push_back({entry.stage, entry.reason, entry.rows, entry.examples});
    }
    return result;
  };
  const json own = {entries(frame.ledger.dropped()), entries(frame.ledger.notes())};
  std::vector<std::vector<data::LedgerEntry>> merged(2);
  for (const std::string& part : frame.ranks.gather(own.dump())) {
    const json lists = json::parse(part);
    for (std::size_t kind = 0; kind < 2; ++kind) {
      for (const json& item : lists[kind]) {
        data::LedgerEntry entry{item[0], item[1], item[2], item[3]};
        const auto same = std::find_if(
            merged[kind].begin(), merged[kind].end(),
            [&](const auto& e) { return e.stage == entry.stage && e.reason == entry.reason; });
        if (same == merged[kind].end()) {
          merged[kind].push_back(std::move(entry));
          continue;
        }
        same->rows += entry.rows;
        same->examples.insert(same->examples.end(), entry.examples.begin(), entry.examples.end());
      }
    }
  }
  data::SampleLedger all(frame.ranks.sum(frame.ledger.rows_read()));
  for (const data::LedgerEntry& e : merged[0]) all.drop(e.stage, e.reason, e.rows, e.examples);
  for (const data::LedgerEntry& e : merged[1]) all.note(e.stage, e.reason, e.rows, e.examples);
  return all;
}

/// R2 of a linear model and its version net of the effects.
void fill_r2(Estimate& result, const ModelFrame& frame, const GlmFit& fit, Context& context) {
  const std::span<const double> weights = frame.weights.values;
  const auto weight = [&](std::size_t row) { return weights.empty() ? 1.0 : weights[row]; };
  const bool centred = absorbs_mean(frame) ||
                       (!frame.regressors.empty() && frame.regressors[0].name == "(Intercept)");
  const std::span<const double> y = frame.y.values;
  double total_weight = 0.0;
  double mean = 0.0;
  for (std::size_t row = 0; row < y.size(); ++row) {
    total_weight += weight(row);
    mean += weight(row) * y[row];
  }
  total_weight = frame.ranks.sum(total_weight);
  mean = frame.ranks.sum(mean);
  mean = centred ? mean / total_weight : 0.0;
  double total = 0.0;
  for (std::size_t row = 0; row < y.size(); ++row) {
    total += weight(row) * (y[row] - mean) * (y[row] - mean);
  }
  const std::span<const GroupId> rows = fit.plan->rows();
  double left = 0.0;
  for (std::size_t place = 0; place < y.size(); ++place) {
    const double residual = fit.residual[place];
    left += weight(rows.empty() ? place : rows[place]) * residual * residual;
  }
  total = frame.ranks.sum(total);
  left = frame.ranks.sum(left);
  result.r2 = 1.0 - left / total;
  if (frame.effects.empty()) return;
  Column swept(y.begin(), y.end());
  const std::span<double> column(swept);
  (void)absorb(*fit.plan, std::span(&column, 1), weights, AbsorbOptions{}, context);
  double within = 0.0;
  for (std::size_t row = 0; row < y.size(); ++row) within += weight(row) * swept[row] * swept[row];
  within = frame.ranks.sum(within);
  result.within_r2 = 1.0 - left / within;
}

void fill_coefficients(Estimate& result, const FittedModel& model, const Variance& variance) {
  const GlmFit& fit = model.fit;
  const std::size_t all = fit.coefficients.size();
  std::vector<std::size_t> kept;
  for (std::size_t j = 0; j < all; ++j) {
    if (fit.redundant[j]) {
      result.dropped.push_back({fit.regressor_names[j], "collinear at the fitted weights"});
    } else {
      kept.push_back(j);
    }
  }
  for (const std::size_t j : kept) {
    result.coefficients.push_back(make_coefficient(
        fit.regressor_names[j], fit.coefficients[j], variance.covariance[j * all + j],
        result.degrees_of_freedom, result.confidence_level));
    for (const std::size_t other : kept) {
      result.covariance.push_back(variance.covariance[j * all + other]);
    }
  }
}

/// The names in EstimateOptions::separation.
struct SeparationChecks {
  bool effects = false;
  bool simplex = false;
  bool rectifier = false;
  bool means = false;
};

SeparationChecks separation_checks(const EstimateOptions& options) {
  SeparationChecks checks;
  for (const std::string& name : options.separation) {
    if (name == "fe") {
      checks.effects = true;
    } else if (name == "simplex") {
      checks.simplex = true;
    } else if (name == "relu") {
      checks.rectifier = true;
    } else if (name == "mu") {
      checks.means = true;
    } else if (name != "none") {
      throw InputError({.code = "bad-option",
                        .what = fmt::format("there is no separation check \"{}\"", name),
                        .where = "separation",
                        .why = "each check finds separated rows in its own way",
                        .fixes = {"--separation fe,simplex,relu,mu", "--separation none"}});
    }
  }
  return checks;
}

/// Refuses options that would have no effect beside the others.
void check_combination(const EstimateOptions& options) {
  const VarianceKind kind = options.variance;
  const auto refuse = [](const char* option, std::string what, std::string fix) {
    throw InputError({.code = "unused-option",
                      .what = std::move(what),
                      .where = option,
                      .why = "an option without effect would pass for one that has it",
                      .fixes = {std::move(fix), fmt::format("leave {} out", option)}});
  };
  const bool takes_clusters = kind == VarianceKind::kAuto || kind == VarianceKind::kCluster ||
                              kind == VarianceKind::kDyadic;
  if (!options.cluster.empty() && !takes_clusters) {
    refuse("cluster", "the kind of variance does not look at clusters", "--variance cluster");
  }
  const bool serial = kind == VarianceKind::kDriscollKraay;
  if (!options.time.empty() && !serial) {
    refuse("time", "periods are used by Driscoll-Kraay errors", "--variance driscoll_kraay");
  }
  if (options.lags >= 0 && !serial) {
    refuse("lags", "lags are used by Driscoll-Kraay errors", "--variance driscoll_kraay");
  }
  const bool spatial = !options.latitude.empty() || !options.longitude.empty() ||
                       options.cutoff_km > 0.0 || options.kernel != SpatialKernel::kUniform;
  if (spatial && kind != VarianceKind::kConley) {
    refuse("latitude, longitude, cutoff_km, kernel", "places are used by Conley errors",
           "--variance conley");
  }
  if (options.weight_meaning == WeightMeaning::kFrequency && options.weights.empty()) {
    refuse("weight_meaning", "there are no weights to mean anything", "--weights column");
  }
  if (!options.bias_correction && options.widen_levels != EstimateOptions{}.widen_levels) {
    refuse("widen_levels", "a bias correction widens standard errors", "--bias-correction");
  }
  if (options.bias_correction && kind != VarianceKind::kAuto && kind != VarianceKind::kCluster) {
    refuse("variance", "bias-corrected errors are clustered by pair", "--variance auto");
  }
  if (options.bias_correction && options.se_convention != SeConvention::kStata) {
    refuse("se_convention", "bias-corrected errors have the factor P / (P - 1) of P pairs",
           "--se-convention stata");
  }
}

/// Whether the variance asks for sums of scores alone, and not for regressors net of effects row by
/// row.
bool cells_suffice(const EstimateOptions& options) {
  const bool clustered = options.variance == VarianceKind::kCluster ||
                         (options.variance == VarianceKind::kAuto && !options.cluster.empty());
  return (clustered || options.variance == VarianceKind::kIid) && !options.bias_correction;
}

/// Puts the endogenous regressors behind the exogenous ones. Returns their names.
std::vector<std::string> join_endogenous(ModelFrame& frame) {
  std::vector<std::string> names;
  for (Regressor& regressor : frame.endogenous) {
    names.push_back(regressor.name);
    frame.regressors.push_back(std::move(regressor));
  }
  frame.endogenous.clear();
  return names;
}

void fit_with_instruments(FittedModel& model, const std::vector<std::string>& endogenous,
                          const GlmOptions& solver, Context& context) {
  const auto n_left = std::count_if(model.frame.regressors.begin(), model.frame.regressors.end(),
                                    [&](const Regressor& regressor) {
                                      return std::find(endogenous.begin(), endogenous.end(),
                                                       regressor.name) != endogenous.end();
                                    });
  InstrumentedFit fitted =
      fit_instrumented(model.frame, static_cast<Index>(n_left), solver, context);
  model.fit = std::move(fitted.fit);
  model.instruments = std::move(fitted.tests);
}

/// Whether a model fitted before has the rows and effects of this frame.
bool same_structure(const ModelFrame& frame, const FittedModel* like) {
  if (like == nullptr || like->instruments || like->fit.family != frame.family ||
      like->frame.table != frame.table || like->frame.n_rows() != frame.n_rows() ||
      like->frame.rows != frame.rows || like->frame.effects.size() != frame.effects.size()) {
    return false;
  }
  for (std::size_t e = 0; e < frame.effects.size(); ++e) {
    if (like->frame.effects[e].name != frame.effects[e].name) return false;
  }
  return like->fit.status == SolveStatus::kConverged;
}

/// Drops rows that the checks find separated. Returns whether there were any.
bool drop_separated(FittedModel& model, const AbsorptionPlan& plan, const SeparationChecks& checks,
                    Context& context) {
  if (!checks.simplex && !checks.rectifier && !checks.means) return false;
  if (!may_be_separated(model.frame, model.fit, context)) return false;
  const auto drop = [&](const std::vector<char>& separated, std::string_view method) {
    std::vector<Index> rows;
    std::vector<char> keep(separated.size());
    for (std::size_t row = 0; row < separated.size(); ++row) {
      keep[row] = separated[row] ? 0 : 1;
      if (separated[row]) rows.push_back(static_cast<Index>(row));
    }
    if (!model.frame.ranks.any(!rows.empty())) return false;
    model.frame.record_drop(
        "estimate", fmt::format("separated: zero whatever the coefficients ({})", method), rows);
    model.frame.keep_rows(keep);
    return true;
  };
  if (checks.simplex && drop(separated_by_simplex(model.frame, plan, context), "simplex")) {
    return true;
  }
  if (checks.rectifier && drop(separated_by_rectifier(model.frame, context), "relu")) return true;
  return checks.means && model.fit.status == SolveStatus::kConverged &&
         drop(separated_by_means(model.frame, model.fit, context), "mu");
}

void fill_wald(Estimate& result) {
  std::vector<std::string> names;
  for (const Coefficient& coefficient : result.coefficients) {
    if (coefficient.name != "(Intercept)") names.push_back(coefficient.name);
  }
  const WaldTest wald = test_zero(result, names);
  result.wald = wald.statistic;
  result.wald_df = wald.df;
}

std::string significance_note(double p) {
  return p < 0.01 ? "***" : p < 0.05 ? "**" : p < 0.10 ? "*" : "";
}

}  // namespace

Coefficient make_coefficient(std::string name, double value, double variance, double df,
                             double level) {
  Coefficient result{.name = std::move(name), .value = value};
  result.se = std::sqrt(std::max(variance, 0.0));
  result.z = result.se > 0.0 ? value / result.se : std::numeric_limits<double>::quiet_NaN();
  result.p = two_sided_p(result.z, df);
  const double width = critical_value(level, df) * result.se;
  result.low = value - width;
  result.high = value + width;
  return result;
}

std::string_view option_name(Family family) {
  switch (family) {
    case Family::kPoisson:
      return "ppml";
    case Family::kGaussian:
      return "ols";
    case Family::kGamma:
      return "gamma";
    default:
      return "logit";
  }
}

std::vector<Field<EstimateOptions>> EstimateOptions::fields() {
  using O = EstimateOptions;
  return {
      make_enum_field<&O::family>(
          {.name = "family",
           .doc = "ppml (Poisson pseudo maximum likelihood, the default for trade flows), ols, "
                  "gamma (gamma pseudo maximum likelihood) or logit",
           .source = "Santos Silva and Tenreyro (2006)"},
          {"ppml", "ols", "gamma", "logit"}),
      make_field(&O::cluster, {.name = "cluster",
                               .doc = "rows of one cluster may depend on each other: "
                                      "exporter^importer; several groupings joined by +"}),
      make_enum_field<&O::variance>(
          {.name = "variance",
           .doc = "auto is cluster when clusters are given and robust otherwise; iid, hc0, robust "
                  "(HC1), hc2, hc3, cluster, dyadic (pairs that share a member), driscoll_kraay "
                  "(periods), conley (distance)"},
          {"auto", "iid", "hc0", "robust", "hc2", "hc3", "cluster", "dyadic", "driscoll_kraay",
           "conley"}),
      make_enum_field<&O::se_convention>(
          {.name = "se_convention",
           .doc = "small-sample factors: stata (ppmlhdfe, reghdfe), fixest, or none",
           .source = "Correia, Guimaraes and Zylkin (2020); Berge (2018)"},
          {"stata", "fixest", "none"}),
      make_field(&O::time, {.name = "time", .doc = "column of periods, for driscoll_kraay"}),
      make_field(&O::lags, {.name = "lags",
                            .doc = "periods apart that may depend on each other, for "
                                   "driscoll_kraay; -1 chooses by the number of periods",
                            .minimum = -1,
                            .maximum = 100000,
                            .source = "Newey and West (1994)"}),
      make_field(&O::latitude,
                 {.name = "latitude", .doc = "degrees, for conley", .unit = "degrees"}),
      make_field(&O::longitude,
                 {.name = "longitude", .doc = "degrees, for conley", .unit = "degrees"}),
      make_field(&O::cutoff_km, {.name = "cutoff_km",
                                 .doc = "distance beyond which places do not depend on each other, "
                                        "for conley",
                                 .unit = "km",
                                 .minimum = 0,
                                 .maximum = 21000}),
      make_enum_field<&O::kernel>(
          {.name = "kernel", .doc = "weight of places within the distance, for conley"},
          {"uniform", "bartlett"}),
      make_field(&O::bias_correction,
                 {.name = "bias_correction",
                  .doc = "subtracts the bias of many effects from a gravity ppml and widens its "
                         "standard errors, clustered by pair",
                  .source = "Weidner and Zylkin (2021)"}),
      make_field(&O::widen_levels,
                 {.name = "widen_levels",
                  .doc = "levels of both effects with time keys up to which a three-way bias "
                         "correction widens the standard errors; memory is 24 bytes times the "
                         "square: 0.9 GB at 6000, 4.4 GB at 13500",
                  .minimum = 0,
                  .maximum = 100000}),
      make_field(&O::confidence_level, {.name = "confidence_level",
                                        .doc = "coverage of the intervals",
                                        .minimum = 0.01,
                                        .maximum = 0.9999}),
      make_field(&O::weights,
                 {.name = "weights", .doc = "column or expression that weights the rows"}),
      make_enum_field<&O::weight_meaning>(
          {.name = "weight_meaning",
           .doc = "sampling: a row is one observation that counts more or less; frequency: it "
                  "stands for that many equal rows"},
          {"sampling", "frequency"}),
      make_field(&O::offset, {.name = "offset",
                              .doc = "column or expression added to the linear predictor; the log "
                                     "of an exposure"}),
      make_field(&O::subset, {.name = "subset",
                              .doc = "condition that rows must meet, such as exporter != importer "
                                     "& year >= 1990"}),
      make_field(&O::separation,
                 {.name = "separation",
                  .doc = "how to find rows whose fitted mean would go to zero without end: fe "
                         "(groups of zeros), simplex (regressors), relu (regressors and effects), "
                         "mu (fitted means); all are tried in this order where a fit suggests them",
                  .source = "Correia, Guimaraes and Zylkin (2019)"}),
      make_field(&O::keep_singletons,
                 {.name = "keep_singletons",
                  .doc = "keeps groups with one row; they explain only themselves and make "
                         "clustered errors too small"}),
      make_field(&O::tolerance, {.name = "tolerance",
                                 .doc = "largest score of any level or regressor, relative to the "
                                        "sum of the outcome, at which a fit is certified",
                                 .minimum = 1e-13,
                                 .maximum = 1e-3}),
      make_field(
          &O::max_iterations,
          {.name = "max_iterations", .doc = "Newton steps", .minimum = 1, .maximum = 100000}),
      make_field(&O::memory_limit_gb,
                 {.name = "memory_limit_gb",
                  .doc = "resident memory that a Parquet table larger than memory is estimated in; "
                         "rows wait in files meanwhile; 0: no limit",
                  .unit = "GB",
                  .minimum = 0,
                  .maximum = 1000000}),
      make_field(&O::scratch, {.name = "scratch",
                               .doc = "folder of those files, on a disk; they carry no name and "
                                      "take about 120 bytes per row"}),
      make_field(&O::checkpoint,
                 {.name = "checkpoint",
                  .doc = "file that keeps every step of the fit; a run that finds it goes on from "
                         "there"}),
  };
}

FrameSpec frame_spec(const Formula& formula, const EstimateOptions& options) {
  check_combination(options);
  FrameSpec spec{.family = options.family,
                 .weights = options.weights,
                 .offset = options.offset,
                 .subset = options.subset};
  if (!options.cluster.empty()) spec.groups = parse_groups(options.cluster, "cluster");
  if (!options.time.empty()) {
    std::vector<EffectTerm> periods = parse_groups(options.time, "time");
    if (periods.size() != 1) {
      throw InputError({.code = "bad-option",
                        .what = fmt::format("time names {} groupings", periods.size()),
                        .where = "time",
                        .why = "rows follow each other along one line of time"});
    }
    spec.groups.push_back(std::move(periods.front()));
  }
  if (!options.latitude.empty() && !options.longitude.empty()) {
    spec.auxiliary = {options.latitude, options.longitude};
  }
  spec.cells = cells_suffice(options) && formula.endogenous.empty();
  return spec;
}

FittedModel fit_model(const data::Table& table, const Formula& formula,
                      const EstimateOptions& options, Context& context, const FittedModel* like) {
  const Clock::time_point start = Clock::now();
  FittedModel model = fit_frame(make_frame(table, formula, frame_spec(formula, options), context),
                                options, context, like);
  model.seconds = seconds_since(start);
  return model;
}

FittedModel fit_frame(ModelFrame frame, const EstimateOptions& options, Context& context,
                      const FittedModel* like) {
  const Clock::time_point start = Clock::now();
  FittedModel model;
  model.options = options;
  model.frame = std::move(frame);
  const SeparationChecks checks = separation_checks(options);
  GlmOptions solver{.tolerance = options.tolerance, .max_iterations = options.max_iterations};
  const std::vector<std::string> endogenous = join_endogenous(model.frame);
  // Dropping separated rows can leave groups of one row, collinear regressors, and rows that are
  // separated in what is left: again until nothing is dropped.
  while (true) {
    prune_groups(model.frame,
                 {.singletons = !options.keep_singletons, .one_sided = checks.effects});
    const GlmFit* known = same_structure(model.frame, like) ? &like->fit : nullptr;
    const GlmProblem full = model.frame.problem();
    model.fit = {};
    const std::shared_ptr<const AbsorptionPlan> plan =
        known != nullptr ? known->plan
                         : plan_absorption(full.keys, full.effects, full.n_rows(),
                                           AbsorbRoute::kAuto, context, full.ranks);
    for (DroppedRegressor& regressor : drop_collinear(model.frame, *plan, context)) {
      model.dropped.push_back(std::move(regressor));
    }
    if (!endogenous.empty()) {
      fit_with_instruments(model, endogenous, solver, context);
      break;
    }
    const GlmProblem problem = model.frame.problem();
    std::optional<Checkpoint> checkpoint;
    if (!options.checkpoint.empty()) {
      checkpoint.emplace(options.checkpoint, model.frame.formula.to_string(), problem, plan);
      solver.on_step = [&](const GlmFit& so_far) { checkpoint->write(so_far); };
      if (known == nullptr) known = checkpoint->read(context);
    }
    model.fit = fit_glm(problem, solver, context, known, plan);
    if (checkpoint && model.fit.status == SolveStatus::kConverged) checkpoint->remove();
    if (!drop_separated(model, *plan, checks, context)) break;
  }
  model.seconds = seconds_since(start);
  return model;
}

FittedModel with_columns(const FittedModel& model, Context& context) {
  FittedModel result = model;
  result.frame = model.frame.with_columns();
  result.fit = fit_glm(
      result.frame.problem(),
      {.tolerance = model.options.tolerance, .max_iterations = model.options.max_iterations},
      context, &model.fit);
  return result;
}

namespace {

Estimate summarise_fit(const FittedModel& model, Context& context) {
  const Clock::time_point start = Clock::now();
  const ModelFrame& frame = model.frame;
  const GlmFit& fit = model.fit;
  const GlmProblem problem = frame.problem();
  Estimate result;
  result.formula = frame.formula.to_string();
  result.outcome = frame.formula.outcome.to_string();
  result.family = frame.family;
  result.status = fit.status;
  result.certificate = fit.certificate;
  result.iterations = fit.iterations;
  result.route = fit.route;
  result.ledger = ledger_of_all(frame);
  result.dropped = model.dropped;
  result.se_convention = model.options.se_convention;
  result.confidence_level = model.options.confidence_level;
  result.n_obs = frame.n_all_rows();
  if (model.options.weight_meaning == WeightMeaning::kFrequency && !frame.weights.empty()) {
    const double total = frame.ranks.sum(
        std::accumulate(frame.weights.values.begin(), frame.weights.values.end(), 0.0));
    result.n_obs = static_cast<Index>(std::llround(total));
  }
  const VarianceSpec spec = variance_spec(model);
  const bool clustered = spec.kind == VarianceKind::kCluster;
  const AbsorbedFreedom freedom = absorbed_freedom(
      frame, clustered ? std::span<const KeyGroup>(spec.clusters) : std::span<const KeyGroup>());
  result.effects = freedom.effects;

  const bool has_mean = absorbs_mean(frame);
  WorkingMeans means;
  if (has_mean) means = working_means(frame, problem, fit);
  const Variance variance =
      estimate_variance(frame, problem, fit, freedom, spec, means.regressors, context);
  result.se_kind = variance.kind;
  result.se_factor = variance.factor;
  result.degrees_of_freedom = variance.degrees_of_freedom;
  result.n_clusters_by_grouping = variance.n_clusters;
  if (!variance.n_clusters.empty()) {
    result.n_clusters = *std::min_element(variance.n_clusters.begin(), variance.n_clusters.end());
  }
  if (clustered) {
    std::vector<std::string> names;
    for (const KeyGroup& group : spec.clusters) names.push_back(group.name);
    result.cluster_name = fmt::format("{}", fmt::join(names, " + "));
  }
  fill_coefficients(result, model, variance);
  if (has_mean) {
    result.mean_effect =
        make_coefficient("(mean effect)", means.effects, variance.constant_variance,
                         result.degrees_of_freedom, result.confidence_level);
  }
  const FitMeasures measures = measure_fit(problem, fit, context);
  result.deviance = measures.deviance;
  result.log_likelihood = measures.log_likelihood;
  result.null_log_likelihood = measures.null_log_likelihood;
  result.pseudo_r2 = 1.0 - measures.log_likelihood / measures.null_log_likelihood;
  if (frame.family == Family::kGaussian) fill_r2(result, frame, fit, context);
  fill_wald(result);
  if (model.options.keep_rows) {
    fill_rows(result, model, problem, effect_sum(problem, fit, context), context);
  }
  result.instruments = model.instruments;
  result.seconds = model.seconds + seconds_since(start);
  return result;
}

}  // namespace

Estimate summarise(const FittedModel& model, Context& context) {
  Estimate result = summarise_fit(model, context);
  if (!model.options.bias_correction || !result.certified()) return result;
  const BiasCorrection correction = correct_bias(model, context);
  if (!model.options.cluster.empty()) {
    std::vector<Index> clusters = model.frame.groups.front().keys;
    std::vector<Index> pairs = correction.pair_keys;
    std::sort(clusters.begin(), clusters.end());
    std::sort(pairs.begin(), pairs.end());
    if (clusters != pairs || model.frame.groups.size() > 1) {
      throw InputError({.code = "unused-option",
                        .what = fmt::format("bias-corrected errors are clustered by {}, not by {}",
                                            correction.pair_name, model.options.cluster),
                        .where = "cluster",
                        .why = "the correction is derived for dependence within pairs",
                        .fixes = {fmt::format("--cluster {}", correction.pair_name)}});
    }
  }
  result.coefficients = correction.corrected;
  result.covariance = correction.covariance;
  result.bias = correction.bias;
  result.mean_effect.reset();  // the effects belong to the uncorrected coefficients
  result.se_kind = correction.method;
  result.cluster_name = correction.pair_name;
  result.se_factor =
      static_cast<double>(correction.n_pairs) / (static_cast<double>(correction.n_pairs) - 1.0);
  result.n_clusters = correction.n_pairs;
  result.n_clusters_by_grouping = {correction.n_pairs};
  fill_wald(result);
  return result;
}

data::Table effect_table(const FittedModel& model, Context& context) {
  const ModelFrame& frame = model.frame;
  const AbsorptionPlan& plan = *model.fit.plan;
  const RecoveredEffects recovered = recover_effects(frame.problem(), model.fit, context);
  std::vector<std::string> effects;
  std::vector<std::string> levels;
  data::NumberColumn values;
  data::NumberColumn rows;
  for (std::size_t e = 0; e < frame.effects.size(); ++e) {
    const auto effect = static_cast<Index>(e);
    std::vector<double> counts(recovered.values[e].size(), 0.0);
    for (const GroupId level : plan.levels_in_fit_order(effect)) counts[level] += 1.0;
    for (GroupId level = 0; level < recovered.values[e].size(); ++level) {
      const std::vector<GroupId> ids = plan.level_key_ids(effect, level);
      std::vector<std::string> labels;
      for (std::size_t k = 0; k < ids.size(); ++k) {
        labels.push_back(frame.keys[at(frame.effects[e].group.keys[k])].label(ids[k]));
      }
      effects.push_back(frame.effects[e].name);
      levels.push_back(fmt::format("{}", fmt::join(labels, "-")));
      values.push_back(recovered.values[e][level]);
      rows.push_back(counts[level]);
    }
  }
  data::Table table("absorbed effects");
  table.add("effect", effects);
  table.add("level", levels);
  table.add("value", std::move(values));
  table.add("rows", std::move(rows));
  return table;
}

Estimate estimate(const data::Table& table, std::string_view formula,
                  const EstimateOptions& options, Context& context) {
  return summarise(fit_model(table, parse_formula(formula), options, context), context);
}

std::vector<Estimate> estimate_all(const data::Table& table, std::string_view formula,
                                   const EstimateOptions& options,
                                   std::span<const std::string> samples, Context& context,
                                   const ModelVisitor& visit) {
  const std::vector<Formula> models = parse_formulas(formula);
  std::vector<EstimateOptions> variants;
  for (const std::string& sample : samples) {
    variants.push_back(options);
    variants.back().subset =
        options.subset.empty() ? sample : fmt::format("({}) & ({})", options.subset, sample);
  }
  if (variants.empty()) variants.push_back(options);
  std::vector<Estimate> results;
  for (const EstimateOptions& variant : variants) {
    std::optional<FittedModel> last;
    for (const Formula& model : models) {
      std::optional<FittedModel> next =
          fit_model(table, model, variant, context, last.has_value() ? &*last : nullptr);
      results.push_back(summarise(*next, context));
      if (visit) visit(*next, results.back());
      last = std::move(next);
    }
  }
  return results;
}

const Coefficient& Estimate::coefficient(std::string_view name) const {
  std::vector<std::string> names;
  for (const Coefficient& candidate : coefficients) {
    if (candidate.name == name) return candidate;
    names.push_back(candidate.name);
  }
  for (const DroppedRegressor& regressor : dropped) {
    if (regressor.name == name) {
      throw InputError({.code = "no-such-coefficient",
                        .what = fmt::format("{} has no coefficient: {}", name, regressor.reason),
                        .where = formula,
                        .why = "its effect cannot be told apart from the others"});
    }
  }
  const std::string near = nearest_name(name, names);
  throw InputError({.code = "no-such-coefficient",
                    .what = fmt::format("the model has no coefficient {}", name),
                    .where = formula,
                    .context = {fmt::format("coefficients: {}", fmt::join(names, ", "))},
                    .why = "only estimated coefficients can be used",
                    .fixes = near.empty()
                                 ? std::vector<std::string>{}
                                 : std::vector<std::string>{fmt::format("write {}", near)}});
}

WaldTest test_zero(const Estimate& estimate, std::span<const std::string> names) {
  const std::size_t all = estimate.coefficients.size();
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const Coefficient& found = estimate.coefficient(name);
    places.push_back(static_cast<std::size_t>(&found - estimate.coefficients.data()));
  }
  const auto q = static_cast<Index>(places.size());
  Eigen::MatrixXd covariance(q, q);
  Eigen::VectorXd value(q);
  for (Index a = 0; a < q; ++a) {
    value(a) = estimate.coefficients[places[at(a)]].value;
    for (Index b = 0; b < q; ++b) {
      covariance(a, b) = estimate.covariance[places[at(a)] * all + places[at(b)]];
    }
  }
  WaldTest test;
  if (q == 0) return test;
  // In units of standard errors; directions without variance (fewer clusters than coefficients)
  // do not count.
  const Eigen::VectorXd scale =
      covariance.diagonal().unaryExpr([](double v) { return v > 0.0 ? 1.0 / std::sqrt(v) : 0.0; });
  const auto [roots, vectors] =
      numerics::eigen_symmetric(scale.asDiagonal() * covariance * scale.asDiagonal());
  const Eigen::VectorXd rotated = vectors.transpose() * scale.asDiagonal() * value;
  for (Index a = 0; a < q; ++a) {
    if (roots(a) <= 1e-12) continue;
    test.statistic += rotated(a) * rotated(a) / roots(a);
    ++test.df;
  }
  if (test.df == 0) return test;
  const auto df = static_cast<double>(test.df);
  test.p = std::isinf(estimate.degrees_of_freedom)
               ? chi2_upper(test.statistic, df)
               : f_upper(test.statistic / df, df, estimate.degrees_of_freedom);
  return test;
}

std::string Estimate::to_text() const {
  std::string text =
      fmt::format("{}\n{}, {} rows\n\n", formula, option_name(family), fmt::group_digits(n_obs));
  if (!certified()) {
    text += fmt::format("NOT CERTIFIED: no coefficients are shown.\n{}\n\n{}",
                        certificate.summary(), ledger.to_text());
    return text;
  }
  std::size_t width = 12;
  for (const Coefficient& row : coefficients) width = std::max(width, row.name.size());
  const bool t_test = !std::isinf(degrees_of_freedom);
  const std::string interval = fmt::format("[{:g}% interval]", 100.0 * confidence_level);
  text += fmt::format("{:{}}  {:>12} {:>11} {:>8} {:>8}  {:>23}\n", "", width, "coefficient",
                      "std. error", t_test ? "t" : "z", "p", interval);
  const auto add_row = [&](const Coefficient& row) {
    text += fmt::format("{:{}}  {:>12.6g} {:>11.5g} {:>8.2f} {:>8.4f}  [{:>10.5g}, {:>10.5g}] {}\n",
                        row.name, width, row.value, row.se, row.z, row.p, row.low, row.high,
                        significance_note(row.p));
  };
  for (const Coefficient& row : coefficients) add_row(row);
  if (mean_effect) add_row(*mean_effect);
  for (const DroppedRegressor& row : dropped) {
    text += fmt::format("{:{}}  dropped: {}\n", row.name, width, row.reason);
  }
  text += fmt::format("\nstandard errors {}", se_kind);
  if (n_clusters > 0) text += fmt::format(" ({} clusters)", fmt::group_digits(n_clusters));
  text += fmt::format(", convention {}\n", to_string(se_convention));
  if (!bias.empty()) {
    text += "taken off as bias:";
    for (std::size_t k = 0; k < bias.size(); ++k) {
      text += fmt::format("{} {} {:.6g}", k == 0 ? "" : ",", coefficients[k].name, bias[k]);
    }
    text += "\n";
  }
  if (r2) {
    text += fmt::format("R2 {:.4f}", *r2);
    if (within_r2) text += fmt::format(", within {:.4f}", *within_r2);
  } else {
    text += fmt::format("pseudo R2 {:.4f}, log likelihood {:.10g}, deviance {:.10g}", pseudo_r2,
                        log_likelihood, deviance);
  }
  text += fmt::format("; Wald chi2({}) {:.2f}\n", wald_df, wald);
  if (instruments) {
    for (const double f : instruments->first_stage_f) {
      text += fmt::format("first stage F {:.2f}\n", f);
    }
    if (instruments->overidentification_df > 0) {
      text += fmt::format("overidentification chi2({}) {:.2f}, p {:.4f}\n",
                          instruments->overidentification_df, instruments->overidentification,
                          instruments->overidentification_p);
    }
  }
  if (!effects.empty()) {
    text += "\nabsorbed effects            levels  redundant\n";
    for (const EffectInfo& effect : effects) {
      text += fmt::format("  {:<22} {:>9} {:>10}{}{}\n", effect.name,
                          fmt::group_digits(effect.n_levels), fmt::group_digits(effect.n_redundant),
                          effect.exact ? "" : " at least",
                          effect.nested ? "  nested in a cluster" : "");
    }
  }
  text += fmt::format("\n{}\n{}\n", ledger.to_text(), certificate.summary());
  return text;
}

}  // namespace altyn::estimation
