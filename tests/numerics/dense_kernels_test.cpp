#include "altyn/numerics/dense_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "altyn/core/rng.h"

namespace altyn::numerics {
namespace {

TEST(DenseKernels, AgreeWithTheObviousLoops) {
  for (const Index rows : {1, 2, 5, 31, 82}) {
    for (const Index columns : {1, 7, 8, 9, 44, 82, 133}) {
      const Index stride = padded_stride(columns);
      ASSERT_EQ(stride % 8, 0);
      ASSERT_GE(stride, columns);
      RandomStream random(1, 2, static_cast<std::uint64_t>(rows * 1000 + columns));
      std::vector<double> a(static_cast<std::size_t>(rows * stride), 0.0);
      std::vector<double> x(static_cast<std::size_t>(rows));
      std::vector<double> v(static_cast<std::size_t>(stride), 0.0);
      for (Index r = 0; r < rows; ++r) {
        x[static_cast<std::size_t>(r)] = random.normal();
        for (Index c = 0; c < columns; ++c) {
          a[static_cast<std::size_t>(r * stride + c)] = random.normal();
        }
      }
      for (Index c = 0; c < columns; ++c) v[static_cast<std::size_t>(c)] = random.normal();
      std::vector<double> transposed(static_cast<std::size_t>(stride));
      std::vector<double> plain(static_cast<std::size_t>(rows));
      multiply_transposed(a.data(), x, transposed);
      multiply(a.data(), v, plain);
      for (Index c = 0; c < stride; ++c) {
        double sum = 0.0;
        for (Index r = 0; r < rows; ++r) {
          sum += a[static_cast<std::size_t>(r * stride + c)] * x[static_cast<std::size_t>(r)];
        }
        EXPECT_NEAR(transposed[static_cast<std::size_t>(c)], sum, 1e-13);  // order of additions
      }
      for (Index r = 0; r < rows; ++r) {
        double sum = 0.0;
        for (Index c = 0; c < stride; ++c) {
          sum += a[static_cast<std::size_t>(r * stride + c)] * v[static_cast<std::size_t>(c)];
        }
        EXPECT_NEAR(plain[static_cast<std::size_t>(r)], sum, 1e-13);
      }
    }
  }
}

TEST(DenseKernels, ExponentialsAndLogarithmsAgreeWithTheLibrary) {
  for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{29}}) {
    RandomStream random(1, 3, n);
    std::vector<double> x(n);
    for (double& value : x) value = 40.0 * random.normal();
    std::vector<double> y = x;
    scale_and_exponentiate(-0.3, y);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(y[i] / std::exp(-0.3 * x[i]), 1.0, 1e-15);  // two units in the last place
    }
    take_logarithms(y);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(y[i], -0.3 * x[i], 1e-15 * std::max(1.0, std::abs(x[i])));
    }
  }
  std::vector<double> wrong = {0.0, -1.0, std::nan(""), 2.0};
  take_logarithms(wrong);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(std::isfinite(wrong[i]));
  EXPECT_NEAR(wrong[3], std::log(2.0), 1e-15);
}

}  // namespace
}  // namespace altyn::numerics
