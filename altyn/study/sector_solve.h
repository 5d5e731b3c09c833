#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "altyn/study/data_sources.h"
#include "altyn/study/sector_run.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// A scenario of many sectors with its base.
struct SectorWorld {
  SectorScenario scenario;
  SectorBase base;
  std::unique_ptr<const SectorRegions> regions;  ///< null where no economy is split
  equilibrium::MultiSectorModel model;
};

/// Reads a study on top of what it extends. `tables` keeps what is read for the scenarios that come
/// next; null reads anew. Errors: InputError of the scenario, its tables and its base.
[[nodiscard]] SectorWorld read_sector_world(const Study& whole, DataSources& sources,
                                            Context& context, SectorTablesCache* tables = nullptr);

/// The scenario at its central values, quotas and chosen tariffs found; `routes` under it. `where`
/// is told in messages. Errors: InputError of the changes; Cancelled.
[[nodiscard]] SectorRun solve_central(const SectorWorld& world, const std::string& where,
                                      std::optional<SectorRoutes> routes, Context& context);

/// Why there is no answer; "" when there is one.
[[nodiscard]] std::string failure_of(const SectorRun& run);

/// [SectorOutcome, economy]
[[nodiscard]] std::vector<double> sector_outcomes(const equilibrium::MultiSectorModel& model,
                                                  const equilibrium::MultiSectorResult& result);

/// [economy] duties kept and paid out by a pool.
[[nodiscard]] std::vector<double> duties_received(const equilibrium::MultiSectorResult& result);

/// Who changes something: importers of the cells whose costs change, those who produce differently,
/// those who join and leave. [economy]
[[nodiscard]] std::vector<bool> involved_in(const SectorRun& run);

/// What every answer of a run begins with: outcomes, stages, and who is told of.
[[nodiscard]] SectorAnswers central_answers(const SectorRun& run, Context& context);

}  // namespace altyn::study
