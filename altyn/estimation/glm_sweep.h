#pragma once

#include <span>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/absorb_sweep.h"
#include "altyn/estimation/problem.h"

namespace altyn::estimation {

// Notation as in absorb_sweep.h, and
//   V [L x P]: lane 0 holds the coefficients theta of the kept effects, lanes 1 .. m those of the
//   first m regressors on the effects (G); the last lane is zero
//   alpha_run: the eliminated effect, concentrated out: it solves its own score equation exactly
//   eta = offset + x'b + D_r theta + alpha_run;  x~ = M_0 (x - D_r G)

/// The rows of a problem in fit order. Columns are the caller's own where the orders agree.
struct GlmRows {
  GlmRows(const GlmProblem& problem, const AbsorbLayout& layout_in, Context& context);
  const AbsorbLayout* layout = nullptr;
  Family family = Family::kGaussian;
  std::span<const double> y;
  std::span<const double> weights;  ///< empty = 1
  std::span<const double> offset;   ///< empty = 0
  std::vector<const double*> regressors;

  /// The same rows under other weights, in fit order.
  [[nodiscard]] GlmRows with_weights(std::span<const double> w) const;
  /// The same rows as a weighted linear problem for the response z, without offset.
  [[nodiscard]] GlmRows linear(std::span<const double> z, std::span<const double> w) const;

 private:
  GlmRows() = default;
  std::vector<numerics::RawVector<double>> copies_;
};

/// Where the fit stands.
struct GlmPoint {
  std::vector<double> coefficients;   ///< b [k]
  numerics::RawVector<double> v;      ///< [L * P]
  numerics::RawVector<double> alpha;  ///< [n_runs], written by the pass; empty when none eliminated
};

/// What one pass finds.
struct GlmSums {
  numerics::RawVector<double>
      levels;  ///< [L * P]: lane 0 score, lanes 1 .. m D_r'W x~, last D_r'W 1
  /// [P * P] row-major: element (0, j) is the score of x~_j, (i, j) is x~_i' W x~_j, lanes 1 .. m.
  std::vector<double> gram;
  std::vector<double>
      inverse_run_weight;     ///< [n_runs] 1 / sum of working weights, 0 when that is 0
  double total_weight = 0.0;  ///< sum of working weights
  double objective = 0.0;     ///< quasi-likelihood up to a constant
  double largest_run_score = 0.0;
  Index worst_run = 0;  ///< -1 when it lies on another rank
  bool finite = true;
};

/// Where a pass writes its rows; null: nowhere.
struct GlmColumns {
  double* working_weights = nullptr;  ///< [n] with the rows' own weights
  double* weighted_score = nullptr;   ///< [n] with the rows' own weights
  double* mu = nullptr;               ///< [n]; goes with residual
  double* residual = nullptr;         ///< [n] without the rows' own weights
  std::vector<double*> partialled{};  ///< m columns [n]
};

/// One pass at a point: means, scores and their sums by level; concentrates the eliminated effect.
/// `n_swept` = m <= P - 2 regressors have lanes. Cost: one exp per row, one pass over y, regressors
/// and levels.
void sweep_glm(const GlmRows& rows, int n_lanes, std::size_t n_swept, GlmPoint& point,
               LevelSums& sums, GlmSums& found, const GlmColumns& columns, Context& context);

/// Starts theta of a log link at the margins: each kept effect in turn makes the totals of its
/// levels right, given those before. Exact at once for a year's exporters and importers without
/// regressors. `means` [n] are those of the point under other weights: its theta then takes on what
/// the totals lack; null: theta starts from nothing. `sums` has four lanes. Cost: a light pass per
/// effect.
void start_margins(const GlmRows& rows, const double* means, LevelSums& sums, GlmPoint& point,
                   Context& context);

/// Starting weights and response of the linear problem whose solution starts Newton's method:
/// w and z from mu = a point between y and its mean, net of offset. Both [n] in fit order.
void start_linear(const GlmRows& rows, double* w, double* z, Context& context);

/// sum w x^2 of each regressor [k], w in fit order.
[[nodiscard]] std::vector<double> weighted_squares(const GlmRows& rows, const double* w,
                                                   Context& context);

/// Scale of score residuals: sum w |y| (Poisson, Gaussian) or sum w (gamma, logit), above zero.
[[nodiscard]] double score_scale(const GlmRows& rows, Context& context);

}  // namespace altyn::estimation
