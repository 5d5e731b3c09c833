#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "altyn/study/scenario_answer.h"
#include "altyn/study/sector_run.h"

namespace altyn::study {

/// For a terminal, with colour codes.
[[nodiscard]] std::string sector_text(const SectorRun& run, const SectorAnswers& answers,
                                      const ScenarioAnswer& answer);
/// What it shares with every scenario, for the page and for comparison with others.
[[nodiscard]] ScenarioAnswer sector_answer(const SectorRun& run, const SectorBase& world,
                                           const SectorAnswers& answers);
/// The result in the form of docs/simulate.md (schema altyn.scenario/1), with quotas and the number
/// of failed draws; sources and run apart.
[[nodiscard]] nlohmann::json sector_value(const ScenarioAnswer& answer, const SectorRun& run,
                                          const SectorAnswers& answers);

}  // namespace altyn::study
