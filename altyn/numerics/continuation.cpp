#include "altyn/numerics/continuation.h"

#include <algorithm>

namespace altyn::numerics {

ContinuationResult follow_path(const PathSolver& solve, std::vector<double>& x) {
  constexpr double kSmallestStep = 1.0 / 4096.0;
  ContinuationResult result;
  // The direct attempt, in place: nothing is copied unless it fails.
  std::vector<double> start;
  const auto attempt = [&](double t) {
    const PathSolve solved = solve(t, x);
    ++result.solves;
    result.iterations += solved.iterations;
    result.status = solved.status;
    return solved.status == SolveStatus::kConverged;
  };
  start = x;
  if (attempt(1.0)) {
    result.reached = 1.0;
    return result;
  }
  std::vector<double> at = start;      // the solution at result.reached
  std::vector<double> before = start;  // the solution one step earlier
  double last_step = 0.0;
  double step = 0.25;
  while (result.reached < 1.0) {
    if (result.status == SolveStatus::kCancelled) break;
    if (step < kSmallestStep) {
      result.status = SolveStatus::kStalled;
      break;
    }
    const double target = std::min(1.0, result.reached + step);
    const double taken = target - result.reached;
    x = at;
    if (last_step > 0.0) {
      for (std::size_t i = 0; i < x.size(); ++i) x[i] += (at[i] - before[i]) * (taken / last_step);
    }
    if (attempt(target)) {
      std::swap(before, at);
      at = x;
      last_step = taken;
      result.reached = target;
      step *= 2.0;
    } else {
      step = taken / 4.0;
    }
  }
  x = at;
  return result;
}

}  // namespace altyn::numerics
