#include "altyn/study/corridors_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/corridors/link_value.h"
#include "altyn/data/country_codes.h"
#include "altyn/study/corridors_scenario.h"
#include "altyn/study/extends.h"
#include "altyn/study/report_page.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/scenario_report.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::ResultTable;
using nlohmann::json;

constexpr std::size_t kShownLinks = 20;
constexpr std::size_t kShownPairs = 200;
const char* const kOwnSections[] = {"network",     "routes", "cost",   "crossing",
                                    "link_change", "action", "welfare"};

// The study on top of what it extends, and its sections that describe the world alone.
struct Sections {
  Study whole;
  Study world;
};

Sections sections_of(const Study& study, DataSources& sources) {
  check_sections(
      study, {"scenario", "world", "model", "revenue", "regions", "tariff", "region", "network",
              "routes", "cost", "crossing", "link_change", "flags", "file", "action", "welfare"});
  Sections sections{.whole = study, .world = study};
  sections.whole.content = extended_content(study, sources);
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

double both_ways(const corridors::Network& network, const std::vector<double>& by_link,
                 std::size_t row) {
  double sum = 0.0;
  for (std::size_t l = 0; l < network.links.size(); ++l) {
    if (network.links[l].row == row) sum += by_link[l];
  }
  return sum;
}

// Rows of a table in descending order of the size of one column.
void sort_by(ResultTable& table, std::size_t column) {
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const auto& a, const auto& b) {
    return std::abs(std::get<double>(a[column])) > std::abs(std::get<double>(b[column]));
  });
}

std::string table_text(const ResultTable& table, std::size_t shown) {
  std::string text = fmt::format("\n\033[1m{}\033[0m\n", table.title);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    text += fmt::format(c < 2 ? "{:<17}" : "{:>15}", table.columns[c].label);
  }
  text += "\n";
  for (std::size_t r = 0; r < std::min(shown, table.rows.size()); ++r) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Cell& cell = table.rows[r][c];
      std::string word;
      if (const auto* name = std::get_if<std::string>(&cell)) word = *name;
      if (const auto* value = std::get_if<double>(&cell); value && std::isfinite(*value)) {
        word = table.columns[c].unit == "fraction" ? fmt::format("{:+.2f}%", 100.0 * *value)
                                                   : fmt::format("{:.1f}", *value);
      }
      text += fmt::format(c < 2 ? "{:<17}" : "{:>15}", word);
    }
    text += "\n";
  }
  if (table.rows.size() > shown) text += fmt::format("and {} more\n", table.rows.size() - shown);
  return text;
}

ResultTable links_table(const CorridorSetting& setting, const Values& values,
                        const corridors::CorridorProblem& problem) {
  ResultTable table{.id = "links",
                    .title = "Links",
                    .note = "Both directions cost the same",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"crossing", "Crossing", ""},
                                {"length_km", "Length, km", "km"},
                                {"hours", "Hours", "hours"},
                                {"fee_usd", "Fee, USD", "USD"},
                                {"cost_share", "Cost of value", "fraction"}}};
  const std::vector<corridors::LinkRow> rows = setting.rows_at(values, false);
  for (std::size_t l = 0; l < problem.cost_log.size(); ++l) {
    const std::size_t r = setting.network().links[l].row;
    if (l > 0 && setting.network().links[l - 1].row == r) continue;
    const corridors::LinkRow& row = rows[r];
    table.add({row.from, row.to, row.mode, row.crossing, row.length_km,
               row.length_km / row.speed_kmh + row.wait_hours, row.fee_usd,
               std::expm1(problem.cost_log[l])});
  }
  return table;
}

ResultTable traffic_table(const corridors::Network& network, const std::vector<double>& before,
                          const std::vector<double>* after) {
  ResultTable table{.id = "traffic",
                    .title = "Trade that passes, both ways, million USD",
                    .note = "Trade of all economies by the probability that a route has the link",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"traffic_musd", "Today", "million USD"}}};
  if (after != nullptr) {
    table.columns.push_back({"traffic_after_musd", "After", "million USD"});
    table.columns.push_back({"traffic_change_musd", "Change", "million USD"});
  }
  for (std::size_t r = 0; r < network.rows.size(); ++r) {
    const corridors::LinkRow& row = network.rows[r];
    const double now = both_ways(network, before, r);
    std::vector<Cell> cells{row.from, row.to, row.mode, now};
    if (after != nullptr) {
      const double then = both_ways(network, *after, r);
      cells.emplace_back(then);
      cells.emplace_back(then - now);
    }
    table.add(std::move(cells));
  }
  sort_by(table, after == nullptr ? 3 : 5);
  return table;
}

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
  const corridors::CorridorProblem problem = loaded.corridors.problem_at(values, loaded.places);
  const corridors::Network& network = loaded.corridors.network();
  StudyResult result;
  const ResultTable table = links_table(loaded.corridors, values, problem);
  result.text = fmt::format("{} nodes, {} links, {} economies at {} of the nodes\n",
                            network.nodes.size(), network.rows.size(), loaded.places.size(),
                            corridors::Terminals(loaded.places).nodes.size());
  if (!problem.route.cheapest) {
    const corridors::SpectralRadius radius =
        corridors::spectral_radius(network, problem.cost_log, problem.route.shape);
    result.text += fmt::format(
        "shape of routes {:g}; the spectral radius of link weights is {} {:.3f}{}\n",
        problem.route.shape, radius.high < 1.0 ? "at most" : "at least",
        radius.high < 1.0 ? radius.high : radius.low,
        radius.high < 1.0 ? ""
                          : ": routes that go round for ever are as good as those that arrive");
  }
  result.text += table_text(table, table.rows.size());
  result.value = {{"schema", "altyn.corridors/1"},
                  {"tables", {{"links", attribution::to_json(table)}}}};
  add_files(result, table, "links.csv");
  return result;
}

Certificate routes_certificate(const corridors::CorridorProblem& problem,
                               const corridors::Routes& routes,
                               const std::vector<std::size_t>& terminals,
                               const std::vector<double>& trade,
                               const std::vector<double>& traffic) {
  Certificate certificate;
  certificate.subject = "routes";
  certificate.status = SolveStatus::kConverged;
  certificate.positive = true;
  certificate.blocks = {
      routes.certificate(),
      {.name = "traffic",
       .residual = corridors::conservation_gap(*problem.network, terminals, trade, traffic),
       .tolerance = 1e-9,
       .measure = "max |in - out| / all trade"}};
  return certificate;
}

StudyResult traffic(const Loaded& loaded, Context& context) {
  const Values values = central_values(loaded.assumptions);
  const corridors::CorridorProblem problem = loaded.corridors.problem_at(values, loaded.places);
  const corridors::Terminals terminals(problem.node);
  const corridors::Routes routes(*problem.network, problem.cost_log, terminals.nodes, problem.route,
                                 context);
  const std::vector<double> trade = terminals.gather(loaded.setting.at(values).base.trade);
  const std::vector<double> sums = routes.link_sums(trade, context);
  const ResultTable table = traffic_table(*problem.network, sums, nullptr);
  StudyResult result;
  result.certificates = {routes_certificate(problem, routes, terminals.nodes, trade, sums)};
  result.text = table_text(table, kShownLinks) + "\n" + result.certificates[0].summary() + "\n";
  result.value = {{"schema", "altyn.corridors/1"},
                  {"tables", {{"traffic", attribution::to_json(table)}}}};
  add_files(result, table, "traffic.csv");
  return result;
}

StudyResult value(const Study& study, const Loaded& loaded, Context& context) {
  const Values values = central_values(loaded.assumptions);
  const corridors::CorridorProblem problem = loaded.corridors.problem_at(values, loaded.places);
  const equilibrium::OneSectorBase base = loaded.setting.at(values).base;
  const std::size_t n = base.economies.size();
  std::vector<double> spending(n, 0.0);
  for (std::size_t cell = 0; cell < n * n; ++cell) spending[cell % n] += base.trade[cell];
  double total = 0.0;
  const auto list = study.content.value("welfare", std::vector<std::string>{});
  const std::vector<double> weight = welfare_weights(loaded, list, spending, total);
  const corridors::LinkValue found = corridors::link_values(
      problem, base, {.closure = loaded.scenario.model.deficits}, weight, context);
  StudyResult result;
  Certificate certificate;
  certificate.subject = "value of links";
  certificate.status = found.status;
  certificate.positive = true;
  certificate.blocks = {{.name = "adjoint",
                         .residual = found.residual,
                         .tolerance = 1e-8,
                         .measure = "relative to the measure's own"}};
  result.certificates = {certificate};
  if (!result.certified()) return result;
  ResultTable table{.id = "link_values",
                    .title = "What a 1% cheaper link is worth a year, million USD",
                    .note =
                        "1% less of the link's time, distance and fees, both ways; real income "
                        "at the spending of today",
                    .columns = {{"from", "From", ""},
                                {"to", "To", ""},
                                {"mode", "Mode", ""},
                                {"cost_share", "Cost of value", "fraction"},
                                {"value_musd", "Million USD", "million USD"},
                                {"elasticity_ppm", "Per million", "parts per million"}}};
  std::vector<double> gain(found.slope.size());
  for (std::size_t l = 0; l < gain.size(); ++l) {
    gain[l] =
        std::isfinite(problem.cost_log[l]) ? -0.01 * problem.cost_log[l] * found.slope[l] : 0.0;
  }
  std::vector<double> row_cost(problem.network->rows.size());
  for (std::size_t l = 0; l < gain.size(); ++l) {
    row_cost[problem.network->links[l].row] = problem.cost_log[l];
  }
  for (std::size_t r = 0; r < row_cost.size(); ++r) {
    const corridors::LinkRow& row = problem.network->rows[r];
    const double share = both_ways(*problem.network, gain, r);
    table.add({row.from, row.to, row.mode, std::expm1(row_cost[r]), share * total, 1e6 * share});
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<double>(a[4]) > std::get<double>(b[4]);
  });
  result.text =
      fmt::format("Real income of {}, spending {:.0f} million USD\n",
                  list.empty() ? "the members" : fmt::format("{}", fmt::join(list, ", ")), total) +
      table_text(table, kShownLinks) + "\n" + result.certificates[0].summary() + "\n";
  result.value = {{"schema", "altyn.corridors/1"},
                  {"tables", {{"link_values", attribution::to_json(table)}}}};
  add_files(result, table, "link_values.csv");
  return result;
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

StudyResult solve(const Study& study, const Loaded& loaded, DataSources& sources,
                  Context& context) {
  if (loaded.corridors.changes().empty()) {
    throw InputError({.code = "no-changes",
                      .what = "the scenario changes no link",
                      .where = study.where,
                      .why = "without a change there is nothing to solve",
                      .fixes = {"add [[link_change]]", "altyn corridors show " + study.where}});
  }
  const equilibrium::OneSectorOptions options{.closure = loaded.scenario.model.deficits};
  const auto instance_at = [&](const Values& values, corridors::CorridorResult* kept) {
    ScenarioInstance instance = loaded.setting.at(values);
    corridors::CorridorResult result = corridors::solve_corridors(
        loaded.corridors.problem_at(values, loaded.places), instance.base, options, context);
    instance.shock.cost_hat = result.cost_hat;
    if (kept != nullptr) {
      *kept = std::move(result);
    } else if (!result.certificate.holds()) {
      throw InputError({.code = "no-answer", .what = result.message});
    }
    return instance;
  };
  const Values central = central_values(loaded.assumptions);
  corridors::CorridorResult answer;
  const ScenarioInstance instance = instance_at(central, &answer);
  StudyResult result;
  result.certificates = {answer.certificate};
  if (!answer.certificate.holds()) {
    result.text = fmt::format("No answer: {}\n", answer.message);
    return result;
  }
  const equilibrium::OneSectorResult solved =
      equilibrium::solve_one_sector(instance.base, instance.shock, options, context);
  const ScenarioDraws draws = run_draws(
      [&](const Values& values) { return instance_at(values, nullptr); }, loaded.setting.parents(),
      loaded.assumptions, false, loaded.scenario.model.n_draws, options, context);
  ScenarioAnswer told = answer_of(
      {loaded.scenario, loaded.setting, loaded.assumptions, instance, solved, nullptr, draws});
  told.certificates = {answer.certificate};
  told.summary.insert(told.summary.begin(), gains_sentence(told.table("real_income")));
  told.notes.emplace_back(
      "Costs of links are made from assumptions about time, distance and fees, none measured on "
      "the link; economies far from the network reach it at one port.");
  for (ResultTable& table : told.tables) {
    if (table.id != "pairs") continue;
    // Every pair's cost changes a little: those whose trade changes most are kept.
    std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
      const auto size = [](const auto& row) {
        return std::abs(std::get<double>(row[2]) * std::get<double>(row[5]));
      };
      return size(a) > size(b);
    });
    table.rows.resize(std::min(table.rows.size(), kShownPairs));
    table.title += fmt::format(": the {} largest changes", table.rows.size());
  }
  const ResultTable passing =
      traffic_table(loaded.corridors.network(), answer.base_traffic, &answer.traffic);
  told.tables.push_back(passing);

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

StudyResult run_corridors(const Study& study, Context& context) {
  // The name of the file, where the scenario was read from one; a repeated run has it too.
  Study named = study;
  named.where = study.content.value("file", study.where);
  DataSources sources(named.folder);
  const Loaded loaded(sections_of(named, sources), sources);
  const std::string action = study.content.value("action", "run");
  StudyResult result;
  if (action == "show") {
    result = show(loaded);
  } else if (action == "traffic") {
    result = traffic(loaded, context);
  } else if (action == "value") {
    result = value(named, loaded, context);
  } else if (action == "run") {
    result = solve(named, loaded, sources, context);
  } else {
    throw InputError({.code = "unknown-action",
                      .what = fmt::format("there is no action \"{}\"", action),
                      .where = named.where,
                      .why = "a network is shown, its traffic or value told, or a change run",
                      .fixes = {"action = \"run\""}});
  }
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
