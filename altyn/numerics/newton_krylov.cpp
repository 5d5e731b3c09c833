#include "altyn/numerics/newton_krylov.h"

#include <algorithm>
#include <cmath>

namespace altyn::numerics {
namespace {

double length(std::span<const double> a) {
  double sum = 0.0;
  for (const double value : a) sum += value * value;
  return std::sqrt(sum);
}

}  // namespace

NewtonResult solve_newton_krylov(const NewtonProblem& problem, std::span<double> x,
                                 const NewtonOptions& options, const std::stop_token& stop) {
  const std::size_t n = x.size();
  std::vector<double> gap(n), merit(n), step(n), trial(n), trial_gap(n), trial_merit(n);
  GmresWorkspace workspace;
  NewtonResult result;
  const auto evaluate = [&](std::span<const double> at, std::vector<double>& raw,
                            std::vector<double>& scaled) {
    ++result.evaluations;
    const double residual = problem.evaluate(at, raw);
    scaled = raw;
    if (problem.precondition) problem.precondition(scaled);
    return residual;
  };
  result.residual = evaluate(x, gap, merit);
  double size = length(merit);
  if (!std::isfinite(result.residual) || !std::isfinite(size)) {
    result.status = SolveStatus::kNotFinite;
    return result;
  }
  double forcing = 0.1;
  while (result.residual > options.tolerance) {
    if (stop.stop_requested()) {
      result.status = SolveStatus::kCancelled;
      return result;
    }
    if (result.iterations >= options.max_iterations || result.products >= options.max_products) {
      result.status = SolveStatus::kIterationLimit;
      return result;
    }
    ++result.iterations;
    // M (I - g') step = M gap.
    const LinearMap matrix = [&](std::span<const double> direction, std::span<double> out) {
      problem.slope(direction, out);
      for (std::size_t i = 0; i < n; ++i) out[i] = direction[i] - out[i];
      if (problem.precondition) problem.precondition(out);
    };
    std::fill(step.begin(), step.end(), 0.0);
    const GmresResult solved =
        solve_gmres(matrix, merit, step,
                    {.tolerance = forcing, .max_iterations = 240, .restart = 80}, workspace, stop);
    result.products += solved.iterations;
    double largest = 0.0;
    for (const double value : step) largest = std::max(largest, std::abs(value));
    if (!std::isfinite(largest) || largest == 0.0) {
      result.status = SolveStatus::kStalled;
      return result;
    }
    double fraction = std::min(1.0, options.largest_step / largest);
    bool accepted = false;
    for (int halvings = 0; halvings < 12; ++halvings, fraction /= 2.0) {
      for (std::size_t i = 0; i < n; ++i) trial[i] = x[i] + fraction * step[i];
      const double residual = evaluate(trial, trial_gap, trial_merit);
      const double trial_size = length(trial_merit);
      if (!std::isfinite(residual) || !(trial_size <= (1.0 - 1e-4 * fraction) * size)) continue;
      const double ratio = trial_size / size;
      forcing = std::clamp(0.9 * ratio * ratio, 1e-4, 0.1);
      std::copy(trial.begin(), trial.end(), x.begin());
      gap.swap(trial_gap);
      merit.swap(trial_merit);
      size = trial_size;
      result.residual = residual;
      accepted = true;
      break;
    }
    if (!accepted) {
      // Leave the caller's functions at the point that is returned.
      result.residual = evaluate(x, gap, merit);
      result.status =
          result.residual <= options.tolerance ? SolveStatus::kConverged : SolveStatus::kStalled;
      return result;
    }
  }
  result.status = SolveStatus::kConverged;
  return result;
}

}  // namespace altyn::numerics
