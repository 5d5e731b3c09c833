#include "altyn/numerics/fixed_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace altyn::numerics {
namespace {

double largest(std::span<const double> values) {
  double found = 0.0;
  for (const double value : values) found = std::max(found, std::abs(value));
  return found;
}

// x = A x + b with a spectral radius close to one: the plain iteration needs thousands of steps.
FixedPointMap linear_map(std::size_t n, double radius) {
  return [n, radius](std::span<const double> x, std::span<double> image) {
    double residual = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double slope = radius * static_cast<double>(i + 1) / static_cast<double>(n);
      image[i] = slope * x[i] + 1e-3;
      residual = std::max(residual, std::abs(image[i] - x[i]));
    }
    return residual;
  };
}

TEST(FixedPoint, AcceleratesASlowLinearMap) {
  std::vector<double> x(6, 0.0);
  FixedPointWorkspace workspace;
  const FixedPointResult result = solve_fixed_point(linear_map(6, 0.999), x, {}, workspace);
  ASSERT_EQ(result.status, SolveStatus::kConverged);
  EXPECT_LT(result.iterations, 15);  // six distinct slopes: a Krylov method needs seven
  for (std::size_t i = 0; i < 6; ++i) {
    // 2e-7: the residual 1e-10 divided by the smallest 1 - slope, 1e-3, and a factor of slack.
    EXPECT_NEAR(x[i], 1e-3 / (1.0 - 0.999 * static_cast<double>(i + 1) / 6.0), 2e-7);
  }
}

TEST(FixedPoint, ConvergesWhereThePlainIterationDiverges) {
  std::vector<double> x(5, 0.5);
  FixedPointWorkspace workspace;
  // Slope -3 to -0.6 at the solution x = 0.
  const FixedPointMap map = [](std::span<const double> at, std::span<double> image) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      image[i] = -3.0 * static_cast<double>(i + 1) / 5.0 * std::sinh(at[i]);
    }
    double residual = 0.0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      residual = std::max(residual, std::abs(image[i] - at[i]));
    }
    return residual;
  };
  const FixedPointResult result = solve_fixed_point(map, x, {}, workspace);
  ASSERT_EQ(result.status, SolveStatus::kConverged);
  EXPECT_LT(largest(x), 1e-9);
}

TEST(FixedPoint, ReturnsFromOutsideTheDomain) {
  std::vector<double> x = {0.1};
  FixedPointWorkspace workspace;
  // Solution x = 1; points above 1.5 have no value, and the map overshoots into them.
  const FixedPointMap map = [](std::span<const double> at, std::span<double> image) {
    if (at[0] > 1.5) {
      image[0] = 0.0;
      return std::numeric_limits<double>::infinity();
    }
    image[0] = at[0] + 4.0 * (1.0 - at[0]);
    return std::abs(1.0 - at[0]);
  };
  const FixedPointResult result = solve_fixed_point(map, x, {}, workspace);
  ASSERT_EQ(result.status, SolveStatus::kConverged);
  EXPECT_NEAR(x[0], 1.0, 1e-10);
  EXPECT_GE(result.restarts, 1);
  EXPECT_TRUE(workspace.records.at(1).restarted);
}

TEST(FixedPoint, SaysThatAnImpossibleProblemStalls) {
  std::vector<double> x = {0.0};
  FixedPointWorkspace workspace;
  const FixedPointMap map = [](std::span<const double> at, std::span<double> image) {
    image[0] = at[0] + 1.0;
    return 1.0;
  };
  const FixedPointResult result = solve_fixed_point(map, x, {}, workspace);
  EXPECT_EQ(result.status, SolveStatus::kStalled);
  EXPECT_EQ(result.residual, 1.0);
}

TEST(FixedPoint, SaysThatTheStartIsOutsideTheDomain) {
  std::vector<double> x = {0.0};
  FixedPointWorkspace workspace;
  const FixedPointMap map = [](std::span<const double>, std::span<double> image) {
    image[0] = 0.0;
    return std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_EQ(solve_fixed_point(map, x, {}, workspace).status, SolveStatus::kNotFinite);
}

TEST(FixedPoint, StopsOnRequestAndAtTheLimit) {
  std::vector<double> x(4, 0.0);
  FixedPointWorkspace workspace;
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(solve_fixed_point(linear_map(4, 0.9), x, {}, workspace, source.get_token()).status,
            SolveStatus::kCancelled);
  const FixedPointResult result =
      solve_fixed_point(linear_map(4, 0.9), x, {.max_iterations = 3}, workspace);
  EXPECT_EQ(result.status, SolveStatus::kIterationLimit);
  EXPECT_EQ(result.iterations, 3);
  EXPECT_EQ(workspace.records.size(), 3U);
}

TEST(FixedPoint, AWorkspaceUsedBeforeGivesTheSameBits) {
  FixedPointWorkspace fresh;
  std::vector<double> first(7, 0.0);
  (void)solve_fixed_point(linear_map(7, 0.97), first, {}, fresh);
  FixedPointWorkspace used;
  std::vector<double> other(20, 0.3);
  (void)solve_fixed_point(linear_map(20, 0.5), other, {}, used);
  std::vector<double> second(7, 0.0);
  (void)solve_fixed_point(linear_map(7, 0.97), second, {}, used);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace altyn::numerics
