#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/gsim.h"
#include "altyn/equilibrium/smart.h"

namespace altyn::equilibrium {
namespace {

// The 4 x 4 example of Francois and Hall (2003): the United States and the European Union drop
// tariffs on each other.
GsimProblem francois_hall() {
  GsimProblem problem;
  problem.regions = {"US", "JP", "EU", "RW"};
  problem.trade = {0, 50, 200, 300, 500, 0, 150, 200, 300, 100, 200, 200, 50, 100, 110, 20};
  const double power[] = {1,    1.21, 1.41, 1.22, 1.37, 1,    1.31, 1.23,
                          1.32, 1.36, 1,    1.18, 1.57, 1.41, 1.25, 1.15};
  for (const double value : power) problem.tariff.push_back(value - 1.0);
  problem.new_tariff = problem.tariff;
  problem.new_tariff[2 * 4 + 0] = problem.new_tariff[0 * 4 + 2] = 0.0;
  problem.demand_elasticity.assign(4, -1.25);
  problem.supply_elasticity.assign(4, 1.5);
  problem.substitution_elasticity.assign(4, 5.0);
  return problem;
}

TEST(Gsim, ReproducesThePublishedExample) {
  const GsimResult result = solve_gsim(francois_hall());
  // Published to four decimals; recomputed elsewhere to six.
  const double published[] = {0.0792, -0.0316, 0.0480, -0.0184};
  const double recomputed[] = {0.079181, -0.031621, 0.048049, -0.018372};
  for (std::size_t r = 0; r < 4; ++r) {
    EXPECT_NEAR(result.world_price_change[r], published[r], 5e-5);
    EXPECT_NEAR(result.world_price_change[r], recomputed[r], 5e-7);
    // Supply meets demand.
    EXPECT_NEAR(result.output_change[r], 1.5 * result.world_price_change[r], 1e-12);
  }
}

TEST(Gsim, NoTariffChangeMovesNothing) {
  GsimProblem problem = francois_hall();
  problem.new_tariff = problem.tariff;
  const GsimResult result = solve_gsim(problem);
  for (std::size_t cell = 0; cell < 16; ++cell) {
    EXPECT_NEAR(result.trade[cell], problem.trade[cell], 1e-12);
  }
  for (std::size_t r = 0; r < 4; ++r) EXPECT_NEAR(result.welfare[r], 0.0, 1e-12);
}

TEST(Gsim, SmallChangesHaveWelfareOfTheFirstOrder) {
  // For a small cut, producers gain what buyers lose on world prices; what is left is the volume
  // effect of duties. World welfare is then the sum of tariff times the change of quantity.
  GsimProblem problem = francois_hall();
  problem.new_tariff = problem.tariff;
  constexpr double kCut = 1e-6;
  problem.new_tariff[2] -= kCut;
  const GsimResult result = solve_gsim(problem);
  double world = 0.0, volume = 0.0;
  for (std::size_t cell = 0; cell < 16; ++cell) {
    volume += problem.tariff[cell] * problem.trade[cell] * result.quantity_change[cell];
  }
  for (const double value : result.welfare) world += value;
  EXPECT_NEAR(world / kCut, volume / kCut, 1e-2);  // second order: kCut times trade of 200
}

TEST(Gsim, RefusesWrongInput) {
  const auto code_of = [](const GsimProblem& problem) {
    try {
      (void)solve_gsim(problem);
    } catch (const InputError& error) {
      return error.detail().code + " " + error.detail().where;
    }
    return std::string();
  };
  GsimProblem bad = francois_hall();
  bad.trade.pop_back();
  EXPECT_EQ(code_of(bad), "wrong-shape trade");
  bad = francois_hall();
  bad.trade[1] = -1.0;
  EXPECT_EQ(code_of(bad), "trade-range US -> JP");
  bad = francois_hall();
  bad.new_tariff[4] = -1.0;
  EXPECT_EQ(code_of(bad), "tariff-range JP -> US");
  bad = francois_hall();
  bad.demand_elasticity[2] = 1.25;
  EXPECT_EQ(code_of(bad), "elasticity-range EU");
  bad = francois_hall();
  for (std::size_t v = 0; v < 4; ++v) bad.trade[4 + v] = 0.0;
  EXPECT_EQ(code_of(bad), "zero-output JP");
}

SmartMarket kazakh_imports() {
  return {.partners = {"RUS", "CHN", "DEU"},
          .imports = {100.0, 60.0, 40.0},
          .tariff = {0.10, 0.10, 0.10},
          .new_tariff = {0.0, 0.10, 0.10}};
}

TEST(Smart, APreferenceCreatesAndDiverts) {
  const SmartMarket market = kazakh_imports();
  const SmartResult result = solve_smart(market);
  // By hand: creation 100 x -1 x (-0.1 / 1.1); diversion Mp Mo y / (Mp + Mo + Mp y) with
  // y = 1.5 x 0.1 / 1.1.
  EXPECT_NEAR(result.creation[0], 100.0 * 0.1 / 1.1, 1e-12);
  EXPECT_EQ(result.creation[1], 0.0);
  const double y = 1.5 * 0.1 / 1.1;
  EXPECT_NEAR(result.diversion[0], 100.0 * 100.0 * y / (200.0 + 100.0 * y), 1e-12);
  EXPECT_NEAR(std::accumulate(result.diversion.begin(), result.diversion.end(), 0.0), 0.0, 1e-12);
  EXPECT_NEAR(result.diversion[1] / result.diversion[2], 60.0 / 40.0, 1e-12);
  EXPECT_NEAR(result.revenue_before, 20.0, 1e-12);
  EXPECT_NEAR(result.revenue, 0.1 * (result.imports[1] + result.imports[2]) - 20.0, 1e-12);
  EXPECT_GT(result.consumer_surplus, 0.0);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(result.price_effect[k], 0.0);
}

TEST(Smart, AnEqualCutDivertsNothing) {
  SmartMarket market = kazakh_imports();
  market.new_tariff = {0.05, 0.05, 0.05};
  const SmartResult result = solve_smart(market);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(result.diversion[k], 0.0, 1e-12);
    EXPECT_NEAR(result.creation[k], market.imports[k] * 0.05 / 1.1, 1e-12);
  }
}

TEST(Smart, LimitedSupplySharesTheGainWithTheSeller) {
  SmartMarket market = kazakh_imports();
  market.supply_elasticity = 3.0;
  const SmartResult result = solve_smart(market);
  // Laird and Yeats: creation shrinks by 1 / (1 - demand / supply).
  EXPECT_NEAR(result.creation[0], 100.0 * 0.1 / 1.1 / (1.0 + 1.0 / 3.0), 1e-12);
  EXPECT_GT(result.price_effect[0], 0.0);
}

TEST(Smart, RefusesWrongInput) {
  const auto code_of = [](const SmartMarket& market) {
    try {
      (void)solve_smart(market);
    } catch (const InputError& error) {
      return error.detail().code + " " + error.detail().where;
    }
    return std::string();
  };
  SmartMarket bad = kazakh_imports();
  bad.tariff.pop_back();
  EXPECT_EQ(code_of(bad), "wrong-shape tariff");
  bad = kazakh_imports();
  bad.imports[1] = -3.0;
  EXPECT_EQ(code_of(bad), "trade-range CHN");
  bad = kazakh_imports();
  bad.new_tariff[2] = -1.2;
  EXPECT_EQ(code_of(bad), "tariff-range DEU");
  bad = kazakh_imports();
  bad.demand_elasticity = 0.5;
  EXPECT_EQ(code_of(bad), "elasticity-range elasticities");
}

}  // namespace
}  // namespace altyn::equilibrium
