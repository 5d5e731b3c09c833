#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/types.h"

namespace altyn::numerics {

/// min over x >= 0, sum x = 1 of |A x - b|^2 / m + ridge |x|^2.
struct SimplexLeastSquares {
  std::string subject{};         ///< for the certificate
  std::vector<double> matrix{};  ///< A, [m * n] by row
  std::vector<double> target{};  ///< b, [m]
  double ridge = 0.0;            ///< >= 0; at least 1e-13 of the mean diagonal of A'A / m is used
  bool intercept = false;        ///< A x + a - b in place of A x - b, a free
};

struct SimplexSolution {
  std::vector<double> weights{};  ///< x, [n]
  double mean_square = 0.0;       ///< |A x (+ a) - b|^2 / m
  Certificate certificate{};      ///< blocks "weights" and "optimality"
};

/// Solves by an active set: the free weights solve their equations, a weight that would turn
/// negative stops the step and leaves, the most violated one enters. Their equations are least
/// squares, solved by orthogonal factors: more weights than rows need no ridge. Optimality is the
/// largest violation of the Karush-Kuhn-Tucker conditions over the size of the gradient's terms.
/// Source: Nocedal and Wright (2006), Numerical Optimization, algorithm 16.3.
/// Errors: InternalError on shapes that do not match. Cost: rounds of (m + k) k^2, k the free
/// weights.
[[nodiscard]] SimplexSolution solve_simplex(const SimplexLeastSquares& problem);

}  // namespace altyn::numerics
