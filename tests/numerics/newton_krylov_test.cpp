#include "altyn/numerics/newton_krylov.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace altyn::numerics {
namespace {

// x_i = a + cos(sum of the others) / n: a fixed point with a known Jacobian.
NewtonProblem cosine_problem(std::size_t n, std::vector<double>& at) {
  NewtonProblem problem;
  problem.evaluate = [n, &at](std::span<const double> x, std::span<double> gap) {
    at.assign(x.begin(), x.end());
    double sum = 0.0, residual = 0.0;
    for (const double value : x) sum += value;
    for (std::size_t i = 0; i < n; ++i) {
      gap[i] = 0.5 + std::cos(sum - x[i]) - x[i];
      residual = std::max(residual, std::abs(gap[i]));
    }
    return residual;
  };
  problem.slope = [n, &at](std::span<const double> d, std::span<double> out) {
    double sum = 0.0, move = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += at[i];
      move += d[i];
    }
    for (std::size_t i = 0; i < n; ++i) out[i] = -std::sin(sum - at[i]) * (move - d[i]);
  };
  return problem;
}

TEST(NewtonKrylov, FindsAFixedPointThatIterationMisses) {
  constexpr std::size_t n = 6;  // slopes near 5: plain iteration wanders
  std::vector<double> at;
  const NewtonProblem problem = cosine_problem(n, at);
  std::vector<double> x(n, 0.1);
  const NewtonResult result = solve_newton_krylov(problem, x, {.tolerance = 1e-13});
  ASSERT_EQ(result.status, SolveStatus::kConverged);
  std::vector<double> gap(n);
  EXPECT_LE(problem.evaluate(x, gap), 1e-13);
  EXPECT_LT(result.iterations, 30);
}

TEST(NewtonKrylov, ReportsAStartOutsideTheDomainAndAPointWithoutDescent) {
  NewtonProblem problem;
  problem.evaluate = [](std::span<const double>, std::span<double>) {
    return std::numeric_limits<double>::infinity();
  };
  problem.slope = [](std::span<const double>, std::span<double> out) { out[0] = 0.0; };
  std::vector<double> x(1, 0.0);
  EXPECT_EQ(solve_newton_krylov(problem, x, {}).status, SolveStatus::kNotFinite);
  // x = x + 1 + x^2 has no solution; Newton stops at the least gap.
  problem.evaluate = [](std::span<const double> at, std::span<double> gap) {
    gap[0] = 1.0 + at[0] * at[0];
    return std::abs(gap[0]);
  };
  std::vector<double> point(1, 0.7);
  problem.slope = [&](std::span<const double> d, std::span<double> out) {
    out[0] = d[0] * (1.0 + 2.0 * point[0]);
  };
  const NewtonResult none = solve_newton_krylov(problem, point, {});
  EXPECT_NE(none.status, SolveStatus::kConverged);
  EXPECT_GE(none.residual, 1.0);
}

}  // namespace
}  // namespace altyn::numerics
