#pragma once

#include <nlohmann/json_fwd.hpp>

#include "altyn/core/context.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/live_sectors.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/sector_tables.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What scenarios of either kind were read from.
struct LiveTables {
  ScenarioTablesCache& one_sector;
  SectorTablesCache& many_sectors;
};

/// A scenario solved at its central values, without draws or files: what a control that is being
/// moved needs. The form is `SolveAnswer` of docs/api/openapi.json. Every solve starts from the
/// base, so that its bits depend on the scenario alone. Errors: InputError as run_simulate.
[[nodiscard]] nlohmann::json solve_scenario(const Study& study, LiveParts parts,
                                            DataSources& sources, const LiveTables& tables,
                                            Context& context);

/// The middle 90% of the draws so far, economy by economy: `Partial` of the same document.
[[nodiscard]] nlohmann::json draws_value(const ScenarioSetting& setting,
                                         const ScenarioDraws& draws);

}  // namespace altyn::study
