#include "altyn/equilibrium/trade_shift.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

TEST(TradeShift, SplitsWhatFavouredSuppliersGainIntoCreationAndDiversion) {
  const auto world = testing::random_multi_sector({.n = 6, .n_sectors = 3, .seed = 41});
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  MultiSectorShock shock;
  shock.tariff = world.base.tariff;
  std::size_t partner = 1;  // one that sells economy 0 every good
  const auto sells_all = [&](std::size_t e) {
    for (std::size_t j = 0; j < 3; ++j) {
      if (world.base.trade_share[world.base.cell(j, 0, e)] == 0.0) return false;
    }
    return true;
  };
  while (!sells_all(partner)) ++partner;
  for (std::size_t j = 0; j < 3; ++j) shock.tariff[world.base.cell(j, 0, partner)] = 0.0;
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  const std::vector<bool> favoured = favoured_suppliers(world.base, shock);
  EXPECT_TRUE(favoured[partner]);
  EXPECT_EQ(std::count(favoured.begin(), favoured.end(), true), 1);
  const TradeShift shift = trade_shift(model, shock, result, favoured);
  double favoured_gain = 0.0, diverted = 0.0;
  for (std::size_t j = 0; j < 3; ++j) {
    const std::size_t at = world.base.at(j, 0);
    EXPECT_NEAR(shift.favoured[at], shift.creation[at] + shift.diversion[at], 1e-12);
    EXPECT_NE(shift.domestic[at], 0.0);
    favoured_gain += shift.favoured[at];
    diverted += shift.diversion[at];
  }
  EXPECT_GT(favoured_gain, 0.0);
  EXPECT_GT(diverted, 0.0);
  try {
    static_cast<void>(trade_shift(model, shock, result, std::vector<bool>(5)));
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "wrong-shape");
  }
}

}  // namespace
}  // namespace altyn::equilibrium
