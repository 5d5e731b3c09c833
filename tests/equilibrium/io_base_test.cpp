#include "altyn/equilibrium/io_base.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/base_check.h"

namespace altyn::equilibrium {
namespace {

// Two economies, two sectors; rows and columns add up exactly.
data::IoTable small_table() {
  data::IoTable table;
  table.source = "small";
  table.economies = {"A", "B"};
  table.sectors = {"food", "cars"};
  table.intermediate = {10, 5, 2, 1, 4, 20, 1, 3, 1, 2, 15, 6, 2, 4, 5, 30};
  table.final_use = {30, 4, 25, 6, 3, 40, 5, 50};
  table.inventories = {1, 0, -2, 0, 0, 3, 0, 0};
  table.taxes = {1, 1, 1, 1};
  table.other_costs = {0, 0, 0, 0};
  table.value_added.assign(4, 0.0);
  table.output.assign(4, 0.0);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 4; ++k) table.output[i] += table.intermediate[i * 4 + k];
    for (std::size_t e = 0; e < 2; ++e) {
      table.output[i] += table.final_use[i * 2 + e] + table.inventories[i * 2 + e];
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    table.value_added[i] = table.output[i] - table.taxes[i];
    for (std::size_t k = 0; k < 4; ++k) table.value_added[i] -= table.intermediate[k * 4 + i];
  }
  return table;
}

IoBase made(const data::IoTable& table, const IoBaseOptions& options = {},
            const std::vector<double>& rate = {}) {
  Context context(1);
  return io_base(table, rate, options, context);
}

double largest_gap(IoBase base) {
  base.levels.theta = {5.0, 5.0};
  const BaseFromLevels from = base_from_levels(base.levels);
  return std::max(check_accounts(from.base, from.base.expenditure, 1e-9).largest,
                  from.largest_cost_gap_log);
}

TEST(IoBase, ATableThatAddsUpIsAnEquilibriumUnderEveryInventoryRule) {
  const data::IoTable table = small_table();
  EXPECT_LT(check_io_table(table, 1e-9).largest(), 1e-14);
  for (const InventoryRule rule :
       {InventoryRule::kFinalUse, InventoryRule::kProduced, InventoryRule::kLeaveOut}) {
    const IoBase base = made(table, {.inventories = rule});
    EXPECT_LT(largest_gap(base), 1e-11);  // outputs are computed again to 1e-13
    EXPECT_NEAR(base.inventory_share, 6.0 / 276.0, 1e-12);
  }
}

TEST(IoBase, GoodsTakenOutOfInventoriesAreMadeThisYear) {
  const data::IoTable table = small_table();
  const IoBase base = made(table, {.inventories = InventoryRule::kProduced});
  // The Leontief inverse by hand: outputs x with x = A x + f + positive changes.
  std::vector<double> x = table.output;
  for (int round = 0; round < 500; ++round) {
    std::vector<double> next(4, 0.0);
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t e = 0; e < 2; ++e) {
        next[i] += table.final_use[i * 2 + e] + std::max(table.inventories[i * 2 + e], 0.0);
      }
      for (std::size_t k = 0; k < 4; ++k) {
        next[i] += table.intermediate[i * 4 + k] / table.output[k] * x[k];
      }
    }
    x = next;
  }
  double sold = 0.0;  // cars of A
  for (std::size_t to = 0; to < 2; ++to) sold += base.levels.trade[(1 * 2 + to) * 2 + 0];
  EXPECT_NEAR(sold, x[1], 1e-9 * x[1]);
  EXPECT_GT(sold, table.output[1]);
}

TEST(IoBase, MoreTakenOutThanBoughtBuysNothing) {
  data::IoTable table = small_table();
  table.inventories[2 * 2 + 0] = -3.5;  // A buys 3 of B's food
  table.output[2] -= 3.5;
  table.value_added[2] -= 3.5;
  const IoBase base =
      made(table, {.inventories = InventoryRule::kFinalUse, .repair = IoRepair::kRas});
  EXPECT_NEAR(base.negative_share, 0.5 / (276.0 - 3.5), 1e-12);
  EXPECT_LT(base.after.largest(), 1e-8);
  EXPECT_LT(largest_gap(base), 1e-8);
}

TEST(IoBase, ATableThatDoesNotAddUpIsRefusedWithItsGaps) {
  data::IoTable table = small_table();
  table.intermediate[1] *= 1.5;
  try {
    (void)made(table, {.inventories = InventoryRule::kFinalUse});
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "io-not-balanced");
    EXPECT_EQ(error.detail().context.size(), 3U);
    EXPECT_NE(error.detail().context.front().find("food in A"), std::string::npos);
  }
}

TEST(IoBase, RepairKeepsWhatItSaysItKeeps) {
  const data::IoTable right = small_table();
  data::IoTable table = right;
  for (std::size_t k = 0; k < 16; ++k)
    table.intermediate[k] *= 1.0 + 0.05 * std::sin(static_cast<double>(k));
  const IoBaseOptions ras{.inventories = InventoryRule::kFinalUse, .repair = IoRepair::kRas};
  const IoBase moved = made(table, ras);
  EXPECT_LT(moved.after.largest(), 1e-8);
  EXPECT_GT(moved.mean_log_change, 1e-4);
  EXPECT_LT(moved.mean_log_change, 0.05);
  EXPECT_GT(moved.relative_entropy, 0.0);
  EXPECT_FALSE(moved.worst_place.empty());
  for (std::size_t i = 0; i < 4; ++i) {
    double sold = 0.0;
    for (std::size_t to = 0; to < 2; ++to) {
      sold += moved.levels.trade[(i % 2 * 2 + to) * 2 + i / 2];
    }
    EXPECT_NEAR(sold, right.output[i], 1e-7 * right.output[i]);
    EXPECT_NEAR(moved.levels.value_added[i % 2 * 2 + i / 2], right.value_added[i] + 1.0, 1e-6);
  }
  const IoBase kept =
      made(table, {.inventories = InventoryRule::kFinalUse, .repair = IoRepair::kValueAdded});
  EXPECT_NEAR(kept.levels.trade[(0 * 2 + 1) * 2 + 0],
              table.intermediate[2] + table.intermediate[3] + 4, 1e-12);
  EXPECT_LT(largest_gap(kept), 1e-9);
}

TEST(IoBase, NegativeValueAddedIsBroughtUpToTheFloor) {
  data::IoTable table = small_table();
  table.value_added[3] -= table.value_added[3] + 10.0;
  const IoBase base =
      made(table, {.inventories = InventoryRule::kFinalUse, .repair = IoRepair::kRas});
  EXPECT_GT(base.floored_share, 0.0);
  EXPECT_NEAR(base.levels.value_added[1 * 2 + 1], 0.01 * table.output[3], 1e-9);
  EXPECT_LT(largest_gap(base), 1e-8);
}

TEST(IoBase, DutiesAreWhatUsersPayAndNotWhatSellersGet) {
  const data::IoTable table = small_table();
  std::vector<double> rate(8, 0.0);
  rate[2 * 2 + 0] = 0.5;  // A's duty on B's food
  const IoBase without = made(table, {.inventories = InventoryRule::kFinalUse});
  const IoBase base = made(table, {.inventories = InventoryRule::kFinalUse}, rate);
  EXPECT_EQ(base.levels.trade, without.levels.trade);
  EXPECT_DOUBLE_EQ(base.levels.tariff[(0 * 2 + 0) * 2 + 1], 0.5);
  // A's cars use 2 of B's food.
  EXPECT_NEAR(base.levels.value_added[1 * 2 + 0], without.levels.value_added[1 * 2 + 0] - 1.0,
              1e-12);
  EXPECT_LT(largest_gap(base), 1e-11);
  double imports = 0.0;
  for (std::size_t cell = 0; cell < 8; ++cell) {
    if (cell % 2 != cell / 2 % 2) imports += base.levels.trade[cell];
  }
  EXPECT_NEAR(base.duty_share, 0.5 * 6.0 / imports, 1e-12);
}

}  // namespace
}  // namespace altyn::equilibrium
