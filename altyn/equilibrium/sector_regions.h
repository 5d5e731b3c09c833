#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector_base.h"
#include "altyn/equilibrium/regions.h"

/// Sub-national regions in a world of many sectors. Equations: docs/models/regions.md.
namespace altyn::equilibrium {

/// As TradeEase, for goods of one sector (its place in the base).
using SectorTradeEase =
    std::function<double(const std::string& seller, const std::string& buyer, std::size_t sector)>;

/// A world with regions and where its economies come from.
struct SectorRegionalWorld {
  MultiSectorBase base;
  std::vector<std::size_t> parent;  ///< [new] place in the old world
  double residual = 0.0;            ///< largest |ln(sum of flows / wanted)| of the balancing
};

/// Splits economies one after the other, sector by sector. A region has its shares of the economy's
/// output in every sector and of its final spending; it produces and consumes with the economy's
/// shares of cost and spending, so that its purchases of every good follow. The economy's flows
/// with each partner and with itself, its output, tariffs, incomes and deficit stay. The base may
/// miss its equations; the split misses them no more.
/// Errors: InputError as split_into_regions; "regions-domestic-duty" for an economy that taxes its
/// own goods; those of checked_base. Cost: balancing one (n + R)^2 matrix per sector and split.
[[nodiscard]] SectorRegionalWorld split_sector_regions(const MultiSectorBase& base,
                                                       const std::vector<RegionSplit>& splits,
                                                       const SectorTradeEase& ease);

/// A shock of the old world in the new one: regions share what their economy does. Its pools are
/// divided as those of the base. Deficits of the shock must be empty.
[[nodiscard]] MultiSectorShock spread_shock(const SectorRegionalWorld& world,
                                            const std::vector<RegionSplit>& splits,
                                            const MultiSectorShock& national);

}  // namespace altyn::equilibrium
