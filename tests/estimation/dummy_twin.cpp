#include "dummy_twin.h"

#include <cmath>

#include "dense_twin.h"

namespace altyn::estimation {

Eigen::MatrixXd dummy_columns(const GlmProblem& problem) {
  const auto n = static_cast<Eigen::Index>(problem.y.size());
  Eigen::Index width = 0;
  std::vector<Eigen::Index> first;
  for (const Effect& effect : problem.effects) {
    first.push_back(width);
    Eigen::Index levels = 1;
    for (const Index k : effect.keys) levels *= problem.keys[static_cast<std::size_t>(k)].n_levels;
    width += levels;
  }
  Eigen::MatrixXd d = Eigen::MatrixXd::Zero(n, width);
  for (Eigen::Index r = 0; r < n; ++r) {
    const auto row = static_cast<std::size_t>(r);
    for (std::size_t e = 0; e < problem.effects.size(); ++e) {
      Eigen::Index code = 0;
      for (const Index k : problem.effects[e].keys) {
        const Key& key = problem.keys[static_cast<std::size_t>(k)];
        code = code * key.n_levels + key.ids[row];
      }
      d(r, first[e] + code) =
          problem.effects[e].slope.empty() ? 1.0 : problem.effects[e].slope[row];
    }
  }
  return d;
}

DummyTwin fit_dummies(const GlmProblem& problem) {
  const auto n = static_cast<Eigen::Index>(problem.y.size());
  const auto k = static_cast<Eigen::Index>(problem.regressors.size());
  const Eigen::MatrixXd d = dummy_columns(problem);
  Eigen::MatrixXd x(n, k);
  for (Eigen::Index j = 0; j < k; ++j) {
    for (Eigen::Index r = 0; r < n; ++r) {
      x(r, j) = problem.regressors[static_cast<std::size_t>(j)][static_cast<std::size_t>(r)];
    }
  }
  Eigen::MatrixXd all(n, k + d.cols());
  all << x, d;
  const auto own = [&](Eigen::Index r) {
    return problem.weights.empty() ? 1.0 : problem.weights[static_cast<std::size_t>(r)];
  };
  const auto offset = [&](Eigen::Index r) {
    return problem.offset.empty() ? 0.0 : problem.offset[static_cast<std::size_t>(r)];
  };
  Eigen::VectorXd y(n), eta(n), w(n);
  double mean = 0.0;
  for (Eigen::Index r = 0; r < n; ++r) {
    y(r) = problem.y[static_cast<std::size_t>(r)];
    mean += y(r) / static_cast<double>(n);
  }
  for (Eigen::Index r = 0; r < n; ++r) {
    switch (problem.family) {
      case Family::kPoisson:
      case Family::kGamma:
        eta(r) = std::log(0.5 * (y(r) + mean));
        break;
      case Family::kGaussian:
        eta(r) = 0.0;
        break;
      case Family::kLogit:
        eta(r) = 0.0;
        break;
    }
  }
  DummyTwin twin;
  for (int step = 0; step < 200; ++step) {
    Eigen::VectorXd z(n);
    for (Eigen::Index r = 0; r < n; ++r) {
      double mu = eta(r), slope = 1.0, weight = 1.0;
      if (problem.family == Family::kPoisson) mu = slope = weight = std::exp(eta(r));
      if (problem.family == Family::kGamma) mu = slope = std::exp(eta(r));
      if (problem.family == Family::kLogit) {
        mu = 1.0 / (1.0 + std::exp(-eta(r)));
        slope = weight = mu * (1.0 - mu);
      }
      w(r) = own(r) * weight;
      z(r) = eta(r) - offset(r) + (y(r) - mu) / slope;
    }
    const Eigen::VectorXd root = w.cwiseSqrt();
    const Eigen::VectorXd solution = least_squares(root.asDiagonal() * all, root.asDiagonal() * z);
    Eigen::VectorXd next = all * solution;
    for (Eigen::Index r = 0; r < n; ++r) next(r) += offset(r);
    const double change = (next - eta).cwiseAbs().maxCoeff();
    eta = next;
    twin.coefficients = solution.head(k);
    if (change < 1e-13) break;
  }
  twin.mu.resize(n);
  for (Eigen::Index r = 0; r < n; ++r) {
    twin.mu(r) = problem.family == Family::kGaussian ? eta(r)
                 : problem.family == Family::kLogit  ? 1.0 / (1.0 + std::exp(-eta(r)))
                                                     : std::exp(eta(r));
    w(r) = own(r) * working_weight(problem.family, twin.mu(r));
  }
  const Eigen::VectorXd root = w.cwiseSqrt();
  twin.partialled = x;
  if (d.cols() > 0 && x.cols() > 0) {
    twin.partialled -= d * least_squares(root.asDiagonal() * d, root.asDiagonal() * x);
  }
  return twin;
}

}  // namespace altyn::estimation
