#include "altyn/study/policy_answer.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::study {

using attribution::ResultTable;
using equilibrium::OneSectorModel;
using equilibrium::OneSectorResult;
using equilibrium::OneSectorWorkspace;
using equilibrium::PolicyOutcome;
using equilibrium::PolicyShapley;

namespace {

std::vector<std::size_t> places_of(const ScenarioAnswer& answer, const ScenarioSetting& setting) {
  std::vector<std::size_t> places;
  for (std::size_t e = 0; e < setting.economies().size(); ++e) {
    if (std::find(answer.concerned.begin(), answer.concerned.end(), setting.economies()[e]) !=
        answer.concerned.end()) {
      places.push_back(e);
    }
  }
  return places;
}

}  // namespace

ResultTable contributions_table(const PolicyShapley& shapley,
                                const std::vector<std::string>& policies,
                                const std::vector<std::string>& codes,
                                const std::vector<std::string>& names,
                                const std::vector<std::size_t>& shown) {
  ResultTable table{.id = "contributions",
                    .title = "What each change did",
                    .note =
                        "Log points of real income, whatever the order of the changes (Shapley): "
                        "they add up to the whole. Alone: without the others",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"change", "Change", ""},
                                {"contribution_log", "Contribution", "log"},
                                {"alone_log", "Alone", "log"}}};
  const std::size_t n = codes.size();
  for (const std::size_t e : shown) {
    for (std::size_t p = 0; p < policies.size(); ++p) {
      table.add(
          {codes[e], names[e], policies[p], shapley.share[p * n + e], shapley.alone[p * n + e]});
    }
  }
  return table;
}

void add_contributions(ScenarioAnswer& answer, const CentralSolve& solved, Context& context) {
  const ScenarioSetting& setting = solved.setting();
  const std::vector<std::string> policies = setting.policies();
  if (policies.size() < 2 || solved.versus() != nullptr || solved.chooses()) return;
  const Values values = central_values(solved.assumptions());
  const OneSectorModel model(solved.instance().base, solved.options());
  const PolicyShapley shapley = equilibrium::shapley_of_outcomes(
      static_cast<Index>(policies.size()),
      [&](const std::vector<bool>& active) {
        OneSectorWorkspace workspace;
        OneSectorResult result;
        model.solve(setting.shock_of(values, active), workspace, result, context.stop);
        PolicyOutcome outcome{.status = result.status, .message = result.message};
        for (const double hat : result.welfare_hat) outcome.value.push_back(std::log(hat));
        return outcome;
      },
      {}, context);
  context.throw_if_stopped();
  if (shapley.status != SolveStatus::kConverged) return;
  answer.tables.push_back(contributions_table(shapley, policies, setting.economies(),
                                              setting.names(), places_of(answer, setting)));
}

void add_phase_in(ScenarioAnswer& answer, const CentralSolve& solved, Context& context) {
  const ScenarioSetting& setting = solved.setting();
  const Scenario& scenario = solved.scenario();
  Index last = setting.year();
  bool in_steps = false;
  for (const ScenarioChange& change : scenario.changes) {
    if (change.phase_in.empty()) continue;
    in_steps = true;
    last = std::max(last, static_cast<Index>(change.phase_in[1]));
  }
  if (!in_steps) return;
  ResultTable table{.id = "path",
                    .title = "The years of the change",
                    .note =
                        "Changes against the base, each year an equilibrium with the steps "
                        "taken by then; nothing but policy moves",
                    .columns = {{"year", "Year", "number"},
                                {"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"real_income_change", "Real income", "fraction"},
                                {"price_index_change", "Prices", "fraction"}}};
  const Values values = central_values(solved.assumptions());
  const OneSectorModel model(solved.instance().base, solved.options());
  OneSectorWorkspace workspace;
  OneSectorResult result;
  for (Index year = setting.year(); year <= last; ++year) {
    model.solve(setting.at(values, year).shock, workspace, result, context.stop);
    context.throw_if_stopped();
    if (result.status != SolveStatus::kConverged) {
      answer.notes.push_back("No equilibrium was found for the steps taken by " +
                             std::to_string(year) + ": " + result.message);
      return;
    }
    for (const std::size_t e : places_of(answer, setting)) {
      table.add({static_cast<double>(year), setting.economies()[e], setting.names()[e],
                 result.welfare_hat[e] - 1.0, result.price_hat[e] - 1.0});
    }
  }
  answer.tables.push_back(std::move(table));
}

}  // namespace altyn::study
