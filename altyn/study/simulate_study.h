#pragma once

#include <functional>

#include "altyn/study/study.h"

namespace altyn::study {

class ScenarioSetting;
class ScenarioTablesCache;
struct ScenarioDraws;
struct SharedDraws;

/// What a caller that stays may offer and want.
struct SimulateCaller {
  ScenarioTablesCache* tables = nullptr;  ///< read before, perhaps
  /// Told of the draws of a one-sector scenario while there are more to come.
  std::function<void(const ScenarioSetting&, const ScenarioDraws&)> on_draws{};
  /// One of several runs that share the draws, or their merge.
  SharedDraws* shared = nullptr;
};

/// Solves a scenario (docs/simulate.md), or several side by side where the study has the section
/// `scenarios`, a list of files. A scenario is one of many sectors (sector_study.h) when it or what
/// it extends has a section [sectors], of the one-sector world otherwise. Files of the latter:
/// report.html, report.md, result.json, key_results.csv (one row per economy), revenue.csv,
/// drivers.csv, trade.csv (pairs whose cost changes), assumptions.csv. Of several scenarios: the
/// files of each in a folder by name, and comparison.csv, report.md and report.html of all.
/// Intervals come from draws over all assumptions together; draws without an equilibrium are
/// counted. Draws may be shared between runs; "no-parts" for [smart], [gsim] and [ge_ppml] where
/// the caller shares them. Errors: InputError of the scenario files and their base;
/// "duplicate-name" where two scenarios have one name or one assumption two values.
[[nodiscard]] StudyResult run_simulation(const Study& study, Context& context,
                                         const SimulateCaller& caller = {});

}  // namespace altyn::study
