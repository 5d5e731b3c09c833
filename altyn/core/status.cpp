#include "altyn/core/status.h"

namespace altyn {

std::string_view to_string(SolveStatus status) {
  switch (status) {
    case SolveStatus::kNotRun:
      return "not_run";
    case SolveStatus::kConverged:
      return "converged";
    case SolveStatus::kIterationLimit:
      return "iteration_limit";
    case SolveStatus::kStalled:
      return "stalled";
    case SolveStatus::kNotFinite:
      return "not_finite";
    case SolveStatus::kNoSolution:
      return "no_solution";
    case SolveStatus::kCancelled:
      return "cancelled";
  }
  return "not_run";
}

}  // namespace altyn
