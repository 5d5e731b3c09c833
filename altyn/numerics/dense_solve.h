#pragma once

#include <Eigen/Core>

// Decompositions of small dense matrices, for .cpp files that hold theirs in Eigen's types: Eigen's
// templates take seconds to compile wherever they are used, so each is used here once.

namespace altyn::numerics {

/// x with a x = right, `a` symmetric and semidefinite [k x k]; right [k x m]. L D L' with pivoting;
/// what is singular gives what Eigen::LDLT gives. Cost: k^3 / 3 + 2 k^2 m.
[[nodiscard]] Eigen::MatrixXd solve_symmetric(const Eigen::MatrixXd& a,
                                              const Eigen::MatrixXd& right);
/// The inverse of such a matrix.
[[nodiscard]] Eigen::MatrixXd inverse_symmetric(const Eigen::MatrixXd& a);
/// x with a x = right, `a` regular [k x k]. L U with row pivoting. Cost: 2 k^3 / 3 + 2 k^2 m.
[[nodiscard]] Eigen::MatrixXd solve_general(const Eigen::MatrixXd& a, const Eigen::MatrixXd& right);
/// The x that minimises |a x - right|, a [n x k] of full rank. QR with column pivoting.
[[nodiscard]] Eigen::MatrixXd solve_least_squares(const Eigen::MatrixXd& a,
                                                  const Eigen::MatrixXd& right);

/// Eigenvalues [k], ascending, and vectors [k x k], a column each.
struct SymmetricEigen {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};
/// Of the symmetric matrix `a` (its lower triangle is read).
[[nodiscard]] SymmetricEigen eigen_symmetric(const Eigen::MatrixXd& a);

}  // namespace altyn::numerics
