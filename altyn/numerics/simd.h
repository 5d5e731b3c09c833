#pragma once

#include <cstdint>

/// Vectors of fixed width for hot loops. The width in the source, not the machine's, fixes the
/// order of every addition: narrow machines process a vector in pieces, and results have the same
/// bits everywhere (products and sums are not contracted, cmake/warnings.cmake).

/// Compiles a function once per instruction set and picks at load time. Functions it calls must be
/// ALTYN_INLINE to be compiled along. Sanitizers do not survive the load-time choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ALTYN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ALTYN_CLONES
#endif
#define ALTYN_INLINE __attribute__((always_inline)) inline

namespace altyn::numerics {

template <int kWidth>
struct LanesOf {
  typedef double Type __attribute__((vector_size(kWidth * sizeof(double))));
};
/// kWidth doubles that are added and multiplied together.
template <int kWidth>
using Lanes = typename LanesOf<kWidth>::Type;

using Lanes8 = Lanes<8>;
typedef std::int64_t Ints8 __attribute__((vector_size(64)));

template <int kWidth>
ALTYN_INLINE Lanes<kWidth> load(const double* p) {
  Lanes<kWidth> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <int kWidth>
ALTYN_INLINE void store(double* p, Lanes<kWidth> v) {
  __builtin_memcpy(p, &v, sizeof v);
}

/// The sum of eight lanes, always in the same order.
ALTYN_INLINE double sum_lanes(Lanes8 v) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

/// exp of eight numbers, relative error below 3e-16. Arguments are cut to [-708, 709], so the
/// result is finite and positive; NaN stays NaN.
/// Source: reduction by multiples of log 2 in two parts (Cody and Waite 1980), Taylor to order 13.
ALTYN_INLINE Lanes8 exp_lanes(Lanes8 x) {
  const Lanes8 low = Lanes8{} - 708.0;
  const Lanes8 high = Lanes8{} + 709.0;
  x = x < low ? low : x;
  x = x > high ? high : x;
  const double shift = 0x1.8p52;
  const Lanes8 t = x * 1.4426950408889634 + shift;
  const Lanes8 n = t - shift;
  const Lanes8 r = (x - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33;
  const Lanes8 r2 = r * r;
  const Lanes8 r4 = r2 * r2;
  const Lanes8 r8 = r4 * r4;
  const Lanes8 p01 = 1.0 + r;
  const Lanes8 p23 = 1.0 / 2 + r * (1.0 / 6);
  const Lanes8 p45 = 1.0 / 24 + r * (1.0 / 120);
  const Lanes8 p67 = 1.0 / 720 + r * (1.0 / 5040);
  const Lanes8 p89 = 1.0 / 40320 + r * (1.0 / 362880);
  const Lanes8 pab = 1.0 / 3628800 + r * (1.0 / 39916800);
  const Lanes8 pcd = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
  const Lanes8 p = p01 + (r2 * p23 + (r4 * (p45 + r2 * p67) + r8 * ((p89 + r2 * pab) + r4 * pcd)));
  Ints8 bits;
  __builtin_memcpy(&bits, &t, sizeof bits);
  bits = (bits - 0x4338000000000000LL + 1023) << 52;
  Lanes8 scale;
  __builtin_memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

/// Natural logarithm of eight positive normal numbers, absolute error below 3e-16 * max(1, |log|).
/// Source: x = 2^n m with m in [sqrt(1/2), sqrt 2), log m = 2 atanh((m - 1) / (m + 1)).
ALTYN_INLINE Lanes8 log_lanes(Lanes8 x) {
  Ints8 bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const Ints8 offset = bits - 0x3fe6a09e667f3bcdLL;
  const Ints8 exponent = offset >> 52;
  bits = bits - (exponent << 52);
  Lanes8 m;
  __builtin_memcpy(&m, &bits, sizeof m);
  const Lanes8 n = __builtin_convertvector(exponent, Lanes8);
  const Lanes8 s = (m - 1.0) / (m + 1.0);
  const Lanes8 z = s * s;
  Lanes8 p = Lanes8{} + 2.0 / 23;
  p = p * z + 2.0 / 21;
  p = p * z + 2.0 / 19;
  p = p * z + 2.0 / 17;
  p = p * z + 2.0 / 15;
  p = p * z + 2.0 / 13;
  p = p * z + 2.0 / 11;
  p = p * z + 2.0 / 9;
  p = p * z + 2.0 / 7;
  p = p * z + 2.0 / 5;
  p = p * z + 2.0 / 3;
  return n * 0x1.62e42feep-1 + (2.0 * s + (s * z * p + n * 0x1.a39ef35793c76p-33));
}

}  // namespace altyn::numerics
