#include "altyn/equilibrium/sector_draws.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

using testing::random_multi_sector;

class Draws : public ::testing::Test {
 protected:
  const testing::RandomMultiSector world =
      random_multi_sector({.n = 5, .n_sectors = 3, .seed = 71});
  MultiSectorShock shock;
  void SetUp() override { shock.tariff = world.shock.tariff; }
  [[nodiscard]] SectorUncertainty all() const {
    SectorUncertainty uncertainty;
    uncertainty.theta_log_sd.assign(3, 0.05);
    uncertainty.theta_common_log_sd = 0.05;
    uncertainty.tariff_log_sd.assign(75, 0.0);
    uncertainty.cost_log_sd.assign(75, 0.0);
    for (std::size_t k = 0; k < 75; ++k) {
      if (k / 5 % 5 != k % 5) uncertainty.tariff_log_sd[k] = uncertainty.cost_log_sd[k] = 0.01;
    }
    uncertainty.trade_log_sd = 0.02;
    return uncertainty;
  }
};

TEST_F(Draws, SameBitsForAnyNumberOfThreads) {
  std::vector<std::vector<double>> values;
  for (const int n_threads : {1, 3}) {
    Context context(n_threads, 99);
    const MultiSectorModel model(world.base, {}, context);
    const SectorDraws draws =
        draw_outcomes(model, shock, all(), welfare_logs, {.n_draws = 20}, context);
    EXPECT_EQ(draws.status, SolveStatus::kConverged);
    EXPECT_EQ(draws.n_failed, 0);
    values.push_back(draws.value);
  }
  EXPECT_EQ(values[0], values[1]);
}

// Small noise, so that the measure is linear in it: the spread of the draws is the delta method's.
// 800 draws estimate a standard deviation to 1/sqrt(1600), 2.5%; four of these.
TEST_F(Draws, SpreadAgreesWithTheDeltaMethodSourceBySource) {
  Context context(2, 5);
  const MultiSectorModel model(world.base, {}, context);
  const SectorMeasure measure = SectorMeasure::welfare(1, 5);
  const SectorUncertainty everything = all();
  const DeltaDeviation delta = delta_deviation(model, shock, everything, measure, context);
  ASSERT_EQ(delta.status, SolveStatus::kConverged);
  EXPECT_NEAR(delta.sd * delta.sd,
              delta.theta * delta.theta + delta.tariff * delta.tariff + delta.cost * delta.cost +
                  delta.trade * delta.trade,
              1e-18);
  const auto spread = [&](const SectorUncertainty& uncertainty) {
    const SectorDraws draws =
        draw_outcomes(model, shock, uncertainty, welfare_logs, {.n_draws = 800}, context);
    EXPECT_EQ(draws.n_failed, 0);
    EXPECT_NEAR(draws.central[1], delta.value, 1e-12);
    EXPECT_LT(draws.low[1], draws.mean[1]);
    EXPECT_GT(draws.high[1], draws.mean[1]);
    return draws.sd[1];
  };
  constexpr double kShare = 0.1;
  SectorUncertainty one;
  one.theta_log_sd = everything.theta_log_sd;
  one.theta_common_log_sd = everything.theta_common_log_sd;
  EXPECT_NEAR(spread(one) / delta.theta, 1.0, kShare);
  one = {.tariff_log_sd = everything.tariff_log_sd};
  EXPECT_NEAR(spread(one) / delta.tariff, 1.0, kShare);
  one = {.cost_log_sd = everything.cost_log_sd};
  EXPECT_NEAR(spread(one) / delta.cost, 1.0, kShare);
  one = {.trade_log_sd = everything.trade_log_sd};
  EXPECT_NEAR(spread(one) / delta.trade, 1.0, kShare);
}

TEST_F(Draws, FailedDrawsAreCountedAndLeftOut) {
  Context context(1, 5);
  // Additive deficits and huge cost noise: some draws cannot pay their deficits.
  testing::RandomMultiSector odd = random_multi_sector({.n = 5, .n_sectors = 2, .seed = 72});
  const MultiSectorModel model(odd.base, {.closure = Closure::kAdditive, .max_iterations = 30},
                               context);
  SectorUncertainty uncertainty;
  uncertainty.cost_log_sd.assign(50, 2.0);
  const SectorDraws draws =
      draw_outcomes(model, {}, uncertainty, welfare_logs, {.n_draws = 40}, context);
  ASSERT_EQ(draws.status, SolveStatus::kConverged);
  Index missing = 0;
  for (std::size_t draw = 0; draw < 40; ++draw)
    missing += std::isnan(draws.value[draw * 5]) ? 1 : 0;
  EXPECT_EQ(missing, draws.n_failed);
  EXPECT_EQ(draws.n_failed > 0, !draws.first_failure.empty());
  for (const double sd : draws.sd) EXPECT_TRUE(std::isfinite(sd));
}

TEST_F(Draws, RefuseNegativeDeviationsAndWrongShapes) {
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  const auto code = [&](const SectorUncertainty& uncertainty) {
    try {
      static_cast<void>(draw_outcomes(model, shock, uncertainty, welfare_logs, {}, context));
    } catch (const InputError& error) {
      return error.detail().code;
    }
    return std::string();
  };
  EXPECT_EQ(code({.theta_log_sd = {0.1, 0.1}}), "wrong-shape");
  EXPECT_EQ(code({.theta_log_sd = {0.1, -0.1, 0.1}}), "uncertainty-range");
  EXPECT_EQ(code({.trade_log_sd = -1.0}), "uncertainty-range");
}

// An assumption with a range: draws build their own policy, and its part of the delta method's
// deviation is the gradient along the step. 800 draws: as above.
TEST_F(Draws, AnAssumptionsRangeIsDrawnAndHasItsOwnPart) {
  Context context(2, 5);
  const MultiSectorModel model(world.base, {}, context);
  const auto with_cost = [&](double change) {
    MultiSectorShock policy;
    policy.cost_hat.assign(75, 1.0);
    for (std::size_t j = 0; j < 3; ++j) policy.cost_hat[model.base().cell(j, 0, 1)] = 1.0 + change;
    return policy;
  };
  constexpr double kWidth = 0.02;
  const SectorUncertainty uncertainty{
      .policy =
          [&](RandomStream& random) {
            return with_cost(-0.05 + kWidth * (random.uniform() - 0.5));
          },
      .one_sd = {with_cost(-0.05 + kWidth / std::sqrt(12.0))}};
  const SectorDraws draws =
      draw_outcomes(model, with_cost(-0.05), uncertainty, welfare_logs, {.n_draws = 800}, context);
  ASSERT_EQ(draws.n_failed, 0);
  const DeltaDeviation delta =
      delta_deviation(model, with_cost(-0.05), uncertainty, SectorMeasure::welfare(0, 5), context);
  ASSERT_EQ(delta.policy.size(), 1U);
  EXPECT_LT(delta.policy[0], 0.0);  // dearer delivery lowers real income
  EXPECT_NEAR(delta.sd, -delta.policy[0], 1e-12);
  EXPECT_NEAR(draws.sd[0] / delta.sd, 1.0, 0.1);
}

}  // namespace
}  // namespace altyn::equilibrium
