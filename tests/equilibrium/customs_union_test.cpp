#include "altyn/equilibrium/customs_union.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium {
namespace {

using data::Month;
using testing::random_multi_sector;

std::string error_code(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "";
}

class Policy : public ::testing::Test {
 protected:
  testing::RandomMultiSector world = random_multi_sector({.n = 6, .n_sectors = 3, .seed = 51});
  SectorPolicy policy{world.base};
  [[nodiscard]] std::size_t cell(std::size_t j, std::size_t importer, std::size_t exporter) const {
    return world.base.cell(j, importer, exporter);
  }
};

TEST_F(Policy, EveryFormulaGivesItsRate) {
  const std::size_t at = cell(1, 0, 4);
  const double present = world.base.tariff[at];
  const CellSelection one{.importers = {"E0"}, .exporters = {"E4"}, .sectors = {"S1"}};
  const auto rate_after = [&](RateFormula formula, double value) {
    SectorPolicy fresh(world.base);
    fresh.apply(TariffRule{.cells = one, .formula = formula, .value = value});
    return fresh.shock().tariff[at];
  };
  EXPECT_DOUBLE_EQ(rate_after(RateFormula::kSet, 0.07), 0.07);
  EXPECT_DOUBLE_EQ(rate_after(RateFormula::kCap, present / 2.0), present / 2.0);
  EXPECT_DOUBLE_EQ(rate_after(RateFormula::kCap, present * 2.0), present);
  EXPECT_DOUBLE_EQ(rate_after(RateFormula::kCut, 0.3), 0.7 * present);
  EXPECT_DOUBLE_EQ(rate_after(RateFormula::kSwiss, 0.16), 0.16 * present / (0.16 + present));
  EXPECT_DOUBLE_EQ(rate_after(RateFormula::kAddPoints, 0.05), present + 0.05);
  for (const char* name : {"set", "cap", "cut", "swiss", "add_points"}) {
    EXPECT_STREQ(to_string(rate_formula(name, "")), name);
  }
}

TEST_F(Policy, RulesTouchTheirCellsOnlyAndNeverDomesticSales) {
  policy.apply(TariffRule{.cells = {.importers = {"E1", "E2"}, .sectors = {"S0"}}, .value = 0.5});
  policy.apply(CostRule{.cells = {.importers = {"E3"}, .exporters = {"E4"}, .both_ways = true},
                        .change = 0.1});
  policy.apply(CostRule{.cells = {.importers = {"E3"}, .exporters = {"E4"}}, .change = 0.1});
  policy.apply(ExportTaxRule{.cells = {.exporters = {"E5"}, .sectors = {"S2"}}, .value = 0.2});
  const MultiSectorShock& shock = policy.shock();
  for (std::size_t j = 0; j < 3; ++j) {
    for (std::size_t n = 0; n < 6; ++n) {
      for (std::size_t i = 0; i < 6; ++i) {
        const std::size_t at = cell(j, n, i);
        const bool raised = j == 0 && (n == 1 || n == 2) && n != i;
        EXPECT_DOUBLE_EQ(shock.tariff[at], raised ? 0.5 : world.base.tariff[at]);
        const double cost = n == 3 && i == 4 ? 1.1 * 1.1 : n == 4 && i == 3 ? 1.1 : 1.0;
        EXPECT_DOUBLE_EQ(shock.cost_hat[at], cost);
        EXPECT_DOUBLE_EQ(shock.export_tax[at], j == 2 && i == 5 && n != 5 ? 0.2 : 0.0);
      }
    }
  }
}

TEST_F(Policy, PhasesInByEqualAnnualSteps) {
  EXPECT_EQ(phase_share(2020, 2024, 2019), 0.0);
  EXPECT_DOUBLE_EQ(phase_share(2020, 2024, 2020), 0.2);
  EXPECT_DOUBLE_EQ(phase_share(2020, 2024, 2023), 0.8);
  EXPECT_EQ(phase_share(2020, 2024, 2030), 1.0);
  EXPECT_EQ(phase_share(2020, 2020, 2020), 1.0);
  EXPECT_EQ(error_code([] { static_cast<void>(phase_share(2024, 2020, 2022)); }), "phase-range");
  const std::size_t at = cell(1, 0, 4);
  const double present = world.base.tariff[at];
  const CellSelection one{.importers = {"E0"}, .exporters = {"E4"}, .sectors = {"S1"}};
  policy.apply(TariffRule{.cells = one, .value = 0.5, .part = 0.4});
  EXPECT_DOUBLE_EQ(policy.shock().tariff[at], 0.6 * present + 0.4 * 0.5);
  policy.apply(CostRule{.cells = one, .change = 0.21, .part = 0.5});
  EXPECT_DOUBLE_EQ(policy.shock().cost_hat[at], 1.1);
  EXPECT_EQ(error_code([&] { policy.apply(TariffRule{.cells = one, .part = 1.5}); }),
            "phase-range");
}

TEST_F(Policy, AnOriginProofIsPaidOnlyWhereItSavesDuty) {
  // S0 from E4 pays 10%, S1 from E4 pays 2%; the proof costs 4%.
  policy.set_tariff(cell(0, 0, 4), 0.10);
  policy.set_tariff(cell(1, 0, 4), 0.02);
  const CellSelection both{.importers = {"E0"}, .exporters = {"E4"}, .sectors = {"S0", "S1"}};
  EXPECT_EQ(policy.apply(PreferenceRule{.cells = both, .cost = 0.04, .use = 0.75}), 1U);
  EXPECT_DOUBLE_EQ(policy.tariff(cell(0, 0, 4)), 0.025);
  EXPECT_DOUBLE_EQ(policy.shock().cost_hat[cell(0, 0, 4)], std::pow(1.04, 0.75));
  EXPECT_DOUBLE_EQ(policy.tariff(cell(1, 0, 4)), 0.02);
  EXPECT_EQ(policy.shock().cost_hat[cell(1, 0, 4)], 1.0);
  EXPECT_EQ(error_code([&] { policy.apply(PreferenceRule{.cells = both, .cost = -1.0}); }),
            "cost-range");
}

TEST_F(Policy, ASchedulesLaterLinesWin) {
  policy.apply(std::vector<ScheduleLine>{{"E0", "", "S1", 0.11}, {"E0", "E2", "S1", 0.02}});
  EXPECT_DOUBLE_EQ(policy.tariff(cell(1, 0, 1)), 0.11);
  EXPECT_DOUBLE_EQ(policy.tariff(cell(1, 0, 2)), 0.02);
}

TEST_F(Policy, RefusesUnknownNamesAndRatesBelowMinusOne) {
  EXPECT_EQ(error_code([&] { policy.apply(TariffRule{.cells = {.importers = {"E9"}}}); }),
            "unknown-economy");
  EXPECT_EQ(error_code([&] { policy.apply(TariffRule{.cells = {.sectors = {"steel"}}}); }),
            "unknown-sector");
  EXPECT_EQ(error_code([&] {
              policy.apply(TariffRule{.formula = RateFormula::kAddPoints, .value = -1.5});
            }),
            "tariff-range");
  EXPECT_EQ(error_code([&] { policy.apply(CostRule{.change = -1.0}); }), "cost-range");
  EXPECT_EQ(error_code([] { static_cast<void>(rate_formula("swis", "file")); }), "unknown-formula");
}

CustomsUnion three_members() {
  return {.name = "union",
          .members = {{"E0", Month::of(2010, 1), {}},
                      {"E1", Month::of(2010, 1), {}},
                      {"E2", Month::of(2015, 1), Month::of(2019, 12)}},
          .common_tariff = {0.1, 0.2, std::nan("")},
          .exceptions = {{.member = "E1",
                          .sectors = {"S0"},
                          .partners = {"E4"},
                          .rate = 0.03,
                          .from = Month::of(2010, 1),
                          .to = Month::of(2016, 6)}},
          .keys = {{Month::of(2010, 1), {{"E0", 80.0}, {"E1", 20.01}}, ""},
                   {Month::of(2015, 1), {{"E0", 70.0}, {"E1", 20.0}, {"E2", 10.0}}, ""},
                   {Month::of(2020, 1), {{"E0", 75.0}, {"E1", 25.0}}, ""}},
          .free_trade_partners = {"E5"}};
}

TEST(CustomsUnion, DatesDecideMembersExceptionsAndKeys) {
  const UnionState early = union_at(three_members(), Month::of(2012, 3));
  EXPECT_EQ(early.members, (std::vector<std::string>{"E0", "E1"}));
  EXPECT_EQ(early.exceptions.size(), 1U);
  EXPECT_DOUBLE_EQ(early.pool->keys[1], 0.2001);
  const UnionState later = union_at(three_members(), Month::of(2017, 3));
  EXPECT_EQ(later.members.size(), 3U);
  EXPECT_TRUE(later.exceptions.empty());
  EXPECT_DOUBLE_EQ(later.pool->keys[2], 0.1);
  EXPECT_EQ(union_at(three_members(), Month::of(2021, 1)).members.size(), 2U);
  EXPECT_FALSE(union_at(three_members(), Month::of(2009, 12)).pool.has_value());
}

TEST_F(Policy, AUnionSetsItsTariffsAndPool) {
  apply_union(policy, union_at(three_members(), Month::of(2016, 1)));
  const MultiSectorShock& shock = policy.shock();
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(shock.tariff[cell(j, 0, 1)], 0.0);
    EXPECT_EQ(shock.tariff[cell(j, 2, 1)], 0.0);
    EXPECT_EQ(shock.tariff[cell(j, 0, 5)], 0.0);  // free trade partner, both ways
    EXPECT_EQ(shock.tariff[cell(j, 5, 0)], 0.0);
    EXPECT_EQ(shock.tariff[cell(j, 3, 0)], world.base.tariff[cell(j, 3, 0)]);  // others' own
  }
  EXPECT_EQ(shock.tariff[cell(0, 0, 4)], 0.1);
  EXPECT_EQ(shock.tariff[cell(0, 1, 4)], 0.03);  // the exception
  EXPECT_EQ(shock.tariff[cell(0, 1, 3)], 0.1);
  EXPECT_EQ(shock.tariff[cell(1, 2, 3)], 0.2);
  EXPECT_EQ(shock.tariff[cell(2, 2, 3)], world.base.tariff[cell(2, 2, 3)]);  // keeps its own
  ASSERT_TRUE(shock.pools.has_value());
  EXPECT_EQ(shock.pools->size(), 1U);
}

TEST_F(Policy, DutiesOfAUnionArePooledAndSharedByTheirKeys) {
  apply_union(policy, union_at(three_members(), Month::of(2017, 1)));
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(policy.shock(), workspace, result, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  const double paid = result.duty_pooled[0] + result.duty_pooled[1] + result.duty_pooled[2];
  EXPECT_NEAR(paid, result.duty[0] + result.duty[1] + result.duty[2], 1e-12);  // none inside
  EXPECT_NEAR(result.duty_received[0], 0.7 * paid, 1e-12);
  EXPECT_NEAR(result.duty_received[2], 0.1 * paid, 1e-12);
  EXPECT_EQ(result.duty_received[3], 0.0);
  EXPECT_EQ(result.duty_pooled[3], 0.0);
}

TEST_F(Policy, LeavingSoftlyKeepsGoodsFreeAndHardBringsMfn) {
  const UnionState state = union_at(three_members(), Month::of(2017, 1));
  apply_union(policy, state);
  SectorPolicy hard = policy;
  const UnionState rest =
      leave_union(policy, state, "E1", {.own_tariff = {0.05, 0.06, 0.07}, .border_cost = 0.04});
  EXPECT_EQ(rest.members, (std::vector<std::string>{"E0", "E2"}));
  EXPECT_DOUBLE_EQ(rest.pool->keys[0], 0.875);  // 70 of the remaining 80
  EXPECT_EQ(policy.tariff(cell(1, 1, 0)), 0.0);
  EXPECT_EQ(policy.tariff(cell(1, 0, 1)), 0.0);
  EXPECT_EQ(policy.tariff(cell(1, 1, 3)), 0.06);
  EXPECT_EQ(policy.tariff(cell(1, 1, 5)), 0.0);  // the union's free trade partner
  EXPECT_EQ(policy.tariff(cell(1, 0, 3)), 0.2);
  EXPECT_DOUBLE_EQ(policy.shock().cost_hat[cell(0, 1, 2)], 1.04);
  EXPECT_DOUBLE_EQ(policy.shock().cost_hat[cell(0, 2, 1)], 1.04);
  EXPECT_DOUBLE_EQ(policy.shock().cost_hat[cell(0, 0, 2)], 1.0);
  leave_union(hard, state, "E1",
              {.fallback = ExitFallback::kMfn, .own_tariff = {0.05, 0.06, 0.07}});
  EXPECT_EQ(hard.tariff(cell(1, 1, 0)), 0.06);
  EXPECT_EQ(hard.tariff(cell(1, 0, 1)), 0.2);
}

TEST_F(Policy, JoiningTakesTheUnionsTerms) {
  const CustomsUnion larger = with_member(three_members(), "E3", Month::of(2021, 1),
                                          {{"E0", 65.0}, {"E1", 20.0}, {"E3", 15.0}}, "treaty");
  apply_union(policy, union_at(larger, Month::of(2021, 6)));
  EXPECT_EQ(policy.tariff(cell(0, 3, 0)), 0.0);
  EXPECT_EQ(policy.tariff(cell(0, 0, 3)), 0.0);
  EXPECT_EQ(policy.tariff(cell(0, 3, 4)), 0.1);
}

TEST(CustomsUnion, RefusesKeysThatDoNotFit) {
  CustomsUnion customs = three_members();
  customs.keys[0].percent[0].second = 79.0;  // 99.01 in all
  EXPECT_EQ(error_code([&] { static_cast<void>(union_at(customs, Month::of(2012, 1))); }),
            "revenue-keys");
  customs = three_members();
  customs.keys[1].percent.pop_back();
  EXPECT_EQ(error_code([&] { static_cast<void>(union_at(customs, Month::of(2017, 1))); }),
            "revenue-keys");
  customs = three_members();
  customs.keys[0].percent.emplace_back("E4", 0.0);
  EXPECT_EQ(error_code([&] { static_cast<void>(union_at(customs, Month::of(2012, 1))); }),
            "revenue-keys");
  EXPECT_EQ(error_code(
                [&] { static_cast<void>(with_member(three_members(), "E3", Month::of(2021, 1))); }),
            "revenue-keys");
}

TEST(CustomsUnion, RefusesOverlapsOutsidersAndWrongLengths) {
  CustomsUnion customs = three_members();
  customs.members.push_back({"E0", Month::of(2012, 1), {}});
  EXPECT_EQ(error_code([&] { static_cast<void>(union_at(customs, Month::of(2013, 1))); }),
            "membership-overlap");
  customs = three_members();
  customs.exceptions[0].member = "E4";
  EXPECT_EQ(error_code([&] { static_cast<void>(union_at(customs, Month::of(2013, 1))); }),
            "exception-of-outsider");
  const auto world = random_multi_sector({.n = 6, .n_sectors = 3, .seed = 51});
  SectorPolicy policy(world.base);
  UnionState state = union_at(three_members(), Month::of(2012, 1));
  EXPECT_EQ(error_code([&] { leave_union(policy, state, "E4", {}); }), "not-a-member");
  state.common_tariff.pop_back();
  EXPECT_EQ(error_code([&] { apply_union(policy, state); }), "wrong-shape");
}

}  // namespace
}  // namespace altyn::equilibrium
