#pragma once

#include <vector>

#include "altyn/equilibrium/multi_sector_base.h"

namespace altyn::equilibrium {

/// Values that a base implies at its own prices: equations (4), (5) and (6) without hats.
struct SectorAccounts {
  std::vector<double> output;         ///< [sector, economy] at the producer's price
  std::vector<double> use;            ///< [sector, economy] by producers and final buyers
  std::vector<double> income;         ///< [economy] factors, duties, export taxes, deficit
  std::vector<double> duty;           ///< [economy] import duties collected
  std::vector<double> duty_pooled;    ///< [economy] of these, paid into a pool
  std::vector<double> duty_received;  ///< [economy] from a pool
  std::vector<double> export_duty;    ///< [economy] export taxes collected
  std::vector<double> imports;        ///< [economy] at the border, before the importer's duty
  std::vector<double> exports;        ///< [economy] at the border, export tax included
  std::vector<double> factor_use;     ///< [factor, economy] paid to factors by producers
};

/// The accounts that go with spending [sector, economy]. Spending solves the base's equations where
/// `use` equals it. Cost: one pass over the trade shares and one over the input shares.
[[nodiscard]] SectorAccounts accounts_of(const MultiSectorBase& base,
                                         const std::vector<double>& expenditure);

}  // namespace altyn::equilibrium
