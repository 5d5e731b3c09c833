#include "altyn/data/concordance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "data/error_of.h"

namespace altyn::data {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Table trade(const std::vector<std::string>& exporters, const std::vector<std::string>& importers,
            const std::vector<std::string>& sectors, NumberColumn years, NumberColumn values,
            NumberColumn rates = {}) {
  Table table("trade.csv");
  table.add("exporter", exporters);
  table.add("importer", importers);
  table.add("sector", sectors);
  table.add("year", std::move(years));
  table.add("trade_musd", std::move(values), "million USD");
  if (!rates.empty()) table.add("rate", std::move(rates), "share");
  return table;
}

Table map(const std::vector<std::string>& from, const std::vector<std::string>& to,
          NumberColumn weight = {}) {
  Table table("map.csv");
  table.add("from", from);
  table.add("to", to);
  if (!weight.empty()) table.add("weight", std::move(weight));
  return table;
}

std::vector<std::string> texts(const Table& table, const std::string& column) {
  std::vector<std::string> result;
  for (Index row = 0; row < table.n_rows(); ++row) result.emplace_back(table.texts(column).at(row));
  return result;
}

const Table kTrade = trade({"RUS", "RUS", "KAZ"}, {"KAZ", "KAZ", "RUS"},
                           {"010121", "270900", "270900"}, {2012, 2012, 2012}, {10, 20, 40});

TEST(Concordance, SplitsByWeightAndAddsUp) {
  const ConvertedTable made = convert_codes(
      kTrade, {{"sector", map({"010121", "010121", "270900"}, {"A", "B", "B"}, {0.3, 0.7, 1.0})}});
  EXPECT_THAT(texts(made.table, "exporter"), ElementsAre("KAZ", "RUS", "RUS"));
  EXPECT_THAT(texts(made.table, "sector"), ElementsAre("B", "A", "B"));
  EXPECT_THAT(made.table.numbers("trade_musd"),
              ElementsAre(40.0, testing::DoubleEq(3.0), testing::DoubleEq(27.0)));
  EXPECT_EQ(made.table.column("trade_musd").unit, "million USD");
  EXPECT_EQ(made.ledger.rows_used(), 3);
  EXPECT_THAT(made.notes, Contains(HasSubstr("1 rows go to several codes of sector")));
}

TEST(Concordance, EqualPartsWithoutWeights) {
  const ConvertedTable made =
      convert_codes(kTrade, {{"sector", map({"010121", "010121", "*"}, {"A", "B", "rest"})}});
  EXPECT_THAT(texts(made.table, "sector"), ElementsAre("rest", "A", "B", "rest"));
  EXPECT_THAT(made.table.numbers("trade_musd"), ElementsAre(40.0, 5.0, 5.0, 20.0));
}

TEST(Concordance, TheOrderOfRowsDoesNotMatter) {
  const Table turned = trade({"KAZ", "RUS", "RUS"}, {"RUS", "KAZ", "KAZ"},
                             {"270900", "270900", "010121"}, {2012, 2012, 2012}, {0.3, 0.2, 0.1});
  const Table straight = trade({"RUS", "RUS", "KAZ"}, {"KAZ", "KAZ", "RUS"},
                               {"010121", "270900", "270900"}, {2012, 2012, 2012}, {0.1, 0.2, 0.3});
  const std::vector<CodeMap> all = {{"sector", map({"*"}, {"goods"})},
                                    {"economy", map({"*"}, {"W"})}};
  EXPECT_EQ(convert_codes(turned, all).table.numbers("trade_musd"),
            convert_codes(straight, all).table.numbers("trade_musd"));
}

TEST(Concordance, RatesAreAveragedByTrade) {
  const Table table =
      trade({"RUS", "RUS"}, {"KAZ", "KAZ"}, {"01", "02"}, {2012, 2012}, {10, 30}, {0.1, 0.2});
  const std::vector<CodeMap> maps = {{"sector", map({"01", "02"}, {"A", "A"})}};
  EXPECT_DOUBLE_EQ(convert_codes(table, maps).table.numbers("rate")[0], 0.15);
  EXPECT_DOUBLE_EQ(convert_codes(table, maps, {.weigh_by = "trade_musd"}).table.numbers("rate")[0],
                   (10 * 0.1 + 30 * 0.2) / 40);
}

TEST(Concordance, EconomiesBecomeRegions) {
  const Table table = trade({"RUS", "ROM", "KAZ"}, {"KAZ", "RUS", "ROU"}, {"a", "a", "a"},
                            {2012, 2012, 2012}, {1, 2, 4});
  const std::vector<CodeMap> maps = {
      {"economy", map({"RUS", "KAZ", "ROU"}, {"EAEU", "EAEU", "EU"})}};
  const ConvertedTable made = convert_codes(table, maps);
  EXPECT_THAT(texts(made.table, "exporter"), ElementsAre("EAEU", "EAEU", "EU"));
  EXPECT_THAT(texts(made.table, "importer"), ElementsAre("EAEU", "EU", "EAEU"));
  EXPECT_THAT(made.table.numbers("trade_musd"), ElementsAre(1.0, 4.0, 2.0));
  EXPECT_THAT(made.notes, Contains(HasSubstr("1 rows of trade inside a region")));
  const ConvertedTable outside = convert_codes(table, maps, {.inside = InsideTrade::kLeaveOut});
  EXPECT_EQ(outside.table.n_rows(), 2);
  EXPECT_EQ(outside.ledger.rows_used(), 2);
}

TEST(Concordance, AStateThatWasDissolvedIsSplitInItsYears) {
  const Table table = trade({"SCG", "SRB"}, {"RUS", "RUS"}, {"a", "a"}, {2004, 2008}, {100, 90});
  Table split = map({"SCG", "SCG"}, {"SRB", "MNE"}, {0.9, 0.1});
  split.add("last_year", NumberColumn{2005, 2005});
  const ConvertedTable made =
      convert_codes(table, {{"economy", split}}, {.unmatched = UnmatchedCodes::kKeep});
  EXPECT_THAT(texts(made.table, "exporter"), ElementsAre("MNE", "SRB", "SRB"));
  EXPECT_THAT(made.table.numbers("trade_musd"), ElementsAre(10.0, 90.0, 90.0));
}

TEST(Concordance, CodesWithoutAPlaceAreRefusedKeptOrCounted) {
  const std::vector<CodeMap> maps = {{"sector", map({"010121"}, {"A"})}};
  const ErrorDetail detail = error_of([&] { (void)convert_codes(kTrade, maps); });
  EXPECT_EQ(detail.code, "unmatched-codes");
  EXPECT_THAT(detail.context.front(), HasSubstr("270900 (2 rows)"));
  const ConvertedTable kept = convert_codes(kTrade, maps, {.unmatched = UnmatchedCodes::kKeep});
  EXPECT_THAT(texts(kept.table, "sector"), ElementsAre("270900", "270900", "A"));
  const ConvertedTable left = convert_codes(kTrade, maps, {.unmatched = UnmatchedCodes::kLeaveOut});
  EXPECT_EQ(left.table.n_rows(), 1);
  EXPECT_EQ(left.ledger.rows_used(), 1);
  EXPECT_EQ(left.ledger.dropped().front().rows, 2);
}

TEST(Concordance, BadConcordancesAreNamed) {
  const auto fails = [](const Table& table) {
    return error_of([&] { (void)convert_codes(kTrade, {{"sector", table}}); }).code;
  };
  EXPECT_EQ(fails(map({"270900", "270900"}, {"A", "B"}, {0.5, 0.4})), "weights-do-not-add-up");
  EXPECT_EQ(fails(map({"270900"}, {"A"}, {-1.0})), "negative-weight");
  EXPECT_EQ(fails(map({"270900", "270900"}, {"A", "A"}, {0.5, 0.5})), "duplicate-row");
  Table of_some_years = map({"270900"}, {"A"});
  of_some_years.add("last_year", NumberColumn{2005});
  Table undated("trade.csv");
  undated.add("sector", std::vector<std::string>{"270900"});
  undated.add("trade_musd", NumberColumn{1.0});
  EXPECT_EQ(error_of([&] { (void)convert_codes(undated, {{"sector", of_some_years}}); }).code,
            "no-such-column");
  EXPECT_EQ(error_of([] { (void)convert_codes(kTrade, {{"product", map({"*"}, {"A"})}}); }).code,
            "no-such-column");
}

TEST(Concordance, CodesGoOnThroughSeveralTables) {
  const CodeMap through{.column = "sector",
                        .table = map({"010121", "270900", "270900"}, {"010110", "a", "b"}),
                        .further = {map({"010110", "a", "a", "b"}, {"X", "X", "Y", "Y"})}};
  const ConvertedTable made = convert_codes(kTrade, {through});
  EXPECT_THAT(texts(made.table, "exporter"), ElementsAre("KAZ", "KAZ", "RUS", "RUS"));
  EXPECT_THAT(texts(made.table, "sector"), ElementsAre("X", "Y", "X", "Y"));
  // 20 goes to a and b by halves; a goes to X and Y by halves.
  EXPECT_THAT(made.table.numbers("trade_musd"), ElementsAre(10.0, 30.0, 15.0, 15.0));
}

TEST(Concordance, WhatGetsLostOnTheWayIsCounted) {
  const CodeMap through{.column = "sector",
                        .table = map({"010121", "270900", "270900"}, {"x", "a", "b"}),
                        .further = {map({"a"}, {"A"})}};
  const ErrorDetail detail = error_of([&] { (void)convert_codes(kTrade, {through}); });
  EXPECT_EQ(detail.code, "unmatched-codes");
  EXPECT_THAT(detail.context.front(), HasSubstr("270900 as b (2 rows), 010121 as x (1 rows)"));
  const ConvertedTable kept =
      convert_codes(kTrade, {through}, {.unmatched = UnmatchedCodes::kKeep});
  EXPECT_THAT(texts(kept.table, "sector"), ElementsAre("A", "b", "A", "b", "x"));
  EXPECT_THAT(kept.table.numbers("trade_musd"), ElementsAre(20.0, 20.0, 10.0, 10.0, 10.0));
  const ConvertedTable left =
      convert_codes(kTrade, {through}, {.unmatched = UnmatchedCodes::kLeaveOut});
  EXPECT_THAT(left.table.numbers("trade_musd"), ElementsAre(20.0, 10.0));
  EXPECT_EQ(left.ledger.rows_used(), 2) << "the row of 010121 is gone, the others are halves";
  EXPECT_THAT(left.notes, Contains(HasSubstr("40 of trade_musd (57.1%) have no place")));
}

TEST(Concordance, CodesAreSplitInProportionToTradeInTheNewCodes) {
  CodeMap by_trade{.column = "sector",
                   .table = map({"010121", "270900", "270900", "270900"}, {"n", "A", "B", "C"})};
  by_trade.totals.add("code", std::vector<std::string>{"A", "B", "B", "Z"});
  by_trade.totals.add("amount", NumberColumn{1.0, 2.0, 1.0, 9.0});
  const ConvertedTable made = convert_codes(kTrade, {by_trade});
  EXPECT_THAT(texts(made.table, "sector"), ElementsAre("A", "B", "A", "B", "n"));
  EXPECT_THAT(made.table.numbers("trade_musd"), ElementsAre(10.0, 30.0, 5.0, 15.0, 10.0));
  by_trade.totals = Table();
  by_trade.totals.add("code", std::vector<std::string>{"Z"});
  by_trade.totals.add("amount", NumberColumn{9.0});
  EXPECT_NEAR(convert_codes(kTrade, {by_trade}).table.numbers("trade_musd")[0], 40.0 / 3, 1e-12);
  by_trade.table = map({"*"}, {"all"}, {1.0});
  EXPECT_EQ(error_of([&] { (void)convert_codes(kTrade, {by_trade}); }).code, "weights-given-twice");
}

TEST(Concordance, HeadingsAndLostZerosAreFound) {
  const Table table =
      trade({"RUS", "RUS", "RUS", "RUS"}, {"KAZ", "KAZ", "KAZ", "KAZ"},
            {"10121", "270900", "2711210000", "990000"}, {2012, 2012, 2012, 2012}, {1, 2, 4, 8});
  const ConvertedTable made = convert_codes(
      table, {{"sector", map({"010121", "27", "2711", "*"}, {"horses", "fuels", "gas", "rest"})}});
  EXPECT_THAT(texts(made.table, "sector"), ElementsAre("fuels", "gas", "horses", "rest"));
  EXPECT_THAT(made.table.numbers("trade_musd"), ElementsAre(2.0, 4.0, 1.0, 8.0));
  EXPECT_THAT(made.notes, Contains(HasSubstr("1 codes of sector were found by adding")));
  EXPECT_THAT(made.notes, Contains(HasSubstr("2 codes of sector went the way of their heading")));
}

TEST(Concordance, AGapInTheYearsOfAPartIsNamed) {
  // From 2006 on nothing says where nine tenths go.
  const Table table = trade({"SCG", "SCG"}, {"RUS", "RUS"}, {"a", "a"}, {2004, 2007}, {100, 100});
  Table split = map({"SCG", "SCG"}, {"SRB", "MNE"}, {0.9, 0.1});
  split.add("last_year", NumberColumn{2005, 2010});
  const std::vector<CodeMap> maps = {{"economy", split}};
  EXPECT_EQ(
      error_of([&] { (void)convert_codes(table, maps, {.inside = InsideTrade::kLeaveOut}); }).code,
      "unmatched-codes");
  const ConvertedTable kept = convert_codes(table, maps, {.unmatched = UnmatchedCodes::kKeep});
  EXPECT_THAT(texts(kept.table, "exporter"), ElementsAre("MNE", "MNE", "SCG", "SRB"));
  EXPECT_THAT(kept.table.numbers("trade_musd"), ElementsAre(10.0, 10.0, 90.0, 90.0));
}

// Links of any shape, one to many and many to many, through two tables: what went in comes out.
TEST(Concordance, SumsArePreserved) {
  std::uint64_t state = 20171006;
  const auto below = [&state](std::uint64_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % n;
  };
  const auto links = [&](char a, char b) {
    std::vector<std::string> from, to;
    for (std::uint64_t code = 0; code < 20; ++code) {
      for (std::uint64_t other = 0; other < 20; ++other) {
        if (other != code && below(6) > 0) continue;
        from.push_back(a + std::to_string(code));
        to.push_back(b + std::to_string(other));
      }
    }
    return map(from, to);
  };
  std::vector<std::string> exporters, importers, sectors;
  NumberColumn years, values, weights;
  double total = 0.0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    exporters.push_back(k % 2 == 0 ? "RUS" : "KAZ");
    importers.push_back(k % 3 == 0 ? "CHN" : "DEU");
    sectors.push_back("a" + std::to_string(below(20)));
    years.push_back(static_cast<double>(2000 + below(5)));
    values.push_back(static_cast<double>(below(1000000)) / 7.0);
    total += values.back();
  }
  const Table table = trade(exporters, importers, sectors, years, values);
  CodeMap through{.column = "sector", .table = links('a', 'b'), .further = {links('b', 'c')}};
  for (const bool by_trade : {false, true}) {
    if (by_trade) {
      through.totals.add("code", std::vector<std::string>{"c1", "c2", "c3", "c7"});
      through.totals.add("amount", NumberColumn{5.0, 1.0, 3.0, 0.0});
    }
    const Table made = convert_codes(table, {through}).table;
    double sum = 0.0;
    for (const double value : made.numbers("trade_musd")) sum += value;
    EXPECT_NEAR(sum, total, 1e-12 * total) << "sums of 400 rounded numbers in another order";
  }
}

}  // namespace
}  // namespace altyn::data
