#include "altyn/data/concordance_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "altyn/data/concordance.h"
#include "data/error_of.h"
#include "data/small_io.h"
#include "data/temp_folder.h"

// Small files of our own in the layouts that the providers publish.
namespace altyn::data {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> column_of(const Table& table, const std::string& column) {
  std::vector<std::string> result;
  for (Index row = 0; row < table.n_rows(); ++row) result.emplace_back(table.texts(column).at(row));
  return result;
}

TEST(ConcordanceFile, TheUnitedNationsTableHasTitlesAndMarksOfPartialLinks) {
  const TempFolder folder;
  const ConcordanceFile file =
      read_concordance(folder.file("hs.csv",
                                   "\xEF\xBB\xBF"
                                   "Correlation table between HS 2012 and HS 2007,,,,\n,,,,\n"
                                   ",HS 2012,ex,HS 2007,Relationship\n"
                                   ",'010121,,010110,1 to 1\n"
                                   ",030389,ex,030379,n to n\n"
                                   ",030389,ex,030378,n to n\n"
                                   ",,,999999,\n"));
  EXPECT_EQ(file.from, "HS2012");
  EXPECT_EQ(file.to, "HS2007");
  EXPECT_THAT(column_of(file.table, "from"), ElementsAre("010121", "030389", "030389"));
  EXPECT_THAT(column_of(file.table, "to"), ElementsAre("010110", "030379", "030378"));
  EXPECT_THAT(file.notes, Contains(HasSubstr("1 lines without a code on one side")));
}

TEST(ConcordanceFile, TheSheetOfConversionsIsTakenAndCodesGetTheirZeroBack) {
  const TempFolder folder;
  const std::string path = folder.path("HS2022toHS2017.xlsx");
  SmallIo::write_workbook(path,
                          {{"From HS2022", "To HS2017"}, {"10121", "10121"}, {"854151", "851712"}});
  const ConcordanceFile file = read_concordance(path);
  EXPECT_EQ(file.from + file.to, "HS2022HS2017");
  EXPECT_THAT(column_of(file.table, "from"), ElementsAre("010121", "854151"));
  EXPECT_EQ(error_of([&] { (void)read_concordance(path, "correlation"); }).code, "no-such-sheet");
}

TEST(ConcordanceFile, WitsHasDescriptionsInLatinOne) {
  const TempFolder folder;
  const ConcordanceFile file = read_concordance(folder.file(
      "JobID-6_Concordance_H0_to_I3.CSV.txt",
      "HS 1988/92 Product Code,HS 1988/92 Product Description,ISIC Revision 3 Product Code,ISIC "
      "Revision 3 Product Description\n"
      "010111,\"Pure-bred, live\",0121,Farming of cattle\n"
      "090300,Mat\xE9,113,Growing of fruit\n090300,Mat\xE9,0113,Growing of fruit\n"));
  EXPECT_EQ(file.from + file.to, "HS1992ISIC3");
  EXPECT_THAT(column_of(file.table, "to"), ElementsAre("0121", "0113", "0113"));
}

TEST(ConcordanceFile, TheRPackageHasAColumnPerLevel) {
  const TempFolder folder;
  const ConcordanceFile file = read_concordance(
      folder.file("hs5_isic4.csv",
                  "\"\",\"HS5_6d\",\"HS5_4d\",\"HS5_2d\",\"ISIC4_4d\",\"ISIC4_3d\",\"ISIC4_2d\"\n"
                  "\"1\",\"010121\",\"0101\",\"01\",\"0142\",\"014\",\"01\"\n"
                  "\"2\",\"270900\",\"2709\",\"27\",NA,NA,NA\n"));
  EXPECT_EQ(file.from + file.to, "HS2017ISIC4");
  EXPECT_THAT(column_of(file.table, "from"), ElementsAre("010121"));
  EXPECT_THAT(file.notes, Contains(HasSubstr("1 lines without")));
}

TEST(ConcordanceFile, DotsThatLostTheirZerosAreUnderstood) {
  const TempFolder folder;
  const ConcordanceFile file = read_concordance(folder.file(
      "a.csv", "HS 2007;CPA 2008\n101.1;01.43.10\n0102.10;01.41.10\n8703.9;29.10.24\n"));
  EXPECT_THAT(column_of(file.table, "from"), ElementsAre("010110", "010210", "870390"));
  EXPECT_THAT(column_of(file.table, "to"), ElementsAre("01.43.10", "01.41.10", "29.10.24"));
}

TEST(ConcordanceFile, TwoOrThreeColumnsOfAnyNamesAreFromToWeight) {
  const TempFolder folder;
  const ConcordanceFile file = read_concordance(
      folder.file("a.csv", "product;my sector;part\n01;Farms;0,25\n01;Food;0,75\n"));
  EXPECT_EQ(file.from, "");
  EXPECT_THAT(column_of(file.table, "to"), ElementsAre("Farms", "Food"));
  EXPECT_THAT(file.table.numbers("weight"), ElementsAre(0.25, 0.75));
  const ConcordanceFile named = read_concordance(
      folder.file("b.csv", "name,to,from,last_year\nSerbia and Montenegro,SRB,SCG,2005\n"));
  EXPECT_THAT(column_of(named.table, "from"), ElementsAre("SCG"));
  EXPECT_THAT(named.table.numbers("last_year"), ElementsAre(2005.0));
}

TEST(ConcordanceFile, ReversedTablesAndChainsFitTogether) {
  const TempFolder folder;
  const ConcordanceFile a =
      read_concordance(folder.file("a.csv", "HS 2022,HS 2017\n010121,010121\n"));
  const ConcordanceFile b =
      read_concordance(folder.file("b.csv", "HS 2017,HS 2012\n010121,010121\n"));
  EXPECT_NO_THROW(check_chain({a, b}));
  EXPECT_EQ(reversed(a).from, "HS2017");
  EXPECT_THAT(column_of(reversed(b).table, "from"), ElementsAre("010121"));
  EXPECT_EQ(error_of([&] { check_chain({b, a}); }).code, "chain-does-not-fit");
  const ConcordanceFile weighted =
      read_concordance(folder.file("c.csv", "from,to,weight\na,b,0.5\na,c,0.5\n"));
  EXPECT_EQ(error_of([&] { (void)reversed(weighted); }).code, "one-way-weights");
}

TEST(ConcordanceFile, OtherTablesAreRefused) {
  const TempFolder folder;
  const auto fails = [&](const std::string& text) {
    const std::string path = folder.file("a.csv", text);
    return error_of([&] { (void)read_concordance(path); }).code;
  };
  EXPECT_EQ(fails("a,b,c,d\n1,2,3,4\n"), "layout-mismatch");
  EXPECT_EQ(fails(""), "layout-mismatch");
  EXPECT_EQ(fails("from,to\n"), "empty-table");
  EXPECT_EQ(fails("from,to,weight\na,b,much\n"), "text-in-number");
  EXPECT_EQ(error_of([] { (void)read_concordance("none.csv"); }).code, "file-not-found");
}

}  // namespace
}  // namespace altyn::data
