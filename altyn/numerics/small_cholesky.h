#pragma once

#include <cstddef>

#include "altyn/core/types.h"

namespace altyn::numerics {

// Single-precision factors of matrices that fit in cache: preconditioners need no more digits, and
// half the bytes are half the time. Rows are `stride` floats apart, a multiple of kFloatLanes, and
// padded with zeros.

inline constexpr Index kFloatLanes = 16;

/// The stride for rows of n floats.
[[nodiscard]] constexpr Index padded_float_stride(Index n) {
  return (n + 2 * kFloatLanes - 1) / (2 * kFloatLanes) * (2 * kFloatLanes);
}

/// W[i, j] *= row_scale[i] * column_scale[j], multiplied in double precision. W [n_rows x n].
void scale_both_sides(float* w, Index n_rows, Index n, Index stride, const double* row_scale,
                      const double* column_scale);

/// S -= P'P on the upper triangle (and some of the lower). P [n_rows x n], S [n x n].
void subtract_products(const float* p, Index n_rows, float* s, Index n, Index stride);

/// S = U'U in place on the upper triangle of S [n x n]. A pivot below `floor` becomes `floor`, so a
/// semidefinite matrix gets a definite factor. Cost: n^3 / 3.
void factor_upper(float* s, Index n, Index stride, float floor);

/// Solves U'U x = b in place for `n_lanes` right-hand sides, each a row of `stride` floats.
void solve_upper(const float* u, Index n, Index stride, float* b, int n_lanes);

/// b -= W' a: W [n_rows x n], a `n_lanes` rows of `a_stride`, b `n_lanes` rows of `stride`.
void subtract_transposed(const float* w, Index n_rows, Index n, Index stride, const float* a,
                         Index a_stride, float* b, int n_lanes);

/// a -= W b, shapes as above.
void subtract_product(const float* w, Index n_rows, Index n, Index stride, const float* b, float* a,
                      Index a_stride, int n_lanes);

}  // namespace altyn::numerics
