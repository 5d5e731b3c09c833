#pragma once

#include "altyn/study/scenario_answer.h"
#include "altyn/study/scenario_draws.h"

namespace altyn::study {

/// Adds what capital does to an answer: `path`, the years after the change for the economies it
/// concerns; `long_run`, where the path leads with the range of the draws, and the constant change
/// worth as much as the whole path; a sentence and the certificate. Changes with phase_in come in
/// steps. Ranges are over at most 200 draws of the steady state.
/// A path that is not found makes the answer a failure. Cost: a solve per year, and about twenty
/// per draw. Errors: those of solve_capital_path; Cancelled.
void add_capital_path(ScenarioAnswer& answer, const ScenarioSetting& setting,
                      const std::vector<Assumption>& assumptions,
                      const equilibrium::CapitalOptions& capital, Index first_year, Index n_draws,
                      const equilibrium::OneSectorOptions& options, Context& context);

}  // namespace altyn::study
