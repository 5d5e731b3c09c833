#include "altyn/numerics/simplex_least_squares.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"

namespace altyn::numerics {
namespace {

constexpr double kSmallestRidge = 1e-13;
constexpr double kTolerance = 1e-10;

/// A quadratic x'Qx / 2 - c'x over the simplex.
struct Quadratic {
  Eigen::MatrixXd q;
  Eigen::VectorXd c;
};

Eigen::VectorXd gradient(const Quadratic& quadratic, const Eigen::VectorXd& x) {
  return quadratic.q * x - quadratic.c;
}

/// The minimum over the free weights, which sum to one and may be negative.
Eigen::VectorXd free_minimum(const Quadratic& quadratic, const std::vector<Eigen::Index>& free) {
  const auto k = static_cast<Eigen::Index>(free.size());
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(k + 1, k + 1);
  Eigen::VectorXd right(k + 1);
  const double scale = quadratic.q.diagonal().maxCoeff();
  for (Eigen::Index a = 0; a < k; ++a) {
    for (Eigen::Index b = 0; b < k; ++b) {
      system(a, b) =
          quadratic.q(free[static_cast<std::size_t>(a)], free[static_cast<std::size_t>(b)]);
    }
    system(a, k) = system(k, a) = scale;
    right(a) = quadratic.c(free[static_cast<std::size_t>(a)]);
  }
  right(k) = scale;
  return system.partialPivLu().solve(right).head(k);
}

Eigen::Index best_vertex(const Quadratic& quadratic) {
  Eigen::Index best = 0;
  const Eigen::VectorXd value = 0.5 * quadratic.q.diagonal() - quadratic.c;
  value.minCoeff(&best);
  return best;
}

struct Optimality {
  double violation = 0.0;      // relative to the terms of the gradient
  Eigen::Index entering = -1;  // the most violated weight at zero
  std::size_t worst = 0;
};

Optimality optimality(const Quadratic& quadratic, const Eigen::VectorXd& x) {
  const Eigen::VectorXd slope = gradient(quadratic, x);
  const double level = slope.dot(x);  // the multiplier of the sum
  const double scale = (quadratic.q.cwiseAbs() * x + quadratic.c.cwiseAbs()).maxCoeff();
  Optimality found;
  double lowest = 0.0;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double excess = slope(k) - level;
    const double violation = (x(k) > 0.0 ? std::abs(excess) : std::max(-excess, 0.0)) / scale;
    if (violation > found.violation) {
      found.violation = violation;
      found.worst = static_cast<std::size_t>(k);
    }
    if (x(k) == 0.0 && excess < lowest) {
      lowest = excess;
      found.entering = k;
    }
  }
  return found;
}

}  // namespace

SimplexSolution solve_simplex(const SimplexLeastSquares& problem) {
  const auto m = static_cast<Eigen::Index>(problem.target.size());
  ALTYN_CHECK(
      m > 0 && !problem.matrix.empty() && problem.matrix.size() % problem.target.size() == 0,
      "a matrix with one row per target");
  const Eigen::Index n = static_cast<Eigen::Index>(problem.matrix.size()) / m;
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::MatrixXd a = Eigen::Map<const RowMajor>(problem.matrix.data(), m, n);
  Eigen::VectorXd b = Eigen::Map<const Eigen::VectorXd>(problem.target.data(), m);
  if (problem.intercept) {
    a.rowwise() -= a.colwise().mean().eval();
    b.array() -= b.mean();
  }
  Quadratic quadratic = {a.transpose() * a / static_cast<double>(m),
                         a.transpose() * b / static_cast<double>(m)};
  const double smallest = kSmallestRidge * std::max(quadratic.q.trace() / static_cast<double>(n),
                                                    std::numeric_limits<double>::min());
  quadratic.q.diagonal().array() += std::max(problem.ridge, smallest);

  Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
  std::vector<Eigen::Index> free = {best_vertex(quadratic)};
  x(free.front()) = 1.0;
  const int most_rounds = static_cast<int>(20 * n + 100);
  int rounds = 0;
  Optimality found = optimality(quadratic, x);
  while (rounds < most_rounds && found.violation > 0.1 * kTolerance && found.entering >= 0) {
    free.push_back(found.entering);
    for (; rounds < most_rounds; ++rounds) {
      const Eigen::VectorXd wanted = free_minimum(quadratic, free);
      double step = 1.0;
      std::size_t blocking = free.size();
      for (std::size_t k = 0; k < free.size(); ++k) {
        const double now = x(free[k]);
        const double then = wanted(static_cast<Eigen::Index>(k));
        if (then > 0.0) continue;
        const double reach = now > 0.0 ? now / (now - then) : 0.0;
        if (reach < step) {
          step = reach;
          blocking = k;
        }
      }
      for (std::size_t k = 0; k < free.size(); ++k) {
        x(free[k]) += step * (wanted(static_cast<Eigen::Index>(k)) - x(free[k]));
      }
      if (blocking == free.size()) break;
      x(free[blocking]) = 0.0;
      free.erase(free.begin() + static_cast<std::ptrdiff_t>(blocking));
    }
    ++rounds;
    found = optimality(quadratic, x);
  }

  SimplexSolution solution;
  solution.weights.assign(x.data(), x.data() + n);
  solution.mean_square = (a * x - b).squaredNorm() / static_cast<double>(m);
  Certificate& certificate = solution.certificate;
  certificate.subject = problem.subject;
  certificate.iterations = rounds;
  certificate.positive = x.allFinite() && x.minCoeff() >= 0.0;
  certificate.blocks = {{.name = "weights sum to one",
                         .residual = std::abs(x.sum() - 1.0),
                         .tolerance = 1e-12,
                         .measure = "|sum - 1|"},
                        {.name = "optimality",
                         .residual = found.violation,
                         .tolerance = kTolerance,
                         .measure = "largest violation / size of the gradient's terms",
                         .worst = fmt::format("weight {}", found.worst + 1)}};
  const bool holds =
      certificate.positive && certificate.blocks[0].holds() && certificate.blocks[1].holds();
  certificate.status = holds ? SolveStatus::kConverged : SolveStatus::kIterationLimit;
  return solution;
}

}  // namespace altyn::numerics
