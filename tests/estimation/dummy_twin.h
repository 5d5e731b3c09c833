#pragma once

#include <Eigen/Core>

#include "altyn/estimation/glm.h"

namespace altyn::estimation {

/// The obvious estimator: every effect as dummy columns, iteratively reweighted least squares with
/// a rank-revealing decomposition. In input order.
struct DummyTwin {
  Eigen::VectorXd coefficients;  // [k]
  Eigen::VectorXd mu;            // [n]
  Eigen::MatrixXd partialled;    // [n x k]
};

Eigen::MatrixXd dummy_columns(const GlmProblem& problem);

DummyTwin fit_dummies(const GlmProblem& problem);

}  // namespace altyn::estimation
