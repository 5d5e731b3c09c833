#pragma once

#include <functional>
#include <vector>

#include "altyn/core/status.h"
#include "altyn/core/types.h"

namespace altyn::numerics {

struct ContinuationResult {
  SolveStatus status = SolveStatus::kNotRun;
  double reached = 0.0;  ///< the largest t that was solved
  Index solves = 0;      ///< calls of the solver, failed ones included
  Index iterations = 0;  ///< of all solves
};

/// One solve of the problem at t from the start in `x`, which it replaces by the solution.
struct PathSolve {
  SolveStatus status = SolveStatus::kNotRun;
  Index iterations = 0;
};
using PathSolver = std::function<PathSolve(double t, std::vector<double>& x)>;

/// Solves a family of problems at t = 1 given the solution `x` at t = 0. It tries t = 1 at once;
/// when that fails it walks there by steps that shrink by four after a failure and double after a
/// success, starting each solve at the secant prediction. On return `x` is the solution at
/// `reached`. Status: that of the last solve; kStalled when steps of 1/4096 fail.
[[nodiscard]] ContinuationResult follow_path(const PathSolver& solve, std::vector<double>& x);

}  // namespace altyn::numerics
