#pragma once

#include <optional>

#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/equilibrium_line.h"
#include "altyn/attribution/world_trade.h"

namespace altyn::attribution {

/// How freely a pair trades with each other against each with itself, and the tariff that would
/// cost as much. Both ways together.
struct TradeCost {
  double freeness_log = 0.0;       ///< ln sqrt(X_ij X_ji / (X_ii X_jj)), the Head-Ries index
  double tariff_equivalent = 0.0;  ///< exp(-freeness_log / theta) - 1, Novy's index
};

/// Shapes: all flows > 0, in one unit; theta > 0, the trade elasticity (sigma - 1).
/// Source: Head and Ries (2001); Novy (2013), equation 6.
[[nodiscard]] TradeCost trade_cost(double there, double back, double domestic_first,
                                   double domestic_second, double theta);

/// The table "trade_costs": both indices of the claimed pair in every year of the table, on each
/// side's records, with the change on the year before; the ranges run over theta and over domestic
/// sales. Years without both flows or a world are left out; no rows when there are none.
[[nodiscard]] ResultTable trade_cost_table(const ClaimCase& claim_case, const WorldTrade& world,
                                           const WorldBuilder& build);

}  // namespace altyn::attribution
