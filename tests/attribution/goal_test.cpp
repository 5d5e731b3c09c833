#include "altyn/attribution/goal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "data/error_of.h"

namespace altyn::attribution {
namespace {

using data::Month;

/// Trade of RUS with KAZ and BLR from January 2010: exports as given per month, imports nil.
data::MonthlyTrade trade_of(const std::vector<double>& with_kaz,
                            const std::vector<double>& with_blr) {
  std::vector<std::string> months, partners;
  data::NumberColumn exports, imports;
  const auto add = [&](const std::string& partner, const std::vector<double>& values) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      months.push_back(Month::of(2010, 1).plus(static_cast<int>(k)).to_string());
      partners.push_back(partner);
      exports.push_back(values[k]);
      imports.push_back(std::isnan(values[k]) ? data::kMissing : 0.0);
    }
  };
  add("KAZ", with_kaz);
  add("BLR", with_blr);
  data::Table table("test");
  table.add("month", months);
  table.add("partner", partners);
  table.add("exports_musd", exports, "million USD");
  table.add("imports_musd", imports, "million USD");
  return data::MonthlyTrade::from_table(table, "RUS");
}

/// One value per month, constant within years.
std::vector<double> by_year(const std::vector<double>& per_month) {
  std::vector<double> values;
  for (const double value : per_month) values.insert(values.end(), 12, value);
  return values;
}

Goal goal_to(double target) {
  return {.name = "trade",
          .reporter = "RUS",
          .partners = {"KAZ"},
          .baseline = "2010-01..2010-12",
          .target = target,
          .due = "2012-12"};
}

GoalTrack follow(const Goal& goal, const data::MonthlyTrade& trade,
                 Month as_of = Month::of(2012, 12), const GoalOptions& options = {}) {
  return follow_goal(goal, trade, {}, as_of, options, "plan");
}

const GoalMonth& at(const GoalTrack& track, int year, int month) {
  for (const GoalMonth& row : track.months) {
    if (row.month == Month::of(year, month)) return row;
  }
  ADD_FAILURE() << "no month " << year << "-" << month;
  return track.months.front();
}

TEST(Goal, PathIsAStraightLineFromBaselineToTarget) {
  const GoalTrack track = follow(goal_to(2400.0), trade_of(by_year({100, 100, 100}), {}));
  EXPECT_DOUBLE_EQ(track.baseline, 1200.0);
  ASSERT_EQ(track.months.size(), 24U);
  EXPECT_DOUBLE_EQ(at(track, 2011, 1).path, 1250.0);  // 1,200 in 24 steps of 50
  EXPECT_DOUBLE_EQ(at(track, 2011, 12).path, 1800.0);
  EXPECT_DOUBLE_EQ(at(track, 2012, 12).path, 2400.0);
}

TEST(Goal, StatusComparesTheValueWithThePath) {
  const data::MonthlyTrade trade = trade_of(by_year({100, 150, 140}), {});
  const GoalTrack track = follow(goal_to(1800.0), trade);
  // December 2011: 12 * 150 = 1,800 against 1,500 on the path.
  EXPECT_EQ(at(track, 2011, 12).status, GoalStatus::kAhead);
  // January 2011: 11 * 100 + 150 = 1,250 against 1,225: 2.04%, just outside 2%.
  EXPECT_EQ(at(track, 2011, 1).status, GoalStatus::kAhead);
  EXPECT_EQ(follow(goal_to(1800.0), trade, Month::of(2012, 12), {.on_track_within = 0.03})
                .months.front()
                .status,
            GoalStatus::kOnTrack);
  // November 2012: 1,690 against 1,775.
  EXPECT_EQ(at(track, 2012, 11).status, GoalStatus::kBehind);
  EXPECT_EQ(at(track, 2012, 12).status, GoalStatus::kMissed);  // 1,680
  EXPECT_EQ(follow(goal_to(1680.0), trade).months.back().status, GoalStatus::kReached);
}

TEST(Goal, LowerMayBeBetter) {
  const data::MonthlyTrade trade = trade_of(by_year({100, 80, 60}), {});
  Goal goal = goal_to(900.0);
  goal.better = Better::kLower;
  const GoalTrack track = follow(goal, trade);
  EXPECT_EQ(at(track, 2011, 12).status, GoalStatus::kAhead);  // 960 against 1,050
  EXPECT_EQ(track.months.back().status, GoalStatus::kReached);
}

TEST(Goal, PartnersAddUpAsABlocAndSharesAreOfAllPartners) {
  const data::MonthlyTrade trade = trade_of(by_year({100, 120}), by_year({300, 280}));
  Goal goal = goal_to(0.0);
  goal.due = "2011-12";
  goal.hold = true;
  goal.partners = {"KAZ", "BLR"};
  EXPECT_DOUBLE_EQ(follow(goal, trade, Month::of(2011, 12)).baseline, 4800.0);
  goal.partners = {"KAZ"};
  goal.indicator = Indicator::kShare;
  const GoalTrack share = follow(goal, trade, Month::of(2011, 12));
  EXPECT_DOUBLE_EQ(share.baseline, 0.25);
  EXPECT_DOUBLE_EQ(share.target, 0.25);
  EXPECT_DOUBLE_EQ(*share.months.back().value, 0.3);
  EXPECT_EQ(share.months.back().status, GoalStatus::kReached);
}

TEST(Goal, AMonthWithABlankInItsYearHasNoStatus) {
  std::vector<double> with_kaz = by_year({100, 100, 100});
  with_kaz[20] = data::kMissing;  // September 2011
  const GoalTrack track = follow(goal_to(2400.0), trade_of(with_kaz, {}));
  EXPECT_EQ(at(track, 2011, 8).status, GoalStatus::kBehind);
  EXPECT_EQ(at(track, 2011, 9).status, GoalStatus::kNoData);
  EXPECT_FALSE(at(track, 2012, 8).value.has_value());
  EXPECT_TRUE(at(track, 2012, 9).value.has_value());
  EXPECT_EQ(track.last_observed, Month::of(2012, 12));
}

TEST(Goal, ProjectionMovesTheValueByEveryChangeOnRecord) {
  // Twelve-month sums double every year, so every change over twelve months is a factor of 2 and
  // the value of December 2012 lands at exactly twice itself a year on.
  std::vector<double> with_kaz;
  for (int k = 0; k < 60; ++k) with_kaz.push_back(100.0 * std::exp2(k / 12.0));
  Goal goal = goal_to(1.0e6);
  goal.due = "2013-12";
  const GoalTrack track =
      follow(goal, trade_of(with_kaz, {}), Month::of(2012, 12), {.fewest_changes = 6});
  const GoalMonth& row = track.months.back();
  ASSERT_TRUE(row.projection.has_value());
  // Sums end in December 2010 to December 2012; those a year apart: 13.
  EXPECT_EQ(row.projection->n_changes, 13);
  for (const double value :
       {row.projection->at_due.low, row.projection->at_due.mid, row.projection->at_due.high}) {
    EXPECT_NEAR(value / *row.value, 2.0, 1e-12);  // rounding only
  }
  EXPECT_EQ(row.projection->reach_share, 0.0);
  const GoalTrack strict = follow(goal, trade_of(with_kaz, {}), Month::of(2012, 12));
  EXPECT_FALSE(strict.months.back().projection.has_value());  // 36 changes are asked for
}

TEST(Goal, NothingAfterAMonthEntersWhatIsSaidOfIt) {
  const std::vector<double> early = by_year({100, 150, 140});
  std::vector<double> later = early;
  for (std::size_t k = 24; k < later.size(); ++k) later[k] *= 3.0;
  const GoalTrack one = follow(goal_to(1800.0), trade_of(early, {}));
  const GoalTrack other = follow(goal_to(1800.0), trade_of(later, {}));
  for (std::size_t k = 0; k < 12; ++k) {
    EXPECT_EQ(one.months[k].value, other.months[k].value);
    EXPECT_EQ(one.months[k].status, other.months[k].status);
  }
  EXPECT_NE(one.months[12].value, other.months[12].value);
}

TEST(Goal, AnotherRecordIsMarkedWhenItDiffers) {
  const data::MonthlyTrade trade = trade_of(by_year({100, 150, 140}), {});
  const GoalTrack track = follow_goal(
      goal_to(1800.0), trade, {{Month::of(2011, 12), 1300.0}, {Month::of(2012, 12), 1690.0}},
      Month::of(2012, 12), {}, "plan");
  EXPECT_TRUE(at(track, 2011, 12).revised);  // 1,300 against 1,800
  EXPECT_EQ(at(track, 2011, 12).other_status, GoalStatus::kBehind);
  EXPECT_FALSE(at(track, 2012, 12).revised);  // 1,690 against 1,680: within 2%
  EXPECT_FALSE(at(track, 2012, 11).other.has_value());
}

TEST(Goal, WrongGoalsAreRefused) {
  const data::MonthlyTrade trade = trade_of(by_year({100, 100, 100}), {});
  const auto code_of = [&](const Goal& goal) {
    return data::error_of([&] { (void)follow(goal, trade); }).code;
  };
  const auto with = [](auto change) {
    Goal goal = goal_to(2400.0);
    change(goal);
    return goal;
  };
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.name = ""; })), "goal-incomplete");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.partners = {}; })), "goal-incomplete");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.target = 0.0; })), "goal-target");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.hold = true; })), "goal-target");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.baseline = "2010-01..2010-06"; })), "goal-window");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.due = "2010-12"; })), "goal-window");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.due = "2012-13"; })), "bad-month");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.baseline = "2008-01..2008-12"; })),
            "window-outside-data");
  EXPECT_EQ(code_of(with([](Goal& goal) { goal.partners = {"PRT"}; })), "no-such-partner");
  EXPECT_EQ(data::error_of([&] { (void)follow(goal_to(2400.0), trade, Month::of(2010, 12)); }).code,
            "goal-without-data");
}

}  // namespace
}  // namespace altyn::attribution
