#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "altyn/equilibrium/one_sector.h"
#include "altyn/numerics/matrix_balance.h"
#include "equilibrium/reference_data.h"

namespace altyn::equilibrium {
namespace {

using testing::read_columns;

// The stored results are float32: half a unit in the last place is 6e-8 relative. Flows are rounded
// twice, once as a base and once as a result.
constexpr double kFloatRatio = 1e-7;
constexpr double kFloatFlow = 1.5e-7;

struct EuCase {
  OneSectorBase base;
  OneSectorShock shock;
  std::vector<double> wage_additive, trade_additive, wage_multiplicative, trade_multiplicative;
};

// EU enlargement in 2000, 44 economies: the worked example of Baier, Yotov and Zylkin's ge_gravity
// (beta .224249, theta 4), with the results of its authors' program stored as float32.
EuCase eu_enlargement() {
  const auto columns =
      read_columns("equilibrium/ge_gravity_eu/TradeData0014_Results_2000.csv.gz");
  const auto& exporter = columns.at("exporter");
  const std::size_t rows = exporter.size();
  EuCase eu;
  for (const std::string& name : exporter) {
    if (eu.base.economies.empty() || eu.base.economies.back() != name) {
      eu.base.economies.push_back(name);
    }
  }
  const std::size_t n = eu.base.economies.size();
  EXPECT_EQ(n * n, rows);
  eu.base.theta = 4.0;
  for (std::size_t r = 0; r < rows; ++r) {
    EXPECT_EQ(columns.at("importer")[r], eu.base.economies[r % n]);
    eu.base.trade.push_back(std::stod(columns.at("trade")[r]));
    eu.shock.direct_log.push_back(std::stod(columns.at("eu_effect")[r]));
    eu.trade_additive.push_back(std::stod(columns.at("X_eu")[r]));
    eu.trade_multiplicative.push_back(std::stod(columns.at("X_mult")[r]));
    if (r % n == 0) {
      eu.wage_additive.push_back(std::stod(columns.at("w_eu")[r]));
      eu.wage_multiplicative.push_back(std::stod(columns.at("w_mult")[r]));
    }
  }
  return eu;
}

void expect_ratios_near(const std::vector<double>& found, const std::vector<double>& expected,
                        double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (expected[i] != 0.0) worst = std::max(worst, std::abs(found[i] / expected[i] - 1.0));
  }
  EXPECT_LT(worst, tolerance);
}

TEST(OneSectorGolden, EuEnlargementWithAdditiveDeficits) {
  ALTYN_NEEDS_REFERENCE("equilibrium/ge_gravity_eu/TradeData0014_Results_2000.csv.gz");
  const EuCase eu = eu_enlargement();
  Context context(1);
  const OneSectorResult result =
      solve_one_sector(eu.base, eu.shock, {.closure = Closure::kAdditive}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  expect_ratios_near(result.welfare_hat, eu.wage_additive, kFloatRatio);
  expect_ratios_near(result.trade, eu.trade_additive, kFloatFlow);
}

TEST(OneSectorGolden, EuEnlargementWithMultiplicativeDeficits) {
  ALTYN_NEEDS_REFERENCE("equilibrium/ge_gravity_eu/TradeData0014_Results_2000.csv.gz");
  const EuCase eu = eu_enlargement();
  Context context(1);
  const OneSectorResult result =
      solve_one_sector(eu.base, eu.shock, {.closure = Closure::kMultiplicative}, context);
  ASSERT_TRUE(result.certificate.holds()) << result.certificate.summary();
  // The reference program leaves the world scalar out of spending, so that world spending and
  // world output differ by it; prices agree.
  EXPECT_NEAR(result.deficit_scalar, 1.0 + 1.6e-6, 1e-7);
  std::vector<double> welfare = result.welfare_hat;
  std::vector<double> trade = result.trade;
  for (double& value : welfare) value /= result.deficit_scalar;
  for (double& value : trade) value /= result.deficit_scalar;
  expect_ratios_near(welfare, eu.wage_multiplicative, kFloatRatio);
  expect_ratios_near(trade, eu.trade_multiplicative, kFloatFlow);
}

}  // namespace
}  // namespace altyn::equilibrium
