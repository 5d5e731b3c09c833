#include "altyn/data/pair_panel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "altyn/data/read_table.h"
#include "data/error_of.h"
#include "data/facts.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNan;

PairPanel load(const std::string& content, const PairPanelOptions& options = {},
               const ColumnChoices& choices = {}) {
  const TempFolder folder;
  return load_pair_panel(read_table(folder.file("t.csv", content)), choices, options);
}

std::vector<std::string> texts(const Table& table, std::string_view column) {
  std::vector<std::string> result;
  for (Index row = 0; row < table.n_rows(); ++row) {
    result.emplace_back(table.texts(column).at(row));
  }
  return result;
}

constexpr const char* kTwoSides =
    "exporter,importer,year,importer_reported_musd,exporter_reported_musd\n"
    "RUS,KAZ,2017,11,13\n"
    "RUS,BLR,2017,,7\n"
    "KAZ,RUS,2017,5,\n"
    "RUS,KAZ,2016,0,9\n"
    "BLR,KAZ,2017,,\n"
    "KAZ,KAZ,2017,100,\n";

TEST(PairPanel, ChoosesASideAndKeepsBoth) {
  struct Case {
    MirrorChoice mirror;
    std::vector<double> trade;
    std::vector<std::string> sides;
  };
  const std::vector<Case> cases = {{MirrorChoice::kImporterFirst,
                                    {100, 5, 7, 0, 11},
                                    {"domestic", "importer", "exporter", "importer", "importer"}},
                                   {MirrorChoice::kExporterFirst,
                                    {100, 5, 7, 9, 13},
                                    {"domestic", "importer", "exporter", "exporter", "exporter"}},
                                   {MirrorChoice::kImporterOnly,
                                    {100, 5, 0, 11},
                                    {"domestic", "importer", "importer", "importer"}},
                                   {MirrorChoice::kExporterOnly,
                                    {100, 7, 9, 13},
                                    {"domestic", "exporter", "exporter", "exporter"}}};
  for (const Case& expected : cases) {
    const PairPanel panel = load(kTwoSides, {.mirror = expected.mirror});
    EXPECT_EQ(panel.table.numbers("trade"), expected.trade);
    EXPECT_EQ(texts(panel.table, "side"), expected.sides);
    EXPECT_EQ(panel.ledger.rows_read(), 6);
    EXPECT_EQ(panel.ledger.rows_used(), panel.table.n_rows());
  }
  const PairPanel panel = load(kTwoSides);
  EXPECT_THAT(panel.economies, ElementsAre("BLR", "KAZ", "RUS"));
  EXPECT_THAT(panel.years, ElementsAre(2016, 2017));
  EXPECT_THAT(panel.table.numbers("exporter_reported_musd"),
              ElementsAre(IsNan(), IsNan(), 7, 9, 13));
  EXPECT_EQ(panel.table.texts("flag_zero").at(3), "r");
  EXPECT_EQ(panel.table.column("trade").unit, "million USD");
  EXPECT_EQ(panel.table.place_of(4), "line 2");
  EXPECT_EQ(panel.find("RUS", "KAZ", 2017), 4);
  EXPECT_EQ(panel.find("RUS", "KAZ", 2015), std::nullopt);
  EXPECT_EQ(panel.find("RUS", "USA", 2017), std::nullopt);
}

TEST(PairPanel, DoesNotDependOnTheOrderOfRows) {
  const PairPanel a = load(
      "exporter,importer,year,trade_usd,rta\n"
      "RUS,KAZ,2017,2e6,1\nKAZ,RUS,2016,1e6,0\n");
  const PairPanel b = load(
      "exporter,importer,year,trade_usd,rta\n"
      "KAZ,RUS,2016,1e6,0\nRUS,KAZ,2017,2e6,1\n");
  EXPECT_EQ(a.table.numbers("trade"), b.table.numbers("trade"));
  EXPECT_THAT(a.table.numbers("trade"), ElementsAre(1.0, 2.0));
  EXPECT_THAT(a.table.numbers("rta"), ElementsAre(0.0, 1.0));  // other columns travel along
  EXPECT_EQ(texts(a.table, "side"), texts(b.table, "side"));
  EXPECT_FALSE(a.two_sided);
}

TEST(PairPanel, ReadsBaciNumbersAndAddsUpSectors) {
  const PairPanel panel = load(
      "t,i,j,k,v,q\n2017,643,398,010121,1000,1\n2017,643,398,847130,500,1\n"
      "2017,842,699,847130,7,1\n");
  EXPECT_THAT(panel.economies, ElementsAre("IND", "KAZ", "RUS", "USA"));
  EXPECT_THAT(panel.table.numbers("trade"), ElementsAre(1.5, 0.007));
  EXPECT_EQ(panel.ledger.rows_used(), panel.table.n_rows());
  EXPECT_EQ(panel.ledger.dropped().at(0).rows, 1);
}

TEST(PairPanel, JoinsTheTwoReportsOfALongTable) {
  const PairPanel panel = load(
      "refYear,reporterISO,partnerISO,flowCode,primaryValue\n"
      "2017,RUS,KAZ,X,13000000\n2017,KAZ,RUS,M,11000000\n2017,KAZ,RUS,RX,1\n"
      "2017,KAZ,W00,M,99\n2017,RUS,BLR,M,2000000\n");
  EXPECT_THAT(panel.table.numbers("trade"), ElementsAre(2.0, 11.0));
  EXPECT_THAT(panel.table.numbers("exporter_reported_musd"), ElementsAre(IsNan(), 13.0));
  EXPECT_THAT(texts(panel.table, "exporter"), ElementsAre("BLR", "RUS"));
  EXPECT_EQ(panel.ledger.rows_used(), 2);
  EXPECT_EQ(panel.ledger.dropped().size(), 3U);  // World, re-export, second report
}

TEST(PairPanel, SaysHowItReadCodes) {
  const PairPanel panel = load(
      "exporter,importer,year,trade_musd\nROM,SUN,1990,1\nROM,WLD,1990,2\n"
      "XYZ,ROM,1990,3\n",
      {.drop = {"XYZ"}});
  EXPECT_THAT(panel.economies, ElementsAre("ROU", "SUN"));
  EXPECT_THAT(panel.detected, Contains(HasSubstr("ROM read as ROU")));
  EXPECT_THAT(panel.detected, Contains(HasSubstr("SUN is kept as a state of its own")));
  EXPECT_EQ(panel.ledger.rows_used(), 1);
}

TEST(PairPanel, TakesNegativeValuesAsUnknownOnlyWhenAsked) {
  const std::string content =
      "exporter,importer,year,trade_musd\nRUS,KAZ,2016,1\nRUS,KAZ,2017,-1\n";
  EXPECT_EQ(error_of([&] { (void)load(content); }).code, "negative-trade");
  const PairPanel panel = load(content, {.negative_as_missing = true});
  EXPECT_EQ(panel.table.n_rows(), 1);
  EXPECT_EQ(panel.ledger.rows_used(), 1);
}

struct BadPanel {
  const char* name;
  std::string content;
  const char* code;
  const char* where;
};

class PairPanelRefuses : public ::testing::TestWithParam<BadPanel> {};

TEST_P(PairPanelRefuses, NamingTheLine) {
  const ErrorDetail detail = error_of([&] { (void)load(GetParam().content); });
  EXPECT_EQ(detail.code, GetParam().code) << format_error(detail);
  EXPECT_THAT(detail.where, HasSubstr(GetParam().where));
}

const std::string kOne = "exporter,importer,year,trade_musd\nRUS,KAZ,2017,1\n";

INSTANTIATE_TEST_SUITE_P(
    BadPanels, PairPanelRefuses,
    ::testing::Values(
        BadPanel{"Duplicate", kOne + "RUS,BLR,2017,1\nRUS,KAZ,2017,2\n", "duplicate-pair-year",
                 "line 2 and line 4"},
        BadPanel{"DuplicateByRenaming", kOne + "ROM,KAZ,2017,1\nROU,KAZ,2017,2\n",
                 "duplicate-pair-year", "line 3 and line 4"},
        BadPanel{"Negative", kOne + "RUS,BLR,2017,-1\n", "negative-trade",
                 "line 3, column trade_musd"},
        BadPanel{"Infinite", kOne + "RUS,BLR,2017,inf\n", "not-finite", "line 3"},
        BadPanel{"Unknown", kOne + "RUS,BLX2,2017,1\n", "unknown-economy",
                 "line 3, column importer"},
        BadPanel{"Blank", kOne + ",BLR,2017,1\n", "missing-economy", "line 3, column exporter"},
        BadPanel{"Year", kOne + "RUS,BLR,17,1\n", "bad-year", "line 3, column year"},
        BadPanel{"NoYear", kOne + "RUS,BLR,,1\n", "bad-year", "line 3, column year"},
        BadPanel{"NoColumn", "exporter,year,trade_musd\nRUS,2017,1\n", "no-column-for", "t.csv"},
        BadPanel{"NoUnit", "exporter,importer,year,trade\nRUS,KAZ,2017,1\n", "unit-unknown",
                 "t.csv"},
        BadPanel{"Flow", "refYear,reporterISO,partnerISO,flowCode,primaryValue\n2017,RUS,KAZ,Z,1\n",
                 "bad-flow", "line 2, column flowCode"},
        BadPanel{"LongDuplicate",
                 "refYear,reporterISO,partnerISO,flowCode,primaryValue\n2017,RUS,KAZ,X,1\n"
                 "2017,RUS,KAZ,X,2\n",
                 "duplicate-pair-year", "line 2 and line 3"},
        BadPanel{"Empty", "exporter,importer,year,trade_musd\nRUS,KAZ,2017,\n", "empty-panel",
                 "t.csv"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PairPanelFacts, TheWorldTableIsReadWhole) {
  ALTYN_NEED_BUNDLED_TABLES();
  const PairPanel panel = load_pair_panel(read_table(bundled_table("world_trade")));
  EXPECT_EQ(panel.economies.size(), 82U);
  EXPECT_THAT(panel.years, ElementsAre(2000, 2003, 2006, 2009, 2012, 2015, 2016, 2017));
  EXPECT_EQ(panel.ledger.rows_read(), 50371);
  EXPECT_EQ(panel.table.n_rows(), 50371);
  EXPECT_TRUE(panel.two_sided);
  const std::optional<Index> row = panel.find("RUS", "KAZ", 2017);
  ASSERT_TRUE(row.has_value());
  const auto k = static_cast<std::size_t>(*row);
  // UN Comtrade, million USD, to the million.
  EXPECT_NEAR(panel.table.numbers("importer_reported_musd")[k], 11733, 0.5);
  EXPECT_NEAR(panel.table.numbers("exporter_reported_musd")[k], 13844, 0.5);
}

}  // namespace
}  // namespace altyn::data
