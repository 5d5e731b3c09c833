#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Which two economies; exports and imports count alike. The section [pair].
struct RegionPair {
  std::string first;
  std::string second;

  static std::vector<Field<RegionPair>> fields();
};

/// How much of the trade of two economies is trade of border regions: sections `pair`, `data`
/// (RegionData) and `options` (attribution::RegionShareOptions). Files: report.html, report.md and
/// report.ru.md, result.json, key_results.csv, shares.csv, elasticities.csv, pairs.csv,
/// regions.csv. Errors: InputError "missing-key", "unknown-economy", "same-economy", and as
/// read_region_tables and region_shares.
[[nodiscard]] StudyResult run_regions(const Study& study, Context& context);

}  // namespace altyn::study
