#include "altyn/study/scenario_regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "altyn/core/errors.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

// Great circle, km.
double distance(const ScenarioRegion& a, const ScenarioRegion& b) {
  const double degree = std::numbers::pi / 180.0;
  const double north = std::sin(0.5 * degree * (a.latitude - b.latitude));
  const double east = std::sin(0.5 * degree * (a.longitude - b.longitude));
  const double chord =
      north * north + std::cos(degree * a.latitude) * std::cos(degree * b.latitude) * east * east;
  return 2.0 * 6371.0 * std::asin(std::min(1.0, std::sqrt(chord)));
}

// To itself: two thirds of the radius of a disk of its area (Head and Mayer 2000).
double distance_inside(const ScenarioRegion& region) {
  return 0.67 * std::sqrt(region.area_km2 / std::numbers::pi);
}

}  // namespace

std::vector<ScenarioRegion> read_regions(const json& content, const ScenarioRegions& options,
                                         const std::string& where) {
  check_range(options.distance_elasticity_range, options.distance_elasticity, where + " [regions]",
              "distance_elasticity_range");
  std::vector<ScenarioRegion> regions;
  for (const json& entry : content.value("region", json::array())) {
    ScenarioRegion region;
    const std::string place = fmt::format("{} [[region]] {}", where, regions.size() + 1);
    options_from_json(region, entry, place);
    need_key(region.of, "of", place);
    need_key(region.code, "code", place);
    if (!region.is_rest()) check_range(region.range_pct, region.share_pct, place, "range_pct");
    if (options.flows.empty() && !(region.area_km2 > 0.0)) {
      throw InputError({.code = "bad-change",
                        .what = fmt::format("the area of {} is missing", region.code),
                        .where = place,
                        .why = "flows between regions are guessed from distances, and a region's "
                               "distance to itself from its area",
                        .fixes = {"area_km2 = 168000", "give flows in [regions]"}});
    }
    regions.push_back(std::move(region));
  }
  return regions;
}

std::vector<std::string> split_economies(const std::vector<ScenarioRegion>& regions) {
  std::vector<std::string> list;
  for (const ScenarioRegion& region : regions) {
    if (std::find(list.begin(), list.end(), region.of) == list.end()) list.push_back(region.of);
  }
  return list;
}

equilibrium::RegionSplit split_of(const std::string& economy,
                                  const std::vector<ScenarioRegion>& regions,
                                  const ScenarioRegions& options,
                                  const std::map<std::string, double>& values) {
  equilibrium::RegionSplit split{.economy = economy, .mobile_workers = options.mobility > 0.0};
  double named = 0.0;
  for (const ScenarioRegion& region : regions) {
    if (region.of != economy) continue;
    split.regions.push_back(region.code);
    split.output_share.push_back(region.is_rest() ? 0.0 : values.at(name_of_share(region)) / 100.0);
    named += split.output_share.back();
  }
  for (std::size_t r = 0; r < split.regions.size(); ++r) {
    if (split.regions[r] == economy) split.output_share[r] = 1.0 - named;
  }
  if (options.common_revenue) split.revenue_keys = split.output_share;
  return split;
}

RegionTrade::RegionTrade(const std::vector<ScenarioRegion>& regions, const ScenarioRegions& options,
                         DataSources& sources, const std::string& where)
    : regions_(regions) {
  if (options.flows.empty()) return;
  if (regions.empty()) {
    throw InputError({.code = "bad-change",
                      .what = "flows of regions are given, and no economy is split",
                      .where = where + " [regions] flows",
                      .why = "the flows say how regions trade",
                      .fixes = {"add [[region]] entries", "remove flows"}});
  }
  const data::Table table = sources.read(options.flows);
  const data::TextColumn& sellers = table.texts("exporter");
  const data::TextColumn& buyers = table.texts("importer");
  const data::NumberColumn& values = table.numbers("value");
  by_sector_ = table.has("sector");
  for (Index row = 0; row < table.n_rows(); ++row) {
    const double value = values[static_cast<std::size_t>(row)];
    const auto fail = [&](const char* code, const std::string& what, const char* why) {
      throw InputError({.code = code,
                        .what = what,
                        .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                        .why = why});
    };
    if (!(value >= 0.0)) {
      fail("negative-value", fmt::format("a flow is {}", value), "flows are zero or positive");
    }
    const std::string sector = by_sector_ ? std::string(table.texts("sector").at(row)) : "";
    if (!flows_
             .emplace(std::array{sector, std::string(sellers.at(row)), std::string(buyers.at(row))},
                      value)
             .second) {
      fail("duplicate-row", "the same pair has a value already",
           "it is not clear which of the two holds");
    }
  }
}

double RegionTrade::ease(const std::string& seller, const std::string& buyer,
                         const std::string& sector, double distance_elasticity) const {
  if (!flows_.empty()) {
    const auto flow = flows_.find({by_sector_ ? sector : "", seller, buyer});
    return flow == flows_.end() ? 0.0 : flow->second;
  }
  const auto find = [&](const std::string& code) {
    return std::find_if(regions_.begin(), regions_.end(),
                        [&](const ScenarioRegion& region) { return region.code == code; });
  };
  const auto a = find(seller);
  const auto b = find(buyer);
  if (a == regions_.end() || b == regions_.end()) return 1.0;
  const double km = a == b ? distance_inside(*a) : std::max(distance(*a, *b), 1.0);
  return std::pow(km, -distance_elasticity);
}

std::vector<Field<ScenarioRegion>> ScenarioRegion::fields() {
  return {
      make_field(&ScenarioRegion::of, {.name = "of", .doc = "the economy it is part of: RUS"}),
      make_field(&ScenarioRegion::code,
                 {.name = "code",
                  .doc = "a code of its own; the economy's code stands for what is left of it"}),
      make_field(&ScenarioRegion::name, {.name = "name", .doc = "its name"}),
      make_field(&ScenarioRegion::share_pct, {.name = "share_pct",
                                              .doc = "part of the economy's output and spending",
                                              .unit = "percent",
                                              .minimum = 0,
                                              .maximum = 100}),
      make_field(&ScenarioRegion::range_pct, {.name = "range_pct",
                                              .doc = "range of share_pct for the draws",
                                              .unit = "percent",
                                              .minimum = 0,
                                              .maximum = 100}),
      make_field(&ScenarioRegion::latitude, {.name = "latitude",
                                             .doc = "of its main city",
                                             .unit = "degrees",
                                             .minimum = -90,
                                             .maximum = 90}),
      make_field(&ScenarioRegion::longitude, {.name = "longitude",
                                              .doc = "of its main city",
                                              .unit = "degrees",
                                              .minimum = -180,
                                              .maximum = 180}),
      make_field(&ScenarioRegion::area_km2, {.name = "area_km2",
                                             .doc = "area, for the distance to itself",
                                             .unit = "km2",
                                             .minimum = 0}),
      make_field(&ScenarioRegion::source,
                 {.name = "source", .doc = "where share and place come from"})};
}

std::vector<Field<ScenarioRegions>> ScenarioRegions::fields() {
  return {
      make_field(&ScenarioRegions::distance_elasticity,
                 {.name = "distance_elasticity",
                  .doc = "by how many percent trade falls when distance is one percent longer",
                  .minimum = 0,
                  .maximum = 10}),
      make_field(&ScenarioRegions::distance_elasticity_range, {.name = "distance_elasticity_range",
                                                               .doc = "its range for the draws",
                                                               .minimum = 0,
                                                               .maximum = 10}),
      make_field(&ScenarioRegions::mobility,
                 {.name = "mobility",
                  .doc = "elasticity of a region's workers to its real wage; 0: nobody moves",
                  .minimum = 0,
                  .maximum = 20}),
      make_field(
          &ScenarioRegions::common_revenue,
          {.name = "common_revenue", .doc = "regions share the duties of their economy by size"}),
      make_field(&ScenarioRegions::flows,
                 {.name = "flows",
                  .doc = "exporter, importer, value [, sector]: flows of regions with each other "
                         "and with economies, in place of the distances; balanced to the nations' "
                         "totals"}),
      make_field(&ScenarioRegions::source,
                 {.name = "source", .doc = "where the elasticity comes from"})};
}

}  // namespace altyn::study
