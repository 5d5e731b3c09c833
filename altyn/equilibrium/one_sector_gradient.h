#pragma once

#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/status.h"
#include "altyn/equilibrium/one_sector.h"

namespace altyn::equilibrium {

/// A scalar of a one-sector equilibrium: a weighted sum of outcomes. Empty vectors weigh nothing.
struct OneSectorMeasure {
  std::vector<double> welfare_log{};        ///< [n] weights on ln real income
  std::vector<double> revenue_collected{};  ///< [n] on duties at the border, in the base's currency
  std::vector<double> paid_by_pool{};       ///< [n] on what a pool pays out to its members
};

/// Derivatives of a measure at an equilibrium, everything else held. Matrices have exporter rows
/// and importer columns, as the base has.
struct OneSectorGradient {
  SolveStatus status = SolveStatus::kNotRun;  ///< of the solve, or else of the linear solve
  double value = 0.0;                         ///< of the measure
  std::vector<double> tariff;                 ///< [n * n] by ln(1 + rate)
  std::vector<double> cost;                   ///< [n * n] by ln iceberg cost
  std::vector<double> productivity_log;       ///< [n]
  double theta = 0.0;
};

/// Gradient of a measure at the equilibrium after `shock`, by the adjoint of the many-sector
/// equations with one good (adjoint.h, one_good.h). Errors: as one_good_base and one_good_shock.
/// Cost: about two solves, whatever the number of derivatives.
[[nodiscard]] OneSectorGradient one_sector_gradient(const OneSectorBase& base,
                                                    const OneSectorShock& shock,
                                                    const OneSectorMeasure& measure,
                                                    const OneSectorOptions& options,
                                                    Context& context);

}  // namespace altyn::equilibrium
