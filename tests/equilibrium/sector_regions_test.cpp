#include "altyn/equilibrium/sector_regions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/adjoint.h"
#include "altyn/equilibrium/base_check.h"
#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/one_good.h"
#include "altyn/equilibrium/sector_decomposition.h"
#include "equilibrium/conformance.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

RegionSplit split_of_first() {
  return {.economy = "E0",
          .regions = {"A", "E0"},
          .output_share = {0.1, 0.9},
          .spending_share = {0.15, 0.85},
          .mobile_workers = true,
          .sector_output_share = {0.1, 0.9, 0.3, 0.7, 0.05, 0.95, 0.1, 0.9},
          .revenue_keys = {0.2, 0.8}};
}

RegionSplit split_of_fourth() {
  return {.economy = "E3", .regions = {"B", "C", "D"}, .output_share = {0.2, 0.3, 0.5}};
}

// A and B are near each other, in the first sector most of all.
double near_border(const std::string& seller, const std::string& buyer, std::size_t sector) {
  const auto border = [](const std::string& code) { return code == "A" || code == "B"; };
  if (seller == buyer) return 6.0;
  return border(seller) && border(buyer) ? (sector == 0 ? 5.0 : 2.0) : 1.0;
}

MultiSectorBase world_of(std::uint64_t seed, std::size_t n_factors = 1) {
  return testing::random_multi_sector(
             {.n_factors = n_factors, .export_tax = true, .pools = true, .seed = seed})
      .base;
}

TEST(SectorRegions, TheSplitBaseIsAnEquilibriumWithTheNationsFlows) {
  const MultiSectorBase base = world_of(11, 2);
  const SectorRegionalWorld world =
      split_sector_regions(base, {split_of_first(), split_of_fourth()}, near_border);
  ASSERT_EQ(world.base.economies,
            (std::vector<std::string>{"A", "E0", "E1", "E2", "B", "C", "D", "E4", "E5"}));
  EXPECT_EQ(world.parent, (std::vector<std::size_t>{0, 0, 1, 2, 3, 3, 3, 4, 5}));
  // The balancing stops at 1e-12 of a total.
  EXPECT_LT(check_base_equilibrium(world.base, 1e-9).largest, 1e-9);

  const std::size_t m = 9;
  std::vector<double> spent(4 * 6 * 6, 0.0);
  double made_by_region = 0.0, made = 0.0;
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t k = 0; k < m; ++k) {
      for (std::size_t i = 0; i < m; ++i) {
        const std::size_t cell = world.base.cell(j, k, i);
        const double value =
            world.base.trade_share[cell] * world.base.expenditure[world.base.at(j, k)];
        spent[base.cell(j, world.parent[k], world.parent[i])] += value;
        if (j != 1 || world.parent[i] != 0) continue;
        const double producer =
            value / (1.0 + world.base.tariff[cell]) / (1.0 + world.base.export_tax[cell]);
        made += producer;
        if (i == 0) made_by_region += producer;
      }
    }
  }
  const std::vector<double>& expenditure =
      split_sector_regions(base, {}, near_border).base.expenditure;
  for (std::size_t cell = 0; cell < spent.size(); ++cell) {
    EXPECT_NEAR(spent[cell], base.trade_share[cell] * expenditure[cell / 6],
                1e-9 * expenditure[cell / 6])
        << cell;
  }
  EXPECT_NEAR(made_by_region / made, 0.3, 1e-9);
  // Pools: the first has E0 as a member, the second E3.
  EXPECT_EQ(world.base.pools[0].members, (std::vector<std::string>{"E1", "E2", "A", "E0"}));
  EXPECT_NEAR(world.base.pools[0].keys[2], 0.5 * 0.2, 1e-15);
  double deficit = 0.0;
  for (const double one : world.base.deficit) deficit += one;
  EXPECT_NEAR(deficit, 0.0, 1e-9);
}

// Regions alike in everything are the nation: a national shock gives national results, and nobody
// wants to move.
TEST(SectorRegions, AlikeRegionsReproduceTheNation) {
  const testing::RandomMultiSector made = testing::random_multi_sector({.pools = true, .seed = 5});
  RegionSplit split = split_of_first();
  split.spending_share.clear();
  split.revenue_keys = split.output_share;
  split.sector_output_share.clear();
  SectorRegionalWorld world = split_sector_regions(
      made.base, {split}, [](const auto&, const auto&, std::size_t) { return 1.0; });
  world.base.mobility.elasticity = 2.0;
  Context context(1);
  const MultiSectorOptions options = {.tolerance = 1e-11};
  const MultiSectorResult whole = solve_multi_sector(made.base, made.shock, options, context);
  const MultiSectorResult parts =
      solve_multi_sector(world.base, spread_shock(world, {split}, made.shock), options, context);
  ASSERT_TRUE(parts.certificate.holds()) << parts.message << parts.certificate.summary();
  EXPECT_NEAR(parts.welfare_hat[0], whole.welfare_hat[0], 1e-9);
  EXPECT_NEAR(parts.welfare_hat[1], whole.welfare_hat[0], 1e-9);
  EXPECT_NEAR(parts.welfare_hat[2], whole.welfare_hat[1], 1e-9);
  EXPECT_NEAR(parts.workers_hat[0], 1.0, 1e-9);
  EXPECT_NEAR(parts.duty[0] + parts.duty[1], whole.duty[0], 1e-8 * whole.duty[0]);
}

// The one-sector model has mobile workers inside its equations, this one around them.
TEST(SectorRegions, OneGoodIsTheOneSectorModelWithItsWorkers) {
  const testing::TestWorld made = testing::random_world(5, 1, 7);
  OneSectorBase one;
  one.economies = {"E0", "E1", "E2", "E3", "E4"};
  one.trade = made.trade;
  one.theta = 4.0;
  RegionSplit split = split_of_first();
  split.sector_output_share.clear();
  split.revenue_keys.clear();
  const RegionalWorld regional = split_into_regions(
      one, {split},
      [](const std::string& a, const std::string& b) { return near_border(a, b, 0); });
  OneSectorBase moving = regional.base;
  moving.mobility.elasticity = 3.0;
  OneSectorShock shock;
  shock.cost_hat.assign(36, 1.0);
  shock.cost_hat[0 * 6 + 2] = shock.cost_hat[2 * 6 + 0] = 0.7;  // A with E1

  const SectorRegionalWorld world = split_sector_regions(one_good_base(one), {split}, near_border);
  MultiSectorBase same = world.base;
  same.mobility.elasticity = 3.0;
  MultiSectorShock sectors;
  sectors.cost_hat = transposed(shock.cost_hat, 6);
  Context context(1);
  const OneSectorResult inside = solve_one_sector(moving, shock, {.tolerance = 1e-12}, context);
  const MultiSectorResult around = solve_multi_sector(same, sectors, {.tolerance = 1e-11}, context);
  ASSERT_TRUE(around.certificate.holds()) << around.message << around.certificate.summary();
  EXPECT_GT(around.workers_hat[0], 1.01);
  for (std::size_t e = 0; e < 6; ++e) {
    EXPECT_NEAR(around.welfare_hat[e], inside.welfare_hat[e], 1e-9) << e;
    EXPECT_NEAR(around.workers_hat[e], inside.workers_hat[e], 1e-9) << e;
    EXPECT_NEAR(around.wage_hat[e], inside.wage_hat[e], 1e-9) << e;
  }
}

TEST(SectorRegions, WorkersSettleAndTheDecompositionCountsThem) {
  SectorRegionalWorld world =
      split_sector_regions(world_of(13, 2), {split_of_first()}, near_border);
  world.base.mobility.elasticity = 8.0;
  world.base.mobile_factor = 1;
  MultiSectorShock shock;
  shock.cost_hat.assign(world.base.trade_share.size(), 1.0);
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t k = 2; k < 7; ++k) {
      shock.cost_hat[world.base.cell(j, 0, k)] = shock.cost_hat[world.base.cell(j, k, 0)] = 0.8;
    }
  }
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  ASSERT_TRUE(result.certificate.holds()) << result.message << result.certificate.summary();
  EXPECT_GT(result.workers_hat[0], 1.02);
  const LabourMobility& mobility = model.base().mobility;
  double before = 0.0, after = 0.0;
  for (std::size_t e = 0; e < 2; ++e) {
    before += mobility.workers[e];
    after += mobility.workers[e] * result.workers_hat[e];
  }
  EXPECT_NEAR(after / before, 1.0, 1e-12);
  // Numbers against rewards, from the answer alone.
  const auto real_wage = [&](std::size_t e) {
    return result.wage_hat[7 + e] / result.consumer_price_hat[e];
  };
  EXPECT_NEAR(std::log(result.workers_hat[0] / result.workers_hat[1]),
              8.0 * std::log(real_wage(0) / real_wage(1)), 1e-9);
  const WelfareDecomposition parts = decompose_welfare(model, shock, {}, context);
  EXPECT_GT(parts.workers[0], 0.005);
  EXPECT_EQ(parts.workers[3], 0.0);
  for (std::size_t e = 0; e < 7; ++e) EXPECT_NEAR(parts.remainder[e], 0.0, 1e-6) << e;
  try {
    (void)gradient(model, shock, workspace, SectorMeasure::welfare(0, 7), context);
    ADD_FAILURE() << "derivatives hold the workers";
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "mobile-workers");
  }
}

TEST(SectorRegions, RefusesWhatIsNoPartition) {
  const MultiSectorBase base = world_of(11);
  const auto code_of = [&](const RegionSplit& split, const MultiSectorBase& of) {
    try {
      (void)split_sector_regions(of, {split}, near_border);
    } catch (const InputError& error) {
      EXPECT_EQ(error.detail().where, "regions of " + split.economy);
      return error.detail().code;
    }
    return std::string();
  };
  RegionSplit split = split_of_first();
  EXPECT_EQ(code_of(split, base), "");
  split.sector_output_share[0] = 0.2;
  EXPECT_EQ(code_of(split, base), "regions-no-partition");
  split.sector_output_share = {1.0};
  EXPECT_EQ(code_of(split, base), "wrong-shape");
  split = split_of_first();
  split.economy = "E9";
  EXPECT_EQ(code_of(split, base), "unknown-economy");
  MultiSectorBase taxed = base;
  taxed.tariff[base.cell(2, 0, 0)] = 0.1;
  EXPECT_EQ(code_of(split_of_first(), taxed), "regions-domestic-duty");
}

}  // namespace
}  // namespace altyn::equilibrium
