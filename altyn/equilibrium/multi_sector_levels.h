#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector_base.h"

namespace altyn::equilibrium {

/// The observed world in values, any one currency. Shapes and orders as in MultiSectorBase.
struct MultiSectorLevels {
  std::vector<std::string> economies{};
  std::vector<std::string> sectors{};
  std::vector<std::string> factors = {"value added"};
  std::vector<double>
      trade{};  ///< [sector, importer, exporter] at the border: export tax included,
                ///< the importer's duty not; domestic sales on the diagonal
  std::vector<double> tariff{};            ///< [sector, importer, exporter] rates; empty = none
  std::vector<double> export_tax{};        ///< same shape; empty = none
  std::vector<double> intermediate_use{};  ///< [economy, input, output] as producers pay it; empty
                                           ///< = no inputs
  std::vector<double> value_added{};       ///< [factor, sector, economy]
  std::vector<double> theta{};             ///< [sector]
  std::vector<double> entry{}, selection{};  ///< [sector], may be empty
  std::vector<RevenuePool> pools{};
  LabourMobility mobility{};
  std::size_t mobile_factor = 0;
};

/// What to do where producers use more of a good than the economy buys.
enum class NegativeFinalUse {
  kRefuse,  ///< InputError
  kClip,    ///< final use is set to zero; the base then misses its equations and wants repair
};

struct BaseFromLevels {
  MultiSectorBase base;
  /// Largest |log| gap between the sales of a sector and its recorded costs, and where; cost shares
  /// are applied to sales.
  double largest_cost_gap_log = 0.0;
  std::string worst_cost_gap;
  /// Negative final use set to zero, over world income.
  double clipped_share = 0.0;
};

/// Shares from values. Output is sales; final use is what producers leave of each good; deficits
/// are imports less exports. Without clipping the base is an equilibrium exactly. Errors:
/// InputError naming economy and sector for wrong shapes, negative values, a sector that sells but
/// records no costs, "negative-final-use"; then as checked_base.
[[nodiscard]] BaseFromLevels base_from_levels(
    const MultiSectorLevels& levels, NegativeFinalUse negative = NegativeFinalUse::kRefuse);

}  // namespace altyn::equilibrium
