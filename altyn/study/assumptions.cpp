#include "altyn/study/assumptions.h"

#include <cmath>
#include <string_view>

#include "altyn/core/rng.h"

namespace altyn::study {
namespace {

// FNV-1a: the random stream of an assumption is that of its name.
std::uint32_t stream_of(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char letter : name) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 16777619u;
  }
  return hash;
}

void set_range(Assumption& assumption, const std::vector<double>& range) {
  assumption.low = range.empty() ? assumption.value : range[0];
  assumption.high = range.empty() ? assumption.value : range[1];
}

Assumption percent(std::string name, double value, const std::vector<double>& range,
                   const std::string& source) {
  Assumption assumption{
      .name = std::move(name), .value = value, .unit = "percent", .source = source};
  set_range(assumption, range);
  return assumption;
}

}  // namespace

double Assumption::at(std::uint64_t seed, std::uint64_t draw) const {
  if (!drawn()) return value;
  RandomStream stream(seed, stream_of(name), draw);
  return quantile(stream.uniform());
}

double Assumption::quantile(double u) const {
  if (se > 0.0) return value + se * normal_quantile(u);
  return u < 0.5 ? low + 2.0 * u * (value - low) : value + (2.0 * u - 1.0) * (high - value);
}

double Assumption::deviation() const {
  if (se > 0.0) return se;
  // Second moment about the value, half of the draws on each side of it.
  return std::sqrt(((value - low) * (value - low) + (high - value) * (high - value)) / 6.0);
}

std::string name_of_share(const ScenarioRegion& region) { return "size of " + region.code; }
std::string name_of_level(const ScenarioChange& change) { return change.name + ": today's level"; }
std::string name_of_key(const std::string& newcomer) { return "duty share of " + newcomer; }

std::vector<Assumption> region_assumptions(const std::vector<ScenarioRegion>& regions,
                                           const ScenarioRegions& options) {
  std::vector<Assumption> list;
  if (regions.empty()) return list;
  if (options.flows.empty()) {
    list.push_back(
        {.name = kDistanceName, .value = options.distance_elasticity, .source = options.source});
    set_range(list.back(), options.distance_elasticity_range);
  }
  for (const ScenarioRegion& region : regions) {
    if (region.is_rest()) continue;
    list.push_back(
        percent(name_of_share(region), region.share_pct, region.range_pct, region.source));
  }
  return list;
}

std::vector<Assumption> assumptions_of(const Scenario& scenario) {
  std::vector<Assumption> list;
  const ScenarioModel& model = scenario.model;
  list.push_back({.name = kThetaName, .value = model.theta, .source = model.theta_source});
  set_range(list.back(), model.theta_range);
  list.push_back({.name = kDomesticName,
                  .low = -1.0,
                  .high = 1.0,
                  .unit = "(0 is the rule's value, -1 and 1 the ends of its range)",
                  .source = "share of GDP by the rule of domestic trade",
                  .wants_source = false});
  for (Assumption& one : region_assumptions(scenario.region_list, scenario.regions)) {
    list.push_back(std::move(one));
  }
  for (const ScenarioTariff& tariff : scenario.tariffs) {
    list.push_back(percent(tariff.name, tariff.rate_pct, tariff.range_pct, tariff.source));
  }
  const ScenarioRevenue& revenue = scenario.revenue;
  for (const std::string& newcomer : revenue.join) {
    list.push_back(percent(name_of_key(newcomer), revenue.join_share_pct,
                           revenue.join_share_range_pct, revenue.source));
  }
  for (const ScenarioChange& change : scenario.changes) {
    switch (change.what) {
      case ChangeKind::kAgreement:
      case ChangeKind::kColumn:
        list.push_back({.name = change.name,
                        .value = change.effect,
                        .low = change.effect,
                        .high = change.effect,
                        .se = change.effect_se,
                        .unit = "log trade",
                        .source = change.source});
        break;
      case ChangeKind::kBorderCost:
        list.push_back(percent(change.name, change.by_pct, change.range_pct, change.source));
        if (change.level_pct > 0.0) {
          list.push_back(percent(name_of_level(change), change.level_pct, change.level_range_pct,
                                 change.source));
        }
        break;
      case ChangeKind::kTariff:
        if (change.same_as.empty()) {
          list.push_back(percent(change.name, change.rate_pct, change.range_pct, change.source));
        }
        break;
    }
  }
  return list;
}

Values central_values(const std::vector<Assumption>& assumptions) {
  Values values;
  for (const Assumption& one : assumptions) values[one.name] = one.value;
  return values;
}

Values drawn_values(const std::vector<Assumption>& assumptions, std::uint64_t seed,
                    std::uint64_t draw) {
  Values values;
  for (const Assumption& one : assumptions) values[one.name] = one.at(seed, draw);
  return values;
}

}  // namespace altyn::study
