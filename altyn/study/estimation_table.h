#pragma once

#include <string>

#include "altyn/data/table.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/estimate_study.h"

namespace altyn::study {

/// Reads a table and adds the columns that an estimate asks for: `trade` out of both sides'
/// reports, those of joined tables, agreements as 0/1, memberships and alignment, and, for every
/// treatment x in `cohorts`, x_cohort (its first period in the unit, missing when there is none),
/// x_time (periods since) and x_ever (0, 1). Errors: InputError of reading; "no-shared-column",
/// "nothing-to-join" and "duplicate-key"; "name-taken" when a column exists; "no-such-column".
[[nodiscard]] data::Table read_estimation_table(const std::string& name,
                                                const EstimateStudy& request, DataSources& sources);

}  // namespace altyn::study
