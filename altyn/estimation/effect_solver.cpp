#include "altyn/estimation/effect_solver.h"

#include "altyn/core/errors.h"
#include "altyn/estimation/country_year_blocks.h"

namespace altyn::estimation {

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// The inverse of the level weights.
class DiagonalPreconditioner final : public LevelPreconditioner {
 public:
  explicit DiagonalPreconditioner(Index n_levels) : inverse_(at(n_levels)) {}
  void rebuild(const double*, const double* level_weights, int stride, Context&) override {
    for (std::size_t l = 0; l < inverse_.size(); ++l) {
      const double weight = level_weights[static_cast<Index>(l) * stride];
      inverse_[l] = weight > 0.0 ? 1.0 / weight : 0.0;
    }
  }
  void apply(int n_lanes, const double* r, double* z, Context&) override {
    for (std::size_t l = 0; l < inverse_.size(); ++l) {
      for (int lane = 0; lane < n_lanes; ++lane) *z++ = *r++ * inverse_[l];
    }
  }

 private:
  std::vector<double> inverse_;
};

}  // namespace

EffectSolver::EffectSolver(const AbsorbLayout& layout) : layout_(layout) {
  if (layout.blocks.found) {
    preconditioner_ = make_block_preconditioner(layout);
  } else {
    preconditioner_ = std::make_unique<DiagonalPreconditioner>(layout.n_kept_levels);
  }
}

LevelSums& EffectSolver::sums(int n_lanes) {
  std::unique_ptr<LevelSums>& sums = n_lanes == 4 ? sums4_ : sums8_;
  if (!sums) sums = std::make_unique<LevelSums>(layout_, n_lanes);
  return *sums;
}

void EffectSolver::use_weights(WeightedRows rows, const double* level_weights, int stride,
                               Context& context) {
  rows_ = std::make_unique<WeightedRows>(std::move(rows));
  preconditioner_->rebuild(rows_->weights, level_weights, stride, context);
}

numerics::ConjugateGradientResult EffectSolver::solve(
    int n_lanes, numerics::RawVector<double>& r, numerics::RawVector<double>& x,
    const numerics::ConjugateGradientOptions& options, Context& context) {
  ALTYN_CHECK(rows_ != nullptr, "weights come first");
  if (layout_.n_kept_levels == 0) return {.converged = true};
  const auto result = numerics::conjugate_gradients(
      layout_.n_kept_levels, n_lanes,
      [&](const double* v, double* out) {
        apply_normal_matrix(*rows_, n_lanes, v, sums(n_lanes), out, context);
      },
      [&](const double* in, double* out) { preconditioner_->apply(n_lanes, in, out, context); }, r,
      x, options, context);
  iterations_ += result.iterations;
  return result;
}

}  // namespace altyn::estimation
