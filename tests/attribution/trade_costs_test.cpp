#include "altyn/attribution/trade_costs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/attribution/square_world.h"
#include "altyn/data/read_table.h"
#include "attribution/flagship.h"
#include "places.h"

namespace altyn::attribution {
namespace {

TEST(TradeCosts, FollowTheirDefinitions) {
  // By hand: sqrt(20 * 5 / (1000 * 100)) = .0316...; (1 / that)^(1 / 4) - 1 = 1.3714.
  const TradeCost cost = trade_cost(20.0, 5.0, 1000.0, 100.0, 4.0);
  EXPECT_NEAR(std::exp(cost.freeness_log), std::sqrt(0.001), 1e-15);
  EXPECT_NEAR(cost.tariff_equivalent, 1.371373705661655, 1e-12);
}

TEST(TradeCosts, ScaleOfBothWaysAndOfBothCountriesCancels) {
  const TradeCost one = trade_cost(20.0, 5.0, 1000.0, 100.0, 4.0);
  const TradeCost swapped = trade_cost(5.0, 20.0, 100.0, 1000.0, 4.0);
  const TradeCost inflated = trade_cost(40.0, 10.0, 2000.0, 200.0, 4.0);
  EXPECT_NEAR(one.freeness_log, swapped.freeness_log, 1e-14);   // rounding
  EXPECT_NEAR(one.freeness_log, inflated.freeness_log, 1e-14);  // rounding
}

TEST(TradeCosts, FlagshipHasEveryYearOnBothSidesWithItsChange) {
  const data::Table gdp = data::read_table(project_path("cases/tables/gdp.csv.gz"));
  const ResultTable table =
      trade_cost_table(flagship::case_of(flagship::claim(), 200), flagship::world(),
                       [&](Side side, int year, std::string& reason) {
                         return square_world(flagship::world(), &gdp, side, year, reason);
                       });
  ASSERT_EQ(table.rows.size(), 2 * flagship::world().years().size());
  for (std::size_t row = 1; row < table.rows.size(); ++row) {
    const double level = std::get<double>(table.rows[row][2]);
    EXPECT_LE(std::get<double>(table.rows[row][5]), std::get<double>(table.rows[row][6]));
    const double change = std::get<double>(table.rows[row][3]);
    if (std::isfinite(change)) {
      EXPECT_NEAR(change, level - std::get<double>(table.rows[row - 1][2]), 1e-14);
    }
  }
}

}  // namespace
}  // namespace altyn::attribution
