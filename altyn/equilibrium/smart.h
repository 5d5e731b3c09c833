#pragma once

#include <limits>
#include <string>
#include <vector>

/// Partial equilibrium of one product in one import market (SMART): what a tariff change creates,
/// what it diverts between suppliers, and what it does to revenue.
/// Equations: docs/models/partial-equilibrium.md.
namespace altyn::equilibrium {

/// One market. Values are before duty, any one currency.
struct SmartMarket {
  std::vector<std::string> partners;     ///< [n]
  std::vector<double> imports;           ///< [n]
  std::vector<double> tariff;            ///< [n] rates before
  std::vector<double> new_tariff;        ///< [n] and after
  double demand_elasticity = -1.0;       ///< of imports to their price, below 0
  double substitution_elasticity = 1.5;  ///< between partners, above 0
  double supply_elasticity = std::numeric_limits<double>::infinity();  ///< of exports, above 0
};

struct SmartResult {
  std::vector<double> creation;      ///< [n]
  std::vector<double> diversion;     ///< [n] sums to zero
  std::vector<double> price_effect;  ///< [n] of dearer supply; zero where supply is unlimited
  std::vector<double> imports;       ///< [n] new, before duty
  double revenue = 0.0;              ///< new less old
  double revenue_before = 0.0;
  double consumer_surplus = 0.0;  ///< gain of buyers
  double welfare = 0.0;           ///< consumer surplus and revenue
};

/// Errors: InputError for shapes, negative imports, elasticities of the wrong sign, tariffs at or
/// below -100%.
/// Source: Laird and Yeats (1986); Jammes and Olarreaga (2005), "Explaining SMART and GSIM".
[[nodiscard]] SmartResult solve_smart(const SmartMarket& market);

}  // namespace altyn::equilibrium
