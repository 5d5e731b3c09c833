#include "altyn/attribution/russian_text.h"

#include <gtest/gtest.h>

#include <set>

#include "altyn/attribution/russian_phrases.h"

namespace altyn::attribution {
namespace {

std::string in_russian(const char* english) {
  return attribution::in_russian(std::string_view(english));
}

int gaps(std::string_view text) {
  int count = 0;
  for (std::size_t at = text.find("{}"); at != std::string_view::npos;
       at = text.find("{}", at + 2)) {
    ++count;
  }
  return count;
}

TEST(RussianPhrases, HaveTheSameGapsAndNoDouble) {
  std::set<std::string_view> seen;
  for (const Phrase& phrase : russian_phrases()) {
    EXPECT_EQ(gaps(phrase.english), gaps(phrase.russian)) << phrase.english;
    EXPECT_TRUE(seen.insert(phrase.english).second) << phrase.english;
    EXPECT_FALSE(phrase.russian.empty()) << phrase.english;
  }
}

TEST(RussianText, PutsNumbersMonthsAndEconomiesAsRussianDoes) {
  EXPECT_EQ(
      in_russian("Sizes and third countries: a predicted growth of +14.2% or less in place of "
                 "-1,236.8%."),
      "Размеры и третьи страны: предсказанный рост +14,2\u00a0% или меньше вместо "
      "-1\u00a0236,8\u00a0%.");
  EXPECT_EQ(
      in_russian("with a start pretended in January 2013, the pair's trade departs by -11.5%"),
      "при мнимом начале (дата: январь 2013\u00a0г.) торговля пары отходит на -11,5\u00a0%");
  EXPECT_EQ(in_russian("What was said of Russia-South Korea trade at other times"),
            "Что говорили о торговле пары Россия – Южная Корея в другое время");
  EXPECT_EQ(
      in_russian("L1, L3 and L4 together put the share of the growth at 1% (90% interval -50% "
                 "to 55%); the chance that it reaches 50% is 9%."),
      "L1, L3 и L4 вместе дают долю роста 1\u00a0% (90-процентный интервал -50\u00a0% – "
      "55\u00a0%); вероятность, что она достигает 50\u00a0%, равна 9\u00a0%.");
}

TEST(RussianText, GoesSentenceBySentence) {
  EXPECT_EQ(in_russian("The rest is not a cause. A sentence of nobody. Prices"),
            "Остаток – не причина. A sentence of nobody. Цены");
}

TEST(RussianText, TakesTheMostParticularPhrase) {
  EXPECT_EQ(in_russian("Much the same figure (+40%) was quoted on 2007-06-22, when the data show "
                       "+41.7%."),
            "Почти то же число (+40\u00a0%) назвали 2007-06-22, когда данные показывают "
            "+41,7\u00a0%.");
}

TEST(RussianText, CellsAreWhollyRussianOrAsTheyWere) {
  CheckResult result;
  ResultTable table{
      .id = "t", .title = "Key results", .note = "", .columns = {{"a", "Partner", ""}}};
  for (const char* cell : {"South Korea", "without United Kingdom", "February-July 2016", "claimed",
                           "nearly a fifth less trade in 2014", "Kazakhstan Today", "2017-06-22"}) {
    table.add({std::string(cell)});
  }
  result.tables.push_back(table);
  const CheckResult russian = attribution::in_russian(result);
  const char* expected[] = {
      "Южная Корея", "без партнёра: Великобритания",      "февраль–июль 2016\u00a0г.",
      "claimed",     "nearly a fifth less trade in 2014", "Kazakhstan Today",
      "2017-06-22"};
  for (std::size_t row = 0; row < std::size(expected); ++row) {
    EXPECT_EQ(std::get<std::string>(russian.tables[0].rows[row][0]), expected[row]);
  }
  EXPECT_EQ(russian.tables[0].title, "Главные числа");
  EXPECT_EQ(russian.tables[0].columns[0].label, "Партнёр");
}

TEST(RussianText, AnyBytesAreTaken) {
  // Gaps, stops and broken UTF-8: nothing is read past the end and nothing is lost.
  for (const char* text :
       {"", ".", ". ", "{}", "\xff\xfe", "1st", "% ,.", "about ", "January", "A-"}) {
    EXPECT_NO_FATAL_FAILURE((void)in_russian(text));
  }
  EXPECT_EQ(in_russian("\xff\xfe"), "\xff\xfe");
}

}  // namespace
}  // namespace altyn::attribution
