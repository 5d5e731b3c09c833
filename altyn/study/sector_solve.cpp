#include "altyn/study/sector_solve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/study/located.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using namespace equilibrium;
using nlohmann::json;

constexpr std::size_t kShownEconomies = 15;

// Exports and imports of every economy at the border: sales and purchases less domestic ones,
// without the importer's duty.
std::array<std::vector<double>, 2> border_trade(const MultiSectorBase& base,
                                                const MultiSectorResult& result) {
  const std::size_t n = base.economies.size();
  std::array<std::vector<double>, 2> sums = {result.export_duty, std::vector<double>(n, 0.0)};
  for (std::size_t e = 0; e < n; ++e) {
    sums[1][e] -= result.duty[e];
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      const std::size_t at = base.at(j, e);
      const double domestic = result.trade_share[base.cell(j, e, e)] * result.expenditure[at];
      sums[0][e] += result.output[at] - domestic;
      sums[1][e] += result.expenditure[at] - domestic;
    }
  }
  return sums;
}

// Names of the file as who sets tariffs: a union's members set one tariff.
std::vector<PolicyPlayer> players_of(const SectorRun& run, const std::string& where) {
  std::vector<PolicyPlayer> players;
  for (const std::string& name : run.scenario.optimal.players) {
    PolicyPlayer player{.name = name};
    for (const CustomsUnion& one : run.scenario.unions) {
      if (one.name != name) continue;
      const data::Month month = month_of_scenario(run.scenario.head, where);
      for (const std::string& member : union_at(one, month).members) {
        const std::vector<std::size_t> places = run.places_of(member);
        player.members.insert(player.members.end(), places.begin(), places.end());
      }
    }
    if (player.members.empty()) player.members = run.places_of(name);
    players.push_back(std::move(player));
  }
  return players;
}

// Trade that a player may tax: not that with partners of free trade of its own unions.
bool may_tax(const SectorRun& run, std::size_t importer, std::size_t exporter) {
  const SectorScenario& scenario = run.scenario;
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  return std::none_of(scenario.unions.begin(), scenario.unions.end(), [&](const CustomsUnion& one) {
    const bool member =
        std::any_of(one.members.begin(), one.members.end(),
                    [&](const UnionMember& m) { return m.economy == run.nation(importer); });
    return member && has(one.free_trade_partners, run.nation(exporter));
  });
}

// The rates of [optimal], chosen after the changes; a failure is left in them.
void choose(SectorRun& run, const std::string& where, MultiSectorWorkspace& workspace,
            Context& context) {
  run.chosen = choose_tariffs(
      run.model, run.shock, run.result, run.scenario.optimal, players_of(run, where),
      [&](std::size_t importer, std::size_t exporter) { return may_tax(run, importer, exporter); },
      where + " [optimal]", context);
  if (!run.chosen.failure.empty()) return;
  run.shock = run.shock_at(run.sizes);
  run.model.solve(run.shock, workspace, run.result, context);
}

}  // namespace

SectorWorld read_sector_world(const Study& whole, DataSources& sources, Context& context,
                              SectorTablesCache* tables) {
  Study flagged = whole;
  // What the command line sets stands above every file.
  put_flags(flagged, "model");
  SectorScenario scenario = read_sector_scenario(flagged);
  const std::string where = whole.where + " [sectors]";
  SectorBase base = tables == nullptr ? read_sector_base(scenario.tables, where, sources, context)
                                      : *tables->get(scenario.tables, where, sources, context);
  read_policies(scenario, flagged, base.base.sectors, sources);
  base.base.pools = base_pools(scenario);
  std::unique_ptr<const SectorRegions> regions;
  if (!scenario.region_list.empty()) {
    regions = std::make_unique<SectorRegions>(scenario, base.base, sources, whole.where);
    base.base = regions->base();
    base.notes.emplace_back(
        scenario.regions.flows.empty()
            ? "Who trades with whom inside an economy is not observed: flows of regions follow "
              "distance and size, balanced to the flows of their economy in every sector."
            : "Flows of regions are those of the table, balanced to the flows of their economy in "
              "every sector.");
  } else if (flagged.content.contains("regions") || !scenario.tables.region_output.empty() ||
             !scenario.tables.mobile_factor.empty()) {
    throw InputError({.code = "no-regions",
                      .what = "regions are described, and no economy is split",
                      .where = whole.where,
                      .why = "[regions], region_output and mobile_factor say how regions trade, "
                             "produce and share workers",
                      .fixes = {"add [[region]] entries", "remove them"}});
  }
  MultiSectorModel model = located(whole.where + " [sectors]", [&] {
    return MultiSectorModel(base.base,
                            {.closure = scenario.model.deficits,
                             .numeraire = scenario.model.numeraire,
                             .base_tolerance = scenario.tables.base_tolerance},
                            context);
  });
  return {.scenario = std::move(scenario),
          .base = std::move(base),
          .regions = std::move(regions),
          .model = std::move(model)};
}

SectorRun solve_central(const SectorWorld& world, const std::string& where,
                        std::optional<SectorRoutes> routes, Context& context) {
  const SectorScenario& scenario = world.scenario;
  const MultiSectorModel& model = world.model;
  SectorRun run{scenario, model, world.regions.get()};
  for (const SectorChange& change : scenario.changes) run.sizes.push_back(change.rate_pct);
  run.quotas =
      run.regions != nullptr ? run.regions->quotas(scenario) : quotas_of(scenario, model.base());
  run.routes = std::move(routes);
  run.shock = run.shock_at(run.sizes);
  MultiSectorWorkspace workspace;
  if (run.quotas.empty()) {
    model.solve(run.shock, workspace, run.result, context);
  } else {
    std::vector<Quota> quotas;
    for (const NumberedQuota& quota : run.quotas) quotas.push_back(quota.quota);
    QuotaEquivalents found = quota_equivalents(model, run.shock, quotas, context);
    run.result = std::move(found.result);
    run.quota_rates = std::move(found.rate);
    run.shock = std::move(found.shock);
    if (found.status != SolveStatus::kConverged) {
      run.result.status = run.result.certificate.status = found.status;
      run.result.message = found.message;
    }
  }
  if (scenario.optimal.problem != PolicyProblem::kNone && run.result.certificate.holds()) {
    choose(run, where, workspace, context);
  }
  return run;
}

std::string failure_of(const SectorRun& run) {
  if (!run.chosen.failure.empty()) return run.chosen.failure;
  return run.result.certificate.holds() ? "" : run.result.message;
}

std::vector<double> sector_outcomes(const MultiSectorModel& model,
                                    const MultiSectorResult& result) {
  const MultiSectorBase& base = model.base();
  const auto before = border_trade(base, model.base_levels());
  const auto after = border_trade(base, result);
  const std::size_t n = base.economies.size();
  const std::vector<double> received_before = duties_received(model.base_levels());
  const std::vector<double> received = duties_received(result);
  std::vector<double> values(kSectorOutcomes * n);
  for (std::size_t e = 0; e < n; ++e) {
    values[kSectorIncome * n + e] = result.welfare_hat[e] - 1.0;
    values[kSectorExports * n + e] = after[0][e] / before[0][e] - 1.0;
    values[kSectorImports * n + e] = after[1][e] / before[1][e] - 1.0;
    values[kSectorPrices * n + e] = result.consumer_price_hat[e] - 1.0;
    values[kSectorCollected * n + e] = result.duty[e] - model.base_levels().duty[e];
    values[kSectorReceived * n + e] = received[e] - received_before[e];
  }
  return values;
}

std::vector<double> duties_received(const MultiSectorResult& result) {
  std::vector<double> received(result.duty.size());
  for (std::size_t e = 0; e < received.size(); ++e) {
    received[e] = result.duty[e] - result.duty_pooled[e] + result.duty_received[e];
  }
  return received;
}

std::vector<bool> involved_in(const SectorRun& run) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  std::vector<bool> involved(n, false);
  const auto value = [](const std::vector<double>& values, std::size_t k, double otherwise) {
    return values.empty() ? otherwise : values[k];
  };
  for (std::size_t cell = 0; cell < base.trade_share.size(); ++cell) {
    const auto moves = [&](const std::vector<double>& before, const std::vector<double>& after) {
      return !after.empty() && value(before, cell, 0.0) != after[cell];
    };
    if (value(run.shock.cost_hat, cell, 1.0) != 1.0 || moves(base.tariff, run.shock.tariff)) {
      involved[cell / n % n] = true;
    }
    if (moves(base.export_tax, run.shock.export_tax)) involved[cell % n] = true;
  }
  for (std::size_t at = 0; at < run.shock.productivity_hat.size(); ++at) {
    if (run.shock.productivity_hat[at] != 1.0) involved[at % n] = true;
  }
  for (const SectorChange& change : run.scenario.changes) {
    if (change.economy.empty()) continue;
    for (const std::size_t place : run.places_of(change.economy)) involved[place] = true;
  }
  return involved;
}

SectorAnswers central_answers(const SectorRun& run, Context& context) {
  const std::size_t n = run.model.base().economies.size();
  SectorAnswers answers;
  answers.outcomes = sector_outcomes(run.model, run.result);
  answers.stages = sector_stages(run.model, run.shock, run.result, context);
  answers.shown.resize(n);
  for (std::size_t e = 0; e < n; ++e) answers.shown[e] = e;
  const std::vector<bool> involved = involved_in(run);
  std::stable_sort(answers.shown.begin(), answers.shown.end(), [&](std::size_t a, std::size_t b) {
    if (involved[a] != involved[b]) return bool{involved[a]};
    return std::abs(answers.outcomes[a]) > std::abs(answers.outcomes[b]);
  });
  answers.shown.resize(std::min(n, kShownEconomies));
  answers.n_involved =
      static_cast<std::size_t>(std::count_if(answers.shown.begin(), answers.shown.end(),
                                             [&](std::size_t e) { return bool{involved[e]}; }));
  return answers;
}

}  // namespace altyn::study
