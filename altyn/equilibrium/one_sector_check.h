#pragma once

#include <span>
#include <vector>

#include "altyn/equilibrium/one_sector.h"

namespace altyn::equilibrium {

/// What the checked base implies at the factory gate (docs/models/one-sector.md, section 1).
struct OneSectorAccounts {
  std::vector<double> output;       ///< [n] Y: sales without tariffs
  std::vector<double> expenditure;  ///< [n] E: spending with tariffs
  std::vector<double> spending;     ///< [n] S: spending without tariffs
  std::vector<double> collected;    ///< [n] R = E - S
  std::vector<double> received;     ///< [n] what pools leave of it
  std::vector<double> value_added;  ///< [n] beta Y
  std::vector<double> deficit;      ///< [n] D = E - Y - received
  std::vector<PoolPlaces> pools;
};

/// Checks a base and adds up its accounts. Errors: InputError naming the economy or the pair.
[[nodiscard]] OneSectorAccounts check_base(const OneSectorBase& base);

/// Adds up duties: what every importer collects, and what it receives when members of a pool share
/// what they collect from outsiders (from each other too, if the pool says so).
/// Shapes: tax [n * n] values, exporter rows; collected, received [n].
void share_duties(const std::vector<PoolPlaces>& pools, std::span<const double> tax,
                  std::span<double> collected, std::span<double> received);

/// Checks the shapes and ranges of a shock. Errors: InputError naming the economy or the pair.
void check_shock(const OneSectorBase& base, const OneSectorShock& shock);

}  // namespace altyn::equilibrium
