#include "altyn/attribution/shapley.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "altyn/core/rng.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

/// The definition: marginal contributions over every order.
std::vector<double> over_all_orders(int n, const std::vector<double>& worth) {
  std::vector<int> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::vector<double> shares(static_cast<std::size_t>(n), 0.0);
  double orders = 0.0;
  do {
    unsigned set = 0;
    for (const int player : order) {
      const unsigned with = set | (1U << static_cast<unsigned>(player));
      shares[static_cast<std::size_t>(player)] += worth[with] - worth[set];
      set = with;
    }
    orders += 1.0;
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& share : shares) share /= orders;
  return shares;
}

TEST(Shapley, IsTheMeanOverEveryOrder) {
  RandomStream random(1, 2, 3);
  std::vector<double> worth(32);
  for (double& value : worth) value = random.normal();
  const auto values = shapley_values(5, [&](unsigned set) { return worth[set]; });
  const auto twin = over_all_orders(5, worth);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(values[k], twin[k], 1e-12);  // rounding
  EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0), worth[31] - worth[0], 1e-12);
}

LineOfEvidence line_with(const std::string& id, std::vector<double> draws) {
  LineOfEvidence line = {.id = id, .available = true};
  line.share_draws = std::move(draws);
  return line;
}

TEST(Shapley, TableAddsUpToTheLogGrowthAndSharesWhatBothExplain) {
  const ClaimCase claim_case = flagship::case_of(flagship::claim(), 2000);
  const double gamma = claim_case.growth.log_growth();
  const auto table = shapley_table(claim_case, {line_with("L2", std::vector<double>(2000, 0.4)),
                                                line_with("L4", std::vector<double>(2000, 0.1)),
                                                line_with("L5", std::vector<double>(2000, 0.05))});
  ASSERT_TRUE(table.has_value());
  double sum = 0.0;
  for (std::size_t row = 1; row + 1 < table->rows.size(); ++row) {
    sum += std::get<double>(table->rows[row][3]);
  }
  EXPECT_NEAR(sum, gamma, 1e-9);
  // Sizes explain .9 and prices .6 of it, all of which sizes hold too: half of .6 each for what is
  // shared, and .3 for sizes alone.
  EXPECT_NEAR(std::get<double>(table->rows[1][3]), 0.6 * gamma, 1e-12);
  EXPECT_NEAR(std::get<double>(table->rows[2][3]), 0.3 * gamma, 1e-12);
  EXPECT_NEAR(std::get<double>(table->rows[3][3]), 0.05 * gamma, 1e-12);
  EXPECT_NEAR(std::get<double>(table->rows[4][3]), 0.05 * gamma, 1e-12);
}

TEST(Shapley, WithoutSizesAndPricesThereIsNoTable) {
  const ClaimCase claim_case = flagship::case_of(flagship::claim(), 500);
  EXPECT_FALSE(shapley_table(claim_case, {line_with("L5", std::vector<double>(500, 0.1))}));
}

}  // namespace
}  // namespace altyn::attribution
