#include "altyn/numerics/dense_solve.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>

namespace altyn::numerics {

using Matrix = Eigen::MatrixXd;

Matrix solve_symmetric(const Matrix& a, const Matrix& right) { return a.ldlt().solve(right); }

Matrix inverse_symmetric(const Matrix& a) {
  return solve_symmetric(a, Matrix::Identity(a.rows(), a.rows()));
}

Matrix solve_general(const Matrix& a, const Matrix& right) { return a.partialPivLu().solve(right); }

Matrix solve_least_squares(const Matrix& a, const Matrix& right) {
  return a.colPivHouseholderQr().solve(right);
}

SymmetricEigen eigen_symmetric(const Matrix& a) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(a);
  return {.values = solver.eigenvalues(), .vectors = solver.eigenvectors()};
}

}  // namespace altyn::numerics
