#include "altyn/equilibrium/capital.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/conformance.h"

namespace altyn::equilibrium {
namespace {

OneSectorBase world_of(std::uint64_t seed) {
  const testing::TestWorld made = testing::random_world(6, 1, seed);
  OneSectorBase base;
  base.economies = made.economies;
  base.trade = made.trade;
  base.tariff = made.tariff;
  base.theta = 5.0;
  return base;
}

void cheaper_trade(Index, OneSectorShock& shock) {
  shock.cost_hat.assign(36, 0.9);
  for (std::size_t i = 0; i < 6; ++i) shock.cost_hat[i * 7] = 1.0;
}

TEST(Capital, TheSteadyStateIsAnElasticSupplyOfFactors) {
  // With capital at its steady state, output answers its real price with elasticity
  // alpha / (1 - alpha): the static model with that supply elasticity is an independent solution.
  // Exact without deficits and tariffs, where spending equals output.
  OneSectorBase base = world_of(2);
  base.tariff.clear();
  const OneSectorOptions options = {.closure = Closure::kNone, .tolerance = 1e-12};
  Context context(1);
  const CapitalPath path = solve_capital_path(
      base, cheaper_trade, {.capital_share = 0.4, .n_years = 3}, options, context);
  ASSERT_TRUE(path.certificate.holds()) << path.certificate.summary() << path.message;
  const OneSectorModel model(base, options);
  OneSectorBase balanced = base;
  OneSectorWorkspace workspace;
  OneSectorResult nothing;
  model.solve({}, workspace, nothing);
  balanced.trade = nothing.base_trade;
  balanced.supply_elasticity = 0.4 / 0.6;
  OneSectorShock shock;
  cheaper_trade(0, shock);
  const OneSectorResult elastic = solve_one_sector(balanced, shock, {.tolerance = 1e-12}, context);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(path.steady_state.welfare_hat[i], elastic.welfare_hat[i], 1e-9);
    EXPECT_NEAR(path.steady_capital_hat[i], elastic.welfare_hat[i], 1e-9);
  }
}

TEST(Capital, ThePathStartsAtTheStaticAnswerAndReachesTheSteadyState) {
  const OneSectorBase base = world_of(3);
  Context context(1);
  const CapitalPath path = solve_capital_path(
      base, cheaper_trade, {.depreciation = 0.1, .n_years = 400}, {.tolerance = 1e-11}, context);
  ASSERT_TRUE(path.certificate.holds()) << path.certificate.summary() << path.message;
  OneSectorShock shock;
  cheaper_trade(0, shock);
  const OneSectorResult still = solve_one_sector(base, shock, {.tolerance = 1e-11}, context);
  ASSERT_EQ(path.capital_hat.size(), 400U);
  ASSERT_EQ(path.kept.size(), 2U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(path.capital_hat[0][i], 1.0);
    EXPECT_NEAR(path.welfare_hat[0][i], still.welfare_hat[i], 1e-10);
    // 400 years at a rate of about delta (1 - alpha) leave exp(-26).
    EXPECT_NEAR(path.capital_hat.back()[i], path.steady_capital_hat[i], 1e-8);
    EXPECT_GT(path.steady_state.welfare_hat[i], still.welfare_hat[i]);
    // Worth less than the end and more than the beginning.
    EXPECT_GT(path.discounted_welfare_hat[i], path.welfare_hat[0][i]);
    EXPECT_LT(path.discounted_welfare_hat[i], path.steady_state.welfare_hat[i]);
  }
}

// Euler's equation of the households' problem, evaluated on the path by itself: with log utility
// and K' = I^delta K^(1 - delta), the value of a unit of investment today equals what it earns
// tomorrow. In levels relative to the base: saving is a constant part s of real spending R, so
// consumption and investment both move with R. The stationarity condition
//   1 / C = beta (dK'/dI) [ alpha R' / (K' C') + (1 - delta) K'' / (delta I' K')... ]
// reduces to s = alpha beta delta / (1 - beta + beta delta), whatever the path of R.
TEST(Capital, AConstantSavingRateSolvesTheHouseholdsProblem) {
  const double alpha = 0.35, delta = 0.06, beta = 0.97;
  const double s = alpha * beta * delta / (1.0 - beta + beta * delta);
  // Any path of real prices: R(t) = x(t) K(t)^alpha.
  const auto utility = [&](double change_at, double change) {
    double capital = 1.3, sum = 0.0, weight = 1.0;
    for (int t = 0; t < 3000; ++t) {
      const double price = 1.0 + 0.3 * std::sin(0.1 * t) + 0.2 / (1.0 + t);
      const double spending = price * std::pow(capital, alpha);
      const double saving = s + (t == static_cast<int>(change_at) ? change : 0.0);
      sum += weight * std::log((1.0 - saving) * spending);
      capital = std::pow(saving * spending, delta) * std::pow(capital, 1.0 - delta);
      weight *= beta;
    }
    return sum;
  };
  for (const double year : {0.0, 7.0, 50.0}) {
    const double weight = std::pow(beta, year);
    const double slope = (utility(year, 1e-5) - utility(year, -1e-5)) / 2e-5 / weight;
    EXPECT_NEAR(slope, 0.0, 1e-6) << year;  // central difference of a smooth maximum
    EXPECT_LT(utility(year, 1e-2), utility(year, 0.0));
    EXPECT_LT(utility(year, -1e-2), utility(year, 0.0));
  }
}

TEST(Capital, AShockMayComeInSteps) {
  const OneSectorBase base = world_of(4);
  Context context(1);
  const auto phased = [](Index year, OneSectorShock& shock) {
    cheaper_trade(year, shock);
    const double part = std::min(1.0, static_cast<double>(year) / 5.0);
    for (double& hat : shock.cost_hat) hat = std::pow(hat, part);
  };
  const CapitalPath path = solve_capital_path(base, phased, {.n_years = 20}, {}, context);
  ASSERT_TRUE(path.certificate.holds()) << path.certificate.summary();
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(path.welfare_hat[0][i], 1.0, 1e-9);
    EXPECT_GT(path.welfare_hat[5][i], path.welfare_hat[4][i]);
  }
}

TEST(Capital, RefusesRatesThatMakeNoSense) {
  const OneSectorBase base = world_of(4);
  Context context(1);
  const auto code_of = [&](const CapitalOptions& capital) {
    try {
      (void)solve_capital_path(base, cheaper_trade, capital, {}, context);
    } catch (const InputError& error) {
      return error.detail().code + " " + error.detail().where;
    }
    return std::string();
  };
  EXPECT_EQ(code_of({.capital_share = 1.0}), "capital-range capital_share");
  EXPECT_EQ(code_of({.depreciation = 0.0}), "capital-range depreciation");
  EXPECT_EQ(code_of({.discount = 1.0}), "capital-range discount");
  EXPECT_EQ(code_of({.n_years = 0}), "capital-range n_years");
}

}  // namespace
}  // namespace altyn::equilibrium
