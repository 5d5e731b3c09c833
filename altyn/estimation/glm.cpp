#include "altyn/estimation/glm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/glm_newton.h"
#include "altyn/estimation/glm_sweep.h"
#include "altyn/numerics/symmetric_solve.h"

namespace altyn::estimation {

namespace {

using numerics::RawVector;

constexpr double kFirstReduction = 0.1;       // of delta's error at the first steps
constexpr double kLeastReduction = 1e-6;
constexpr double kScoreFloor = 1e-3;          // of the tolerance: smaller scores are not worked on
constexpr double kPartialledError = 1e-3;     // of x~ at a step, relative to itself
constexpr double kPartialledStart = 1e-4;     // at the first step, relative to x
constexpr double kPartialledClose = 1e-9;
constexpr double kPartialledFinal = 1e-10;    // at the end, relative to x~
constexpr double kRedundant = 1e-13;
constexpr double kNearlyRedundant = 1e-5;     // of x'Wx: look closer before trusting x~
constexpr double kTightError = 1e-9;
constexpr double kLeastCoefficientMove = 1e-12;
constexpr double kObjectiveSlack = 1e-11;     // relative rounding of the objective
constexpr int kMaxHalvings = 15;
constexpr int kPatience = 15;                 // steps without a real gain before giving up

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Largest score of each kept effect's levels over the scale; slopes by their largest size.
std::vector<EffectScore> score_effects(const GlmProblem& problem, const AbsorbLayout& layout,
                                       const GlmNewton& newton, double scale) {
  std::vector<EffectScore> scores(problem.effects.size());
  for (std::size_t e = 0; e < scores.size(); ++e) scores[e].name = problem.effects[e].name;
  for (const KeptEffect& kept : layout.kept) {
    double size = 1.0;
    if (!kept.slope.empty()) {
      size = 0.0;
      for (const double s : kept.slope) size = std::max(size, std::abs(s));
      if (size == 0.0) size = 1.0;
    }
    EffectScore& worst = scores[at(kept.effect)];
    for (GroupId l = 0; l < kept.n_levels; ++l) {
      const auto row = at(Index{kept.first + l} * newton.n_lanes());
      const double residual = std::abs(newton.found.levels[row]) / (scale * size);
      if (!(residual <= worst.residual)) {
        worst.residual = residual;
        worst.level = l;
      }
    }
  }
  if (layout.eliminated >= 0) {
    EffectScore& worst = scores[at(layout.eliminated)];
    worst.residual = newton.found.largest_run_score / scale;
    worst.level = static_cast<GroupId>(newton.found.worst_run);
  }
  for (std::size_t e = 0; e < scores.size(); ++e) {
    if (scores[e].residual >= 0.0) {
      scores[e].key_ids = layout.level_key_ids(static_cast<Index>(e), scores[e].level);
    }
  }
  return scores;
}

struct RegressorScore {
  double residual = 0.0;
  std::size_t worst = 0;
};
RegressorScore score_regressors(const GlmNewton& newton, double scale) {
  RegressorScore result;
  const std::size_t k = newton.score.size();
  const std::vector<bool> left_out = newton.redundant();
  for (std::size_t j = 0; j < k; ++j) {
    if (left_out[j]) continue;
    const double h = newton.hessian[j * k + j];
    const double residual = h > 0.0 ? std::abs(newton.score[j]) / (std::sqrt(h) * std::sqrt(scale)) : 0.0;
    if (!(residual <= result.residual)) result = {residual, j};
  }
  return result;
}

/// How far the coefficients still are from where their scores vanish, against their own size and
/// standard error.
bool coefficients_settled(const GlmNewton& newton, double tolerance) {
  const std::size_t k = newton.score.size();
  if (k == 0) return true;
  const numerics::SemidefiniteFactor factor(newton.hessian, newton.scales(), kRedundant);
  const std::vector<double> gap = factor.solve(newton.score);
  for (std::size_t j = 0; j < k; ++j) {
    if (factor.left_out()[j]) continue;
    const double error = 1.0 / std::sqrt(newton.hessian[j * k + j]);
    if (std::abs(gap[j]) > tolerance * (std::abs(newton.point.coefficients[j]) + error)) {
      return false;
    }
  }
  return true;
}

/// Starts the point at an earlier fit of the same rows and effects.
void start_from(const GlmFit& start, const GlmProblem& problem, const AbsorbLayout& layout,
                GlmNewton& newton) {
  for (std::size_t j = 0; j < problem.regressor_names.size(); ++j) {
    const auto found = std::find(start.regressor_names.begin(), start.regressor_names.end(),
                                 problem.regressor_names[j]);
    if (found == start.regressor_names.end()) continue;
    const auto old = static_cast<std::size_t>(found - start.regressor_names.begin());
    newton.point.coefficients[j] = start.coefficients[old];
    if (start.regressor_levels.size() <= old) continue;
    for (Index l = 0; l < layout.n_kept_levels; ++l) {
      newton.regressor_level(j, l) = start.regressor_levels[old][at(l)];
    }
  }
  for (const KeptEffect& kept : layout.kept) {
    const std::vector<double>& values = start.level_values[at(kept.effect)];
    for (GroupId l = 0; l < kept.n_levels; ++l) {
      newton.point.v[at(Index{kept.first + l} * newton.n_lanes())] = values[l];
    }
  }
  if (layout.eliminated >= 0) {
    const std::vector<double>& values = start.level_values[at(layout.eliminated)];
    std::copy(values.begin(), values.end(), newton.point.alpha.begin());
  }
}

void fill_levels(const AbsorbLayout& layout, GlmNewton& newton, GlmFit& fit) {
  fit.level_values.resize(layout.levels.size());
  for (const KeptEffect& kept : layout.kept) {
    std::vector<double>& values = fit.level_values[at(kept.effect)];
    values.resize(kept.n_levels);
    for (GroupId l = 0; l < kept.n_levels; ++l) {
      values[l] = newton.point.v[at(Index{kept.first + l} * newton.n_lanes())];
    }
  }
  if (layout.eliminated >= 0) {
    fit.level_values[at(layout.eliminated)].assign(newton.point.alpha.begin(),
                                                   newton.point.alpha.end());
  }
  fit.regressor_levels.resize(fit.coefficients.size());
  for (std::size_t j = 0; j < fit.regressor_levels.size(); ++j) {
    fit.regressor_levels[j].resize(layout.n_kept_levels);
    for (Index l = 0; l < layout.n_kept_levels; ++l) {
      fit.regressor_levels[j][at(l)] = newton.regressor_level(j, l);
    }
  }
}

std::string level_text(const EffectScore& score) {
  return fmt::format("{} {}", score.name, fmt::join(score.key_ids, "-"));
}

void certify(const GlmProblem& problem, const GlmOptions& options, double partialled_error,
             const RegressorScore& regressors, GlmFit& fit) {
  Certificate& certificate = fit.certificate;
  certificate.subject = fmt::format("{} with {} effects", to_string(problem.family),
                                    problem.effects.size());
  certificate.status = fit.status;
  certificate.iterations = static_cast<int>(fit.iterations);
  const bool sizes = problem.family == Family::kPoisson || problem.family == Family::kGaussian;
  for (const EffectScore& score : fit.effect_scores) {
    certificate.blocks.push_back({.name = "score of " + score.name,
                                  .residual = score.residual,
                                  .tolerance = options.tolerance,
                                  .measure = sizes ? "max |sum of w score| / sum of w |y|"
                                                   : "max |sum of w score| / sum of w",
                                  .worst = level_text(score)});
  }
  if (!fit.coefficients.empty()) {
    certificate.blocks.push_back(
        {.name = "score of regressors",
         .residual = regressors.residual,
         .tolerance = options.tolerance,
         .measure = "max |sum of w score x~| / sqrt(x~'Wx~ scale)",
         .worst = fit.regressor_names.empty() ? "" : fit.regressor_names[regressors.worst]});
    certificate.blocks.push_back({.name = "regressors net of effects",
                                  .residual = partialled_error,
                                  .tolerance = 1e-8,
                                  .measure = "norm of the part of x~ in the effects / norm of x~",
                                  .worst = ""});
  }
}

}  // namespace

std::vector<Field<GlmOptions>> GlmOptions::fields() {
  return {
      make_field(&GlmOptions::tolerance,
                 {.name = "tolerance",
                  .doc = "largest score of any level or regressor, relative to the total of the "
                         "outcome, at which the fit counts as solved",
                  .minimum = 1e-14,
                  .maximum = 1e-2}),
      make_field(&GlmOptions::max_iterations,
                 {.name = "max_iterations", .doc = "Newton steps at most", .minimum = 1.0}),
      make_field(&GlmOptions::max_inner_iterations,
                 {.name = "max_inner_iterations",
                  .doc = "conjugate gradient steps at most within one Newton step",
                  .minimum = 1.0}),
      make_enum_field<&GlmOptions::route>(
          {.name = "route",
           .doc = "how effects are absorbed: auto probes the structure; blocks insists on exact "
                  "blocks (country-year); general never uses them"},
          {"auto", "blocks", "general"}),
      make_field(&GlmOptions::row_results,
                 {.name = "row_results",
                  .doc = "fill the columns of fitted means, residuals and netted regressors; a "
                         "bootstrap draw does without"}),
  };
}

double working_weight(Family family, double mu) {
  switch (family) {
    case Family::kPoisson: return mu;
    case Family::kLogit: return mu * (1.0 - mu);
    case Family::kGaussian:
    case Family::kGamma: return 1.0;
  }
  return 0.0;
}

GlmFit fit_glm(const GlmProblem& problem, const GlmOptions& options, Context& context,
               const GlmFit* start) {
  check_problem(problem, context);
  std::shared_ptr<const AbsorbLayout> layout;
  if (start != nullptr) {
    layout = std::dynamic_pointer_cast<const AbsorbLayout>(start->plan);
    ALTYN_CHECK(layout != nullptr && layout->n == problem.n_rows() &&
                    layout->levels.size() == problem.effects.size(),
                "a fit starts from one of the same rows and effects");
  } else {
    layout = build_layout(problem.keys, problem.effects, problem.n_rows(), options.route, context);
  }
  const GlmRows rows(problem, *layout, context);
  const double scale = score_scale(rows, context);
  const std::size_t k = problem.regressors.size();

  GlmFit fit;
  fit.family = problem.family;
  fit.regressor_names = problem.regressor_names;
  fit.route = layout->route();
  fit.plan = layout;

  GlmNewton newton(rows);
  const auto accuracy = [&](double reduction) {
    // Level scores below a fraction of the tolerance, spread over the whole weight.
    const double total = newton.found.total_weight;
    return GlmNewton::Accuracy{
        .reduction = reduction,
        .score_floor = total > 0.0 ? kScoreFloor * options.tolerance * scale / std::sqrt(total) : 0.0,
        .partialled_error = kPartialledError,
        .partialled_floor = kPartialledClose,
        .max_inner_iterations = options.max_inner_iterations};
  };
  // The first step finds G from nothing. Where it leaves x~ close to nothing, it is looked at again
  // before it is trusted.
  const auto first_step = [&](const GlmRows& on) {
    newton.set_scales(weighted_squares(on, newton.working_weights(), context));
    GlmNewton::Accuracy first = accuracy(kFirstReduction);
    first.partialled_error = 0.0;
    first.partialled_floor = kPartialledStart;
    newton.find_step(first, context);
    for (std::size_t j = 0; j < k; ++j) {
      if (newton.hessian[j * k + j] > kNearlyRedundant * newton.scales()[j]) continue;
      newton.evaluate(on, nullptr, nullptr, nullptr, context);
      newton.find_step(accuracy(kFirstReduction), context);
      break;
    }
  };
  double last_objective = -std::numeric_limits<double>::infinity();
  bool moved = false;
  const bool log_link = problem.family == Family::kPoisson || problem.family == Family::kGamma;
  bool at_margins = false;
  // The classical start: one weighted least squares fit of the link at means close to y.
  const auto start_linearly = [&] {
    newton.reset();
    RawVector<double> z(at(layout->n));
    RawVector<double> w(at(layout->n));
    start_linear(rows, w.data(), z.data(), context);
    const GlmRows linear = rows.linear(z, w);
    newton.evaluate(linear, nullptr, nullptr, nullptr, context);
    first_step(linear);
    newton.move(1.0);
    moved = true;
  };
  if (start != nullptr) {
    start_from(*start, problem, *layout, newton);
  } else if (log_link && !problem.effects.empty()) {
    newton.start_at_margins(rows, context);
    at_margins = true;
  } else if (problem.family != Family::kGaussian) {
    start_linearly();
  }

  fit.status = SolveStatus::kIterationLimit;
  double reduction = kFirstReduction;
  double last_gap = std::numeric_limits<double>::infinity();
  double anchor_gap = last_gap;
  RegressorScore regressors;
  int halvings = 0;
  double share = 1.0;
  bool exact_step = false;
  int stalled = 0;
  while (fit.iterations < options.max_iterations) {
    if (context.stop.stop_requested()) {
      fit.status = SolveStatus::kCancelled;
      break;
    }
    newton.evaluate(rows, nullptr, nullptr, nullptr, context);
    const double slack = kObjectiveSlack * (std::abs(last_objective) + scale);
    const bool worse = std::isfinite(last_objective) && newton.found.objective < last_objective - slack;
    if (moved && (!newton.found.finite || worse)) {
      if (at_margins) {
        // Margins ignore the regressors. Where these carry the outcome over many orders of
        // magnitude, Newton's method overshoots from there.
        at_margins = false;
        start_linearly();
        last_objective = -std::numeric_limits<double>::infinity();
        continue;
      }
      if (++halvings <= kMaxHalvings) {
        newton.move(-0.5 * share);
        share *= 0.5;
        continue;
      }
      if (exact_step || !std::isfinite(last_objective)) {
        newton.move(-share);
        fit.status = newton.found.finite ? SolveStatus::kStalled : SolveStatus::kNotFinite;
        break;
      }
      // A loosely solved step may fail to climb; a tightly solved one cannot, up to rounding.
      newton.move(-share);
      newton.evaluate(rows, nullptr, nullptr, nullptr, context);
      GlmNewton::Accuracy tight = accuracy(kTightError);
      tight.partialled_error = kTightError;
      newton.find_step(tight, context);
      newton.move(1.0);
      exact_step = true;
      halvings = 0;
      share = 1.0;
      continue;
    }
    last_objective = newton.found.objective;
    halvings = 0;
    share = 1.0;
    exact_step = false;

    if (newton.scales().empty()) {
      newton.set_scales(weighted_squares(rows, newton.working_weights(), context));
    }
    fit.effect_scores = score_effects(problem, *layout, newton, scale);
    regressors = score_regressors(newton, scale);
    double gap = regressors.residual;
    for (const EffectScore& score : fit.effect_scores) gap = std::max(gap, score.residual);
    context.report({.step = "estimate",
                    .iteration = fit.iterations,
                    .total = options.max_iterations,
                    .gap = gap,
                    .target = options.tolerance});
    if (gap <= options.tolerance &&
        coefficients_settled(newton, std::max(0.1 * options.tolerance, kLeastCoefficientMove))) {
      fit.status = SolveStatus::kConverged;
      break;
    }
    stalled = gap <= 0.5 * anchor_gap ? 0 : stalled + 1;
    if (stalled == 0) anchor_gap = gap;
    if (stalled > kPatience) {
      fit.status = SolveStatus::kStalled;
      break;
    }
    // A quadratic method deserves a solve as exact as the step it can make good use of.
    if (std::isfinite(last_gap)) {
      reduction = std::clamp(gap / last_gap * (gap / last_gap), kLeastReduction, kFirstReduction);
    }
    last_gap = gap;
    ++fit.iterations;
    if (!moved && start == nullptr) {
      first_step(rows);
    } else {
      newton.find_step(accuracy(reduction), context);
    }
    newton.move(1.0);
    moved = true;
  }

  if (newton.scales().empty()) {
    newton.evaluate(rows, nullptr, nullptr, nullptr, context);
    newton.set_scales(weighted_squares(rows, newton.working_weights(), context));
  }
  double partialled_error = 0.0;
  if (options.row_results) {
    partialled_error =
        newton.refine_partialled(kPartialledFinal, options.max_inner_iterations, context);
    fit.mu = newton.finish();
    fit.residual.resize(at(layout->n));
    fit.partialled.resize(at(layout->n) * k);
    newton.evaluate(rows, fit.mu.data(), fit.residual.data(), fit.partialled.data(), context);
  } else if (fit.status == SolveStatus::kIterationLimit || fit.status == SolveStatus::kStalled) {
    newton.evaluate(rows, nullptr, nullptr, nullptr, context);
  }
  fit.coefficients = newton.point.coefficients;
  fit.redundant = newton.redundant();
  fit.hessian = newton.hessian;
  fit.inner_iterations = newton.inner_iterations();
  if (!newton.route().empty()) fit.route += ", " + newton.route();
  fit.effect_scores = score_effects(problem, *layout, newton, scale);
  regressors = score_regressors(newton, scale);
  certify(problem, options, partialled_error, regressors, fit);
  fit.certificate.positive = newton.found.finite;
  fill_levels(*layout, newton, fit);
  return fit;
}

}  // namespace altyn::estimation
