#include "altyn/data/country_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "data/error_of.h"

namespace altyn::data {
namespace {

using ::testing::HasSubstr;

TEST(CountryCodes, TableIsSortedCompleteAndUnique) {
  const std::span<const Economy> all = economies();
  EXPECT_EQ(all.size(), 250U);  // ISO 3166-1 has 249, and Kosovo
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const Economy& a, const Economy& b) { return a.code < b.code; }));
  std::set<std::string_view> codes2;
  std::set<int> numbers;
  for (const Economy& economy : all) {
    EXPECT_EQ(economy.code.size(), 3U);
    EXPECT_FALSE(economy.name.empty());
    EXPECT_FALSE(economy.name_russian.empty());
    codes2.insert(economy.code2);
    numbers.insert(economy.number);
  }
  EXPECT_EQ(codes2.size(), all.size());
  EXPECT_EQ(numbers.size(), all.size());
}

TEST(CountryCodes, ReadsCodesNumbersAndNamesOfManySources) {
  struct Case {
    const char* text;
    const char* code;
  };
  for (const Case& expected : std::initializer_list<Case>{
           {"KAZ", "KAZ"},         {"kaz", "KAZ"},        {" KAZ ", "KAZ"},
           {"KZ", "KAZ"},          {"398", "KAZ"},        {"Kazakhstan", "KAZ"},
           {"Казахстан", "KAZ"},   {"КАЗАХСТАН", "KAZ"},  {"Kyrgyz Republic", "KGZ"},
           {"Киргизия", "KGZ"},    {"Кыргызстан", "KGZ"}, {"ROM", "ROU"},
           {"ZAR", "COD"},         {"TMP", "TLS"},        {"842", "USA"},
           {"840", "USA"},         {"251", "FRA"},        {"757", "CHE"},
           {"699", "IND"},         {"490", "TWN"},        {"WBG", "PSE"},
           {"Korea, Rep.", "KOR"}, {"Viet Nam", "VNM"},   {"Россия", "RUS"},
           {"51", "ARM"},          {"051", "ARM"},        {"Czech Republic", "CZE"}}) {
    const CodeReading reading = read_economy(expected.text);
    EXPECT_EQ(reading.kind, CodeReading::Kind::kEconomy) << expected.text;
    EXPECT_EQ(reading.code, expected.code) << expected.text;
  }
  EXPECT_THAT(read_economy("ROM").note, HasSubstr("Romania"));
  EXPECT_EQ(economy_name("RUS"), "Russia");
  EXPECT_EQ(economy_name("RUS", Language::kRussian), "Россия");
  EXPECT_EQ(economy_name("QQQ"), "QQQ");
}

TEST(CountryCodes, FormerStatesKeepTheirCodeAndGroupsAreNoEconomies) {
  for (const char* text : {"SUN", "YUG", "SCG", "CSK", "810"}) {
    EXPECT_EQ(read_economy(text).kind, CodeReading::Kind::kFormer) << text;
  }
  EXPECT_EQ(economy_code("810", "here"), "SUN");
  for (const char* text : {"WLD", "W00", "EUN", "0", "899", "World"}) {
    EXPECT_EQ(read_economy(text).kind, CodeReading::Kind::kAggregate) << text;
  }
  EXPECT_EQ(error_of([] { (void)economy_code("WLD", "here"); }).code, "not-an-economy");
}

TEST(CountryCodes, AnUnknownCodeNamesTheThreeNearest) {
  const ErrorDetail code = error_of([] { (void)economy_code("KAX", "trade.csv, line 3"); });
  EXPECT_EQ(code.code, "unknown-economy");
  EXPECT_EQ(code.where, "trade.csv, line 3");
  EXPECT_THAT(code.context.at(0), HasSubstr("KAZ (Kazakhstan)"));
  EXPECT_EQ(std::count(code.context[0].begin(), code.context[0].end(), '('), 3);
  const ErrorDetail name = error_of([] { (void)economy_code("Kazahstan", "here"); });
  EXPECT_THAT(name.context.at(0), HasSubstr("KAZ (Kazakhstan)"));
  EXPECT_EQ(error_of([] { (void)economy_code("NA", "here"); }).code, "unknown-economy");
  EXPECT_EQ(error_of([] { (void)economy_code("", "here"); }).code, "unknown-economy");
}

}  // namespace
}  // namespace altyn::data
