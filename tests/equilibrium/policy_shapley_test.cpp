#include "altyn/equilibrium/policy_shapley.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

// Policies: the tariffs of each of the first economies move to their new rates.
class Shapley : public ::testing::Test {
 protected:
  [[nodiscard]] MultiSectorShock build(const std::vector<bool>& active) const {
    MultiSectorShock shock;
    shock.tariff = world.base.tariff;
    for (std::size_t cell = 0; cell < shock.tariff.size(); ++cell) {
      const std::size_t importer = cell / 6 % 6;
      if (importer < active.size() && active[importer])
        shock.tariff[cell] = world.shock.tariff[cell];
    }
    return shock;
  }
  [[nodiscard]] PolicyShapley run(Index n_policies, const ShapleyOptions& options,
                                  int n_threads) const {
    Context context(n_threads, 7);
    const MultiSectorModel model(world.base, {}, context);
    return shapley_of_policies(
        model, n_policies, [&](const std::vector<bool>& active) { return build(active); },
        [](const MultiSectorResult& result) {
          std::vector<double> logs = result.welfare_hat;
          for (double& value : logs) value = std::log(value);
          return logs;
        },
        options, context);
  }
  const testing::RandomMultiSector world =
      testing::random_multi_sector({.n = 6, .n_sectors = 3, .seed = 31});
};

TEST_F(Shapley, ContributionsAddUpAndTwoPoliciesHaveTheTextbookFormula) {
  const PolicyShapley two = run(2, {}, 1);
  ASSERT_EQ(two.status, SolveStatus::kConverged);
  EXPECT_TRUE(two.exact);
  EXPECT_EQ(two.n_solves, 4);
  for (std::size_t e = 0; e < 6; ++e) {
    EXPECT_NEAR(two.share[e] + two.share[6 + e], two.total[e], 1e-15);
    // Half its effect alone, half its effect on top of the other.
    EXPECT_NEAR(two.share[e], 0.5 * (two.alone[e] + two.total[e] - two.alone[6 + e]), 1e-15);
  }
}

TEST_F(Shapley, RandomOrdersAddUpAndComeNearTheExactShares) {
  const PolicyShapley exact = run(4, {}, 1);
  const PolicyShapley sampled = run(4, {.exact_up_to = 2, .orders = 60}, 1);
  ASSERT_EQ(sampled.status, SolveStatus::kConverged);
  EXPECT_FALSE(sampled.exact);
  EXPECT_LE(sampled.n_solves, 16);
  for (std::size_t e = 0; e < 6; ++e) {
    double sum = 0.0;
    for (std::size_t p = 0; p < 4; ++p) {
      sum += sampled.share[p * 6 + e];
      // Marginal effects differ between orders by about 2e-3; 60 orders average that out.
      EXPECT_NEAR(sampled.share[p * 6 + e], exact.share[p * 6 + e], 1e-3);
    }
    EXPECT_NEAR(sum, exact.total[e], 1e-14);
  }
}

TEST_F(Shapley, ThreadsDoNotChangeBits) {
  const PolicyShapley one = run(3, {}, 1);
  const PolicyShapley three = run(3, {}, 3);
  EXPECT_EQ(one.share, three.share);
}

TEST_F(Shapley, NeedsAPolicy) {
  try {
    static_cast<void>(run(0, {}, 1));
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "no-policies");
  }
}

}  // namespace
}  // namespace altyn::equilibrium
