#include "altyn/study/political_columns.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "altyn/data/country_codes.h"
#include "altyn/data/read_table.h"
#include "data/error_of.h"
#include "data/temp_folder.h"
#include "places.h"

namespace altyn::study {
namespace {

using data::error_of;

data::Table csv(const std::string& text) {
  const data::TempFolder folder;
  return data::read_table(folder.file("table.csv", text));
}

/// A table of spells, as the engine reads one.
data::Table spells(const std::string& rows) {
  const data::TempFolder folder;
  return data::read_table(folder.file("table.csv", "economy,organisation,from,to\n" + rows),
                          {.text_columns = {"from", "to"}});
}

/// Russia, Kazakhstan and China in both directions, 2014 to 2016.
data::Table trade() {
  std::string text = "exporter,importer,year,trade\n";
  for (const char* pair : {"RUS,KAZ", "KAZ,RUS", "RUS,CHN", "RUS,RUS"}) {
    for (int year = 2014; year <= 2016; ++year)
      text += std::string(pair) + "," + std::to_string(year) + ",1\n";
  }
  return csv(text);
}

constexpr const char* kMembers =
    "RUS,Sea Forum,2001,\n"
    "KAZ,Sea Forum,2015-07,2015-12-31\n"
    "RUS,River Pact,1999,2014\n"
    "KAZ,River Pact,2015,\n"
    "CHN,Sea Forum,2016-12-31,\n";

double at(const data::Table& table, const std::string& column, Index row) {
  return table.numbers(column)[static_cast<std::size_t>(row)];
}

TEST(PoliticalColumns, JointWhenBothAreMembersOnADayOfTheYear) {
  data::Table table = trade();
  add_joint_memberships(table, spells(kMembers));
  // Rows 0-2 RUS-KAZ, 3-5 KAZ-RUS, 6-8 RUS-CHN, 9-11 RUS with itself.
  for (const Index first : {0, 3}) {
    EXPECT_EQ(at(table, "joint_sea_forum", first), 0.0);
    EXPECT_EQ(at(table, "joint_sea_forum", first + 1), 1.0);  // from July 2015
    EXPECT_EQ(at(table, "joint_sea_forum", first + 2), 0.0);
    // Russia leaves on the last day of 2014, Kazakhstan joins on the first of 2015.
    for (Index k = 0; k < 3; ++k) EXPECT_EQ(at(table, "joint_river_pact", first + k), 0.0);
  }
  EXPECT_EQ(at(table, "joint_sea_forum", 7), 0.0);
  EXPECT_EQ(at(table, "joint_sea_forum", 8), 1.0);  // one day is enough
  EXPECT_EQ(at(table, "joint_memberships", 1), 1.0);
  for (Index k = 9; k < 12; ++k) EXPECT_EQ(at(table, "joint_memberships", k), 0.0);
}

TEST(PoliticalColumns, YearsAndDaysMayStandInOneColumn) {
  const data::TempFolder folder;
  const std::string path = folder.file(
      "members.csv", "economy,organisation,from,to\nRUS,Club,2001,\nKAZ,Club,2015-07-01,2015\n");
  DataSources sources(Study{}, project_path("cases"));
  data::Table table = trade();
  add_joint_memberships(table, read_membership_table(sources, path));
  EXPECT_EQ(at(table, "joint_club", 1), 1.0);
  EXPECT_EQ(at(table, "joint_club", 2), 0.0);
  EXPECT_EQ(sources.inputs().size(), 1U);
}

TEST(PoliticalColumns, CountsByPairAndYearServeBothDirections) {
  data::Table table = trade();
  add_joint_memberships(
      table, csv("first,second,year,joint_memberships\nKAZ,RUS,2014,46\nRUS,KAZ,2015,47\n"));
  EXPECT_EQ(at(table, "joint_memberships", 0), 46.0);
  EXPECT_EQ(at(table, "joint_memberships", 3), 46.0);
  EXPECT_EQ(at(table, "joint_memberships", 4), 47.0);
  EXPECT_TRUE(std::isnan(at(table, "joint_memberships", 5)));
  for (const char* year : {"1e300", "-9999999999", "2014.5"}) {
    const data::Table values =
        csv(fmt::format("first,second,year,joint_memberships\nKAZ,RUS,{},46\n", year));
    EXPECT_EQ(error_of([&] { add_joint_memberships(table, values); }).code, "bad-year") << year;
    data::Table pairs = csv(fmt::format("exporter,importer,year,trade\nRUS,KAZ,{},1\n", year));
    EXPECT_EQ(error_of([&] { add_joint_memberships(pairs, spells(kMembers)); }).code, "bad-year")
        << year;
  }
  EXPECT_TRUE(std::isnan(at(table, "joint_memberships", 6)));
}

TEST(PoliticalColumns, AlignmentOfPairsAndOfPositions) {
  data::Table pairs = trade();
  add_alignment(pairs, csv("first,second,year,alignment\nRUS,KAZ,2014,0.8\nKAZ,RUS,2015,0.7\n"));
  EXPECT_EQ(at(pairs, "alignment", 0), 0.8);
  EXPECT_EQ(at(pairs, "alignment", 3), 0.8);
  EXPECT_EQ(at(pairs, "alignment", 1), 0.7);
  EXPECT_TRUE(std::isnan(at(pairs, "alignment", 2)));
  data::Table positions = trade();
  add_alignment(positions,
                csv("economy,year,position\nRUS,2014,0.25\nKAZ,2014,-0.5\nCHN,2014,-1\n"));
  EXPECT_EQ(at(positions, "alignment", 0), -0.75);
  EXPECT_EQ(at(positions, "alignment", 6), -1.25);
  EXPECT_EQ(at(positions, "alignment", 9), 0.0);
  EXPECT_TRUE(std::isnan(at(positions, "alignment", 1)));
}

TEST(PoliticalColumns, CodesOfTheTradeTableMayBeOlderOrNumbers) {
  data::Table table = csv("exporter,importer,year,trade\nROM,DEU,2010,1\n");
  add_joint_memberships(table, spells("ROU,Club,2000,\nDEU,Club,2000,\n"));
  EXPECT_EQ(at(table, "joint_club", 0), 1.0);
}

TEST(PoliticalColumns, WrongMembershipsAreRefused) {
  const auto code_of = [](const std::string& rows) {
    const data::Table table = spells(rows);
    return error_of([&] { (void)read_memberships(table); }).code;
  };
  EXPECT_EQ(code_of("RUS,Club,2010,2008\nKAZ,Club,2010,\n"), "ends-before-start");
  EXPECT_EQ(code_of("RUS,Club,2010-02-03,2010-02-02\nKAZ,Club,2010,\n"), "ends-before-start");
  EXPECT_EQ(code_of("RUS,Club,2001,2010\nRUS,Club,2010,\n"), "overlapping-spells");
  EXPECT_EQ(code_of("RUS,Club,2001,\nRUS,Club,2015,\n"), "overlapping-spells");
  EXPECT_EQ(code_of("RUX,Club,2001,\n"), "unknown-economy");
  EXPECT_EQ(code_of("World,Club,2001,\n"), "not-an-economy");
  EXPECT_EQ(code_of("RUS,,2001,\nKAZ,Club,2001,\n"), "missing-value");
  EXPECT_EQ(code_of("RUS,Club,,\nKAZ,Club,2001,\n"), "missing-value");
  EXPECT_EQ(code_of("RUS,Club,last year,\n"), "bad-date");
  EXPECT_EQ(code_of("RUS,Club,2010-13,\n"), "bad-month");
  const data::Table short_one = csv("economy,organisation,from\nRUS,Club,2001\n");
  EXPECT_EQ(error_of([&] { (void)read_memberships(short_one); }).code, "no-such-column");
  // A spell may follow another by a day.
  EXPECT_EQ(read_memberships(spells("RUS,Club,2001,2009\nRUS,Club,2010,\n")).size(), 2U);
}

TEST(PoliticalColumns, TheErrorNamesTheLine) {
  const data::Table table = spells("RUS,Club,2001,\nRUS,Club,2015,\n");
  const ErrorDetail detail = error_of([&] { (void)read_memberships(table); });
  EXPECT_NE(detail.where.find("line 3"), std::string::npos) << detail.where;
  EXPECT_NE(detail.what.find("line 2"), std::string::npos) << detail.what;
}

TEST(PoliticalColumns, WrongPairTablesAreRefused) {
  const auto code_of = [](const std::string& text) {
    const data::Table values = csv(text);
    data::Table table = trade();
    return error_of([&] { add_alignment(table, values); }).code;
  };
  const std::string head = "first,second,year,alignment\n";
  EXPECT_EQ(code_of(head + "RUS,KAZ,2014,1\nKAZ,RUS,2014,2\n"), "duplicate-pair-year");
  EXPECT_EQ(code_of(head + "RUS,KAZ,2014,1\nRUS,RUS,2014,2\n"), "self-pair");
  EXPECT_EQ(code_of(head + "RUS,KAX,2014,1\n"), "unknown-economy");
  EXPECT_EQ(code_of(head + "RUS,,2014,1\n"), "missing-value");
  EXPECT_EQ(code_of("first,second,year\nRUS,KAZ,2014\n"), "no-such-column");
  EXPECT_EQ(code_of("economy,year,position\nRUS,2014,1\nRUS,2014,2\n"), "duplicate-economy-year");
  data::Table table = trade();
  const data::Table values = csv(head + "RUS,KAZ,2014,1\n");
  add_alignment(table, values);
  EXPECT_EQ(error_of([&] { add_alignment(table, values); }).code, "name-taken");
}

TEST(PoliticalColumns, TheWarningNamesWhatTheFormulaUses) {
  const std::string both = "trade ~ eaeu + log(1 + joint_memberships) + alignment | exporter^year";
  const std::string warning = bad_controls(both, true, true);
  EXPECT_TRUE(warning.starts_with("alignment, joint_memberships may be bad controls")) << warning;
  EXPECT_EQ(bad_controls(both, false, false), "");
  EXPECT_TRUE(bad_controls(both, true, false).starts_with("joint_memberships may"));
  EXPECT_EQ(bad_controls("trade ~ eaeu | exporter^year", true, true), "");
}

std::string reference(const std::string& name) { return reference_data_path("covariates/" + name); }

TEST(PoliticalColumns, UnitedNationsVotesGiveAlignment) {
  const std::string path = reference("un_ideal_points_1946_2012.csv.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent";
  const data::Table votes = data::read_table(path);
  std::vector<std::string> economies;
  data::NumberColumn years, positions;
  for (Index row = 0; row < votes.n_rows(); ++row) {
    const data::CodeReading reading = data::read_economy(votes.texts("CountryName").at(row));
    const double year = votes.numbers("Year")[static_cast<std::size_t>(row)];
    const bool wanted = reading.code == "RUS" || reading.code == "USA" || reading.code == "KAZ";
    if (!wanted || year < 2000.0) continue;
    economies.push_back(reading.code);
    years.push_back(year);
    positions.push_back(votes.numbers("idealpoint")[static_cast<std::size_t>(row)]);
  }
  data::Table alignment("votes");
  alignment.add("economy", economies);
  alignment.add("year", years);
  alignment.add("position", positions);
  data::Table table =
      csv("exporter,importer,year,trade\nRUS,USA,2012,1\nRUS,KAZ,2012,1\n"
          "USA,RUS,2009,1\nRUS,KAZ,2015,1\n");
  add_alignment(table, alignment);
  // The table's own figures for the two economies.
  EXPECT_NEAR(at(table, "alignment", 0), -(2.680503 - 0.06731374), 1e-9);
  EXPECT_NEAR(at(table, "alignment", 1), -(0.06731374 + 0.4013206), 1e-9);
  EXPECT_NEAR(at(table, "alignment", 2), -(2.563894 + 0.05882031), 1e-9);
  EXPECT_TRUE(std::isnan(at(table, "alignment", 3)));  // the votes end in 2012
}

TEST(PoliticalColumns, CountsOfIntergovernmentalOrganisations) {
  const std::string path = reference("cow_igo_joint_memberships_dyad_year.csv.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent";
  const std::map<double, std::string> codes = {
      {2, "USA"}, {365, "RUS"}, {370, "BLR"}, {705, "KAZ"}};
  const data::Table counts = data::read_table(path, {.number_columns = {"ccode1", "ccode2"}});
  std::vector<std::string> first, second;
  data::NumberColumn years, joint;
  for (Index row = 0; row < counts.n_rows(); ++row) {
    const auto k = static_cast<std::size_t>(row);
    const auto one = codes.find(counts.numbers("ccode1")[k]);
    const auto other = codes.find(counts.numbers("ccode2")[k]);
    if (one == codes.end() || other == codes.end() || counts.numbers("year")[k] < 1991) continue;
    first.push_back(one->second);
    second.push_back(other->second);
    years.push_back(counts.numbers("year")[k]);
    joint.push_back(counts.numbers("dyadigos")[k]);
  }
  data::Table memberships("counts");
  memberships.add("first", first);
  memberships.add("second", second);
  memberships.add("year", years);
  memberships.add("joint_memberships", joint);
  data::Table table = trade();
  add_joint_memberships(table, memberships);
  // Rows 365,705,2014 of the file: 47; the file ends in 2014.
  EXPECT_EQ(at(table, "joint_memberships", 0), 47.0);
  EXPECT_EQ(at(table, "joint_memberships", 3), 47.0);
  EXPECT_TRUE(std::isnan(at(table, "joint_memberships", 1)));
}

}  // namespace
}  // namespace altyn::study
