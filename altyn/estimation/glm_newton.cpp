#include "altyn/estimation/glm_newton.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/weighted_gram.h"
#include "altyn/numerics/symmetric_solve.h"

namespace altyn::estimation {

namespace {

using numerics::RawVector;

constexpr std::size_t kSweptAtMost = 6;  // regressors that share eight lanes with the scores
constexpr double kRedundant = 1e-13;     // of x' W x: x~ is rounding error

/// sum over levels of a[level, lane] * b[level, lane]
double level_dot(const RawVector<double>& a, int a_lanes, int a_lane, const RawVector<double>& b,
                 int b_lanes, int b_lane, Index n_levels) {
  double sum = 0.0;
  for (Index l = 0; l < n_levels; ++l) {
    sum += a[at(l * a_lanes + a_lane)] * b[at(l * b_lanes + b_lane)];
  }
  return sum;
}

}  // namespace

GlmNewton::GlmNewton(const GlmRows& rows) : layout_(*rows.layout), solver_(layout_) {
  const std::size_t k = rows.regressors.size();
  n_swept_ = k <= kSweptAtMost ? k : 0;
  lanes_ = n_swept_ <= 2 ? 4 : 8;
  groups_.push_back({.first = 0, .count = n_swept_, .lanes = lanes_, .first_lane = 1});
  for (std::size_t first = n_swept_; first < k; first += 8) {
    Group group{.first = first, .count = std::min<std::size_t>(8, k - first), .lanes = 8};
    group.v.assign(at(layout_.n_kept_levels) * 8, 0.0);
    groups_.push_back(std::move(group));
  }
  point.coefficients.assign(k, 0.0);
  point.v.assign(at(layout_.n_kept_levels * lanes_), 0.0);
  if (layout_.eliminated >= 0) point.alpha.assign(at(layout_.n_runs()), 0.0);
  weights_.resize(at(layout_.n));
}

double& GlmNewton::regressor_level(std::size_t j, Index l) {
  if (j < n_swept_) return point.v[at(l * lanes_) + j + 1];
  Group& group = groups_[1 + (j - n_swept_) / 8];
  return group.v[at(l * 8) + j - group.first];
}

void GlmNewton::reset() {
  std::fill(point.coefficients.begin(), point.coefficients.end(), 0.0);
  std::fill(point.v.begin(), point.v.end(), 0.0);
  std::fill(point.alpha.begin(), point.alpha.end(), 0.0);
  for (Group& group : groups_) std::fill(group.v.begin(), group.v.end(), 0.0);
}

void GlmNewton::start_at_margins(const GlmRows& rows, const double* means, Context& context) {
  start_margins(rows, means, solver_.sums(4), point, context);
}

RawVector<double> GlmNewton::finish() {
  solver_.release();
  wide_ = {};
  if (n_swept_ < score.size()) return RawVector<double>(at(layout_.n));
  return std::move(weights_);
}

void GlmNewton::evaluate(const GlmRows& rows, double* mu, double* residual, double* partialled,
                         Context& context) {
  const std::size_t k = rows.regressors.size();
  GlmColumns columns{.working_weights = weights_.empty() ? nullptr : weights_.data(),
                     .mu = mu,
                     .residual = residual};
  RawVector<double> row_scores;
  if (n_swept_ < k) {
    row_scores.resize(at(layout_.n));
    columns.weighted_score = row_scores.data();
  } else if (partialled != nullptr) {
    for (std::size_t j = 0; j < k; ++j) {
      columns.partialled.push_back(partialled + j * at(layout_.n));
    }
  }
  sweep_glm(rows, lanes_, n_swept_, point, solver_.sums(lanes_), found, columns, context);
  score.assign(k, 0.0);
  hessian.assign(k * k, 0.0);
  if (n_swept_ == k) {
    for (std::size_t i = 0; i < k; ++i) {
      score[i] = found.gram[i + 1];
      for (std::size_t j = 0; j < k; ++j) {
        hessian[i * k + j] = found.gram[(i + 1) * at(lanes_) + j + 1];
      }
    }
    return;
  }
  if (partialled == nullptr) {
    wide_.resize(at(layout_.n) * k);
    partialled = wide_.data();
  }
  use_weights(context);
  std::vector<const double*> all;
  for (Group& group : groups_) {
    if (group.count == 0) continue;
    std::vector<const double*> in;
    std::vector<double*> out;
    for (std::size_t j = 0; j < group.count; ++j) {
      in.push_back(rows.regressors[group.first + j]);
      out.push_back(partialled + (group.first + j) * at(layout_.n));
      all.push_back(out.back());
    }
    group.sums.resize(group.v.size());
    sweep_columns(solver_.rows(), group.lanes, in, group.v.data(), solver_.sums(group.lanes),
                  group.sums.data(), out, context);
  }
  WeightedGram gram = weighted_gram(all, layout_.n, weights_.data(), row_scores.data(), context);
  layout_.ranks.sum(gram.scores);
  layout_.ranks.sum(gram.products);
  score = std::move(gram.scores);
  hessian = std::move(gram.products);
}

void GlmNewton::use_weights(Context& context) {
  solver_.use_weights({layout_, weights_.data(), found.inverse_run_weight},
                      found.levels.data() + lanes_ - 1, lanes_, context);
}

numerics::ConjugateGradientResult GlmNewton::solve_group(Group& group, bool with_score,
                                                         double reduction, double score_floor,
                                                         std::span<const double> floors,
                                                         Index max_inner_iterations,
                                                         Context& context) {
  const bool rides = group.first_lane == 1;
  const RawVector<double>& sums = rides ? found.levels : group.sums;
  group.right.assign(sums.begin(), sums.end());
  numerics::ConjugateGradientOptions options{.max_iterations = max_inner_iterations};
  if (rides) {
    for (Index l = 0; l < layout_.n_kept_levels; ++l) {
      double* row = group.right.data() + l * group.lanes;
      if (!with_score) row[0] = 0.0;
      row[group.lanes - 1] = 0.0;
    }
  }
  if (rides) {
    options.reductions[0] = reduction;
    options.floors[0] = score_floor;
  }
  for (std::size_t j = 0; j < group.count; ++j) {
    options.floors[j + at(group.first_lane)] = floors[group.first + j];
  }
  const auto result = solver_.solve(group.lanes, group.right, group.step, options, context);
  // G moves at once: x~ is a matter of accuracy, not of the step's length.
  RawVector<double>& v = rides ? point.v : group.v;
  for (Index l = 0; l < layout_.n_kept_levels; ++l) {
    for (std::size_t j = 0; j < group.count; ++j) {
      const std::size_t lane = at(l * group.lanes + group.first_lane) + j;
      v[lane] += group.step[lane];
    }
  }
  return result;
}

// The new x~ is x~ - D dG: g' = g - dG's, H' = H - R'dG - dG'(R - S dG).
void GlmNewton::update_hessian() {
  const std::size_t k = score.size();
  const Index n_levels = layout_.n_kept_levels;
  std::vector<double> change(k * k);
  for (const Group& gi : groups_) {
    for (std::size_t i = 0; i < gi.count; ++i) {
      const int lane_i = gi.first_lane + static_cast<int>(i);
      score[gi.first + i] -=
          level_dot(gi.step, gi.lanes, lane_i, found.levels, lanes_, 0, n_levels);
      const RawVector<double>& r_i = gi.first_lane == 1 ? found.levels : gi.sums;
      for (const Group& gj : groups_) {
        for (std::size_t j = 0; j < gj.count; ++j) {
          const int lane_j = gj.first_lane + static_cast<int>(j);
          change[(gi.first + i) * k + gj.first + j] =
              level_dot(r_i, gi.lanes, lane_i, gj.step, gj.lanes, lane_j, n_levels) +
              level_dot(gi.step, gi.lanes, lane_i, gj.right, gj.lanes, lane_j, n_levels);
        }
      }
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      hessian[i * k + j] -= 0.5 * (change[i * k + j] + change[j * k + i]);
    }
  }
}

std::vector<bool> GlmNewton::redundant() const {
  return numerics::SemidefiniteFactor(hessian, scales_, kRedundant).left_out();
}

void GlmNewton::find_step(const Accuracy& accuracy, Context& context) {
  const std::size_t k = score.size();
  ALTYN_CHECK(scales_.size() == k, "scales come first");
  if (n_swept_ == k) use_weights(context);
  std::vector<double> floors(k);
  for (std::size_t j = 0; j < k; ++j) {
    floors[j] = std::max(accuracy.partialled_error * std::sqrt(std::max(hessian[j * k + j], 0.0)),
                         accuracy.partialled_floor * std::sqrt(scales_[j]));
  }
  for (Group& group : groups_) {
    solve_group(group, true, accuracy.reduction, accuracy.score_floor, floors,
                accuracy.max_inner_iterations, context);
  }
  update_hessian();
  const numerics::SemidefiniteFactor factor(hessian, scales_, kRedundant);
  coefficient_step_ = factor.solve(score);
  level_step_.resize(at(layout_.n_kept_levels));
  for (Index l = 0; l < layout_.n_kept_levels; ++l) {
    double step = groups_[0].step[at(l * lanes_)];
    for (std::size_t j = 0; j < k; ++j) {
      if (coefficient_step_[j] != 0.0) step -= regressor_level(j, l) * coefficient_step_[j];
    }
    level_step_[at(l)] = step;
  }
}

double GlmNewton::refine_partialled(double partialled_error, Index max_inner_iterations,
                                    Context& context) {
  const std::size_t k = score.size();
  if (k == 0 || layout_.n_kept_levels == 0) return 0.0;
  if (n_swept_ == k) use_weights(context);
  std::vector<double> floors(k);
  for (std::size_t j = 0; j < k; ++j) {
    floors[j] = partialled_error * std::sqrt(std::max(hessian[j * k + j], 0.0));
  }
  const std::vector<bool> left_out = redundant();
  double worst = 0.0;
  for (Group& group : groups_) {
    if (group.count == 0) continue;
    const auto result = solve_group(group, false, 0.0, 0.0, floors, max_inner_iterations, context);
    for (std::size_t j = 0; j < group.count; ++j) {
      if (left_out[group.first + j]) continue;
      const double size = floors[group.first + j] / partialled_error;
      if (size > 0.0) worst = std::max(worst, result.end[j + at(group.first_lane)] / size);
    }
  }
  return worst;
}

void GlmNewton::move(double share) {
  for (std::size_t j = 0; j < coefficient_step_.size(); ++j) {
    point.coefficients[j] += share * coefficient_step_[j];
  }
  for (Index l = 0; l < layout_.n_kept_levels; ++l) {
    point.v[at(l * lanes_)] += share * level_step_[at(l)];
  }
}

}  // namespace altyn::estimation
