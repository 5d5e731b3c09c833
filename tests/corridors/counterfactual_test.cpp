#include "altyn/corridors/counterfactual.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/corridors/link_value.h"
#include "corridors/made_up_network.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::corridors {
namespace {

using testing::made_up_network;
using testing::made_up_world;
using testing::MadeUp;

constexpr std::size_t kEconomies = 7;

struct Case {
  MadeUp made = made_up_network(16, 10, 8);
  equilibrium::OneSectorBase base = made_up_world(kEconomies);
  CorridorProblem problem;
  Case() {
    // Two economies share a node.
    problem = {.network = &made.network,
               .cost_log = made.cost_log,
               .new_cost_log = made.cost_log,
               .node = {0, 3, 3, 7, 9, 12, 15},
               .route = {.shape = 40.0}};
  }
};

TEST(Corridors, NoChangeOfLinksChangesNothing) {
  const Case one;
  Context context(1);
  for (const double congestion : {0.0, 0.1}) {
    CorridorProblem problem = one.problem;
    problem.congestion = congestion;
    const CorridorResult result = solve_corridors(problem, one.base, {}, context);
    EXPECT_TRUE(result.certificate.holds()) << result.certificate.summary();
    for (const double hat : result.equilibrium.welfare_hat) EXPECT_NEAR(hat, 1.0, 1e-9);
  }
}

TEST(Corridors, CheaperLinksRaiseRealIncomeAndTheirTraffic) {
  Case one;
  one.problem.new_cost_log[4] *= 0.5;
  Context context(1);
  const CorridorResult result = solve_corridors(one.problem, one.base, {}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  EXPECT_GT(result.traffic[4], result.base_traffic[4]);
  double gain = 0.0;
  for (const double hat : result.equilibrium.welfare_hat) gain = std::max(gain, hat - 1.0);
  EXPECT_GT(gain, 1e-5);
  // Those at one node keep their cost.
  EXPECT_EQ(result.cost_hat[1 * kEconomies + 2], 1.0);
}

TEST(Corridors, CongestionOfZeroIsNoCongestionAndMoreOfItTakesAway) {
  Case one;
  one.problem.new_cost_log[4] *= 0.5;
  Context context(1);
  const CorridorResult without = solve_corridors(one.problem, one.base, {}, context);
  one.problem.congestion = 1e-9;
  const CorridorResult nearly = solve_corridors(one.problem, one.base, {}, context);
  ASSERT_TRUE(nearly.certificate.holds()) << nearly.certificate.summary();
  for (std::size_t n = 0; n < kEconomies; ++n) {
    // The derivative by congestion is of order one, times 1e-9.
    EXPECT_NEAR(nearly.equilibrium.welfare_hat[n], without.equilibrium.welfare_hat[n], 1e-8);
  }
  one.problem.congestion = 0.05;
  const CorridorResult crowded = solve_corridors(one.problem, one.base, {}, context);
  ASSERT_TRUE(crowded.certificate.holds()) << crowded.certificate.summary();
  EXPECT_LT(crowded.traffic[4], without.traffic[4]);
  for (std::size_t l = 0; l < crowded.traffic.size(); ++l) {
    if (!(crowded.base_traffic[l] > 0.0)) continue;
    EXPECT_NEAR(
        crowded.link_cost_log[l],
        one.problem.new_cost_log[l] + 0.05 * std::log(crowded.traffic[l] / crowded.base_traffic[l]),
        1e-9);
  }
  one.problem.congestion = -0.1;
  EXPECT_THROW((void)solve_corridors(one.problem, one.base, {}, context), InputError);
}

TEST(Corridors, ManySectorsWithOneGoodAgree) {
  Case one;
  one.problem.new_cost_log[4] *= 0.5;
  Context context(1);
  const std::size_t n = kEconomies;
  equilibrium::MultiSectorBase many;
  many.economies = one.base.economies;
  many.sectors = {"goods"};
  many.theta = {one.base.theta};
  many.trade_share.resize(n * n);
  many.consumption_share.assign(n, 1.0);
  many.factor_income.assign(n, 0.0);
  many.deficit.assign(n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    double spending = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      spending += one.base.trade[i * n + k];
      many.factor_income[i] += one.base.trade[i * n + k];
    }
    for (std::size_t i = 0; i < n; ++i) {
      many.trade_share[k * n + i] = one.base.trade[i * n + k] / spending;
    }
    many.deficit[k] = spending;
  }
  for (std::size_t k = 0; k < n; ++k) many.deficit[k] -= many.factor_income[k];
  const equilibrium::MultiSectorModel model(many, {.tolerance = 1e-12}, context);
  const auto sectors = solve_corridors(one.problem, model, {}, context);
  const CorridorResult single =
      solve_corridors(one.problem, one.base, {.tolerance = 1e-12}, context);
  for (std::size_t k = 0; k < n; ++k) {
    EXPECT_NEAR(sectors.equilibrium.welfare_hat[k], single.equilibrium.welfare_hat[k], 1e-10);
  }
}

TEST(LinkValue, IsTheDerivativeOfRealIncome) {
  const Case one;
  Context context(1);
  const std::vector<double> weight{0.1, 0.3, 0.0, 0.2, 0.1, 0.2, 0.1};
  const LinkValue value = link_values(one.problem, one.base, {}, weight, context);
  ASSERT_EQ(value.status, SolveStatus::kConverged);
  constexpr double kStep = 1e-4;
  const auto welfare = [&](std::size_t link, double step) {
    CorridorProblem problem = one.problem;
    problem.new_cost_log[link] += step;
    const CorridorResult result = solve_corridors(problem, one.base, {.tolerance = 1e-13}, context);
    double sum = 0.0;
    for (std::size_t n = 0; n < kEconomies; ++n) {
      sum += weight[n] * std::log(result.equilibrium.welfare_hat[n]);
    }
    return sum;
  };
  for (std::size_t l = 0; l < one.made.network.links.size(); ++l) {
    const double slope = (welfare(l, kStep) - welfare(l, -kStep)) / (2.0 * kStep);
    // Central differences: (step * shape)^2 / 6 of slopes below 0.1.
    EXPECT_NEAR(value.slope[l], slope, 1e-6) << l;
  }
}

// A world of four sectors with inputs, duties and pooled revenue, on the network of Case.
struct SectorCase : Case {
  altyn::testing::RandomMultiSector world =
      altyn::testing::random_multi_sector({.n = kEconomies, .pools = true, .seed = 3});
};

TEST(Corridors, ManySectorsTakeCongestionAndOtherPoliciesToo) {
  SectorCase one;
  one.problem.new_cost_log[4] *= 0.5;
  one.problem.congestion = 0.05;
  Context context(1);
  const equilibrium::MultiSectorModel model(one.world.base, {}, context);
  const SectorCorridorResult result = solve_corridors(one.problem, model, one.world.shock, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  for (std::size_t l = 0; l < result.traffic.size(); ++l) {
    if (!(result.base_traffic[l] > 0.0)) continue;
    EXPECT_NEAR(
        result.link_cost_log[l],
        one.problem.new_cost_log[l] + 0.05 * std::log(result.traffic[l] / result.base_traffic[l]),
        1e-9);
  }
  // The same equilibrium as that of the costs found, given beside the other policies.
  equilibrium::MultiSectorShock shock = one.world.shock;
  const auto hats = sector_cost_hat(result.cost_hat, kEconomies, model.base().sectors.size());
  for (std::size_t cell = 0; cell < hats.size(); ++cell) shock.cost_hat[cell] *= hats[cell];
  equilibrium::MultiSectorWorkspace workspace;
  equilibrium::MultiSectorResult direct;
  model.solve(shock, workspace, direct, context);
  for (std::size_t k = 0; k < kEconomies; ++k) {
    // Two solves to 1e-10.
    EXPECT_NEAR(result.equilibrium.welfare_hat[k], direct.welfare_hat[k], 1e-8);
  }
}

TEST(LinkValue, OfManySectorsIsTheDerivativeOfRealIncome) {
  const SectorCase one;
  Context context(1);
  const std::vector<double> weight{0.1, 0.3, 0.0, 0.2, 0.1, 0.2, 0.1};
  const equilibrium::MultiSectorModel model(one.world.base, {.tolerance = 1e-12}, context);
  const LinkValue value = link_values(one.problem, model, weight, context);
  ASSERT_EQ(value.status, SolveStatus::kConverged);
  constexpr double kStep = 1e-4;
  const auto welfare = [&](std::size_t link, double step) {
    CorridorProblem problem = one.problem;
    problem.new_cost_log[link] += step;
    const SectorCorridorResult result = solve_corridors(problem, model, {}, context);
    double sum = 0.0;
    for (std::size_t n = 0; n < kEconomies; ++n) {
      sum += weight[n] * std::log(result.equilibrium.welfare_hat[n]);
    }
    return sum;
  };
  for (std::size_t l = 0; l < one.made.network.links.size(); l += 5) {
    const double slope = (welfare(l, kStep) - welfare(l, -kStep)) / (2.0 * kStep);
    // Central differences: (step * shape)^2 / 6 of slopes below 0.1.
    EXPECT_NEAR(value.slope[l], slope, 1e-6) << l;
  }
}

TEST(LinkValue, RefusesWorldsWithoutAnAdjoint) {
  Case one;
  one.base.supply_elasticity = 0.5;
  Context context(1);
  try {
    (void)link_values(one.problem, one.base, {}, std::vector<double>(kEconomies, 1.0), context);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "no-adjoint");
  }
}

}  // namespace
}  // namespace altyn::corridors
