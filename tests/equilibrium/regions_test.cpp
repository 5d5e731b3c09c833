#include "altyn/equilibrium/regions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "equilibrium/conformance.h"

namespace altyn::equilibrium {
namespace {

OneSectorBase world_of(std::uint64_t seed) {
  const testing::TestWorld made = testing::random_world(5, 1, seed);
  OneSectorBase base;
  base.economies = {"RUS", "KAZ", "CHN", "MNG", "ROW"};
  base.trade = made.trade;
  base.tariff = made.tariff;
  base.theta = 5.0;
  base.pools = {{.name = "union", .members = {"RUS", "KAZ"}, .keys = {0.8, 0.2}}};
  return base;
}

RegionSplit russia() {
  return {.economy = "RUS",
          .regions = {"ALT", "RUR"},
          .output_share = {0.02, 0.98},
          .spending_share = {0.03, 0.97},
          .workers = {2.0, 70.0},
          .mobile_workers = true,
          .revenue_keys = {0.05, 0.95}};
}

RegionSplit kazakhstan() {
  return {.economy = "KAZ", .regions = {"EKZ", "KZR"}, .output_share = {0.1, 0.9}};
}

// The border regions are near each other and far from the rest.
double near_border(const std::string& seller, const std::string& buyer) {
  const auto border = [](const std::string& code) { return code == "ALT" || code == "EKZ"; };
  if (seller == buyer) return 5.0;
  return border(seller) && border(buyer) ? 4.0 : 1.0;
}

TEST(Regions, NationalFlowsAccountsAndTariffsStay) {
  const OneSectorBase base = world_of(3);
  const RegionalWorld world = split_into_regions(base, {russia(), kazakhstan()}, near_border);
  ASSERT_EQ(world.base.economies,
            (std::vector<std::string>{"ALT", "RUR", "EKZ", "KZR", "CHN", "MNG", "ROW"}));
  EXPECT_EQ(world.parent, (std::vector<std::size_t>{0, 0, 1, 1, 2, 3, 4}));
  EXPECT_LT(world.residual, 1e-11);
  const std::vector<double> national = gather_pairs(world, world.base.trade);
  for (std::size_t cell = 0; cell < 25; ++cell) {
    // The balancing stops at 1e-12 of a total.
    EXPECT_NEAR(national[cell], base.trade[cell], 1e-10 * (1.0 + base.trade[cell])) << cell;
  }
  double altai = 0.0, russian = 0.0;
  for (std::size_t k = 0; k < 7; ++k) {
    altai += world.base.trade[k] / (1.0 + world.base.tariff[k]);
    russian += (world.base.trade[k] / (1.0 + world.base.tariff[k]) +
                world.base.trade[7 + k] / (1.0 + world.base.tariff[7 + k]));
  }
  EXPECT_NEAR(altai / russian, 0.02, 1e-10);
  EXPECT_EQ(world.base.tariff[0 * 7 + 4], base.tariff[0 * 5 + 2]);
  // Nearness shows: the border region sells relatively more across the border.
  const double border_share = world.base.trade[0 * 7 + 2] / world.base.trade[0 * 7 + 3];
  const double inland_share = world.base.trade[1 * 7 + 2] / world.base.trade[1 * 7 + 3];
  EXPECT_NEAR(border_share / inland_share, 4.0, 1e-8);  // cross ratios are those of the prior
}

TEST(Regions, PoolsAndNationsFollow) {
  const RegionalWorld world =
      split_into_regions(world_of(3), {russia(), kazakhstan()}, near_border);
  ASSERT_EQ(world.base.pools.size(), 1U);
  const RevenuePool& pool = world.base.pools[0];
  EXPECT_EQ(pool.members, (std::vector<std::string>{"ALT", "RUR", "EKZ", "KZR"}));
  EXPECT_NEAR(pool.keys[0], 0.8 * 0.05, 1e-15);
  EXPECT_NEAR(pool.keys[2], 0.2 * 0.1, 1e-15);
  EXPECT_EQ(world.base.mobility.nation, (std::vector<Index>{0, 0, -1, -1, -1, -1, -1}));
  EXPECT_EQ(world.base.mobility.workers[1], 70.0);
  OneSectorBase alone = world_of(3);
  alone.pools.clear();
  const RegionalWorld own = split_into_regions(alone, {russia()}, near_border);
  ASSERT_EQ(own.base.pools.size(), 1U);
  EXPECT_TRUE(own.base.pools[0].duties_inside_too);
}

// Regions alike in everything are the nation: a national shock gives national results.
TEST(Regions, AlikeRegionsReproduceTheNation) {
  const OneSectorBase base = world_of(4);
  RegionSplit split = russia();
  split.spending_share.clear();
  split.workers.clear();
  split.revenue_keys = split.output_share;
  const RegionalWorld world =
      split_into_regions(base, {split}, [](const auto&, const auto&) { return 1.0; });
  OneSectorShock national, regional;
  national.cost_hat.assign(25, 1.1);
  for (std::size_t i = 0; i < 5; ++i) national.cost_hat[i * 6] = 1.0;
  regional.cost_hat = spread_pairs(world.parent, national.cost_hat, 1.0);
  OneSectorBase mobile = world.base;
  mobile.mobility.elasticity = 2.0;
  Context context(1);
  const OneSectorOptions options = {.tolerance = 1e-12};
  const OneSectorResult whole = solve_one_sector(base, national, options, context);
  const OneSectorResult parts = solve_one_sector(mobile, regional, options, context);
  ASSERT_TRUE(parts.certificate.holds()) << parts.certificate.summary();
  EXPECT_NEAR(parts.welfare_hat[0], whole.welfare_hat[0], 1e-10);
  EXPECT_NEAR(parts.welfare_hat[1], whole.welfare_hat[0], 1e-10);
  EXPECT_NEAR(parts.workers_hat[0], 1.0, 1e-10);
  EXPECT_NEAR(parts.welfare_hat[3], whole.welfare_hat[2], 1e-10);
}

TEST(Regions, CheaperBorderCrossingsHelpTheBorderAndDrawWorkers) {
  RegionalWorld world = split_into_regions(world_of(5), {russia(), kazakhstan()}, near_border);
  OneSectorShock shock;
  shock.cost_hat.assign(49, 1.0);
  shock.cost_hat[0 * 7 + 2] = shock.cost_hat[2 * 7 + 0] = 0.8;
  Context context(1);
  const OneSectorResult fixed = solve_one_sector(world.base, shock, {}, context);
  world.base.mobility.elasticity = 2.0;
  const OneSectorResult mobile = solve_one_sector(world.base, shock, {}, context);
  ASSERT_TRUE(mobile.certificate.holds()) << mobile.certificate.summary();
  EXPECT_GT(fixed.welfare_hat[0], 1.001);
  EXPECT_GT(fixed.welfare_hat[0], fixed.welfare_hat[1]);
  EXPECT_EQ(fixed.workers_hat[0], 1.0);
  EXPECT_GT(mobile.workers_hat[0], 1.0);
  EXPECT_LT(mobile.workers_hat[1], 1.0);
  EXPECT_EQ(mobile.workers_hat[2], 1.0);
  // The nation's workers stay as many.
  EXPECT_NEAR(2.0 * mobile.workers_hat[0] + 70.0 * mobile.workers_hat[1], 72.0, 1e-9);
}

TEST(Regions, RefusesWhatIsNoPartition) {
  const OneSectorBase base = world_of(3);
  const auto code_of = [&](const RegionSplit& split, const TradeEase& ease = near_border) {
    try {
      (void)split_into_regions(base, {split}, ease);
    } catch (const InputError& error) {
      EXPECT_EQ(error.detail().where, "regions of " + split.economy);
      return error.detail().code;
    }
    return std::string();
  };
  RegionSplit split = russia();
  EXPECT_EQ(code_of(split), "");
  split.output_share = {0.02, 0.9};
  EXPECT_EQ(code_of(split), "regions-no-partition");
  split.output_share = {0.0, 1.0};
  EXPECT_EQ(code_of(split), "regions-no-partition");
  split.output_share = {1.0};
  EXPECT_EQ(code_of(split), "regions-no-partition");
  split = russia();
  split.regions[0] = "CHN";
  EXPECT_EQ(code_of(split), "duplicate-economy");
  split = russia();
  split.economy = "RUX";
  EXPECT_EQ(code_of(split), "unknown-economy");
  split = russia();
  split.workers = {1.0};
  EXPECT_EQ(code_of(split), "wrong-shape");
  EXPECT_EQ(code_of(russia(), [](const auto&, const auto&) { return -1.0; }), "ease-range");
  EXPECT_EQ(code_of(russia(), [](const std::string& seller,
                                 const std::string&) { return seller == "ALT" ? 0.0 : 1.0; }),
            "regions-unreachable");
}

}  // namespace
}  // namespace altyn::equilibrium
