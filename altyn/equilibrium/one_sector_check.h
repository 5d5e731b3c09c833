#pragma once

#include "altyn/equilibrium/one_sector.h"

namespace altyn::equilibrium {

/// What the checked base implies at the factory gate (docs/models/one-sector.md, section 1).
struct OneSectorAccounts {
  std::vector<double> output;       ///< [n] Y: sales without tariffs
  std::vector<double> expenditure;  ///< [n] E: spending with tariffs
  std::vector<double> spending;     ///< [n] S: spending without tariffs
  std::vector<double> revenue;      ///< [n] R = E - S
  std::vector<double> deficit;      ///< [n] D = S - Y
};

/// Checks a base and adds up its accounts. Errors: InputError naming the economy or the pair.
[[nodiscard]] OneSectorAccounts check_base(const OneSectorBase& base);

/// Checks the shapes and ranges of a shock. Errors: InputError naming the economy or the pair.
void check_shock(const OneSectorBase& base, const OneSectorShock& shock);

}  // namespace altyn::equilibrium
