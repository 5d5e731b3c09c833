#include "altyn/equilibrium/one_sector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/multi_sector_levels.h"
#include "equilibrium/conformance.h"

namespace altyn::equilibrium {
namespace {

OneSectorBase three_economies() {
  OneSectorBase base;
  base.economies = {"RUS", "KAZ", "BLR"};
  base.trade = {90, 6, 8, 4, 30, 1, 7, 1, 20};
  base.theta = 4.0;
  return base;
}

OneSectorShock dearer_trade(std::size_t n, double factor) {
  OneSectorShock shock;
  shock.cost_hat.assign(n * n, factor);
  for (std::size_t i = 0; i < n; ++i) shock.cost_hat[i * n + i] = 1.0;
  return shock;
}

std::string code_of(const OneSectorBase& base, const OneSectorShock& shock = {},
                    const OneSectorOptions& options = {}, std::string* where = nullptr) {
  Context context(1);
  try {
    (void)solve_one_sector(base, shock, options, context);
  } catch (const InputError& error) {
    if (where != nullptr) *where = error.detail().where;
    EXPECT_FALSE(error.detail().why.empty());
    return error.detail().code;
  }
  return "";
}

TEST(OneSector, RefusesABaseThatIsNoWorld) {
  const OneSectorBase good = three_economies();
  EXPECT_EQ(code_of(good), "");
  std::string where;
  OneSectorBase bad = good;
  bad.trade.pop_back();
  EXPECT_EQ(code_of(bad), "trade-not-square");
  bad = good;
  bad.trade[1] = -6;
  EXPECT_EQ(code_of(bad, {}, {}, &where), "trade-range");
  EXPECT_EQ(where, "RUS -> KAZ");
  bad.trade[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(code_of(bad), "trade-range");
  bad = good;
  bad.economies[2] = "RUS";
  EXPECT_EQ(code_of(bad), "duplicate-economy");
  bad = good;
  bad.trade[3] = bad.trade[4] = bad.trade[5] = 0.0;
  EXPECT_EQ(code_of(bad, {}, {}, &where), "zero-output");
  EXPECT_EQ(where, "economy KAZ");
  bad = good;
  bad.trade[1] = bad.trade[4] = bad.trade[7] = 0.0;
  EXPECT_EQ(code_of(bad, {}, {}, &where), "zero-expenditure");
  EXPECT_EQ(where, "economy KAZ");
  bad = good;
  bad.trade[1] = bad.trade[7] = bad.trade[3] = bad.trade[5] = 0.0;
  EXPECT_EQ(code_of(bad, {}, {}, &where), "economy-isolated");
  EXPECT_EQ(where, "economy KAZ");
  bad = good;
  bad.theta = 0.0;
  EXPECT_EQ(code_of(bad), "theta-range");
  bad = good;
  bad.supply_elasticity = -0.1;
  EXPECT_EQ(code_of(bad), "supply-elasticity-range");
  bad = good;
  bad.value_added_share = {1.0, 0.0, 1.0};
  EXPECT_EQ(code_of(bad, {}, {}, &where), "value-added-share-range");
  EXPECT_EQ(where, "economy KAZ");
  bad.value_added_share = {0.5, 0.5, 0.1};
  bad.trade = {90, 6, 1, 4, 30, 1, 70, 100, 20};
  EXPECT_EQ(code_of(bad, {}, {}, &where), "income-not-positive");
  EXPECT_EQ(where, "economy BLR");
  bad = good;
  bad.tariff.assign(9, 0.0);
  bad.tariff[5] = -1.0;
  EXPECT_EQ(code_of(bad, {}, {}, &where), "tariff-range");
  EXPECT_EQ(where, "tariff KAZ -> BLR");
  bad.tariff.pop_back();
  EXPECT_EQ(code_of(bad), "wrong-shape");
  bad = good;
  bad.economies = {"RUS"};
  EXPECT_EQ(code_of(bad), "too-few-economies");
}

TEST(OneSector, RefusesAShockThatIsNoChange) {
  const OneSectorBase base = three_economies();
  OneSectorShock shock = dearer_trade(3, 1.1);
  EXPECT_EQ(code_of(base, shock), "");
  std::string where;
  shock.cost_hat[7] = 0.0;
  EXPECT_EQ(code_of(base, shock, {}, &where), "shock-range");
  EXPECT_EQ(where, "cost_hat BLR -> KAZ");
  shock = {};
  shock.productivity_hat = {1.0, -1.0, 1.0};
  EXPECT_EQ(code_of(base, shock, {}, &where), "shock-range");
  EXPECT_EQ(where, "productivity_hat KAZ");
  shock = {};
  shock.direct_log.assign(9, std::numeric_limits<double>::infinity());
  EXPECT_EQ(code_of(base, shock), "shock-range");
  shock = {};
  shock.tariff.assign(9, -1.5);
  EXPECT_EQ(code_of(base, shock), "tariff-range");
  shock = {};
  shock.theta = -2.0;
  EXPECT_EQ(code_of(base, shock), "theta-range");
  EXPECT_EQ(code_of(base, {}, {.numeraire = "RUZ"}), "unknown-numeraire");
}

TEST(OneSector, SaysWhenAFixedSurplusExceedsTheNewOutput) {
  // BLR sells nearly everything abroad and spends little; then the world stops buying from it.
  OneSectorBase base;
  base.economies = {"RUS", "KAZ", "BLR"};
  base.trade = {90, 6, 1, 4, 30, 1, 40, 10, 2};
  base.theta = 4.0;
  OneSectorShock shock;
  shock.productivity_hat = {1.0, 1.0, 0.3};
  Context context(1);
  const OneSectorResult additive =
      solve_one_sector(base, shock, {.closure = Closure::kAdditive}, context);
  EXPECT_EQ(additive.status, SolveStatus::kNoSolution);
  EXPECT_NE(additive.message.find("the spending of BLR"), std::string::npos) << additive.message;
  EXPECT_FALSE(additive.certificate.holds());
  const OneSectorResult multiplicative = solve_one_sector(base, shock, {}, context);
  EXPECT_TRUE(multiplicative.certificate.holds()) << multiplicative.certificate.summary();
}

TEST(OneSector, SaysWhichMarketFailsWhenStoppedEarly) {
  Context context(1);
  const OneSectorResult result =
      solve_one_sector(three_economies(), dearer_trade(3, 1.3), {.max_iterations = 2}, context);
  EXPECT_NE(result.status, SolveStatus::kConverged);
  EXPECT_NE(result.message.find("the market of"), std::string::npos) << result.message;
  EXPECT_FALSE(result.certificate.holds());
  EXPECT_FALSE(result.certificate.blocks.at(0).worst.empty());
}

TEST(OneSector, StopsOnRequest) {
  Context context(1);
  std::stop_source source;
  source.request_stop();
  context.stop = source.get_token();
  EXPECT_EQ(solve_one_sector(three_economies(), dearer_trade(3, 1.1), {}, context).status,
            SolveStatus::kCancelled);
  const OneSectorModel model(three_economies(), {});
  EXPECT_THROW(
      (void)solve_many(
          model, 3, [](Index, OneSectorShock&) {}, [](Index, const OneSectorResult&) {}, context),
      Cancelled);
}

TEST(OneSector, AutarkyCostsTheGainsFromTrade) {
  OneSectorBase base = three_economies();
  base.trade = {90, 6, 8, 6, 30, 1, 8, 1, 20};
  Context context(1);
  const OneSectorResult result = solve_one_sector(base, dearer_trade(3, 1e4), {}, context);
  ASSERT_EQ(result.status, SolveStatus::kConverged) << result.message;
  const std::vector<double> gains = gains_from_trade(base);
  // 1e-12: trade left at costs of 1e4 has shares of 1e-16.
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(1.0 - result.welfare_hat[i], gains[i], 1e-12);
}

TEST(OneSector, TariffAndIcebergOfTheSameSizeHaveTheSameDirectEffect) {
  const OneSectorBase base = three_economies();
  OneSectorShock tariff;
  tariff.tariff.assign(9, 0.2);
  for (std::size_t i = 0; i < 3; ++i) tariff.tariff[i * 4] = 0.0;
  Context context(1);
  const OneSectorResult first = solve_one_sector(base, tariff, {}, context);
  const OneSectorResult second = solve_one_sector(base, dearer_trade(3, 1.2), {}, context);
  for (std::size_t cell = 0; cell < 9; ++cell) {
    EXPECT_NEAR(first.direct_trade[cell], second.direct_trade[cell], 1e-12);
  }
  // Revenue softens the loss.
  for (std::size_t i = 0; i < 3; ++i) EXPECT_GT(first.welfare_hat[i], second.welfare_hat[i]);
  EXPECT_GT(first.revenue_collected[1], 0.0);
  EXPECT_EQ(second.revenue_collected[1], 0.0);
}

TEST(OneSector, ConditionalEffectKeepsOutputAndSpending) {
  const OneSectorBase base = three_economies();
  Context context(1);
  const OneSectorResult result = solve_one_sector(base, dearer_trade(3, 1.3), {}, context);
  for (std::size_t i = 0; i < 3; ++i) {
    double before = 0.0, after = 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
      before += base.trade[i * 3 + k];
      after += result.conditional_trade[i * 3 + k];
    }
    EXPECT_NEAR(after / before, 1.0, 1e-9);
  }
  // Third-country prices soften the direct effect.
  EXPECT_GT(result.conditional_trade[1], result.direct_trade[1]);
}

TEST(OneSector, DrawsHaveTheSameBitsForAnyThreadCountAndAloneOrTogether) {
  const OneSectorModel model(three_economies(), {.closure = Closure::kNone});
  const auto draw_shock = [](Index draw, OneSectorShock& shock) {
    RandomStream random(5, 3, static_cast<std::uint64_t>(draw));
    shock.direct_log.assign(9, 0.0);
    shock.direct_log[1] = shock.direct_log[3] = 0.3 * random.normal();
    shock.theta = std::exp(1.4 + 0.2 * random.normal());
  };
  const auto run = [&](int n_threads) {
    std::vector<std::vector<double>> welfare(200);
    Context context(n_threads);
    const Index failed = solve_many(
        model, 200, draw_shock,
        [&](Index draw, const OneSectorResult& result) {
          welfare[static_cast<std::size_t>(draw)] = result.welfare_hat;
        },
        context);
    EXPECT_EQ(failed, 0);
    return welfare;
  };
  const auto one = run(1);
  EXPECT_EQ(one, run(4));
  OneSectorShock shock;
  draw_shock(137, shock);
  OneSectorWorkspace workspace;
  OneSectorResult alone;
  model.solve(shock, workspace, alone);
  EXPECT_EQ(alone.welfare_hat, one[137]);
}

TEST(OneSector, FailedDrawsAreCounted) {
  const OneSectorModel model(three_economies(), {.max_iterations = 2});
  Context context(2);
  EXPECT_EQ(solve_many(
                model, 10,
                [](Index draw, OneSectorShock& shock) {
                  shock = draw % 2 == 0 ? OneSectorShock{} : dearer_trade(3, 1.5);
                },
                [](Index, const OneSectorResult&) {}, context),
            5);
}

TEST(OneSector, OptionsHaveNames) {
  OneSectorOptions options;
  set_field(options, "closure", FieldValue{std::string("world_share")}, "test");
  EXPECT_EQ(options.closure, Closure::kWorldShare);
  EXPECT_THROW(set_field(options, "closure", FieldValue{std::string("multiplicatve")}, "test"),
               InputError);
}

// The many-sector engine with one sector is an independent program for the same economy: other
// unknowns, another search.
TEST(OneSector, EqualsTheManySectorEngineWithOneSector) {
  for (const Closure closure :
       {Closure::kNone, Closure::kAdditive, Closure::kWorldShare, Closure::kMultiplicative}) {
    for (const bool inside_too : {false, true}) {
      const testing::TestWorld world = testing::random_world(6, 1, 77);
      const std::size_t n = 6;
      const auto importer_rows = [&](const std::vector<double>& values) {
        std::vector<double> rows(n * n);
        for (std::size_t i = 0; i < n; ++i) {
          for (std::size_t k = 0; k < n; ++k) rows[k * n + i] = values[i * n + k];
        }
        return rows;
      };
      const std::vector<RevenuePool> pools = {{.name = "union",
                                               .members = {"E0", "E2", "E3"},
                                               .keys = {0.6, 0.3, 0.1},
                                               .duties_inside_too = inside_too}};
      MultiSectorLevels levels;
      levels.economies = world.economies;
      levels.sectors = {"all"};
      levels.theta = world.theta;
      levels.tariff = importer_rows(world.tariff);
      levels.trade = importer_rows(world.trade);
      levels.pools = pools;
      for (std::size_t cell = 0; cell < n * n; ++cell) {
        levels.trade[cell] /= 1.0 + levels.tariff[cell];
      }
      for (std::size_t i = 0; i < n; ++i) {
        double output = 0.0;
        for (std::size_t k = 0; k < n; ++k) output += levels.trade[k * n + i];
        levels.value_added.push_back(world.value_added_share[i] * output);
        levels.intermediate_use.push_back((1.0 - world.value_added_share[i]) * output);
      }
      Context context(1);
      MultiSectorShock sector_shock;
      sector_shock.tariff = importer_rows(world.new_tariff);
      sector_shock.cost_hat = importer_rows(world.cost_hat);
      sector_shock.productivity_hat = world.productivity_hat;
      const MultiSectorResult many =
          solve_multi_sector(base_from_levels(levels).base, sector_shock,
                             {.closure = closure, .tolerance = 1e-12}, context);
      OneSectorBase base;
      base.economies = world.economies;
      base.trade = world.trade;
      base.theta = world.theta[0];
      base.tariff = world.tariff;
      base.value_added_share = world.value_added_share;
      base.pools = pools;
      OneSectorShock shock;
      shock.cost_hat = world.cost_hat;
      shock.tariff = world.new_tariff;
      shock.productivity_hat = world.productivity_hat;
      const OneSectorResult one =
          solve_one_sector(base, shock, {.closure = closure, .tolerance = 1e-12}, context);
      ASSERT_TRUE(many.certificate.holds()) << many.certificate.summary();
      ASSERT_TRUE(one.certificate.holds()) << one.certificate.summary();
      for (std::size_t i = 0; i < n; ++i) {
        // Two searches to 1e-12, conditioning of a digit or two.
        EXPECT_NEAR(many.welfare_hat[i], one.welfare_hat[i], 1e-10);
        EXPECT_NEAR(many.wage_hat[i], one.wage_hat[i], 1e-10);
        EXPECT_NEAR(many.consumer_price_hat[i], one.price_hat[i], 1e-10);
        EXPECT_NEAR(many.duty[i], one.revenue_collected[i], 1e-9);
        EXPECT_NEAR(many.duty[i] - many.duty_pooled[i] + many.duty_received[i],
                    one.revenue_received[i], 1e-9);
      }
    }
  }
}

TEST(OneSector, NewPoolsMoveRevenueAndNothingElseVanishes) {
  OneSectorBase base = three_economies();
  base.tariff.assign(9, 0.1);
  for (std::size_t i = 0; i < 3; ++i) base.tariff[i * 4] = 0.0;
  OneSectorShock shock;
  shock.pools = {{{.name = "union", .members = {"RUS", "KAZ"}, .keys = {0.5, 0.5}}}};
  Context context(1);
  const OneSectorResult result = solve_one_sector(base, shock, {}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  double collected = 0.0, received = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    collected += result.revenue_collected[i];
    received += result.revenue_received[i];
  }
  EXPECT_NEAR(collected, received, 1e-12);
  EXPECT_EQ(result.revenue_collected[2], result.revenue_received[2]);
  EXPECT_NE(result.revenue_collected[0], result.revenue_received[0]);
  shock.pools = {{{.name = "union", .members = {"RUS", "KAZ"}, .keys = {0.5, 0.4}}}};
  EXPECT_EQ(code_of(base, shock), "revenue-keys");
  base.mobility = {{0, 0, -1}, {1.0, 0.0, 1.0}, 2.0};
  EXPECT_EQ(code_of(base), "mobility-range");
}

TEST(OneSector, MoreWorkersArriveWhereRewardsRise) {
  OneSectorBase base = three_economies();
  base.mobility = {{0, 0, -1}, {}, 1.5};
  OneSectorShock shock;
  shock.productivity_hat = {1.0, 1.2, 1.0};
  Context context(1);
  const OneSectorResult result = solve_one_sector(base, shock, {}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  EXPECT_GT(result.workers_hat[1], 1.0);
  EXPECT_LT(result.workers_hat[0], 1.0);
  // Equation (9): relative numbers follow relative real rewards.
  const double reward =
      result.wage_hat[1] / result.price_hat[1] / (result.wage_hat[0] / result.price_hat[0]);
  EXPECT_NEAR(result.workers_hat[1] / result.workers_hat[0], std::pow(reward, 1.5), 1e-9);
}

TEST(OneSector, AnEndowmentIsProductivityOfFactorsWithoutIntermediates) {
  const OneSectorBase base = three_economies();
  OneSectorShock endowment, productivity;
  endowment.endowment_hat = {1.1, 0.95, 1.0};
  productivity.productivity_hat = endowment.endowment_hat;
  Context context(1);
  const OneSectorResult first = solve_one_sector(base, endowment, {}, context);
  const OneSectorResult second = solve_one_sector(base, productivity, {}, context);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(first.welfare_hat[i], second.welfare_hat[i], 1e-9);
    EXPECT_NEAR(first.wage_hat[i] * endowment.endowment_hat[i], second.wage_hat[i], 1e-9);
  }
  endowment.endowment_hat[0] = 0.0;
  EXPECT_EQ(code_of(base, endowment), "shock-range");
}

TEST(OneSector, EndogenousDeficitsFollowFromTheFlowsReported) {
  for (const bool pooled : {false, true}) {
    OneSectorBase base = three_economies();
    base.tariff.assign(9, 0.08);
    for (std::size_t i = 0; i < 3; ++i) base.tariff[i * 4] = 0.0;
    if (pooled) base.pools = {{.name = "union", .members = {"RUS", "KAZ"}, .keys = {0.8, 0.2}}};
    OneSectorShock shock = dearer_trade(3, 1.1);
    shock.tariff.assign(9, 0.03);
    for (std::size_t i = 0; i < 3; ++i) shock.tariff[i * 4] = 0.0;
    Context context(1);
    const OneSectorResult result = solve_one_sector(
        base, shock, {.closure = Closure::kEndogenous, .tolerance = 1e-12}, context);
    ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
    const auto at_the_gate = [](std::vector<double> trade, const std::vector<double>& tariff) {
      for (std::size_t cell = 0; cell < trade.size(); ++cell) trade[cell] /= 1.0 + tariff[cell];
      return trade;
    };
    const auto bought = [](const std::vector<double>& flows) {
      std::vector<double> sums(3, 0.0);
      for (std::size_t cell = 0; cell < 9; ++cell) sums[cell % 3] += flows[cell];
      return sums;
    };
    const std::vector<double> before = at_the_gate(base.trade, base.tariff);
    const std::vector<double> local =
        local_parts(base.economies, before, bought(before), result.base_deficit);
    EXPECT_EQ(*std::min_element(local.begin(), local.end()), 0.0);
    EXPECT_GT(*std::max_element(local.begin(), local.end()), 0.0);
    const std::vector<double> after = at_the_gate(result.trade, shock.tariff);
    const std::vector<double> spent = bought(after);
    for (std::size_t n = 0; n < 3; ++n) {
      double deficit = local[n] * spent[n];
      for (std::size_t m = 0; m < 3; ++m) deficit -= local[m] * after[n * 3 + m];
      // Residuals of 1e-12 times values near 100.
      EXPECT_NEAR(deficit, result.deficit[n], 1e-9);
      EXPECT_NE(result.deficit[n], result.base_deficit[n]);
    }
  }
}

TEST(OneSector, EndogenousDeficitsOfABalancedBaseStayZero) {
  OneSectorBase base = three_economies();
  base.trade = {90, 6, 8, 5, 30, 2, 9, 1, 20};  // rows and columns sum alike
  const OneSectorShock shock = dearer_trade(3, 1.3);
  Context context(1);
  const OneSectorResult endogenous =
      solve_one_sector(base, shock, {.closure = Closure::kEndogenous, .tolerance = 1e-12}, context);
  const OneSectorResult additive =
      solve_one_sector(base, shock, {.closure = Closure::kAdditive, .tolerance = 1e-12}, context);
  ASSERT_TRUE(endogenous.certificate.holds()) << endogenous.certificate.summary();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(endogenous.deficit[i], 0.0, 1e-9);
    // Two searches to 1e-12.
    EXPECT_NEAR(endogenous.welfare_hat[i], additive.welfare_hat[i], 1e-11);
  }
}

}  // namespace
}  // namespace altyn::equilibrium
