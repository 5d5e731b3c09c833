#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "altyn/core/status.h"
#include "altyn/numerics/gmres.h"

namespace altyn::numerics {

/// A fixed point x = g(x) with the derivative of g, and a preconditioner.
struct NewtonProblem {
  /// Writes g(x) - x into `gap` and returns the residual of the caller's own equations; a residual
  /// that is not finite marks x as outside the domain. Later calls of `slope` refer to this x.
  std::function<double(std::span<const double> x, std::span<double> gap)> evaluate;
  /// out = g'(x) direction.
  LinearMap slope;
  /// In place: an approximation of (I - g'(x))^-1. May be empty.
  std::function<void(std::span<double>)> precondition;
};

struct NewtonOptions {
  double tolerance = 1e-10;   ///< on the residual that evaluate returns
  Index max_iterations = 60;  ///< Newton steps
  Index max_products = 3000;  ///< of all steps
  double largest_step = 2.0;  ///< log points of any component in one step
};

struct NewtonResult {
  SolveStatus status = SolveStatus::kNotRun;
  double residual = -1.0;
  Index iterations = 0;
  Index products = 0;  ///< products with the derivative
  Index evaluations = 0;
};

/// Newton's method with GMRES steps and a line search on the preconditioned gap. On return `x` is
/// the best point. Status: kConverged, kIterationLimit, kStalled (no step along the direction
/// improves), kNotFinite (the start is outside the domain), kCancelled.
/// Source: Eisenstat and Walker (1996) for the forcing term; Armijo backtracking.
[[nodiscard]] NewtonResult solve_newton_krylov(const NewtonProblem& problem, std::span<double> x,
                                               const NewtonOptions& options,
                                               const std::stop_token& stop = {});

}  // namespace altyn::numerics
