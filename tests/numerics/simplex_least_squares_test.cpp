#include "altyn/numerics/simplex_least_squares.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

#include "altyn/core/rng.h"

namespace altyn::numerics {
namespace {

SimplexLeastSquares random_problem(std::size_t m, std::size_t n, std::uint64_t seed) {
  RandomStream random(seed, 1, 0);
  SimplexLeastSquares problem = {.subject = "test"};
  for (std::size_t k = 0; k < m * n; ++k) problem.matrix.push_back(random.normal());
  for (std::size_t k = 0; k < m; ++k) problem.target.push_back(random.normal());
  return problem;
}

double objective(const SimplexLeastSquares& problem, const std::vector<double>& x) {
  const std::size_t m = problem.target.size();
  std::vector<double> error(m);
  double mean = 0.0;
  for (std::size_t i = 0; i < m; ++i) {
    error[i] = -problem.target[i];
    for (std::size_t j = 0; j < x.size(); ++j) error[i] += problem.matrix[i * x.size() + j] * x[j];
    mean += error[i] / static_cast<double>(m);
  }
  double value = 0.0;
  for (const double one : error) {
    const double rest = problem.intercept ? one - mean : one;
    value += rest * rest / static_cast<double>(m);
  }
  for (const double weight : x) value += problem.ridge * weight * weight;
  return value;
}

RC_GTEST_PROP(SimplexLeastSquares, NoOtherPointOfTheSimplexIsBetter, ()) {
  const auto m = *rc::gen::inRange<std::size_t>(1, 12);
  const auto n = *rc::gen::inRange<std::size_t>(1, 15);
  SimplexLeastSquares problem = random_problem(m, n, *rc::gen::arbitrary<std::uint64_t>());
  problem.intercept = *rc::gen::arbitrary<bool>();
  problem.ridge = *rc::gen::element(0.0, 1e-6, 0.1);
  const SimplexSolution solution = solve_simplex(problem);
  RC_ASSERT(solution.certificate.holds());
  const double best = objective(problem, solution.weights);
  RandomStream random(7, 2, 0);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> other(n);
    for (double& weight : other) weight = -std::log(random.uniform());
    const double sum = std::accumulate(other.begin(), other.end(), 0.0);
    for (double& weight : other) weight /= sum;
    RC_ASSERT(objective(problem, other) >= best - 1e-9);  // the certificate's tolerance
  }
  for (std::size_t vertex = 0; vertex < n; ++vertex) {
    std::vector<double> other(n, 0.0);
    other[vertex] = 1.0;
    RC_ASSERT(objective(problem, other) >= best - 1e-9);
  }
}

TEST(SimplexLeastSquares, FindsWeightsThatFitExactly) {
  SimplexLeastSquares problem = random_problem(8, 5, 3);
  const std::vector<double> truth = {0.5, 0.0, 0.3, 0.0, 0.2};
  for (std::size_t i = 0; i < 8; ++i) {
    problem.target[i] = 0.0;
    for (std::size_t j = 0; j < 5; ++j) problem.target[i] += problem.matrix[i * 5 + j] * truth[j];
  }
  const SimplexSolution solution = solve_simplex(problem);
  // The ridge that makes answers unique moves an exact one by its size, 1e-13.
  for (std::size_t j = 0; j < 5; ++j) EXPECT_NEAR(solution.weights[j], truth[j], 1e-9);
  EXPECT_NEAR(solution.mean_square, 0.0, 1e-18);
}

TEST(SimplexLeastSquares, TwinColumnsShareTheirWeight) {
  SimplexLeastSquares problem = {
      .subject = "twins", .matrix = {1.0, 1.0, 0.0, 2.0, 2.0, 1.0}, .target = {0.8, 1.8}};
  const SimplexSolution solution = solve_simplex(problem);
  EXPECT_TRUE(solution.certificate.holds()) << solution.certificate.summary();
  EXPECT_NEAR(solution.weights[0] + solution.weights[1], 0.8, 1e-9);
}

TEST(SimplexLeastSquares, AnInterceptMakesLevelsIrrelevant) {
  SimplexLeastSquares problem = random_problem(9, 4, 5);
  problem.intercept = true;
  problem.ridge = 0.01;
  const SimplexSolution before = solve_simplex(problem);
  for (double& target : problem.target) target += 100.0;
  const SimplexSolution after = solve_simplex(problem);
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(before.weights[j], after.weights[j], 1e-10);
}

}  // namespace
}  // namespace altyn::numerics
