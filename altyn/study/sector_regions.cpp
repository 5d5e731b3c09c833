#include "altyn/study/sector_regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/study/located.h"

namespace altyn::study {
namespace {

using namespace equilibrium;

constexpr double kPercent = 0.01;

std::size_t place_of(const std::vector<std::string>& names, std::string_view name,
                     const std::string& where, const char* code, const char* why) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string near = nearest_name(std::string(name), names);
  throw InputError({.code = code,
                    .what = fmt::format("there is no \"{}\" here", name),
                    .where = where,
                    .why = why,
                    .fixes = near.empty() ? std::vector<std::string>{}
                                          : std::vector<std::string>{"write " + near}});
}

// Parts of output by sector, in percent: share_pct where the table is silent.
std::map<std::string, std::vector<double>> read_output(const std::string& name,
                                                       const std::vector<ScenarioRegion>& regions,
                                                       const std::vector<std::string>& sectors,
                                                       DataSources& sources) {
  std::map<std::string, std::vector<double>> output;
  if (name.empty()) return output;
  std::vector<std::string> codes;
  for (const ScenarioRegion& region : regions) {
    if (region.is_rest()) continue;
    codes.push_back(region.code);
    output[region.code].assign(sectors.size(), region.share_pct);
  }
  const data::Table table = sources.read(name);
  const data::TextColumn& region = table.texts("region");
  const data::TextColumn& sector = table.texts("sector");
  const data::NumberColumn& share = table.numbers("share_pct");
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::string where = fmt::format("{}, {}", table.source(), table.place_of(row));
    const double value = share[static_cast<std::size_t>(row)];
    if (!(value > 0.0 && value < 100.0)) {
      throw InputError({.code = "regions-no-partition",
                        .what = fmt::format("a region makes {:g} percent of a sector", value),
                        .where = where + ", column share_pct",
                        .why = "a part lies between 0 and 100 percent, and leaves a rest"});
    }
    const std::size_t r = place_of(codes, region.at(row), where, "unknown-economy",
                                   "regions are those of [[region]], without rests");
    output[codes[r]][place_of(sectors, sector.at(row), where, "unknown-sector",
                              "sectors are those of the trade table")] = value;
  }
  return output;
}

LabourMobility mobility_of(const SectorScenario& scenario, const MultiSectorBase& base,
                           const std::string& where, std::size_t& factor) {
  const double elasticity = scenario.regions.mobility;
  const std::string& name = scenario.tables.mobile_factor;
  if (!name.empty()) {
    factor = place_of(base.factors, name, where + " [sectors] mobile_factor", "unknown-factor",
                      "factors are those of the table of value added");
  } else if (elasticity > 0.0 && base.factors.size() > 1) {
    throw InputError({.code = "missing-key",
                      .what = "mobile_factor is missing",
                      .where = where + " [sectors]",
                      .why = "with several factors it must be said which of them moves",
                      .fixes = {fmt::format("mobile_factor = \"{}\"", base.factors.front())}});
  }
  return {.nation = {}, .workers = {}, .elasticity = elasticity};
}

}  // namespace

SectorRegions::SectorRegions(const SectorScenario& scenario, MultiSectorBase national,
                             DataSources& sources, const std::string& where)
    : where_(where),
      national_(std::move(national)),
      list_(scenario.region_list),
      options_(scenario.regions),
      trade_(list_, options_, sources, where),
      output_pct_(read_output(scenario.tables.region_output, list_, national_.sectors, sources)),
      assumptions_(region_assumptions(list_, options_)) {
  national_.mobility = mobility_of(scenario, national_, where, national_.mobile_factor);
  const Values values = central_values(assumptions_);
  splits_ = splits_at(values);
  world_ = world_at(values);
  for (const SectorChange& change : scenario.changes) {
    if (!names_region(change)) continue;
    if (change.what == SectorChangeKind::kCost || change.what == SectorChangeKind::kProductivity) {
      continue;
    }
    throw InputError({.code = "bad-change",
                      .what = fmt::format("\"{}\" names a region", change.name),
                      .where = fmt::format("{} [[change]] {}", where, change.name),
                      .why = "regions share the duties, quotas and unions of their economy",
                      .fixes = {"name the economy", "what = \"cost\", for a cost of delivery"}});
  }
}

std::vector<RegionSplit> SectorRegions::splits_at(const Values& values) const {
  std::vector<RegionSplit> splits;
  for (const std::string& economy : split_economies(list_)) {
    RegionSplit split = split_of(economy, list_, options_, values);
    // Shares in duties are agreed: they stay where sizes are drawn.
    if (!splits_.empty()) split.revenue_keys = splits_[splits.size()].revenue_keys;
    const std::size_t n_regions = split.regions.size();
    for (std::size_t j = 0; j < national_.sectors.size() && !output_pct_.empty(); ++j) {
      double named = 0.0;
      for (std::size_t r = 0; r < n_regions; ++r) {
        const auto known = output_pct_.find(split.regions[r]);
        double share = split.output_share[r];
        if (split.regions[r] == economy) {
          share = 0.0;
        } else if (known != output_pct_.end()) {
          const auto region =
              std::find_if(list_.begin(), list_.end(),
                           [&](const ScenarioRegion& one) { return one.code == split.regions[r]; });
          share *= known->second[j] / region->share_pct;
        }
        named += share;
        split.sector_output_share.push_back(share);
      }
      for (std::size_t r = 0; r < n_regions; ++r) {
        if (split.regions[r] == economy) {
          split.sector_output_share[j * n_regions + r] = 1.0 - named;
        }
      }
    }
    splits.push_back(std::move(split));
  }
  return splits;
}

SectorRegionalWorld SectorRegions::world_at(const Values& values) const {
  const auto known = values.find(kDistanceName);  // absent where flows are given
  const double elasticity = known == values.end() ? 0.0 : known->second;
  return located(where_, [&] {
    return split_sector_regions(
        national_, splits_at(values),
        [&](const std::string& seller, const std::string& buyer, std::size_t sector) {
          return trade_.ease(seller, buyer, national_.sectors[sector], elasticity);
        });
  });
}

MultiSectorBase SectorRegions::base_at(const Values& values) const { return world_at(values).base; }

bool SectorRegions::names_region(const SectorChange& change) const {
  const auto is_region = [&](const std::string& name) {
    return std::any_of(list_.begin(), list_.end(), [&](const ScenarioRegion& region) {
      return region.code == name && !region.is_rest();
    });
  };
  return std::any_of(change.importer.begin(), change.importer.end(), is_region) ||
         std::any_of(change.exporter.begin(), change.exporter.end(), is_region) ||
         is_region(change.economy);
}

// [n] economies on a list, by themselves or with their nation; all of them when it is empty.
std::vector<bool> SectorRegions::named(const std::vector<std::string>& list) const {
  const std::size_t n = world_.base.economies.size();
  std::vector<bool> on(n, list.empty());
  for (const std::string& name : list) {
    bool found = false;
    for (std::size_t e = 0; e < n; ++e) {
      if (nation(e) != name && world_.base.economies[e] != name) continue;
      on[e] = found = true;
    }
    if (!found) static_cast<void>(SectorPolicy(world_.base).economy(name));
  }
  return on;
}

// Changes that may name regions; trade inside a nation is not touched.
void SectorRegions::apply(const SectorChange& change, double size, double part,
                          MultiSectorShock& shock) const {
  const MultiSectorBase& base = world_.base;
  const std::size_t n = base.economies.size();
  const std::vector<bool> sellers = named(change.exporter);
  const std::vector<bool> buyers = named(change.importer);
  const double factor = std::pow(1.0 + size, part);
  std::vector<bool> in(base.sectors.size(), change.sector.empty());
  const SectorPolicy names(base);
  for (const std::string& sector : change.sector) in[names.sector(sector)] = true;
  if (change.what == SectorChangeKind::kProductivity) {
    shock.productivity_hat.resize(base.sectors.size() * n, 1.0);
  } else {
    shock.cost_hat.resize(base.trade_share.size(), 1.0);
  }
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t k = 0; k < n && in[j]; ++k) {
      if (change.what == SectorChangeKind::kProductivity) {
        if (sellers[k]) shock.productivity_hat[base.at(j, k)] *= factor;
        continue;
      }
      for (std::size_t i = 0; i < n; ++i) {
        if (world_.parent[i] == world_.parent[k]) continue;
        if ((buyers[k] && sellers[i]) || (change.both && buyers[i] && sellers[k])) {
          shock.cost_hat[base.cell(j, k, i)] *= factor;
        }
      }
    }
  }
}

MultiSectorShock SectorRegions::shock(const SectorScenario& scenario,
                                      const std::vector<double>& sizes_pct,
                                      const std::vector<bool>& active) const {
  std::vector<bool> national = active;
  for (std::size_t c = 0; c < national.size(); ++c) {
    if (names_region(scenario.changes[c])) national[c] = false;
  }
  MultiSectorShock made =
      spread_shock(world_, splits_, build_shock(scenario, national_, sizes_pct, national));
  for (std::size_t c = 0; c < active.size(); ++c) {
    if (!active[c] || national[c]) continue;
    const SectorChange& change = scenario.changes[c];
    apply(change, sizes_pct[c] * kPercent, part_in_force(change, scenario.head), made);
  }
  return made;
}

std::vector<NumberedQuota> SectorRegions::quotas(const SectorScenario& scenario) const {
  std::vector<NumberedQuota> found = quotas_of(scenario, national_);
  for (NumberedQuota& one : found) {
    std::vector<double> limited(national_.trade_share.size(), 0.0);
    for (const std::size_t cell : one.quota.cells) limited[cell] = 1.0;
    one.quota.cells.clear();
    const std::vector<double> spread = spread_pairs(world_.parent, limited, 0.0);
    for (std::size_t cell = 0; cell < spread.size(); ++cell) {
      if (spread[cell] > 0.0) one.quota.cells.push_back(cell);
    }
  }
  return found;
}

MultiSectorShock policy_shock(const SectorScenario& scenario, const SectorRegions* regions,
                              const MultiSectorBase& base, const std::vector<double>& sizes_pct,
                              const std::vector<bool>& active) {
  return regions != nullptr ? regions->shock(scenario, sizes_pct, active)
                            : build_shock(scenario, base, sizes_pct, active);
}

}  // namespace altyn::study
