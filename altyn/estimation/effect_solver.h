#pragma once

#include <memory>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/absorb_sweep.h"
#include "altyn/numerics/conjugate_gradients.h"

namespace altyn::estimation {

/// An approximate inverse of S = D_r'W M_0 D_r (absorb_sweep.h), symmetric and positive definite.
class LevelPreconditioner {
 public:
  virtual ~LevelPreconditioner() = default;
  /// Takes new weights: rows' weights [n] in fit order and D_r'W D_r on the diagonal [L], `stride`
  /// apart.
  virtual void rebuild(const double* weights, const double* level_weights, int stride,
                       Context& context) = 0;
  /// z = M r; both [L * n_lanes]. Several threads may apply one preconditioner at once.
  virtual void apply(int n_lanes, const double* r, double* z, Context& context) = 0;
};

/// Solves S X = R at given weights: conjugate gradients with a preconditioner that fits the
/// structure of the effects. Blocks are used where there are any. Otherwise a few steps with the
/// diagonal show whether the levels are well connected; if not, their graph is factored.
class EffectSolver {
 public:
  explicit EffectSolver(const AbsorbLayout& layout);

  /// Weights (kept by reference) and the level weights D_r'W D_r on the diagonal [L], `stride`
  /// apart. The preconditioner is built anew when the last solve showed that the old one has aged.
  void use_weights(WeightedRows rows, const double* level_weights, int stride, Context& context);

  /// X from R; R becomes the residual R - S X. Shapes [L * n_lanes], n_lanes 4 or 8.
  numerics::ConjugateGradientResult solve(int n_lanes, numerics::RawVector<double>& r,
                                          numerics::RawVector<double>& x,
                                          const numerics::ConjugateGradientOptions& options,
                                          Context& context);

  /// The same with the preconditioner that the last solve chose, in the calling thread; several
  /// threads may do so at once.
  numerics::ConjugateGradientResult solve_alone(int n_lanes, numerics::RawVector<double>& r,
                                                numerics::RawVector<double>& x,
                                                const numerics::ConjugateGradientOptions& options,
                                                Context& context) const;

  [[nodiscard]] LevelSums& sums(int n_lanes);
  /// How systems are solved: "conjugate gradients with country-year blocks", ...
  [[nodiscard]] std::string route() const;
  /// Frees the preconditioner, which a finished fit no longer needs; the next solve builds it
  /// again.
  void release();
  [[nodiscard]] const WeightedRows& rows() const { return *rows_; }
  [[nodiscard]] Index iterations() const { return iterations_; }  ///< of solve()

 private:
  enum class Kind { kBlocks, kDiagonal, kGraph };
  void build(Context& context);
  [[nodiscard]] bool has_aged() const;

  const AbsorbLayout& layout_;
  std::unique_ptr<LevelSums> sums4_;
  std::unique_ptr<LevelSums> sums8_;
  std::unique_ptr<WeightedRows> rows_;
  Kind kind_;
  std::unique_ptr<LevelPreconditioner> preconditioner_;
  std::vector<double> level_weights_;  // [L]
  std::vector<double> built_on_;       // weights of sampled rows when the preconditioner was built
  Index iterations_ = 0;
};

}  // namespace altyn::estimation
