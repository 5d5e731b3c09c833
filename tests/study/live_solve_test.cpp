#include "altyn/study/live_solve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/study/simulate_study.h"

namespace altyn::study {
namespace {

using nlohmann::json;

Study tariff_study(json model = json::object()) {
  return {.kind = "simulate",
          .content = {{"scenario", {{"name", "x"}, {"extends", "common-tariff-plus-5"}}},
                      {"model", std::move(model)}},
          .where = "x.toml",
          .folder = "",
          .shelf = std::make_shared<const Shelf>()};
}

json solve(const Study& study, ScenarioTablesCache& tables, LiveParts parts = {.flows = true}) {
  static SectorTablesCache many_sectors;
  Context context(1);
  DataSources sources(study);
  json value = solve_scenario(study, parts, sources, {tables, many_sectors}, context);
  value.erase("seconds");
  return value;
}

std::string code_of(const Study& study) {
  try {
    Context context(1);
    (void)run_simulation(study, context);
  } catch (const InputError& error) {
    return error.detail().code;
  }
  return "";
}

TEST(LiveSolve, GivesTheNumbersOfTheWholeStudy) {
  ScenarioTablesCache tables;
  const json live = solve(tariff_study(), tables);
  Context context(2);
  const StudyResult whole = run_simulation(tariff_study({{"n_draws", 0}}), context);
  // Sources of income are told by the whole study alone: they take twenty solves.
  for (const auto& [id, table] : live["result"]["tables"].items()) {
    EXPECT_EQ(table, whole.value["tables"][id]) << id;
  }
  EXPECT_TRUE(live["result"]["tables"].contains("economies"));
}

// A control that moves asks for less; what it gets is the same.
TEST(LiveSolve, LeavesOutWhatIsNotAskedForAndChangesNothingElse) {
  ScenarioTablesCache tables;
  json whole = solve(tariff_study(), tables);
  const json moving = solve(tariff_study(), tables, {.tables = false, .flows = false});
  EXPECT_FALSE(moving.contains("result"));
  EXPECT_FALSE(moving.contains("flows"));
  whole.erase("result");
  whole.erase("flows");
  EXPECT_EQ(moving.dump(), whole.dump());
}

TEST(LiveSolve, GivesTheSameBytesFromTablesReadAnewAndFromThoseInMemory) {
  ScenarioTablesCache tables, other;
  const json first = solve(tariff_study(), tables);
  (void)solve(tariff_study({{"theta", 7.0}}), tables);
  // As text: a missing value is NaN in memory, which equals nothing, and null where it is sent.
  EXPECT_EQ(solve(tariff_study(), tables).dump(), first.dump());
  EXPECT_EQ(solve(tariff_study(), other).dump(), first.dump());
}

Study sector_study(const char* extends, json model = json::object()) {
  Study study = tariff_study(std::move(model));
  study.content["scenario"]["extends"] = extends;
  return study;
}

// Bundled tables have their names wherever the scenario that stands on them lies.
TEST(LiveSolve, GivesTheNumbersOfAWholeStudyOfManySectors) {
  ScenarioTablesCache tables;
  for (const char* name : {"three-economies-agreement", "three-economies-union"}) {
    const json live = solve(sector_study(name), tables);
    Context context(2);
    const StudyResult whole = run_simulation(sector_study(name, {{"n_draws", 0}}), context);
    for (const auto& [id, table] : live["result"]["tables"].items()) {
      if (id == "drivers" || !whole.value["tables"].contains(id)) continue;
      EXPECT_EQ(table.dump(), whole.value["tables"][id].dump()) << name << " " << id;
    }
    EXPECT_TRUE(live["result"]["tables"].contains("economies"));
    EXPECT_EQ(live["real_income"].size(), 3U);
    EXPECT_EQ(solve(sector_study(name), tables).dump(), live.dump());
  }
}

TEST(LiveSolve, SectorsAddUpToTheFlowsOfAllGoods) {
  ScenarioTablesCache tables;
  const json live = solve(sector_study("three-economies-union"), tables);
  const std::size_t n = live["economies"].size();
  ASSERT_EQ(live["sectors"].size(), 3U);
  for (const auto& [stage, when] : {std::pair("base_musd", "before"), {"full_musd", "after"}}) {
    for (std::size_t i = 0; i < n; ++i) {
      double exports = 0.0, sum = 0.0, duties = 0.0;
      for (std::size_t m = 0; m < n; ++m) {
        if (m != i) exports += live["flows"][stage][i * n + m].get<double>();
      }
      for (const json& sector : live["sectors"]) {
        sum += sector["exports"][when][i].get<double>();
        duties += sector["duties"][when][i].get<double>();
      }
      // The same numbers in another order.
      EXPECT_NEAR(sum, exports, 1e-10 * exports);
      const double collected = live["revenue_collected"][when][i].get<double>();
      // The tolerance of a solve.
      EXPECT_NEAR(duties, collected, 1e-8 * (1.0 + collected));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (const json& part : live["decomposition"]) sum += part["log_change"][i].get<double>();
    // Identities up to the rounding of four terms.
    EXPECT_NEAR(sum, std::log1p(live["real_income"][i].get<double>()), 1e-10);
  }
}

TEST(LiveSolve, PartsOfRealIncomeAddUp) {
  ScenarioTablesCache tables;
  for (const json& model : {json::object(), json{{"value_added_share", 0.5}}}) {
    const json live = solve(tariff_study(model), tables);
    for (std::size_t i = 0; i < live["economies"].size(); ++i) {
      double sum = 0.0;
      for (const json& part : live["decomposition"]) sum += part["log_change"][i].get<double>();
      // Identities up to the rounding of four terms.
      EXPECT_NEAR(sum, std::log1p(live["real_income"][i].get<double>()), 1e-10);
    }
  }
}

TEST(LiveSolve, EveryNewcomerHasAKeyOfThePool) {
  ScenarioTablesCache tables;
  Study study = tariff_study();
  study.content["revenue"] = {{"join", {"UZB", "Turkey"}}, {"join_share_pct", 2.0}};
  const json live = solve(study, tables);
  ASSERT_EQ(live["keys"].size(), 1U);
  const json& keys = live["keys"][0]["after"];
  EXPECT_DOUBLE_EQ(keys["UZB"].get<double>(), 0.02);
  EXPECT_DOUBLE_EQ(keys["TUR"].get<double>(), 0.02);
  double sum = 0.0, members = 0.0;
  for (const auto& [code, key] : keys.items()) sum += key.get<double>();
  for (const auto& [code, key] : live["keys"][0]["before"].items()) members += key.get<double>();
  EXPECT_NEAR(sum, 1.0, 1e-12);      // rounding of seven terms
  EXPECT_NEAR(members, 1.0, 1e-12);  // the same
  // The members' keys shrink alike.
  EXPECT_NEAR(keys["KAZ"].get<double>() / live["keys"][0]["before"]["KAZ"].get<double>(), 0.96,
              1e-12);
}

TEST(LiveSolve, NewcomersThatCannotJoinAreRefused) {
  const std::pair<json, const char*> kWrong[] = {
      {{{"join", {"UZB", "UZB"}}, {"join_share_pct", 2.0}}, "bad-change"},
      {{{"join", {"UZB", "TUR"}}, {"join_share_pct", 50.0}}, "bad-change"},
      {{{"join", {"UZB"}}}, "bad-change"},
      {{{"join", {"KAZ"}}, {"join_share_pct", 2.0}}, "bad-change"},
      {{{"join", {"Nowhere"}}, {"join_share_pct", 2.0}}, "unknown-economy"},
      {{{"join", {"AFG"}}, {"join_share_pct", 2.0}}, "not-in-world"}};
  for (const auto& [revenue, code] : kWrong) {
    Study study = tariff_study({{"n_draws", 0}});
    study.content["revenue"] = revenue;
    EXPECT_EQ(code_of(study), code) << revenue;
  }
}

TEST(LiveSolve, AChangeThatIsNotInForceDoesNothing) {
  ScenarioTablesCache tables;
  const json live = solve(tariff_study({{"phase_in", 0.0}}), tables);
  // The tolerance of a solve.
  for (const json& change : live["real_income"]) EXPECT_NEAR(change.get<double>(), 0.0, 1e-9);
}

TEST(Draws, ThoseSoFarAreTheFirstOfTheWhole) {
  std::vector<json> partial;
  SimulateCaller caller;
  caller.on_draws = [&](const ScenarioSetting& setting, const ScenarioDraws& draws) {
    partial.push_back(draws_value(setting, draws));
  };
  Context context(2), plain(1);
  const StudyResult told = run_simulation(tariff_study({{"n_draws", 120}}), context, caller);
  const StudyResult silent = run_simulation(tariff_study({{"n_draws", 120}}), plain);
  ASSERT_EQ(partial.size(), 2U);
  EXPECT_EQ(partial[0]["n_draws"], 50);
  EXPECT_EQ(partial[1]["n_draws"], 100);
  EXPECT_EQ(told.value, silent.value);
  const StudyResult fifty = run_simulation(tariff_study({{"n_draws", 50}}), plain);
  const json& rows = fifty.value["tables"]["economies"]["rows"];
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(partial[0]["real_income"]["low"][i], rows[i][3]);
  }
}

TEST(Shelf, AStudyThatHasOneOpensNoPath) {
  Study study = tariff_study({{"n_draws", 0}});
  for (const char* path : {"/etc/passwd", "cases/eaeu/no-union.toml", "../x.toml", ""}) {
    study.content["scenario"]["versus"] = path;
    EXPECT_EQ(code_of(study), *path == '\0' ? "" : "not-on-the-shelf") << path;
  }
  study.content["scenario"].erase("versus");
  study.content["world"]["trade"] = "mine.csv";
  EXPECT_EQ(code_of(study), "not-on-the-shelf");
  EXPECT_THROW(DataSources(study, "cases"), InputError);
}

}  // namespace
}  // namespace altyn::study
