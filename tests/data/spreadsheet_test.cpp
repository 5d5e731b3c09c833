#include "altyn/data/spreadsheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "altyn/data/concordance_file.h"
#include "altyn/data/legacy_workbook.h"
#include "altyn/data/source_file.h"
#include "data/error_of.h"
#include "data/temp_folder.h"
#include "places.h"

namespace altyn::data {
namespace {

using testing::ElementsAre;

const std::string kTwoSheets = project_path("tests/e2e/data_sources/HS2012toHS2007.xls");

std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

TEST(LegacyWorkbook, HasItsSheetsWithTextsAndNumbers) {
  EXPECT_THAT(sheet_names(kTwoSheets),
              ElementsAre("Correlation HS2012-HS2007", "Conversion HS12-HS07"));
  const std::vector<SheetCells> sheets = read_legacy_workbook(kTwoSheets);
  ASSERT_EQ(sheets.size(), 2U);
  EXPECT_THAT(sheets[0].rows[0], ElementsAre("Correlation between HS 2012 and HS 2007"));
  EXPECT_THAT(sheets[0].rows[3], ElementsAre("030389", "ex", "030379", "n to n"));
  EXPECT_THAT(sheets[1].rows[4], ElementsAre("270900", "270900")) << "numbers in the file";
}

TEST(LegacyWorkbook, TheUnitedNationsTableIsReadFromEitherSheet) {
  const ConcordanceFile conversion = read_concordance(kTwoSheets);
  EXPECT_EQ(conversion.from + conversion.to, "HS2012HS2007");
  EXPECT_EQ(conversion.table.n_rows(), 3);
  EXPECT_EQ(conversion.table.texts("from").at(0), "010121");
  EXPECT_EQ(read_concordance(kTwoSheets, "correl").table.texts("to").at(2), "030378");
}

// 400 rows whose shared texts fill several records, in letters of one byte and of two; text,
// numbers with and without a fraction, and some too long for the short form.
TEST(LegacyWorkbook, TextsGoOnOverTheEndOfARecord) {
  std::vector<std::vector<std::string>> rows;
  read_rows(project_path("tests/data/long_texts.zip"), Encoding::kUtf8, "Long texts",
            [&](Index, std::vector<std::string>& fields) { rows.push_back(fields); });
  ASSERT_EQ(rows.size(), 400U);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::string number = std::to_string(k);
    ASSERT_EQ(rows[k].size(), 5U);
    EXPECT_EQ(rows[k][0], "row " + number + " of plain letters that go on for a while");
    EXPECT_EQ(rows[k][1], "строка " + number + " кириллицей, которая длинна");
    EXPECT_EQ(rows[k][2], number);
    EXPECT_DOUBLE_EQ(std::stod(rows[k][3]), static_cast<double>(k) / 4.0);
    EXPECT_DOUBLE_EQ(std::stod(rows[k][4]), -static_cast<double>(k) * 1000001.5);
  }
}

TEST(LegacyWorkbook, TheSheetWithMostCellsIsATable) {
  const Table table = read_source_file(kTwoSheets, {"HS 2012", "HS 2007"}, Encoding::kUtf8,
                                       "Correlation HS2012-HS2007");
  EXPECT_EQ(table.n_rows(), 3);
  EXPECT_EQ(table.texts("HS 2007").at(0), "010110");
  EXPECT_EQ(error_of([] { (void)read_source_file(kTwoSheets, {}, Encoding::kUtf8, "x"); }).code,
            "no-such-sheet");
}

TEST(LegacyWorkbook, DamagedOnesAreRefused) {
  const TempFolder folder;
  const std::string whole = bytes_of(kTwoSheets);
  for (const std::size_t size : {600UL, 1200UL, 3000UL}) {
    const std::string path = folder.file("cut.xls", whole.substr(0, size));
    EXPECT_EQ(error_of([&] { (void)read_source_file(path); }).code, "not-a-workbook") << size;
  }
  EXPECT_EQ(error_of([&] { (void)read_source_file(folder.file("a.xls", "<html>")); }).code,
            "not-an-archive");
}

}  // namespace
}  // namespace altyn::data
