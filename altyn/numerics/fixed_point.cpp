#include "altyn/numerics/fixed_point.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace altyn::numerics {
namespace {

constexpr double kGrowthLimit = 8.0;  // of the step's length over the best one, before a restart
constexpr double kSmallestMixing = 1.0 / 64.0;
constexpr double kLargestStep = 2.0;  // log points per component and iteration
constexpr double kProgress = 0.9;     // a fall of the length that counts as progress
constexpr Index kPatience = 60;       // evaluations without progress before giving up
constexpr double kDependent = 1e-12;  // squared sine below which a difference adds nothing

double dot(std::span<const double> a, std::span<const double> b) {
  // Four partial sums: a fixed order that the compiler may keep in vector registers.
  double sum[4] = {0.0, 0.0, 0.0, 0.0};
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sum[k] += a[i + k] * b[i + k];
  }
  for (; i < a.size(); ++i) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

std::span<double> column(std::vector<double>& block, std::size_t slot, std::size_t n) {
  return std::span(block).subspan(slot * n, n);
}

}  // namespace

FixedPointSearch::FixedPointSearch(std::span<double> x, const FixedPointOptions& options,
                                   FixedPointWorkspace& workspace)
    : x_(x),
      options_(options),
      w_(workspace),
      best_(std::numeric_limits<double>::infinity()),
      milestone_(best_),
      depth_(static_cast<std::size_t>(std::clamp<Index>(options.history, 1, 64))) {
  const std::size_t n = x.size();
  for (auto* vector : {&w_.image, &w_.step, &w_.best, &w_.best_step, &w_.last, &w_.last_step}) {
    vector->resize(n);
  }
  w_.point_differences.resize(depth_ * n);
  w_.step_differences.resize(depth_ * n);
  w_.gram.resize(depth_ * depth_);
  w_.factor.resize(depth_ * depth_);
  w_.weights.resize(depth_);
  w_.records.clear();
  if (options_.max_iterations <= 0) finish(SolveStatus::kIterationLimit);
}

// Keeps the differences to the last point, with the products of step differences.
void FixedPointSearch::push_difference() {
  const std::size_t n = x_.size();
  newest_ = (newest_ + 1) % depth_;
  count_ = std::min(count_ + 1, depth_);
  const std::span<double> dx = column(w_.point_differences, newest_, n);
  const std::span<double> df = column(w_.step_differences, newest_, n);
  for (std::size_t i = 0; i < n; ++i) {
    dx[i] = x_[i] - w_.last[i];
    df[i] = w_.step[i] - w_.last_step[i];
  }
  for (std::size_t age = 0; age < count_; ++age) {
    const std::size_t other = place(age);
    const double product = dot(df, column(w_.step_differences, other, n));
    w_.gram[newest_ * depth_ + other] = product;
    w_.gram[other * depth_ + newest_] = product;
  }
}

// Subtracts from `x` the combination of differences that best explains the step (least squares by a
// Cholesky factor of the scaled Gram matrix, newest first; differences that add nothing to newer
// ones are left out), so that x + mixing * step becomes the accelerated point.
void FixedPointSearch::correct() {
  const std::size_t n = x_.size();
  std::size_t kept = 0;
  std::size_t slots[64];
  for (std::size_t age = 0; age < count_; ++age) {
    const std::size_t slot = place(age);
    const double norm = std::sqrt(w_.gram[slot * depth_ + slot]);
    if (!(norm > 0.0)) continue;
    double* row = &w_.factor[kept * depth_];
    double remaining = 1.0;
    for (std::size_t c = 0; c < kept; ++c) {
      const double scale = norm * std::sqrt(w_.gram[slots[c] * depth_ + slots[c]]);
      double value = w_.gram[slot * depth_ + slots[c]] / scale;
      for (std::size_t k = 0; k < c; ++k) value -= row[k] * w_.factor[c * depth_ + k];
      row[c] = value / w_.factor[c * depth_ + c];
      remaining -= row[c] * row[c];
    }
    if (remaining < kDependent) continue;
    row[kept] = std::sqrt(remaining);
    double value = dot(column(w_.step_differences, slot, n), w_.step) / norm;
    for (std::size_t k = 0; k < kept; ++k) value -= row[k] * w_.weights[k];
    w_.weights[kept] = value / row[kept];
    slots[kept++] = slot;
  }
  for (std::size_t r = kept; r-- > 0;) {
    double value = w_.weights[r];
    for (std::size_t k = r + 1; k < kept; ++k) value -= w_.factor[k * depth_ + r] * w_.weights[k];
    w_.weights[r] = value / w_.factor[r * depth_ + r];
  }
  for (std::size_t k = 0; k < kept; ++k) {
    const double norm = std::sqrt(w_.gram[slots[k] * depth_ + slots[k]]);
    const double weight = w_.weights[k] / norm;
    const std::span<const double> dx = column(w_.point_differences, slots[k], n);
    const std::span<const double> df = column(w_.step_differences, slots[k], n);
    for (std::size_t i = 0; i < n; ++i) x_[i] -= weight * (dx[i] + mixing_ * df[i]);
  }
}

void FixedPointSearch::finish(SolveStatus status) {
  if (std::isfinite(best_)) std::copy(w_.best.begin(), w_.best.end(), x_.begin());
  result_.status = status;
  result_.residual = best_residual_;
  running_ = false;
}

void FixedPointSearch::take(double residual) {
  const std::size_t n = x_.size();
  ++result_.iterations;
  for (std::size_t i = 0; i < n; ++i) w_.step[i] = w_.image[i] - x_[i];
  const double length = std::sqrt(dot(w_.step, w_.step));
  const bool finite = std::isfinite(residual) && std::isfinite(length);
  if (finite && residual <= options_.tolerance) {
    w_.records.push_back({residual, mixing_, false});
    result_.status = SolveStatus::kConverged;
    result_.residual = residual;
    running_ = false;
    return;
  }
  if (!finite && !std::isfinite(best_)) {
    w_.records.push_back({residual, mixing_, false});
    return finish(SolveStatus::kNotFinite);
  }
  const bool rejected = !finite || length > kGrowthLimit * best_;
  w_.records.push_back({residual, mixing_, rejected});
  if (rejected) {
    ++result_.restarts;
    count_ = 0;
    has_last_ = false;
    mixing_ = std::max(mixing_ / 2.0, kSmallestMixing);
    for (std::size_t i = 0; i < n; ++i) {
      x_[i] = w_.best[i] + std::clamp(mixing_ * w_.best_step[i], -kLargestStep, kLargestStep);
    }
  } else {
    if (length < best_) {
      best_ = length;
      best_residual_ = residual;
      std::copy(x_.begin(), x_.end(), w_.best.begin());
      std::copy(w_.step.begin(), w_.step.end(), w_.best_step.begin());
      mixing_ = std::min(1.0, mixing_ * 1.2);
    }
    if (has_last_) push_difference();
    std::copy(x_.begin(), x_.end(), w_.last.begin());
    std::copy(w_.step.begin(), w_.step.end(), w_.last_step.begin());
    has_last_ = true;
    correct();
    for (std::size_t i = 0; i < n; ++i) {
      const double move = x_[i] + mixing_ * w_.step[i] - w_.last[i];
      x_[i] = w_.last[i] + std::clamp(move, -kLargestStep, kLargestStep);
    }
  }
  if (best_ < kProgress * milestone_) {
    milestone_ = best_;
    milestone_at_ = result_.iterations;
  } else if (result_.iterations - milestone_at_ > kPatience) {
    return finish(SolveStatus::kStalled);
  }
  if (result_.iterations >= options_.max_iterations) finish(SolveStatus::kIterationLimit);
}

FixedPointResult solve_fixed_point(const FixedPointMap& map, std::span<double> x,
                                   const FixedPointOptions& options, FixedPointWorkspace& workspace,
                                   const std::stop_token& stop) {
  FixedPointSearch search(x, options, workspace);
  while (search.running()) {
    if (stop.stop_requested()) {
      search.finish(SolveStatus::kCancelled);
    } else {
      search.take(map(x, search.image()));
    }
  }
  return search.result();
}

}  // namespace altyn::numerics
