#pragma once

#include <vector>

#include "altyn/equilibrium/sector_precondition.h"
#include "altyn/equilibrium/sector_system.h"
#include "altyn/numerics/fixed_point.h"

namespace altyn::equilibrium::sector {

/// What a solve works on and leaves behind: the equations of its shock, evaluated at the answer.
/// Internal to the model's own files.
struct SolveState {
  System system;
  CoarseCorrection::Factors factors;
  std::vector<double> x;  ///< the state: StateView says what is where
  numerics::FixedPointWorkspace fixed_point;
  std::vector<double> workers_log;  ///< [n] change of the number of workers; empty = none moved
};

}  // namespace altyn::equilibrium::sector
