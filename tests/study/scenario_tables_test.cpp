#include <gtest/gtest.h>

#include <utility>

#include "altyn/study/scenario_world.h"

namespace altyn::study {
namespace {

// Two economies, million USD, under the name "mine"; `home` is what each sells to itself.
Study study_with(double home) {
  Study study{.kind = "simulate", .content = {}, .where = "here", .folder = ""};
  study.tables["mine"] = [home](const std::string& source) {
    data::Table table(source);
    table.add("exporter", std::vector<std::string>{"KAZ", "KAZ", "RUS", "RUS"});
    table.add("importer", std::vector<std::string>{"KAZ", "RUS", "KAZ", "RUS"});
    table.add("year", data::NumberColumn(4, 2016.0));
    table.add("trade_musd", data::NumberColumn{home, 5.0, 7.0, home}, "million USD");
    table.add("twice", data::NumberColumn{2 * home, 10.0, 14.0, 2 * home}, "million USD");
    return table;
  };
  return study;
}

ScenarioWorld own_world() {
  ScenarioWorld world;
  world.trade = "mine";
  world.gdp = "";
  return world;
}

TEST(ScenarioTables, OfTwoStudiesThatHoldATableUnderOneNameAreNotMixed) {
  ScenarioTablesCache cache;
  for (const double home : {100.0, 300.0}) {
    DataSources sources(study_with(home));
    const auto tables = cache.get(own_world(), {}, 2016, sources);
    EXPECT_EQ(tables->world.trade_musd.front(), home);
    EXPECT_EQ(tables->gdp_musd.size(), 2U);
  }
}

TEST(ScenarioTables, OfFilesAreReadOncePerYearAndChoiceOfColumns) {
  ScenarioTablesCache cache;
  DataSources sources(Study{});
  const ScenarioWorld world;  // the bundled tables
  const auto first = cache.get(world, {}, 2016, sources);
  EXPECT_EQ(cache.get(world, {}, 2016, sources), first);
  EXPECT_NE(cache.get(world, {}, 2015, sources), first);
  data::ColumnChoices stated;
  stated.unit = "musd";
  EXPECT_NE(cache.get(world, stated, 2016, sources), first);
}

TEST(ScenarioTables, WithoutAYearAreOfTheLastOneAndKeepItsRowsAlone) {
  DataSources sources(Study{});
  const auto tables = ScenarioTables::read(ScenarioWorld{}, {}, 0, sources);
  EXPECT_EQ(tables->world.year, tables->years.back());
  for (const double year : tables->panel.table.numbers("year")) {
    EXPECT_EQ(year, tables->years.back());
  }
}

TEST(ScenarioTables, TakeTheColumnThatIsNamed) {
  DataSources sources(study_with(100.0));
  data::ColumnChoices choices;
  choices.trade = "twice";
  choices.unit = "musd";
  EXPECT_EQ(ScenarioTables::read(own_world(), choices, 2016, sources)->world.trade_musd.front(),
            200.0);
}

}  // namespace
}  // namespace altyn::study
