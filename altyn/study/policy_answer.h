#pragma once

#include "altyn/equilibrium/policy_shapley.h"
#include "altyn/study/central_solve.h"
#include "altyn/study/scenario_answer.h"

namespace altyn::study {

/// Adds `contributions` where a scenario does several things: what each did to real income,
/// whatever their order (Shapley), and what it would have done alone. Nothing is added against
/// another scenario, with tariffs that are chosen, or where a combination has no equilibrium.
/// Cost: a solve per combination of up to ten policies, 200 random orders beyond.
void add_contributions(ScenarioAnswer& answer, const CentralSolve& solved, Context& context);

/// The same table from shares that are known. `names` [policy]; economies are shown by place.
[[nodiscard]] attribution::ResultTable contributions_table(
    const equilibrium::PolicyShapley& shapley, const std::vector<std::string>& policies,
    const std::vector<std::string>& codes, const std::vector<std::string>& names,
    const std::vector<std::size_t>& shown);

/// Adds `path` where changes come in steps (phase_in): real income and prices in every year until
/// all are taken, each year an equilibrium of its own. Cost: a solve per year.
void add_phase_in(ScenarioAnswer& answer, const CentralSolve& solved, Context& context);

}  // namespace altyn::study
