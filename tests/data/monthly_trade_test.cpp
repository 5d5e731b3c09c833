#include "altyn/data/monthly_trade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "altyn/data/read_table.h"
#include "data/error_of.h"
#include "data/facts.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

MonthlyTrade load(const std::string& content, SampleLedger* ledger = nullptr) {
  const TempFolder folder;
  return MonthlyTrade::from_table(read_table(folder.file("m.csv", content)), "RUS", {}, ledger);
}

constexpr const char* kHeader = "month,partner,exports_musd,imports_musd\n";

TEST(MonthlyTrade, SumsWindowsAndKeepsBlanksUnknown) {
  SampleLedger ledger;
  const MonthlyTrade trade = load(std::string(kHeader) +
                                      "2017-02,KAZ,3,30\n2017-01,KAZ,2,20\n2017-03,KAZ,,40\n"
                                      "2017-01,BLR,5,50\n2017-03,BLR,6,60\n",
                                  &ledger);
  EXPECT_THAT(trade.partners(), ElementsAre("BLR", "KAZ"));
  EXPECT_EQ(trade.span().to_string(), "2017-01..2017-03");
  const Window two = Window::parse("2017-01..2017-02", "test");
  EXPECT_EQ(trade.sum("KAZ", Flow::kExports, two), 5.0);
  EXPECT_EQ(trade.sum("KAZ", Flow::kImports, two), 50.0);
  EXPECT_EQ(trade.sum("KAZ", Flow::kTurnover, two), 55.0);
  const Window all = trade.span();
  EXPECT_EQ(trade.sum("KAZ", Flow::kImports, all), 90.0);
  EXPECT_EQ(describe_months(trade.blank_months("KAZ", Flow::kTurnover, all)), "2017-03");
  EXPECT_EQ(describe_months(trade.blank_months("BLR", Flow::kExports, all)), "2017-02");
  EXPECT_EQ(ledger.notes().at(0).rows, 1);
}

TEST(MonthlyTrade, ReadsOtherSpellingsOfMonthsAndOtherUnits) {
  const MonthlyTrade compact =
      load(std::string("month,partner,exports_usd,imports_usd\n201702,398,3000000,0\n"));
  EXPECT_EQ(compact.value("KAZ", Flow::kExports, Month::of(2017, 2)), 3.0);
  const MonthlyTrade dates = load(std::string(kHeader) + "2017-02-15,Kazakhstan,3,4\n");
  EXPECT_EQ(dates.value("KAZ", Flow::kImports, Month::of(2017, 2)), 4.0);
  const MonthlyTrade parts = load("year,month,partner,exports_musd,imports_musd\n2017,2,KAZ,3,4\n");
  EXPECT_EQ(parts.value("KAZ", Flow::kImports, Month::of(2017, 2)), 4.0);
}

TEST(MonthlyTrade, RefusesWindowsItCannotSum) {
  const MonthlyTrade trade =
      load(std::string(kHeader) + "2017-01,KAZ,2,20\n2017-02,KAZ,,\n2017-03,KAZ,4,40\n");
  const ErrorDetail blank = error_of([&] { (void)trade.sum("KAZ", Flow::kExports, trade.span()); });
  EXPECT_EQ(blank.code, "window-blank-month");
  EXPECT_THAT(blank.what, HasSubstr("2017-02"));
  const ErrorDetail outside = error_of(
      [&] { (void)trade.sum("KAZ", Flow::kExports, Window::parse("2016-12..2017-01", "test")); });
  EXPECT_EQ(outside.code, "window-outside-data");
  EXPECT_THAT(outside.context.at(0), HasSubstr("2017-01..2017-03"));
  EXPECT_EQ(error_of([&] { (void)trade.sum("BLR", Flow::kExports, trade.span()); }).code,
            "no-such-partner");
}

struct BadTable {
  const char* name;
  std::string content;
  const char* code;
  const char* where;
};

class MonthlyTradeRefuses : public ::testing::TestWithParam<BadTable> {};

TEST_P(MonthlyTradeRefuses, NamingTheLine) {
  const ErrorDetail detail = error_of([&] { (void)load(GetParam().content); });
  EXPECT_EQ(detail.code, GetParam().code) << format_error(detail);
  EXPECT_THAT(detail.where, HasSubstr(GetParam().where));
}

INSTANTIATE_TEST_SUITE_P(
    BadTables, MonthlyTradeRefuses,
    ::testing::Values(
        BadTable{"Duplicate", std::string(kHeader) + "2017-01,KAZ,1,1\n2017-01,KAZ,2,1\n",
                 "duplicate-partner-month", "line 3"},
        BadTable{"Negative", std::string(kHeader) + "2017-01,KAZ,1,1\n2017-02,KAZ,1,-4\n",
                 "negative-trade", "line 3, column imports_musd"},
        BadTable{"Infinite", std::string(kHeader) + "2017-01,KAZ,1,inf\n", "not-finite", "line 2"},
        BadTable{"Month", std::string(kHeader) + "2017-01,KAZ,1,1\n2017-13,KAZ,1,1\n", "bad-month",
                 "line 3, column month"},
        BadTable{"NoMonth", std::string(kHeader) + ",KAZ,1,1\n", "bad-month", "line 2"},
        BadTable{"Partner", std::string(kHeader) + "2017-01,KAX,1,1\n", "unknown-economy",
                 "line 2, column partner"},
        BadTable{"Group", std::string(kHeader) + "2017-01,WLD,1,1\n", "not-an-economy", "line 2"},
        BadTable{"Column", "month,partner,exports_musd\n2017-01,KAZ,1\n", "no-column-for", "m.csv"},
        BadTable{"Unit", "month,partner,exports,imports\n2017-01,KAZ,1,1\n", "unit-unknown",
                 "m.csv"},
        BadTable{"Reporter",
                 "month,reporter,partner,exports_musd,imports_musd\n2017-01,RUS,KAZ,1,1\n"
                 "2017-01,BLR,KAZ,1,1\n",
                 "other-reporter", "line 3"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(MonthlyTradeFacts, TheClaimedWindowHasTheKnownTurnover) {
  ALTYN_NEED_BUNDLED_TABLES();
  const MonthlyTrade trade =
      MonthlyTrade::from_table(read_table(bundled_table("russia_monthly_trade")), "RUS");
  EXPECT_EQ(trade.partners().size(), 29U);
  EXPECT_EQ(trade.span().to_string(), "2006-01..2021-12");
  const Window claimed = Window::parse("2017-02..2017-07", "test");
  // Federal Customs Service of Russia; printed to a tenth of a million.
  EXPECT_NEAR(trade.sum("KAZ", Flow::kTurnover, claimed.shifted(-12)), 6182.9, 0.05);
  EXPECT_NEAR(trade.sum("KAZ", Flow::kTurnover, claimed), 8555.2, 0.05);
  EXPECT_EQ(describe_months(trade.blank_months("KAZ", Flow::kTurnover, trade.span())),
            "2010-07..2010-12");
  EXPECT_EQ(error_of([&] {
              (void)trade.sum("KAZ", Flow::kTurnover, Window::parse("2010-05..2010-09", "test"));
            }).code,
            "window-blank-month");
}

}  // namespace
}  // namespace altyn::data
