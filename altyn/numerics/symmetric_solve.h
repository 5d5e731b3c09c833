#pragma once

#include <span>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::numerics {

/// A symmetric positive semidefinite matrix [k x k] factored as L L' in its own order; a row whose
/// pivot falls to `tolerance` of its reference or below is left out, so the first of several
/// dependent columns is kept.
class SemidefiniteFactor {
 public:
  /// `references` [k] is what a pivot is compared with, often the diagonal. Cost: k^3 / 3.
  SemidefiniteFactor(std::span<const double> matrix, std::span<const double> references,
                     double tolerance);
  [[nodiscard]] const std::vector<bool>& left_out() const { return left_out_; }
  /// The solution with zeros where a row is left out.
  [[nodiscard]] std::vector<double> solve(std::span<const double> right) const;
  /// The inverse over the kept rows, zero elsewhere, [k * k].
  [[nodiscard]] std::vector<double> inverse() const;

 private:
  std::size_t k_;
  std::vector<double> factor_;
  std::vector<bool> left_out_;
};

}  // namespace altyn::numerics
