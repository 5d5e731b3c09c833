#include "altyn/study/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/document.h"
#include "altyn/equilibrium/sector_policy.h"
#include "altyn/study/extends.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

[[noreturn]] void fail_change(const std::string& where, const std::string& what,
                              const std::string& fix) {
  throw InputError({.code = "bad-change",
                    .what = what,
                    .where = where,
                    .why = "a change says which pairs it touches and by how much",
                    .fixes = {fix}});
}

// A [[tariff]], or a tariff [[change]] with a rate of its own.
bool names_a_rate(const std::string& name, const Scenario& scenario) {
  for (const ScenarioTariff& tariff : scenario.tariffs) {
    if (tariff.name == name) return true;
  }
  for (const ScenarioChange& change : scenario.changes) {
    if (change.name == name) return change.what == ChangeKind::kTariff && change.same_as.empty();
  }
  return false;
}

void check_change(const ScenarioChange& change, const Scenario& scenario,
                  const std::string& where) {
  switch (change.what) {
    case ChangeKind::kAgreement:
      if (change.agreement.empty()) {
        fail_change(where, "no agreement is named", "agreement = \"EAEU\"");
      }
      if (change.effect == 0.0 && change.effect_se == 0.0) {
        fail_change(where, "the agreement's effect is missing",
                    "effect = -0.0647 and effect_se = 0.0981, from altyn estimate");
      }
      if (change.turn_on && change.joining.empty()) {
        fail_change(where, "nobody joins", "joining = [\"UZB\"]");
      }
      return;
    case ChangeKind::kColumn:
      if (change.column.empty()) fail_change(where, "no column is named", "column = \"rta\"");
      if (change.effect == 0.0 && change.effect_se == 0.0) {
        fail_change(where, "the coefficient of the column is missing",
                    "effect = 0.3 and effect_se = 0.05, from altyn estimate");
      }
      return;
    case ChangeKind::kBorderCost:
      if (change.from.empty() || change.with.empty()) {
        fail_change(where, "the pairs are missing",
                    "from = [\"KAZ\"] and with = [\"RUS\", \"BLR\"]");
      }
      check_range(change.range_pct, change.by_pct, where, "range_pct");
      check_range(change.level_range_pct, change.level_pct, where, "level_range_pct");
      return;
    case ChangeKind::kTariff:
      if (change.importer.empty()) {
        fail_change(where, "no importer is named", "importer = [\"KAZ\"]");
      }
      check_range(change.range_pct, change.rate_pct, where, "range_pct");
      if (!change.same_as.empty() && !names_a_rate(change.same_as, scenario)) {
        std::vector<std::string> names;
        for (const ScenarioTariff& tariff : scenario.tariffs) names.push_back(tariff.name);
        const std::string near = nearest_name(change.same_as, names);
        fail_change(where, fmt::format("there is no tariff named {}", change.same_as),
                    near.empty() ? "give rate_pct" : "same_as = \"" + near + "\"");
      }
      return;
  }
}

// Newcomers' draws go by their codes, however the file names them.
void check_revenue(ScenarioRevenue& revenue, const std::string& where) {
  check_range(revenue.join_share_range_pct, revenue.join_share_pct, where, "join_share_range_pct");
  const bool changes = revenue.dissolve || !revenue.leave.empty() || !revenue.join.empty();
  if (revenue.pool.empty() && changes) need_key("", "pool", where);
  if (!revenue.pool.empty()) need_key(revenue.date, "date", where);
  if (revenue.join.empty()) return;
  std::set<std::string> codes;
  for (std::string& newcomer : revenue.join) {
    newcomer = data::economy_code(newcomer, where + " join");
    if (!codes.insert(newcomer).second) {
      fail_change(where, fmt::format("{} joins twice", newcomer), "name it once");
    }
  }
  if (!(revenue.join_share_pct > 0.0)) {
    fail_change(where, fmt::format("the share of {} is missing", fmt::join(revenue.join, ", ")),
                "join_share_pct = 2.0");
  }
  double most = revenue.join_share_pct;
  for (const double bound : revenue.join_share_range_pct) most = std::max(most, bound);
  if (!(most * static_cast<double>(revenue.join.size()) < 100.0)) {
    fail_change(where,
                fmt::format("{} newcomers with {}% each leave nothing to the members",
                            revenue.join.size(), most),
                "a smaller join_share_pct and join_share_range_pct");
  }
}

// Kinds of a world of many sectors, which has goods to tell apart and taxes on both sides.
void check_kind(const json& change, const std::string& where) {
  const std::string what = text_under(change, "what");
  for (const char* other :
       {"export_tax", "cost", "preference", "quota", "schedule", "productivity", "join", "leave"}) {
    if (what != other) continue;
    throw InputError(
        {.code = "other-model",
         .what = fmt::format("what = \"{}\" belongs to a world of many sectors", what),
         .where = where + " what",
         .why = "one sector has agreements, border costs and tariffs, and [revenue] for the shares "
                "in a pool",
         .fixes = {"what = \"agreement\", \"border_cost\" or \"tariff\"",
                   "a section [sectors] with tables of your own (docs/simulate-sectors.md)"}});
  }
}

template <class S>
std::vector<S> read_entries(const json& content, const char* list, const std::string& where) {
  std::vector<S> entries;
  for (const json& entry : content.value(list, json::array())) {
    S item;
    const std::string place = fmt::format("{} [[{}]] {}", where, list, entries.size() + 1);
    if constexpr (std::is_same_v<S, ScenarioChange>) check_kind(entry, place);
    options_from_json(item, entry, place);
    entries.push_back(std::move(item));
  }
  return entries;
}

// Reads and checks everything but that something changes.
Scenario read_whole(const Study& study, const std::string& within, DataSources& sources) {
  check_sections(study, {"scenario", "world", "model", "revenue", "regions", "optimal", "capital",
                         "tariff", "region", "change", "columns", "flags", "file"});
  Study whole = study;
  whole.content = extended_content(study, sources, within);
  put_flags(whole, "model");
  Scenario scenario{.head = read_section<ScenarioHead>(whole, "scenario"),
                    .world = read_section<ScenarioWorld>(whole, "world"),
                    .columns = read_section<data::ColumnChoices>(whole, "columns"),
                    .model = read_section<ScenarioModel>(whole, "model"),
                    .revenue = read_section<ScenarioRevenue>(whole, "revenue"),
                    .regions = read_section<ScenarioRegions>(whole, "regions"),
                    .optimal = read_section<OptimalPolicy>(whole, "optimal"),
                    .where = study.where};
  if (whole.content.contains("capital")) {
    scenario.capital = read_section<equilibrium::CapitalOptions>(whole, "capital");
  }
  scenario.tariffs = read_entries<ScenarioTariff>(whole.content, "tariff", study.where);
  scenario.region_list = read_regions(whole.content, scenario.regions, study.where);
  scenario.changes = read_entries<ScenarioChange>(whole.content, "change", study.where);

  check_range(scenario.model.theta_range, scenario.model.theta, study.where + " [model]",
              "theta_range");
  check_revenue(scenario.revenue, study.where + " [revenue]");
  std::set<std::string> names;
  const auto check_name = [&](const std::string& name, const std::string& where) {
    if (names.insert(name).second) return;
    throw InputError({.code = "duplicate-name",
                      .what = fmt::format("the name {} stands twice", name),
                      .where = where,
                      .why = "an assumption is drawn by its name"});
  };
  std::size_t place = 0;
  for (const ScenarioTariff& tariff : scenario.tariffs) {
    const std::string where = fmt::format("{} [[tariff]] {}", study.where, ++place);
    need_key(tariff.name, "name", where);
    check_name(tariff.name, where);
    if (tariff.importer.empty()) fail_change(where, "no importer is named", "importer = [\"KAZ\"]");
    check_range(tariff.range_pct, tariff.rate_pct, where, "range_pct");
  }
  place = 0;
  for (const ScenarioRegion& region : scenario.region_list) {
    check_name(region.code, fmt::format("{} [[region]] {}", study.where, ++place));
  }
  place = 0;
  for (ScenarioChange& change : scenario.changes) {
    const std::string where = fmt::format("{} [[change]] {}", study.where, ++place);
    if (change.name.empty()) change.name = fmt::format("change {}", place);
    check_name(change.name, where);
    check_change(change, scenario, where);
    if (change.phase_in.empty()) continue;
    if (change.phase_in.size() != 2 || change.phase_in[0] > change.phase_in[1]) {
      fail_change(where, "phase_in must be the first and the last year", "phase_in = [2016, 2020]");
    }
  }
  return scenario;
}

bool changes_something(const Scenario& scenario) {
  const ScenarioRevenue& revenue = scenario.revenue;
  return !scenario.changes.empty() || revenue.dissolve || !revenue.leave.empty() ||
         !revenue.join.empty() || scenario.optimal.problem != PolicyProblem::kNone;
}

// The sections that two scenarios of one base share, as text.
std::string base_text(const Scenario& s) {
  json text = {options_to_json(s.world),
               s.head.year,
               s.revenue.pool,
               s.revenue.date,
               options_to_json(s.regions),
               options_to_json(s.columns),
               options_to_json(s.model)};
  for (const ScenarioTariff& one : s.tariffs) text.push_back(options_to_json(one));
  for (const ScenarioRegion& one : s.region_list) text.push_back(options_to_json(one));
  return text.dump();
}

}  // namespace

double ScenarioChange::part_in(Index year) const {
  if (phase_in.empty()) return 1.0;
  return equilibrium::phase_share(static_cast<int>(phase_in[0]), static_cast<int>(phase_in[1]),
                                  static_cast<int>(year));
}

std::vector<Field<ScenarioChange>> ScenarioChange::fields() {
  return {
      make_field(&ScenarioChange::name,
                 {.name = "name",
                  .doc = "what the assumption is called; scenarios draw the same name alike"}),
      make_enum_field<&ScenarioChange::what>({.name = "what", .doc = "what changes"},
                                             {"agreement", "border_cost", "tariff", "column"}),
      make_field(&ScenarioChange::agreement,
                 {.name = "agreement", .doc = "an agreement with all it grew from: EAEU"}),
      make_field(&ScenarioChange::column,
                 {.name = "column",
                  .doc = "a column of the trade table that was a regressor; its value becomes 0, "
                         "or 1 with turn_on, for the pairs of `from` and `with`, all when empty"}),
      make_field(&ScenarioChange::turn_on,
                 {.name = "turn_on",
                  .doc = "puts the agreement in force between `joining` and its members; otherwise "
                         "it is taken away, from `joining` alone when that is given"}),
      make_field(&ScenarioChange::joining,
                 {.name = "joining", .doc = "economies that join or leave; empty is all members"}),
      make_field(&ScenarioChange::effect,
                 {.name = "effect",
                  .doc = "estimated effect of membership, or of the column, on log trade",
                  .minimum = -10,
                  .maximum = 10}),
      make_field(&ScenarioChange::effect_se, {.name = "effect_se",
                                              .doc = "its standard error, for the draws",
                                              .minimum = 0,
                                              .maximum = 10}),
      make_field(&ScenarioChange::from,
                 {.name = "from",
                  .doc = "exporters whose cost or column changes: codes, regions or a union"}),
      make_field(&ScenarioChange::with,
                 {.name = "with",
                  .doc = "importers whose cost or column changes: codes, regions or a union"}),
      make_field(&ScenarioChange::both,
                 {.name = "both", .doc = "the cost changes in both directions"}),
      make_field(&ScenarioChange::by_pct,
                 {.name = "by_pct",
                  .doc = "change of trade cost; where level_pct is given, change of that cost",
                  .unit = "percent",
                  .minimum = -99,
                  .maximum = 1000}),
      make_field(&ScenarioChange::range_pct, {.name = "range_pct",
                                              .doc = "range of by_pct or rate_pct for the draws",
                                              .unit = "percent",
                                              .minimum = -99,
                                              .maximum = 1000}),
      make_field(&ScenarioChange::level_pct,
                 {.name = "level_pct",
                  .doc = "the border cost there is, as part of the goods' value",
                  .unit = "percent",
                  .minimum = 0,
                  .maximum = 1000}),
      make_field(&ScenarioChange::level_range_pct, {.name = "level_range_pct",
                                                    .doc = "range of level_pct for the draws",
                                                    .unit = "percent",
                                                    .minimum = 0,
                                                    .maximum = 1000}),
      make_field(&ScenarioChange::importer,
                 {.name = "importer", .doc = "who changes its tariff: codes or a union"}),
      make_field(&ScenarioChange::exporter,
                 {.name = "exporter",
                  .doc = "on whose goods; empty is all without a preference in the base year"}),
      make_enum_field<&ScenarioChange::formula>(
          {.name = "formula", .doc = "how the new duty follows from today's"},
          {"set", "add", "cut", "cap", "swiss"}),
      make_field(&ScenarioChange::rate_pct,
                 {.name = "rate_pct",
                  .doc = "rate, points, percent or coefficient of the formula",
                  .unit = "percent",
                  .minimum = -99,
                  .maximum = 1000}),
      make_field(
          &ScenarioChange::same_as,
          {.name = "same_as",
           .doc = "takes the rate of the tariff or tariff change of this name, drawn with it"}),
      make_field(&ScenarioChange::phase_in,
                 {.name = "phase_in",
                  .doc = "first and last year of equal annual steps; the answer is for all of them "
                         "taken, the table of years shows the way",
                  .unit = "year",
                  .minimum = 0,
                  .maximum = 3000}),
      make_field(&ScenarioChange::source,
                 {.name = "source", .doc = "where the assumption comes from"})};
}

std::vector<Field<ScenarioTariff>> ScenarioTariff::fields() {
  return {
      make_field(&ScenarioTariff::name, {.name = "name", .doc = "what the tariff is called"}),
      make_field(&ScenarioTariff::importer,
                 {.name = "importer", .doc = "who charges it: codes or a union"}),
      make_field(&ScenarioTariff::exporter,
                 {.name = "exporter",
                  .doc = "on whose goods; empty is all without a preference in the base year"}),
      make_field(&ScenarioTariff::rate_pct, {.name = "rate_pct",
                                             .doc = "average duty on the value of imports",
                                             .unit = "percent",
                                             .minimum = 0,
                                             .maximum = 1000}),
      make_field(&ScenarioTariff::range_pct, {.name = "range_pct",
                                              .doc = "range of rate_pct for the draws",
                                              .unit = "percent",
                                              .minimum = 0,
                                              .maximum = 1000}),
      make_field(&ScenarioTariff::source, {.name = "source", .doc = "where the rate comes from"})};
}

std::vector<Field<ScenarioRevenue>> ScenarioRevenue::fields() {
  return {
      make_field(&ScenarioRevenue::pool,
                 {.name = "pool", .doc = "the union whose members pool import duties: EAEU"}),
      make_field(&ScenarioRevenue::date,
                 {.name = "date", .doc = "day whose sharing keys apply: 2016-06-30"}),
      make_field(&ScenarioRevenue::dissolve,
                 {.name = "dissolve", .doc = "everyone keeps what it collects"}),
      make_field(&ScenarioRevenue::leave,
                 {.name = "leave",
                  .doc = "members that keep what they collect; the others' keys grow alike"}),
      make_field(&ScenarioRevenue::join, {.name = "join", .doc = "economies that join"}),
      make_field(&ScenarioRevenue::join_share_pct, {.name = "join_share_pct",
                                                    .doc = "key of each of them; the others' "
                                                           "shrink alike",
                                                    .unit = "percent",
                                                    .minimum = 0,
                                                    .maximum = 100}),
      make_field(&ScenarioRevenue::join_share_range_pct, {.name = "join_share_range_pct",
                                                          .doc = "range of the key for the draws",
                                                          .unit = "percent",
                                                          .minimum = 0,
                                                          .maximum = 100}),
      make_field(&ScenarioRevenue::source,
                 {.name = "source", .doc = "where the key of those who join comes from"})};
}

std::vector<Field<ScenarioHead>> ScenarioHead::fields() {
  return {
      make_field(&ScenarioHead::name, {.name = "name", .doc = "a short name"}),
      make_field(&ScenarioHead::title, {.name = "title", .doc = "the question it answers"}),
      make_field(&ScenarioHead::year,
                 {.name = "year",
                  .doc = "year of the base; 0 takes the last one of the trade table",
                  .minimum = 0,
                  .maximum = 3000}),
      make_field(&ScenarioHead::extends, {.name = "extends", .doc = "scenario file to stand on"}),
      make_field(
          &ScenarioHead::versus,
          {.name = "versus", .doc = "scenario file to compare with instead of the base itself"})};
}

std::vector<Field<ScenarioWorld>> ScenarioWorld::fields() {
  return {make_field(&ScenarioWorld::trade,
                     {.name = "trade", .doc = "bilateral trade: a file or a bundled table"}),
          make_field(&ScenarioWorld::gdp,
                     {.name = "gdp",
                      .doc = "GDP by economy and year, for domestic trade; empty where the trade "
                             "table has it"}),
          make_field(&ScenarioWorld::agreements,
                     {.name = "agreements", .doc = "agreement tables, later ones on top"})};
}

std::vector<Field<ScenarioModel>> ScenarioModel::fields() {
  return {
      make_field(&ScenarioModel::theta,
                 {.name = "theta", .doc = "trade elasticity", .minimum = 0.1, .maximum = 100}),
      make_field(&ScenarioModel::theta_range, {.name = "theta_range",
                                               .doc = "range of theta for the draws",
                                               .minimum = 0.1,
                                               .maximum = 100}),
      make_field(&ScenarioModel::theta_source,
                 {.name = "theta_source", .doc = "where theta and its range come from"}),
      make_enum_field<&ScenarioModel::deficits>(
          {.name = "deficits", .doc = "how deficits are closed"}, equilibrium::closure_names()),
      make_field(&ScenarioModel::numeraire,
                 {.name = "numeraire",
                  .doc = "what values are measured in: \"world\" income, or an economy's wage"}),
      make_field(&ScenarioModel::value_added_share,
                 {.name = "value_added_share",
                  .doc = "part of value added in output, in every economy; below 1 goods are "
                         "also made of goods",
                  .minimum = 0.05,
                  .maximum = 1.0}),
      make_field(&ScenarioModel::supply_elasticity,
                 {.name = "supply_elasticity",
                  .doc = "elasticity of factor supply to its real reward",
                  .minimum = 0.0,
                  .maximum = 20.0}),
      make_field(&ScenarioModel::phase_in,
                 {.name = "phase_in",
                  .doc = "part of every change that is in force: of a cost's logarithm, of the "
                         "way from the old duty to the new; shares of a pool change at once",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&ScenarioModel::n_draws, {.name = "n_draws",
                                           .doc = "draws behind the intervals; 0 gives none",
                                           .minimum = 0,
                                           .maximum = 100000})};
}

Scenario read_world(const Study& study, DataSources& sources) {
  return read_whole(study, "", sources);
}

Scenario read_scenario(const Study& study, DataSources& sources) {
  Scenario scenario = read_whole(study, "", sources);
  if (changes_something(scenario)) return scenario;
  throw InputError({.code = "no-changes",
                    .what = "the scenario changes nothing",
                    .where = study.where,
                    .why = "its answer would be zero everywhere",
                    .fixes = {"add a [[change]]", "name it in extends = ... or versus = ..."}});
}

Scenario read_versus(const Scenario& scenario, const Study& study, DataSources& sources) {
  const std::filesystem::path name(scenario.head.versus);
  const std::string path = sources.find(name.string());
  Study other{.kind = study.kind,
              .content = data::read_document(path).value,
              .where = path,
              .folder = study.folder};
  other.content.erase("study");
  Scenario versus = read_whole(other, name.parent_path().string(), sources);
  versus.model = scenario.model;
  if (base_text(versus) == base_text(scenario)) return versus;
  throw InputError({.code = "other-base",
                    .what = fmt::format("{} stands on another base", path),
                    .where = study.where + " [scenario] versus",
                    .why = "scenarios are compared in one world: year, tables, [[tariff]], "
                           "[[region]] and the revenue pool must be the same",
                    .fixes = {"let both extend the same file"}});
}

}  // namespace altyn::study
