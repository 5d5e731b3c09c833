#pragma once

#include <string_view>

namespace altyn {

/// How a solve ended. A result whose status is not kConverged carries its last iterate and
/// residuals, but no surface prints its numbers as an answer.
enum class SolveStatus {
  kNotRun,          ///< nothing was solved yet; every number is a sentinel
  kConverged,       ///< the equations hold to the stated tolerance
  kIterationLimit,  ///< ran out of iterations
  kStalled,         ///< the residual stopped falling above the tolerance
  kNotFinite,       ///< an iterate overflowed or lost its meaning
  kNoSolution,      ///< the problem has no finite solution (separation, a closed economy in debt)
  kCancelled,       ///< stopped on request
};

/// The name used in JSON, tables and Python: "converged", "iteration_limit", ...
[[nodiscard]] std::string_view to_string(SolveStatus status);

}  // namespace altyn
