#include "altyn/estimation/model_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "error_of.h"

namespace altyn::estimation {
namespace {

using data::kMissing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

data::Table small_table() {
  data::Table table("trade.csv");
  table.add("exporter", std::vector<std::string>{"KAZ", "RUS", "RUS", "KAZ", "", "BLR"});
  table.add("importer", std::vector<std::string>{"RUS", "KAZ", "BLR", "BLR", "RUS", "RUS"});
  table.add("year", data::NumberColumn{2015, 2014, 2015, 2014, 2014, kMissing});
  table.add("trade", data::NumberColumn{4, 3, 0, kMissing, 5, 6});
  table.add("dist", data::NumberColumn{2, 0, 1, 1, 1, 1});
  return table;
}

ModelFrame frame_of(const data::Table& table, const std::string& formula, FrameSpec spec = {}) {
  Context context(1);
  return make_frame(table, parse_formula(formula), spec, context);
}

std::vector<std::string> reasons(const ModelFrame& frame) {
  std::vector<std::string> texts;
  for (const data::LedgerEntry& entry : frame.ledger.dropped()) {
    texts.push_back(std::to_string(entry.rows) + " " + entry.reason);
  }
  return texts;
}

TEST(ModelFrame, EveryDroppedRowHasOneReason) {
  const data::Table table = small_table();
  const ModelFrame frame = frame_of(table, "trade ~ log(dist) | exporter^year + importer");
  EXPECT_THAT(reasons(frame), ElementsAre("1 trade is missing", "1 log(dist): dist is zero",
                                          "1 exporter is missing", "1 year is missing"));
  EXPECT_EQ(frame.ledger.rows_used(), frame.n_rows());
  EXPECT_THAT(frame.ledger.dropped()[1].examples, ElementsAre("line 3 (RUS, KAZ, 2014)"));
  EXPECT_THAT(frame.ledger.dropped()[2].examples, ElementsAre("line 6 (missing, RUS, 2014)"));
}

TEST(ModelFrame, RowsStandInTheOrderOfTheirKeys) {
  const data::Table table = small_table();
  const ModelFrame frame = frame_of(table, "trade ~ dist | exporter^year + importer");
  // KAZ-RUS 2015 (row 0), RUS-KAZ 2014 (row 1), RUS-BLR 2015 (row 2), by exporter, year, importer
  EXPECT_THAT(frame.rows, ElementsAre(0, 1, 2));
  EXPECT_THAT(std::vector<double>(frame.y.values.begin(), frame.y.values.end()),
              ElementsAre(4.0, 3.0, 0.0));
  EXPECT_EQ(frame.level_of(frame.effects[0].group, 2), "RUS-2015");
}

TEST(ModelFrame, WholeSortedTableIsBorrowedNotCopied) {
  data::Table table("t");
  table.add("a", std::vector<std::string>{"A", "A", "B"});
  table.add("y", data::NumberColumn{1, 2, 3});
  table.add("x", data::NumberColumn{1, 5, 3});
  const ModelFrame frame = frame_of(table, "y ~ x | a");
  EXPECT_EQ(frame.y.values.data(), table.numbers("y").data());
  EXPECT_EQ(frame.regressors[0].values.values.data(), table.numbers("x").data());
  EXPECT_EQ(frame.keys[0].ids.values.data(), table.texts("a").codes.data());
}

TEST(ModelFrame, NumbersUsedAsEffectsAreCodedByDistinctValue) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, 2, 3, 4});
  table.add("wide", data::NumberColumn{1e9, -3.5, 1e9, 7});
  table.add("year", data::NumberColumn{2017, 2015, 2016, 2015});
  const ModelFrame frame = frame_of(table, "y ~ 1 | wide + year");
  EXPECT_THAT(frame.keys[0].numbers, ElementsAre(-3.5, 7.0, 1e9));
  EXPECT_THAT(frame.keys[1].numbers, ElementsAre(2015.0, 2016.0, 2017.0));
  EXPECT_EQ(frame.keys[0].label(2), "1000000000");
}

TEST(ModelFrame, IndicatorsLeaveOutTheReference) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, 2, 3, 4, 5});
  table.add("time", data::NumberColumn{-2, -1, 0, kMissing, 0});
  table.add("treated", data::NumberColumn{1, 1, 1, 0, 2});
  const ModelFrame frame = frame_of(table, "y ~ i(time, treated, ref = -1)");
  ASSERT_EQ(frame.regressors.size(), 3U);
  EXPECT_EQ(frame.regressors[0].name, "(Intercept)");
  EXPECT_EQ(frame.regressors[1].name, "time::-2:treated");
  EXPECT_EQ(frame.regressors[2].name, "time::0:treated");
  EXPECT_THAT(std::vector<double>(frame.regressors[2].values.values.begin(),
                                  frame.regressors[2].values.values.end()),
              ElementsAre(0, 0, 1, 0, 2));
  // The row without an event time is not treated, so all its indicators are zero anyway.
  EXPECT_EQ(frame.n_rows(), 5);
}

TEST(ModelFrame, MissingEventTimeOfATreatedRowIsDropped) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, 2, 3});
  table.add("time", data::NumberColumn{-1, 0, kMissing});
  table.add("treated", data::NumberColumn{1, 1, 1});
  const ModelFrame frame = frame_of(table, "y ~ i(time, treated, ref = -1)");
  EXPECT_THAT(reasons(frame), ElementsAre("1 time is missing"));
}

TEST(ModelFrame, InteractionsMultiplyColumnByColumn) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, 2, 3, 4});
  table.add("c", std::vector<std::string>{"a", "b", "a", "b"});
  table.add("d", std::vector<std::string>{"u", "u", "v", "v"});
  table.add("x", data::NumberColumn{1, 2, 3, 4});
  const ModelFrame frame = frame_of(table, "y ~ 0 + c:x + i(c, i.d) + x:log(x)");
  std::vector<std::string> names;
  for (const Regressor& regressor : frame.regressors) names.push_back(regressor.name);
  EXPECT_THAT(names, ElementsAre("c::a:x", "c::b:x", "c::a:d::u", "c::a:d::v", "c::b:d::u",
                                 "c::b:d::v", "x:log(x)"));
  EXPECT_EQ(frame.regressors[1].values[3], 4.0);
  EXPECT_EQ(frame.regressors[6].values[2], 3.0 * std::log(3.0));
}

TEST(ModelFrame, SubsetComparesTextsAndNumbers) {
  const data::Table table = small_table();
  const ModelFrame frame =
      frame_of(table, "trade ~ 1 | exporter",
               {.subset = "exporter != importer & exporter != \"BLR\" & year >= 2014"});
  EXPECT_THAT(
      reasons(frame),
      ElementsAre("1 outside the subset exporter != importer & exporter != \"BLR\" & year >= "
                  "2014: exporter is missing",
                  "1 outside the subset exporter != importer & exporter != \"BLR\" & year >= "
                  "2014",
                  "1 trade is missing"));
}

TEST(ModelFrame, InfiniteValuesAreDroppedByName) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, kInfinite, 3, 4});
  table.add("x", data::NumberColumn{-1, 1, 2, 0});
  EXPECT_THAT(reasons(frame_of(table, "y ~ log(x) + I(1/x)")),
              ElementsAre("1 y is infinite", "1 log(x): x is negative", "1 log(x): x is zero"));
  EXPECT_THAT(reasons(frame_of(table, "y ~ I(2/x)")),
              ElementsAre("1 y is infinite", "1 2 / x: x is zero"));
  EXPECT_THAT(reasons(frame_of(table, "y ~ exp(1000 * x)")),
              ElementsAre("1 y is infinite", "1 exp(1000 * x) is not a finite number"));
}

TEST(ModelFrame, WeightsOfZeroDropRows) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, 2, 3});
  table.add("w", data::NumberColumn{1, 0, 2});
  EXPECT_THAT(reasons(frame_of(table, "y ~ 1", {.weights = "w"})),
              ElementsAre("1 weight w is zero"));
  table.add("v", data::NumberColumn{1, -1, 2});
  EXPECT_EQ(error_of([&] { (void)frame_of(table, "y ~ 1", {.weights = "v"}); }).code,
            "negative-weight");
}

TEST(ModelFrame, ErrorsNameTheCulprit) {
  const data::Table table = small_table();
  const ErrorDetail column = error_of([&] { (void)frame_of(table, "trade ~ dst | exporter"); });
  EXPECT_EQ(column.code, "no-such-column");
  EXPECT_THAT(column.context, ElementsAre("trade ~ dst | exporter", "        ^"));
  EXPECT_THAT(column.fixes, ElementsAre("write dist"));
  const ErrorDetail effect =
      error_of([&] { (void)frame_of(table, "trade ~ dist | exporte^year"); });
  EXPECT_EQ(effect.code, "no-such-column");
  EXPECT_EQ(error_of([&] { (void)frame_of(table, "exporter ~ dist"); }).code, "not-numbers");
  EXPECT_EQ(error_of([&] { (void)frame_of(table, "trade ~ I(exporter == 3)"); }).code,
            "not-numbers");
  const ErrorDetail level =
      error_of([&] { (void)frame_of(table, "trade ~ i(year, ref = 2013) | exporter"); });
  EXPECT_EQ(level.code, "no-such-level");
  EXPECT_THAT(level.fixes, ElementsAre(HasSubstr("2014")));
}

TEST(ModelFrame, NegativeTradeIsAnErrorWithItsRows) {
  data::Table table("trade.csv");
  table.add("y", data::NumberColumn{1, -2, 3});
  table.add("c", std::vector<std::string>{"A", "B", "C"});
  const ErrorDetail detail = error_of([&] { (void)frame_of(table, "y ~ 1 | c"); });
  EXPECT_EQ(detail.code, "negative-outcome");
  EXPECT_THAT(detail.context, ElementsAre("line 3 (B): -2"));
  EXPECT_EQ(frame_of(table, "y ~ 1 | c", {.family = Family::kGaussian}).n_rows(), 3);
  EXPECT_EQ(error_of([&] { (void)frame_of(table, "y ~ 1 | c", {.family = Family::kLogit}); }).code,
            "outcome-range");
}

TEST(ModelFrame, EmptySampleIsAnErrorWithTheReasons) {
  data::Table table("t");
  table.add("y", data::NumberColumn{kMissing, kMissing});
  const ErrorDetail detail = error_of([&] { (void)frame_of(table, "y ~ 1"); });
  EXPECT_EQ(detail.code, "no-rows-left");
  EXPECT_THAT(detail.context, ElementsAre("2 rows: y is missing"));
  data::Table empty("e");
  empty.add("y", data::NumberColumn{});
  EXPECT_EQ(error_of([&] { (void)frame_of(empty, "y ~ 1"); }).code, "no-rows-left");
}

TEST(ModelFrame, TooManyRegressorsAreRefused) {
  data::Table table("t");
  data::NumberColumn y;
  data::NumberColumn code;
  for (int row = 0; row < 12000; ++row) {
    y.push_back(1);
    code.push_back(row);
  }
  table.add("y", y);
  table.add("code", code);
  EXPECT_EQ(error_of([&] { (void)frame_of(table, "y ~ i(code)"); }).code, "too-many-regressors");
}

TEST(Codes, SparseCombinationsGetTheSameIdsAsDenseOnes) {
  // 3 x 1e9 possible combinations: coded by sorting; the dense twin renumbers by hand.
  const std::vector<GroupId> a = {2, 0, 1, 2, 0, 2};
  const std::vector<GroupId> b = {900'000'000, 5, 7, 900'000'000, 5, 1};
  const std::vector<GroupId> b_dense = {3, 1, 2, 3, 1, 0};
  const std::span<const GroupId> sparse[] = {a, b};
  const std::span<const GroupId> dense[] = {a, b_dense};
  const GroupId sparse_levels[] = {3, 1'000'000'000};
  const GroupId dense_levels[] = {3, 4};
  const CombinedIds left = combine_ids(sparse, sparse_levels);
  const CombinedIds right = combine_ids(dense, dense_levels);
  EXPECT_EQ(left.ids, right.ids);
  EXPECT_EQ(left.n_groups, 4U);
  EXPECT_THAT(left.ids, ElementsAre(3, 0, 1, 3, 0, 2));
}

TEST(Codes, TooManyCombinationsAreRefused) {
  const std::vector<GroupId> ids = {0};
  const std::span<const GroupId> columns[] = {ids, ids, ids};
  const GroupId levels[] = {4'000'000'000, 4'000'000'000, 4'000'000'000};
  EXPECT_EQ(error_of([&] { (void)combine_ids(columns, levels); }).code, "too-many-groups");
}

}  // namespace
}  // namespace altyn::estimation
