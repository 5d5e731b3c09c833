#include "altyn/attribution/russian_text.h"

#include <gtest/gtest.h>

#include <set>
#include <span>

#include "altyn/attribution/claim_labels.h"
#include "altyn/attribution/claim_phrases.h"
#include "altyn/attribution/study_phrases.h"
#include "altyn/attribution/translation.h"

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

TEST(Phrases, HaveTheSameGapsInEveryLanguageAndNoDouble) {
  std::set<std::string_view> seen;
  for (const std::span<const Phrase> phrases : {claim_phrases(), claim_labels(), study_phrases()}) {
    for (const Phrase& phrase : phrases) {
      for (const std::string_view said : {phrase.russian, phrase.kazakh}) {
        EXPECT_EQ(gaps(phrase.english), gaps(said)) << phrase.english;
        EXPECT_FALSE(said.empty()) << phrase.english;
      }
      EXPECT_TRUE(seen.insert(phrase.english).second) << phrase.english;
    }
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

TEST(Translation, SaysAClaimInKazakh) {
  const char* verdict =
      "The figure holds for the months it names: turnover in February-July 2017 was 8,555.2 "
      "million "
      "USD against 6,182.9 in December 2015 to January 2016, +38.4% where nearly 40% is stated.";
  EXPECT_EQ(translated(verdict, Tongue::kKazakh),
            "Сан аталған айлар үшін дұрыс: айналым, 2017\u00a0ж. ақпан–шілде — 8\u00a0555,2 млн "
            "доллар; салыстыру кезеңінде 6\u00a0182,9 млн доллар (2015\u00a0ж. желтоқсан – "
            "2016\u00a0ж. қаңтар); өзгеріс +38,4\u00a0%, мәлімделгені 40\u00a0% дерлік.");
  EXPECT_EQ(
      translated("Did the EAEU raise Russia-Kazakhstan trade by nearly 40%?", Tongue::kKazakh),
      "ЕАЭО арқасында Russia – Kazakhstan саудасы 40\u00a0% дерлік өсті ме?");
}

TEST(Translation, TakesListsApart) {
  const char* income =
      "Real income: Kazakhstan -0.60% (-1.06% to -0.33%); Belarus -0.01% (-0.02% to 0.00%, the "
      "sign is open).";
  EXPECT_EQ(in_russian(income),
            "Реальный доход: Казахстан -0,60\u00a0% (-1,06\u00a0% – -0,33\u00a0%); Беларусь "
            "-0,01\u00a0% (-0,02\u00a0% – 0,00\u00a0%, знак не определён).");
  EXPECT_EQ(translated(income, Tongue::kKazakh),
            "Нақты табыс: Kazakhstan -0,60\u00a0% (-1,06\u00a0% – -0,33\u00a0%); Belarus "
            "-0,01\u00a0% (-0,02\u00a0% – 0,00\u00a0%, таңбасы анықталмаған).");
  EXPECT_EQ(in_russian("The range rests for Russia on domestic trade (40% of the variance) and "
                       "trade elasticity (17% of the variance); for Armenia on no single "
                       "assumption."),
            "Разброс держится: Россия — внутренняя торговля (40\u00a0% дисперсии) и эластичность "
            "торговли (17\u00a0% дисперсии); Армения — ни одно предположение в отдельности.");
}

TEST(Translation, LeavesPartsOfOtherPhrasesAlone) {
  // "for {} on {}" stands inside a sentence only.
  EXPECT_EQ(in_russian("for Russia on Mars"), "for Russia on Mars");
  EXPECT_EQ(translated_cell("border control with Uzbekistan", Tongue::kRussian),
            "пограничный контроль: Узбекистан");
  EXPECT_EQ(translated_cell("size of KZ-VOS", Tongue::kKazakh), "көлемі: KZ-VOS");
  EXPECT_EQ(translated("nearly a fifth less trade", Tongue::kKazakh), "nearly a fifth less trade");
  EXPECT_EQ(translated_cell("what a source says", Tongue::kRussian), "what a source says");
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
