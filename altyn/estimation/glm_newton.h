#pragma once

#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/effect_solver.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/glm_sweep.h"

namespace altyn::estimation {

// Notation as in glm_sweep.h, and
//   s = D_r' score, R = D_r' W x~ (zero when G is exact), g = x~' score, H = x~' W x~
//   delta solves S delta = s; G gains dG with S dG = R; db solves H db = g for the new x~.
// The step is theta += delta - G db, b += db. A loose dG only slows the last digits: the scores are
// those of the point itself, so the fixed point is exact.

/// Newton's method with absorbed effects, in level space: the rows are only read.
class GlmNewton {
 public:
  explicit GlmNewton(const GlmRows& rows);

  GlmPoint point;
  GlmSums found;
  std::vector<double> score;    ///< g [k]
  std::vector<double> hessian;  ///< H [k * k]

  /// x_j'W x_j [k] at some weights: what x~ is compared with before a regressor counts as
  /// redundant.
  void set_scales(std::vector<double> scales) { scales_ = std::move(scales); }
  [[nodiscard]] const std::vector<double>& scales() const { return scales_; }
  /// Back to zero coefficients and effects.
  void reset();
  /// Starts theta at the margins of the outcome (log links); `means` as start_margins.
  void start_at_margins(const GlmRows& rows, const double* means, Context& context);
  /// Frees what only further steps need, and hands over storage for a column [n].
  [[nodiscard]] numerics::RawVector<double> finish();
  /// Means, scores and Hessian at the point. Writes mu and residual when set, and x~ when
  /// `partialled` [n * k] is set.
  void evaluate(const GlmRows& rows, double* mu, double* residual, double* partialled,
                Context& context);
  /// How exactly a step is solved for.
  struct Accuracy {
    double reduction = 1e-1;         ///< the error of delta must fall by this factor,
    double score_floor = 0.0;        ///< or sqrt(s'Ms) to this
    double partialled_error = 1e-3;  ///< of x~_j, relative to its own norm,
    double partialled_floor = 1e-9;  ///< or relative to the norm of x_j
    Index max_inner_iterations = 10'000;
  };
  /// The step from the last evaluated point.
  void find_step(const Accuracy& accuracy, Context& context);
  /// Improves G alone until each x~_j is within `partialled_error` of its own size; returns the
  /// largest error reached, by the preconditioner's estimate.
  double refine_partialled(double partialled_error, Index max_inner_iterations, Context& context);
  /// Moves the point by `share` of the step found last.
  void move(double share);

  [[nodiscard]] const std::vector<double>& coefficient_step() const { return coefficient_step_; }
  /// Regressors without variation of their own at the last evaluated point or found step.
  [[nodiscard]] std::vector<bool> redundant() const;
  [[nodiscard]] Index inner_iterations() const { return solver_.iterations(); }
  [[nodiscard]] std::string route() const { return solver_.route(); }
  [[nodiscard]] const double* working_weights() const { return weights_.data(); }
  [[nodiscard]] int n_lanes() const { return lanes_; }
  /// Coefficient of regressor j on kept level l.
  [[nodiscard]] double& regressor_level(std::size_t j, Index l);

 private:
  /// Regressors whose lanes travel together. The first group shares its vectors with the point.
  struct Group {
    std::size_t first = 0;  // regressor
    std::size_t count = 0;
    int lanes = 4;
    int first_lane = 0;
    numerics::RawVector<double> v{};      // G, for all but the first group
    numerics::RawVector<double> sums{};   // R
    numerics::RawVector<double> right{};  // R, then the solver's residual
    numerics::RawVector<double> step{};   // dG
  };
  numerics::ConjugateGradientResult solve_group(Group& group, bool with_score, double reduction,
                                                double score_floor, std::span<const double> floors,
                                                Index max_inner_iterations, Context& context);
  void use_weights(Context& context);
  void update_hessian();

  const AbsorbLayout& layout_;
  EffectSolver solver_;
  int lanes_;
  std::size_t n_swept_;
  std::vector<Group> groups_;  // the first one rides along with the scores, even without regressors
  numerics::RawVector<double> weights_;
  numerics::RawVector<double> wide_;  // x~ when there are more regressors than lanes
  std::vector<double> coefficient_step_;
  std::vector<double> level_step_;
  std::vector<double> scales_;
};

}  // namespace altyn::estimation
