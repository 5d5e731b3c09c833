#include "altyn/estimation/leverage.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/pivoted_inverse.h"
#include "altyn/estimation/variance.h"

namespace altyn::estimation {
namespace {

/// A column in fit order; an absent one stays absent.
std::vector<double> ordered(const AbsorptionPlan& plan, std::span<const double> column) {
  return column.empty() ? std::vector<double>() : in_fit_order(plan, column);
}

void add_regressors(const GlmFit& fit, std::span<const Index> kept,
                    std::span<const double> inverse_hessian, std::vector<double>& spread) {
  const std::size_t m = kept.size();
  for (std::size_t a = 0; a < m; ++a) {
    const std::span<const double> left = fit.partialled_column(kept[a]);
    for (std::size_t b = 0; b < m; ++b) {
      const std::span<const double> right = fit.partialled_column(kept[b]);
      const double weight = inverse_hessian[a * m + b];
      for (std::size_t row = 0; row < spread.size(); ++row) {
        spread[row] += weight * left[row] * right[row];
      }
    }
  }
}

void add_one_effect(const std::vector<GroupId>& levels, GroupId n_levels,
                    std::span<const double> working, std::vector<double>& spread) {
  std::vector<double> sums(n_levels, 0.0);
  for (std::size_t row = 0; row < levels.size(); ++row) sums[levels[row]] += working[row];
  for (std::size_t row = 0; row < levels.size(); ++row) spread[row] += 1.0 / sums[levels[row]];
}

void add_effects(const GlmProblem& problem, const GlmFit& fit, std::span<const double> working,
                 std::vector<double>& spread) {
  const AbsorptionPlan& plan = *fit.plan;
  const auto n_effects = at(plan.n_effects());
  std::vector<std::vector<GroupId>> levels;
  std::vector<std::vector<double>> slopes;
  std::vector<Index> first;
  Index n_levels = 0;
  for (std::size_t e = 0; e < n_effects; ++e) {
    first.push_back(n_levels);
    n_levels += static_cast<Index>(plan.n_levels(static_cast<Index>(e)));
    levels.push_back(plan.levels_in_fit_order(static_cast<Index>(e)));
    slopes.push_back(ordered(plan, problem.effects[e].slope));
  }
  if (n_effects == 1 && slopes[0].empty()) {
    add_one_effect(levels[0], plan.n_levels(0), working, spread);
    return;
  }
  if (n_levels > kMaxLeverageLevels) {
    throw InputError({.code = "too-many-levels",
                      .what = fmt::format("HC2 and HC3 need the leverages of {} levels", n_levels),
                      .where = "variance",
                      .why = fmt::format("they are computed for up to {} levels of all effects",
                                         kMaxLeverageLevels),
                      .fixes = {"--variance robust", "--variance cluster"}});
  }
  const auto value = [&](std::size_t e, std::size_t row) {
    return slopes[e].empty() ? 1.0 : slopes[e][row];
  };
  const auto node = [&](std::size_t e, std::size_t row) { return at(first[e]) + levels[e][row]; };
  const std::size_t size = at(n_levels);
  std::vector<double> hessian(size * size, 0.0);
  for (std::size_t row = 0; row < spread.size(); ++row) {
    for (std::size_t a = 0; a < n_effects; ++a) {
      for (std::size_t b = 0; b < n_effects; ++b) {
        hessian[node(a, row) * size + node(b, row)] += working[row] * value(a, row) * value(b, row);
      }
    }
  }
  const std::vector<double> inverse = pivoted_inverse(std::move(hessian), n_levels);
  for (std::size_t row = 0; row < spread.size(); ++row) {
    for (std::size_t a = 0; a < n_effects; ++a) {
      for (std::size_t b = 0; b < n_effects; ++b) {
        spread[row] += inverse[node(a, row) * size + node(b, row)] * value(a, row) * value(b, row);
      }
    }
  }
}

}  // namespace

std::vector<double> leverages(const ModelFrame& frame, const GlmProblem& problem, const GlmFit& fit,
                              std::span<const Index> kept,
                              std::span<const double> inverse_hessian) {
  std::vector<double> working(fit.mu.size());
  const std::vector<double> weights = ordered(*fit.plan, problem.weights);
  for (std::size_t row = 0; row < working.size(); ++row) {
    working[row] =
        working_weight(frame.family, fit.mu[row]) * (weights.empty() ? 1.0 : weights[row]);
  }
  std::vector<double> spread(working.size(), 0.0);
  add_regressors(fit, kept, inverse_hessian, spread);
  if (!frame.effects.empty()) add_effects(problem, fit, working, spread);
  for (std::size_t row = 0; row < spread.size(); ++row) spread[row] *= working[row];
  return spread;
}

}  // namespace altyn::estimation
