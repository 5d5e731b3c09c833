#pragma once

#include <vector>

#include "altyn/data/table.h"
#include "altyn/study/sector_run.h"

namespace altyn::study {

/// The tables of an answer, each with its name as source.
[[nodiscard]] std::vector<data::Table> sector_tables(const SectorRun& run,
                                                     const SectorAnswers& answers);

}  // namespace altyn::study
