#include "dense_twin.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Svd = Eigen::JacobiSVD<Matrix>;

Eigen::Index kept_of(const Svd& svd) {
  const Vector& values = svd.singularValues();
  return values.size() == 0 ? 0 : (values.array() > 1e-9 * values(0)).count();
}

}  // namespace

Matrix least_squares(const Matrix& a, const Matrix& b) {
  return Eigen::CompleteOrthogonalDecomposition<Matrix>(a).solve(b);
}

Matrix pseudo_inverse(const Matrix& a) {
  return Eigen::CompleteOrthogonalDecomposition<Matrix>(a).pseudoInverse();
}

Vector symmetric_eigenvalues(const Matrix& a) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(a).eigenvalues();
}

Matrix without_negative_eigenvalues(const Matrix& a) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(a);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0.0).asDiagonal() *
         solver.eigenvectors().transpose();
}

Eigen::Index rank_of(const Matrix& a) { return Eigen::FullPivLU<Matrix>(a).rank(); }

Matrix null_space(const Matrix& a) {
  const Svd svd(a, Eigen::ComputeFullV);
  return svd.matrixV().rightCols(a.cols() - kept_of(svd));
}

Matrix column_space(const Matrix& a) {
  const Svd svd(a, Eigen::ComputeThinU);
  return svd.matrixU().leftCols(kept_of(svd));
}

}  // namespace altyn::estimation
