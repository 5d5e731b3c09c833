#pragma once

#include <Eigen/Core>

namespace altyn::estimation {

// The decompositions that the naive twins need, compiled once: their templates cost more than the
// tests around them.

/// The smallest x that minimises |a x - b|, [a.cols x b.cols].
Eigen::MatrixXd least_squares(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
Eigen::MatrixXd pseudo_inverse(const Eigen::MatrixXd& a);
Eigen::VectorXd symmetric_eigenvalues(const Eigen::MatrixXd& a);
/// `a` with its negative eigenvalues set to zero.
Eigen::MatrixXd without_negative_eigenvalues(const Eigen::MatrixXd& a);
Eigen::Index rank_of(const Eigen::MatrixXd& a);
/// Orthonormal columns that span what `a` maps to zero / what its columns span; a singular value
/// below 1e-9 of the largest counts as zero.
Eigen::MatrixXd null_space(const Eigen::MatrixXd& a);
Eigen::MatrixXd column_space(const Eigen::MatrixXd& a);

}  // namespace altyn::estimation
