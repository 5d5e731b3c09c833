#include "altyn/attribution/region_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"

namespace altyn::attribution {
namespace {

constexpr double kEarthRadiusKm = 6371.0088;  // mean radius, IUGG
constexpr double kSamePlaceKm = 1.0;
constexpr std::uint32_t kRegionStream = 200;

struct Elasticities {
  double size_first = 0.0;
  double size_second = 0.0;
  double distance = 0.0;
  double border = 0.0;
};

struct Range {
  std::string_view name;
  double low = 0.0;
  double high = 0.0;
  [[nodiscard]] double at(double u) const { return low + u * (high - low); }
};

struct Ranges {
  Range size;
  Range distance;
  Range border;

  [[nodiscard]] Elasticities middle() const {
    return {.size_first = size.at(0.5),
            .size_second = size.at(0.5),
            .distance = distance.at(0.5),
            .border = border.at(0.5)};
  }
};

Ranges checked_ranges(const RegionShareOptions& options) {
  const Ranges ranges = {.size = {"size", options.size_low, options.size_high},
                         .distance = {"distance", options.distance_low, options.distance_high},
                         .border = {"border", options.border_low, options.border_high}};
  for (const Range& range : {ranges.size, ranges.distance, ranges.border}) {
    if (range.low <= range.high) continue;
    throw InputError({.code = "bad-range",
                      .what = fmt::format("{}_low is {} and {}_high is {}", range.name, range.low,
                                          range.name, range.high),
                      .where = fmt::format("{}_low", range.name),
                      .why = "elasticities are drawn from the low end to the high end",
                      .fixes = {fmt::format("--{}-low {} --{}-high {}", range.name, range.high,
                                            range.name, range.low)}});
  }
  return ranges;
}

bool any_border(const std::vector<Region>& regions) {
  return std::any_of(regions.begin(), regions.end(), [](const Region& one) { return one.border; });
}

bool any_capital(const std::vector<Region>& regions) {
  return std::any_of(regions.begin(), regions.end(), [](const Region& one) { return one.capital; });
}

void check(const std::vector<Region>& first, const std::vector<Region>& second) {
  if (!any_border(first) || !any_border(second)) {
    throw InputError({.code = "no-border",
                      .what = "one of the two economies has no region on the common border",
                      .where = "regions",
                      .why = "two of the three definitions count border regions",
                      .fixes = {"--borders FILE with columns economy, partner, region"}});
  }
  if (!any_capital(first) && !any_capital(second)) {
    throw InputError({.code = "no-capital",
                      .what = "neither of the two economies has a capital among its regions",
                      .where = "regions, capital",
                      .why = "one of the three definitions leaves capitals out",
                      .fixes = {"put 1 in the column capital where the capital is"}});
  }
}

/// What one pair of regions brings into every draw.
struct Pair {
  std::size_t first;
  std::size_t second;
  double size_first_log;
  double size_second_log;
  double distance_log;
  std::array<bool, kShareDefinitions> counts;
};

std::vector<Pair> pairs_of(const std::vector<Region>& first, const std::vector<Region>& second) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < second.size(); ++j) {
      const Region& a = first[i];
      const Region& b = second[j];
      const double km = distance_km(a, b);
      if (km < kSamePlaceKm) {
        throw InputError({.code = "same-place",
                          .what = fmt::format("{} and {} lie at the same place", a.code, b.code),
                          .where = "regions",
                          .why = "trade falls with distance, and at no distance has no bound",
                          .fixes = {"give both the centre of their population"}});
      }
      pairs.push_back(
          {.first = i,
           .second = j,
           .size_first_log = std::log(a.size),
           .size_second_log = std::log(b.size),
           .distance_log = std::log(km),
           .counts = {a.border && b.border, a.border || b.border, !a.capital && !b.capital}});
    }
  }
  return pairs;
}

/// Fills `weights` with the shares of all pairs, which sum to one.
void spread(const std::vector<Pair>& pairs, const Elasticities& at, std::vector<double>& weights) {
  double total = 0.0;
  double largest = 0.0;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const Pair& pair = pairs[k];
    weights[k] = at.size_first * pair.size_first_log + at.size_second * pair.size_second_log +
                 at.distance * pair.distance_log + (pair.counts[0] ? at.border : 0.0);
    largest = k == 0 ? weights[k] : std::max(largest, weights[k]);
  }
  for (double& weight : weights) {
    weight = std::exp(weight - largest);
    total += weight;
  }
  for (double& weight : weights) weight /= total;
}

double counted(const std::vector<Pair>& pairs, const std::vector<double>& weights,
               std::size_t definition) {
  double share = 0.0;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    if (pairs[k].counts[definition]) share += weights[k];
  }
  return share;
}

DefinedShare defined_share(std::size_t definition, const std::vector<double>& shares,
                           const RegionShareOptions& options) {
  const double reach = options.rounding * options.figure;
  DefinedShare defined;
  defined.definition = static_cast<ShareDefinition>(definition);
  defined.share = interval_of(shares);
  const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
  defined.least = *least;
  defined.most = *most;
  const auto close = std::count_if(shares.begin(), shares.end(), [&](double share) {
    return std::abs(share - options.figure) <= reach;
  });
  defined.at_figure = static_cast<double>(close) / static_cast<double>(shares.size());
  defined.plausible =
      defined.share.low <= options.figure + reach && defined.share.high >= options.figure - reach;
  return defined;
}

std::vector<ShareEnds> ends_of(const std::vector<Pair>& pairs, const Ranges& ranges,
                               std::size_t definition) {
  std::vector<double> weights(pairs.size());
  std::vector<ShareEnds> ends;
  for (const Range& range : {ranges.size, ranges.distance, ranges.border}) {
    if (range.low == range.high) continue;
    const auto share_at = [&](double value) {
      Elasticities at = ranges.middle();
      if (range.name == "size") at.size_first = at.size_second = value;
      if (range.name == "distance") at.distance = value;
      if (range.name == "border") at.border = value;
      spread(pairs, at, weights);
      return counted(pairs, weights, definition);
    };
    ends.push_back({.elasticity = std::string(range.name),
                    .low = range.low,
                    .high = range.high,
                    .share_at_low = share_at(range.low),
                    .share_at_high = share_at(range.high)});
  }
  return ends;
}

}  // namespace

std::vector<Field<RegionShareOptions>> RegionShareOptions::fields() {
  using S = RegionShareOptions;
  return {
      make_field(&S::size_low, {.name = "size_low",
                                .doc = "least elasticity of trade in the size of a region",
                                .minimum = 0.0,
                                .maximum = 5.0}),
      make_field(&S::size_high, {.name = "size_high",
                                 .doc = "largest elasticity in size",
                                 .minimum = 0.0,
                                 .maximum = 5.0}),
      make_field(&S::distance_low, {.name = "distance_low",
                                    .doc = "strongest elasticity of trade in distance",
                                    .minimum = -10.0,
                                    .maximum = 0.0}),
      make_field(&S::distance_high, {.name = "distance_high",
                                     .doc = "weakest elasticity in distance",
                                     .minimum = -10.0,
                                     .maximum = 0.0}),
      make_field(&S::border_low,
                 {.name = "border_low",
                  .doc = "least extra trade between two border regions; raise it to see how much "
                         "of it a claim would need",
                  .unit = "log points",
                  .minimum = -5.0,
                  .maximum = 5.0}),
      make_field(&S::border_high, {.name = "border_high",
                                   .doc = "largest extra trade between two border regions",
                                   .unit = "log points",
                                   .minimum = -5.0,
                                   .maximum = 5.0}),
      make_field(&S::n_draws, {.name = "n_draws",
                               .doc = "draws of the elasticities",
                               .minimum = 100,
                               .maximum = 100000}),
      make_field(&S::figure, {.name = "figure",
                              .doc = "the claimed share",
                              .unit = "fraction",
                              .minimum = 0.01,
                              .maximum = 0.99}),
      make_field(&S::rounding,
                 {.name = "rounding",
                  .doc = "how far \"about\" reaches either side, as a part of the figure",
                  .unit = "fraction",
                  .minimum = 0.0,
                  .maximum = 0.5})};
}

std::string_view to_string(ShareDefinition definition) {
  constexpr std::array<std::string_view, kShareDefinitions> kNames = {
      "both_on_border", "either_on_border", "neither_capital"};
  return kNames[static_cast<std::size_t>(definition)];
}

double distance_km(const Region& a, const Region& b) {
  const double radian = std::numbers::pi / 180.0;
  const double north = std::sin((b.latitude_degrees - a.latitude_degrees) * radian / 2.0);
  const double east = std::sin((b.longitude_degrees - a.longitude_degrees) * radian / 2.0);
  const double chord = north * north + std::cos(a.latitude_degrees * radian) *
                                           std::cos(b.latitude_degrees * radian) * east * east;
  return 2.0 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(chord)));
}

RegionShares region_shares(std::vector<Region> first, std::vector<Region> second,
                           const RegionShareOptions& options, const Context& context) {
  const Ranges ranges = checked_ranges(options);
  check(first, second);
  for (std::vector<Region>* side : {&first, &second}) {
    std::sort(side->begin(), side->end(),
              [](const Region& a, const Region& b) { return a.code < b.code; });
  }
  const std::vector<Pair> pairs = pairs_of(first, second);
  RegionShares result = {
      .first = std::move(first), .second = std::move(second), .definitions = {}, .pairs = {}};

  std::vector<double> weights(pairs.size());
  std::array<std::vector<double>, kShareDefinitions> shares;
  for (Index draw = 0; draw < options.n_draws; ++draw) {
    context.throw_if_stopped();
    RandomStream random(context.seed, kRegionStream, static_cast<std::uint64_t>(draw));
    Elasticities at;
    at.size_first = ranges.size.at(random.uniform());
    at.size_second = ranges.size.at(random.uniform());
    at.distance = ranges.distance.at(random.uniform());
    at.border = ranges.border.at(random.uniform());
    spread(pairs, at, weights);
    for (std::size_t d = 0; d < shares.size(); ++d) {
      shares[d].push_back(counted(pairs, weights, d));
    }
  }
  spread(pairs, ranges.middle(), weights);
  for (std::size_t d = 0; d < shares.size(); ++d) {
    DefinedShare defined = defined_share(d, shares[d], options);
    const double middle = counted(pairs, weights, d);
    defined.needed_factor = options.figure * (1.0 - middle) / (middle * (1.0 - options.figure));
    defined.ends = ends_of(pairs, ranges, d);
    result.definitions.push_back(std::move(defined));
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    result.pairs.push_back({.first = pairs[k].first,
                            .second = pairs[k].second,
                            .distance_km = std::exp(pairs[k].distance_log),
                            .share = weights[k]});
    result.first[pairs[k].first].share += weights[k];
    result.second[pairs[k].second].share += weights[k];
  }
  std::stable_sort(
      result.pairs.begin(), result.pairs.end(),
      [](const RegionPairShare& a, const RegionPairShare& b) { return a.share > b.share; });
  return result;
}

}  // namespace altyn::attribution
