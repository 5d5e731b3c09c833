#pragma once

#include "altyn/equilibrium/multi_sector_base.h"

namespace altyn::equilibrium {

/// Shares may miss their sum by this much (printed shares are rounded); they are then rescaled.
inline constexpr double kShareTolerance = 1e-4;

/// The base with shares rescaled to sum exactly, deficits to zero, and empty value-added shares and
/// deficits filled in. Errors: InputError naming economy and sector, see MultiSectorModel.
[[nodiscard]] MultiSectorBase checked_base(MultiSectorBase base);

/// Checks the shapes and ranges of a shock on a checked base. Errors: InputError naming economies
/// and sector.
void check_shock(const MultiSectorBase& base, const MultiSectorShock& shock);

}  // namespace altyn::equilibrium
