#include "altyn/estimation/effect_solver.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/country_year_blocks.h"
#include "altyn/estimation/effect_graph.h"

namespace altyn::estimation {

namespace {

constexpr Index kSampledRows = 4096;
constexpr double kTolerableAge = 0.02;  // relative change of weights a preconditioner survives
constexpr Index kProbe = 30;            // steps with the diagonal before the graph is looked at

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

EffectSolver::EffectSolver(const AbsorbLayout& layout)
    : layout_(layout), kind_(layout.blocks.found ? Kind::kBlocks : Kind::kDiagonal) {}

LevelSums& EffectSolver::sums(int n_lanes) {
  std::unique_ptr<LevelSums>& sums = n_lanes == 4 ? sums4_ : sums8_;
  if (!sums) sums = std::make_unique<LevelSums>(layout_, n_lanes);
  return *sums;
}

std::string EffectSolver::route() const {
  if (layout_.n_kept_levels == 0) return "";
  switch (kind_) {
    case Kind::kBlocks:
      return "conjugate gradients with factored blocks";
    case Kind::kDiagonal:
      return "conjugate gradients with the diagonal";
    case Kind::kGraph:
      return "conjugate gradients with approximate Cholesky of the level graph";
  }
  return "";
}

void EffectSolver::release() {
  preconditioner_.reset();
  built_on_.clear();
}

bool EffectSolver::has_aged() const {
  const Index step = std::max<Index>(1, layout_.n / kSampledRows);
  double change = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < built_on_.size(); ++i) {
    const double now = rows_->weights[static_cast<Index>(i) * step];
    change += std::abs(now - built_on_[i]);
    total += now + built_on_[i];
  }
  const comm::Ranks& ranks = layout_.ranks;
  return !(ranks.sum(change) <= kTolerableAge * ranks.sum(total));
}

void EffectSolver::build(Context& context) {
  if (preconditioner_ == nullptr) {
    switch (kind_) {
      case Kind::kBlocks:
        preconditioner_ = make_block_preconditioner(layout_);
        break;
      case Kind::kGraph:
        preconditioner_ = make_graph_preconditioner(layout_);
        break;
      case Kind::kDiagonal:
        preconditioner_ = std::make_unique<DiagonalPreconditioner>(layout_.n_kept_levels);
    }
  }
  preconditioner_->rebuild(rows_->weights, level_weights_.data(), 1, context);
  const Index step = std::max<Index>(1, layout_.n / kSampledRows);
  built_on_.clear();
  for (Index p = 0; p < layout_.n; p += step) built_on_.push_back(rows_->weights[p]);
}

void EffectSolver::use_weights(WeightedRows rows, const double* level_weights, int stride,
                               Context& context) {
  rows_ = std::make_unique<WeightedRows>(std::move(rows));
  if (layout_.n_kept_levels == 0) return;
  level_weights_.resize(layout_.n_kept_levels);
  for (std::size_t l = 0; l < level_weights_.size(); ++l) {
    level_weights_[l] = level_weights[static_cast<Index>(l) * stride];
  }
  if (preconditioner_ == nullptr || has_aged()) build(context);
}

numerics::ConjugateGradientResult EffectSolver::solve_alone(
    int n_lanes, numerics::RawVector<double>& r, numerics::RawVector<double>& x,
    const numerics::ConjugateGradientOptions& options, Context& context) const {
  return numerics::conjugate_gradients(
      layout_.n_kept_levels, n_lanes,
      [&](const double* v, double* out) { apply_normal_matrix_alone(*rows_, n_lanes, v, out); },
      [&](const double* in, double* out) { preconditioner_->apply(n_lanes, in, out, context); }, r,
      x, options, context);
}

numerics::ConjugateGradientResult EffectSolver::solve(
    int n_lanes, numerics::RawVector<double>& r, numerics::RawVector<double>& x,
    const numerics::ConjugateGradientOptions& options, Context& context) {
  ALTYN_CHECK(rows_ != nullptr, "weights come first");
  if (layout_.n_kept_levels == 0) return {.converged = true};
  const auto run = [&](numerics::RawVector<double>& solution,
                       const numerics::ConjugateGradientOptions& limits) {
    const auto result = numerics::conjugate_gradients(
        layout_.n_kept_levels, n_lanes,
        [&](const double* v, double* out) {
          apply_normal_matrix(*rows_, n_lanes, v, sums(n_lanes), out, context);
        },
        [&](const double* in, double* out) { preconditioner_->apply(n_lanes, in, out, context); },
        r, solution, limits, context);
    iterations_ += result.iterations;
    return result;
  };
  // The graph of the levels needs all rows in one place.
  const bool probing = kind_ == Kind::kDiagonal && layout_.eliminated >= 0 &&
                       options.max_iterations > kProbe && !layout_.ranks.several();
  if (!probing) return run(x, options);

  numerics::ConjugateGradientOptions limits = options;
  limits.max_iterations = kProbe;
  auto result = run(x, limits);
  if (result.converged || context.stop.stop_requested()) return result;
  kind_ = Kind::kGraph;
  release();
  build(context);
  limits.max_iterations = options.max_iterations - kProbe;
  for (std::size_t l = 0; l < static_cast<std::size_t>(n_lanes); ++l) {
    if (result.end[l] > 0.0) limits.reductions[l] *= result.start[l] / result.end[l];
  }
  numerics::RawVector<double> rest;
  auto second = run(rest, limits);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += rest[i];
  second.iterations += result.iterations;
  return second;
}

}  // namespace altyn::estimation
