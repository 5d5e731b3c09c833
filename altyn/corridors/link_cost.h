#pragma once

#include <map>
#include <string>
#include <vector>

#include "altyn/corridors/network.h"

namespace altyn::corridors {

/// What time and distance cost.
struct LinkCostParameters {
  double day_share = 0.0;        ///< of the goods' value, per day of travel or waiting
  double consignment_usd = 0.0;  ///< value of the goods that fees and rates are paid for
  std::map<std::string, double> usd_per_km{};  ///< by mode, per consignment
};

/// Equation (1): ln t of every link, above zero. Shape [links].
/// Errors: InputError "missing-rate" naming the row whose mode has no rate, "bad-parameter" for a
/// parameter out of range.
[[nodiscard]] std::vector<double> link_costs(const Network& network,
                                             const LinkCostParameters& parameters);

}  // namespace altyn::corridors
