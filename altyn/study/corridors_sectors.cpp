#include "altyn/study/corridors_sectors.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/study/corridors_report.h"
#include "altyn/study/sector_study.h"

namespace altyn::study {
namespace {

using corridors::CorridorProblem;
using equilibrium::MultiSectorModel;
using nlohmann::json;

struct SectorNetwork {
  SectorWorld world;
  CorridorSetting corridors;
  std::vector<std::size_t> places;

  [[nodiscard]] CorridorProblem problem_at(const Values& values) const {
    return corridors.problem_at(values, places);
  }
  [[nodiscard]] Values central() const { return central_values(corridors.assumptions()); }
  [[nodiscard]] const std::vector<std::string>& economies() const {
    return world.model.base().economies;
  }
};

// Costs of delivery at one set of values, the policies of the scenario given.
corridors::SectorCorridorResult solve_at(const SectorNetwork& network, const Values& values,
                                         Context& context) {
  const SectorScenario& scenario = network.world.scenario;
  std::vector<double> sizes;
  for (const SectorChange& change : scenario.changes) sizes.push_back(change.rate_pct);
  return corridors::solve_corridors(
      network.problem_at(values), network.world.model,
      policy_shock(scenario, network.world.regions.get(), network.world.model.base(), sizes,
                   std::vector<bool>(sizes.size(), true)),
      context);
}

std::vector<double> costs_at(const SectorNetwork& network, const Values& values, Context& context) {
  const CorridorProblem problem = network.problem_at(values);
  std::vector<double> cost_hat;
  if (problem.congestion == 0.0) {
    cost_hat = corridors::pair_cost_hat(problem, context);
  } else {
    auto solved = solve_at(network, values, context);
    if (!solved.certificate.holds()) {
      throw InputError({.code = "no-answer", .what = solved.message, .where = "corridors"});
    }
    cost_hat = std::move(solved.cost_hat);
  }
  return corridors::sector_cost_hat(cost_hat, network.economies().size(),
                                    network.world.model.base().sectors.size());
}

SectorRoutes routes_of(const SectorNetwork& network, const std::vector<double>& cost_hat,
                       Context& context) {
  const MultiSectorModel& model = network.world.model;
  SectorRoutes routes{.cost_hat = corridors::sector_cost_hat(cost_hat, network.economies().size(),
                                                             model.base().sectors.size()),
                      .assumptions = network.corridors.assumptions()};
  for (const Assumption& one : routes.assumptions) {
    if (!one.drawn()) continue;
    Values values = network.central();
    values[one.name] += one.deviation();
    routes.one_sd.push_back(costs_at(network, values, context));
  }
  routes.drawn = [&network, &context](RandomStream& random) {
    Values values;
    for (const Assumption& one : network.corridors.assumptions()) {
      values[one.name] = one.drawn() ? one.quantile(random.uniform()) : one.value;
    }
    return costs_at(network, values, context);
  };
  return routes;
}

StudyResult solve(const Study& whole, const SectorNetwork& network, const DataSources& sources,
                  SharedDraws* shared, Context& context) {
  if (network.corridors.routes().congestion > 0.0 &&
      std::any_of(network.world.scenario.changes.begin(), network.world.scenario.changes.end(),
                  [](const SectorChange& one) { return one.what == SectorChangeKind::kQuota; })) {
    throw InputError({.code = "congestion-with-quotas",
                      .what = "congestion and quotas stand in one scenario",
                      .where = whole.where,
                      .why = "each is solved for jointly with the equilibrium, not both at once",
                      .fixes = {"leave one of them out"}});
  }
  const corridors::SectorCorridorResult answer = solve_at(network, network.central(), context);
  if (!answer.certificate.holds()) {
    StudyResult result;
    result.certificates = {answer.certificate};
    result.text = fmt::format("No answer: {}\n", answer.message);
    return result;
  }
  RouteLayer layer{.routes = routes_of(network, answer.cost_hat, context)};
  layer.tell = [&](const SectorRun& run, StudyResult& result) {
    const corridors::Network& links = network.corridors.network();
    const corridors::Terminals terminals(network.places);
    const CorridorProblem problem = network.problem_at(network.central());
    const corridors::Routes after(links, answer.link_cost_log, terminals.nodes, problem.route,
                                  context);
    const std::vector<double> traffic = after.link_sums(
        terminals.gather(corridors::trade_of_sectors(run.result.trade_share, run.result.expenditure,
                                                     network.economies().size())),
        context);
    const auto table = traffic_table(links, answer.base_traffic, &traffic);
    std::vector<bool> focus(links.nodes.size(), false);
    for (const std::size_t place : network.places) focus[place] = true;
    const auto map =
        map_table(links, answer.base_traffic, traffic, focus, network.corridors.touched());
    result.certificates.push_back(answer.certificate);
    result.text += table_text(table, kShownLinks) + "\n" + answer.certificate.summary() + "\n";
    result.value["summary"].push_back(traffic_sentence(table));
    for (const auto* one : {&table, &map}) {
      result.value["tables"][one->id] = attribution::to_json(*one);
    }
    result.value["certificates"].push_back(attribution::to_json(answer.certificate));
    result.files.push_back({"traffic.csv", attribution::to_data_table(table)});
  };
  return solve_sector_world(whole, network.world, sources, &layer, context, shared).result;
}

StudyResult value(const Study& whole, const SectorNetwork& network, Context& context) {
  const MultiSectorModel& model = network.world.model;
  const std::vector<std::string>& economies = network.economies();
  auto list = whole.content.value("welfare", std::vector<std::string>{});
  if (list.empty()) list = economies;
  LinkLeague league{.whose = fmt::format("{}", fmt::join(list, ", "))};
  std::vector<double> weight(economies.size(), 0.0);
  for (const std::string& name : list) {
    const auto found = std::find(economies.begin(), economies.end(), name);
    if (found == economies.end()) {
      const std::string near = nearest_name(name, economies);
      throw InputError({.code = "not-in-world",
                        .what = fmt::format("{} is not in this world", name),
                        .where = "welfare",
                        .why = "links are valued by real income",
                        .fixes = {near.empty() ? "name an economy of the trade table" : near}});
    }
    const auto e = static_cast<std::size_t>(found - economies.begin());
    weight[e] = model.base_levels().income[e];
  }
  for (const double one : weight) league.spending_musd += one;
  for (double& one : weight) one /= league.spending_musd;

  const CorridorProblem problem = network.problem_at(network.central());
  const corridors::LinkValue found = corridors::link_values(problem, model, weight, context);
  league.certificate = adjoint_certificate(found);
  league.cost_log = problem.cost_log;
  league.n_draws = network.world.scenario.model.n_draws;
  if (league.certificate.holds()) {
    const corridors::Network& links = network.corridors.network();
    league.value_musd = row_values(links, problem.cost_log, found.slope, league.spending_musd);
    // The derivative by pairs' costs is that of the world; links' costs are drawn.
    const corridors::Terminals terminals(network.places);
    const std::vector<double> pair_slope = terminals.gather(found.pair_slope);
    for (Index draw = 0; draw < league.n_draws; ++draw) {
      if (context.stop.stop_requested()) throw Cancelled();
      try {
        const CorridorProblem drawn = network.problem_at(drawn_values(
            network.corridors.assumptions(), context.seed, static_cast<std::uint64_t>(draw)));
        const corridors::Routes routes(links, drawn.cost_log, terminals.nodes, drawn.route,
                                       context);
        league.draws.push_back(row_values(
            links, drawn.cost_log, routes.link_sums(pair_slope, context), league.spending_musd));
      } catch (const InputError&) {
        // These values leave no routes; the draw counts as failed.
      }
    }
  }
  return values_answer(network.corridors.network(), league);
}

}  // namespace

StudyResult run_sector_corridors(const Study& whole, const Study& world, SharedDraws* shared,
                                 Context& context) {
  DataSources sources(whole);
  SectorWorld base = read_sector_world(world, sources, context);
  CorridorSetting setting(whole, sources);
  std::vector<std::size_t> places = setting.places(base.model.base().economies);
  const SectorNetwork network{
      .world = std::move(base), .corridors = std::move(setting), .places = std::move(places)};
  const std::string action = whole.content.value("action", "run");
  StudyResult result;
  if (action == "show") {
    result = links_answer(network.corridors, network.central(), network.places);
  } else if (action == "traffic") {
    const equilibrium::MultiSectorResult& levels = network.world.model.base_levels();
    result = traffic_answer(network.problem_at(network.central()),
                            corridors::trade_of_sectors(levels.trade_share, levels.expenditure,
                                                        network.economies().size()),
                            context);
  } else if (action == "value") {
    result = value(whole, network, context);
  } else {
    result = solve(whole, network, sources, shared, context);
  }
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
