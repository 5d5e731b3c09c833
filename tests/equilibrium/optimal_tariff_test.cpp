#include "altyn/equilibrium/optimal_tariff.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

using testing::random_multi_sector;

// A small economy that trades with a large one, one good, no inputs: its terms of trade are given,
// so its best tariff is known. An exporter i facing the price taker n sells a tiny part of its
// output there, but n is the only buyer of its own exports: the best export price mark-up is
// 1/theta-like, and by Lerner symmetry so is the best tariff: t = 1 / (theta * share of the rest of
// the world's spending that is its own) -> 1 / theta as n becomes small.
// Source: Gros (1987), equation for the Armington case: t = 1 / ((sigma - 1) * lambda_foreign).
TEST(OptimalTariffs, OfASmallEconomyIsOneOverTheElasticity) {
  equilibrium::MultiSectorLevels levels;
  levels.economies = {"small", "large"};
  levels.sectors = {"good"};
  levels.theta = {4.0};
  levels.trade = {1.0, 0.5, 0.5, 1e5};  // [importer][exporter]
  levels.value_added = {1.5, 1e5 + 0.5};
  const MultiSectorBase base = base_from_levels(levels).base;
  Context context(1);
  const MultiSectorModel model(base, {.tolerance = 1e-12}, context);
  const auto instruments = own_tariffs(base, 0, true);
  ASSERT_EQ(instruments.size(), 1U);
  const OptimalTariffs best =
      optimal_tariffs(model, {}, instruments, SectorMeasure::welfare(0, 2), {}, {}, context);
  EXPECT_EQ(best.status, SolveStatus::kConverged) << best.message;
  EXPECT_GT(best.value_after, best.value_before);
  // Off the limit by the small economy's share of the world, 1e-5.
  EXPECT_NEAR(best.rate[0], 0.25, 1e-4);
}

class Optimum : public ::testing::Test {
 protected:
  const testing::RandomMultiSector world =
      random_multi_sector({.n = 5, .n_sectors = 3, .seed = 61});
  Context context{1};
  const MultiSectorModel model{world.base, {.tolerance = 1e-12}, context};

  [[nodiscard]] double welfare_at(const MultiSectorShock& shock, std::size_t economy) {
    MultiSectorWorkspace workspace;
    MultiSectorResult result;
    model.solve(shock, workspace, result, context);
    EXPECT_EQ(result.status, SolveStatus::kConverged);
    return std::log(result.welfare_hat[economy]);
  }
};

TEST_F(Optimum, NoSingleTariffImprovesOnIt) {
  const auto instruments = own_tariffs(world.base, 2, true);
  const OptimalTariffs best =
      optimal_tariffs(model, {}, instruments, SectorMeasure::welfare(2, 5), {}, {}, context);
  ASSERT_EQ(best.status, SolveStatus::kConverged) << best.message;
  EXPECT_GT(best.value_after, best.value_before + 1e-4);
  EXPECT_NEAR(best.value_after, welfare_at(best.shock, 2), 1e-10);
  for (std::size_t k = 0; k < instruments.size(); ++k) {
    EXPECT_GT(best.rate[k], 0.0);
    for (const double step : {-0.05, 0.05}) {
      MultiSectorShock moved = best.shock;
      moved.tariff[instruments[k].cells[0]] += step;
      EXPECT_LT(welfare_at(moved, 2), best.value_after) << instruments[k].name << " " << step;
    }
  }
}

TEST_F(Optimum, BoundsAreKept) {
  const OptimalTariffs best =
      optimal_tariffs(model, {}, own_tariffs(world.base, 2, false), SectorMeasure::welfare(2, 5),
                      {}, {.least_rate = 0.0, .most_rate = 0.1}, context);
  ASSERT_EQ(best.status, SolveStatus::kConverged) << best.message;
  for (const double rate : best.rate) {
    EXPECT_GE(rate, -1e-12);
    EXPECT_LE(rate, 0.1 + 1e-12);
  }
}

TEST_F(Optimum, AtNashTariffsNobodyWantsToMoveAndMostLose) {
  std::vector<TariffPlayer> players;
  for (std::size_t e = 0; e < 5; ++e) {
    players.push_back(
        {world.base.economies[e], own_tariffs(world.base, e, true), SectorMeasure::welfare(e, 5)});
  }
  const NashTariffs nash = nash_tariffs(model, {}, players, {}, context);
  ASSERT_EQ(nash.status, SolveStatus::kConverged) << nash.message;
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_LE(nash.slope[e], 1e-6);
    const OptimalTariffs response = optimal_tariffs(model, nash.shock, players[e].instruments,
                                                    players[e].measure, {}, {}, context);
    // First-order slopes of 1e-6 leave gains of their square.
    EXPECT_LT(response.value_after - response.value_before, 1e-9);
  }
  EXPECT_GT(nash.n_rounds, 1);

  const OptimalTariffs together = cooperative_tariffs(model, nash.shock, players, {}, {}, context);
  EXPECT_GT(together.value_after, together.value_before + 1e-4);
}

TEST_F(Optimum, ParticipationConstraintsBindAndHold) {
  // The best common tariff of a union for its largest member, while the others must not lose.
  const std::vector<std::size_t> members = {0, 1, 2};
  const auto instruments = common_tariffs(world.base, members);
  SectorMeasure measure = SectorMeasure::welfare(0, 5);
  const OptimalTariffs free_hand =
      optimal_tariffs(model, {}, instruments, measure, {}, {}, context);
  ASSERT_EQ(free_hand.status, SolveStatus::kConverged);
  // Both others keep what they had before, or at least what the free hand leaves them.
  std::vector<Participation> participation;
  for (const std::size_t e : {std::size_t{1}, std::size_t{2}}) {
    participation.push_back({e, std::log(free_hand.result.welfare_hat[e])});
  }
  participation[0].least_welfare_log += 3e-4;
  const OptimalTariffs bound =
      optimal_tariffs(model, {}, instruments, measure, participation, {}, context);
  ASSERT_EQ(bound.status, SolveStatus::kConverged) << bound.message;
  EXPECT_LT(bound.value_after, free_hand.value_after);
  double largest = 0.0;
  for (std::size_t k = 0; k < 2; ++k) {
    const double slack = std::log(bound.result.welfare_hat[participation[k].economy]) -
                         participation[k].least_welfare_log;
    EXPECT_GE(slack, -1e-6);
    EXPECT_NEAR(bound.multiplier[k] * slack, 0.0, 1e-6);  // slack or free, never both
    largest = std::max(largest, bound.multiplier[k]);
  }
  EXPECT_GT(largest, 0.0);

  participation[0].least_welfare_log = 1.0;
  const OptimalTariffs impossible =
      optimal_tariffs(model, {}, instruments, measure, participation, {}, context);
  EXPECT_EQ(impossible.status, SolveStatus::kNoSolution);
  EXPECT_NE(impossible.message.find("E1"), std::string::npos) << impossible.message;
}

TEST_F(Optimum, RefusesEmptyAndSharedInstruments) {
  const auto code = [](const auto& act) {
    try {
      act();
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return std::string();
  };
  EXPECT_EQ(code([&] {
              static_cast<void>(
                  optimal_tariffs(model, {}, {}, SectorMeasure::welfare(0, 5), {}, {}, context));
            }),
            "no-instruments");
  const std::vector<TariffPlayer> twice(
      2, TariffPlayer{"E0", own_tariffs(world.base, 0, true), SectorMeasure::welfare(0, 5)});
  EXPECT_EQ(code([&] { static_cast<void>(nash_tariffs(model, {}, twice, {}, context)); }),
            "shared-instrument");
}

}  // namespace
}  // namespace altyn::equilibrium
