// The small kernels under the estimator: vector functions, factors, conjugate gradients.

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "altyn/core/rng.h"
#include "altyn/numerics/conjugate_gradients.h"
#include "altyn/numerics/laplacian_factor.h"
#include "altyn/numerics/simd.h"
#include "altyn/numerics/small_cholesky.h"
#include "altyn/numerics/symmetric_solve.h"

namespace altyn::numerics {
namespace {

double exp_of(double x) { return exp_lanes(Lanes8{} + x)[0]; }
double log_of(double x) { return log_lanes(Lanes8{} + x)[0]; }

TEST(Simd, ExponentialIsWithinTwoRoundings) {
  RandomStream random(1, 1, 1);
  for (int i = 0; i < 20'000; ++i) {
    const double x = (random.uniform() - 0.5) * (i % 2 == 0 ? 2.0 : 1400.0);
    const double exact = std::exp(x);
    EXPECT_NEAR(exp_of(x), exact, 2.0 * std::numeric_limits<double>::epsilon() * exact) << x;
  }
  EXPECT_EQ(exp_of(0.0), 1.0);
  EXPECT_GT(exp_of(-1e300), 0.0);
  EXPECT_TRUE(std::isfinite(exp_of(1e300)));
  EXPECT_TRUE(std::isnan(exp_of(std::nan(""))));
}

TEST(Simd, LogarithmIsWithinTwoRoundings) {
  RandomStream random(1, 2, 1);
  for (int i = 0; i < 20'000; ++i) {
    const double x = std::exp((random.uniform() - 0.5) * (i % 2 == 0 ? 1.0 : 1400.0));
    const double exact = std::log(x);
    // Absolute near x = 1, where the logarithm itself vanishes.
    EXPECT_NEAR(log_of(x), exact, 4e-16 * std::max(1.0, std::abs(exact))) << x;
  }
  EXPECT_EQ(log_of(1.0), 0.0);
}

TEST(SmallCholesky, SolvesWhatDenseAlgebraSolves) {
  RandomStream random(2, 1, 1);
  for (const Index n : {1, 7, 16, 31, 32, 33, 70, 129}) {
    const Index n_rows = n + 5;
    const Index stride = padded_float_stride(n);
    std::vector<float> w(static_cast<std::size_t>(n_rows * stride));
    Eigen::MatrixXf dense(n_rows, n);
    for (Index r = 0; r < n_rows; ++r) {
      for (Index j = 0; j < n; ++j) {
        dense(r, j) = static_cast<float>(random.uniform() / static_cast<double>(n));
        w[static_cast<std::size_t>(r * stride + j)] = dense(r, j);
      }
    }
    std::vector<float> s(static_cast<std::size_t>(n * stride));
    for (Index i = 0; i < n; ++i) s[static_cast<std::size_t>(i * stride + i)] = 1.0F;
    subtract_products(w.data(), n_rows, s.data(), n, stride);
    const Eigen::MatrixXf expected = Eigen::MatrixXf::Identity(n, n) - dense.transpose() * dense;
    factor_upper(s.data(), n, stride, 1e-6F);
    std::vector<float> b(static_cast<std::size_t>(4 * stride));
    Eigen::MatrixXf right(n, 4);
    for (int lane = 0; lane < 4; ++lane) {
      for (Index i = 0; i < n; ++i) {
        right(i, lane) = static_cast<float>(random.normal());
        b[static_cast<std::size_t>(lane * stride + i)] = right(i, lane);
      }
    }
    solve_upper(s.data(), n, stride, b.data(), 4);
    const Eigen::MatrixXf x = expected.ldlt().solve(right);
    for (int lane = 0; lane < 4; ++lane) {
      for (Index i = 0; i < n; ++i) {
        // Single precision on a matrix of condition below 100.
        EXPECT_NEAR(b[static_cast<std::size_t>(lane * stride + i)], x(i, lane), 1e-3) << n;
      }
    }
  }
}

TEST(SemidefiniteFactor, LeavesOutTheLaterOfTwoDependentColumns) {
  const std::vector<double> matrix = {4, 2, 8, 2, 3, 4, 8, 4, 16};  // third = twice the first
  const std::vector<double> diagonal = {4, 3, 16};
  const SemidefiniteFactor factor(matrix, diagonal, 1e-12);
  EXPECT_EQ(factor.left_out(), (std::vector<bool>{false, false, true}));
  const std::vector<double> x = factor.solve(std::vector<double>{2, 5, 4});
  EXPECT_NEAR(4 * x[0] + 2 * x[1], 2, 1e-14);
  EXPECT_NEAR(2 * x[0] + 3 * x[1], 5, 1e-14);
  EXPECT_EQ(x[2], 0.0);
}

/// The Laplacian of edges, dense.
Eigen::MatrixXd laplacian(Index n, const std::vector<GraphEdge>& edges) {
  Eigen::MatrixXd l = Eigen::MatrixXd::Zero(n, n);
  for (const GraphEdge& e : edges) {
    l(e.a, e.a) += e.weight;
    l(e.b, e.b) += e.weight;
    l(e.a, e.b) -= e.weight;
    l(e.b, e.a) -= e.weight;
  }
  return l;
}

std::vector<GraphEdge> random_graph(Index n, double edges_per_vertex, Index reach) {
  RandomStream random(3, static_cast<std::uint32_t>(n), 1);
  std::vector<GraphEdge> edges;
  for (Index v = 1; v < n; ++v) {
    edges.push_back({static_cast<GroupId>(v - 1), static_cast<GroupId>(v), 0.5 + random.uniform()});
  }
  for (Index i = 0; i < static_cast<Index>(edges_per_vertex * static_cast<double>(n)); ++i) {
    const auto a = random.below(static_cast<std::uint32_t>(n));
    const auto b =
        (a + 1 + random.below(static_cast<std::uint32_t>(reach))) % static_cast<GroupId>(n);
    if (a != b) edges.push_back({a, b, 0.5 + random.uniform()});
  }
  return edges;
}

TEST(LaplacianFactor, IsExactOnNearPaths) {
  const Index n = 200;
  const std::vector<GraphEdge> edges = random_graph(n, 1.0, 3);
  const LaplacianFactor factor(n, edges, 16);
  const Eigen::MatrixXd l = laplacian(n, edges);
  RandomStream random(4, 1, 1);
  std::vector<double> r(static_cast<std::size_t>(4 * n));
  Eigen::MatrixXd right(n, 4);
  for (int lane = 0; lane < 4; ++lane) {
    for (Index v = 0; v < n; ++v) right(v, lane) = random.normal();
    right.col(lane).array() -= right.col(lane).mean();
    for (Index v = 0; v < n; ++v) r[static_cast<std::size_t>(4 * v + lane)] = right(v, lane);
  }
  std::vector<double> x(r.size());
  factor.solve(4, r.data(), x.data());
  for (int lane = 0; lane < 4; ++lane) {
    Eigen::VectorXd v(n);
    for (Index i = 0; i < n; ++i) v(i) = x[static_cast<std::size_t>(4 * i + lane)];
    EXPECT_LE((l * v - right.col(lane)).cwiseAbs().maxCoeff(), 1e-9);
  }
}

TEST(LaplacianFactor, MakesConjugateGradientsShortOnAnyGraph) {
  for (const Index reach : {3, 50, 1999}) {
    const Index n = 2000;
    const std::vector<GraphEdge> edges = random_graph(n, 8.0, reach);
    const LaplacianFactor factor(n, edges, 16);
    EXPECT_LE(factor.n_entries(), 40 * edges.size());
    RawVector<double> r(static_cast<std::size_t>(4 * n), 0.0);
    RandomStream random(5, 1, 1);
    double mean = 0.0;
    for (Index v = 0; v < n; ++v) mean += r[static_cast<std::size_t>(4 * v)] = random.normal();
    for (Index v = 0; v < n; ++v)
      r[static_cast<std::size_t>(4 * v)] -= mean / static_cast<double>(n);
    const RawVector<double> right(r);
    RawVector<double> x;
    const auto multiply = [&](const double* v, double* out) {
      std::fill_n(out, 4 * n, 0.0);
      for (const GraphEdge& e : edges) {
        for (int lane = 0; lane < 4; ++lane) {
          const double flow = e.weight * (v[Index{e.a} * 4 + lane] - v[Index{e.b} * 4 + lane]);
          out[Index{e.a} * 4 + lane] += flow;
          out[Index{e.b} * 4 + lane] -= flow;
        }
      }
    };
    Context context(1);
    ConjugateGradientOptions options;
    options.reductions.fill(1e-10);
    const auto result = conjugate_gradients(
        n, 4, multiply, [&](const double* in, double* out) { factor.solve(4, in, out); }, r, x,
        options, context);
    EXPECT_TRUE(result.converged);
    EXPECT_LE(result.iterations, 80) << reach;  // approximate, not useless
    RawVector<double> image(x.size());
    multiply(x.data(), image.data());
    for (std::size_t i = 0; i < image.size(); ++i) ASSERT_NEAR(image[i], right[i], 1e-7);
  }
}

TEST(ConjugateGradients, LeavesZeroLanesAtZeroAndStopsAtTheLimit) {
  const Index n = 50;
  RawVector<double> r(static_cast<std::size_t>(4 * n), 0.0);
  for (Index i = 0; i < n; ++i)
    r[static_cast<std::size_t>(4 * i + 1)] = 1.0 + static_cast<double>(i);
  const auto scale = [&](const double* v, double* out) {
    for (Index i = 0; i < 4 * n; ++i) out[i] = v[i] * static_cast<double>(1 + i / 4);
  };
  const auto same = [&](const double* v, double* out) { std::copy_n(v, 4 * n, out); };
  Context context(1);
  RawVector<double> x;
  ConjugateGradientOptions options{.max_iterations = 2};
  options.reductions.fill(1e-12);
  RawVector<double> r2(r);
  EXPECT_FALSE(conjugate_gradients(n, 4, scale, same, r2, x, options, context).converged);
  options.max_iterations = 200;
  EXPECT_TRUE(conjugate_gradients(n, 4, scale, same, r, x, options, context).converged);
  for (Index i = 0; i < n; ++i) {
    EXPECT_EQ(x[static_cast<std::size_t>(4 * i)], 0.0);
    EXPECT_NEAR(x[static_cast<std::size_t>(4 * i + 1)], 1.0, 1e-9);
  }
}

}  // namespace
}  // namespace altyn::numerics
