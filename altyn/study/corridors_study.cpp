#include "altyn/study/corridors_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/country_codes.h"
#include "altyn/study/corridors_report.h"
#include "altyn/study/corridors_sectors.h"
#include "altyn/study/extends.h"
#include "altyn/study/report_page.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/scenario_report.h"
#include "altyn/study/sections.h"
#include "altyn/study/sector_scenario.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::ResultTable;
using nlohmann::json;

constexpr Index kShards = 64;
constexpr std::size_t kShownPairs = 200;
constexpr std::size_t kShownRevenues = 8;
const char* const kOwnSections[] = {"network",     "routes", "cost",   "crossing",
                                    "link_change", "action", "welfare"};

// The study on top of what it extends, and its sections that describe the world alone.
struct Sections {
  Study whole;
  Study world;
};

Sections sections_of(const Study& study, DataSources& sources) {
  Sections sections{.whole = study, .world = study};
  sections.whole.content = extended_content(study, sources);
  std::vector<std::string> known{std::begin(kOwnSections), std::end(kOwnSections)};
  for (const char* one : {"scenario", "model", "flags", "file"}) known.emplace_back(one);
  if (has_sectors(sections.whole.content)) {
    for (const char* one :
         {"sectors", "output", "change", "union", "union_keys", "union_exception"}) {
      known.emplace_back(one);
    }
  } else {
    for (const char* one : {"world", "revenue", "regions", "tariff", "region"}) {
      known.emplace_back(one);
    }
  }
  check_sections(sections.whole, known);
  sections.world.content = sections.whole.content;
  sections.world.content["scenario"].erase("extends");
  for (const char* own : kOwnSections) sections.world.content.erase(own);
  return sections;
}

struct Loaded {
  Scenario scenario;
  ScenarioSetting setting;
  CorridorSetting corridors;
  std::vector<std::size_t> places;
  std::vector<Assumption> assumptions;

  Loaded(const Sections& sections, DataSources& sources)
      : scenario(read_world(sections.world, sources)),
        setting(scenario, std::nullopt, sources),
        corridors(sections.whole, sources),
        places(corridors.places(setting.economies())),
        assumptions(assumptions_of(scenario)) {
    for (const Assumption& one : corridors.assumptions()) assumptions.push_back(one);
  }
};

// Weights that sum to one, by spending, over the economies and regions on a list.
std::vector<double> welfare_weights(const Loaded& loaded, const std::vector<std::string>& list,
                                    const std::vector<double>& spending, double& total) {
  const std::vector<std::string>& codes = loaded.setting.economies();
  std::vector<std::string> wanted = list;
  if (wanted.empty() && loaded.setting.duty_shares() != nullptr) {
    for (const auto& [code, share] : loaded.setting.duty_shares()->shares) wanted.push_back(code);
  }
  std::vector<double> weight(codes.size(), 0.0);
  for (std::string code : wanted) {
    bool found = false;
    const bool region =
        std::any_of(loaded.scenario.region_list.begin(), loaded.scenario.region_list.end(),
                    [&](const ScenarioRegion& one) { return one.code == code && !one.is_rest(); });
    if (!region) code = data::economy_code(code, "welfare");
    for (std::size_t i = 0; i < codes.size(); ++i) {
      // A nation is all its regions: its own code is that of the rest.
      bool inside = codes[i] == code;
      for (const ScenarioRegion& one : loaded.scenario.region_list) {
        inside = inside || (one.code == codes[i] && one.of == code);
      }
      if (!inside) continue;
      found = true;
      weight[i] = spending[i];
    }
    if (found) continue;
    throw InputError({.code = "not-in-world",
                      .what = fmt::format("{} is not in this world", code),
                      .where = "welfare",
                      .why = "links are valued by real income",
                      .fixes = {"name an economy or a region of the scenario"}});
  }
  total = std::accumulate(weight.begin(), weight.end(), 0.0);
  if (!(total > 0.0)) {
    throw InputError({.code = "missing-key",
                      .what = "nobody's real income is named",
                      .where = "welfare",
                      .why = "a link is worth something to someone",
                      .fixes = {"altyn corridors value SCENARIO --welfare KAZ"}});
  }
  for (double& one : weight) one /= total;
  return weight;
}

void add_files(StudyResult& result, const ResultTable& table, const std::string& name) {
  result.files.push_back({name, attribution::to_data_table(table)});
}

StudyResult show(const Loaded& loaded) {
  const Values values = central_values(loaded.assumptions);
  return links_answer(loaded.corridors, values, loaded.places);
}

StudyResult traffic(const Loaded& loaded, Context& context) {
  const Values values = central_values(loaded.assumptions);
  return traffic_answer(loaded.corridors.problem_at(values, loaded.places),
                        loaded.setting.at(values).base.trade, context);
}

// What 1% off every row is worth at one set of values; nothing where the adjoint fails.
LinkLeague league_at(const Loaded& loaded, const std::vector<std::string>& list,
                     const Values& values, Context& context) {
  const corridors::CorridorProblem problem = loaded.corridors.problem_at(values, loaded.places);
  const equilibrium::OneSectorBase base = loaded.setting.at(values).base;
  const std::size_t n = base.economies.size();
  std::vector<double> spending(n, 0.0);
  for (std::size_t cell = 0; cell < n * n; ++cell) spending[cell % n] += base.trade[cell];
  LinkLeague league{.cost_log = problem.cost_log};
  const std::vector<double> weight = welfare_weights(loaded, list, spending, league.spending_musd);
  const corridors::LinkValue found = corridors::link_values(
      problem, base, {.closure = loaded.scenario.model.deficits}, weight, context);
  league.certificate = adjoint_certificate(found);
  if (league.certificate.holds()) {
    league.value_musd =
        row_values(*problem.network, problem.cost_log, found.slope, league.spending_musd);
  }
  return league;
}

StudyResult value(const Study& study, const Loaded& loaded, Context& context) {
  const auto list = study.content.value("welfare", std::vector<std::string>{});
  LinkLeague league = league_at(loaded, list, central_values(loaded.assumptions), context);
  league.whose = list.empty() ? "the members" : fmt::format("{}", fmt::join(list, ", "));
  league.n_draws = loaded.scenario.model.n_draws;
  league.draws.resize(static_cast<std::size_t>(league.n_draws));
  const Index n_shards = std::min(league.n_draws, kShards);
  context.report({.step = "draws", .total = league.n_draws});
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(league.n_draws, n_shards, shard);
    for (Index draw = range.begin; draw < range.end; ++draw) {
      if (context.stop.stop_requested()) return;
      try {
        const Values values =
            drawn_values(loaded.assumptions, context.seed, static_cast<std::uint64_t>(draw));
        league.draws[static_cast<std::size_t>(draw)] =
            league_at(loaded, list, values, context).value_musd;
      } catch (const InputError&) {
        // These values leave no base or no routes; the draw counts as failed.
      }
    }
  });
  if (context.stop.stop_requested()) throw Cancelled();
  std::erase_if(league.draws, [](const std::vector<double>& one) { return one.empty(); });
  return values_answer(loaded.corridors.network(), league);
}

json sources_json(const DataSources& sources) {
  json list = json::array();
  for (const InputFile& input : sources.inputs()) {
    attribution::Source source{.file = input.path, .sha256 = input.sha256};
    if (const data::CaseFile* file = sources.bundled(input)) {
      source = {.file = file->file,
                .provider = file->provider,
                .licence = file->licence,
                .sha256 = input.sha256,
                .what = file->what};
    }
    list.push_back(attribution::to_json(source));
  }
  return list;
}

// [nodes] where the members' trade starts and ends: what a map must hold.
std::vector<bool> members_places(const Loaded& loaded) {
  std::vector<bool> places(loaded.corridors.network().nodes.size(), false);
  const data::DutyShares* shares = loaded.setting.duty_shares();
  const std::vector<std::string>& codes = loaded.setting.economies();
  const auto is_member = [&](const std::string& code) {
    return shares == nullptr ||
           std::any_of(shares->shares.begin(), shares->shares.end(),
                       [&](const auto& member) { return member.first == code; });
  };
  for (std::size_t i = 0; i < codes.size(); ++i) {
    // Regions of a member come with it.
    bool member = is_member(codes[i]);
    for (const ScenarioRegion& one : loaded.scenario.region_list) {
      member = member || (one.code == codes[i] && is_member(one.of));
    }
    if (member) places[loaded.places[i]] = true;
  }
  return places;
}

template <class Size>
void keep_largest(ResultTable& table, std::size_t n, Size size) {
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const auto& a, const auto& b) {
    return std::abs(size(a)) > std::abs(size(b));
  });
  table.rows.resize(std::min(table.rows.size(), n));
  table.title += fmt::format(": the {} largest changes", table.rows.size());
}

// The sentence that answers the question, for those whose income moves most.
std::string gains_sentence(const ResultTable& incomes) {
  std::vector<std::size_t> order(incomes.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto change = [&](std::size_t r) { return std::get<double>(incomes.rows[r][2]); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(change(a)) > std::abs(change(b));
  });
  std::vector<std::string> words;
  for (std::size_t k = 0; k < std::min<std::size_t>(6, order.size()); ++k) {
    const auto& row = incomes.rows[order[k]];
    words.push_back(fmt::format("{} {:+.3f}% ({:+.3f}% to {:+.3f}%)", std::get<std::string>(row[1]),
                                100.0 * change(order[k]), 100.0 * std::get<double>(row[3]),
                                100.0 * std::get<double>(row[4])));
  }
  return fmt::format("Real income moves most in: {}.", fmt::join(words, "; "));
}

// What the range of the largest changes rests on.
std::string drivers_sentence(const ResultTable& incomes, const ResultTable& drivers) {
  std::vector<std::vector<Cell>> rows = incomes.rows;
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::abs(std::get<double>(a[2])) > std::abs(std::get<double>(b[2]));
  });
  rows.resize(std::min<std::size_t>(3, rows.size()));
  std::vector<std::string> words;
  for (const auto& row : rows) {
    std::vector<std::string> reasons;
    for (const auto& driver : drivers.rows) {
      if (driver[0] != row[0] || reasons.size() == 2) continue;
      reasons.push_back(fmt::format("{} ({:.0f}% of the variance)",
                                    std::get<std::string>(driver[2]),
                                    100.0 * std::get<double>(driver[3])));
    }
    if (reasons.empty()) continue;
    words.push_back(
        fmt::format("for {} on {}", std::get<std::string>(row[1]), fmt::join(reasons, " and ")));
  }
  if (words.empty()) return "";
  return fmt::format("The range rests {}.", fmt::join(words, "; "));
}

StudyResult solve(const Study& study, const Loaded& loaded, DataSources& sources,
                  SharedDraws* shared, Context& context) {
  const equilibrium::OneSectorOptions options{.closure = loaded.scenario.model.deficits};
  // The world with its routes at one set of values; nothing else changes in it.
  const auto instance_at = [&](const Values& values) {
    ScenarioInstance instance = loaded.setting.at(values);
    const corridors::CorridorProblem problem = loaded.corridors.problem_at(values, loaded.places);
    if (problem.congestion == 0.0) {
      instance.shock.cost_hat = corridors::pair_cost_hat(problem, context);
      return instance;
    }
    corridors::CorridorResult result =
        corridors::solve_corridors(problem, instance.base, options, context);
    if (!result.certificate.holds()) {
      throw InputError({.code = "no-answer", .what = result.message, .where = "corridors"});
    }
    instance.shock.cost_hat = std::move(result.cost_hat);
    return instance;
  };
  const Values central = central_values(loaded.assumptions);
  ScenarioInstance instance = loaded.setting.at(central);
  const corridors::CorridorResult answer = corridors::solve_corridors(
      loaded.corridors.problem_at(central, loaded.places), instance.base, options, context);
  StudyResult result;
  result.certificates = {answer.certificate};
  if (!answer.certificate.holds()) {
    result.text = fmt::format("No answer: {}\n", answer.message);
    return result;
  }
  // Again, with the direct and conditional effects on trade.
  instance.shock.cost_hat = answer.cost_hat;
  const equilibrium::OneSectorResult solved =
      equilibrium::solve_one_sector(instance.base, instance.shock, options, context);
  const ScenarioDraws draws = run_draws(instance_at, loaded.setting.parents(), loaded.assumptions,
                                        false, loaded.scenario.model.n_draws, options, context, {},
                                        shared, loaded.scenario.head.name);
  if (shared != nullptr && !shared->merging) return result;
  ScenarioAnswer told = answer_of(
      {loaded.scenario, loaded.setting, loaded.assumptions, instance, solved, nullptr, draws});
  told.certificates = {answer.certificate};
  told.summary.insert(told.summary.begin(), gains_sentence(told.table("real_income")));
  told.notes.emplace_back(
      "Costs of links are made from assumptions about time, distance and fees, none measured on "
      "the link; economies far from the network reach it over the oceans.");
  // Every pair's cost changes a little, and every economy's duties: the largest changes are kept.
  for (ResultTable& table : told.tables) {
    if (table.id == "pairs") {
      keep_largest(table, kShownPairs, [](const auto& row) {
        return std::get<double>(row[2]) * std::get<double>(row[5]);
      });
    } else if (table.id == "revenue") {
      keep_largest(table, kShownRevenues, [](const auto& row) { return std::get<double>(row[7]); });
    }
  }
  const corridors::Network& network = loaded.corridors.network();
  const ResultTable passing = traffic_table(network, answer.base_traffic, &answer.traffic);
  const std::string drivers = drivers_sentence(told.table("real_income"), told.table("drivers"));
  if (!drivers.empty()) told.summary.insert(told.summary.begin() + 1, drivers);
  told.summary.insert(told.summary.begin() + 1, traffic_sentence(passing));
  told.tables.push_back(passing);
  told.tables.push_back(map_table(network, answer.base_traffic, answer.traffic,
                                  members_places(loaded), loaded.corridors.touched()));

  result.text = answer_text(told) + table_text(passing, kShownLinks);
  result.value = to_json(told);
  result.value["sources"] = sources_json(sources);
  json inputs = json::array();
  for (const InputFile& input : sources.inputs()) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  }
  result.value["run"] = {{"version", version()},
                         {"command", fmt::format("altyn corridors run {}", study.where)},
                         {"seed", context.seed},
                         {"n_draws", loaded.scenario.model.n_draws},
                         {"inputs", std::move(inputs)},
                         {"options", options_to_json(loaded.scenario.model)}};
  result.files.push_back({"report.html", report_html(result.value)});
  result.files.push_back({"report.md", without_colour(result.text)});
  result.files.push_back({"result.json", result.value.dump(1) + "\n"});
  add_files(result, told.table("economies"), "key_results.csv");
  add_files(result, told.table("drivers"), "drivers.csv");
  add_files(result, told.table("pairs"), "trade.csv");
  add_files(result, passing, "traffic.csv");
  add_files(result, told.table("assumptions"), "assumptions.csv");
  return result;
}

}  // namespace

StudyResult run_corridors(const Study& study, Context& context, SharedDraws* shared) {
  // The name of the file, where the scenario was read from one; a repeated run has it too.
  Study named = study;
  named.where = study.content.value("file", study.where);
  DataSources sources(named);
  const Sections sections = sections_of(named, sources);
  const std::string action = study.content.value("action", "run");
  constexpr std::array<std::string_view, 4> kActions = {"show", "traffic", "value", "run"};
  if (std::find(kActions.begin(), kActions.end(), action) == kActions.end()) {
    throw InputError({.code = "unknown-action",
                      .what = fmt::format("there is no action \"{}\"", action),
                      .where = named.where,
                      .why = "a network is shown, its traffic or value told, or a change run",
                      .fixes = {"action = \"run\""}});
  }
  if (action == "run" && !sections.whole.content.contains("link_change")) {
    throw InputError({.code = "no-changes",
                      .what = "the scenario changes no link",
                      .where = named.where,
                      .why = "without a change there is nothing to solve",
                      .fixes = {"add [[link_change]]", "altyn corridors show " + named.where}});
  }
  if (has_sectors(sections.whole.content)) {
    return run_sector_corridors(sections.whole, sections.world, shared, context);
  }
  const Loaded loaded(sections, sources);
  StudyResult result = action == "show"      ? show(loaded)
                       : action == "traffic" ? traffic(loaded, context)
                       : action == "value"   ? value(named, loaded, context)
                                             : solve(named, loaded, sources, shared, context);
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
