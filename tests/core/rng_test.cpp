#include "altyn/core/rng.h"

#include <gtest/gtest.h>

#include <cmath>

namespace altyn {
namespace {

TEST(RandomStream, IsAFunctionOfSeedStreamAndDraw) {
  RandomStream a(7, 1, 42);
  RandomStream b(7, 1, 42);
  RandomStream other_draw(7, 1, 43);
  RandomStream other_stream(7, 2, 42);
  const double first = a.uniform();
  EXPECT_EQ(first, b.uniform());
  EXPECT_NE(first, other_draw.uniform());
  EXPECT_NE(first, other_stream.uniform());
}

TEST(RandomStream, KnownAnswerOfPhilox4x32) {
  // Random123's published known-answer vector for a zero counter and key (kat_vectors, 10 rounds).
  RandomStream stream(0, 0, 0);
  EXPECT_EQ(stream.bits(), 0x6627e8d5U);
  EXPECT_EQ(stream.bits(), 0xe169c58dU);
  EXPECT_EQ(stream.bits(), 0xbc57ac4cU);
  EXPECT_EQ(stream.bits(), 0x9b00dbd8U);
}

TEST(NormalQuantile, InvertsTheDistributionFunction) {
  // Quantiles to 15 digits from tables; 1e-13 leaves room for erfc's own rounding.
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-13);
  EXPECT_NEAR(normal_quantile(0.95), 1.644853626951473, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
  for (double z = -6.0; z <= 6.0; z += 0.37) {
    // Near one the distribution function itself keeps only 16 digits of 1 - p.
    EXPECT_NEAR(normal_quantile(normal_cdf(z)), z, z > 5 ? 1e-8 : 1e-10);
  }
}

TEST(RandomStream, NormalsHaveTheRightMoments) {
  double sum = 0.0;
  double squares = 0.0;
  const int n = 40'000;
  for (int draw = 0; draw < n; ++draw) {
    const double z = RandomStream(1, 0, static_cast<std::uint64_t>(draw)).normal();
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.025);           // five standard errors of the mean
  EXPECT_NEAR(squares / n - 1.0, 0.0, 0.04);  // more than five of the variance
}

TEST(RandomStream, BelowIsUniform) {
  RandomStream stream(3, 0, 0);
  int counts[5] = {};
  for (int i = 0; i < 50'000; ++i) ++counts[stream.below(5)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 450);  // five standard errors
}

}  // namespace
}  // namespace altyn
