#include "altyn/numerics/box_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace altyn::numerics {
namespace {

// Rosenbrock's valley in pairs (More, Garbow and Hillstrom 1981, problem 21): least at ones.
double valley(std::span<const double> x, std::span<double> slope) {
  double value = 0.0;
  std::fill(slope.begin(), slope.end(), 0.0);
  for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
    const double a = 10.0 * (x[i + 1] - x[i] * x[i]);
    const double b = 1.0 - x[i];
    value += a * a + b * b;
    slope[i] += -40.0 * a * x[i] - 2.0 * b;
    slope[i + 1] += 20.0 * a;
  }
  return value;
}

TEST(BoxSearch, FindsTheFloorOfTheValley) {
  std::vector<double> x = {-1.2, 1.0, -1.2, 1.0, -1.2, 1.0};
  const std::vector<double> low(6, -10.0), high(6, 10.0), unit(6, 1.0);
  const BoxSearchResult found = minimise_in_box(valley, x, low, high, unit, {});
  ASSERT_EQ(found.status, SolveStatus::kConverged);
  for (const double value : x) EXPECT_NEAR(value, 1.0, 1e-7);
}

TEST(BoxSearch, StopsAtABoundWhereTheSlopePointsOut) {
  std::vector<double> x = {-1.2, 1.0};
  const std::vector<double> low = {-10.0, -10.0}, high = {0.5, 10.0}, unit = {1.0, 3.0};
  const BoxSearchResult found = minimise_in_box(valley, x, low, high, unit, {});
  ASSERT_EQ(found.status, SolveStatus::kConverged);
  EXPECT_DOUBLE_EQ(x[0], 0.5);
  EXPECT_NEAR(x[1], 0.25, 1e-7);
}

TEST(BoxSearch, JudgesTheLastDigitsBySlopes) {
  // Values with an error of 1e-9, slopes exact: without value_noise the search stalls above this.
  int calls = 0;
  const ValueAndSlope noisy = [&](std::span<const double> x, std::span<double> slope) {
    return valley(x, slope) + ((++calls % 2 == 0) ? 1e-9 : 0.0);
  };
  std::vector<double> x = {-1.2, 1.0};
  const std::vector<double> low(2, -10.0), high(2, 10.0), unit(2, 1.0);
  const BoxSearchResult found =
      minimise_in_box(noisy, x, low, high, unit, {.tolerance = 1e-9, .value_noise = 2e-9});
  EXPECT_EQ(found.status, SolveStatus::kConverged);
  EXPECT_LE(found.slope, 1e-9);
}

TEST(BoxSearch, ReportsAStartOutsideTheDomain) {
  std::vector<double> x = {0.0};
  const std::vector<double> low = {-1.0}, high = {1.0}, unit = {1.0};
  const ValueAndSlope nothing = [](std::span<const double>, std::span<double>) {
    return std::numeric_limits<double>::infinity();
  };
  EXPECT_EQ(minimise_in_box(nothing, x, low, high, unit, {}).status, SolveStatus::kNotFinite);
}

}  // namespace
}  // namespace altyn::numerics
