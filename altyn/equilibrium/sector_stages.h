#pragma once

#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

/// Trade in three stages of adjustment, values at the border (without the importer's duty) in the
/// base's currency [sector, importer, exporter].
struct SectorStages {
  std::vector<double> base;
  std::vector<double> direct;       ///< the cell's own wedges alone: no price answers
  std::vector<double> conditional;  ///< prices and costs of inputs answer, (1) and (2); factor
                                    ///< rewards and spending stay
  std::vector<double> full;         ///< the equilibrium
  Certificate certificate;          ///< of the conditional stage's price equations
};

/// `result` must hold trade shares. Entry and selection do not answer before the full stage.
/// Cost: about 30 passes over the trade and input shares.
[[nodiscard]] SectorStages sector_stages(const MultiSectorModel& model,
                                         const MultiSectorShock& shock,
                                         const MultiSectorResult& result, Context& context);

}  // namespace altyn::equilibrium
