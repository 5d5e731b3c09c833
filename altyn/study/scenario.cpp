#include "altyn/study/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/document.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

// The sections of `own` on top of those of the scenario it extends; changes are appended.
json merged(json below, const json& own) {
  for (const char* section : {"scenario", "world", "model"}) {
    if (!own.contains(section)) continue;
    for (const auto& [key, value] : own.at(section).items()) below[section][key] = value;
  }
  if (own.contains("change")) {
    for (const json& change : own.at("change")) below["change"].push_back(change);
  }
  return below;
}

json with_extended(const json& content, const std::string& where, const std::string& folder,
                   DataSources& sources, std::vector<std::string> seen) {
  const std::string extended =
      content.contains("scenario") ? content.at("scenario").value("extends", "") : "";
  if (extended.empty()) return merged(json::object(), content);
  if (std::find(seen.begin(), seen.end(), extended) != seen.end()) {
    throw InputError({.code = "extends-itself",
                      .what = fmt::format("{} extends itself", extended),
                      .where = where,
                      .why = "a scenario needs a first one to stand on",
                      .fixes = {"remove the line extends = ..."}});
  }
  seen.push_back(extended);
  const std::string path = sources.find((std::filesystem::path(folder) / extended).string());
  const json below = data::read_document(path).value;
  const std::string below_folder = std::filesystem::path(path).parent_path().string();
  return merged(with_extended(below, path, below_folder, sources, seen), content);
}

[[noreturn]] void fail_change(const std::string& where, const std::string& what,
                              const std::string& fix) {
  throw InputError({.code = "bad-change",
                    .what = what,
                    .where = where,
                    .why = "a change says which pairs it touches and by how much",
                    .fixes = {fix}});
}

void check_change(ScenarioChange& change, const std::string& where) {
  for (std::vector<std::string>* side : {&change.from, &change.with, &change.joining}) {
    for (std::string& economy : *side) economy = data::economy_code(economy, where);
  }
  if (change.what == ChangeKind::kAgreement) {
    if (change.agreement.empty()) {
      fail_change(where, "no agreement is named", "agreement = \"EAEU\"");
    }
    if (change.effect == 0.0 && change.effect_se == 0.0) {
      fail_change(where, "the agreement's effect is missing",
                  "effect = -0.0647 and effect_se = 0.0981, from altyn estimate");
    }
    return;
  }
  if (change.from.empty() || change.with.empty()) {
    fail_change(where, "the pairs are missing", "from = [\"KAZ\"] and with = [\"RUS\", \"BLR\"]");
  }
  if (!change.range_pct.empty() &&
      (change.range_pct.size() != 2 || change.range_pct[0] > change.range_pct[1])) {
    fail_change(where, "range_pct must be two numbers, the lower first", "range_pct = [2, 10]");
  }
}

}  // namespace

std::vector<Field<ScenarioChange>> ScenarioChange::fields() {
  return {
      make_enum_field<&ScenarioChange::what>({.name = "what", .doc = "what changes"},
                                             {"agreement", "border_cost"}),
      make_field(&ScenarioChange::agreement,
                 {.name = "agreement", .doc = "an agreement with all it grew from: EAEU"}),
      make_field(&ScenarioChange::turn_on,
                 {.name = "turn_on",
                  .doc = "puts the agreement in force between `joining` and its members; otherwise "
                         "it is taken away, from `joining` alone when that is given"}),
      make_field(&ScenarioChange::joining,
                 {.name = "joining", .doc = "economies that join or leave; empty is all members"}),
      make_field(&ScenarioChange::effect, {.name = "effect",
                                           .doc = "estimated effect of membership on log trade",
                                           .minimum = -10,
                                           .maximum = 10}),
      make_field(&ScenarioChange::effect_se, {.name = "effect_se",
                                              .doc = "its standard error, for the draws",
                                              .minimum = 0,
                                              .maximum = 10}),
      make_field(&ScenarioChange::from, {.name = "from", .doc = "exporters of a border cost"}),
      make_field(&ScenarioChange::with, {.name = "with", .doc = "importers of a border cost"}),
      make_field(&ScenarioChange::both,
                 {.name = "both", .doc = "the cost changes in both directions"}),
      make_field(&ScenarioChange::by_pct, {.name = "by_pct",
                                           .doc = "change of trade cost",
                                           .unit = "percent",
                                           .minimum = -99,
                                           .maximum = 1000}),
      make_field(&ScenarioChange::range_pct, {.name = "range_pct",
                                              .doc = "range of by_pct for the draws, uniform",
                                              .unit = "percent",
                                              .minimum = -99,
                                              .maximum = 1000}),
      make_field(&ScenarioChange::source,
                 {.name = "source", .doc = "where the assumption comes from"})};
}

std::vector<Field<ScenarioHead>> ScenarioHead::fields() {
  return {
      make_field(&ScenarioHead::name, {.name = "name", .doc = "a short name"}),
      make_field(&ScenarioHead::title, {.name = "title", .doc = "the question it answers"}),
      make_field(&ScenarioHead::year,
                 {.name = "year", .doc = "year of the base", .minimum = 1000, .maximum = 3000}),
      make_field(&ScenarioHead::extends, {.name = "extends", .doc = "scenario file to stand on"})};
}

std::vector<Field<ScenarioWorld>> ScenarioWorld::fields() {
  return {make_field(&ScenarioWorld::trade,
                     {.name = "trade", .doc = "bilateral trade: a file or a bundled table"}),
          make_field(&ScenarioWorld::gdp,
                     {.name = "gdp", .doc = "GDP by economy and year, for domestic trade"}),
          make_field(&ScenarioWorld::agreements,
                     {.name = "agreements", .doc = "agreement tables, later ones on top"})};
}

std::vector<Field<ScenarioModel>> ScenarioModel::fields() {
  return {make_field(&ScenarioModel::theta,
                     {.name = "theta", .doc = "trade elasticity", .minimum = 0.1, .maximum = 100}),
          make_field(&ScenarioModel::theta_range, {.name = "theta_range",
                                                   .doc = "range of theta for the draws, uniform",
                                                   .minimum = 0.1,
                                                   .maximum = 100}),
          make_enum_field<&ScenarioModel::deficits>(
              {.name = "deficits", .doc = "how deficits are closed"},
              {"none", "additive", "world_share", "multiplicative"}),
          make_field(&ScenarioModel::n_draws, {.name = "n_draws",
                                               .doc = "draws behind the intervals; 0 gives none",
                                               .minimum = 0,
                                               .maximum = 100000})};
}

Scenario read_scenario(const Study& study, DataSources& sources) {
  check_sections(study, {"scenario", "world", "model", "change"});
  Study whole = study;
  whole.content = with_extended(study.content, study.where, study.folder, sources, {});
  Scenario scenario{.head = read_section<ScenarioHead>(whole, "scenario"),
                    .world = read_section<ScenarioWorld>(whole, "world"),
                    .model = read_section<ScenarioModel>(whole, "model")};
  const json changes = whole.content.value("change", json::array());
  for (const json& entry : changes) {
    const std::string where =
        fmt::format("{} [[change]] {}", study.where, scenario.changes.size() + 1);
    ScenarioChange change;
    options_from_json(change, entry, where);
    check_change(change, where);
    scenario.changes.push_back(std::move(change));
  }
  if (scenario.model.theta_range.size() != 2 ||
      scenario.model.theta_range[0] > scenario.model.theta_range[1]) {
    throw InputError({.code = "bad-option",
                      .what = "theta_range must be two numbers, the lower first",
                      .where = study.where + " [model] theta_range",
                      .why = "theta is drawn between them",
                      .fixes = {"theta_range = [3.0, 8.0]"}});
  }
  return scenario;
}

double direct_effect(const ScenarioChange& change, double size, double theta) {
  return change.what == ChangeKind::kAgreement ? size : -theta * std::log1p(size / 100.0);
}

std::vector<double> touched_pairs(const ScenarioChange& change, int year,
                                  const std::vector<std::string>& economies,
                                  const data::AgreementRegistry& registry) {
  const std::size_t n = economies.size();
  std::vector<double> pairs(n * n, 0.0);
  const auto has = [](const std::vector<std::string>& list, const std::string& code) {
    return std::find(list.begin(), list.end(), code) != list.end();
  };
  std::vector<std::string> inside;  // the agreement's members with those that join
  if (change.what == ChangeKind::kAgreement) {
    inside = registry.union_members(change.agreement, year);
    inside.insert(inside.end(), change.joining.begin(), change.joining.end());
  }
  Index n_touched = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const std::string& exporter = economies[i];
      const std::string& importer = economies[j];
      double& pair = pairs[i * n + j];
      if (change.what == ChangeKind::kBorderCost) {
        const bool there = has(change.from, exporter) && has(change.with, importer);
        const bool back = has(change.with, exporter) && has(change.from, importer);
        if (there || (change.both && back)) pair = 1.0;
      } else {
        const bool bound = registry.dummy(change.agreement, exporter, importer, year);
        const bool joins = has(change.joining, exporter) || has(change.joining, importer);
        if (!change.turn_on && bound && (change.joining.empty() || joins)) pair = -1.0;
        if (change.turn_on && !bound && joins && has(inside, exporter) && has(inside, importer)) {
          pair = 1.0;
        }
      }
      if (pair != 0.0) ++n_touched;
    }
  }
  if (n_touched > 0) return pairs;
  throw InputError({.code = "no-pairs",
                    .what = "the change touches no pair of this world",
                    .where = change.agreement.empty()
                                 ? fmt::format("{} with {}", fmt::join(change.from, ", "),
                                               fmt::join(change.with, ", "))
                                 : fmt::format("{} in {}", change.agreement, year),
                    .why = "a scenario without effect looks like an answer of zero",
                    .fixes = {"check the economies and the year against `altyn agreements`"}});
}

}  // namespace altyn::study
