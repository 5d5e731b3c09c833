#include "altyn/data/read_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "altyn/data/database.h"
#include "altyn/data/write_table.h"
#include "data/error_of.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string text_at(const Table& table, std::string_view column, Index row) {
  return std::string(table.texts(column).at(row));
}

TEST(ReadTable, CodesTextsAndReadsNumbers) {
  const TempFolder folder;
  const std::string path = folder.file("trade.csv",
                                       "exporter,importer,year,trade_musd\n"
                                       "RUS,KAZ,2016,9426.9\n"
                                       "KAZ,RUS,2016,3612\n"
                                       "RUS,BLR,2016,\n");
  SampleLedger ledger;
  const Table table = read_table(path, {}, &ledger);
  EXPECT_EQ(table.n_rows(), 3);
  EXPECT_EQ(ledger.rows_read(), 3);
  EXPECT_EQ(table.source(), path);
  EXPECT_THAT(table.texts("exporter").dictionary, ElementsAre("KAZ", "RUS"));
  EXPECT_THAT(table.texts("exporter").codes, ElementsAre(1, 0, 1));
  EXPECT_EQ(table.numbers("trade_musd")[0], 9426.9);
  EXPECT_TRUE(is_missing(table.numbers("trade_musd")[2]));
  EXPECT_EQ(table.column("trade_musd").unit, "million USD");
  EXPECT_EQ(table.place_of(2), "line 4");
}

TEST(ReadTable, ReadsSemicolonsBomWindowsLinesAndTabs) {
  const TempFolder folder;
  const Table semicolons =
      read_table(folder.file("a.csv", "\xEF\xBB\xBFpartner;trade\r\nKAZ;1,5\r\nBLR;-2\r\n"));
  EXPECT_THAT(semicolons.numbers("trade"), ElementsAre(1.5, -2.0));
  EXPECT_EQ(text_at(semicolons, "partner", 1), "BLR");
  const Table tabs = read_table(folder.file("a.tsv", "partner\ttrade, all\nKAZ\t1.5\n"));
  EXPECT_THAT(tabs.numbers("trade, all"), ElementsAre(1.5));
}

TEST(ReadTable, ReadsQuotesThatAppearLateAndAFileNameWithQuotesAndPatterns) {
  const TempFolder folder;
  std::string content = "name,value\n";
  for (int k = 0; k < 30000; ++k) content += "plain,1\n";
  content += "\"Korea, \"\"Rep.\"\" of\",2\n";
  const Table table = read_table(folder.file("it's [a] *very* odd? name.csv", content));
  EXPECT_EQ(table.n_rows(), 30001);
  EXPECT_EQ(text_at(table, "name", 30000), "Korea, \"Rep.\" of");
}

TEST(ReadTable, UnderstandsThousandsSeparatorsAndTruthValuesAndSaysSo) {
  const TempFolder folder;
  SampleLedger ledger;
  const Table table =
      read_table(folder.file("a.csv", "trade,rta\n\"1,234.5\",TRUE\n12,FALSE\n\"1,000,000\",NA\n"),
                 {}, &ledger);
  EXPECT_THAT(table.numbers("trade"), ElementsAre(1234.5, 12.0, 1e6));
  EXPECT_THAT(table.numbers("rta"), ElementsAre(1.0, 0.0, ::testing::IsNan()));
  ASSERT_EQ(ledger.notes().size(), 2U);
  EXPECT_THAT(ledger.notes()[0].reason, HasSubstr("thousands"));
}

TEST(ReadTable, MissingWordsAreMissingInNumbersAndCodesInTexts) {
  const TempFolder folder;
  const Table table =
      read_table(folder.file("a.csv", "partner,iso2,trade_usd\nNAM,NA,NA\nKAZ,KZ,..\nRUS,RU,7\n"));
  EXPECT_EQ(text_at(table, "iso2", 0), "NA");
  EXPECT_THAT(table.numbers("trade_usd"), ElementsAre(::testing::IsNan(), ::testing::IsNan(), 7.0));
}

TEST(ReadTable, KeepsCodesWithLeadingZerosAndColumnsNamedAsCodesAsText) {
  const TempFolder folder;
  const std::string path = folder.file("a.csv", "hs,exporter,n\n010121,643,1\n847130,398,2\n");
  const Table table = read_table(path);
  EXPECT_EQ(text_at(table, "hs", 0), "010121");
  EXPECT_EQ(text_at(table, "exporter", 0), "643");
  const Table asked = read_table(path, {.columns = {"n", "hs"}, .text_columns = {"n"}});
  EXPECT_EQ(asked.columns().size(), 2U);
  EXPECT_EQ(text_at(asked, "n", 1), "2");
}

TEST(ReadTable, SkipsTitlesAndCommentsAboveTheHeaderAndCountsLines) {
  const TempFolder folder;
  SampleLedger ledger;
  const Table table =
      read_table(folder.file("a.csv", "Trade of Russia\n\n# note\npartner,trade\nKAZ,1\nBLR,2\n"),
                 {}, &ledger);
  EXPECT_THAT(table.numbers("trade"), ElementsAre(1.0, 2.0));
  EXPECT_EQ(table.line_of(1), 6);
  EXPECT_EQ(ledger.notes().at(0).rows, 3);
}

TEST(ReadTable, NamesTextAmongNumbersByLineColumnAndValue) {
  const TempFolder folder;
  const std::string path = folder.file("a.csv", "partner,n\nKAZ,1\n\nBLR,abc\nARM,3\nKGZ,4\n");
  const ErrorDetail detail = error_of([&] { (void)read_table(path); });
  EXPECT_EQ(detail.code, "text-in-number");
  EXPECT_EQ(detail.where, path + ", line 4, column n");
  EXPECT_THAT(detail.what, HasSubstr("abc"));
}

TEST(ReadTable, NamesTextFarBelowTheSample) {
  const TempFolder folder;
  std::string content = "partner,n\n";
  for (int k = 0; k < 25000; ++k) content += "KAZ,1.5\n";
  const std::string path = folder.file("a.csv", content + "BLR,1O\n");
  const ErrorDetail detail = error_of([&] { (void)read_table(path); });
  EXPECT_EQ(detail.code, "text-in-number");
  EXPECT_EQ(detail.where, path + ", line 25002, column n");
}

TEST(ReadTable, AnAmountColumnMayHoldNoTextAtAllButAMixedCodeColumnMay) {
  const TempFolder folder;
  EXPECT_EQ(
      error_of([&] { (void)read_table(folder.file("a.csv", "trade_musd\nmany\nfew\n1\n")); }).code,
      "text-in-number");
  const Table codes = read_table(folder.file("b.csv", "sector,group\n1,x\n2,1\nS3,y\n"));
  EXPECT_EQ(text_at(codes, "sector", 2), "S3");
  EXPECT_EQ(text_at(codes, "group", 1), "1");
}

TEST(ReadTable, ReadsJsonAndNamesItsRows) {
  const TempFolder folder;
  const Table table = read_table(folder.file(
      "a.json", R"([{"partner": "KAZ", "trade": 1.5}, {"partner": "BLR", "trade": null}])"));
  EXPECT_THAT(table.numbers("trade"), ElementsAre(1.5, ::testing::IsNan()));
  const ErrorDetail detail = error_of([&] {
    (void)read_table(folder.file("b.json", R"([{"trade_usd": 1}, {"trade_usd": "many"}])"));
  });
  EXPECT_EQ(detail.code, "text-in-number");
  EXPECT_THAT(detail.where, HasSubstr("row 2, column trade_usd"));
}

struct BadFile {
  const char* name;
  std::string content;
  const char* code;
};

class ReadTableRefuses : public ::testing::TestWithParam<BadFile> {};

TEST_P(ReadTableRefuses, WithACodeAndThePath) {
  const TempFolder folder;
  const std::string path = folder.file(GetParam().name, GetParam().content);
  const ErrorDetail detail = error_of([&] { (void)read_table(path); });
  EXPECT_EQ(detail.code, GetParam().code) << format_error(detail);
  EXPECT_THAT(detail.where, HasSubstr(path));
  EXPECT_FALSE(detail.why.empty());
}

std::string noise(std::size_t n_bytes) {
  std::string bytes;
  std::uint32_t state = 1;
  for (std::size_t k = 0; k < n_bytes; ++k) {
    state = state * 1664525U + 1013904223U;
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    BadFiles, ReadTableRefuses,
    ::testing::Values(
        BadFile{"zero.csv", "", "empty-file"}, BadFile{"zero.parquet", "", "empty-file"},
        BadFile{"zero.json", "", "empty-file"}, BadFile{"zero.csv.gz", "", "empty-file"},
        BadFile{"header.csv", "a,b,c\n", "empty-table"},
        BadFile{"blank.csv", "\n\n", "empty-table"}, BadFile{"none.json", "[]", "empty-table"},
        BadFile{"twins.csv", "a,b,a\n1,2,3\n", "duplicate-column"},
        BadFile{"short.csv", "a,b\n1,2\n3\n4,5\n", "ragged-row"},
        BadFile{"long.csv", "a,b\n1,2\n3,4,5\n4,5\n", "ragged-row"},
        BadFile{"headerless.csv", "a,b\n1,2,3\n4,5,6\n", "ragged-row"},
        BadFile{"latin.csv",
                "name,n\nCura\xE7"
                "ao,1\n",
                "not-utf8"},
        BadFile{"wide.csv", std::string("\xFF\xFEn\0,\0a\0", 8), "not-utf8"},
        BadFile{"noise.csv", noise(5000), "not-utf8"},
        BadFile{"noise.csv.gz", noise(5000), "unreadable-table"},
        BadFile{"noise.parquet", noise(5000), "not-parquet"},
        BadFile{"cut.parquet", "PAR1" + noise(5000), "truncated-parquet"},
        BadFile{"hollow.parquet", "PAR1" + noise(5000) + "PAR1", "unreadable-table"},
        BadFile{"noise.json", noise(5000), "unreadable-table"},
        BadFile{"text.json", "{\"a\": ", "unreadable-table"},
        BadFile{"nested.json", R"([{"a": {"b": 1}}])", "column-type"},
        BadFile{"parquet.csv", "PAR1 and more", "unreadable-table"},
        BadFile{"book.csv", "PK\x03\x04 and more", "unreadable-table"},
        BadFile{"book.xlsx", "PK\x03\x04 and more", "unknown-format"}),
    [](const auto& test) {
      std::string name = test.param.name;
      for (char& letter : name) letter = letter == '.' ? '_' : letter;
      return name;
    });

TEST(ReadTable, RefusesFoldersMissingFilesAndWrongColumns) {
  const TempFolder folder;
  const std::string path = folder.file("trade.csv", "partner,trade\nKAZ,1\n");
  const ErrorDetail missing = error_of([&] { (void)read_table(folder.path("trad.csv")); });
  EXPECT_EQ(missing.code, "file-not-found");
  EXPECT_THAT(missing.fixes, ElementsAre(HasSubstr("trade.csv")));
  EXPECT_EQ(error_of([&] { (void)read_table(folder.path("")); }).code, "is-a-folder");
  EXPECT_EQ(error_of([&] { (void)read_table(path, {.columns = {"trde"}}); }).code,
            "no-such-column");
  EXPECT_EQ(error_of([&] { (void)read_table(path, {.text_columns = {"x"}}); }).code,
            "no-such-column");
}

TEST(ReadTable, FilesThatWereCutOffAreNeverShorterTables) {
  const TempFolder folder;
  Table table("whole");
  NumberColumn values;
  for (int k = 0; k < 20'000; ++k) values.push_back(std::sqrt(k));
  table.add("x", values);
  table.add("y", values);
  for (const char* name : {"a.csv.gz", "a.parquet"}) {
    const std::string path = folder.path(name);
    write_table(table, path);
    EXPECT_EQ(read_table(path).n_rows(), 20'000);
    const auto size = std::filesystem::file_size(path);
    for (const auto kept : {size / 10, size / 2, size * 9 / 10, size - 8, size - 1}) {
      const std::string cut = folder.path("cut_" + std::to_string(kept) + name);
      std::filesystem::copy_file(path, cut);
      std::filesystem::resize_file(cut, kept);
      const ErrorDetail detail = error_of([&] { (void)read_table(cut); });
      EXPECT_THAT(detail.code, ::testing::AnyOf("truncated-gzip", "truncated-parquet", "ragged-row",
                                                "unreadable-table"))
          << name << " cut to " << kept;
    }
  }
}

// Sums and lengths of the packed text stand behind it; the database compares neither.
TEST(ReadTable, RefusesAPackedFileThatIsNotWhatWasPacked) {
  const TempFolder folder;
  Table table("t");
  table.add("exporter", {"RUS", "KAZ", "RUS"});
  table.add("trade", NumberColumn{1.0, 2.0, 3.0});
  const std::string path = folder.path("a.csv.gz");
  write_table(table, path);
  std::ostringstream packed;
  packed << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string bytes = packed.str();
  const auto code_for = [&](const std::string& content) {
    return error_of([&] { (void)read_table(folder.file("b.csv.gz", content)); }).code;
  };
  for (const std::size_t from_the_end : {1, 8}) {
    std::string damaged = bytes;
    damaged[damaged.size() - from_the_end] ^= 1;
    EXPECT_EQ(code_for(damaged), "damaged-gzip");
  }
  EXPECT_EQ(code_for(bytes + bytes), "several-parts");
  EXPECT_EQ(code_for("exporter,trade\nRUS,1\n"), "unreadable-table");
}

TEST(ReadTable, TablesMayBeVeryWide) {
  constexpr int kColumns = 5000;
  const TempFolder folder;
  std::string header = "exporter", values = "RUS", last = "KAZ";
  for (int k = 1; k < kColumns; ++k) {
    header += ",x" + std::to_string(k);
    values += k % 2 == 0 ? ",NA" : "," + std::to_string(k);
    last += ",7";
  }
  const Table table = read_table(folder.file("a.csv", header + "\n" + values + "\n" + last + "\n"));
  ASSERT_EQ(std::ssize(table.columns()), kColumns);
  EXPECT_EQ(table.numbers("x4999")[0], 4999.0);
  EXPECT_TRUE(is_missing(table.numbers("x4998")[0]));
  EXPECT_EQ(table.numbers("x4998")[1], 7.0);
}

TEST(ReadTable, TablesThatAreWiderThanLongAreRefused) {
  const TempFolder folder;
  const std::string wide =
      folder.file("a.csv", std::string(9000, ',') + "\n" + std::string(9000, ',') + "\n");
  EXPECT_EQ(error_of([&] { (void)read_table(wide); }).code, "too-many-columns");
}

// Beyond the rows by which a column's kind is guessed.
TEST(ReadTable, WordsForNoValueMayComeLate) {
  const TempFolder folder;
  std::string content = "exporter,trade,gdp\n";
  for (int k = 0; k < 12'000; ++k) content += "RUS,1.5,2\n";
  const Table table = read_table(folder.file("a.csv", content + "KAZ,NA,..\n"));
  EXPECT_TRUE(is_missing(table.numbers("trade").back()));
  EXPECT_TRUE(is_missing(table.numbers("gdp").back()));
  EXPECT_EQ(table.numbers("gdp")[0], 2.0);
  EXPECT_EQ(text_at(table, "exporter", 12'000), "KAZ");
}

TEST(ReadTable, TrimsTheNamesOfColumns) {
  const TempFolder folder;
  EXPECT_THAT(read_table(folder.file("a.csv", "a, b ,c\n1, 2 ,3\n")).numbers("b"),
              ElementsAre(2.0));
}

TEST(ReadTable, KeepsTheOrderOfTheFileForAnyNumberOfThreads) {
  // 12 MB: enough for the reader to split the file between threads.
  const TempFolder folder;
  std::string content = "exporter,row,note\n";
  for (Index k = 0; k < 300'000; ++k) {
    content += "E" + std::to_string(k * 7919 % 101) + "," + std::to_string(k) +
               ".25,a note of thirty characters.\n";
  }
  const std::string path = folder.file("a.csv", content);
  for (const Index n_threads : {1, 2, 4}) {
    const Table table = read_table(path, {.columns = {"exporter", "row"}, .n_threads = n_threads});
    ASSERT_EQ(table.n_rows(), 300'000);
    Index out_of_place = 0;
    for (Index row = 0; row < table.n_rows(); ++row) {
      const bool here =
          table.numbers("row")[static_cast<std::size_t>(row)] == static_cast<double>(row) + 0.25 &&
          table.texts("exporter").at(row) == "E" + std::to_string(row * 7919 % 101);
      if (!here) ++out_of_place;
    }
    EXPECT_EQ(out_of_place, 0);
  }
}

TEST(Database, ReportsItsOwnErrorsAndTypes) {
  Database database;
  EXPECT_EQ(error_of<SystemError>([&] { database.run("SELEC"); }).code, "database");
  EXPECT_EQ(error_of<SystemError>([&] { (void)database.query("SELECT nothing", "q"); }).code,
            "database");
  const Table table = database.query(
      "SELECT 3::TINYINT AS a, true AS b, 1.25::DECIMAL(9, 2) AS c, DATE '2017-02-01' AS d, "
      "NULL::INTEGER AS e, 'x' AS f",
      "q");
  EXPECT_EQ(table.numbers("a")[0], 3.0);
  EXPECT_EQ(table.numbers("b")[0], 1.0);
  EXPECT_EQ(table.numbers("c")[0], 1.25);
  EXPECT_EQ(text_at(table, "d", 0), "2017-02-01");
  EXPECT_TRUE(is_missing(table.numbers("e")[0]));
}

}  // namespace
}  // namespace altyn::data
