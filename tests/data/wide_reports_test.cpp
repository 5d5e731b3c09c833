#include "altyn/data/wide_reports.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include "data/error_of.h"
#include "data/small_io.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const Table& table, const std::string& column) {
  std::vector<std::string> result;
  for (Index row = 0; row < table.n_rows(); ++row) result.emplace_back(table.texts(column).at(row));
  return result;
}

std::string in_windows_1251(std::string text) {
  std::vector<char> output(text.size());
  char* from = text.data();
  char* to = output.data();
  std::size_t left = text.size(), room = output.size();
  const iconv_t state = iconv_open("WINDOWS-1251", "UTF-8");
  iconv(state, &from, &left, &to, &room);
  iconv_close(state);
  return std::string(output.data(), output.size() - room);
}

// The yearbook of Rosstat: years over exports and imports, groups of partners with sums.
constexpr const char* kYearbook =
    "\"ВНЕШНЯЯ ТОРГОВЛЯ РОССИЙСКОЙ ФЕДЕРАЦИИ С ЗАРУБЕЖНЫМИ СТРАНАМИ\"\n"
    "(в фактически действовавших ценах; миллионов долларов США)\n"
    ";2012;;2013;\n"
    ";экспорт;импорт;экспорт;импорт\n"
    "Всего;524 735,0;317 263,0;525 976,0;315 297,0\n"
    "в том числе:;;;;\n"
    "страны СНГ;79 435,0;44 994,0;74 807,0;42 311,0\n"
    "Казахстан1);14 892,0;9 409,0;17 218,5;5 884,2\n"
    "Киргизия;1 634,0;196,0;2 029,0;…\n"
    "Китай;35 766,8;51 844,0;35 625,0;53 173,0\n";

TEST(WideReports, ReadsTheYearbookOfRosstat) {
  const TempFolder folder;
  const std::string path = folder.file("trade.csv", in_windows_1251(kYearbook));
  const ImportedSource found =
      import_source(source_layout("rosstat"), {path}, {.encoding = Encoding::kWindows1251});
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("CHN", "CHN", "KAZ", "KAZ", "KGZ", "RUS",
                                                          "RUS", "RUS", "RUS", "RUS", "RUS"));
  EXPECT_DOUBLE_EQ(found.table.numbers("importer_reported_musd")[0], 51844.0);
  EXPECT_DOUBLE_EQ(found.table.numbers("importer_reported_musd")[3], 5884.2);
  EXPECT_TRUE(is_missing(found.table.numbers("exporter_reported_musd")[0]));
  EXPECT_DOUBLE_EQ(found.table.numbers("exporter_reported_musd")[8], 17218.5);
  EXPECT_EQ(found.ledger.rows_read(), 5);
  EXPECT_EQ(found.ledger.rows_used(), 3);
  EXPECT_THAT(found.ledger.dropped().front().examples, Contains(HasSubstr("Всего")));
}

TEST(WideReports, ReadsATableOfTheCustomsServiceByMonth) {
  const TempFolder folder;
  const std::string path =
      folder.file("fts.csv",
                  "Внешняя торговля Российской Федерации по основным странам за февраль 2017 года\n"
                  "млн долл. США;;;;;;\n"
                  "Код;Страна;Товарооборот;Экспорт;;Импорт;\n"
                  ";;;стоимость;в % к прошлому году;стоимость;в % к прошлому году\n"
                  "1;Казахстан;1 234,5;800,5;130,1;434,0;120,0\n");
  const ImportedSource found = import_source(source_layout("rosstat"), {path});
  ASSERT_EQ(found.table.n_rows(), 2);
  EXPECT_THAT(found.table.numbers("month"), ElementsAre(2.0, 2.0));
  EXPECT_THAT(found.table.numbers("year"), ElementsAre(2017.0, 2017.0));
  EXPECT_DOUBLE_EQ(found.table.numbers("importer_reported_musd")[0], 434.0);
  EXPECT_DOUBLE_EQ(found.table.numbers("exporter_reported_musd")[1], 800.5);
  EXPECT_THAT(found.notes, Contains(HasSubstr("2 columns of shares")));
}

TEST(WideReports, ReadsTheWorkbookOfKazakhstansBureau) {
  const TempFolder folder;
  const std::string path = folder.path("trade.xlsx");
  SmallIo::write_workbook(path, {{"Внешняя торговля Республики Казахстан по странам"},
                                 {"тыс. долларов США"},
                                 {"", "Январь-декабрь 2012 года", "", "Январь-март 2013 года"},
                                 {"", "Экспорт", "Импорт", "Экспорт"},
                                 {"Всего", "86448800.5", "46358400", "100"},
                                 {"Страны ЕАЭС", "6900000", "17900000", "50"},
                                 {"Россия", "6747000", "17110000", "40"},
                                 {"Германия", "270000", "2273000", "1"}});
  const ImportedSource found = import_source(source_layout("kazstat"), {path});
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("DEU", "KAZ", "KAZ", "RUS"));
  EXPECT_DOUBLE_EQ(found.table.numbers("exporter_reported_musd")[2], 6747.0);
  EXPECT_DOUBLE_EQ(found.table.numbers("importer_reported_musd")[3], 17110.0);
  EXPECT_FALSE(found.table.has("month"));
  EXPECT_EQ(found.ledger.rows_used(), 2);
}

// What the customs service prints: a table each month, with the figures from January on.
TEST(WideReports, FiguresFromJanuaryOnBecomeMonths) {
  const TempFolder folder;
  const auto table = [&](const char* name, const char* months, const char* figures) {
    return folder.file(
        name, std::string("Внешняя торговля Российской Федерации по странам\nмлн долларов США\n"
                          ";Экспорт;;Импорт;\n;") +
                  months + ";в % к 2016 г.;" + months + ";в % к 2016 г.\n" + figures);
  };
  const std::vector<std::string> files = {
      table("01.csv", "январь 2017 г.", "Казахстан²;1 000,5;130,1;400,0*;1\nКитай;2 000;1;–;1\n"),
      table("02.csv", "Январь–февраль 2017 г.",
            "Казахстан;2 100,5;130,1;900,0;1\nКитай;1 900;1;3 000;1\n"),
      table("04.csv", "январь-апрель 2017 г.", "Казахстан;4 000;130,1;2 000;1\n"),
      table("03.csv", "I квартал 2017 г.", "Казахстан;3 000;130,1;1 500;1\n"),
      table("12.csv", "январь-декабрь 2017 г.", "Казахстан;12 324,1;130,1;4 942,0;1\n")};
  const ImportedSource found = import_source(source_layout("rosstat"), files);
  std::vector<double> exports, months;
  for (Index row = 0; row < found.table.n_rows(); ++row) {
    const auto k = static_cast<std::size_t>(row);
    if (found.table.texts("importer").at(row) != "KAZ") continue;
    months.push_back(found.table.numbers("month")[k]);
    exports.push_back(found.table.numbers("exporter_reported_musd")[k]);
  }
  ASSERT_EQ(months.size(), 5U) << "four months and the year";
  EXPECT_TRUE(is_missing(months[0]));
  EXPECT_DOUBLE_EQ(exports[0], 12324.1);
  EXPECT_THAT(exports, ElementsAre(testing::_, 1000.5, testing::DoubleEq(1100.0),
                                   testing::DoubleEq(899.5), testing::DoubleEq(1000.0)));
  EXPECT_THAT(found.notes, Contains(HasSubstr("6 figures of months are differences")));
  EXPECT_THAT(found.notes,
              Contains(HasSubstr("1 months were left out: the sum from January on is below")));
  EXPECT_THAT(found.notes, Contains(HasSubstr("1 sums from January on were left out")));
}

TEST(WideReports, AYearWhoseMonthsAreAllKnownIsTheirSum) {
  const TempFolder folder;
  std::string text = "Trade by country, million USD\n";
  std::string header = "Country", figures = "Kazakhstan";
  for (int month = 1; month <= 12; ++month) {
    header += month == 1 ? ";Exports January 2017" : fmt::format(";Exports {} months 2017", month);
    figures += fmt::format(";{}", 10 * month * month);
  }
  const ImportedSource found = import_source(
      source_layout("rosstat"), {folder.file("a.csv", text + header + "\n" + figures)});
  ASSERT_EQ(found.table.n_rows(), 12);
  double sum = 0.0;
  for (std::size_t k = 0; k < 12; ++k) {
    const double month = static_cast<double>(k + 1);
    EXPECT_DOUBLE_EQ(found.table.numbers("month")[k], month);
    EXPECT_DOUBLE_EQ(found.table.numbers("exporter_reported_musd")[k], 10.0 * (2.0 * month - 1.0));
    sum += found.table.numbers("exporter_reported_musd")[k];
  }
  EXPECT_DOUBLE_EQ(sum, 1440.0);
}

TEST(WideReports, KazakhIsRead) {
  const TempFolder folder;
  const std::string path =
      folder.file("a.csv",
                  "Қазақстан Республикасының елдер бойынша сыртқы саудасы\nмың АҚШ доллары\n"
                  "Елдер;2017 жылғы Желтоқсан;\n;Экспорт;Импорт\n"
                  "Барлығы;9;9\nТМД елдері;5;5\nРесей Федерациясы;450 000,5;1 200 000\n"
                  "Қытай;2;3\nӨзбекстан;4;5\n");
  const ImportedSource found = import_source(source_layout("kazstat"), {path});
  EXPECT_THAT(texts(found.table, "exporter"),
              ElementsAre("CHN", "KAZ", "KAZ", "KAZ", "RUS", "UZB"));
  EXPECT_THAT(found.table.numbers("month"), testing::Each(12.0));
  EXPECT_DOUBLE_EQ(found.table.numbers("exporter_reported_musd")[2], 450.0005);
  EXPECT_EQ(found.ledger.rows_used(), 3);
}

TEST(WideReports, YearsOverFlowsOrFlowsOverYearsAreTheSame) {
  const TempFolder folder;
  const std::string path =
      folder.file("a.csv",
                  "Trade by country, million USD\n,Exports,,Imports,\nCountry,2016,2017,2016,2017\n"
                  "Kazakhstan,\"9,426.9\",12324,3640,4942\n");
  const ImportedSource found =
      import_source(source_layout("rosstat"), {path}, {.first_year = 2017});
  EXPECT_THAT(found.table.numbers("year"), ElementsAre(2017.0, 2017.0));
  EXPECT_THAT(found.table.numbers("importer_reported_musd")[0], 4942.0);
}

TEST(WideReports, TheCustomsServicesFilesHaveRegionsAndMonths) {
  const TempFolder folder;
  const std::string path =
      folder.file("DATTSVT.csv",
                  "NAPR\tPERIOD\tSTRANA\tTNVED\tEDIZM\tSTOIM\tNETTO\tKOL\tREGION\tREGION_S\n"
                  "ЭК\t02/2017\tKZ\t2709009009\t\t5000000\t12000\t0\t45000 - МОСКВА\t01\n"
                  "ЭК\t02/2017\tKZ\t2709009009\t\t1000000\t2000\t0\t71000 - ТЮМЕНСКАЯ\t06\n"
                  "ИМ\t02/2017\tKZ\t101210000\t\t7000\t1\t0\t45000 - МОСКВА\t01\n");
  const ImportedSource found = import_source(source_layout("fcs"), {path});
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("KAZ", "RUS", "RUS"));
  EXPECT_THAT(texts(found.table, "sector"), ElementsAre("0101210000", "2709009009", "2709009009"));
  EXPECT_THAT(found.table.numbers("month"), ElementsAre(2.0, 2.0, 2.0));
  EXPECT_DOUBLE_EQ(found.table.numbers("exporter_reported_musd")[1], 5.0);
  const ImportedSource chapters =
      import_source(source_layout("fcs"), {path}, {.first_year = 2017, .code_digits = 2});
  EXPECT_THAT(texts(chapters.table, "sector"), ElementsAre("01", "27", "27"));
}

TEST(WideReports, GroupsAndEconomiesAreToldApartByTheirNames) {
  const TempFolder folder;
  const std::string path = folder.file(
      "a.csv",
      "Торговля, млн долл. США\n;2019;\n;экспорт;импорт\nВСЕГО;9;9\nСТРАНЫ АТЭС;9;9\nЕС;9;9\n"
      "Азия;9;9\nАБХАЗИЯ;1;1\nТАЙВАНЬ (КИТАЙ);1;2\nКОРЕЯ, РЕСПУБЛИКА;3;4\n"
      "СОЕДИНЕННЫЕ ШТАТЫ;5;6\nОБЪЕДИНЕННЫЕ АРАБСКИЕ ЭМИРАТЫ 2);7;8\nЮЖНАЯ АФРИКА;9;10\n");
  EXPECT_EQ(error_of([&] { (void)import_source(source_layout("rosstat"), {path}); }).code,
            "unknown-economy");
  const ImportedSource found = import_source(source_layout("rosstat"), {path},
                                             {.unknown_economies = UnknownEconomies::kLeaveOut});
  EXPECT_THAT(texts(found.table, "exporter"),
              ElementsAre("ARE", "KOR", "RUS", "RUS", "RUS", "RUS", "RUS", "TWN", "USA", "ZAF"));
  EXPECT_EQ(found.ledger.dropped()[0].rows, 4) << "groups";
  EXPECT_EQ(found.ledger.dropped()[1].rows, 1) << "Abkhazia has no code";
}

TEST(WideReports, WrongTablesAreNamed) {
  const TempFolder folder;
  const auto fails = [&](const std::string& text) {
    const std::string path = folder.file("a.csv", text);
    return error_of([&] { (void)import_source(source_layout("rosstat"), {path}); }).code;
  };
  const std::string head = "Торговля, млн долл. США\n;2012;\n;экспорт;импорт\n";
  EXPECT_EQ(fails(head + "Казахстан;1,5;2\nКазахстан;1;2\n"), "duplicate-row");
  EXPECT_EQ(fails(head + "Казахстан;1,5;много\n"), "text-in-number");
  EXPECT_EQ(fails(head + "Казахстан;1,5;2\nНарния;1;2\n"), "unknown-economy");
  EXPECT_EQ(fails("Торговля\n;2012;\n;экспорт;импорт\nКазахстан;1,5;2\n"), "unit-unknown");
  EXPECT_EQ(fails("Торговля, млн долл. США\n;экспорт;импорт\nКазахстан;1,5;2\n"),
            "layout-mismatch");
  EXPECT_EQ(fails("Торговля, млн долл. США\n;2012;2013\nКазахстан;1,5;2\n"), "layout-mismatch");
  EXPECT_EQ(fails("a;b\n1;2\n"), "layout-mismatch");
  std::string lines;
  for (int k = 0; k < 2400; ++k) lines += ";ab\n";
  EXPECT_EQ(fails(head + lines + std::string(9000, ';') + "\nКазахстан;1,5;2\n"),
            "layout-mismatch");
}

TEST(WideReports, AFlowReachesOverTheColumnsWithoutAHeader) {
  const TempFolder folder;
  const std::string path =
      folder.file("a.csv",
                  "Торговля, млн долл. США\n;экспорт;;импорт;\n;2012;2013;2012;2013\n"
                  "Казахстан;1;2;3;4\n");
  const Table table = import_source(source_layout("rosstat"), {path}).table;
  EXPECT_THAT(table.numbers("year"), ElementsAre(2012, 2013, 2012, 2013));
  const std::string twice = folder.file(
      "b.csv", "Торговля, млн долл. США\n;экспорт 2012;;импорт 2012\nКазахстан;1;2;3\n");
  EXPECT_EQ(error_of([&] { (void)import_source(source_layout("rosstat"), {twice}); }).code,
            "duplicate-row")
      << "both columns stand below exports";
}

}  // namespace
}  // namespace altyn::data
