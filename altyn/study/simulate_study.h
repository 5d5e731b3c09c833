#pragma once

#include <vector>

#include "altyn/data/table.h"
#include "altyn/study/scenario.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Solves a scenario: sections `scenario`, `world`, `model` and `change`. Files: report.md,
/// key_results.csv (one row per economy), trade.csv (pairs whose cost changes).
/// Intervals come from draws over effects, cost ranges, theta and domestic trade together; draws
/// that do not converge are counted in the text.
/// Errors: InputError of the scenario file and its base.
[[nodiscard]] StudyResult run_simulate(const Study& study, Context& context);

}  // namespace altyn::study
