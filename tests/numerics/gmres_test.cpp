#include "altyn/numerics/gmres.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <limits>

#include "altyn/core/rng.h"

namespace altyn::numerics {
namespace {

Eigen::MatrixXd random_matrix(int n, std::uint64_t seed) {
  RandomStream random(seed, 0, 0);
  Eigen::MatrixXd a = Eigen::MatrixXd::Identity(n, n) * 3.0;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) a(i, j) += random.normal() / std::sqrt(static_cast<double>(n));
  }
  return a;
}

LinearMap product(const Eigen::MatrixXd& a) {
  return [&a](std::span<const double> x, std::span<double> out) {
    Eigen::Map<Eigen::VectorXd>(out.data(), a.rows()) =
        a * Eigen::Map<const Eigen::VectorXd>(x.data(), a.cols());
  };
}

TEST(Gmres, SolvesWhatADirectSolverSolves) {
  for (const Index restart : {200, 15}) {
    const Eigen::MatrixXd a = random_matrix(60, 4);
    const Eigen::VectorXd wanted = Eigen::VectorXd::LinSpaced(60, -1.0, 2.0);
    const Eigen::VectorXd b = a * wanted;
    std::vector<double> x(60, 0.0);
    GmresWorkspace workspace;
    const GmresResult result = solve_gmres(product(a), {b.data(), 60}, x,
                                           {.tolerance = 1e-12, .restart = restart}, workspace);
    EXPECT_EQ(result.status, SolveStatus::kConverged);
    for (int i = 0; i < 60; ++i) EXPECT_NEAR(x[static_cast<std::size_t>(i)], wanted(i), 1e-10);
  }
}

TEST(Gmres, ZeroRightHandSideHasTheZeroSolution) {
  const Eigen::MatrixXd a = random_matrix(5, 1);
  std::vector<double> x(5, 7.0);
  GmresWorkspace workspace;
  const std::vector<double> b(5, 0.0);
  EXPECT_EQ(solve_gmres(product(a), b, x, {}, workspace).status, SolveStatus::kConverged);
  EXPECT_EQ(x, b);
}

TEST(Gmres, SaysWhenItCannot) {
  const Eigen::MatrixXd singular = Eigen::MatrixXd::Zero(4, 4);
  const std::vector<double> b(4, 1.0);
  std::vector<double> x(4, 0.0);
  GmresWorkspace workspace;
  EXPECT_EQ(solve_gmres(product(singular), b, x, {}, workspace).status, SolveStatus::kStalled);
  const Eigen::MatrixXd a = random_matrix(40, 2);
  const std::vector<double> right(40, 1.0);
  std::vector<double> y(40, 0.0);
  EXPECT_EQ(solve_gmres(product(a), right, y, {.tolerance = 1e-14, .max_iterations = 3}, workspace)
                .status,
            SolveStatus::kIterationLimit);
  const LinearMap broken = [](std::span<const double>, std::span<double> out) {
    for (double& value : out) value = std::numeric_limits<double>::quiet_NaN();
  };
  std::fill(y.begin(), y.end(), 0.0);
  EXPECT_EQ(solve_gmres(broken, right, y, {}, workspace).status, SolveStatus::kNotFinite);
}

}  // namespace
}  // namespace altyn::numerics
