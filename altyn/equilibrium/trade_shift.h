#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

/// How imports moved between favoured suppliers and the others. Values at the border (without the
/// importer's duty), new less old, in the base's currency at the numeraire. In every place
///   favoured = creation + diversion:
/// what favoured suppliers gain is either new imports or taken from other suppliers.
struct TradeShift {
  std::vector<double> favoured;   ///< [sector, economy] change of imports from favoured suppliers
  std::vector<double> creation;   ///< [sector, economy] change of all imports
  std::vector<double> diversion;  ///< [sector, economy] fall of imports from the others
  std::vector<double> domestic;   ///< [sector, economy] change of domestic sales
};

/// `favoured` [importer, exporter] marks the suppliers whose access improved, such as the partners
/// of an agreement. `result` must hold trade shares.
/// Errors: InputError for a wrong shape.
[[nodiscard]] TradeShift trade_shift(const MultiSectorModel& model, const MultiSectorShock& shock,
                                     const MultiSectorResult& result,
                                     const std::vector<bool>& favoured);

/// The suppliers whose cost of delivery to the importer falls in some sector and rises in none
/// [importer, exporter].
[[nodiscard]] std::vector<bool> favoured_suppliers(const MultiSectorBase& base,
                                                   const MultiSectorShock& shock);

}  // namespace altyn::equilibrium
