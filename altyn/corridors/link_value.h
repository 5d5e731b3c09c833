#pragma once

#include <vector>

#include "altyn/corridors/counterfactual.h"
#include "altyn/equilibrium/adjoint.h"

namespace altyn::corridors {

/// The derivative of a measure of welfare by ln t of every link, today's traffic of all other
/// links held.
struct LinkValue {
  SolveStatus status = SolveStatus::kNotRun;
  double residual = -1.0;          ///< of the adjoint equations
  std::vector<double> slope;       ///< [links]
  std::vector<double> pair_slope;  ///< [n * n] by ln tau, exporter row
};

/// One adjoint solve of the equilibrium at its base gives the derivative by every pair's cost, in
/// all sectors together; one pass over routes turns it into that by every link's: equation (9).
/// `weight` [n] on ln real income. Errors: those of Routes.
/// Cost: one equilibrium, 10 to 40 sweeps, one routing, whatever the number of links.
[[nodiscard]] LinkValue link_values(const CorridorProblem& problem,
                                    const equilibrium::MultiSectorModel& model,
                                    const std::vector<double>& weight, Context& context);

/// The same for a world of one sector. Errors: also "no-adjoint" for a base with mobile workers,
/// intermediates or an elastic supply, whose adjoint there is none of.
[[nodiscard]] LinkValue link_values(const CorridorProblem& problem,
                                    const equilibrium::OneSectorBase& base,
                                    const equilibrium::OneSectorOptions& options,
                                    const std::vector<double>& weight, Context& context);

}  // namespace altyn::corridors
