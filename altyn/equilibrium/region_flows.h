#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/equilibrium/closure.h"
#include "altyn/equilibrium/regions.h"

/// What a split of one economy does to codes, flows, pools and workers, whatever the model.
/// Internal to regions.cpp and sector_regions.cpp.
namespace altyn::equilibrium {

/// The order of a world in which one economy's place is taken by its regions.
struct RegionLayout {
  std::size_t home = 0;             ///< the economy's place in the old order
  std::size_t n_old = 0;            ///< economies before
  std::vector<std::string> codes;   ///< [new]
  std::vector<std::size_t> from;    ///< [new] place in the old order
  std::vector<std::size_t> region;  ///< [new] number of the region; 0 elsewhere
  [[nodiscard]] bool is_region(std::size_t place) const { return from[place] == home; }
};

/// Checks a split and lays out its world. Errors: InputError as split_into_regions.
[[nodiscard]] RegionLayout layout_of(const std::vector<std::string>& economies,
                                     const RegionSplit& split);

/// Checks shares of regions: one each, positive, summing to one. `name` is the field's.
void check_region_shares(const RegionSplit& split, const std::vector<double>& shares,
                         const std::string& name);

/// Flows of one economy, in any one valuation in which what is sold sums to what is bought.
struct NationFlows {
  std::string good;                    ///< for messages; "" where there is only one
  std::vector<double> sold{};          ///< [old] by every economy to the nation; own place unused
  std::vector<double> bought{};        ///< [old] by every economy from the nation; own place unused
  std::vector<double> region_sells{};  ///< [R] in all
  std::vector<double> region_buys{};   ///< [R] in all
};

/// Divides the flows among regions: the entropy projection of `ease` times sizes on the totals.
/// `set(seller, buyer, value)` receives every pair with a region in it, by place in the new order.
/// Returns the largest |ln(sum / wanted)|. Errors: "ease-range", "regions-unreachable".
double divide_flows(const RegionSplit& split, const RegionLayout& layout, const NationFlows& flows,
                    const TradeEase& ease,
                    const std::function<void(std::size_t, std::size_t, double)>& set);

/// A member's key is divided among its regions, or the regions form a pool of their own.
void split_pools(std::vector<RevenuePool>& pools, const RegionSplit& split);

/// Nations and numbers of workers in the new order; `stand_in` [old] is used where no numbers are
/// given.
[[nodiscard]] LabourMobility split_mobility(const LabourMobility& old, const RegionSplit& split,
                                            const RegionLayout& layout,
                                            const std::vector<double>& stand_in);

}  // namespace altyn::equilibrium
