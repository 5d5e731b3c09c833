#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/estimation/absorb.h"
#include "altyn/estimation/problem.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

struct GlmFit;

struct GlmOptions {
  double tolerance = 1e-9;
  Index max_iterations = 100;
  Index max_inner_iterations = 10'000;
  AbsorbRoute route = AbsorbRoute::kAuto;
  bool row_results = true;
  /// Told after every step how far the fit has come: coefficients, and levels of kept effects, as a
  /// later fit may start from; of the caller, no field of the table.
  std::function<void(const GlmFit&)> on_step{};
  static std::vector<Field<GlmOptions>> fields();
};

/// A column of one value per row.
using Column = numerics::RawVector<double>;

/// How far one effect is from its equations: the level with the largest score.
struct EffectScore {
  std::string name;
  double residual = -1.0;  ///< |sum of w * score| in that level / scale of the certificate
  GroupId level = 0;
  std::vector<GroupId> key_ids{};  ///< its key ids, in the order of Effect::keys
};

/// A fit with absorbed effects. Columns of length n are in fit order; in_input_order(*plan, ...)
/// puts one into input order.
///
/// | status          | numbers                                                                |
/// |-----------------|------------------------------------------------------------------------|
/// | kConverged      | all valid; the certificate holds                                       |
/// | kIterationLimit, kStalled, kCancelled | last iterate, with its certificate                 |
/// | kNotFinite      | last finite iterate                                                    |
struct GlmFit {
  SolveStatus status = SolveStatus::kNotRun;
  Family family = Family::kPoisson;
  std::vector<std::string> regressor_names{};  ///< [k] columns, then cells
  std::vector<double> coefficients{};          ///< [k]; 0 where redundant
  std::vector<bool> redundant{};               ///< [k] collinear with effects or earlier regressors
  std::vector<double> hessian{};               ///< [k * k] X~' W X~
  Column mu{};                                 ///< [n] fitted mean
  Column residual{};                           ///< [n] score with respect to eta, without weight:
                                               ///< y - mu, gamma (y - mu) / mu
  Column partialled{};                         ///< [n * k] X~, column after column: regressors net
                                               ///< of effects at the final working weights; empty
                                               ///< when the problem has cells
  Index iterations = 0;                        ///< Newton steps
  Index inner_iterations = 0;                  ///< conjugate gradient steps in all
  std::vector<EffectScore> effect_scores{};    ///< [E]
  Certificate certificate{};                   ///< per effect, and for the regressors
  std::string route{};
  std::shared_ptr<const AbsorptionPlan> plan{};

  std::vector<std::vector<double>> level_values{};  ///< [E][levels] one solution for the effects;
                                                    ///< recover_effects() gives the normalised one
  /// [k][levels of all effects but the eliminated one] coefficients of each regressor on the
  /// effects: what X~ follows from when the problem has cells, and where a later fit starts.
  std::vector<std::vector<double>> regressor_levels{};

  [[nodiscard]] Index n_rows() const { return plan ? plan->n_rows() : 0; }
  [[nodiscard]] std::span<const double> partialled_column(Index j) const {
    return std::span(partialled).subspan(static_cast<std::size_t>(j) * mu.size(), mu.size());
  }
};

/// Maximises the quasi-likelihood over coefficients and effects. The stop is the score itself: for
/// every level |sum w s| / scale <= tolerance and for every regressor |x~' w s| / sqrt(H_jj scale)
/// <= tolerance, where s is the residual and scale = sum w |y| (Poisson, Gaussian) or sum w (gamma,
/// logit). X~ is then exact to the same tolerance.
/// `start`: a fit of the same rows and effects (weights, y and regressors may differ): its plan is
/// reused, Newton starts at its coefficients and effects, and regressors of the same name start
/// from its X~. `plan`: of the same rows and effects, where there is one already. Errors:
/// InputError as check_problem and plan_absorption. Without `row_results` (bootstrap draws) mu,
/// residual and partialled stay empty, and the Hessian is that of regressors netted of effects as
/// closely as the last step needed (none with cells). Cells are found together with the levels of
/// the effects; what they are net of effects is worked out once, at the end. Of cells that depend
/// on each other, the last ones are redundant. Cost: 5 to 10 passes over the rows; memory 8 n (2 +
/// k) bytes and the plan. With C cells conjugate gradients for every eight of them and C^2 products
/// over the levels; memory 24 C bytes per level.
[[nodiscard]] GlmFit fit_glm(const GlmProblem& problem, const GlmOptions& options, Context& context,
                             const GlmFit* start = nullptr,
                             std::shared_ptr<const AbsorptionPlan> plan = nullptr);

/// Working weight d mu / d eta etc. of one row (without the row's own weight): Poisson mu,
/// Gaussian 1, gamma 1, logit mu (1 - mu).
[[nodiscard]] double working_weight(Family family, double mu);

struct FitMeasures {
  double deviance = 0.0;
  double log_likelihood = 0.0;       ///< with the constants of the family (lgamma(y + 1), ...)
  double null_log_likelihood = 0.0;  ///< constant and offset only
};
/// Deviance and log (pseudo) likelihood of a fit; weights multiply each row's term.
[[nodiscard]] FitMeasures measure_fit(const GlmProblem& problem, const GlmFit& fit,
                                      Context& context);

/// Sums of scores w * s * x~ over clusters: [n_clusters * k], row-major, in cluster order.
/// Shapes: cluster_ids [n] in input order, in 0 .. n_clusters - 1. The same bits for any number of
/// threads. Cost: one pass.
[[nodiscard]] std::vector<double> sum_scores(const GlmProblem& problem, const GlmFit& fit,
                                             std::span<const GroupId> cluster_ids, Index n_clusters,
                                             Context& context);
/// The same for clusters that are the levels of an effect: [n_levels(effect) * k].
[[nodiscard]] std::vector<double> sum_scores_by_effect(const GlmProblem& problem, const GlmFit& fit,
                                                       Index effect, Context& context);

/// Linear predictors and their parts of any rows of a fit, without a column for all of them.
/// Borrows from both, which must outlive it.
class LinearPredictors {
 public:
  LinearPredictors(const GlmProblem& problem, const GlmFit& fit) : problem_(problem), fit_(fit) {}
  /// The linear predictor, with effects and offset, from place `begin` of the fit order on.
  void compute(Index begin, std::span<double> out) const;
  /// Part of it that the effects explain: eta - x'b - offset.
  void compute_effects(Index begin, std::span<double> out) const;

 private:
  const GlmProblem& problem_;
  const GlmFit& fit_;
};

/// Linear predictor including effects and offset, in fit order [n].
[[nodiscard]] std::vector<double> linear_predictor(const GlmProblem& problem, const GlmFit& fit,
                                                   Context& context);
/// Part of the linear predictor that the effects explain: eta - x'b - offset, in fit order [n].
[[nodiscard]] std::vector<double> effect_sum(const GlmProblem& problem, const GlmFit& fit,
                                             Context& context);

/// Levels of all effects: values[e][level], numbered as in AbsorptionPlan. Effects are defined up
/// to shifts between them; of all solutions with the same effect_sum this is the one with the least
/// sum of squares over rows, sum_rows sum_e values[e][level]^2. It depends neither on row order nor
/// on a reference level. Cost: conjugate gradients over the rows, tens of passes on a dense panel.
struct RecoveredEffects {
  std::vector<std::vector<double>> values{};
  double residual = -1.0;  ///< max |effect_sum - sum of values| over rows
};
[[nodiscard]] RecoveredEffects recover_effects(const GlmProblem& problem, const GlmFit& fit,
                                               Context& context);

}  // namespace altyn::estimation
