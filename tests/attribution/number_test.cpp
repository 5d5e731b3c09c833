#include "altyn/attribution/number.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "attribution/flagship.h"

namespace altyn::attribution {
namespace {

using flagship::with;

// Growths below are printed in the design to a tenth of a percent.
constexpr double kPrintedPercent = 0.0005;

double six_months_ending(const WindowTable& table, const std::string& month) {
  for (const WindowGrowth& row : table.rows) {
    if (row.window.n_months() == 6 && row.window.last.to_string() == month) {
      return row.growth.growth();
    }
  }
  ADD_FAILURE() << "no six-month window ends in " << month;
  return 0.0;
}

PairSeries synthetic(std::vector<double> exports) {
  PairSeries series = {
      .reporter = "AAA", .partner = "BBB", .source = "test", .first = data::Month::of(2015, 1)};
  series.imports_musd.assign(exports.size(), 0.0);
  series.exports_musd = std::move(exports);
  return series;
}

Claim synthetic_claim() {
  Claim claim;
  claim.reporter = "AAA";
  claim.partner = "BBB";
  claim.measure = Measure::kExports;
  claim.window = "2017-02..2017-07";
  claim.figure = 0.40;
  return claim;
}

std::string error_code(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "no error";
}

TEST(Number, FlagshipTurnoverExportsAndImports) {
  // Russian customs, million USD; design figures are rounded to 0.1.
  const ClaimWindows windows = check_claim(flagship::claim(), "test");
  const Growth turnover = claimed_growth(with("KAZ"), Measure::kTurnover, windows);
  EXPECT_NEAR(turnover.base_musd, 6182.9, 0.05);
  EXPECT_NEAR(turnover.value_musd, 8555.2, 0.05);
  EXPECT_NEAR(turnover.growth(), 0.384, kPrintedPercent);
  EXPECT_NEAR(claimed_growth(with("KAZ"), Measure::kExports, windows).growth(), 0.371,
              kPrintedPercent);
  EXPECT_NEAR(claimed_growth(with("KAZ"), Measure::kImports, windows).growth(), 0.414,
              kPrintedPercent);
}

TEST(Number, FlagshipWindowsShowTheChoiceOfMonths) {
  const ClaimWindows windows = check_claim(flagship::claim(), "test");
  const WindowTable table = window_table(with("KAZ"), Measure::kTurnover, windows);
  EXPECT_NEAR(six_months_ending(table, "2016-12"), -0.014, kPrintedPercent);
  EXPECT_NEAR(six_months_ending(table, "2017-03"), 0.288, kPrintedPercent);
  EXPECT_NEAR(six_months_ending(table, "2017-06"), 0.414, kPrintedPercent);
  EXPECT_NEAR(six_months_ending(table, "2017-07"), 0.384, kPrintedPercent);
  EXPECT_NEAR(six_months_ending(table, "2017-12"), 0.246, kPrintedPercent);
  EXPECT_EQ(table.highest().window.last.to_string(), "2017-06");
  EXPECT_EQ(table.claimed().rank_same_length, 2);
  EXPECT_EQ(table.claimed().n_same_length, 25);
  EXPECT_EQ(table.rows.size(), 12U * 25U);
  EXPECT_EQ(table.n_left_out, 0);
}

TEST(Number, FlagshipBaseEffect) {
  const ClaimWindows windows = check_claim(flagship::claim(), "test");
  const BaseEffect base = base_effect(with("KAZ"), Measure::kTurnover, windows, 5);
  const auto against = [&base](int year) {
    for (const BaseEffect::Year& row : base.years) {
      if (row.year == year) return row.claimed_over_it;
    }
    return std::nan("");
  };
  EXPECT_NEAR(against(2013), -0.259, kPrintedPercent);  // 26% below
  EXPECT_NEAR(against(2015), -0.001, kPrintedPercent);
  EXPECT_NEAR(against(2016), 0.384, kPrintedPercent);
  EXPECT_EQ(base.blank_years, std::vector<int>{2010});  // July 2010 was never published
  // The mean of 2011-2015 was never reached again, so all of the growth regains it.
  ASSERT_TRUE(base.regained_share.has_value());
  EXPECT_EQ(*base.regained_share, 1.0);
}

TEST(Number, FlagshipVerdictFollowsFromTheRule) {
  const Claim claim = flagship::claim();
  const ClaimWindows windows = check_claim(claim, "test");
  const WindowTable table = window_table(with("KAZ"), Measure::kTurnover, windows);
  const Growth growth = table.claimed().growth;
  CheckOptions options;
  EXPECT_EQ(judge_number(claim, windows, growth, &table, options).key,
            NumberKey::kRightForThisWindowOnly);
  // A wider allowance for other windows makes the same figure plainly right.
  options.window_gap_points = 1.0;
  EXPECT_EQ(judge_number(claim, windows, growth, &table, options).key, NumberKey::kRight);
  // Without other windows nothing is said of them.
  EXPECT_EQ(judge_number(claim, windows, growth, nullptr, CheckOptions{}).key, NumberKey::kRight);
  // Another figure for the same months is wrong.
  Claim other = claim;
  other.figure = 0.60;
  EXPECT_EQ(judge_number(other, windows, growth, &table, options).key, NumberKey::kWrong);
}

TEST(Number, HedgesCoverWhatTheirWordsSay) {
  const FigureRange nearly = figure_range(0.40, Hedge::kNearly, 0.05);
  EXPECT_DOUBLE_EQ(nearly.low, 0.38);
  EXPECT_DOUBLE_EQ(nearly.high, 0.40);
  const FigureRange about = figure_range(0.40, Hedge::kAbout, 0.05);
  EXPECT_DOUBLE_EQ(about.high, 0.42);
  EXPECT_NEAR(gap_from(about, 0.45), 0.03, 1e-15);  // rounding only
  EXPECT_EQ(gap_from(figure_range(0.30, Hedge::kMoreThan, 0.05), 0.6), 0.0);
  EXPECT_LT(gap_from(figure_range(0.30, Hedge::kMoreThan, 0.05), 0.2), 0.0);
  const FigureRange fall = figure_range(-0.25, Hedge::kMoreThan, 0.05);
  EXPECT_EQ(gap_from(fall, -0.4), 0.0);
  EXPECT_GT(gap_from(fall, -0.1), 0.0);
}

TEST(Number, SteadyGrowthIsRightInEveryWindow) {
  std::vector<double> exports;
  for (int month = 0; month < 60; ++month) exports.push_back(100.0 * std::pow(1.4, month / 12.0));
  const PairSeries series = synthetic(exports);
  Claim claim = synthetic_claim();
  claim.window = "2018-02..2018-07";
  const ClaimWindows windows = check_claim(claim, "test");
  const WindowTable table = window_table(series, Measure::kExports, windows);
  EXPECT_EQ(judge_number(claim, windows, table.claimed().growth, &table, CheckOptions{}).key,
            NumberKey::kRight);
}

TEST(Number, RegainedShareMeasuresTheWayBackToTheReference) {
  // 2015: 200 a month; 2016: 100; 2017: 150. The reference is 200, so all growth regains it.
  std::vector<double> exports(36, 200.0);
  std::fill(exports.begin() + 12, exports.begin() + 24, 100.0);
  std::fill(exports.begin() + 24, exports.end(), 150.0);
  const ClaimWindows windows = check_claim(synthetic_claim(), "test");
  EXPECT_EQ(*base_effect(synthetic(exports), Measure::kExports, windows, 5).regained_share, 1.0);
  // With a reference of 120 only ln(1.2) of ln(1.5) is regained.
  std::fill(exports.begin(), exports.begin() + 12, 120.0);
  EXPECT_NEAR(*base_effect(synthetic(exports), Measure::kExports, windows, 5).regained_share,
              std::log(1.2) / std::log(1.5), 1e-12);  // rounding only
}

TEST(Number, WindowOutsideTheDataIsNamed) {
  Claim claim = flagship::claim();
  claim.window = "2022-02..2022-07";
  claim.versus = "";
  const ClaimWindows windows = check_claim(claim, "test");
  try {
    (void)claimed_growth(with("KAZ"), Measure::kTurnover, windows);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "window-outside-data");
    EXPECT_NE(error.detail().what.find("2006-01 to 2021-12"), std::string::npos);
    ASSERT_FALSE(error.detail().fixes.empty());
    EXPECT_NE(error.detail().fixes[0].find("2021-07..2021-12"), std::string::npos);
  }
}

TEST(Number, BlankMonthsInsideTheWindowAreNamed) {
  Claim claim = flagship::claim();
  claim.window = "2011-02..2011-07";
  claim.versus = "2010-02..2010-07";
  const ClaimWindows windows = check_claim(claim, "test");
  try {
    (void)window_table(with("KAZ"), Measure::kTurnover, windows);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "blank-month");
    EXPECT_NE(error.detail().what.find("2010-07"), std::string::npos);
    ASSERT_FALSE(error.detail().fixes.empty());
    EXPECT_NE(error.detail().fixes[0].find("2011-01..2011-06"), std::string::npos);
  }
}

TEST(Number, WindowsWithABlankMonthAreCountedNotSummed) {
  Claim claim = flagship::claim();
  claim.window = "2012-01..2012-06";
  claim.versus = "2011-01..2011-06";
  const ClaimWindows windows = check_claim(claim, "test");
  const WindowTable table = window_table(with("KAZ"), Measure::kTurnover, windows);
  EXPECT_GT(table.n_left_out, 0);
  EXPECT_EQ(static_cast<Index>(table.rows.size()) + table.n_left_out, 12 * 25);
}

TEST(Number, GrowthFromNothingHasNoRate) {
  std::vector<double> exports(36, 0.0);
  std::fill(exports.begin() + 24, exports.end(), 5.0);
  const ClaimWindows windows = check_claim(synthetic_claim(), "test");
  EXPECT_EQ(
      error_code([&] { (void)claimed_growth(synthetic(exports), Measure::kExports, windows); }),
      "no-trade");
}

RC_GTEST_PROP(Number, GrowthDoesNotDependOnTheUnit, ()) {
  auto exports = *rc::gen::container<std::vector<double>>(
      36, rc::gen::map(rc::gen::inRange(1, 100000), [](int value) { return value / 7.0; }));
  const ClaimWindows windows = check_claim(synthetic_claim(), "test");
  const double before = claimed_growth(synthetic(exports), Measure::kExports, windows).growth();
  for (double& value : exports) value *= 1024.0;  // a power of two: exact
  RC_ASSERT(claimed_growth(synthetic(exports), Measure::kExports, windows).growth() == before);
}

RC_GTEST_PROP(Number, TurnoverGrowthLiesBetweenExportsAndImports, ()) {
  const auto values = *rc::gen::container<std::vector<double>>(
      72, rc::gen::map(rc::gen::inRange(1, 1000),
                       [](int value) { return static_cast<double>(value); }));
  PairSeries series = synthetic({values.begin(), values.begin() + 36});
  series.imports_musd.assign(values.begin() + 36, values.end());
  const ClaimWindows windows = check_claim(synthetic_claim(), "test");
  const double exports = claimed_growth(series, Measure::kExports, windows).growth();
  const double imports = claimed_growth(series, Measure::kImports, windows).growth();
  const double turnover = claimed_growth(series, Measure::kTurnover, windows).growth();
  RC_ASSERT(turnover >= std::min(exports, imports) - 1e-12);  // rounding only
  RC_ASSERT(turnover <= std::max(exports, imports) + 1e-12);
}

}  // namespace
}  // namespace altyn::attribution
