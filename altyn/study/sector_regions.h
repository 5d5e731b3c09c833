#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/sector_regions.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/scenario_regions.h"
#include "altyn/study/sector_scenario.h"

namespace altyn::study {

/// The regions of a world of many sectors: how its economies split, and what policies do there.
/// Policies are those of economies, whose regions share them; only changes of the cost of delivery
/// and of productivity may name a region.
class SectorRegions {
 public:
  /// Reads the tables of regions and splits `national`. Errors: InputError of reading;
  /// "unknown-sector"; "regions-no-partition"; "bad-change" for a policy that names a region;
  /// those of split_sector_regions.
  SectorRegions(const SectorScenario& scenario, equilibrium::MultiSectorBase national,
                DataSources& sources, const std::string& where);

  [[nodiscard]] const equilibrium::MultiSectorBase& base() const { return world_.base; }
  [[nodiscard]] const equilibrium::MultiSectorBase& national() const { return national_; }
  /// Distance elasticity and sizes of regions, with their ranges.
  [[nodiscard]] const std::vector<Assumption>& assumptions() const { return assumptions_; }
  /// The base at other values of these.
  [[nodiscard]] equilibrium::MultiSectorBase base_at(const Values& values) const;

  /// The economy of the tables that one belongs to, by place and by code.
  [[nodiscard]] const std::string& nation(std::size_t economy) const {
    return national_.economies[world_.parent[economy]];
  }
  /// Whether a change names a region.
  [[nodiscard]] bool names_region(const SectorChange& change) const;
  /// As build_shock, on base().
  [[nodiscard]] equilibrium::MultiSectorShock shock(const SectorScenario& scenario,
                                                    const std::vector<double>& sizes_pct,
                                                    const std::vector<bool>& active) const;
  /// As quotas_of: a limit on the trade of economies holds for their regions together.
  [[nodiscard]] std::vector<NumberedQuota> quotas(const SectorScenario& scenario) const;

 private:
  [[nodiscard]] equilibrium::SectorRegionalWorld world_at(const Values& values) const;
  [[nodiscard]] std::vector<equilibrium::RegionSplit> splits_at(const Values& values) const;
  [[nodiscard]] std::vector<bool> named(const std::vector<std::string>& list) const;
  void apply(const SectorChange& change, double size, double part,
             equilibrium::MultiSectorShock& shock) const;

  std::string where_;
  equilibrium::MultiSectorBase national_;
  std::vector<ScenarioRegion> list_;
  ScenarioRegions options_;
  RegionTrade trade_;
  std::map<std::string, std::vector<double>> output_pct_;  // region: by sector
  std::vector<Assumption> assumptions_;
  std::vector<equilibrium::RegionSplit> splits_;
  equilibrium::SectorRegionalWorld world_;
};

/// The shock of a scenario's policies on its base, with regions or without (null).
[[nodiscard]] equilibrium::MultiSectorShock policy_shock(const SectorScenario& scenario,
                                                         const SectorRegions* regions,
                                                         const equilibrium::MultiSectorBase& base,
                                                         const std::vector<double>& sizes_pct,
                                                         const std::vector<bool>& active);

}  // namespace altyn::study
