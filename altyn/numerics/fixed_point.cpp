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

// The last differences of points and of steps, as a ring, with the products of step differences.
class History {
 public:
  History(FixedPointWorkspace& workspace, std::size_t n, std::size_t depth)
      : w_(workspace), n_(n), depth_(depth) {
    w_.point_differences.resize(depth * n);
    w_.step_differences.resize(depth * n);
    w_.gram.resize(depth * depth);
    w_.factor.resize(depth * depth);
    w_.weights.resize(depth);
  }

  void clear() { count_ = 0; }

  void push(std::span<const double> x, std::span<const double> step) {
    const std::size_t slot = newest_ = (newest_ + 1) % depth_;
    count_ = std::min(count_ + 1, depth_);
    const std::span<double> dx = column(w_.point_differences, slot);
    const std::span<double> df = column(w_.step_differences, slot);
    for (std::size_t i = 0; i < n_; ++i) {
      dx[i] = x[i] - w_.last[i];
      df[i] = step[i] - w_.last_step[i];
    }
    for (std::size_t age = 0; age < count_; ++age) {
      const std::size_t other = at(age);
      const double product = dot(df, column(w_.step_differences, other));
      w_.gram[slot * depth_ + other] = product;
      w_.gram[other * depth_ + slot] = product;
    }
  }

  // Subtracts from `x` the combination of differences that best explains `step` (least squares by
  // a Cholesky factor of the scaled Gram matrix, newest first; differences that add nothing to
  // newer ones are left out), so that x + mixing * step becomes the accelerated point.
  void correct(std::span<double> x, std::span<const double> step, double mixing) {
    std::size_t kept = 0;
    std::size_t slots[64];
    for (std::size_t age = 0; age < count_; ++age) {
      const std::size_t slot = at(age);
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
      double value = dot(column(w_.step_differences, slot), step) / norm;
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
      const std::span<const double> dx = column(w_.point_differences, slots[k]);
      const std::span<const double> df = column(w_.step_differences, slots[k]);
      for (std::size_t i = 0; i < n_; ++i) x[i] -= weight * (dx[i] + mixing * df[i]);
    }
  }

 private:
  [[nodiscard]] std::size_t at(std::size_t age) const { return (newest_ + depth_ - age) % depth_; }
  std::span<double> column(std::vector<double>& block, std::size_t slot) {
    return std::span(block).subspan(slot * n_, n_);
  }

  FixedPointWorkspace& w_;
  std::size_t n_;
  std::size_t depth_;
  std::size_t count_ = 0;
  std::size_t newest_ = 0;
};

}  // namespace

FixedPointResult solve_fixed_point(const FixedPointMap& map, std::span<double> x,
                                   const FixedPointOptions& options, FixedPointWorkspace& workspace,
                                   const std::stop_token& stop) {
  const std::size_t n = x.size();
  const auto depth = static_cast<std::size_t>(std::clamp<Index>(options.history, 1, 64));
  FixedPointWorkspace& w = workspace;
  for (auto* vector : {&w.image, &w.step, &w.best, &w.best_step, &w.last, &w.last_step}) {
    vector->resize(n);
  }
  w.records.clear();
  History history(w, n, depth);

  FixedPointResult result;
  double best = std::numeric_limits<double>::infinity();  // length of the step there
  double best_residual = -1.0;
  double milestone = best;  // the length that the next progress is measured against
  Index milestone_at = 0;
  double mixing = 1.0;
  bool has_last = false;
  const auto finish = [&](SolveStatus status) {
    if (std::isfinite(best)) std::copy(w.best.begin(), w.best.end(), x.begin());
    result.status = status;
    result.residual = best_residual;
    return result;
  };

  while (result.iterations < options.max_iterations) {
    if (stop.stop_requested()) return finish(SolveStatus::kCancelled);
    const double residual = map(x, w.image);
    ++result.iterations;
    for (std::size_t i = 0; i < n; ++i) w.step[i] = w.image[i] - x[i];
    const double length = std::sqrt(dot(w.step, w.step));
    const bool finite = std::isfinite(residual) && std::isfinite(length);
    if (finite && residual <= options.tolerance) {
      w.records.push_back({residual, mixing, false});
      result.status = SolveStatus::kConverged;
      result.residual = residual;
      return result;
    }
    if (!finite && !std::isfinite(best)) {
      w.records.push_back({residual, mixing, false});
      return finish(SolveStatus::kNotFinite);
    }
    const bool rejected = !finite || length > kGrowthLimit * best;
    w.records.push_back({residual, mixing, rejected});
    if (rejected) {
      ++result.restarts;
      history.clear();
      has_last = false;
      mixing = std::max(mixing / 2.0, kSmallestMixing);
      for (std::size_t i = 0; i < n; ++i) {
        x[i] = w.best[i] + std::clamp(mixing * w.best_step[i], -kLargestStep, kLargestStep);
      }
    } else {
      if (length < best) {
        best = length;
        best_residual = residual;
        std::copy(x.begin(), x.end(), w.best.begin());
        std::copy(w.step.begin(), w.step.end(), w.best_step.begin());
        mixing = std::min(1.0, mixing * 1.2);
      }
      if (has_last) history.push(x, w.step);
      std::copy(x.begin(), x.end(), w.last.begin());
      std::copy(w.step.begin(), w.step.end(), w.last_step.begin());
      has_last = true;
      history.correct(x, w.step, mixing);
      for (std::size_t i = 0; i < n; ++i) {
        const double move = x[i] + mixing * w.step[i] - w.last[i];
        x[i] = w.last[i] + std::clamp(move, -kLargestStep, kLargestStep);
      }
    }
    if (best < kProgress * milestone) {
      milestone = best;
      milestone_at = result.iterations;
    } else if (result.iterations - milestone_at > kPatience) {
      return finish(SolveStatus::kStalled);
    }
  }
  return finish(SolveStatus::kIterationLimit);
}

}  // namespace altyn::numerics
