#include "altyn/estimation/pivoted_inverse.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace altyn::estimation {
namespace {

constexpr Index kPanel = 64;
constexpr double kSmallest = 1e-11;

}  // namespace

std::vector<double> pivoted_inverse(std::vector<double> values, Index n) {
  using Matrix = Eigen::MatrixXd;
  using Vector = Eigen::VectorXd;
  Eigen::Map<Matrix> a(values.data(), n, n);
  // Levels differ by many orders of magnitude in their sums of means: scale to a unit diagonal.
  const Vector scale =
      a.diagonal().unaryExpr([](double v) { return v > 0.0 ? 1.0 / std::sqrt(v) : 0.0; });
  a = (scale.asDiagonal() * a * scale.asDiagonal()).eval();
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  Vector rest = a.diagonal();  // what is left of the diagonal, in the current order
  Index rank = 0;
  bool done = false;
  for (Index first = 0; first < n && !done; first += kPanel) {
    const Index width = std::min(kPanel, n - first);
    Index used = 0;
    for (Index step = 0; step < width; ++step) {
      const Index j = first + step;
      Index pivot = j;
      const double value = rest.tail(n - j).maxCoeff(&pivot);
      pivot += j;
      if (!(value > kSmallest)) {
        done = true;
        break;
      }
      if (pivot != j) {
        std::swap(order[static_cast<std::size_t>(pivot)], order[static_cast<std::size_t>(j)]);
        std::swap(rest(pivot), rest(j));
        a.row(pivot).swap(a.row(j));
        a.col(pivot).swap(a.col(j));
      }
      // Column j of the factor: the trailing matrix is current up to `first` only.
      const Index below = n - j - 1;
      a(j, j) = std::sqrt(value);
      if (below > 0) {
        if (step > 0) {
          a.col(j).tail(below).noalias() -=
              a.block(j + 1, first, below, step) * a.row(j).segment(first, step).transpose();
        }
        a.col(j).tail(below) /= a(j, j);
        rest.tail(below) -= a.col(j).tail(below).cwiseAbs2();
      }
      ++used;
    }
    rank = first + used;
    const Index below = n - rank;
    if (!done && below > 0) {
      a.bottomRightCorner(below, below).noalias() -=
          a.block(rank, first, below, used) * a.block(rank, first, below, used).transpose();
    }
  }
  // The factor stands in the lower triangle of the leading rank x rank block.
  Matrix lower = Matrix::Identity(rank, rank);
  a.topLeftCorner(rank, rank).triangularView<Eigen::Lower>().solveInPlace(lower);
  const Matrix inverse = lower.transpose() * lower;
  std::fill(values.begin(), values.end(), 0.0);
  for (Index c = 0; c < rank; ++c) {
    const Index column = order[static_cast<std::size_t>(c)];
    for (Index r = 0; r < rank; ++r) {
      const Index row = order[static_cast<std::size_t>(r)];
      a(row, column) = inverse(r, c) * scale(row) * scale(column);
    }
  }
  return values;
}

}  // namespace altyn::estimation
