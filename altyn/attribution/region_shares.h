#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/interval.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"

namespace altyn::attribution {

/// A first-level region of one of the two economies.
struct Region {
  std::string code{};
  std::string name{};
  std::string name_russian{};
  double population = 0.0;
  double size = 0.0;        ///< people, or a part of the economy: any unit, the same on one side
  std::string size_from{};  ///< "population", "product": what the size was taken from
  double latitude_degrees = 0.0;
  double longitude_degrees = 0.0;
  bool capital = false;  ///< is a capital
  bool border = false;   ///< lies on the common border
  double share = 0.0;    ///< of the trade of the two economies, at the middle; filled by the result
};

/// How trade is spread over pairs of regions, how sure that is, and what was claimed.
struct RegionShareOptions {
  double size_low = 0.9;
  double size_high = 1.2;
  double distance_low = -1.6;
  double distance_high = -0.8;
  double border_low = 0.0;
  double border_high = 0.0;
  Index n_draws = 2000;
  double figure = 0.7;
  double rounding = 0.05;

  static std::vector<Field<RegionShareOptions>> fields();
};

/// Which pairs of regions count.
enum class ShareDefinition { kBothOnBorder, kEitherOnBorder, kNeitherCapital };
inline constexpr std::size_t kShareDefinitions = 3;
/// "both_on_border", "either_on_border", "neither_capital".
[[nodiscard]] std::string_view to_string(ShareDefinition definition);

/// A share at the two ends of one elasticity, the others at the middle of their ranges.
struct ShareEnds {
  std::string elasticity{};  ///< "size", "distance", "border"
  double low = 0.0;
  double high = 0.0;
  double share_at_low = 0.0;
  double share_at_high = 0.0;
};

/// The share of the trade of two economies that counts under one definition.
struct DefinedShare {
  ShareDefinition definition = ShareDefinition::kBothOnBorder;
  Interval share{};        ///< over the draws
  double least = 0.0;      ///< of all draws
  double most = 0.0;       ///< of all draws
  double at_figure = 0.0;  ///< share of draws within the claim's rounding
  /// The claim, give or take its rounding, reaches into the interval.
  bool plausible = false;
  /// How many times as much the pairs that count would have to trade, at the middle, for the share
  /// to be the claimed one: f (1 - s) / (s (1 - f)).
  double needed_factor = 0.0;
  std::vector<ShareEnds> ends{};
};

/// One pair of regions at the middle of every range.
struct RegionPairShare {
  std::size_t first = 0;   ///< a region of the first economy, in the order of `RegionShares::first`
  std::size_t second = 0;  ///< and of the second
  double distance_km = 0.0;
  double share = 0.0;
};

struct RegionShares {
  std::vector<Region> first;              ///< by code
  std::vector<Region> second;             ///< by code
  std::vector<DefinedShare> definitions;  ///< [kShareDefinitions], in that order
  std::vector<RegionPairShare> pairs;     ///< largest share first
};

/// How much of the trade of two economies is trade of border regions, when only the total is known.
/// Trade between regions i and j is taken as proportional to size_i^a size_j^b distance_ij^d, and
/// to exp(c) where both lie on the border; the elasticities are drawn evenly from their ranges, a
/// and b apart. A share does not depend on the total.
/// A function of the regions, the options and the seed; the order of the regions does not matter.
/// Source: Salnikov and Filatov (2024) for elasticities of trade between regions (1.05 to 1.15 of
/// size, -1.15 of distance), which lie inside the default ranges.
/// Errors: InputError "bad-range" when a range is upside down, "no-border" when a side has no
/// border region, "no-capital" when neither side has a capital, "same-place" for regions whose
/// centres coincide. Cost: n_draws * regions^2.
[[nodiscard]] RegionShares region_shares(std::vector<Region> first, std::vector<Region> second,
                                         const RegionShareOptions& options, const Context& context);

/// Length of the great circle between two centres, km, on a sphere of radius 6,371.0088 km.
[[nodiscard]] double distance_km(const Region& a, const Region& b);

}  // namespace altyn::attribution
