#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/one_sector.h"
#include "altyn/study/data_sources.h"

namespace altyn::study {

/// One year's world for the equilibrium, with domestic trade by the stated rule and its range.
struct WorldBase {
  equilibrium::OneSectorBase mid;          ///< domestic trade at its central value
  equilibrium::OneSectorBase low;          ///< at the low end of its range
  equilibrium::OneSectorBase high;         ///< at the high end
  std::vector<std::string> domestic_flag;  ///< [n] how each economy's domestic trade was found
  std::vector<std::string> notes;          ///< sentences on what was assumed
};

/// Builds the world of a year from bilateral trade and GDP, both bundled names or files.
/// Errors: InputError of reading; "no-such-year" when the table lacks it; those of the domestic
/// trade rule.
[[nodiscard]] WorldBase read_world_base(const std::string& trade, const std::string& gdp, int year,
                                        DataSources& sources);

}  // namespace altyn::study
