#pragma once

#include <functional>

#include "altyn/study/study.h"

namespace altyn::study {

class ScenarioSetting;
class ScenarioTablesCache;
struct ScenarioDraws;

/// What a caller that stays may offer and want.
struct SimulateCaller {
  ScenarioTablesCache* tables = nullptr;  ///< read before, perhaps
  /// Told of the draws of a scenario while there are more to come.
  std::function<void(const ScenarioSetting&, const ScenarioDraws&)> on_draws{};
};

/// Solves a scenario (docs/simulate.md), or several side by side where the study has the section
/// `scenarios`, a list of files. Files of each: report.html, report.md, result.json,
/// key_results.csv (one row per economy), revenue.csv, drivers.csv, trade.csv (pairs whose cost
/// changes), assumptions.csv; of several, the same in a folder by name, and comparison.csv,
/// report.md and report.html of all.
/// Intervals come from draws over all assumptions together; draws without an equilibrium are
/// counted. Errors: InputError of the scenario files and their base; "duplicate-name" where two
/// scenarios have one name or one assumption two values.
[[nodiscard]] StudyResult run_simulate(const Study& study, Context& context,
                                       const SimulateCaller& caller = {});

}  // namespace altyn::study
