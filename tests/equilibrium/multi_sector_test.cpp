#include "altyn/equilibrium/multi_sector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
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

// One good without inputs is the one-sector model, which another solver with other unknowns solves.
TEST(MultiSector, OneGoodAgreesWithTheOneSectorModel) {
  const RandomMultiSector world =
      random_multi_sector({.n = 8, .n_sectors = 1, .inputs = 0.0, .seed = 9});
  OneSectorBase one;
  one.economies = world.base.economies;
  one.theta = world.base.theta[0];
  one.trade.resize(64);
  one.tariff.resize(64);
  OneSectorShock one_shock;
  one_shock.cost_hat.resize(64);
  one_shock.tariff.resize(64);
  for (std::size_t importer = 0; importer < 8; ++importer) {
    for (std::size_t exporter = 0; exporter < 8; ++exporter) {
      const std::size_t cell = world.base.cell(0, importer, exporter);
      const std::size_t other = exporter * 8 + importer;  // exporter row, importer column
      one.trade[other] = world.base.trade_share[cell] * world.base.expenditure[importer];
      one.tariff[other] = world.base.tariff[cell];
      one_shock.cost_hat[other] = world.shock.cost_hat[cell];
      one_shock.tariff[other] = world.shock.tariff[cell];
    }
  }
  one_shock.productivity_hat = world.shock.productivity_hat;
  Context context(1);
  for (const Closure closure : {Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                Closure::kMultiplicative, Closure::kEndogenous}) {
    const MultiSectorResult many = solve_multi_sector(
        world.base, world.shock, {.closure = closure, .tolerance = 1e-13}, context);
    const OneSectorResult single =
        solve_one_sector(one, one_shock, {.closure = closure, .tolerance = 1e-13}, context);
    ASSERT_TRUE(many.status == SolveStatus::kConverged && single.status == SolveStatus::kConverged);
    for (std::size_t e = 0; e < 8; ++e) {
      EXPECT_NEAR(many.wage_hat[e], single.wage_hat[e], 1e-11) << to_string(closure);
      EXPECT_NEAR(many.price_hat[e], single.price_hat[e], 1e-11);
      EXPECT_NEAR(many.welfare_hat[e], single.welfare_hat[e], 1e-11);
    }
  }
}

TEST(MultiSector, SameBitsForAnyNumberOfThreads) {
  // Large enough for the sweeps to be shared between threads.
  const RandomMultiSector world =
      random_multi_sector({.n = 70, .n_sectors = 105, .inputs = 0.3, .seed = 4});
  std::vector<MultiSectorResult> results;
  for (const int n_threads : {1, 2, 3}) {
    Context context(n_threads);
    results.push_back(solve_multi_sector(world.base, world.shock, {}, context));
    EXPECT_EQ(results.back().status, SolveStatus::kConverged);
  }
  for (const MultiSectorResult& other : {results[1], results[2]}) {
    EXPECT_EQ(other.wage_hat, results[0].wage_hat);
    EXPECT_EQ(other.price_hat, results[0].price_hat);
    EXPECT_EQ(other.trade_share, results[0].trade_share);
    EXPECT_EQ(other.welfare_hat, results[0].welfare_hat);
  }
}

// One set of defaults; elasticities up to 100, tariffs up to 50 points, three closures.
TEST(MultiSector, AHundredRandomEconomiesConvergeFromTheBase) {
  Context context(1);
  Index failed = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const RandomMultiSector world =
        random_multi_sector({.n = 4 + seed % 11,
                             .n_sectors = 1 + seed % 7,
                             .n_factors = 1 + seed % 3,
                             .inputs = 0.1 * static_cast<double>(seed % 6),
                             .export_tax = seed % 4 == 0,
                             .shock_points = 0.5,
                             .theta_scale = seed % 5 == 0 ? 12.5 : 1.0,
                             .seed = 5000 + seed});
    const Closure closure = seed % 3 == 0   ? Closure::kNone
                            : seed % 3 == 1 ? Closure::kWorldShare
                                            : Closure::kMultiplicative;
    const MultiSectorResult result =
        solve_multi_sector(world.base, world.shock, {.closure = closure}, context);
    if (result.certificate.holds()) continue;
    ++failed;
    ADD_FAILURE() << "seed " << seed << ": " << result.message << result.certificate.summary();
  }
  EXPECT_EQ(failed, 0);
}

// Autarky by prohibitive costs against the formula, which holds without tariffs and deficits.
TEST(MultiSector, GainsFromTradeAreWhatAutarkyCosts) {
  const RandomMultiSector world =
      random_multi_sector({.n = 5, .n_sectors = 3, .tariffs = false, .balanced = true, .seed = 14});
  Context context(1);
  const std::vector<double> gains = gains_from_trade(world.base);
  MultiSectorShock shock;
  shock.cost_hat.assign(world.base.trade_share.size(), 1e6);
  for (std::size_t j = 0; j < 3; ++j) {
    for (std::size_t e = 0; e < 5; ++e) shock.cost_hat[world.base.cell(j, e, e)] = 1.0;
  }
  const MultiSectorResult autarky = solve_multi_sector(world.base, shock, {}, context);
  ASSERT_EQ(autarky.status, SolveStatus::kConverged) << autarky.message;
  for (std::size_t e = 0; e < 5; ++e) {
    // Flows of 1e6^-theta are left, theta at least 2.
    EXPECT_NEAR(1.0 - autarky.welfare_hat[e], gains[e], 1e-9);
    EXPECT_GT(gains[e], 0.0);
  }
}

TEST(MultiSector, KrugmanAndMelitzSolveWithFullEntryForModerateShocks) {
  for (const double selection : {0.0, 0.5}) {
    const RandomMultiSector world = random_multi_sector({.n = 6,
                                                         .n_sectors = 3,
                                                         .inputs = 0.0,
                                                         .entry = 1.0,
                                                         .selection = selection,
                                                         .shock_points = 0.02,
                                                         .seed = 15});
    MultiSectorShock shock;  // ten percent off what economy 0 pays for delivery from economy 1
    shock.cost_hat.assign(world.base.trade_share.size(), 1.0);
    for (std::size_t j = 0; j < 3; ++j) shock.cost_hat[world.base.cell(j, 0, 1)] = 0.99;
    Context context(1);
    const MultiSectorResult result = solve_multi_sector(world.base, shock, {}, context);
    EXPECT_TRUE(result.certificate.holds()) << result.message << result.certificate.summary();
    EXPECT_GT(result.welfare_hat[0], 1.0);
  }
}

TEST(MultiSector, ADeficitBeyondIncomeIsNamed) {
  RandomMultiSector world = random_multi_sector({.n = 5, .n_sectors = 2, .seed = 16});
  MultiSectorShock shock;
  shock.deficit = world.base.deficit;
  shock.deficit[3] -= 50.0 * world.base.factor_income[3];
  shock.deficit[0] += 50.0 * world.base.factor_income[3];
  Context context(1);
  const MultiSectorResult result =
      solve_multi_sector(world.base, shock, {.closure = Closure::kAdditive}, context);
  EXPECT_NE(result.status, SolveStatus::kConverged);
  EXPECT_FALSE(result.certificate.holds());
  EXPECT_NE(result.message.find("E3"), std::string::npos) << result.message;
}

struct BadBase {
  const char* name;
  const char* code;
  const char* place;  // must be named in the message or the place
  std::function<void(MultiSectorBase&)> spoil;
};

class BadInput : public ::testing::TestWithParam<BadBase> {};

TEST_P(BadInput, IsRefusedByName) {
  RandomMultiSector world = random_multi_sector({.n = 4, .n_sectors = 3, .seed = 17});
  GetParam().spoil(world.base);
  Context context(1);
  try {
    const MultiSectorModel model(world.base, {}, context);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    const ErrorDetail& detail = error.detail();
    EXPECT_EQ(detail.code, GetParam().code) << detail.what;
    EXPECT_NE((detail.what + detail.where).find(GetParam().place), std::string::npos)
        << detail.what << " / " << detail.where;
    EXPECT_FALSE(detail.why.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bases, BadInput,
    ::testing::Values(
        BadBase{"NegativeTradeShare", "share-range", "S1, E2 -> E0",
                [](MultiSectorBase& b) { b.trade_share[b.cell(1, 0, 2)] = -0.1; }},
        BadBase{"TradeSharesThatDoNotSum", "shares-do-not-sum", "S1 in E0",
                [](MultiSectorBase& b) { b.trade_share[b.cell(1, 0, 0)] *= 0.9; }},
        BadBase{"NegativeInputShare", "share-range", "S0 used by S2 in E3",
                [](MultiSectorBase& b) { b.input_share[b.input_at(3, 0, 2)] = -0.01; }},
        BadBase{"CostsThatDoNotSum", "shares-do-not-sum", "S2 in E3",
                [](MultiSectorBase& b) { b.value_added_share[b.at(2, 3)] *= 0.5; }},
        BadBase{"ConsumptionThatDoesNotSum", "shares-do-not-sum", "E1",
                [](MultiSectorBase& b) { b.consumption_share[b.at(0, 1)] += 0.2; }},
        BadBase{"NoSuppliers", "no-suppliers", "S1 in E2",
                [](MultiSectorBase& b) {
                  for (std::size_t i = 0; i < 4; ++i) b.trade_share[b.cell(1, 2, i)] = 0.0;
                }},
        BadBase{"ZeroExpenditure", "zero-expenditure", "S1 in E2",
                [](MultiSectorBase& b) { b.expenditure[b.at(1, 2)] = 0.0; }},
        BadBase{"ThetaOfZero", "theta-range", "S2", [](MultiSectorBase& b) { b.theta[2] = 0.0; }},
        BadBase{"TariffOfMinusOne", "tariff-range", "S0, E3 -> E1",
                [](MultiSectorBase& b) { b.tariff[b.cell(0, 1, 3)] = -1.0; }},
        BadBase{"NoIncome", "income-not-positive", "E2",
                [](MultiSectorBase& b) { b.factor_income[2] = 0.0; }},
        BadBase{"DeficitsThatDoNotSum", "deficits-do-not-sum", "deficit",
                [](MultiSectorBase& b) { b.deficit[1] += 1.0; }},
        BadBase{"TheSameEconomyTwice", "duplicate-economy", "E1",
                [](MultiSectorBase& b) { b.economies[3] = "E1"; }},
        BadBase{"TheSameSectorTwice", "duplicate-sector", "S0",
                [](MultiSectorBase& b) { b.sectors[1] = "S0"; }},
        BadBase{"WrongShape", "wrong-shape", "trade_share",
                [](MultiSectorBase& b) { b.trade_share.pop_back(); }},
        BadBase{"TradesWithItselfOnly", "economy-isolated", "E3",
                [](MultiSectorBase& b) {
                  for (std::size_t j = 0; j < 3; ++j) {
                    for (std::size_t e = 0; e < 4; ++e) {
                      b.trade_share[b.cell(j, 3, e)] = e == 3 ? 1.0 : 0.0;
                      const double gone = b.trade_share[b.cell(j, e, 3)];
                      if (e == 3) continue;
                      b.trade_share[b.cell(j, e, 3)] = 0.0;
                      b.trade_share[b.cell(j, e, e)] += gone;
                    }
                  }
                }},
        BadBase{"EntryAboveOne", "scale-range", "S0",
                [](MultiSectorBase& b) { b.entry = {1.2, 0.0, 0.0}; }},
        BadBase{"KeysThatDoNotSum", "revenue-keys", "union",
                [](MultiSectorBase& b) { b.pools = {{"union", {"E0", "E1"}, {0.5, 0.4}}}; }}),
    [](const auto& item) { return std::string(item.param.name); });

TEST(BadShock, IsRefusedByName) {
  const RandomMultiSector world = random_multi_sector({.n = 4, .n_sectors = 3, .seed = 17});
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  const auto code = [&](const std::function<void(MultiSectorShock&)>& spoil) {
    MultiSectorShock shock = world.shock;
    spoil(shock);
    MultiSectorWorkspace workspace;
    MultiSectorResult result;
    try {
      model.solve(shock, workspace, result, context);
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return std::string();
  };
  EXPECT_EQ(code([](auto& s) { s.tariff[5] = -1.5; }), "tariff-range");
  EXPECT_EQ(code([](auto& s) { s.cost_hat[5] = 0.0; }), "shock-range");
  EXPECT_EQ(code([](auto& s) { s.productivity_hat.pop_back(); }), "wrong-shape");
  EXPECT_EQ(code([](auto& s) { s.theta = {1.0, -1.0, 2.0}; }), "theta-range");
  EXPECT_EQ(code([](auto& s) { s.deficit = {1.0, 0.0, 0.0, 0.0}; }), "deficits-do-not-sum");
  EXPECT_EQ(code([](auto& s) { s.pools = {{"u", {"E0"}, {0.3}}}; }), "revenue-keys");
}

TEST(Options, ComeWithATableOfFields) {
  MultiSectorOptions options;
  set_field(options, "closure", std::string("world_share"), "test");
  EXPECT_EQ(options.closure, Closure::kWorldShare);
  EXPECT_THROW(set_field(options, "tolerance", 1.0, "test"), InputError);
}

}  // namespace
}  // namespace altyn::equilibrium
