#pragma once

#include "altyn/equilibrium/multi_sector_base.h"
#include "altyn/equilibrium/one_sector.h"

/// The one-sector world as a world of many sectors with one good, so that what is built on many
/// sectors (adjoint, decomposition, optimal tariffs) serves it too. Both models have the same
/// equilibrium; matrices change from exporter rows to importer rows.
namespace altyn::equilibrium {

/// Errors: InputError of check_base; "fixed-factors" for an elastic supply or mobile workers, which
/// the equations of many sectors leave out.
[[nodiscard]] MultiSectorBase one_good_base(const OneSectorBase& base);

/// The same shock. `numeraire` is that of the solve. Errors: InputError of check_shock;
/// "fixed-factors" for new endowments where an economy's wage is the numeraire.
[[nodiscard]] MultiSectorShock one_good_shock(const OneSectorBase& base,
                                              const OneSectorShock& shock,
                                              const std::string& numeraire = "world");

/// Exporter rows to importer rows, and back. Shape: [n * n].
[[nodiscard]] std::vector<double> transposed(const std::vector<double>& matrix, std::size_t n);

}  // namespace altyn::equilibrium
