#include "altyn/data/import_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>
#include <zlib.h>

#include "altyn/core/errors.h"
#include "data/error_of.h"
#include "data/temp_folder.h"

namespace altyn::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const Table& table, const std::string& column) {
  std::vector<std::string> result;
  for (Index row = 0; row < table.n_rows(); ++row) result.emplace_back(table.texts(column).at(row));
  return result;
}

class ImportSource : public testing::Test {
 protected:
  ImportedSource import(const std::string& source, const std::string& text,
                        const ImportOptions& options = {}, const std::string& name = "a.csv") {
    return import_source(source_layout(source), {folder_.file(name, text)}, options);
  }
  std::string fails(const std::string& source, const std::string& text,
                    const ImportOptions& options = {}, const std::string& name = "a.csv") {
    return error_of([&] { (void)import(source, text, options, name); }).code;
  }
  TempFolder folder_;
};

// Layout of CEPII's yearly files: thousand USD, tonnes, UN numbers of economies, HS6.
constexpr const char* kBaci =
    "t,i,j,k,v,q\n"
    "2017,643,398,010121,1500.5,2.25\n"
    "2017,398,643,270900,20000,NA\n"
    "2017,842,643,880240,12.5,0.5\n";

TEST_F(ImportSource, ReadsBaci) {
  const ImportedSource found = import("baci", kBaci);
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("KAZ", "RUS", "USA"));
  EXPECT_THAT(texts(found.table, "importer"), ElementsAre("RUS", "KAZ", "RUS"));
  EXPECT_THAT(texts(found.table, "sector"), ElementsAre("270900", "010121", "880240"));
  EXPECT_THAT(found.table.numbers("trade_musd"), ElementsAre(20.0, 1.5005, 0.0125));
  EXPECT_TRUE(is_missing(found.table.numbers("quantity_t")[0]));
  EXPECT_EQ(found.table.column("trade_musd").unit, "million USD");
  EXPECT_EQ(found.ledger.rows_used(), 3);
}

TEST_F(ImportSource, PadsCodesThatLostTheirZeros) {
  const ImportedSource found =
      import("baci", "t,i,j,k,v,q\n2017,643,398,10121,1,1\n2017,643,398,270900,1,1\n");
  EXPECT_THAT(texts(found.table, "sector"), ElementsAre("010121", "270900"));
}

TEST_F(ImportSource, AddsProductsUpToAChapter) {
  const ImportedSource found = import("baci",
                                      "t,i,j,k,v,q\n2017,643,398,270900,1,1\n"
                                      "2017,643,398,271019,2,1\n2017,643,398,010121,4,1\n",
                                      {.code_digits = 2});
  EXPECT_THAT(texts(found.table, "sector"), ElementsAre("01", "27"));
  // 0.001 + 0.002: the sum of two doubles.
  EXPECT_DOUBLE_EQ(found.table.numbers("trade_musd")[1], 0.003);
}

TEST_F(ImportSource, StacksYearsAndTakesTheYearsAskedFor) {
  const std::string first = folder_.file("1.csv", "t,i,j,k,v,q\n2016,643,398,010121,1,1\n");
  const std::string second = folder_.file("2.csv", kBaci);
  EXPECT_EQ(import_source(source_layout("baci"), {first, second}).table.n_rows(), 4);
  const ImportedSource late =
      import_source(source_layout("baci"), {first, second}, {.first_year = 2017});
  EXPECT_EQ(late.table.n_rows(), 3);
  EXPECT_EQ(late.ledger.dropped().front().rows, 1);
}

TEST_F(ImportSource, TakesTheCodeTableThatComesWithTheData) {
  const std::string data = folder_.file("a.csv", "t,i,j,k,v,q\n2017,9001,398,010121,1,1\n");
  const std::string codes = folder_.file(
      "codes.csv", "country_code,country_name,country_iso2,country_iso3\n9001,Elsewhere,AM,ARM\n");
  const ImportedSource found = import_source(source_layout("baci"), {data}, {}, codes);
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("ARM"));
}

TEST_F(ImportSource, TheSameFileTwiceIsAnErrorWithBothPlaces) {
  const std::string path = folder_.file("a.csv", kBaci);
  const ErrorDetail detail =
      error_of([&] { (void)import_source(source_layout("baci"), {path, path}); });
  EXPECT_EQ(detail.code, "duplicate-row");
  EXPECT_THAT(detail.where, HasSubstr("line 2"));
}

TEST_F(ImportSource, ReadsComtradesBulkFileAndTurnsReportsIntoFlows) {
  const ImportedSource found = import(
      "comtrade",
      "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,flowCode,partnerCode,"
      "partner2Code,classificationCode,cmdCode,customsCode,motCode,netWgt,primaryValue\n"
      "C,A,20170101,2017,52,2017,643,X,398,0,H5,TOTAL,C00,0,1000,12000000\n"
      "C,A,20170101,2017,52,2017,398,M,643,0,H5,TOTAL,C00,0,900,11000000\n"
      "C,A,20170101,2017,52,2017,398,M,643,0,H5,TOTAL,C00,2100,900,5000000\n"
      "C,A,20170101,2017,52,2017,398,M,0,0,H5,TOTAL,C00,0,900,29000000\n"
      "C,A,20170101,2017,52,2017,643,RX,398,0,H5,TOTAL,C00,0,10,100000\n");
  ASSERT_EQ(found.table.n_rows(), 1);
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("RUS"));
  EXPECT_THAT(texts(found.table, "importer"), ElementsAre("KAZ"));
  EXPECT_THAT(found.table.numbers("importer_reported_musd"), ElementsAre(11.0));
  EXPECT_THAT(found.table.numbers("exporter_reported_musd"), ElementsAre(12.0));
  EXPECT_FALSE(found.table.has("month"));
  EXPECT_EQ(found.ledger.rows_read(), 5);
  EXPECT_EQ(found.ledger.rows_used(), 2);
}

TEST_F(ImportSource, ReadsTheJsonOfComtradesInterfaceByMonth) {
  const ImportedSource found = import("comtrade",
                                      R"({"elapsedTime":"0.1 secs","count":2,"data":[
        {"refYear":2017,"refMonth":2,"period":"201702","reporterCode":643,"reporterISO":"RUS",
         "flowCode":"X","partnerCode":398,"cmdCode":"27","motCode":0,"customsCode":"C00",
         "partner2Code":0,"netWgt":null,"primaryValue":5000000.5},
        {"refYear":2017,"refMonth":3,"period":"201703","reporterCode":643,"reporterISO":"RUS",
         "flowCode":"X","partnerCode":398,"cmdCode":"27","motCode":0,"customsCode":"C00",
         "partner2Code":0,"netWgt":null,"primaryValue":6000000}],"error":""})",
                                      {}, "answer.json");
  EXPECT_THAT(found.table.numbers("month"), ElementsAre(2.0, 3.0));
  EXPECT_THAT(found.table.numbers("exporter_reported_musd"), ElementsAre(5.0000005, 6.0));
  EXPECT_THAT(texts(found.table, "sector"), ElementsAre("27", "27"));
}

// Bulk files hold the total, chapters, headings and subheadings: all trade four times.
TEST_F(ImportSource, LevelsOfProductsAreNotAddedToOneAnother) {
  const std::string text =
      "refYear\tperiod\treporterCode\tflowCode\tpartnerCode\tcmdCode\tprimaryValue\n"
      "2017\t2017\t51\tX\t643\tTOTAL\t9000000\n2017\t2017\t51\tX\t643\t1\t2000000\n"
      "2017\t2017\t51\tX\t643\t27\t7000000\n2017\t2017\t51\tX\t643\t2709\t7000000\n"
      "2017\t2017\t51\tX\t643\t270900\t7000000\n2017\t2017\t51\tX\t643\t0101\t2000000\n";
  const ImportedSource chapters = import("comtrade", text, {.code_digits = 2}, "a.txt");
  EXPECT_THAT(texts(chapters.table, "sector"), ElementsAre("01", "27"));
  EXPECT_THAT(chapters.table.numbers("exporter_reported_musd"), ElementsAre(2.0, 7.0));
  EXPECT_EQ(chapters.ledger.rows_used(), 2);
  // As the bulk file is named and packed.
  const std::string bulk = folder_.path("COMTRADE-FINAL-CA051201700H5[2020-04-13].gz");
  gzFile file = gzopen(bulk.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  EXPECT_EQ(import_source(source_layout("comtrade"), {bulk}, {.code_digits = 6}).table.n_rows(), 1);
  const ImportedSource all = import("comtrade", text, {}, "a.txt");
  EXPECT_EQ(all.table.n_rows(), 6);
  EXPECT_THAT(all.notes, testing::Contains(HasSubstr("2 and 4 and 6 digits stand side by side")));
  EXPECT_EQ(fails("wits_tariffs", "Reporter;Partner;Year\n", {.code_digits = 2}), "bad-option");
}

TEST_F(ImportSource, ReadsTariffsInPercentAndKeepsTheWorldAsPartner) {
  const ImportedSource found = import(
      "wits_tariffs",
      "\xEF\xBB\xBFSelected Nomen,Native Nomen,Reporter,Reporter Name,Product,Product Name,Partner,"
      "Partner Name,Tariff Year,Trade Year,Trade Source,DutyType,Simple Average,Weighted Average,"
      "Minimum Rate,Maximum Rate,Nbr of Total Lines,Imports Value in 1000 USD\n"
      "HS,H5,643,\"Russian Federation\",870323,\"Motor cars, new\",000,World,2017,2017,CMT,MFN,"
      "15.00,14.5,10,17,6,\"1,234.5\"\n"
      "HS,H5,643,\"Russian Federation\",870323,\"Motor cars, new\",398,Kazakhstan,2017,2017,CMT,"
      "AHS,0,0,0,0,6,10\n");
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("KAZ", "WLD"));
  EXPECT_THAT(texts(found.table, "duty_type"), ElementsAre("AHS", "MFN"));
  EXPECT_THAT(found.table.numbers("rate"), ElementsAre(0.0, 0.15));
  EXPECT_THAT(found.table.numbers("imports_musd"), ElementsAre(0.01, 1.2345));
}

TEST_F(ImportSource, ReadsItpdWithItsFlags) {
  const ImportedSource found = import(
      "itpd_s",
      "exporter_iso3,exporter_name,importer_iso3,importer_name,year,industry_id,industry_descr,"
      "broad_sector,trade,flag_mirror,flag_zero,flag_itpds\n"
      "KAZ,Kazakhstan,RUS,Russia,2016,36,Mining of hard coal,Mining and Energy,350.5,0,p,1\n"
      "KAZ,Kazakhstan,KAZ,Kazakhstan,2016,36,Mining of hard coal,Mining and Energy,900,0,p,1\n");
  EXPECT_THAT(texts(found.table, "sector"), ElementsAre("36", "36"));
  EXPECT_THAT(texts(found.table, "flag_zero"), ElementsAre("p", "p"));
  EXPECT_THAT(found.table.numbers("trade_musd"), ElementsAre(900.0, 350.5));
}

TEST_F(ImportSource, LeavesOutCountriesThatDidNotExist) {
  const ImportedSource found =
      import("cepii_gravity",
             "year,country_id_o,country_id_d,iso3_o,iso3_d,country_exists_o,country_exists_d,dist,"
             "contig,gdp_o,fta_wto,tradeflow_baci\n"
             "1985,DEU.1,KAZ,DEU,KAZ,1,0,4900,0,700000,0,\n"
             "2010,DEU.2,KAZ,DEU,KAZ,1,1,4900,0,3396354000,0,2500000\n");
  EXPECT_EQ(found.table.n_rows(), 1);
  EXPECT_THAT(found.table.numbers("gdp_exporter_musd"), ElementsAre(3396354.0));
  EXPECT_THAT(found.table.numbers("trade_baci_musd"), ElementsAre(2500.0));
}

TEST_F(ImportSource, ReadsTreatiesAndAgreementsByPair) {
  const ImportedSource treaties =
      import("desta",
             "country1;country2;iso1;iso2;number;base_treaty;name;entry_type;year;entryforceyear\n"
             "Belarus;Kazakhstan;112;398;868;868;Eurasian Economic Union;base_treaty;2014;2015\n");
  EXPECT_THAT(texts(treaties.table, "first"), ElementsAre("BLR"));
  EXPECT_THAT(treaties.table.numbers("year_in_force"), ElementsAre(2015.0));
  const ImportedSource agreements =
      import("egger_larch",
             "id,exporter,importer,year,cu,fta,psa,eia,cueia,ftaeia,psaeia,rta\n"
             "1,ROM,KAZ,1999,0,0,0,0,0,0,0,0\n");
  EXPECT_THAT(texts(agreements.table, "exporter"), ElementsAre("ROU"));
  EXPECT_THAT(agreements.notes, testing::Contains(HasSubstr("ROM read as ROU")));
}

TEST_F(ImportSource, ReadsArchivesAndOtherEncodings) {
  const std::string path = folder_.path("baci.zip");
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, &code);
  const auto put = [&](const char* name, const std::string& text) {
    zip_file_add(archive, name, zip_source_buffer(archive, text.data(), text.size(), 0), 0);
  };
  const std::string data = kBaci;
  const std::string codes = "country_code,country_iso3\n643,RUS\n";
  put("BACI_HS17_Y2017_V202401b.csv", data);
  put("country_codes_V202401b.csv", codes);
  ASSERT_EQ(zip_close(archive), 0);
  EXPECT_EQ(import_source(source_layout("baci"), {path}).table.n_rows(), 3);
  const std::string other = "t,i,j,k,v,q\n2018,643,398,010121,1,1\n";
  archive = zip_open(path.c_str(), 0, &code);
  put("BACI_HS17_Y2018_V202401b.csv", other);
  ASSERT_EQ(zip_close(archive), 0);
  const ErrorDetail several = error_of([&] { (void)import_source(source_layout("baci"), {path}); });
  EXPECT_EQ(several.code, "several-tables");
  EXPECT_THAT(several.fixes.front(), HasSubstr("baci.zip/BACI_HS17_Y2017_V202401b.csv"));
  EXPECT_EQ(
      import_source(source_layout("baci"), {path + "/BACI_HS17_Y2018_V202401b.csv"}).table.n_rows(),
      1);
  EXPECT_EQ(error_of([&] { (void)import_source(source_layout("baci"), {path + "/x.csv"}); }).code,
            "no-such-entry");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_EQ(error_of([&] { (void)import_source(source_layout("baci"), {path}); }).code,
            "not-an-archive");

  // Россия and Казахстан in Windows-1251.
  const std::string cyrillic =
      "exporter;importer;year;rta\n\xD0\xEE\xF1\xF1\xE8\xFF;\xCA\xE0\xE7\xE0\xF5\xF1\xF2\xE0\xED;"
      "2017;1\n";
  const ImportedSource found =
      import("egger_larch", cyrillic, {.encoding = Encoding::kWindows1251});
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("RUS"));
  EXPECT_EQ(fails("egger_larch", cyrillic), "not-utf8");
}

// Codes that changed over time, in the spellings of the databases.
TEST_F(ImportSource, CodesOfEarlierYearsAreUnderstood) {
  const ImportedSource found = import("egger_larch",
                                      "exporter,importer,year,rta\n"
                                      "ROM,SUN,1985,0\nROU,SCG,2004,1\nZAR,TMP,1995,0\n"
                                      "COD,TLS,2005,0\nYUG,CSK,1990,0\n");
  EXPECT_THAT(texts(found.table, "exporter"), ElementsAre("COD", "COD", "ROU", "ROU", "YUG"));
  EXPECT_THAT(texts(found.table, "importer"), ElementsAre("TLS", "TLS", "SCG", "SUN", "CSK"));
  // The same by number, with zeros in front and without.
  const ImportedSource numbers = import("baci",
                                        "t,i,j,k,v,q\n1995,8,004,010121,1,1\n"
                                        "1995,51,643,010121,1,1\n1995,891,810,010121,1,1\n"
                                        "1995,180,626,010121,1,1\n1995,032,36,010121,1,1\n");
  EXPECT_THAT(texts(numbers.table, "exporter"), ElementsAre("ALB", "ARG", "ARM", "COD", "SCG"));
  EXPECT_THAT(texts(numbers.table, "importer"), ElementsAre("AFG", "AUS", "RUS", "TLS", "SUN"));
  const ImportedSource tariffs =
      import("wits_tariffs",
             "NomenCode;Reporter_ISO_N;Year;ProductCode;Partner;DutyType;SimpleAverage;Min_Rate;"
             "Max_Rate;TotalNoOfLines\nH2;51;2005;10121;0;BND;15,00;10;20,5;2\n"
             "H2;051;2005;10121;8;AHS;5,25;5;5,5;2\n");
  EXPECT_THAT(texts(tariffs.table, "importer"), ElementsAre("ARM", "ARM"));
  EXPECT_THAT(texts(tariffs.table, "exporter"), ElementsAre("ALB", "WLD"));
  EXPECT_THAT(texts(tariffs.table, "sector"), ElementsAre("010121", "010121"));
  EXPECT_THAT(tariffs.table.numbers("rate"), ElementsAre(testing::DoubleEq(0.0525), 0.15));
}

TEST_F(ImportSource, BadFilesAreNamed) {
  EXPECT_EQ(fails("baci", "t,i,j,k,value\n2017,643,398,010121,1\n"), "layout-mismatch");
  EXPECT_EQ(fails("baci", "t,i,j,k,v,q\n2017,643,xx9,010121,1,1\n"), "unknown-economy");
  EXPECT_EQ(fails("baci", "t,i,j,k,v,q\n17,643,398,010121,1,1\n"), "bad-year");
  EXPECT_EQ(fails("baci", "t,i,j,k,v,q\n2017,643,398,010121,-1,1\n"), "negative-value");
  EXPECT_EQ(fails("baci", "t,i,j,k,v,q\n2017,643,398,010121,many,1\n"), "text-in-number");
  EXPECT_EQ(fails("baci", "t,i,j,k,v,q\n2017,643,899,010121,1,1\n"), "empty-table");
  EXPECT_EQ(fails("comtrade",
                  "refYear,period,reporterCode,flowCode,partnerCode,cmdCode,primaryValue\n"
                  "2017,2017,643,Q,398,TOTAL,1\n"),
            "bad-flow");
  EXPECT_EQ(error_of([] { (void)source_layout("bacy"); }).code, "unknown-source");
  const ImportedSource found = import("baci",
                                      "t,i,j,k,v,q\n2017,643,xx9,010121,1,1\n"
                                      "2017,643,398,010121,1,1\n",
                                      {.unknown_economies = UnknownEconomies::kLeaveOut});
  EXPECT_EQ(found.table.n_rows(), 1);
}

}  // namespace
}  // namespace altyn::data
