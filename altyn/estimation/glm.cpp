#include "altyn/estimation/glm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/cell_sets.h"
#include "altyn/estimation/glm_newton.h"
#include "altyn/estimation/glm_sweep.h"
#include "altyn/estimation/net_regressors.h"
#include "altyn/estimation/refit.h"
#include "altyn/numerics/symmetric_solve.h"

namespace altyn::estimation {

namespace {

using numerics::RawVector;

constexpr double kFirstReduction = 0.1;  // of delta's error at the first steps
constexpr double kWarmReduction = 1e-2;
constexpr double kLeastReduction = 1e-6;
constexpr double kWantedShare = 0.1;       // of the tolerance: where the last step of a draw aims
constexpr double kScoreFloor = 1e-3;       // of the tolerance: smaller scores are not worked on
constexpr double kCellScoreFloor = 1e-5;   // cells can be small next to the whole
constexpr double kPartialledError = 1e-3;  // of x~ at a step, relative to itself
constexpr double kPartialledStart = 1e-4;  // at the first step, relative to x
constexpr double kPartialledClose = 1e-9;
constexpr double kPartialledFinal = 1e-10;  // at the end, relative to x~
constexpr double kRedundant = 1e-13;
constexpr double kNearlyRedundant = 1e-5;  // of x'Wx: look closer before trusting x~
constexpr double kTightError = 1e-9;
constexpr double kCellsFinal = 1e-8;      // of x~ with cells, relative to itself
constexpr double kCellRedundant = 1e-10;  // of x'Wx: more than rounding leaves of a dependent cell
constexpr double kLeastCoefficientMove = 1e-12;
constexpr double kObjectiveSlack = 1e-11;  // relative rounding of the objective
constexpr int kMaxHalvings = 15;
constexpr int kPatience = 15;  // steps without a real gain before giving up

/// Whether a kept effect of the layout is a set of cells.
bool is_cells(const GlmProblem& problem, const KeptEffect& kept) {
  return kept.effect >= static_cast<Index>(problem.effects.size());
}

/// Largest score of each kept effect's levels over the scale; slopes by their largest size.
std::vector<EffectScore> score_effects(const GlmProblem& problem, const AbsorbLayout& layout,
                                       const GlmNewton& newton, double scale) {
  std::vector<EffectScore> scores(problem.effects.size());
  for (std::size_t e = 0; e < scores.size(); ++e) scores[e].name = problem.effects[e].name;
  for (const KeptEffect& kept : layout.kept) {
    if (is_cells(problem, kept)) continue;
    double size = 1.0;
    if (!kept.slope.empty()) {
      size = 0.0;
      for (const double s : kept.slope) size = std::max(size, std::abs(s));
      size = layout.ranks.max(size);
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
    worst.level =
        newton.found.worst_run < 0 ? kNoGroup : static_cast<GroupId>(newton.found.worst_run);
  }
  for (std::size_t e = 0; e < scores.size(); ++e) {
    if (scores[e].residual >= 0.0 && scores[e].level != kNoGroup) {
      scores[e].key_ids = layout.level_key_ids(static_cast<Index>(e), scores[e].level);
    }
  }
  if (layout.eliminated >= 0 && layout.ranks.several()) {
    std::vector<GroupId>& ids = scores[at(layout.eliminated)].key_ids;
    const std::string_view own(reinterpret_cast<const char*>(ids.data()),
                               ids.size() * sizeof(GroupId));
    for (const std::string& found : layout.ranks.gather(own)) {
      if (found.empty()) continue;
      ids.resize(found.size() / sizeof(GroupId));
      std::copy(found.begin(), found.end(), reinterpret_cast<char*>(ids.data()));
      break;
    }
  }
  return scores;
}

struct RegressorScore {
  double residual = 0.0;
  std::size_t worst = 0;
};
RegressorScore score_regressors(const std::vector<double>& score,
                                const std::vector<double>& hessian,
                                const std::vector<bool>& left_out, double scale) {
  RegressorScore result;
  const std::size_t k = score.size();
  for (std::size_t j = 0; j < k; ++j) {
    if (left_out[j]) continue;
    const double h = hessian[j * k + j];
    const double residual = h > 0.0 ? std::abs(score[j]) / (std::sqrt(h) * std::sqrt(scale)) : 0.0;
    if (!(residual <= result.residual)) result = {residual, j};
  }
  return result;
}

/// The same for cells, each against its own weight.
double score_cells(const GlmProblem& problem, const AbsorbLayout& layout, const GlmNewton& newton,
                   double scale) {
  double worst = 0.0;
  for (const KeptEffect& kept : layout.kept) {
    if (!is_cells(problem, kept)) continue;
    for (GroupId cell = 0; cell < kept.n_levels; ++cell) {
      const double* row = newton.found.levels.data() + Index{kept.first + cell} * newton.n_lanes();
      const double weight = row[newton.n_lanes() - 1];
      if (weight > 0.0) worst = std::max(worst, std::abs(row[0]) / std::sqrt(weight * scale));
    }
  }
  return worst;
}

/// How far the coefficients still are from where their scores vanish, against their own size and
/// standard error.
bool coefficients_settled(const GlmProblem& problem, const AbsorbLayout& layout,
                          const GlmNewton& newton, double tolerance) {
  const std::size_t k = newton.score.size();
  for (const KeptEffect& kept : layout.kept) {
    if (!is_cells(problem, kept)) continue;
    for (Index l = kept.first; l < Index{kept.first} + kept.n_levels; ++l) {
      const double* row = newton.found.levels.data() + l * newton.n_lanes();
      const double weight = row[newton.n_lanes() - 1];
      const double value = newton.point.v[at(l * newton.n_lanes())];
      if (std::abs(row[0]) > tolerance * (weight * std::abs(value) + std::sqrt(weight)))
        return false;
    }
  }
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
    for (std::size_t l = 0; l < start.regressor_levels[old].size(); ++l) {
      newton.regressor_level(j, static_cast<Index>(l)) = start.regressor_levels[old][l];
    }
  }
  std::vector<std::string> cells = problem.all_names();
  cells.erase(cells.begin(),
              cells.begin() + static_cast<std::ptrdiff_t>(problem.regressors.size()));
  for (const KeptEffect& kept : layout.kept) {
    if (is_cells(problem, kept)) continue;
    const std::vector<double>& values = start.level_values[at(kept.effect)];
    for (GroupId l = 0; l < kept.n_levels; ++l) {
      newton.point.v[at(Index{kept.first + l} * newton.n_lanes())] = values[l];
    }
  }
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto found =
        std::find(start.regressor_names.begin(), start.regressor_names.end(), cells[c]);
    if (found == start.regressor_names.end()) continue;
    const Index level = layout.n_kept_levels - static_cast<Index>(cells.size() - c);
    newton.point.v[at(level * newton.n_lanes())] =
        start.coefficients[static_cast<std::size_t>(found - start.regressor_names.begin())];
  }
  if (layout.eliminated >= 0) {
    const std::vector<double>& values = start.level_values[at(layout.eliminated)];
    std::copy(values.begin(), values.end(), newton.point.alpha.begin());  // none in a checkpoint
  }
}

void fill_levels(const AbsorbLayout& layout, GlmNewton& newton, GlmFit& fit) {
  fit.level_values.resize(layout.levels.size());
  for (const KeptEffect& kept : layout.kept) {
    if (kept.effect >= static_cast<Index>(layout.levels.size())) continue;  // cells
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
  if (!fit.regressor_levels.empty()) return;
  fit.regressor_levels.resize(newton.score.size());
  for (std::size_t j = 0; j < fit.regressor_levels.size(); ++j) {
    fit.regressor_levels[j].resize(layout.n_kept_levels);
    for (Index l = 0; l < layout.n_kept_levels; ++l) {
      fit.regressor_levels[j][at(l)] = newton.regressor_level(j, l);
    }
  }
}

/// Where Newton's method stands, for a later fit to start from.
GlmFit state_of(const GlmProblem& problem, const AbsorbLayout& layout, GlmNewton& newton) {
  GlmFit state;
  state.regressor_names = problem.all_names();
  state.coefficients = newton.point.coefficients;
  fill_levels(layout, newton, state);
  if (layout.eliminated >= 0) state.level_values[at(layout.eliminated)].clear();
  return state;
}

/// Fills what a fit with cells adds to Newton's result: regressors net of effects alone, which of
/// them depend on others, and the scores of all. Returns the error of the netted regressors.
double finish_cells(const GlmProblem& problem, const GlmOptions& options, const GlmRows& rows,
                    const CellSets& cells, const AbsorbLayout& layout, double scale,
                    GlmNewton& newton, GlmFit& fit, RegressorScore& regressors, Context& context) {
  const std::size_t k = problem.regressors.size();
  const auto n_all = at(problem.n_regressors());
  const Index first_cell = rows.layout->n_kept_levels - static_cast<Index>(n_all - k);
  const Index lanes = newton.n_lanes();
  const auto cell_value = [&](std::size_t j) -> double& {
    return newton.point.v[at((first_cell + static_cast<Index>(j - k)) * lanes)];
  };
  if (fit.status != SolveStatus::kConverged) {
    newton.evaluate(rows, nullptr, nullptr, nullptr, context);
  }
  fit.redundant = newton.redundant();
  fit.redundant.resize(n_all, false);
  if (!options.row_results) {
    regressors.residual =
        std::max(regressors.residual, score_cells(problem, *rows.layout, newton, scale));
    fit.coefficients = newton.point.coefficients;
    for (std::size_t j = k; j < n_all; ++j) fit.coefficients.push_back(cell_value(j));
    return 0.0;
  }

  EffectSolver solver(layout);
  solver.use_weights({layout, newton.working_weights(), newton.found.inverse_run_weight},
                     newton.found.levels.data() + lanes - 1, newton.n_lanes(), context);
  NettedRegressors netted = net_regressors(rows, cells.sets(), solver, kCellsFinal,
                                           options.max_inner_iterations, context);
  fit.inner_iterations = solver.iterations();
  std::vector<double> scales = newton.scales();
  for (std::size_t j = k; j < n_all; ++j) {
    const Index level = first_cell + static_cast<Index>(j - k);
    scales.push_back(newton.found.levels[at(level * lanes + lanes - 1)]);
  }
  const numerics::SemidefiniteFactor factor(netted.hessian, scales, kCellRedundant);
  fit.redundant = factor.left_out();

  // Newton's method spreads dependent cells over each other and the effects. A redundant one gets
  // zero, and those it depends on take over: the fitted means stay what they are.
  const auto coefficient = [&](std::size_t j) -> double& {
    return j < k ? newton.point.coefficients[j] : cell_value(j);
  };
  for (std::size_t j = 0; j < n_all; ++j) {
    const double value = coefficient(j);
    if (!fit.redundant[j] || value == 0.0) continue;
    const std::vector<double> share =
        factor.solve(std::span(netted.hessian).subspan(j * n_all, n_all));
    for (Index l = 0; l < layout.n_kept_levels; ++l) {
      double step = netted.levels[j][at(l)];
      for (std::size_t i = 0; i < n_all; ++i) {
        if (share[i] != 0.0) step -= share[i] * netted.levels[i][at(l)];
      }
      newton.point.v[at(l * lanes)] += value * step;
    }
    for (std::size_t i = 0; i < n_all; ++i) coefficient(i) += share[i] * value;
    coefficient(j) = 0.0;
  }

  fit.mu = newton.finish();
  fit.residual.resize(at(layout.n));
  newton.evaluate(rows, fit.mu.data(), fit.residual.data(), nullptr, context);
  std::vector<double> score = newton.score;
  for (std::size_t j = 0; j < n_all; ++j) {
    fit.coefficients.push_back(coefficient(j));
    if (j < k) {
      for (Index l = 0; l < rows.layout->n_kept_levels; ++l) {
        score[j] += newton.regressor_level(j, l) * newton.found.levels[at(l * lanes)];
      }
    } else {
      score.push_back(newton.found.levels[at((first_cell + static_cast<Index>(j - k)) * lanes)]);
    }
    for (Index l = 0; l < layout.n_kept_levels; ++l) {
      score[j] -= netted.levels[j][at(l)] * newton.found.levels[at(l * lanes)];
    }
  }
  regressors = score_regressors(score, netted.hessian, fit.redundant, scale);
  fit.hessian = std::move(netted.hessian);
  fit.regressor_levels = std::move(netted.levels);
  return netted.error;
}

std::string level_text(const EffectScore& score) {
  return fmt::format("{} {}", score.name, fmt::join(score.key_ids, "-"));
}

void certify(const GlmProblem& problem, const GlmOptions& options, double partialled_error,
             const RegressorScore& regressors, GlmFit& fit) {
  Certificate& certificate = fit.certificate;
  certificate.subject =
      fmt::format("{} with {} effects", to_string(problem.family), problem.effects.size());
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
    case Family::kPoisson:
      return mu;
    case Family::kLogit:
      return mu * (1.0 - mu);
    case Family::kGaussian:
    case Family::kGamma:
      return 1.0;
  }
  return 0.0;
}

namespace {

std::shared_ptr<const AbsorbLayout> layout_of(const GlmProblem& problem,
                                              const std::shared_ptr<const AbsorptionPlan>& plan) {
  auto layout = std::dynamic_pointer_cast<const AbsorbLayout>(plan);
  ALTYN_CHECK(layout != nullptr && layout->n == problem.n_rows() &&
                  layout->levels.size() == problem.effects.size(),
              "a fit starts from one of the same rows and effects");
  return layout;
}

/// A problem in the order in which the kernel works.
struct Prepared {
  Prepared(const GlmProblem& problem_in, std::shared_ptr<const AbsorbLayout> layout_in,
           Context& context)
      : problem(problem_in),
        layout(std::move(layout_in)),
        cells(problem, *layout, context),
        extended(cells.sets().empty() ? std::nullopt
                                      : std::optional(with_cells(*layout, cells.sets(), context))),
        rows(problem, extended ? *extended : *layout, context) {}
  Prepared(const Prepared&) = delete;

  const GlmProblem& problem;
  std::shared_ptr<const AbsorbLayout> layout;
  CellSets cells;
  std::optional<AbsorbLayout> extended;  // with cells as levels
  GlmRows rows;
};

/// Where a fit begins that does not begin from nothing.
struct Start {
  const GlmFit* fit = nullptr;
  const double* means = nullptr;  // [n] of that fit when the weights are other ones
};

GlmFit fit_prepared(const Prepared& prepared, const GlmRows& rows, const GlmOptions& options,
                    Context& context, const Start* start) {
  const GlmProblem& problem = prepared.problem;
  const std::shared_ptr<const AbsorbLayout>& layout = prepared.layout;
  const CellSets& cells = prepared.cells;
  const std::optional<AbsorbLayout>& extended = prepared.extended;
  const AbsorbLayout* solved = rows.layout;
  const double scale = score_scale(rows, context);
  const std::size_t k = problem.regressors.size();

  GlmFit fit;
  fit.family = problem.family;
  fit.regressor_names = problem.all_names();
  fit.route = layout->route();
  fit.plan = layout;

  GlmNewton newton(rows);
  const auto accuracy = [&](double reduction) {
    // Level scores below a fraction of the tolerance, spread over the whole weight.
    const double total = newton.found.total_weight;
    return GlmNewton::Accuracy{.reduction = reduction,
                               .score_floor = total > 0.0
                                                  ? (extended ? kCellScoreFloor : kScoreFloor) *
                                                        options.tolerance * scale / std::sqrt(total)
                                                  : 0.0,
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
    start_from(*start->fit, problem, *solved, newton);
    if (start->means != nullptr && problem.family == Family::kPoisson) {
      newton.start_at_margins(rows, start->means, context);
    }
  } else if (log_link && !problem.effects.empty()) {
    newton.start_at_margins(rows, nullptr, context);
    at_margins = true;
  } else if (problem.family != Family::kGaussian) {
    start_linearly();
  }

  fit.status = SolveStatus::kIterationLimit;
  // A draw wants no more digits than its tolerance says, and starts where one step can give them.
  const double settled =
      std::max((options.row_results ? 0.1 : 1.0) * options.tolerance, kLeastCoefficientMove);
  double reduction = start != nullptr && start->means != nullptr ? kWarmReduction : kFirstReduction;
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
    const bool worse =
        std::isfinite(last_objective) && newton.found.objective < last_objective - slack;
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
    fit.effect_scores = score_effects(problem, *solved, newton, scale);
    regressors = score_regressors(newton.score, newton.hessian, newton.redundant(), scale);
    double gap = std::max(regressors.residual, score_cells(problem, *solved, newton, scale));
    for (const EffectScore& score : fit.effect_scores) gap = std::max(gap, score.residual);
    context.report({.step = "estimate",
                    .iteration = fit.iterations,
                    .total = options.max_iterations,
                    .gap = gap,
                    .target = options.tolerance});
    if (gap <= options.tolerance && coefficients_settled(problem, *solved, newton, settled)) {
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
    // Without row results nobody looks at digits beyond the tolerance.
    if (!options.row_results) {
      reduction = std::clamp(kWantedShare * options.tolerance / gap, reduction, kFirstReduction);
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
    if (options.on_step) options.on_step(state_of(problem, *solved, newton));
  }

  if (newton.scales().empty()) {
    newton.evaluate(rows, nullptr, nullptr, nullptr, context);
    newton.set_scales(weighted_squares(rows, newton.working_weights(), context));
  }
  double partialled_error = 0.0;
  if (extended) {
    partialled_error = finish_cells(problem, options, rows, cells, *layout, scale, newton, fit,
                                    regressors, context);
  } else if (options.row_results) {
    partialled_error =
        newton.refine_partialled(kPartialledFinal, options.max_inner_iterations, context);
    fit.mu = newton.finish();
    fit.residual.resize(at(layout->n));
    fit.partialled.resize(at(layout->n) * k);
    newton.evaluate(rows, fit.mu.data(), fit.residual.data(), fit.partialled.data(), context);
  } else if (fit.status == SolveStatus::kIterationLimit || fit.status == SolveStatus::kStalled) {
    newton.evaluate(rows, nullptr, nullptr, nullptr, context);
  }
  if (!extended) {
    fit.coefficients = newton.point.coefficients;
    fit.redundant = newton.redundant();
    fit.hessian = newton.hessian;
    regressors = score_regressors(newton.score, newton.hessian, fit.redundant, scale);
  }
  fit.inner_iterations += newton.inner_iterations();
  if (!newton.route().empty()) fit.route += ", " + newton.route();
  fit.effect_scores = score_effects(problem, *solved, newton, scale);
  certify(problem, options, partialled_error, regressors, fit);
  fit.certificate.positive = newton.found.finite;
  fill_levels(*solved, newton, fit);
  return fit;
}

/// Weights of zero for rows of levels whose outcomes all lie at an edge, until none is left.
void drop_one_sided(const GlmProblem& problem, const GlmRows& rows, std::span<double> weights) {
  if (problem.family == Family::kGaussian) return;
  const AbsorbLayout& layout = *rows.layout;
  // Of each level: 1 an outcome above zero, 2 one that is not at the upper edge.
  const auto sides = [&](std::size_t p) {
    const bool below = problem.family != Family::kLogit || rows.y[p] < 1.0;
    return static_cast<unsigned char>((rows.y[p] > 0.0 ? 1 : 0) | (below ? 2 : 0));
  };
  constexpr unsigned char kBoth = 3;
  std::vector<unsigned char> seen(layout.n_kept_levels);
  bool again = true;
  while (again) {
    again = false;
    std::fill(seen.begin(), seen.end(), static_cast<unsigned char>(0));
    for (Index run = 0; run < layout.n_runs(); ++run) {
      const auto begin = at(layout.run_begin[at(run)]);
      const auto end = at(layout.run_begin[at(run + 1)]);
      unsigned char own = layout.eliminated >= 0 ? 0 : kBoth;
      bool any = false;
      for (std::size_t p = begin; p < end; ++p) {
        if (weights[p] == 0.0) continue;
        any = true;
        own = static_cast<unsigned char>(own | sides(p));
      }
      if (!any) continue;
      if (own != kBoth) {
        std::fill(weights.begin() + static_cast<std::ptrdiff_t>(begin),
                  weights.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
        continue;
      }
      for (const KeptEffect& kept : layout.kept) {
        if (!kept.slope.empty()) continue;
        for (std::size_t p = begin; p < end; ++p) {
          if (weights[p] == 0.0) continue;
          unsigned char& level = seen[kept.levels[p]];
          level = static_cast<unsigned char>(level | sides(p));
        }
      }
    }
    for (const KeptEffect& kept : layout.kept) {
      if (!kept.slope.empty()) continue;
      const auto first = seen.begin() + static_cast<std::ptrdiff_t>(kept.first);
      if (std::all_of(first, first + static_cast<std::ptrdiff_t>(kept.n_levels),
                      [](unsigned char s) { return s == 0 || s == kBoth; })) {
        continue;
      }
      for (std::size_t p = 0; p < weights.size(); ++p) {
        if (weights[p] == 0.0 || seen[kept.levels[p]] == kBoth) continue;
        weights[p] = 0.0;
        again = true;
      }
    }
  }
}

}  // namespace

GlmFit fit_glm(const GlmProblem& problem, const GlmOptions& options, Context& context,
               const GlmFit* start, std::shared_ptr<const AbsorptionPlan> plan) {
  check_problem(problem, context);
  if (start != nullptr) plan = start->plan;
  if (plan == nullptr) {
    plan = build_layout(problem.keys, problem.effects, problem.n_rows(), options.route, context,
                        problem.ranks);
  }
  const Prepared prepared(problem, layout_of(problem, plan), context);
  const Start known{.fit = start};
  return fit_prepared(prepared, prepared.rows, options, context,
                      start != nullptr ? &known : nullptr);
}

struct RefitProblem::State {
  State(const GlmProblem& problem_in, const GlmFit& fit_in, Context& context)
      : problem(problem_in),
        fit(fit_in),
        prepared(problem, layout_of(problem, fit.plan), context) {}
  GlmProblem problem;
  const GlmFit& fit;
  Prepared prepared;
};

RefitProblem::RefitProblem(const GlmProblem& problem, const GlmFit& fit, Context& context) {
  check_problem(problem, context);
  state_ = std::make_unique<State>(problem, fit, context);
}
RefitProblem::RefitProblem(RefitProblem&&) noexcept = default;
RefitProblem& RefitProblem::operator=(RefitProblem&&) noexcept = default;
RefitProblem::~RefitProblem() = default;

GlmFit refit(const RefitProblem& problem, std::span<const double> weights,
             const GlmOptions& options, Context& context) {
  const RefitProblem::State& state = *problem.state_;
  check_weights(weights, state.problem.y.size());
  RawVector<double> own;
  const std::span<const double> ordered = state.prepared.layout->ordered(weights, own, context);
  if (own.empty()) own.assign(ordered.begin(), ordered.end());
  drop_one_sided(state.problem, state.prepared.rows, own);
  const Start start{.fit = &state.fit,
                    .means = state.fit.mu.empty() ? nullptr : state.fit.mu.data()};
  return fit_prepared(state.prepared, state.prepared.rows.with_weights(own), options, context,
                      &start);
}

std::vector<double> usable_weights(const RefitProblem& problem, std::span<const double> weights) {
  const RefitProblem::State& state = *problem.state_;
  const AbsorbLayout& layout = *state.prepared.layout;
  std::vector<double> own = in_fit_order(layout, weights);
  drop_one_sided(state.problem, state.prepared.rows, own);
  return in_input_order(layout, own);
}

}  // namespace altyn::estimation
