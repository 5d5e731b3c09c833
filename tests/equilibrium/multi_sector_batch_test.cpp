#include "altyn/equilibrium/multi_sector_batch.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

using testing::random_multi_sector;

// Shock k: the importers k, k + 1 move to their new tariffs, one pair's costs fall, every third one
// has other elasticities, every fourth new pools.
MultiSectorShock make(const testing::RandomMultiSector& world, Index k) {
  const std::size_t n = world.base.economies.size();
  MultiSectorShock shock;
  shock.tariff = world.base.tariff;
  const auto number = static_cast<std::size_t>(k);
  for (std::size_t cell = 0; cell < shock.tariff.size(); ++cell) {
    const std::size_t importer = cell / n % n;
    if (importer == number % n || importer == (number + 1) % n) {
      shock.tariff[cell] = world.shock.tariff[cell];
    }
  }
  shock.cost_hat.assign(shock.tariff.size(), 1.0);
  for (std::size_t j = 0; j < world.base.sectors.size(); ++j) {
    shock.cost_hat[world.base.cell(j, (number + 2) % n, (number + 3) % n)] = 0.9;
  }
  if (k % 3 == 0) {
    shock.theta = world.base.theta;
    for (double& theta : shock.theta) theta *= 1.2;
  }
  if (k % 4 == 0) shock.pools = {{.name = "new", .members = {"E1", "E2"}, .keys = {0.6, 0.4}}};
  return shock;
}

class Batches : public ::testing::TestWithParam<bool> {};

TEST_P(Batches, GiveWhatSingleSolvesGiveInAnyCompany) {
  const auto world = random_multi_sector({.n = 9,
                                          .n_sectors = 5,
                                          .n_factors = 2,
                                          .entry = GetParam() ? 0.3 : 0.0,
                                          .selection = GetParam() ? 0.3 : 0.0,
                                          .export_tax = GetParam(),
                                          .pools = true,
                                          .seed = 81});
  std::vector<std::vector<double>> first;
  for (const int n_threads : {1, 3}) {
    Context context(n_threads);
    const MultiSectorModel model(world.base, {}, context);
    for (const Index count : {1, 8, 21}) {
      std::vector<std::vector<double>> welfare(static_cast<std::size_t>(count));
      const BatchSummary summary = solve_batch(
          model, count, [&](Index k, MultiSectorShock& shock) { shock = make(world, k); },
          [&](Index k, const MultiSectorResult& result) {
            EXPECT_TRUE(result.certificate.holds()) << result.certificate.summary();
            EXPECT_TRUE(result.trade_share.empty());
            welfare[static_cast<std::size_t>(k)] = result.welfare_hat;
          },
          context);
      EXPECT_EQ(summary.n_solved, count);
      EXPECT_EQ(summary.n_failed, 0) << summary.first_failure;
      for (Index k = 0; k < count; ++k) {
        const auto number = static_cast<std::size_t>(k);
        if (first.size() <= number) first.push_back(welfare[number]);
        EXPECT_EQ(welfare[number], first[number]);  // same bits in any company and on any threads
        MultiSectorWorkspace workspace;
        MultiSectorResult alone;
        model.solve(make(world, k), workspace, alone, context);
        for (std::size_t e = 0; e < 9; ++e) {
          // Both stop at residuals of 1e-10 by sums in another order.
          EXPECT_NEAR(welfare[number][e], alone.welfare_hat[e], 1e-9);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, Batches, ::testing::Bool(), [](const auto& item) {
  return std::string(item.param ? "everything" : "plain");
});

TEST(Batches, CountsWhatFailsAndRefusesBadShocks) {
  const auto world = random_multi_sector({.n = 5, .n_sectors = 2, .seed = 82});
  Context context(1);
  const MultiSectorModel model(world.base, {.closure = Closure::kAdditive}, context);
  Index seen = 0;
  const auto take = [&](Index, const MultiSectorResult&) { ++seen; };
  const BatchSummary summary = solve_batch(
      model, 3,
      [&](Index k, MultiSectorShock& shock) {
        shock.deficit = model.base().deficit;
        if (k != 1) return;
        shock.deficit[3] -= 50.0 * world.base.factor_income[3];
        shock.deficit[0] += 50.0 * world.base.factor_income[3];
      },
      take, context);
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(summary.n_failed, 1);
  EXPECT_FALSE(summary.first_failure.empty());
  EXPECT_THROW(
      solve_batch(
          model, 1, [](Index, MultiSectorShock& shock) { shock.theta = {1.0}; }, take, context),
      InputError);
}

}  // namespace
}  // namespace altyn::equilibrium
