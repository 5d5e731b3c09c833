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
  const auto columns = read_columns("equilibrium/ge_gravity_eu/TradeData0014_Results_2000.csv.gz");
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

// A trade agreement of Canada and Japan, sigma 5, in the sample of another package (gegravity 0.3;
// 30 economies, 2006; its coefficients). The "full" results it prints are the conditional effect
// with prices read off the outward resistances: prices never feed back into spending. They are
// reproduced here from the conditional effect; the full effect differs.
TEST(OneSectorGolden, CanadaJapanAgreementOfTheSampleData) {
  constexpr const char* kFile = "gravity/gegravity_sample_data_set.csv";
  ALTYN_NEEDS_REFERENCE(kFile);
  const auto columns = read_columns(kFile);
  OneSectorBase base;
  base.theta = 4.0;
  const auto& exporter = columns.at("exporter");
  base.economies = exporter;
  std::sort(base.economies.begin(), base.economies.end());
  base.economies.erase(std::unique(base.economies.begin(), base.economies.end()),
                       base.economies.end());
  const std::size_t n = base.economies.size();
  const auto place = [&](const std::string& name) {
    return static_cast<std::size_t>(
        std::lower_bound(base.economies.begin(), base.economies.end(), name) -
        base.economies.begin());
  };
  std::vector<double> output(n), spending(n);
  base.trade.resize(n * n);
  for (std::size_t row = 0; row < exporter.size(); ++row) {
    const auto value = [&](const char* name) { return std::stod(columns.at(name)[row]); };
    const std::size_t i = place(exporter[row]);
    const std::size_t j = place(columns.at("importer")[row]);
    base.trade[i * n + j] = std::exp(-0.3898623 * value("lndist") + 0.891577 * value("contiguity") +
                                     0.0326249 * value("common_language") +
                                     0.4711383 * value("pta") - 3.412584 * value("international"));
    output[i] = value("Y");
    spending[j] = value("E");
  }
  double output_sum = 0.0, spending_sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    output_sum += output[i];
    spending_sum += spending[i];
  }
  for (double& value : spending) value *= output_sum / spending_sum;
  ASSERT_EQ(numerics::balance_matrix(base.trade, output, spending, {.tolerance = 1e-13}).status,
            SolveStatus::kConverged);

  const std::size_t can = place("CAN"), jpn = place("JPN"), deu = place("DEU");
  OneSectorShock shock;
  shock.direct_log.assign(n * n, 0.0);
  shock.direct_log[can * n + jpn] = shock.direct_log[jpn * n + can] = 0.4711383;
  Context context(1);
  const OneSectorResult result = solve_one_sector(
      base, shock, {.closure = Closure::kMultiplicative, .tolerance = 1e-12}, context);
  ASSERT_TRUE(result.certificate.holds());
  ASSERT_TRUE(result.conditional_certificate.holds());

  // Row and column factors of the conditional effect, with the reference column at 1.
  std::vector<double> row(n), column(n), price(n);
  const auto factor = [&](std::size_t i, std::size_t j) {
    return result.conditional_trade[i * n + j] / result.direct_trade[i * n + j];
  };
  double priced = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = factor(i, deu);
    column[i] = factor(0, i) / factor(0, deu);
    price[i] = std::pow(row[i], -0.25);
    priced += price[i] * output[i];
  }
  struct Expected {
    std::size_t economy;
    double gdp, exports, imports, domestic;
  };
  const Expected expected[] = {{can, .418261, 1.573180, 1.504744, -1.939006},
                               {jpn, .053755, 1.249639, 2.348381, .258785}};
  for (const Expected& line : expected) {
    const std::size_t k = line.economy;
    const auto flow = [&](std::size_t i, std::size_t j) {
      return result.conditional_trade[i * n + j] * price[i] * price[j] * output_sum / priced;
    };
    double exports = 0.0, imports = 0.0, exports_base = 0.0, imports_base = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      exports += flow(k, i);
      imports += flow(i, k);
      exports_base += base.trade[k * n + i];
      imports_base += base.trade[i * n + k];
    }
    // Percentage points; the reference numbers are printed to six digits.
    constexpr double kPrinted = 1e-5;
    EXPECT_NEAR(100.0 * (price[k] / std::pow(column[k], 0.25) - 1.0), line.gdp, kPrinted);
    EXPECT_NEAR(100.0 * (exports / exports_base - 1.0), line.exports, kPrinted);
    EXPECT_NEAR(100.0 * (imports / imports_base - 1.0), line.imports, kPrinted);
    EXPECT_NEAR(100.0 * (flow(k, k) / base.trade[k * n + k] - 1.0), line.domestic, kPrinted);
  }
  EXPECT_NEAR(100.0 * (result.producer_price_hat[can] / result.price_hat[can] - 1.0), .428, 5e-4);
}

}  // namespace
}  // namespace altyn::equilibrium
