#include "altyn/numerics/symmetric_solve.h"

#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::numerics {

SemidefiniteFactor::SemidefiniteFactor(std::span<const double> matrix,
                                       std::span<const double> references, double tolerance)
    : k_(references.size()), factor_(matrix.begin(), matrix.end()), left_out_(k_) {
  ALTYN_CHECK(matrix.size() == k_ * k_, "the matrix is square");
  for (std::size_t i = 0; i < k_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = factor_[i * k_ + j];
      for (std::size_t m = 0; m < j; ++m) sum -= factor_[i * k_ + m] * factor_[j * k_ + m];
      if (j < i) {
        factor_[i * k_ + j] = left_out_[j] ? 0.0 : sum / factor_[j * k_ + j];
      } else if (sum > tolerance * references[i] && std::isfinite(sum)) {
        factor_[i * k_ + i] = std::sqrt(sum);
      } else {
        left_out_[i] = true;
        for (std::size_t m = 0; m < i; ++m) factor_[i * k_ + m] = 0.0;
        factor_[i * k_ + i] = 0.0;
      }
    }
  }
}

std::vector<double> SemidefiniteFactor::solve(std::span<const double> right) const {
  std::vector<double> x(right.begin(), right.end());
  for (std::size_t i = 0; i < k_; ++i) {
    if (left_out_[i]) {
      x[i] = 0.0;
      continue;
    }
    for (std::size_t m = 0; m < i; ++m) x[i] -= factor_[i * k_ + m] * x[m];
    x[i] /= factor_[i * k_ + i];
  }
  for (std::size_t i = k_; i-- > 0;) {
    if (left_out_[i]) continue;
    for (std::size_t m = i + 1; m < k_; ++m) x[i] -= factor_[m * k_ + i] * x[m];
    x[i] /= factor_[i * k_ + i];
  }
  return x;
}

std::vector<double> SemidefiniteFactor::inverse() const {
  std::vector<double> result(k_ * k_);
  std::vector<double> unit(k_);
  for (std::size_t j = 0; j < k_; ++j) {
    unit.assign(k_, 0.0);
    if (!left_out_[j]) unit[j] = 1.0;
    const std::vector<double> column = solve(unit);
    for (std::size_t i = 0; i < k_; ++i) result[i * k_ + j] = column[i];
  }
  return result;
}

}  // namespace altyn::numerics
