#include "altyn/equilibrium/sector_kernels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/rng.h"
#include "altyn/equilibrium/sector_world.h"

namespace altyn::equilibrium::kernels {
namespace {

using sector::Block;

// Sums of up to 37 products of order one, in another order.
constexpr double kRounding = 1e-13;

struct Case {
  std::size_t n_rows, n_columns;
  bool same;  // net is gross
};

class Passes : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto [n_rows, n_columns, same] = GetParam();
    stride = (n_columns + 7) / 8 * 8;
    RandomStream random(3, 1, n_rows);
    const auto fill = [&](std::size_t rows) {
      Block block(rows * stride, 0.0);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < n_columns; ++c) block[r * stride + c] = random.uniform();
      }
      return block;
    };
    gross = fill(n_rows);
    net = same ? gross : fill(n_rows);
    s = fill(1);
    u = Block(n_rows), v = Block(n_rows), w = Block(n_rows);
    for (std::size_t r = 0; r < n_rows; ++r) {
      u[r] = r % 5 == 0 ? 0.0 : random.normal();
      v[r] = random.normal();
      w[r] = random.normal();
    }
    matrices = {gross.data(), same ? gross.data() : net.data(), n_rows, stride};
  }
  [[nodiscard]] double dot(const Block& m, std::size_t row) const {
    double sum = 0.0;
    for (std::size_t c = 0; c < stride; ++c) sum += m[row * stride + c] * s[c];
    return sum;
  }
  std::size_t stride = 0;
  Block gross, net, s, u, v, w;
  SectorMatrices matrices;
};

TEST_P(Passes, EqualPlainLoops) {
  const std::size_t n = GetParam().n_rows;
  Block q(n), phi(n), z(n), sum(stride, 0.5), wanted(stride, 0.5);
  share_pass(matrices, s.data(), u.data(), q.data(), phi.data(), z.data(), sum.data());
  for (std::size_t r = 0; r < n; ++r) {
    EXPECT_NEAR(q[r], dot(gross, r), kRounding);
    EXPECT_NEAR(phi[r], dot(net, r), kRounding);
    EXPECT_NEAR(z[r], u[r] / dot(gross, r), kRounding);
    for (std::size_t c = 0; c < stride; ++c) wanted[c] += z[r] * net[r * stride + c];
  }
  for (std::size_t c = 0; c < stride; ++c) EXPECT_NEAR(sum[c], wanted[c], kRounding);

  std::fill(sum.begin(), sum.end(), 0.0);
  std::fill(wanted.begin(), wanted.end(), 0.0);
  linear_pass(matrices, s.data(), u.data(), v.data(), q.data(), phi.data(), z.data(), sum.data());
  for (std::size_t r = 0; r < n; ++r) {
    EXPECT_NEAR(z[r], u[r] + v[r] * dot(gross, r), kRounding);
    for (std::size_t c = 0; c < stride; ++c) wanted[c] += z[r] * net[r * stride + c];
  }
  for (std::size_t c = 0; c < stride; ++c) EXPECT_NEAR(sum[c], wanted[c], kRounding);

  std::fill(sum.begin(), sum.end(), 0.0);
  std::fill(wanted.begin(), wanted.end(), 0.0);
  transposed_pass(matrices, s.data(), u.data(), v.data(), w.data(), phi.data(), z.data(),
                  sum.data());
  for (std::size_t r = 0; r < n; ++r) {
    EXPECT_NEAR(phi[r], dot(net, r), kRounding);
    EXPECT_NEAR(z[r], u[r] + v[r] * dot(net, r), kRounding);
    for (std::size_t c = 0; c < stride; ++c) {
      wanted[c] += z[r] * gross[r * stride + c] + w[r] * net[r * stride + c];
    }
  }
  for (std::size_t c = 0; c < stride; ++c) EXPECT_NEAR(sum[c], wanted[c], kRounding);

  Block rows(n), columns(stride);
  two_products(gross.data(), n, stride, s.data(), v.data(), rows.data(), columns.data());
  std::fill(wanted.begin(), wanted.end(), 0.0);
  for (std::size_t r = 0; r < n; ++r) {
    EXPECT_NEAR(rows[r], dot(gross, r), kRounding);
    for (std::size_t c = 0; c < stride; ++c) wanted[c] += v[r] * gross[r * stride + c];
  }
  for (std::size_t c = 0; c < stride; ++c) EXPECT_NEAR(columns[c], wanted[c], kRounding);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Passes,
                         ::testing::Values(Case{1, 1, false}, Case{4, 8, false}, Case{7, 13, false},
                                           Case{31, 37, false}, Case{7, 13, true},
                                           Case{8, 16, true}));

TEST(Functions, ExponentialsAndLogarithmsAreAccurate) {
  Block x(64), y(64);
  for (std::size_t k = 0; k < 64; ++k) x[k] = -60.0 + 2.0 * static_cast<double>(k);
  exp_into(x, y);
  for (std::size_t k = 0; k < 64; ++k) EXPECT_NEAR(y[k] / std::exp(x[k]), 1.0, 4e-16);
  log_into(y, y);
  for (std::size_t k = 0; k < 64; ++k) EXPECT_NEAR(y[k], x[k], 3e-16 * (1.0 + std::abs(x[k])));
}

TEST(Functions, SharesOfUnchangedCellsKeepTheirBits) {
  Block share(16), ratio(16, 1.0), out(16);
  for (std::size_t k = 0; k < 16; ++k) share[k] = 1.0 / static_cast<double>(k + 3);
  ratio[3] = 1.2;
  ratio[4] = 0.7;
  scaled_shares(share, ratio, 8.22, out);
  for (std::size_t k = 0; k < 16; ++k) {
    if (k == 3 || k == 4) {
      EXPECT_NEAR(out[k] / (share[k] * std::pow(ratio[k], -8.22)), 1.0, 1e-14);
    } else {
      EXPECT_EQ(out[k], share[k]);
    }
  }
}

}  // namespace
}  // namespace altyn::equilibrium::kernels
