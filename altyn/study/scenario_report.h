#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/sector_decomposition.h"
#include "altyn/study/scenario_answer.h"
#include "altyn/study/scenario_draws.h"

namespace altyn::study {

/// What an answer is made from; `versus` is null without a comparison.
struct SolvedScenario {
  const Scenario& scenario;
  const ScenarioSetting& setting;
  const std::vector<Assumption>& assumptions;
  const ScenarioInstance& instance;
  const equilibrium::OneSectorResult& result;
  const equilibrium::OneSectorResult* versus;
  const ScenarioDraws& draws;
  const ChosenTariffs* chosen = nullptr;                     ///< with [optimal]
  const equilibrium::WelfareDecomposition* parts = nullptr;  ///< where they are known
};

/// Tables and sentences of an answer.
[[nodiscard]] ScenarioAnswer answer_of(const SolvedScenario& solved);

/// For a terminal, with colour codes.
[[nodiscard]] std::string answer_text(const ScenarioAnswer& answer);

}  // namespace altyn::study
