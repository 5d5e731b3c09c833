#pragma once

#include <array>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/equilibrium/regions.h"
#include "altyn/study/data_sources.h"

namespace altyn::study {

/// A part of an economy. The section [[region]].
struct ScenarioRegion {
  std::string of;
  std::string code;
  std::string name;
  double share_pct = 0.0;
  std::vector<double> range_pct;
  double latitude = 0.0;
  double longitude = 0.0;
  double area_km2 = 0.0;
  std::string source;
  /// What the others leave of the economy: a region under the economy's own code.
  [[nodiscard]] bool is_rest() const { return code == of; }

  static std::vector<Field<ScenarioRegion>> fields();
};

/// How regions trade. The section [regions].
struct ScenarioRegions {
  double distance_elasticity = 1.15;
  std::vector<double> distance_elasticity_range = {0.8, 1.5};
  double mobility = 0.0;
  bool common_revenue = true;
  std::string flows;
  std::string source;

  static std::vector<Field<ScenarioRegions>> fields();
};

/// The entries [[region]] of a study. Errors: InputError of reading; "missing-key"; "bad-change"
/// for a region without an area where distances are needed; "bad-range".
[[nodiscard]] std::vector<ScenarioRegion> read_regions(const nlohmann::json& content,
                                                       const ScenarioRegions& options,
                                                       const std::string& where);

/// Codes of the economies that are split, each once, in the order of the file.
[[nodiscard]] std::vector<std::string> split_economies(const std::vector<ScenarioRegion>& regions);

/// The split of one of them, at the values of its regions' sizes (assumptions.h).
[[nodiscard]] equilibrium::RegionSplit split_of(const std::string& economy,
                                                const std::vector<ScenarioRegion>& regions,
                                                const ScenarioRegions& options,
                                                const std::map<std::string, double>& values);

/// How easily places trade: by distance, or as the flows of a table say.
class RegionTrade {
 public:
  RegionTrade() = default;
  /// Reads the table of flows (exporter, importer, value; by sector where it has that column), when
  /// there is one. Errors: InputError of reading; "bad-change" for flows without regions;
  /// "negative-value"; "duplicate-row".
  RegionTrade(const std::vector<ScenarioRegion>& regions, const ScenarioRegions& options,
              DataSources& sources, const std::string& where);

  /// The prior of a flow. Who has no place on the map trades with every region alike.
  [[nodiscard]] double ease(const std::string& seller, const std::string& buyer,
                            const std::string& sector, double distance_elasticity) const;

 private:
  std::vector<ScenarioRegion> regions_;
  bool by_sector_ = false;
  std::map<std::array<std::string, 3>, double> flows_;  // sector, seller, buyer; empty: distances
};

}  // namespace altyn::study
