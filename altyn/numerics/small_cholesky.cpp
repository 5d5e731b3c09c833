#include "altyn/numerics/small_cholesky.h"

#include <algorithm>
#include <cmath>

#include "altyn/numerics/simd.h"

namespace altyn::numerics {

namespace {

typedef float Floats __attribute__((vector_size(kFloatLanes * sizeof(float))));

constexpr Index kPanel = 32;    // rows factored before the rest is updated
constexpr Index kTileRows = 8;  // of S kept in registers, by two vectors of columns

ALTYN_INLINE Floats load_floats(const float* p) {
  Floats v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
ALTYN_INLINE void store_floats(float* p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }

ALTYN_INLINE float sum_floats(Floats v) {
  float sum[4] = {};
  for (int i = 0; i < kFloatLanes; i += 4) {
    for (int j = 0; j < 4; ++j) sum[j] += v[i + j];
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// S[i, j] -= sum_p P[p, i] P[p, j] for rows i in [begin, end) and columns from begin's tile on.
ALTYN_INLINE void update_rows(const float* p, Index n_rows, float* s, Index begin, Index end,
                              Index stride) {
  for (Index i = begin; i < end; i += kTileRows) {
    const Index rows = std::min(kTileRows, end - i);
    for (Index j = i / (2 * kFloatLanes) * (2 * kFloatLanes); j < stride; j += 2 * kFloatLanes) {
      Floats sum[kTileRows][2] = {};
      if (rows == kTileRows) {
        for (Index r = 0; r < n_rows; ++r) {
          const float* row = p + r * stride;
          const Floats left = load_floats(row + j);
          const Floats right = load_floats(row + j + kFloatLanes);
          for (Index a = 0; a < kTileRows; ++a) {
            sum[a][0] += left * row[i + a];
            sum[a][1] += right * row[i + a];
          }
        }
      } else {
        for (Index r = 0; r < n_rows; ++r) {
          const float* row = p + r * stride;
          const Floats left = load_floats(row + j);
          const Floats right = load_floats(row + j + kFloatLanes);
          for (Index a = 0; a < rows; ++a) {
            sum[a][0] += left * row[i + a];
            sum[a][1] += right * row[i + a];
          }
        }
      }
      for (Index a = 0; a < rows; ++a) {
        float* target = s + (i + a) * stride + j;
        store_floats(target, load_floats(target) - sum[a][0]);
        store_floats(target + kFloatLanes, load_floats(target + kFloatLanes) - sum[a][1]);
      }
    }
  }
}

}  // namespace

ALTYN_CLONES void scale_both_sides(float* w, Index n_rows, Index n, Index stride,
                                   const double* row_scale, const double* column_scale) {
  typedef float Floats8 __attribute__((vector_size(8 * sizeof(float))));
  for (Index i = 0; i < n_rows; ++i) {
    float* row = w + i * stride;
    const double scale = row_scale[i];
    Index j = 0;
    for (; j + 8 <= n; j += 8) {
      Floats8 cells;
      __builtin_memcpy(&cells, row + j, sizeof cells);
      const Lanes8 scaled =
          __builtin_convertvector(cells, Lanes8) * scale * load<8>(column_scale + j);
      cells = __builtin_convertvector(scaled, Floats8);
      __builtin_memcpy(row + j, &cells, sizeof cells);
    }
    for (; j < n; ++j) {
      row[j] = static_cast<float>(static_cast<double>(row[j]) * scale * column_scale[j]);
    }
  }
}

ALTYN_CLONES void subtract_products(const float* p, Index n_rows, float* s, Index n, Index stride) {
  update_rows(p, n_rows, s, 0, n, stride);
}

ALTYN_CLONES void factor_upper(float* s, Index n, Index stride, float floor) {
  for (Index panel = 0; panel < n; panel += kPanel) {
    const Index end = std::min(panel + kPanel, n);
    for (Index k = panel; k < end; ++k) {
      float* row = s + k * stride;
      const Index first = k / kFloatLanes * kFloatLanes;
      const float pivot = std::sqrt(std::max(row[k], floor));
      const float inverse = 1.0F / pivot;
      for (Index j = first; j < stride; j += kFloatLanes) {
        store_floats(row + j, load_floats(row + j) * inverse);
      }
      row[k] = pivot;
      for (Index j = first; j < k; ++j) row[j] = 0.0F;
      for (Index i = k + 1; i < end; ++i) {
        float* target = s + i * stride;
        const float factor = row[i];
        for (Index j = i / kFloatLanes * kFloatLanes; j < stride; j += kFloatLanes) {
          store_floats(target + j, load_floats(target + j) - load_floats(row + j) * factor);
        }
      }
    }
    if (end < n) update_rows(s + panel * stride, end - panel, s, end, n, stride);
  }
}

ALTYN_CLONES void solve_upper(const float* u, Index n, Index stride, float* b, int n_lanes) {
  for (Index k = 0; k < n; ++k) {  // U'y = b
    const float* row = u + k * stride;
    const float inverse = 1.0F / row[k];
    const Index first = k / kFloatLanes * kFloatLanes;
    for (int lane = 0; lane < n_lanes; ++lane) {
      float* y = b + lane * stride;
      const float value = y[k] * inverse;
      for (Index j = first; j < stride; j += kFloatLanes) {
        store_floats(y + j, load_floats(y + j) - load_floats(row + j) * value);
      }
      y[k] = value;
    }
  }
  for (Index k = n; k-- > 0;) {  // U x = y
    const float* row = u + k * stride;
    const float inverse = 1.0F / row[k];
    const Index first = k / kFloatLanes * kFloatLanes;
    for (int lane = 0; lane < n_lanes; ++lane) {
      float* x = b + lane * stride;
      const float value = x[k];
      x[k] = 0.0F;
      Floats sum{};
      for (Index j = first; j < stride; j += kFloatLanes) {
        sum += load_floats(row + j) * load_floats(x + j);
      }
      x[k] = (value - sum_floats(sum)) * inverse;
    }
  }
}

ALTYN_CLONES void subtract_transposed(const float* w, Index n_rows, Index n, Index stride,
                                      const float* a, Index a_stride, float* b, int n_lanes) {
  constexpr Index kRows = 4;
  for (Index r = 0; r < n_rows; r += kRows) {
    const Index rows = std::min(kRows, n_rows - r);
    for (int lane = 0; lane < n_lanes; ++lane) {
      float value[kRows] = {};
      for (Index q = 0; q < rows; ++q) value[q] = a[lane * a_stride + r + q];
      float* target = b + lane * stride;
      const float* row = w + r * stride;
      // Rows beyond the last have value zero; they read the row before.
      const float* row1 = row + (rows > 1 ? stride : 0);
      const float* row2 = row + (rows > 2 ? 2 * stride : 0);
      const float* row3 = row + (rows > 3 ? 3 * stride : 0);
      for (Index j = 0; j < n; j += kFloatLanes) {
        const Floats sum = (load_floats(row + j) * value[0] + load_floats(row1 + j) * value[1]) +
                           (load_floats(row2 + j) * value[2] + load_floats(row3 + j) * value[3]);
        store_floats(target + j, load_floats(target + j) - sum);
      }
    }
  }
}

ALTYN_CLONES void subtract_product(const float* w, Index n_rows, Index n, Index stride,
                                   const float* b, float* a, Index a_stride, int n_lanes) {
  for (Index r = 0; r < n_rows; ++r) {
    const float* row = w + r * stride;
    for (int lane = 0; lane < n_lanes; ++lane) {
      const float* x = b + lane * stride;
      Floats sum{};
      for (Index j = 0; j < n; j += kFloatLanes) sum += load_floats(row + j) * load_floats(x + j);
      a[lane * a_stride + r] -= sum_floats(sum);
    }
  }
}

}  // namespace altyn::numerics
