#pragma once

#include "altyn/study/simulate_study.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// A simulation: of many sectors when it or what it extends has a section [sectors], of the
/// one-sector world otherwise (simulate_study.h).
[[nodiscard]] StudyResult run_simulation(const Study& study, Context& context,
                                         const SimulateCaller& caller = {});

/// Solves a scenario on a world of many sectors that the user gives (docs/simulate-sectors.md).
/// Files: report.md; key_results (economies), sectors, trade (pairs), trade_by_sector (cells whose
/// cost changes), decomposition, assumptions; run record apart.
/// Intervals come from draws over ranges, elasticities and base flows together; what drives them
/// from the adjoint. Errors: InputError of the scenario file, its tables and its base.
[[nodiscard]] StudyResult run_sector_study(const Study& study, Context& context);

}  // namespace altyn::study
