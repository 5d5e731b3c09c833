#include "altyn/data/agreements.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/cases.h"
#include "altyn/data/read_table.h"
#include "places.h"

namespace altyn::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const AgreementRegistry& bundled() {
  static const AgreementRegistry registry =
      AgreementRegistry::bundled(CasesFolder::find(project_path("cases")));
  return registry;
}

std::vector<std::string> binding_ids(const char* first, const char* second, int year, int month) {
  std::vector<std::string> ids;
  for (const Binding& binding : bundled().binding(first, second, Month::of(year, month))) {
    ids.push_back(binding.agreement);
  }
  return ids;
}

// ---- which agreements bound this pair in this month

TEST(BundledAgreements, RussiaAndKazakhstanThroughTheYears) {
  EXPECT_THAT(binding_ids("RUS", "KAZ", 1993, 5), IsEmpty());
  EXPECT_THAT(binding_ids("RUS", "KAZ", 1993, 6), ElementsAre("russia_kazakhstan"));
  EXPECT_THAT(binding_ids("RUS", "KAZ", 2009, 12),
              ElementsAre("russia_kazakhstan", "cis_fta_1994", "eurasec"));
  EXPECT_THAT(binding_ids("RUS", "KAZ", 2010, 6),
              ElementsAre("russia_kazakhstan", "cis_fta_1994", "eurasec", "customs_union_2010"));
  EXPECT_THAT(
      binding_ids("RUS", "KAZ", 2013, 5),
      ElementsAre("eurasec", "customs_union_2010", "common_economic_space", "cis_fta_2011"));
  EXPECT_THAT(binding_ids("RUS", "KAZ", 2017, 4), ElementsAre("cis_fta_2011", "eaeu"));
}

TEST(BundledAgreements, TheOrderOfThePairDoesNotMatter) {
  EXPECT_EQ(binding_ids("KAZ", "RUS", 2013, 5), binding_ids("RUS", "KAZ", 2013, 5));
}

TEST(BundledAgreements, ABindingSaysSinceWhenAndBySource) {
  const auto bindings = bundled().binding("ARM", "RUS", Month::of(2017, 4));
  ASSERT_EQ(bindings.size(), 2U);
  EXPECT_EQ(bindings[0].agreement, "cis_fta_2011");
  EXPECT_EQ(bindings[0].since.to_string(), "2012-10-17");
  EXPECT_EQ(bindings[1].agreement, "eaeu");
  EXPECT_EQ(bindings[1].since.to_string(), "2015-01-02");
  EXPECT_EQ(bindings[1].name, "Eurasian Economic Union");
  EXPECT_EQ(bindings[1].kind, AgreementKind::kEconomicUnion);
  EXPECT_THAT(bindings[1].source, HasSubstr("TASS"));
}

TEST(BundledAgreements, ArmeniaJoinsRussiaInTheUnionInJanuary2015) {
  EXPECT_THAT(binding_ids("ARM", "RUS", 2014, 12), ElementsAre("cis_fta_2011"));
  EXPECT_THAT(binding_ids("ARM", "RUS", 2015, 1), ElementsAre("cis_fta_2011", "eaeu"));
}

TEST(BundledAgreements, KyrgyzstanJoinsInAugust2015) {
  EXPECT_THAT(binding_ids("KGZ", "KAZ", 2015, 7), ElementsAre("cis_fta_2011"));
  EXPECT_THAT(binding_ids("KGZ", "KAZ", 2015, 8), ElementsAre("cis_fta_2011", "eaeu"));
}

TEST(BundledAgreements, NothingPreferentialBindsRussiaAndChina) {
  EXPECT_THAT(binding_ids("RUS", "CHN", 2017, 4), IsEmpty());
  EXPECT_THAT(binding_ids("RUS", "CHN", 2020, 4), ElementsAre("eaeu_china"));
  EXPECT_EQ(bundled().agreement("eaeu_china").kind, AgreementKind::kNonPreferential);
  EXPECT_FALSE(bundled().any_preference("RUS", "CHN", 2020));
}

TEST(BundledAgreements, GermanyAndPolandBeforeAndAfterEnlargement) {
  EXPECT_THAT(binding_ids("DEU", "POL", 2003, 6), ElementsAre("eu_poland"));
  EXPECT_THAT(binding_ids("DEU", "POL", 2004, 4), ElementsAre("eu_poland"));
  EXPECT_THAT(binding_ids("DEU", "POL", 2004, 5), ElementsAre("eu"));
}

TEST(BundledAgreements, RussiaSuspendsTheTreatyForUkraineIn2016) {
  EXPECT_THAT(binding_ids("RUS", "UKR", 2011, 1), ElementsAre("russia_ukraine", "cis_fta_1994"));
  EXPECT_THAT(binding_ids("RUS", "UKR", 2015, 12), ElementsAre("cis_fta_2011"));
  EXPECT_THAT(binding_ids("RUS", "UKR", 2016, 1), IsEmpty());
  EXPECT_THAT(binding_ids("BLR", "UKR", 2016, 1), ElementsAre("cis_fta_2011"));
}

TEST(BundledAgreements, ABilateralAgreementGivesWayOnceBothAreInTheTreaty) {
  // The WTO's card 832 ends the Russia-Kazakhstan agreement on 8 December 2012.
  EXPECT_THAT(binding_ids("RUS", "KAZ", 2012, 11),
              ElementsAre("russia_kazakhstan", "cis_fta_1994", "eurasec", "customs_union_2010",
                          "common_economic_space"));
  EXPECT_THAT(
      binding_ids("RUS", "KAZ", 2013, 1),
      ElementsAre("eurasec", "customs_union_2010", "common_economic_space", "cis_fta_2011"));
  // Belarus and Georgia, which left the Commonwealth and is in no later treaty, keep that of 1994.
  EXPECT_THAT(binding_ids("BLR", "GEO", 2017, 1), ElementsAre("cis_fta_1994"));
}

TEST(BundledAgreements, AUnionsExternalAgreementBindsMembersToTheOutsiderOnly) {
  EXPECT_THAT(binding_ids("KGZ", "VNM", 2017, 1), ElementsAre("eaeu_vietnam"));
  EXPECT_THAT(binding_ids("KGZ", "VNM", 2016, 9), IsEmpty());
  EXPECT_THAT(binding_ids("DEU", "FRA", 2015, 1), ElementsAre("eu"));
  EXPECT_THAT(binding_ids("HRV", "KOR", 2013, 6), IsEmpty());
  EXPECT_THAT(binding_ids("HRV", "KOR", 2013, 7), ElementsAre("eu_korea"));
  EXPECT_EQ(bundled().binding("HRV", "KOR", Month::of(2013, 7))[0].since.to_string(), "2013-07-01");
}

TEST(BundledAgreements, BritainStaysInTheCustomsUnionUntilTheEndOf2020) {
  EXPECT_THAT(binding_ids("GBR", "DEU", 2020, 12), ElementsAre("eu"));
  EXPECT_THAT(binding_ids("GBR", "DEU", 2021, 1), ElementsAre("eu_uk"));
}

// ---- sets and dummies

TEST(BundledAgreements, TheUnionSetIsWhatItGrewFrom) {
  std::vector<std::string> ids;
  for (const Agreement* agreement : bundled().set("EAEU")) ids.push_back(agreement->id);
  EXPECT_THAT(ids, ElementsAre("customs_union_2010", "common_economic_space", "eaeu"));
}

TEST(BundledAgreements, TheUnionDummyOfTheEstimates) {
  // Russia, Kazakhstan and Belarus from 2010, Armenia and Kyrgyzstan from 2015.
  const std::set<std::string> core = {"RUS", "KAZ", "BLR"};
  const std::set<std::string> all = {"RUS", "KAZ", "BLR", "ARM", "KGZ"};
  const std::vector<std::string> economies = {"RUS", "KAZ", "BLR", "ARM", "KGZ",
                                              "UKR", "DEU", "VNM", "TJK"};
  for (int year = 2000; year <= 2020; ++year) {
    const std::set<std::string>& members = year < 2010   ? std::set<std::string>{}
                                           : year < 2015 ? core
                                                         : all;
    for (const std::string& exporter : economies) {
      for (const std::string& importer : economies) {
        const bool expected =
            exporter != importer && members.contains(exporter) && members.contains(importer);
        EXPECT_EQ(bundled().dummy("EAEU", exporter, importer, year), expected)
            << exporter << " " << importer << " " << year;
      }
    }
  }
  EXPECT_THAT(bundled().union_members("EAEU", 2009), IsEmpty());
  EXPECT_THAT(bundled().union_members("EAEU", 2014), ElementsAre("BLR", "KAZ", "RUS"));
  EXPECT_THAT(bundled().union_members("eaeu", 2015),
              ElementsAre("ARM", "BLR", "KAZ", "KGZ", "RUS"));
}

TEST(BundledAgreements, MembersInAMonthAreThoseOfOneAgreement) {
  EXPECT_THAT(bundled().members("eaeu", Month::of(2015, 7)),
              ElementsAre("ARM", "BLR", "KAZ", "RUS"));
  EXPECT_THAT(bundled().members("eaeu", Month::of(2014, 12)), IsEmpty());
  EXPECT_THAT(bundled().members("customs_union_2010", Month::of(2014, 12)),
              ElementsAre("BLR", "KAZ", "RUS"));
}

TEST(BundledAgreements, EnlargementsOfTheEuropeanUnionCountFromTheirYear) {
  const std::pair<const char*, int> entries[] = {{"POL", 2004}, {"LTU", 2004}, {"BGR", 2007},
                                                 {"ROU", 2007}, {"HRV", 2013}, {"AUT", 1995}};
  for (const auto& [economy, year] : entries) {
    EXPECT_FALSE(bundled().dummy("EU", "DEU", economy, year - 1)) << economy;
    EXPECT_TRUE(bundled().dummy("EU", economy, "DEU", year)) << economy;
  }
  EXPECT_EQ(bundled().union_members("EU", 2003).size(), 15U);
  EXPECT_EQ(bundled().union_members("EU", 2004).size(), 25U);
  EXPECT_EQ(bundled().union_members("EU", 2007).size(), 27U);
  EXPECT_EQ(bundled().union_members("EU", 2013).size(), 28U);
  EXPECT_EQ(bundled().union_members("EU", 2021).size(), 27U);
}

TEST(BundledAgreements, OtherPreferencesLeaveTheSetAside) {
  EXPECT_TRUE(bundled().any_preference("RUS", "KAZ", 2017));
  EXPECT_TRUE(bundled().any_preference("RUS", "KAZ", 2017, "EAEU"));  // CIS free trade
  EXPECT_TRUE(bundled().any_preference("USA", "MEX", 2017));
  EXPECT_FALSE(bundled().any_preference("USA", "MEX", 2017, "nafta"));
  EXPECT_TRUE(bundled().dummy("usmca", "USA", "MEX", 1994));  // successor of NAFTA
  EXPECT_FALSE(bundled().any_preference("USA", "DEU", 2017));
  EXPECT_FALSE(bundled().any_preference("USA", "USA", 2017));
}

// ---- the same by going through the days one by one

bool holds_on(Date day, Date from, const std::optional<Date>& to) {
  return from <= day && (!to || day <= *to);
}

bool both_are_members(const Agreement& agreement, const std::string& first,
                      const std::string& second, Date day) {
  for (const Membership& a : agreement.members) {
    for (const Membership& b : agreement.members) {
      if (a.economy == first && b.economy == second && holds_on(day, a.from, a.to) &&
          holds_on(day, b.from, b.to) && (!agreement.has_sides || a.side != b.side)) {
        return true;
      }
    }
  }
  return false;
}

bool binds_on(const Agreement& agreement, const std::string& first, const std::string& second,
              Date day) {
  if (!holds_on(day, agreement.in_force, agreement.ended)) return false;
  if (!both_are_members(agreement, first, second, day)) return false;
  for (const Suspension& gap : agreement.suspensions) {
    const std::set<std::string> pair = {gap.first, gap.second};
    if (pair == std::set{first, second} && holds_on(day, gap.from, gap.to)) return false;
  }
  if (agreement.replaced_by.empty()) return true;
  return !both_are_members(bundled().agreement(agreement.replaced_by), first, second, day);
}

RC_GTEST_PROP(BundledAgreements, BindingIsThatOfTheMonthsDays, ()) {
  const std::vector<std::string> economies = {"RUS", "KAZ", "BLR", "ARM", "KGZ", "UKR", "GEO",
                                              "TJK", "DEU", "POL", "GBR", "HRV", "NOR", "VNM"};
  const auto first = *rc::gen::elementOf(economies);
  const auto second = *rc::gen::elementOf(economies);
  const Month month = Month::of(1992, 1).plus(*rc::gen::inRange(0, 12 * 32));
  RC_PRE(first != second);
  std::set<std::string> expected;
  for (const Agreement& agreement : bundled().agreements()) {
    for (Date day = Date::first_of(month); day <= Date::last_of(month); ++day.count) {
      if (binds_on(agreement, first, second, day)) expected.insert(agreement.id);
    }
  }
  std::set<std::string> found;
  for (const Binding& binding : bundled().binding(first, second, month)) {
    found.insert(binding.agreement);
  }
  RC_ASSERT(found == expected);
  for (const std::string& id : expected) {
    RC_ASSERT(bundled().dummy(id, first, second, month.year()));
  }
}

// ---- duty shares

TEST(BundledAgreements, DutySharesByDate) {
  EXPECT_EQ(bundled().duty_shares("EAEU", Date::of(2014, 6, 1)), nullptr);
  const DutyShares* first = bundled().duty_shares("EAEU", Date::of(2015, 8, 11));
  ASSERT_NE(first, nullptr);
  EXPECT_FALSE(first->shares.contains("KGZ"));
  const DutyShares* second = bundled().duty_shares("EAEU", Date::of(2017, 7, 31));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->from.to_string(), "2015-08-12");
  EXPECT_DOUBLE_EQ(second->shares.at("KAZ"), 0.0711);  // one division of a printed percentage
  const DutyShares* latest = bundled().duty_shares("EAEU", Date::of(2023, 1, 1));
  ASSERT_NE(latest, nullptr);
  EXPECT_DOUBLE_EQ(latest->shares.at("RUS"), 0.85065);
  for (const DutyShares& row : bundled().all_duty_shares()) {
    double sum = 0.0;
    for (const auto& [economy, share] : row.shares) sum += share;
    EXPECT_NEAR(sum, 1.0, 2e-4) << row.from.to_string();  // the file's own tolerance
  }
}

TEST(BundledAgreements, EveryRowNamesASource) {
  EXPECT_GE(bundled().agreements().size(), 180U);
  for (const Agreement& agreement : bundled().agreements()) {
    EXPECT_FALSE(agreement.source.empty()) << agreement.id;
    for (const Membership& member : agreement.members) {
      EXPECT_FALSE(member.source.empty()) << agreement.id << " " << member.economy;
    }
  }
  EXPECT_FALSE(bundled().left_out().empty());
}

TEST(BundledAgreements, TheStagesOfTheCustomsUnionAreDated) {
  std::vector<std::string> dates;
  for (const AgreementStage& stage : bundled().agreement("customs_union_2010").stages) {
    dates.push_back(stage.date.to_string());
  }
  EXPECT_THAT(dates,
              ElementsAre("2010-01-01", "2010-07-01", "2010-09-01", "2011-07-01", "2012-08-22"));
}

// ---- against a second database

/// Agreements and their numbers in the Design of Trade Agreements database (DESTA), where both date
/// the entry into force to the same year. Where the two differ, the agreement's note says so.
constexpr std::pair<const char*, const char*> kDesta[] = {{"armenia_georgia", "52"},
                                                          {"armenia_moldova", "56"},
                                                          {"armenia_russia", "57"},
                                                          {"armenia_turkmenistan", "59"},
                                                          {"armenia_ukraine", "60"},
                                                          {"australia_chile", "75"},
                                                          {"australia_new_zealand", "77"},
                                                          {"canada_chile", "161"},
                                                          {"canada_colombia", "162"},
                                                          {"canada_israel", "165"},
                                                          {"canada_peru", "168"},
                                                          {"canada_ukraine", "855"},
                                                          {"cefta_1992", "192"},
                                                          {"cefta_2006", "193"},
                                                          {"chile_colombia", "201"},
                                                          {"chile_peru", "716"},
                                                          {"china_australia", "840"},
                                                          {"china_chile", "199"},
                                                          {"china_korea", "909"},
                                                          {"china_new_zealand", "222"},
                                                          {"china_pakistan", "224"},
                                                          {"china_peru", "227"},
                                                          {"china_singapore", "228"},
                                                          {"china_switzerland", "862"},
                                                          {"cis_fta_2011", "811"},
                                                          {"customs_union_2010", "104"},
                                                          {"eaeu", "1040"},
                                                          {"eaeu_iran_interim", "995"},
                                                          {"eaeu_vietnam", "915"},
                                                          {"eea", "437"},
                                                          {"efta_canada", "164"},
                                                          {"efta_chile", "205"},
                                                          {"efta_israel", "382"},
                                                          {"efta_south_africa", "399"},
                                                          {"efta_turkey", "402"},
                                                          {"eu", "293"},
                                                          {"eu_algeria", "17"},
                                                          {"eu_bulgaria", "148"},
                                                          {"eu_chile", "202"},
                                                          {"eu_ecuador", "810+1"},
                                                          {"eu_egypt", "304"},
                                                          {"eu_estonia", "305"},
                                                          {"eu_israel", "316"},
                                                          {"eu_latvia", "319"},
                                                          {"eu_lithuania", "325"},
                                                          {"eu_mexico", "330"},
                                                          {"eu_morocco", "334"},
                                                          {"eu_peru", "810"},
                                                          {"eu_romania", "340"},
                                                          {"eu_south_africa", "347"},
                                                          {"eu_switzerland", "350"},
                                                          {"eu_tunisia", "354"},
                                                          {"eu_turkey", "355"},
                                                          {"georgia_azerbaijan", "86"},
                                                          {"georgia_kazakhstan", "454"},
                                                          {"georgia_russia", "455"},
                                                          {"georgia_turkmenistan", "457"},
                                                          {"georgia_ukraine", "458"},
                                                          {"hong_kong_new_zealand", "825"},
                                                          {"japan_australia", "842"},
                                                          {"japan_chile", "207"},
                                                          {"japan_india", "826"},
                                                          {"japan_indonesia", "495"},
                                                          {"japan_malaysia", "517"},
                                                          {"japan_mexico", "518"},
                                                          {"japan_mongolia", "930"},
                                                          {"japan_peru", "829"},
                                                          {"japan_philippines", "519"},
                                                          {"japan_singapore", "520"},
                                                          {"japan_switzerland", "521"},
                                                          {"japan_thailand", "522"},
                                                          {"japan_vietnam", "523"},
                                                          {"korea_australia", "911"},
                                                          {"korea_chile", "208"},
                                                          {"korea_colombia", "808"},
                                                          {"korea_india", "489"},
                                                          {"korea_new_zealand", "912"},
                                                          {"korea_peru", "830"},
                                                          {"korea_singapore", "550"},
                                                          {"korea_turkey", "831"},
                                                          {"korea_vietnam", "913"},
                                                          {"kyrgyzstan_armenia", "55"},
                                                          {"kyrgyzstan_kazakhstan", "544"},
                                                          {"kyrgyzstan_moldova", "555"},
                                                          {"kyrgyzstan_russia", "556"},
                                                          {"kyrgyzstan_ukraine", "558"},
                                                          {"kyrgyzstan_uzbekistan", "559"},
                                                          {"malaysia_australia", "795"},
                                                          {"malaysia_chile", "800"},
                                                          {"malaysia_india", "827"},
                                                          {"malaysia_new_zealand", "598"},
                                                          {"malaysia_pakistan", "599"},
                                                          {"mercosur", "604"},
                                                          {"mexico_chile", "212"},
                                                          {"mexico_colombia", "908"},
                                                          {"mexico_israel", "509"},
                                                          {"mexico_peru", "1014"},
                                                          {"russia_azerbaijan", "90"},
                                                          {"russia_moldova", "618"},
                                                          {"russia_serbia", "651"},
                                                          {"russia_tajikistan", "652"},
                                                          {"russia_turkmenistan", "653"},
                                                          {"russia_ukraine", "654"},
                                                          {"russia_uzbekistan", "655"},
                                                          {"singapore_australia", "82"},
                                                          {"singapore_india", "493"},
                                                          {"singapore_new_zealand", "631"},
                                                          {"singapore_peru", "644"},
                                                          {"thailand_australia", "83"},
                                                          {"thailand_chile", "801"},
                                                          {"thailand_new_zealand", "632"},
                                                          {"turkey_chile", "216"},
                                                          {"turkey_egypt", "415"},
                                                          {"turkey_georgia", "456"},
                                                          {"turkey_israel", "515"},
                                                          {"turkey_malaysia", "943"},
                                                          {"turkey_morocco", "626"},
                                                          {"turkey_serbia", "657"},
                                                          {"turkey_tunisia", "683"},
                                                          {"ukraine_azerbaijan", "92"},
                                                          {"ukraine_belarus", "114"},
                                                          {"ukraine_kazakhstan", "548"},
                                                          {"ukraine_moldova", "621"},
                                                          {"ukraine_tajikistan", "677"},
                                                          {"ukraine_turkmenistan", "684"},
                                                          {"ukraine_uzbekistan", "686"},
                                                          {"united_states_australia", "84"},
                                                          {"united_states_chile", "218"},
                                                          {"united_states_colombia", "241"},
                                                          {"united_states_israel", "516"},
                                                          {"united_states_korea", "551"},
                                                          {"united_states_morocco", "628"},
                                                          {"united_states_oman", "637"},
                                                          {"united_states_peru", "645"},
                                                          {"united_states_singapore", "658"},
                                                          {"vietnam_chile", "803"}};

TEST(BundledAgreements, YearsAgreeWithASecondDatabase) {
  const std::string path = reference_data_path("covariates/desta_membership.csv.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs " << path;
  const Table table =
      read_table(path, {.columns = {"number", "entryforceyear"}, .text_columns = {"number"}});
  std::map<std::string, std::string> years;
  const TextColumn& numbers = table.texts("number");
  const NumberColumn& in_force = table.numbers("entryforceyear");
  for (Index row = 0; row < table.n_rows(); ++row) {
    const double year = in_force[static_cast<std::size_t>(row)];
    if (!is_missing(year)) years[std::string(numbers.at(row))] = fmt::format("{:.0f}", year);
  }
  for (const auto& [id, number] : kDesta) {
    EXPECT_EQ(bundled().agreement(id).in_force.to_string().substr(0, 4), years[number]) << id;
  }
}

// ---- a user's own file on top, and files that are wrong

class AgreementFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text, const char* name = "own.toml") {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  /// The error of reading a file with this text; fails when there is none.
  ErrorDetail error_of(const std::string& text) {
    try {
      (void)AgreementRegistry::read({write(text)});
    } catch (const InputError& error) {
      return error.detail();
    }
    ADD_FAILURE() << "read without an error";
    return {};
  }

  std::filesystem::path folder_;
};

constexpr const char* kRest = "source = \"test\"\ncertainty = \"read\"\n";

std::string agreement(const std::string& id, const std::string& extra = "") {
  return "[[agreement]]\nid = \"" + id + "\"\nname = \"" + id +
         "\"\nkind = \"free_trade\"\nin_force = \"2010-01-01\"\n" + kRest + extra;
}

std::string member(const std::string& economy, const std::string& extra = "") {
  return "[[agreement.member]]\neconomy = \"" + economy + "\"\nfrom = \"2010-01-01\"\n" + kRest +
         extra;
}

std::string duty_row(const std::string& shares, const std::string& from = "2015-01-01") {
  return agreement("a", member("RUS") + member("KAZ")) +
         "[[duty_share]]\nagreement = \"a\"\nfrom = \"" + from + "\"\nshares = " + shares + "\n" +
         kRest;
}

TEST_F(AgreementFile, IsReadOnTopOfAnother) {
  const std::string base = write(
      agreement("a", member("RUS") + member("KAZ")) + agreement("b", member("RUS") + member("BLR")),
      "base.toml");
  const std::string own = write(agreement("a", member("RUS") + member("UZB")) +
                                    agreement("c", "sides = [[\"b\"], [\"VNM\"]]\n"),
                                "own.toml");
  const AgreementRegistry registry = AgreementRegistry::read({base, own});
  EXPECT_FALSE(registry.dummy("a", "RUS", "KAZ", 2012));
  EXPECT_TRUE(registry.dummy("a", "RUS", "UZB", 2012));
  EXPECT_TRUE(registry.dummy("b", "RUS", "BLR", 2012));
  EXPECT_TRUE(registry.dummy("c", "VNM", "BLR", 2012));
  EXPECT_FALSE(registry.dummy("c", "RUS", "BLR", 2012));
}

TEST_F(AgreementFile, ReplacesTheDutySharesItHasRowsFor) {
  const std::string base = write(duty_row("{ RUS = 60, KAZ = 40 }"), "base.toml");
  const std::string own = write(
      "[[duty_share]]\nagreement = \"a\"\nfrom = \"2020-01-01\"\n"
      "shares = { RUS = 50, KAZ = 50 }\n" +
          std::string(kRest),
      "own.toml");
  const AgreementRegistry registry = AgreementRegistry::read({base, own});
  EXPECT_EQ(registry.duty_shares("a", Date::of(2016, 1, 1)), nullptr);
  EXPECT_DOUBLE_EQ(registry.duty_shares("a", Date::of(2021, 1, 1))->shares.at("RUS"), 0.5);
}

TEST_F(AgreementFile, KeepsAMemberThatLeftAndCameBack) {
  const AgreementRegistry registry = AgreementRegistry::read({write(agreement(
      "a", member("RUS") + member("KAZ", "to = \"2011-06-30\"\n") +
               "[[agreement.member]]\neconomy = \"KAZ\"\nfrom = \"2013-03-01\"\n" + kRest))});
  EXPECT_TRUE(registry.dummy("a", "RUS", "KAZ", 2011));
  EXPECT_FALSE(registry.dummy("a", "RUS", "KAZ", 2012));
  EXPECT_TRUE(registry.dummy("a", "RUS", "KAZ", 2013));
  EXPECT_EQ(registry.binding("RUS", "KAZ", Month::of(2014, 1))[0].since.to_string(), "2013-03-01");
}

TEST_F(AgreementFile, BindsOnTheFirstAndOnTheLastDay) {
  const AgreementRegistry registry = AgreementRegistry::read(
      {write(agreement("a", member("RUS") +
                                "[[agreement.member]]\neconomy = \"KAZ\"\nfrom = \"2011-03-31\"\n"
                                "to = \"2012-05-01\"\n" +
                                kRest))});
  EXPECT_TRUE(registry.binding("RUS", "KAZ", Month::of(2011, 2)).empty());
  EXPECT_FALSE(registry.binding("RUS", "KAZ", Month::of(2011, 3)).empty());
  EXPECT_FALSE(registry.binding("RUS", "KAZ", Month::of(2012, 5)).empty());
  EXPECT_TRUE(registry.binding("RUS", "KAZ", Month::of(2012, 6)).empty());
}

TEST_F(AgreementFile, NamesTheNearestOfAnUnknownKey) {
  const ErrorDetail error = error_of(agreement("a", "succesor_of = [\"b\"]\n" + member("RUS")));
  EXPECT_EQ(error.code, "unknown-key");
  EXPECT_THAT(error.where, HasSubstr("own.toml:8"));
  ASSERT_FALSE(error.fixes.empty());
  EXPECT_THAT(error.fixes[0], HasSubstr("successor_of"));
}

TEST_F(AgreementFile, RejectsUnknownEconomies) {
  const ErrorDetail error = error_of(agreement("a", member("RUS") + member("KAX")));
  EXPECT_EQ(error.code, "unknown-economy");
  EXPECT_THAT(error.where, HasSubstr("own.toml:14"));
}

TEST_F(AgreementFile, RejectsDatesThatAreNone) {
  const ErrorDetail error =
      error_of(agreement("a", member("RUS") + member("KAZ", "to = \"2015-02-30\"\n")));
  EXPECT_EQ(error.code, "bad-date");
  EXPECT_THAT(error.where, HasSubstr("own.toml:18"));
}

TEST_F(AgreementFile, RejectsAnEndBeforeTheStart) {
  const ErrorDetail error =
      error_of(agreement("a", member("RUS") + member("KAZ", "to = \"2009-12-31\"\n")));
  EXPECT_EQ(error.code, "ends-before-start");
  EXPECT_THAT(error.where, HasSubstr("own.toml:18"));
  EXPECT_EQ(error_of(agreement("a", "ended = \"2009-01-01\"\n" + member("RUS"))).code,
            "ends-before-start");
}

TEST_F(AgreementFile, RejectsDuplicateMembers) {
  const ErrorDetail error = error_of(agreement("a", member("RUS") + member("KAZ") + member("RUS")));
  EXPECT_EQ(error.code, "duplicate-member");
  EXPECT_THAT(error.where, HasSubstr("own.toml:18"));
}

TEST_F(AgreementFile, RejectsDuplicateAgreements) {
  const std::string once = agreement("a", member("RUS") + member("KAZ"));
  EXPECT_EQ(error_of(once + once).code, "duplicate-agreement");
}

TEST_F(AgreementFile, RejectsUnknownPredecessorsSidesAndHeirs) {
  const std::string a = agreement("customs", member("RUS") + member("KAZ"));
  const ErrorDetail error =
      error_of(a + agreement("b", "successor_of = [\"custom\"]\n" + member("RUS") + member("KAZ")));
  EXPECT_EQ(error.code, "unknown-agreement");
  ASSERT_FALSE(error.fixes.empty());
  EXPECT_THAT(error.fixes[0], HasSubstr("customs"));
  EXPECT_EQ(error_of(a + agreement("b", "sides = [[\"eu\"], [\"VNM\"]]\n")).code,
            "unknown-agreement");
  EXPECT_EQ(error_of(a + agreement("b", "sides = [[\"customs\"], [\"VNM\"]]\n") +
                     agreement("c", "sides = [[\"b\"], [\"SRB\"]]\n"))
                .code,
            "unknown-agreement");
  EXPECT_EQ(
      error_of(a + agreement("b", "replaced_by = \"c\"\n" + member("RUS") + member("KAZ"))).code,
      "unknown-agreement");
  EXPECT_EQ(error_of(duty_row("{ RUS = 100 }") +
                     "[[duty_share]]\nagreement = \"z\"\nfrom = \"2016-01-01\"\n"
                     "shares = { RUS = 100 }\n" +
                     kRest)
                .code,
            "unknown-agreement");
}

TEST_F(AgreementFile, RejectsSuccessorsOfThemselves) {
  EXPECT_EQ(error_of(agreement("a", "successor_of = [\"b\"]\n" + member("RUS") + member("KAZ")) +
                     agreement("b", "successor_of = [\"a\"]\n" + member("RUS") + member("KAZ")))
                .code,
            "agreement-cycle");
}

TEST_F(AgreementFile, RejectsTooFewMembersAndBothForms) {
  EXPECT_EQ(error_of(agreement("a", member("RUS"))).code, "too-few-members");
  EXPECT_EQ(error_of(agreement("a", "sides = [[\"RUS\", \"KAZ\"]]\n")).code, "too-few-members");
  EXPECT_EQ(error_of(agreement("a", "sides = [[\"RUS\"], [\"KAZ\"]]\n" + member("BLR"))).code,
            "members-and-sides");
}

TEST_F(AgreementFile, RejectsMissingSourcesAndOddChoices) {
  EXPECT_EQ(error_of("[[agreement]]\nid = \"a\"\nname = \"a\"\nkind = \"free_trade\"\n"
                     "in_force = \"2010-01-01\"\ncertainty = \"read\"\n")
                .code,
            "missing-key");
  const ErrorDetail error = error_of(
      "[[agreement]]\nid = \"a\"\nname = \"a\"\nkind = \"free-trade\"\nin_force = "
      "\"2010-01-01\"\n" +
      std::string(kRest));
  EXPECT_EQ(error.code, "bad-choice");
  EXPECT_THAT(error.where, HasSubstr("own.toml:4"));
  EXPECT_EQ(error_of("[[agreement]]\nid = 7\n").code, "wrong-type");
  EXPECT_EQ(error_of("agreement = 7\n").code, "wrong-type");
}

TEST_F(AgreementFile, RejectsDutySharesThatDoNotSumToAHundred) {
  const ErrorDetail error = error_of(duty_row("{ RUS = 85.32, KAZ = 14.65 }"));
  EXPECT_EQ(error.code, "duty-shares-sum");
  EXPECT_THAT(error.what, HasSubstr("99.97"));
  EXPECT_THAT(error.what, HasSubstr("2015-01-01"));
  EXPECT_THAT(error.where, HasSubstr("own.toml:21"));
  EXPECT_EQ(error_of(duty_row("{ RUS = 85.35, KAZ = 14.68 }")).code, "duty-shares-sum");
  // A gap of 0.02 is taken as rounding.
  EXPECT_NO_THROW((void)AgreementRegistry::read({write(duty_row("{ RUS = 85.30, KAZ = 14.68 }"))}));
}

TEST_F(AgreementFile, RejectsTwoRowsOfDutySharesFromOneDay) {
  EXPECT_EQ(error_of(duty_row("{ RUS = 60, KAZ = 40 }") +
                     "[[duty_share]]\nagreement = \"a\"\nfrom = \"2015-01-01\"\n"
                     "shares = { RUS = 50, KAZ = 50 }\n" +
                     kRest)
                .code,
            "duplicate-duty-shares");
}

TEST_F(AgreementFile, RejectsASuspensionOfOtherThanTwo) {
  EXPECT_EQ(error_of(agreement("a", member("RUS") + member("KAZ") +
                                        "[[agreement.suspension]]\npair = [\"RUS\"]\n"
                                        "from = \"2016-01-01\"\n" +
                                        kRest))
                .code,
            "wrong-type");
}

TEST(BundledAgreements, QuestionsAboutUnknownThingsAreErrors) {
  try {
    (void)bundled().dummy("eaeuu", "RUS", "KAZ", 2017);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "unknown-agreement");
    ASSERT_FALSE(error.detail().fixes.empty());
    EXPECT_THAT(error.detail().fixes[0], HasSubstr("eaeu"));
  }
  try {
    (void)bundled().binding("RUS", "KZA", Month::of(2017, 1));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "unknown-economy");
  }
}

}  // namespace
}  // namespace altyn::data
