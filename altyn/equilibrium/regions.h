#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/equilibrium/one_sector.h"

/// Sub-national regions: an economy becomes several, whose flows add up to what it had.
/// Equations: docs/models/regions.md.
namespace altyn::equilibrium {

/// How one economy splits.
struct RegionSplit {
  std::string economy{};                 ///< the code that disappears
  std::vector<std::string> regions{};    ///< [R] new codes
  std::vector<double> output_share{};    ///< [R] of the economy's output, summing to one
  std::vector<double> spending_share{};  ///< [R] of its spending (of many sectors: of its final
                                         ///< spending); empty = output_share
  std::vector<double> workers{};         ///< [R] numbers in any unit; empty = as output
  /// Workers move between the regions (OneSectorBase::mobility; the elasticity is set there).
  bool mobile_workers = false;
  /// [sector * R + region] output shares by sector in a world of many sectors, summing to one in
  /// each; empty = output_share in all of them.
  std::vector<double> sector_output_share{};
  /// [R] keys by which the regions share all customs revenue of the economy; empty = every region
  /// keeps what it collects. Where the economy is itself a member of a pool, its key is divided.
  std::vector<double> revenue_keys{};
};

/// How easily `seller` sells to `buyer`, in any unit: distance^-1, or flows themselves where they
/// are known. Called with the codes of the new world for every pair in which a region takes part.
using TradeEase = std::function<double(const std::string& seller, const std::string& buyer)>;

/// A world with regions and where its economies come from.
struct RegionalWorld {
  OneSectorBase base;
  std::vector<std::size_t> parent;  ///< [new] place in the old world
  double residual = 0.0;            ///< largest |ln(sum of flows / wanted)| of the balancing
};

/// Splits economies one after the other. Every split keeps the economy's flows with each partner
/// and with itself, its output, spending, tariffs and deficit; within these totals flows between
/// regions, and of regions with partners, follow `ease` (the entropy projection of the prior).
/// Errors: InputError for an unknown economy, a code that exists already, shares that are not
/// positive or do not sum to one ("regions-no-partition"), an ease that is negative or not finite,
/// flows that no scaling of the prior can reach ("regions-unreachable").
/// Cost: balancing one (n + R)^2 matrix per split.
[[nodiscard]] RegionalWorld split_into_regions(const OneSectorBase& base,
                                               const std::vector<RegionSplit>& splits,
                                               const TradeEase& ease);

/// Values by pair of the old world, given to every pair of the new one whose parents they belong
/// to. Pairs of regions of one economy get `inside`. Shapes: parent [new] place in the old world;
/// values [old * old], or several such tables after one another; result [new * new] each.
[[nodiscard]] std::vector<double> spread_pairs(const std::vector<std::size_t>& parent,
                                               const std::vector<double>& values, double inside);

/// of[at[k]] for every k: where places lead that were reached in two steps.
[[nodiscard]] std::vector<std::size_t> gathered(const std::vector<std::size_t>& of,
                                                const std::vector<std::size_t>& at);

/// Sums by parent: the old world's flows seen in the new one. Shapes: [new * new], [old * old].
[[nodiscard]] std::vector<double> gather_pairs(const RegionalWorld& world,
                                               const std::vector<double>& values);

}  // namespace altyn::equilibrium
