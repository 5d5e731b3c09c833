#pragma once

#include <string>
#include <vector>

#include "altyn/core/types.h"

/// Partial equilibrium of one industry in several markets at once (GSIM): goods differ by origin,
/// world prices of every origin clear its sales. First order in log changes.
/// Equations: docs/models/partial-equilibrium.md.
namespace altyn::equilibrium {

/// One industry. n regions, each an origin and a market.
struct GsimProblem {
  std::vector<std::string> regions;  ///< [n]
  std::vector<double> trade;         ///< [n * n] values at world prices, origin row, market column
  std::vector<double> tariff;        ///< [n * n] ad-valorem rates before
  std::vector<double> new_tariff;    ///< [n * n] and after
  std::vector<double> demand_elasticity;        ///< [n] of the industry in each market, below 0
  std::vector<double> supply_elasticity;        ///< [n] of each origin's exports, above 0
  std::vector<double> substitution_elasticity;  ///< [n] between origins in each market, above 0
};

/// Changes are fractions of the base (first order); values in the problem's currency.
struct GsimResult {
  std::vector<double> world_price_change;      ///< [n] of each origin
  std::vector<double> quantity_change;         ///< [n * n] of every flow
  std::vector<double> trade;                   ///< [n * n] new values at world prices
  std::vector<double> output_change;           ///< [n] of each origin's sales, in quantity
  std::vector<double> composite_price_change;  ///< [n] of what each market buys
  std::vector<double> producer_surplus;        ///< [n]
  std::vector<double> consumer_surplus;        ///< [n]
  std::vector<double> revenue_change;          ///< [n] of tariff revenue
  std::vector<double> welfare;                 ///< [n] their sum
};

/// Solves the linear system of world prices, equation (3).
/// Errors: InputError for shapes, negative flows, an origin that sells or a market that buys
/// nothing, elasticities of the wrong sign, tariffs at or below -100%.
/// Source: Francois and Hall (2003), "Global simulation analysis of industry-level trade policy".
[[nodiscard]] GsimResult solve_gsim(const GsimProblem& problem);

}  // namespace altyn::equilibrium
