#include "altyn/equilibrium/sector_decomposition.h"

#include <gtest/gtest.h>

#include <cmath>

#include "equilibrium/caliendo_parro_data.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

using testing::kMexico;

class Decomposition : public ::testing::TestWithParam<Closure> {};

TEST_P(Decomposition, PartsAddUpToTheExactWelfareChangeWithEverythingSwitchedOn) {
  auto world = testing::random_multi_sector({.n = 7,
                                             .n_sectors = 4,
                                             .n_factors = 2,
                                             .entry = 0.3,
                                             .selection = 0.4,
                                             .export_tax = true,
                                             .pools = true,
                                             .seed = 21});
  Context context(1);
  const MultiSectorModel model(world.base, {.closure = GetParam(), .tolerance = 1e-12}, context);
  const WelfareDecomposition parts = decompose_welfare(model, world.shock, {.steps = 40}, context);
  ASSERT_EQ(parts.status, SolveStatus::kConverged) << parts.message;
  const WelfareDecomposition plain =
      decompose_welfare(model, world.shock, {.steps = 40, .extrapolate = false}, context);
  double largest = 0.0, largest_plain = 0.0;
  for (std::size_t e = 0; e < 7; ++e) {
    largest = std::max(largest, std::abs(parts.remainder[e]));
    largest_plain = std::max(largest_plain, std::abs(plain.remainder[e]));
    double by_sector = 0.0;
    for (std::size_t j = 0; j < 4; ++j) by_sector += parts.terms_of_trade_by_sector[j * 7 + e];
    EXPECT_NEAR(by_sector, parts.terms_of_trade[e], 1e-13);
    by_sector = 0.0;
    for (std::size_t j = 0; j < 4; ++j) by_sector += parts.volume_of_trade_by_sector[j * 7 + e];
    EXPECT_NEAR(by_sector, parts.volume_of_trade[e], 1e-13);
    EXPECT_DOUBLE_EQ(parts.terms_of_trade_by_partner[e * 7 + e], 0.0);
    EXPECT_NE(parts.scale[e], 0.0);
    if (e < 5) {
      EXPECT_NE(parts.transfer[e], 0.0);  // members of a pool
    }
  }
  // The rule's error is h^4 after extrapolation and h^2 before, with h = 1/40.
  EXPECT_LT(largest, 1e-8);
  EXPECT_LT(largest_plain, 2e-5);
  EXPECT_LT(largest, largest_plain / 20.0);
}

INSTANTIATE_TEST_SUITE_P(Closures, Decomposition,
                         ::testing::Values(Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                           Closure::kMultiplicative, Closure::kEndogenous),
                         [](const auto& closure) { return std::string(to_string(closure.param)); });

TEST(Decomposition, NewPoolsAreATransferAndStillAddUp) {
  const auto world =
      testing::random_multi_sector({.n = 6, .n_sectors = 3, .pools = true, .seed = 22});
  Context context(1);
  const MultiSectorModel model(world.base, {.tolerance = 1e-12}, context);
  MultiSectorShock keys;  // the same members, other keys; the second pool as it was
  keys.pools = {{.name = "first", .members = {"E0", "E1", "E2"}, .keys = {0.2, 0.3, 0.5}},
                {.name = "second", .members = {"E3", "E4"}, .keys = {0.9, 0.1}}};
  MultiSectorShock members = keys;  // E2 leaves for the second pool, which E5 joins
  members.pools = {
      {.name = "first", .members = {"E0", "E1"}, .keys = {0.6, 0.4}},
      {.name = "second", .members = {"E2", "E3", "E4", "E5"}, .keys = {0.1, 0.5, 0.1, 0.3}}};
  members.tariff = world.shock.tariff;
  MultiSectorShock none;  // sharing ends
  none.pools.emplace();
  for (const MultiSectorShock& shock : {keys, members, none}) {
    const WelfareDecomposition parts = decompose_welfare(model, shock, {.steps = 20}, context);
    ASSERT_EQ(parts.status, SolveStatus::kConverged) << parts.message;
    MultiSectorWorkspace workspace;
    MultiSectorResult result;
    model.solve(shock, workspace, result, context);
    for (std::size_t e = 0; e < 6; ++e) {
      EXPECT_NEAR(parts.welfare_log[e], std::log(result.welfare_hat[e]), 1e-10);
      // h^4 with h = 1/20, on welfare changes of a tenth.
      EXPECT_LT(std::abs(parts.remainder[e]), 2e-6);
    }
  }
  const WelfareDecomposition parts = decompose_welfare(model, keys, {}, context);
  EXPECT_LT(parts.transfer[0], 0.0);
  EXPECT_GT(parts.transfer[2], 0.0);
}

// NAFTA's tariffs alone (Caliendo and Parro 2015, without deficits): the terms of trade and volumes
// along the way add up to the exact 0.0073%, where the published formula gives 1.31%. Values from
// another program to three decimals of a percent.
TEST(Decomposition, AddsUpForNaftaWhereTheLinearFormulaDoesNot) {
  ALTYN_NEEDS_REFERENCE("equilibrium/cp2015/noS_Din.csv.gz");
  const testing::CaliendoParro data = testing::caliendo_parro();
  Context context(1);
  const MultiSectorModel model(data.base, {}, context);
  MultiSectorShock shock;
  shock.tariff = testing::only_nafta(data);
  const WelfareDecomposition plain =
      decompose_welfare(model, shock, {.steps = 40, .extrapolate = false}, context);
  ASSERT_EQ(plain.status, SolveStatus::kConverged);
  for (std::size_t e = 0; e < 31; ++e) EXPECT_LT(std::abs(plain.remainder[e]), 2e-6) << e;
  EXPECT_NEAR(100.0 * plain.terms_of_trade[kMexico], -0.678, 1e-3);
  EXPECT_NEAR(100.0 * plain.volume_of_trade[kMexico], 0.685, 1e-3);
  const WelfareDecomposition better = decompose_welfare(model, shock, {.steps = 40}, context);
  for (std::size_t e = 0; e < 31; ++e) EXPECT_LT(std::abs(better.remainder[e]), 2e-8) << e;
}

}  // namespace
}  // namespace altyn::equilibrium
