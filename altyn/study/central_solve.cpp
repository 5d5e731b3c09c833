#include "altyn/study/central_solve.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/one_good.h"
#include "altyn/study/located.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorOptions;

constexpr Index kDecompositionSteps = 20;

// The assumptions of both scenarios; what they share by name they must share in full.
std::vector<Assumption> joint_assumptions(const Scenario& scenario,
                                          const std::optional<Scenario>& versus) {
  std::vector<Assumption> list = assumptions_of(scenario);
  if (!versus) return list;
  for (const Assumption& other : assumptions_of(*versus)) {
    const auto same = std::find_if(list.begin(), list.end(),
                                   [&](const Assumption& one) { return one.name == other.name; });
    if (same == list.end()) {
      list.push_back(other);
    } else if (same->value != other.value || same->low != other.low || same->high != other.high ||
               same->se != other.se) {
      throw InputError({.code = "duplicate-name",
                        .what = fmt::format("{} has two values, {:g} and {:g}", other.name,
                                            same->value, other.value),
                        .where = versus->where,
                        .why = "an assumption is drawn by its name",
                        .fixes = {"give the [[change]] a name of its own"}});
    }
  }
  return list;
}

// The one-sector instance as the equations of many sectors take it, where they can.
struct OneGood {
  equilibrium::MultiSectorModel model;
  equilibrium::MultiSectorShock shock;

  OneGood(const ScenarioInstance& instance, const OneSectorOptions& options, Context& context)
      : model(equilibrium::one_good_base(instance.base),
              {.closure = options.closure, .numeraire = options.numeraire}, context),
        shock(equilibrium::one_good_shock(instance.base, instance.shock, options.numeraire)) {}
};

// The rates of [optimal], chosen after the changes at the central values.
ChosenTariffs choose(const Scenario& scenario, ScenarioSetting& setting,
                     const ScenarioInstance& instance, const OneSectorOptions& options,
                     Context& context) {
  const std::string where = scenario.where + " [optimal]";
  const std::size_t n = setting.economies().size();
  const OneGood world(instance, options, context);
  equilibrium::MultiSectorWorkspace workspace;
  equilibrium::MultiSectorResult before;
  world.model.solve(world.shock, workspace, before, context);
  std::vector<PolicyPlayer> players;
  for (const std::string& name : scenario.optimal.players) {
    players.push_back({name, setting.places_of(name, where + " players")});
  }
  const std::vector<bool> taxed = setting.taxed();
  ChosenTariffs chosen = choose_tariffs(
      world.model, world.shock, before, scenario.optimal, players,
      [&](std::size_t importer, std::size_t exporter) -> bool {
        return taxed[exporter * n + importer];
      },
      where, context);
  std::vector<std::pair<std::size_t, double>> rates;
  for (std::size_t k = 0; k < chosen.cells.size(); ++k) {
    rates.emplace_back(chosen.cells[k] % n * n + chosen.cells[k] / n, chosen.rates[k]);
  }
  setting.set_rates(std::move(rates));
  return chosen;
}

std::optional<Scenario> versus_of(const Scenario& scenario, const Study& study,
                                  DataSources& sources) {
  if (scenario.head.versus.empty()) return std::nullopt;
  return read_versus(scenario, study, sources);
}

}  // namespace

CentralSolve::CentralSolve(const Study& study, DataSources& sources, ScenarioTablesCache* tables,
                           Effects effects, Context& context)
    : scenario_(read_scenario(study, sources)),
      versus_(versus_of(scenario_, study, sources)),
      assumptions_(joint_assumptions(scenario_, versus_)),
      setting_(scenario_, versus_, sources, tables),
      instance_(setting_.at(central_values(assumptions_))) {
  if (chooses()) {
    chosen_ = located(scenario_.where,
                      [&] { return choose(scenario_, setting_, instance_, options(), context); });
    instance_ = setting_.at(central_values(assumptions_));
  }
  const auto solve = [&](const equilibrium::OneSectorShock& shock) {
    return located(scenario_.where, [&] {
      if (effects == Effects::kAllStages) {
        return equilibrium::solve_one_sector(instance_.base, shock, options(), context);
      }
      equilibrium::OneSectorWorkspace workspace;
      equilibrium::OneSectorResult result;
      equilibrium::OneSectorModel(instance_.base, options())
          .solve(shock, workspace, result, context.stop);
      return result;
    });
  };
  result_ = solve(instance_.shock);
  if (versus_) other_ = solve(instance_.versus);
  context.throw_if_stopped();
}

equilibrium::OneSectorOptions CentralSolve::options() const {
  return {.closure = scenario_.model.deficits, .numeraire = scenario_.model.numeraire};
}

bool CentralSolve::chooses() const { return scenario_.optimal.problem != PolicyProblem::kNone; }

std::vector<Certificate> CentralSolve::certificates() const {
  std::vector<Certificate> list = {result_.certificate};
  if (versus_) list.push_back(other_.certificate);
  if (chooses()) list.push_back(chosen_.certificate);
  return list;
}

std::string CentralSolve::failure() const {
  if (!chosen_.failure.empty()) return chosen_.failure;
  if (!result_.certificate.holds()) return result_.message;
  return versus_ && !other_.certificate.holds() ? other_.message : "";
}

std::optional<equilibrium::WelfareDecomposition> CentralSolve::parts(Context& context) const {
  if (versus_ || instance_.base.supply_elasticity != 0.0 || !instance_.base.mobility.empty()) {
    return std::nullopt;
  }
  try {
    const OneGood world(instance_, options(), context);
    equilibrium::WelfareDecomposition parts = equilibrium::decompose_welfare(
        world.model, world.shock, {.steps = kDecompositionSteps}, context);
    if (parts.status == SolveStatus::kConverged) return parts;
  } catch (const InputError&) {
    // Inputs that exceed what is bought leave no such base.
  }
  return std::nullopt;
}

SolvedScenario CentralSolve::with(const ScenarioDraws& draws,
                                  const equilibrium::WelfareDecomposition* parts) const {
  return {scenario_, setting_, assumptions_, instance_, result_, versus(), draws, &chosen_, parts};
}

}  // namespace altyn::study
