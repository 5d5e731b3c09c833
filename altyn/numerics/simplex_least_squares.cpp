#include "altyn/numerics/simplex_least_squares.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <utility>

#include "altyn/core/errors.h"

namespace altyn::numerics {
namespace {

constexpr double kSmallestRidge = 1e-13;
constexpr double kTolerance = 1e-10;

/// |A x - b|^2 / m + ridge |x|^2 over the simplex.
struct Distance {
  Eigen::MatrixXd a;
  Eigen::VectorXd b;
  double ridge;
};

/// Half the gradient, and the size of the terms it is summed from, which do not cancel.
struct Slope {
  Eigen::VectorXd value;
  double scale = 0.0;
};

Slope slope_at(const Distance& distance, const Eigen::VectorXd& x) {
  const auto m = static_cast<double>(distance.b.size());
  const Eigen::VectorXd norms = distance.a.colwise().norm();
  return {.value = distance.a.transpose() * (distance.a * x - distance.b) / m + distance.ridge * x,
          .scale = norms.maxCoeff() * (norms.dot(x) + distance.b.norm()) / m +
                   distance.ridge * x.maxCoeff()};
}

/// The minimum over the free weights, which sum to one and may be negative: the first is one less
/// the others, and the others solve least squares by orthogonal factors. Normal equations would
/// square the condition, and with more weights than rows only the ridge stands between it and
/// infinity.
Eigen::VectorXd free_minimum(const Distance& distance, const std::vector<Eigen::Index>& free) {
  const auto k = static_cast<Eigen::Index>(free.size());
  const Eigen::Index m = distance.b.size();
  if (k == 1) return Eigen::VectorXd::Ones(1);
  const double row = 1.0 / std::sqrt(static_cast<double>(m));
  const double ridge = std::sqrt(distance.ridge);
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(m + k, k - 1);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(m + k);
  right.head(m) = row * (distance.b - distance.a.col(free[0]));
  right(m) = -ridge;
  for (Eigen::Index j = 1; j < k; ++j) {
    system.col(j - 1).head(m) =
        row * (distance.a.col(free[static_cast<std::size_t>(j)]) - distance.a.col(free[0]));
    system(m, j - 1) = -ridge;
    system(m + j, j - 1) = ridge;
  }
  Eigen::VectorXd wanted(k);
  wanted.tail(k - 1) = system.colPivHouseholderQr().solve(right);
  wanted(0) = 1.0 - wanted.tail(k - 1).sum();
  return wanted;
}

Eigen::Index best_vertex(const Distance& distance) {
  Eigen::Index best = 0;
  (distance.a.colwise() - distance.b).colwise().squaredNorm().minCoeff(&best);
  return best;
}

struct Optimality {
  double violation = 0.0;      // relative to the terms of the gradient
  Eigen::Index entering = -1;  // the most violated weight at zero that was not refused
  std::size_t worst = 0;
};

Optimality optimality(const Distance& distance, const Eigen::VectorXd& x,
                      const std::vector<bool>& refused) {
  const Slope slope = slope_at(distance, x);
  const double level = slope.value.dot(x);  // the multiplier of the sum
  Optimality found;
  double lowest = 0.0;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const double excess = slope.value(k) - level;
    const double violation = (x(k) > 0.0 ? std::abs(excess) : std::max(-excess, 0.0)) / slope.scale;
    if (violation > found.violation) {
      found.violation = violation;
      found.worst = static_cast<std::size_t>(k);
    }
    if (x(k) == 0.0 && excess < lowest && !refused[static_cast<std::size_t>(k)]) {
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
  // Where an intercept takes everything (one row), the weights are as alike as they can be.
  const double mean_diagonal = a.squaredNorm() / static_cast<double>(m * n);
  const double smallest = kSmallestRidge * (mean_diagonal > 0.0 ? mean_diagonal : 1.0);
  const Distance distance = {
      .a = std::move(a), .b = std::move(b), .ridge = std::max(problem.ridge, smallest)};

  Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
  std::vector<Eigen::Index> free = {best_vertex(distance)};
  x(free.front()) = 1.0;
  const int most_rounds = static_cast<int>(20 * n + 100);
  int rounds = 0;
  // A weight that rounding sends straight back to zero waits until another has moved.
  std::vector<bool> refused(static_cast<std::size_t>(n), false);
  Optimality found = optimality(distance, x, refused);
  while (rounds < most_rounds && found.violation > 0.1 * kTolerance && found.entering >= 0) {
    const Eigen::Index entering = found.entering;
    free.push_back(entering);
    for (; rounds < most_rounds; ++rounds) {
      const Eigen::VectorXd wanted = free_minimum(distance, free);
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
    if (x(entering) > 0.0) {
      refused.assign(refused.size(), false);
    } else {
      refused[static_cast<std::size_t>(entering)] = true;
    }
    found = optimality(distance, x, refused);
  }

  SimplexSolution solution;
  solution.weights.assign(x.data(), x.data() + n);
  solution.mean_square = (distance.a * x - distance.b).squaredNorm() / static_cast<double>(m);
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
