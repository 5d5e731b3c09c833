#include "altyn/study/central_solve.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/core/errors.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorResult;

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

std::optional<Scenario> versus_of(const Scenario& scenario, const Study& study,
                                  DataSources& sources) {
  if (scenario.head.versus.empty()) return std::nullopt;
  return read_versus(scenario, study, sources);
}

}  // namespace

CentralSolve::CentralSolve(const Study& study, DataSources& sources, ScenarioTablesCache* tables,
                           Context& context)
    : scenario_(read_scenario(study, sources)),
      versus_(versus_of(scenario_, study, sources)),
      assumptions_(joint_assumptions(scenario_, versus_)),
      setting_(scenario_, versus_,
               tables == nullptr
                   ? ScenarioTables::read(scenario_.world, scenario_.head.year, sources)
                   : tables->get(scenario_.world, scenario_.head.year, sources)),
      instance_(setting_.at(central_values(assumptions_))),
      result_(equilibrium::solve_one_sector(instance_.base, instance_.shock, options(), context)) {
  if (versus_) {
    other_ = equilibrium::solve_one_sector(instance_.base, instance_.versus, options(), context);
  }
  context.throw_if_stopped();
}

equilibrium::OneSectorOptions CentralSolve::options() const {
  return {.closure = scenario_.model.deficits};
}

std::vector<Certificate> CentralSolve::certificates() const {
  std::vector<Certificate> list = {result_.certificate};
  if (versus_) list.push_back(other_.certificate);
  return list;
}

std::string CentralSolve::failure() const {
  if (!result_.certificate.holds()) return result_.message;
  return versus_ && !other_.certificate.holds() ? other_.message : "";
}

SolvedScenario CentralSolve::with(const ScenarioDraws& draws) const {
  return {scenario_, setting_, assumptions_, instance_, result_, versus(), draws};
}

}  // namespace altyn::study
