#include "altyn/equilibrium/sector_stages.h"

#include <gtest/gtest.h>

#include <cmath>

#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

class Stages : public ::testing::Test {
 protected:
  void solve(const MultiSectorShock& shock) {
    MultiSectorWorkspace workspace;
    model.solve(shock, workspace, result, context);
    stages = sector_stages(model, shock, result, context);
    EXPECT_TRUE(stages.certificate.holds()) << stages.certificate.summary();
  }
  const testing::RandomMultiSector world =
      testing::random_multi_sector({.n = 5, .n_sectors = 3, .seed = 95});
  Context context{2};
  const MultiSectorModel model{world.base, {.tolerance = 1e-12}, context};
  MultiSectorResult result;
  SectorStages stages;
};

TEST_F(Stages, AreAllTheBaseWithoutAShock) {
  solve({});
  for (std::size_t k = 0; k < stages.base.size(); ++k) {
    EXPECT_NEAR(stages.direct[k], stages.base[k], 1e-10);
    EXPECT_NEAR(stages.conditional[k], stages.base[k], 1e-10);
    EXPECT_NEAR(stages.full[k], stages.base[k], 1e-10);
  }
}

TEST_F(Stages, DirectEffectIsTheElasticityOnTheCellAlone) {
  MultiSectorShock shock;
  shock.cost_hat.assign(world.base.trade_share.size(), 1.0);
  const std::size_t cell = model.base().cell(1, 0, 3);
  shock.cost_hat[cell] = 0.9;
  solve(shock);
  const double expected = std::pow(0.9, -model.base().theta[1]);
  for (std::size_t k = 0; k < stages.base.size(); ++k) {
    EXPECT_NEAR(stages.direct[k], stages.base[k] * (k == cell ? expected : 1.0), 1e-12);
  }
  // Cheaper supply from one partner takes sales from the others before any income moves.
  EXPECT_LT(stages.conditional[cell], stages.direct[cell]);
  EXPECT_GT(stages.conditional[cell], stages.base[cell]);
  const std::size_t rival = model.base().cell(1, 0, 2);
  EXPECT_LT(stages.conditional[rival], stages.base[rival]);
}

// Without inputs costs stay when factor rewards do, and trade shares have a closed form.
TEST(StagesWithoutInputs, FollowTheLogitFormula) {
  const testing::RandomMultiSector world =
      testing::random_multi_sector({.n = 5, .n_sectors = 3, .inputs = 0.0, .seed = 96});
  Context context(1);
  const MultiSectorModel model(world.base, {.tolerance = 1e-12}, context);
  MultiSectorShock shock;
  shock.cost_hat = world.shock.cost_hat;
  shock.tariff = world.shock.tariff;
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  const SectorStages stages = sector_stages(model, shock, result, context);
  const MultiSectorBase& base = model.base();
  for (std::size_t row = 0; row < 15; ++row) {
    const auto pull = [&](std::size_t i) {
      const std::size_t cell = row * 5 + i;
      const double wedge =
          shock.cost_hat[cell] * (1.0 + shock.tariff[cell]) / (1.0 + base.tariff[cell]);
      return base.trade_share[cell] * std::pow(wedge, -base.theta[row / 5]);
    };
    double sum = 0.0;
    for (std::size_t i = 0; i < 5; ++i) sum += pull(i);
    for (std::size_t i = 0; i < 5; ++i) {
      const std::size_t cell = row * 5 + i;
      EXPECT_NEAR(stages.conditional[cell],
                  base.expenditure[row] * pull(i) / sum / (1.0 + shock.tariff[cell]), 1e-11);
    }
  }
}

}  // namespace
}  // namespace altyn::equilibrium
