#include "altyn/data/io_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/error_of.h"
#include "data/small_io.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class IoTables : public testing::Test {
 protected:
  void expect_the_small_world(const IoTable& table, double other_costs) const {
    ASSERT_EQ(table.economies, small_.economies);
    ASSERT_EQ(table.sectors.size(), 2U);
    for (std::size_t i = 0; i < SmallIo::kI; ++i) {
      for (std::size_t k = 0; k < SmallIo::kI; ++k) {
        EXPECT_DOUBLE_EQ(table.intermediate[i * SmallIo::kI + k], small_.z[i][k]);
      }
      for (std::size_t e = 0; e < SmallIo::kN; ++e) {
        EXPECT_DOUBLE_EQ(table.final_use[i * SmallIo::kN + e], small_.f[i][e]);
        EXPECT_DOUBLE_EQ(table.inventories[i * SmallIo::kN + e], small_.inventories[i][e]);
      }
      EXPECT_DOUBLE_EQ(table.taxes[i], small_.taxes[i]);
      EXPECT_DOUBLE_EQ(table.other_costs[i], other_costs);
      // Written with and read from decimal digits.
      EXPECT_NEAR(table.value_added[i], small_.value_added(i) - other_costs, 1e-12);
      EXPECT_NEAR(table.output[i], small_.output(i), 1e-12);
    }
  }
  IoTable read(const char* source, const std::string& name, const std::string& text) const {
    return read_io_table(io_source(source), folder_.file(name, text));
  }
  SmallIo small_;
  TempFolder folder_;
};

TEST_F(IoTables, ReadsIcio) {
  const IoTable table = read("icio", "2018_SML.csv", SmallIo::text(small_.icio()));
  expect_the_small_world(table, 0.0);
  EXPECT_THAT(table.sectors, ElementsAre("01T02", "03"));
}

TEST_F(IoTables, ReadsTheSpellingsOfOlderIcioReleases) {
  SmallIo::Cells cells = small_.icio();
  for (std::string& name : cells[0]) {
    if (name.ends_with("_HFCE")) name = "HFCE_" + name.substr(0, 3);
    if (name == "OUT") name = "TOTAL";
  }
  cells[cells.size() - 1][0] = "OUTPUT";
  cells[cells.size() - 2][0] = "VALU";
  cells[cells.size() - 3][0] = "RUS_TAXSUB";
  expect_the_small_world(read("icio", "ICIO2021_2018.csv", SmallIo::text(cells)), 0.0);
}

TEST_F(IoTables, AddsUpThePartsOfChina) {
  SmallIo::Cells cells = small_.icio();
  // Kazakhstan and the rest play the two parts; final uses are China's.
  for (std::vector<std::string>& row : cells) {
    for (std::string& name : row) {
      const bool use = name.ends_with("HFCE") || name.ends_with("NPISH") ||
                       name.ends_with("GGFC") || name.ends_with("GFCF") || name.ends_with("INVNT");
      if (name.starts_with("KAZ_")) name = (use ? "CHN" : "CN1") + name.substr(3);
      if (name.starts_with("ROW_")) name = (use ? "CHN" : "CN2") + name.substr(3);
    }
  }
  const IoTable table = read("icio", "a.csv", SmallIo::text(cells));
  EXPECT_THAT(table.economies, ElementsAre("RUS", "CHN"));
  EXPECT_DOUBLE_EQ(table.intermediate[2 * 4 + 2], 5 + 2 + 1 + 90);  // crops to crops in China
  EXPECT_DOUBLE_EQ(table.final_use[2 * 2 + 1], 25 + 4 + 3 + 300);
  EXPECT_THAT(table.notes, testing::Contains("CN1 read as CHN"));
}

TEST_F(IoTables, ReadsWiod2016) {
  const IoTable table = read("wiod2016", "WIOT2014.csv", SmallIo::text(small_.wiod2016()));
  expect_the_small_world(table, 0.25);
  EXPECT_THAT(table.sectors, ElementsAre("A01", "A02"));
}

TEST_F(IoTables, ReadsWiod2013SavedWithSemicolons) {
  const std::string text =
      SmallIo::text(small_.sheet("Intercountry Input-Output Table", small_.economies,
                                 {"c37", "c38", "c39", "c41", "c42"}),
                    ';');
  const IoTable table = read("wiod2013", "wiot08_row_apr12.csv", text);
  expect_the_small_world(table, 0.25);
  EXPECT_THAT(table.sectors, ElementsAre("c1", "c2"));
}

TEST_F(IoTables, ReadsTheWorkbookOfAdb) {
  SmallIo::Cells cells =
      small_.sheet("ADB MRIO", {"RUS", "KAZ", "RoW"}, {"F1", "F2", "F3", "F4", "F5"});
  const std::string path = folder_.path("ADB-MRIO-2019.xlsx");
  SmallIo::write_workbook(path, cells);
  const IoTable table = read_io_table(io_source("adb_mrio"), path);
  expect_the_small_world(table, 0.25);
  EXPECT_EQ(read_io_table(io_source("adb_mrio"), path, "Table & all").economies, table.economies);
  const ErrorDetail detail =
      error_of([&] { (void)read_io_table(io_source("adb_mrio"), path, "Table"); });
  EXPECT_EQ(detail.code, "no-such-sheet");
  EXPECT_THAT(detail.fixes.front(), HasSubstr("Notes"));
}

TEST_F(IoTables, GroupsKeepTotalsAndAverageDuties) {
  const IoTable table = read("icio", "a.csv", SmallIo::text(small_.icio()));
  Table tariffs("tariffs.csv");
  tariffs.add("importer", std::vector<std::string>{"KAZ", "KAZ", "KAZ", "USA"});
  tariffs.add("exporter", std::vector<std::string>{"WLD", "RUS", "ROW", "RUS"});
  tariffs.add("sector", std::vector<std::string>{"01T02", "01T02", "03", "03"});
  tariffs.add("rate", NumberColumn{0.1, 0.0, 0.2, 0.9});
  IoDuties duties = io_duties(table, tariffs);
  EXPECT_DOUBLE_EQ(duties.rate[0 * 3 + 1], 0.0);  // Russia's own row wins over the world's
  EXPECT_DOUBLE_EQ(duties.rate[4 * 3 + 1], 0.1);
  EXPECT_DOUBLE_EQ(duties.rate[5 * 3 + 1], 0.2);
  EXPECT_DOUBLE_EQ(duties.rate[2 * 3 + 1], 0.0);  // at home
  const IoTable small = grouped(table, {"A", "B", "A"}, {"all", "all"}, &duties);
  EXPECT_THAT(small.economies, ElementsAre("A", "B"));
  double before = 0.0, after = 0.0;
  for (const double value : table.intermediate) before += value;
  for (const double value : small.intermediate) after += value;
  EXPECT_NEAR(after, before, 1e-9 * before);
  // Kazakhstan buys 7 and 10 of Russia, 7 (at 10%) and 12 (at 20%) of the rest.
  EXPECT_NEAR(duties.rate[0 * 2 + 1], (7 * 0.1 + 12 * 0.2) / (7 + 10 + 7 + 12), 1e-12);
  EXPECT_DOUBLE_EQ(duties.rate[0 * 2 + 0], 0.0);
}

TEST_F(IoTables, WrongDutiesAreNamed) {
  const IoTable table = read("icio", "a.csv", SmallIo::text(small_.icio()));
  const auto fails = [&](const char* importer, const char* sector, double rate, bool twice) {
    Table tariffs("tariffs.csv");
    const std::size_t n = twice ? 2 : 1;
    tariffs.add("importer", std::vector<std::string>(n, importer));
    tariffs.add("exporter", std::vector<std::string>(n, "WLD"));
    tariffs.add("sector", std::vector<std::string>(n, sector));
    tariffs.add("rate", NumberColumn(n, rate));
    return error_of([&] { (void)io_duties(table, tariffs); }).code;
  };
  EXPECT_EQ(fails("KAZ", "87", 0.1, false), "unknown-sector");
  EXPECT_EQ(fails("KAK", "03", 0.1, false), "unknown-economy");
  EXPECT_EQ(fails("KAZ", "03", kMissing, false), "missing-value");
  EXPECT_EQ(fails("KAZ", "03", -1.0, false), "tariff-range");
  EXPECT_EQ(fails("KAZ", "03", 0.1, true), "duplicate-row");
}

TEST_F(IoTables, BadFilesAreNamed) {
  const auto fails = [&](SmallIo::Cells cells) {
    return error_of([&] { (void)read("icio", "a.csv", SmallIo::text(cells)); });
  };
  SmallIo::Cells cells = small_.icio();
  cells.erase(cells.begin() + 2);
  EXPECT_THAT(fails(cells).what, HasSubstr("no row of 03 in RUS"));
  cells = small_.icio();
  cells.push_back(cells[2]);
  EXPECT_EQ(fails(cells).code, "duplicate-row");
  cells = small_.icio();
  cells[2][3] = "many";
  EXPECT_THAT(fails(cells).where, HasSubstr("line 3, field 4"));
  cells = small_.icio();
  cells[0][1] = "ZZZ_01T02";
  EXPECT_EQ(fails(cells).code, "unknown-economy");
  cells = small_.icio();
  cells.pop_back();
  EXPECT_THAT(fails(cells).what, HasSubstr("no row of output"));
  EXPECT_EQ(fails({{"a", "b"}, {"1", "2"}}).code, "layout-mismatch");
  std::vector<std::string> sparse = {"x"};
  for (const char* code : {"AUS", "AUT", "BEL", "KAZ", "RUS"}) {
    for (int k = 0; k < 400; ++k) sparse.push_back(fmt::format("{}_{}{}", code, code, k));
  }
  EXPECT_EQ(fails({sparse, {"AUS_AUS0", "1"}}).what, "there is no column of AUT0 in AUS");
  EXPECT_EQ(error_of([] { (void)io_source("icoi"); }).code, "unknown-source");
  EXPECT_EQ(error_of([&] {
              (void)read_io_table(io_source("adb_mrio"), folder_.file("a.xlsx", "no workbook"));
            }).code,
            "not-an-archive");
  EXPECT_EQ(error_of([&] { (void)read_io_table(io_source("icio"), folder_.path("b.csv")); }).code,
            "file-not-found");
}

}  // namespace
}  // namespace altyn::data
