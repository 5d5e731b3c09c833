#pragma once

#include <array>
#include <cstdint>

namespace altyn {

/// Random numbers as a function of (seed, stream, draw, position): the same on any thread, rank
/// and machine, whatever was drawn before. Source: Salmon et al. (2011), Philox 4x32-10.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t stream, std::uint64_t draw);
  /// 32 random bits.
  std::uint32_t bits();
  /// Uniform on the open interval (0, 1), 53 bits.
  double uniform();
  /// Standard normal, by inversion: equal to 1e-15 relative on every machine.
  double normal();
  /// Uniform on 0 .. n - 1, without modulo bias.
  std::uint32_t below(std::uint32_t n);

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

/// Inverse of the standard normal distribution function for p in (0, 1); relative error near
/// 1e-15. Source: Acklam's rational start, one Halley step on erfc.
[[nodiscard]] double normal_quantile(double p);

/// Standard normal distribution function.
[[nodiscard]] double normal_cdf(double z);

}  // namespace altyn
