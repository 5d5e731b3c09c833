#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "altyn/core/status.h"
#include "altyn/core/types.h"

namespace altyn::numerics {

struct GmresOptions {
  double tolerance = 1e-10;    ///< on |b - A x| / |b|, Euclidean
  Index max_iterations = 300;  ///< products with A
  Index restart = 60;          ///< directions kept before starting over
};

struct GmresResult {
  SolveStatus status = SolveStatus::kNotRun;
  double residual = -1.0;  ///< |b - A x| / |b|
  Index iterations = 0;
};

/// Memory of the directions, reused between solves.
struct GmresWorkspace {
  std::vector<double> directions;  // [(restart + 1) * n]
  std::vector<double> product;     // [n]
  std::vector<double> hessenberg, cosine, sine, right;
};

/// out = A x.
using LinearMap = std::function<void(std::span<const double> x, std::span<double> out)>;

/// Solves A x = b by restarted GMRES from the start in `x`. Any preconditioner is part of `a`.
/// Status: kConverged, kIterationLimit, kStalled (a restart gained nothing), kNotFinite,
/// kCancelled. Cost per iteration: one product and two passes over the kept directions. Source:
/// Saad and Schultz (1986), modified Gram-Schmidt with Givens rotations.
GmresResult solve_gmres(const LinearMap& a, std::span<const double> b, std::span<double> x,
                        const GmresOptions& options, GmresWorkspace& workspace,
                        const std::stop_token& stop = {});

}  // namespace altyn::numerics
