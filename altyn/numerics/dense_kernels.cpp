#include "altyn/numerics/dense_kernels.h"

#include <cstddef>
#include <cstring>

// Eight lanes as one value: the compiler splits it into whatever registers the machine has, and
// each lane sees the same additions in the same order everywhere. The bodies below are compiled
// three times, once per instruction set, and chosen at start-up.
namespace altyn::numerics {
namespace {

using Lanes = double __attribute__((vector_size(64), aligned(8), may_alias));
constexpr std::size_t kLanes = 8;

#define ALTYN_INLINE inline __attribute__((always_inline))

template <std::size_t kBlocks>
ALTYN_INLINE void transposed_block(const double* a, std::size_t stride, const double* x,
                                   std::size_t n_rows, double* y) {
  Lanes sum[kBlocks] = {};
  for (std::size_t row = 0; row < n_rows; ++row) {
    const double* at = a + row * stride;
    for (std::size_t b = 0; b < kBlocks; ++b) {
      sum[b] += *reinterpret_cast<const Lanes*>(at + b * kLanes) * x[row];
    }
  }
  std::memcpy(y, sum, sizeof sum);
}

ALTYN_INLINE void multiply_transposed_body(const double* a, const double* x, std::size_t n_rows,
                                           double* y, std::size_t stride) {
  std::size_t column = 0;
  for (; column + 4 * kLanes <= stride; column += 4 * kLanes) {
    transposed_block<4>(a + column, stride, x, n_rows, y + column);
  }
  for (; column < stride; column += kLanes) {
    transposed_block<1>(a + column, stride, x, n_rows, y + column);
  }
}

template <std::size_t kRows>
ALTYN_INLINE void row_block(const double* a, std::size_t stride, const double* x, double* y) {
  Lanes sum[kRows] = {};
  for (std::size_t column = 0; column < stride; column += kLanes) {
    const Lanes value = *reinterpret_cast<const Lanes*>(x + column);
    for (std::size_t r = 0; r < kRows; ++r) {
      sum[r] += *reinterpret_cast<const Lanes*>(a + r * stride + column) * value;
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    const Lanes s = sum[r];
    y[r] = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }
}

ALTYN_INLINE void multiply_body(const double* a, const double* x, std::size_t stride, double* y,
                                std::size_t n_rows) {
  std::size_t row = 0;
  for (; row + 4 <= n_rows; row += 4) row_block<4>(a + row * stride, stride, x, y + row);
  for (; row < n_rows; ++row) row_block<1>(a + row * stride, stride, x, y + row);
}

using Kernel = void (*)(const double*, const double*, std::size_t, double*, std::size_t);

struct Kernels {
  Kernel transposed;
  Kernel plain;
};

#define ALTYN_KERNELS(suffix, attributes)                                                         \
  attributes void transposed_##suffix(const double* a, const double* x, std::size_t n, double* y, \
                                      std::size_t m) {                                            \
    multiply_transposed_body(a, x, n, y, m);                                                      \
  }                                                                                               \
  attributes void plain_##suffix(const double* a, const double* x, std::size_t n, double* y,      \
                                 std::size_t m) {                                                 \
    multiply_body(a, x, n, y, m);                                                                 \
  }

ALTYN_KERNELS(base, )
#if defined(__x86_64__)
ALTYN_KERNELS(avx2, __attribute__((target("avx2"))))
ALTYN_KERNELS(avx512, __attribute__((target("avx512f"))))
#endif

Kernels choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {transposed_avx512, plain_avx512};
  if (__builtin_cpu_supports("avx2")) return {transposed_avx2, plain_avx2};
#endif
  return {transposed_base, plain_base};
}

const Kernels kKernels = choose();

}  // namespace

Index padded_stride(Index n_columns) {
  return (n_columns + static_cast<Index>(kLanes) - 1) / static_cast<Index>(kLanes) *
         static_cast<Index>(kLanes);
}

void multiply_transposed(const double* a, std::span<const double> x, std::span<double> y) {
  kKernels.transposed(a, x.data(), x.size(), y.data(), y.size());
}

void multiply(const double* a, std::span<const double> x, std::span<double> y) {
  kKernels.plain(a, x.data(), x.size(), y.data(), y.size());
}

}  // namespace altyn::numerics
