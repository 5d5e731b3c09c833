#include "altyn/numerics/matrix_balance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"

namespace altyn::numerics {
namespace {

std::string code_of(std::vector<double> matrix, std::vector<double> rows,
                    std::vector<double> columns) {
  try {
    (void)balance_matrix(matrix, rows, columns);
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "";
}

TEST(MatrixBalance, ReachesTheTotalsAndKeepsCrossRatios) {
  constexpr std::size_t kN = 30;
  RandomStream random(3, 1, 4);
  std::vector<double> matrix(kN * kN);
  for (double& value : matrix) value = std::exp(3.0 * random.normal());
  matrix[5] = 0.0;
  const std::vector<double> prior = matrix;
  std::vector<double> rows(kN), columns(kN);
  double sum = 0.0;
  for (double& value : rows) sum += value = std::exp(random.normal());
  double other = 0.0;
  for (double& value : columns) other += value = std::exp(random.normal());
  for (double& value : columns) value *= sum / other;
  const BalanceResult result = balance_matrix(matrix, rows, columns);
  ASSERT_EQ(result.status, SolveStatus::kConverged);
  for (std::size_t i = 0; i < kN; ++i) {
    double row = 0.0, column = 0.0;
    for (std::size_t k = 0; k < kN; ++k) {
      row += matrix[i * kN + k];
      column += matrix[k * kN + i];
    }
    EXPECT_NEAR(row / rows[i], 1.0, 1e-9);  // tolerance 1e-10
    EXPECT_NEAR(column / columns[i], 1.0, 1e-9);
  }
  EXPECT_EQ(matrix[5], 0.0);
  const auto ratio = [&](const std::vector<double>& m) {
    return m[kN + 1] * m[2 * kN + 2] / (m[kN + 2] * m[2 * kN + 1]);
  };
  EXPECT_NEAR(ratio(matrix) / ratio(prior), 1.0, 1e-12);  // scaling cannot change it
}

TEST(MatrixBalance, SaysWhenTheZerosMakeTheTotalsImpossible) {
  // Row 0 can only feed column 0, whose total is smaller.
  std::vector<double> matrix = {1, 0, 1, 1};
  const std::vector<double> rows = {2, 1};
  const std::vector<double> columns = {1, 2};
  const BalanceResult result = balance_matrix(matrix, rows, columns);
  EXPECT_NE(result.status, SolveStatus::kConverged);
  EXPECT_GT(result.residual, 0.1);
}

TEST(MatrixBalance, RefusesWhatCannotBeScaled) {
  EXPECT_EQ(code_of({1, 1, 1, 1}, {1, 1}, {1, 2}), "balance-sums");
  EXPECT_EQ(code_of({1, 1, 1, 1}, {1, 0}, {1, 0}), "balance-total");
  EXPECT_EQ(code_of({1, -1, 1, 1}, {1, 1}, {1, 1}), "balance-negative");
  EXPECT_EQ(code_of({0, 0, 1, 1}, {1, 1}, {1, 1}), "balance-empty");
  EXPECT_EQ(code_of({1, 0, 1, 0}, {1, 1}, {1, 1}), "balance-empty");
}

}  // namespace
}  // namespace altyn::numerics
