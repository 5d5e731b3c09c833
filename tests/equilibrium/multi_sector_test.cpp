#include "altyn/equilibrium/multi_sector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_levels.h"
#include "altyn/equilibrium/sector_welfare.h"
#include "equilibrium/multi_sector_worlds.h"
#include "equilibrium/naive_multi_sector.h"

namespace altyn::equilibrium {
namespace {

using testing::random_multi_sector;
using testing::RandomMultiSector;

TEST(MultiSector, AgreesWithTheNaiveSolver) {
  const RandomMultiSector world = random_multi_sector({.n = 5, .n_sectors = 4, .seed = 2});
  Context context(1);
  const MultiSectorModel model(world.base, {.closure = Closure::kAdditive, .tolerance = 1e-13},
                               context);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(world.shock, workspace, result, context);
  ASSERT_EQ(result.status, SolveStatus::kConverged);
  const auto shock = testing::naive_shock<double>(model.base(), world.shock);
  const auto naive = testing::solve_naive(model.base(), shock);
  // The naive solver stops at a wage gap of 1e-14.
  constexpr double kTolerance = 1e-11;
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_NEAR(result.wage_hat[e], naive.wage[e], kTolerance);
    EXPECT_NEAR(result.income[e] / naive.income[e], 1.0, kTolerance);
    EXPECT_NEAR(result.duty[e] / naive.duty[e], 1.0, kTolerance);
  }
  for (std::size_t k = 0; k < 20; ++k) {
    EXPECT_NEAR(result.price_hat[k], naive.price[k], kTolerance);
    EXPECT_NEAR(result.cost_hat[k], naive.unit_cost[k], kTolerance);
    EXPECT_NEAR(result.expenditure[k] / naive.spending[k], 1.0, kTolerance);
    EXPECT_NEAR(result.output[k] / naive.output[k], 1.0, kTolerance);
  }
}

}  // namespace
}  // namespace altyn::equilibrium
