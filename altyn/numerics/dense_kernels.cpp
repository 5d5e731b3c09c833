#include "altyn/numerics/dense_kernels.h"

#include <cstddef>
#include <limits>

#include "altyn/numerics/simd.h"

namespace altyn::numerics {
namespace {

constexpr std::size_t kWidth = 8;

template <std::size_t kBlocks>
ALTYN_INLINE void transposed_block(const double* a, std::size_t stride, const double* x,
                                   std::size_t n_rows, double* y) {
  Lanes8 sum[kBlocks] = {};
  for (std::size_t row = 0; row < n_rows; ++row) {
    const double* at = a + row * stride;
    for (std::size_t b = 0; b < kBlocks; ++b) sum[b] += load<8>(at + b * kWidth) * x[row];
  }
  for (std::size_t b = 0; b < kBlocks; ++b) store<8>(y + b * kWidth, sum[b]);
}

template <std::size_t kRows>
ALTYN_INLINE void row_block(const double* a, std::size_t stride, const double* x, double* y) {
  Lanes8 sum[kRows] = {};
  for (std::size_t column = 0; column < stride; column += kWidth) {
    const Lanes8 value = load<8>(x + column);
    for (std::size_t r = 0; r < kRows; ++r) sum[r] += load<8>(a + r * stride + column) * value;
  }
  for (std::size_t r = 0; r < kRows; ++r) y[r] = sum_lanes(sum[r]);
}

ALTYN_CLONES void multiply_transposed_rows(const double* a, const double* x, std::size_t n_rows,
                                           double* y, std::size_t stride) {
  std::size_t column = 0;
  for (; column + 4 * kWidth <= stride; column += 4 * kWidth) {
    transposed_block<4>(a + column, stride, x, n_rows, y + column);
  }
  for (; column < stride; column += kWidth) {
    transposed_block<1>(a + column, stride, x, n_rows, y + column);
  }
}

ALTYN_CLONES void multiply_rows(const double* a, const double* x, std::size_t stride, double* y,
                                std::size_t n_rows) {
  std::size_t row = 0;
  for (; row + 4 <= n_rows; row += 4) row_block<4>(a + row * stride, stride, x, y + row);
  for (; row < n_rows; ++row) row_block<1>(a + row * stride, stride, x, y + row);
}

ALTYN_CLONES void exponentiate_blocks(double factor, double* x, std::size_t n_blocks) {
  for (std::size_t b = 0; b < n_blocks; ++b) {
    store<8>(x + b * kWidth, exp_lanes(factor * load<8>(x + b * kWidth)));
  }
}

ALTYN_CLONES void logarithm_blocks(double* x, std::size_t n_blocks) {
  // log_lanes reads the exponent from the bits: what is not positive and normal is sorted out here.
  const Lanes8 least = Lanes8{} + std::numeric_limits<double>::min();
  const Lanes8 none = Lanes8{} + std::numeric_limits<double>::quiet_NaN();
  for (std::size_t b = 0; b < n_blocks; ++b) {
    const Lanes8 value = load<8>(x + b * kWidth);
    store<8>(x + b * kWidth, value >= least ? log_lanes(value) : none);
  }
}

// Whole blocks in place, the rest through a padded one, so that the bits of an element do not
// depend on where it stands.
template <class Blocks>
void in_blocks(std::span<double> x, double padding, const Blocks& blocks) {
  const std::size_t whole = x.size() / kWidth;
  blocks(x.data(), whole);
  const std::size_t rest = x.size() - whole * kWidth;
  if (rest == 0) return;
  double last[kWidth];
  for (std::size_t k = 0; k < kWidth; ++k) last[k] = k < rest ? x[whole * kWidth + k] : padding;
  blocks(last, 1);
  for (std::size_t k = 0; k < rest; ++k) x[whole * kWidth + k] = last[k];
}

}  // namespace

Index padded_stride(Index n_columns) {
  return (n_columns + static_cast<Index>(kWidth) - 1) / static_cast<Index>(kWidth) *
         static_cast<Index>(kWidth);
}

void multiply_transposed(const double* a, std::span<const double> x, std::span<double> y) {
  multiply_transposed_rows(a, x.data(), x.size(), y.data(), y.size());
}

void multiply(const double* a, std::span<const double> x, std::span<double> y) {
  multiply_rows(a, x.data(), x.size(), y.data(), y.size());
}

void scale_and_exponentiate(double factor, std::span<double> x) {
  in_blocks(x, 0.0, [factor](double* at, std::size_t n) { exponentiate_blocks(factor, at, n); });
}

void take_logarithms(std::span<double> x) {
  in_blocks(x, 1.0, [](double* at, std::size_t n) { logarithm_blocks(at, n); });
}

}  // namespace altyn::numerics
