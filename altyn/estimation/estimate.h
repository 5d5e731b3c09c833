#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/data/ledger.h"
#include "altyn/data/table.h"
#include "altyn/estimation/collinearity.h"
#include "altyn/estimation/degrees_of_freedom.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/instruments.h"
#include "altyn/estimation/model_frame.h"
#include "altyn/estimation/variance.h"

namespace altyn::estimation {

/// How a model is estimated and its errors judged.
struct EstimateOptions {
  Family family = Family::kPoisson;
  std::string cluster{};
  VarianceKind variance = VarianceKind::kAuto;
  SeConvention se_convention = SeConvention::kStata;
  std::string time{};
  Index lags = -1;
  std::string latitude{};
  std::string longitude{};
  double cutoff_km = 0.0;
  SpatialKernel kernel = SpatialKernel::kUniform;
  double confidence_level = 0.95;
  bool bias_correction = false;
  Index widen_levels = 6000;
  std::string weights{};
  WeightMeaning weight_meaning = WeightMeaning::kSampling;
  std::string offset{};
  std::string subset{};
  std::vector<std::string> separation{"fe", "simplex", "relu", "mu"};
  bool keep_singletons = false;
  double tolerance = 1e-9;
  Index max_iterations = 100;
  double memory_limit_gb = 0.0;
  std::string scratch = "/var/tmp";
  std::string checkpoint{};
  bool keep_rows = true;  ///< fitted values in the result; of the caller, no field of the table
  static std::vector<Field<EstimateOptions>> fields();
};

/// One row of the coefficient table. Tests are two-sided against zero.
struct Coefficient {
  std::string name{};
  double value = 0.0;
  double se = 0.0;
  double z = 0.0;    ///< value / se
  double p = 1.0;    ///< by the normal distribution; by Student's t for OLS
  double low = 0.0;  ///< confidence interval at the level of the options
  double high = 0.0;
};

/// The row of a coefficient: tests and interval by the normal distribution (df = infinity) or
/// Student's t.
[[nodiscard]] Coefficient make_coefficient(std::string name, double value, double variance,
                                           double df, double confidence_level);

/// An estimated model.
///
/// | status      | numbers                                                            |
/// |-------------|--------------------------------------------------------------------|
/// | kConverged  | valid when certificate.holds(), which prints them                  |
/// | any other   | the last iterate: read them for diagnosis only; no surface prints them |
struct Estimate {
  std::string formula{};  ///< canonical spelling
  std::string outcome{};
  Family family = Family::kPoisson;
  SolveStatus status = SolveStatus::kNotRun;
  std::vector<Coefficient> coefficients{};
  std::vector<double> covariance{};          ///< [k * k] row-major, of `coefficients`
  std::optional<Coefficient> mean_effect{};  ///< average of the absorbed effects over the working
                                             ///< weights: what Stata prints as _cons
  std::vector<DroppedRegressor> dropped{};   ///< regressors without a coefficient of their own
  Index n_obs = 0;                           ///< rows used; the sum of frequency weights
  std::string se_kind{};                     ///< "clustered by exporter^importer", "robust"
  std::string cluster_name{};                ///< "" when not clustered
  Index n_clusters = 0;                      ///< of the grouping with the fewest
  std::vector<Index> n_clusters_by_grouping{};
  SeConvention se_convention = SeConvention::kStata;
  double se_factor = 1.0;           ///< small-sample factor within the covariance
  double degrees_of_freedom = 0.0;  ///< of t tests; infinity for z tests
  double confidence_level = 0.95;
  double deviance = 0.0;
  double log_likelihood = 0.0;
  double null_log_likelihood = 0.0;
  double pseudo_r2 = 0.0;             ///< 1 - log likelihood / that of a constant alone
  std::optional<double> r2{};         ///< OLS only
  std::optional<double> within_r2{};  ///< OLS only: net of the effects
  double wald = 0.0;                  ///< chi-squared of all coefficients but the intercept
  Index wald_df = 0;
  std::vector<EffectInfo> effects{};
  std::vector<double> bias{};  ///< what a bias correction took off each coefficient; else empty
  std::optional<InstrumentTests> instruments{};  ///< of a model with instruments
  data::SampleLedger ledger{};
  Certificate certificate{};
  std::vector<Index> rows{};               ///< table rows used, increasing (keep_rows)
  std::vector<double> fitted{};            ///< mean of each used row (keep_rows)
  std::vector<double> linear_predictor{};  ///< (keep_rows)
  std::vector<double> effect_sum{};        ///< part of it that the absorbed effects explain
  Index iterations = 0;
  std::string route{};
  double seconds = 0.0;

  /// Errors: InputError "no-such-coefficient" naming the nearest.
  [[nodiscard]] const Coefficient& coefficient(std::string_view name) const;
  /// The certificate holds: the numbers may be shown.
  [[nodiscard]] bool certified() const { return certificate.holds(); }
  /// What a terminal shows: the coefficient table, fit, effects, ledger and certificate. Without a
  /// certificate that holds it says so and prints no coefficient.
  [[nodiscard]] std::string to_text() const;
};

/// A fitted model with its data: what bootstraps, bias corrections and predictions start from.
/// Borrows from the table, which must outlive it.
struct FittedModel {
  EstimateOptions options{};
  ModelFrame frame{};  ///< of an instrumented model the last regressors are the endogenous ones
  GlmFit fit{};
  std::vector<DroppedRegressor> dropped{};
  std::optional<InstrumentTests> instruments{};  ///< of a model with instruments
  double seconds = 0.0;
};

/// What besides the formula decides the rows of a model: the frame of fit_model().
[[nodiscard]] FrameSpec frame_spec(const Formula& formula, const EstimateOptions& options);

/// Builds the sample and fits: missing values, singletons and separated rows leave through the
/// ledger, collinear regressors are named and dropped.
/// `like`: a model of the same table, already fitted. Where rows and effects turn out the same, its
/// structure is used again and the fit starts from its effects.
/// Errors: InputError of parse_formula, make_frame, prune_groups, fit_instrumented; "unused-option"
/// for options that would have no effect beside the others.
[[nodiscard]] FittedModel fit_model(const data::Table& table, const Formula& formula,
                                    const EstimateOptions& options, Context& context,
                                    const FittedModel* like = nullptr);

/// Fits a frame that was made before, as fit_model() does. With options.checkpoint every step is
/// kept in that file; a fit of the same model that finds it goes on from there, and removes it when
/// it has converged. Errors: as fit_model.
[[nodiscard]] FittedModel fit_frame(ModelFrame frame, const EstimateOptions& options,
                                    Context& context, const FittedModel* like = nullptr);

/// The same model with every treatment cell as a column of its own: for what needs regressors net
/// of effects row by row. Cost: a warm fit; 16 bytes per row and cell.
[[nodiscard]] FittedModel with_columns(const FittedModel& model, Context& context);

/// Variance, tests and measures of fit of a fitted model; bias correction where the options ask for
/// it. Errors: InputError of estimate_variance and correct_bias.
[[nodiscard]] Estimate summarise(const FittedModel& model, Context& context);

/// Every level of every effect: columns effect, level ("RUS-2015"), value, rows. Of all solutions
/// with the same sums the one of recover_effects: the least sum of squares over rows.
[[nodiscard]] data::Table effect_table(const FittedModel& model, Context& context);

/// Estimates one model: fit_model and summarise.
/// Example: estimate(table, "trade ~ eaeu | exporter^year + importer^year + exporter^importer",
///                   {.cluster = "exporter^importer"}, context).
[[nodiscard]] Estimate estimate(const data::Table& table, std::string_view formula,
                                const EstimateOptions& options, Context& context);

/// Called with every model and its estimate while both are at hand.
using ModelVisitor = std::function<void(const FittedModel&, const Estimate&)>;

/// Estimates every model a formula stands for (several outcomes, sw(), csw()), in each of the
/// `samples` (conditions on rows, besides options.subset; empty: one sample). Models follow each
/// other sample by sample; they share structure and start from each other.
[[nodiscard]] std::vector<Estimate> estimate_all(const data::Table& table, std::string_view formula,
                                                 const EstimateOptions& options,
                                                 std::span<const std::string> samples,
                                                 Context& context, const ModelVisitor& visit = {});

/// A joint test that linear restrictions hold.
struct WaldTest {
  double statistic = 0.0;  ///< chi-squared
  Index df = 0;            ///< independent restrictions
  double p = 1.0;          ///< chi-squared for z tests, F (statistic / df) for t tests
};
/// Tests that the named coefficients are all zero. Errors: as Estimate::coefficient.
[[nodiscard]] WaldTest test_zero(const Estimate& estimate, std::span<const std::string> names);

/// "ppml", "ols", "gamma", "logit": names of the families as options and tables spell them.
[[nodiscard]] std::string_view option_name(Family family);

}  // namespace altyn::estimation
