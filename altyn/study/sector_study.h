#pragma once

#include <functional>

#include "altyn/study/scenario_answer.h"
#include "altyn/study/sector_solve.h"
#include "altyn/study/study.h"

namespace altyn::study {

struct SharedDraws;

/// Routes under a world of many sectors: what they do to its costs, and what is told of them.
struct RouteLayer {
  SectorRoutes routes{};
  /// Adds certificates, tables, text and files to an answer.
  std::function<void(const SectorRun&, StudyResult&)> tell{};
};

/// Solves a scenario and answers, with routes when `layer` is not null; a run that has a part of
/// the draws solves those and answers nothing.
[[nodiscard]] SimulatedScenario solve_sector_world(const Study& study, const SectorWorld& world,
                                                   const DataSources& sources,
                                                   const RouteLayer* layer, Context& context,
                                                   SharedDraws* shared = nullptr);

/// Solves a scenario on a world of many sectors that the user gives (docs/simulate-sectors.md).
/// Files: report.html, report.md, result.json; key_results (economies), sectors, trade (pairs),
/// trade_by_sector (cells whose cost changes), decomposition, assumptions, and optimal_tariffs
/// where rates are chosen; run record apart. Intervals come from draws over ranges, elasticities
/// and base flows together; what drives them from the adjoint. Errors: InputError of the scenario
/// file, its tables and its base; "versus-many-sectors" for a comparison with another scenario
/// inside the file.
[[nodiscard]] SimulatedScenario simulate_sectors(const Study& study, Context& context,
                                                 SharedDraws* shared = nullptr);

}  // namespace altyn::study
