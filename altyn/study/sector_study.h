#pragma once

#include "altyn/study/scenario_report.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Solves a scenario on a world of many sectors that the user gives (docs/simulate-sectors.md).
/// Files: report.md; key_results (economies), sectors, trade (pairs), trade_by_sector (cells whose
/// cost changes), decomposition, assumptions; run record apart.
/// Intervals come from draws over ranges, elasticities and base flows together; what drives them
/// from the adjoint. Errors: InputError of the scenario file, its tables and its base;
/// "versus-many-sectors" for a comparison with another scenario inside the file.
[[nodiscard]] SimulatedScenario simulate_sectors(const Study& study, Context& context);

}  // namespace altyn::study
