#pragma once

#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/cell_sets.h"
#include "altyn/estimation/effect_solver.h"
#include "altyn/estimation/glm_sweep.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

// Notation as in absorb_sweep.h. Many regressors are netted of effects in level space: with
// R = D_r'W M_0 X and S G = R, x~ = M_0 (X - D_r G) and x~'W x~ = X'W M_0 X - R'G. No x~ is written
// down, and a cell costs its own rows, not all of them.

/// Regressors of a problem with cells, net of effects: columns first, then cells.
struct NettedRegressors {
  std::vector<std::vector<double>> levels{};  ///< [K][L] G
  std::vector<double> hessian{};              ///< [K * K] x~'W x~
  std::vector<double> raw{};                  ///< [K] sum of W x^2 net of the eliminated effect
  double error = 0.0;  ///< norm of what is left of effects in an x~_j over its norm, the largest
};

/// Nets all regressors at the weights that `solver` holds (of the layout without cells).
/// Cost: conjugate gradients for every eight regressors, one group per thread; K^2 L products.
[[nodiscard]] NettedRegressors net_regressors(const GlmRows& rows, const std::vector<CellSet>& sets,
                                              EffectSolver& solver, double tolerance,
                                              Index max_inner_iterations, Context& context);

/// The same at any row weights (input order; empty = 1) for the regressors of a problem whose
/// effects `plan` absorbs; its outcome is not used.
[[nodiscard]] NettedRegressors net_regressors(const GlmProblem& problem, const AbsorptionPlan& plan,
                                              std::span<const double> weights, double tolerance,
                                              Context& context);

/// Sums of w s x~ over clusters, [n_clusters * K] row-major. Shapes: row_scores [n] w s and weights
/// [n] in fit order; `cluster` [n] in fit order; `levels` as in NettedRegressors.
[[nodiscard]] std::vector<double> sum_netted_scores(
    const AbsorbLayout& layout, const std::vector<const double*>& columns,
    const std::vector<CellSet>& sets, const std::vector<std::vector<double>>& levels,
    const WeightedRows& rows, const double* row_scores, std::span<const GroupId> cluster,
    Index n_clusters, Context& context);

}  // namespace altyn::estimation
