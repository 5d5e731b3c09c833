#include "altyn/attribution/price_line.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/rng.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

TEST(PriceLine, FlagshipFitUsesMonthsBeforeTheWindowOnly) {
  const PriceFit fit = fit_prices(flagship::with("KAZ"), Measure::kTurnover, {flagship::brent()},
                                  data::Month::of(2017, 2), 3);
  // A separate least-squares fit of the same months: 109 = 121 less the 12 that touch the blanks.
  EXPECT_EQ(fit.n_months, 109);
  EXPECT_EQ(fit.blank.size(), 12U);
  EXPECT_EQ(fit.last.to_string(), "2017-01");
  EXPECT_EQ(fit.lag_months, 1);
  EXPECT_NEAR(fit.coefficients[0], 0.035, 0.0005);  // printed to three decimals
  EXPECT_NEAR(fit.coefficients[1], 0.618, 0.0005);
  EXPECT_NEAR(fit.r_squared, 0.661, 0.0005);
}

TEST(PriceLine, FlagshipLeavesAtMostAThirdToAnythingElse) {
  const ClaimCase claim_case = flagship::case_of(flagship::claim());
  const LineResult result = price_line(claim_case, &flagship::with("KAZ"), {flagship::brent()});
  ASSERT_TRUE(result.line.available);
  EXPECT_EQ(result.line.bound, "upper");
  EXPECT_FALSE(result.line.is_main);
  // Predicted .209 of gamma .325 in the separate fit.
  EXPECT_NEAR(result.line.share->mid, 1.0 - 0.209 / 0.325, 0.02);
}

TEST(PriceLine, KnownSlopeAndLagAreFound) {
  DriverSeries driver = {.name = "P", .source = "test", .first = data::Month::of(2000, 1)};
  RandomStream random(1, 1, 1);
  double level = 4.0;
  for (int month = 0; month < 200; ++month) {
    level += 0.05 * random.normal();
    driver.values.push_back(std::exp(level));
  }
  PairSeries series = {
      .reporter = "A", .partner = "B", .source = "test", .first = data::Month::of(2000, 6)};
  for (int month = 5; month < 200; ++month) {
    const double price = driver.values[static_cast<std::size_t>(month - 2)];
    series.exports_musd.push_back(std::pow(price, 0.7));
    series.imports_musd.push_back(0.0);
  }
  const PriceFit fit = fit_prices(series, Measure::kExports, {driver}, data::Month::of(2015, 1), 3);
  EXPECT_EQ(fit.lag_months, 2);
  EXPECT_NEAR(fit.coefficients[0], 0.0, 1e-10);  // an exact relation: rounding only
  EXPECT_NEAR(fit.coefficients[1], 0.7, 1e-10);
}

TEST(PriceLine, StudentQuantilesMatchTheTable) {
  // Two-sided 90% points, any table of Student's t; the expansion is good to 2e-3 from 3 up.
  EXPECT_NEAR(student_quantile(0.95, 3), 2.35336, 2e-3);
  EXPECT_NEAR(student_quantile(0.95, 7), 1.89458, 2e-4);
  EXPECT_NEAR(student_quantile(0.05, 30), -1.69726, 1e-5);
  EXPECT_NEAR(student_quantile(0.975, 10), 2.22814, 2e-4);
}

TEST(PriceLine, TooShortAHistoryLeavesItOut) {
  PairSeries series = flagship::with("KAZ");
  series.first = data::Month::of(2015, 1);
  series.exports_musd.resize(40);
  series.imports_musd.resize(40);
  const LineResult result =
      price_line(flagship::case_of(flagship::claim()), &series, {flagship::brent()});
  EXPECT_FALSE(result.line.available);
  EXPECT_NE(result.line.missing.find("fewer than 36 months"), std::string::npos);
}

TEST(PriceLine, WithoutAPriceItSaysSo) {
  const LineResult result =
      price_line(flagship::case_of(flagship::claim()), &flagship::with("KAZ"), {});
  EXPECT_FALSE(result.line.available);
  EXPECT_TRUE(result.tables.empty());
}

}  // namespace
}  // namespace altyn::attribution
