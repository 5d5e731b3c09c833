#pragma once

#include <nlohmann/json_fwd.hpp>

#include "altyn/core/context.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sector_tables.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What a live answer holds besides its vectors.
struct LiveParts {
  bool tables = true;  ///< `result`: the tables of `altyn simulate`
  bool flows = false;  ///< the matrices of trade
};

/// The form of live_solve.h for a scenario of many sectors, read on top of what it extends;
/// flows are trade by pair, and trade and duties by sector. What takes many solves is left out of
/// its tables: the sources of income, what each change does by itself. Errors: InputError as
/// simulate_sectors.
[[nodiscard]] nlohmann::json solve_sectors(const Study& whole, LiveParts parts,
                                           DataSources& sources, SectorTablesCache& tables,
                                           Context& context);

}  // namespace altyn::study
