#include "altyn/equilibrium/sector_kernels.h"

#include <algorithm>
#include <cstring>

#include "altyn/numerics/simd.h"

namespace altyn::equilibrium::kernels {
namespace {

using numerics::Lanes8;
using numerics::load;
using numerics::store;
using numerics::sum_lanes;

constexpr std::size_t kLanes = 8;
constexpr int kRows = 4;  // rows handled together: their sums hide each other's latency

ALTYN_INLINE Lanes8 at(const double* p) { return load<8>(p); }

// z from the row's own dot product.
struct Divide {
  const double* u;
  ALTYN_INLINE double operator()(std::size_t row, double gross) const {
    return u[row] == 0.0 ? 0.0 : u[row] / gross;
  }
};
struct Affine {
  const double* u;
  const double* v;
  ALTYN_INLINE double operator()(std::size_t row, double gross) const {
    return u[row] + v[row] * gross;
  }
};

template <bool kNet, class Rule>
ALTYN_INLINE void one_row(const SectorMatrices& m, std::size_t row, const double* s,
                          const Rule& rule, double* gross_dot, double* net_dot, double* z,
                          double* received) {
  const double* a = m.gross + row * m.stride;
  const double* b = kNet ? m.net + row * m.stride : a;
  Lanes8 gross = {};
  Lanes8 net = {};
  for (std::size_t i = 0; i < m.stride; i += kLanes) {
    const Lanes8 value = at(s + i);
    gross += at(a + i) * value;
    if constexpr (kNet) net += at(b + i) * value;
  }
  gross_dot[row] = sum_lanes(gross);
  net_dot[row] = kNet ? sum_lanes(net) : gross_dot[row];
  const double weight = z[row] = rule(row, gross_dot[row]);
  for (std::size_t i = 0; i < m.stride; i += kLanes) {
    store<8>(received + i, at(received + i) + weight * at(b + i));
  }
}

template <bool kNet, class Rule>
ALTYN_INLINE void all_rows(const SectorMatrices& m, const double* s, const Rule& rule,
                           double* gross_dot, double* net_dot, double* z, double* received) {
  const std::size_t stride = m.stride;
  std::size_t row = 0;
  for (; row + kRows <= m.n_rows; row += kRows) {
    const double* a0 = m.gross + row * stride;
    const double* a1 = a0 + stride;
    const double* a2 = a1 + stride;
    const double* a3 = a2 + stride;
    const double* b0 = kNet ? m.net + row * stride : a0;
    const double* b1 = b0 + stride;
    const double* b2 = b1 + stride;
    const double* b3 = b2 + stride;
    Lanes8 g0 = {}, g1 = {}, g2 = {}, g3 = {}, n0 = {}, n1 = {}, n2 = {}, n3 = {};
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const Lanes8 value = at(s + i);
      g0 += at(a0 + i) * value;
      g1 += at(a1 + i) * value;
      g2 += at(a2 + i) * value;
      g3 += at(a3 + i) * value;
      if constexpr (kNet) {
        n0 += at(b0 + i) * value;
        n1 += at(b1 + i) * value;
        n2 += at(b2 + i) * value;
        n3 += at(b3 + i) * value;
      }
    }
    gross_dot[row] = sum_lanes(g0);
    gross_dot[row + 1] = sum_lanes(g1);
    gross_dot[row + 2] = sum_lanes(g2);
    gross_dot[row + 3] = sum_lanes(g3);
    net_dot[row] = kNet ? sum_lanes(n0) : gross_dot[row];
    net_dot[row + 1] = kNet ? sum_lanes(n1) : gross_dot[row + 1];
    net_dot[row + 2] = kNet ? sum_lanes(n2) : gross_dot[row + 2];
    net_dot[row + 3] = kNet ? sum_lanes(n3) : gross_dot[row + 3];
    const double z0 = z[row] = rule(row, gross_dot[row]);
    const double z1 = z[row + 1] = rule(row + 1, gross_dot[row + 1]);
    const double z2 = z[row + 2] = rule(row + 2, gross_dot[row + 2]);
    const double z3 = z[row + 3] = rule(row + 3, gross_dot[row + 3]);
    for (std::size_t i = 0; i < stride; i += kLanes) {
      store<8>(received + i, at(received + i) + ((z0 * at(b0 + i) + z1 * at(b1 + i)) +
                                                 (z2 * at(b2 + i) + z3 * at(b3 + i))));
    }
  }
  for (; row < m.n_rows; ++row) {
    one_row<kNet>(m, row, s, rule, gross_dot, net_dot, z, received);
  }
}

template <bool kNet>
ALTYN_INLINE void transposed_rows(const SectorMatrices& m, const double* t, const double* u,
                                  const double* v, const double* net_weight, double* net_dot,
                                  double* gross_weight, double* out) {
  const std::size_t stride = m.stride;
  constexpr std::size_t kTwo = 2;
  std::size_t row = 0;
  for (; row + kTwo <= m.n_rows; row += kTwo) {
    const double* a0 = m.gross + row * stride;
    const double* a1 = a0 + stride;
    const double* b0 = kNet ? m.net + row * stride : a0;
    const double* b1 = b0 + stride;
    Lanes8 n0 = {}, n1 = {};
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const Lanes8 value = at(t + i);
      n0 += at(b0 + i) * value;
      n1 += at(b1 + i) * value;
    }
    net_dot[row] = sum_lanes(n0);
    net_dot[row + 1] = sum_lanes(n1);
    const double w0 = gross_weight[row] = u[row] + v[row] * net_dot[row];
    const double w1 = gross_weight[row + 1] = u[row + 1] + v[row + 1] * net_dot[row + 1];
    const double c0 = net_weight[row];
    const double c1 = net_weight[row + 1];
    for (std::size_t i = 0; i < stride; i += kLanes) {
      if constexpr (kNet) {
        store<8>(out + i, at(out + i) + ((w0 * at(a0 + i) + c0 * at(b0 + i)) +
                                         (w1 * at(a1 + i) + c1 * at(b1 + i))));
      } else {
        store<8>(out + i, at(out + i) + ((w0 + c0) * at(a0 + i) + (w1 + c1) * at(a1 + i)));
      }
    }
  }
  for (; row < m.n_rows; ++row) {
    const double* a = m.gross + row * stride;
    const double* b = kNet ? m.net + row * stride : a;
    Lanes8 net = {};
    for (std::size_t i = 0; i < stride; i += kLanes) net += at(b + i) * at(t + i);
    net_dot[row] = sum_lanes(net);
    const double w = gross_weight[row] = u[row] + v[row] * net_dot[row];
    const double c = net_weight[row];
    for (std::size_t i = 0; i < stride; i += kLanes) {
      store<8>(out + i, at(out + i) + (w * at(a + i) + c * at(b + i)));
    }
  }
}

ALTYN_CLONES void share_pass_taxed(const SectorMatrices& m, const double* s, const double* u,
                                   double* gross_dot, double* net_dot, double* z,
                                   double* received) {
  all_rows<true>(m, s, Divide{u}, gross_dot, net_dot, z, received);
}
ALTYN_CLONES void share_pass_free(const SectorMatrices& m, const double* s, const double* u,
                                  double* gross_dot, double* net_dot, double* z, double* received) {
  all_rows<false>(m, s, Divide{u}, gross_dot, net_dot, z, received);
}
ALTYN_CLONES void linear_pass_taxed(const SectorMatrices& m, const double* s, const double* u,
                                    const double* v, double* gross_dot, double* net_dot, double* z,
                                    double* received) {
  all_rows<true>(m, s, Affine{u, v}, gross_dot, net_dot, z, received);
}
ALTYN_CLONES void linear_pass_free(const SectorMatrices& m, const double* s, const double* u,
                                   const double* v, double* gross_dot, double* net_dot, double* z,
                                   double* received) {
  all_rows<false>(m, s, Affine{u, v}, gross_dot, net_dot, z, received);
}
ALTYN_CLONES void transposed_pass_taxed(const SectorMatrices& m, const double* t, const double* u,
                                        const double* v, const double* net_weight, double* net_dot,
                                        double* gross_weight, double* out) {
  transposed_rows<true>(m, t, u, v, net_weight, net_dot, gross_weight, out);
}
ALTYN_CLONES void transposed_pass_free(const SectorMatrices& m, const double* t, const double* u,
                                       const double* v, const double* net_weight, double* net_dot,
                                       double* gross_weight, double* out) {
  transposed_rows<false>(m, t, u, v, net_weight, net_dot, gross_weight, out);
}

}  // namespace

void share_pass(const SectorMatrices& m, const double* s, const double* u, double* gross_dot,
                double* net_dot, double* z, double* received) {
  (m.net == m.gross ? share_pass_free : share_pass_taxed)(m, s, u, gross_dot, net_dot, z, received);
}

void linear_pass(const SectorMatrices& m, const double* s, const double* u, const double* v,
                 double* gross_dot, double* net_dot, double* z, double* received) {
  (m.net == m.gross ? linear_pass_free : linear_pass_taxed)(m, s, u, v, gross_dot, net_dot, z,
                                                            received);
}

void transposed_pass(const SectorMatrices& m, const double* t, const double* u, const double* v,
                     const double* net_weight, double* net_dot, double* gross_weight, double* out) {
  (m.net == m.gross ? transposed_pass_free : transposed_pass_taxed)(m, t, u, v, net_weight, net_dot,
                                                                    gross_weight, out);
}

ALTYN_CLONES void two_products(const double* a, std::size_t n_rows, std::size_t stride,
                               const double* x, const double* y, double* row_dot,
                               double* column_sum) {
  std::memset(column_sum, 0, stride * sizeof(double));
  std::size_t row = 0;
  for (; row + kRows <= n_rows; row += kRows) {
    const double* a0 = a + row * stride;
    const double* a1 = a0 + stride;
    const double* a2 = a1 + stride;
    const double* a3 = a2 + stride;
    Lanes8 d0 = {}, d1 = {}, d2 = {}, d3 = {};
    const double y0 = y[row], y1 = y[row + 1], y2 = y[row + 2], y3 = y[row + 3];
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const Lanes8 v0 = at(a0 + i), v1 = at(a1 + i), v2 = at(a2 + i), v3 = at(a3 + i);
      const Lanes8 value = at(x + i);
      d0 += v0 * value;
      d1 += v1 * value;
      d2 += v2 * value;
      d3 += v3 * value;
      store<8>(column_sum + i, at(column_sum + i) + ((y0 * v0 + y1 * v1) + (y2 * v2 + y3 * v3)));
    }
    row_dot[row] = sum_lanes(d0);
    row_dot[row + 1] = sum_lanes(d1);
    row_dot[row + 2] = sum_lanes(d2);
    row_dot[row + 3] = sum_lanes(d3);
  }
  for (; row < n_rows; ++row) {
    Lanes8 dot = {};
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const Lanes8 value = at(a + row * stride + i);
      dot += value * at(x + i);
      store<8>(column_sum + i, at(column_sum + i) + y[row] * value);
    }
    row_dot[row] = sum_lanes(dot);
  }
}

namespace {

// Lane p of z is u / q where the problem takes part in the row and spends there.
ALTYN_INLINE Lanes8 divided(Lanes8 u, Lanes8 q, unsigned char skip) {
  Lanes8 z = u / q;
  for (std::size_t p = 0; p < kProblems; ++p) {
    if ((skip >> p & 1U) != 0 || u[p] == 0.0) z[p] = 0.0;
  }
  return z;
}

template <bool kNet>
ALTYN_INLINE void rows_together(const SectorMatrices& m, const double* s, const double* u,
                                const unsigned char* skip, double* gross_dot, double* net_dot,
                                double* z, double* received) {
  const std::size_t stride = m.stride;
  std::memset(received, 0, stride * kProblems * sizeof(double));
  for (std::size_t row = 0; row < m.n_rows; row += kRows) {
    const std::size_t count = std::min<std::size_t>(kRows, m.n_rows - row);
    const double* a[kRows];
    const double* b[kRows];
    for (std::size_t r = 0; r < kRows; ++r) {
      // Rows beyond the last repeat it; their results are dropped.
      const std::size_t from = row + std::min(r, count - 1);
      a[r] = m.gross + from * stride;
      b[r] = kNet ? m.net + from * stride : a[r];
    }
    Lanes8 g0 = {}, g1 = {}, g2 = {}, g3 = {}, n0 = {}, n1 = {}, n2 = {}, n3 = {};
    for (std::size_t i = 0; i < stride; ++i) {
      const Lanes8 value = at(s + i * kProblems);
      g0 += a[0][i] * value;
      g1 += a[1][i] * value;
      g2 += a[2][i] * value;
      g3 += a[3][i] * value;
      if constexpr (kNet) {
        n0 += b[0][i] * value;
        n1 += b[1][i] * value;
        n2 += b[2][i] * value;
        n3 += b[3][i] * value;
      }
    }
    const Lanes8 gross[kRows] = {g0, g1, g2, g3};
    const Lanes8 net[kRows] = {n0, n1, n2, n3};
    Lanes8 weight[kRows] = {};
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t place = (row + r) * kProblems;
      store<8>(gross_dot + place, gross[r]);
      store<8>(net_dot + place, kNet ? net[r] : gross[r]);
      weight[r] = divided(at(u + place), gross[r], skip[row + r]);
      store<8>(z + place, weight[r]);
    }
    const Lanes8 w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
    for (std::size_t i = 0; i < stride; ++i) {
      store<8>(received + i * kProblems,
               at(received + i * kProblems) +
                   ((w0 * b[0][i] + w1 * b[1][i]) + (w2 * b[2][i] + w3 * b[3][i])));
    }
  }
}

ALTYN_CLONES void taxed_together(const SectorMatrices& m, const double* s, const double* u,
                                 const unsigned char* skip, double* gross_dot, double* net_dot,
                                 double* z, double* received) {
  rows_together<true>(m, s, u, skip, gross_dot, net_dot, z, received);
}
ALTYN_CLONES void free_together(const SectorMatrices& m, const double* s, const double* u,
                                const unsigned char* skip, double* gross_dot, double* net_dot,
                                double* z, double* received) {
  rows_together<false>(m, s, u, skip, gross_dot, net_dot, z, received);
}

}  // namespace

void share_pass_together(const SectorMatrices& m, const double* s, const double* u,
                         const unsigned char* skip, double* gross_dot, double* net_dot, double* z,
                         double* received) {
  (m.net == m.gross ? free_together : taxed_together)(m, s, u, skip, gross_dot, net_dot, z,
                                                      received);
}

ALTYN_CLONES void two_products_together(const double* a, std::size_t n_rows, std::size_t n_columns,
                                        std::size_t stride, const double* x, const double* y,
                                        double* row_dot, double* column_sum) {
  std::memset(column_sum, 0, n_columns * kProblems * sizeof(double));
  std::size_t row = 0;
  for (; row + kRows <= n_rows; row += kRows) {
    const double* a0 = a + row * stride;
    const double* a1 = a0 + stride;
    const double* a2 = a1 + stride;
    const double* a3 = a2 + stride;
    const Lanes8 y0 = at(y + row * kProblems), y1 = at(y + (row + 1) * kProblems);
    const Lanes8 y2 = at(y + (row + 2) * kProblems), y3 = at(y + (row + 3) * kProblems);
    Lanes8 d0 = {}, d1 = {}, d2 = {}, d3 = {};
    for (std::size_t i = 0; i < n_columns; ++i) {
      const Lanes8 value = at(x + i * kProblems);
      d0 += a0[i] * value;
      d1 += a1[i] * value;
      d2 += a2[i] * value;
      d3 += a3[i] * value;
      store<8>(
          column_sum + i * kProblems,
          at(column_sum + i * kProblems) + ((y0 * a0[i] + y1 * a1[i]) + (y2 * a2[i] + y3 * a3[i])));
    }
    store<8>(row_dot + row * kProblems, d0);
    store<8>(row_dot + (row + 1) * kProblems, d1);
    store<8>(row_dot + (row + 2) * kProblems, d2);
    store<8>(row_dot + (row + 3) * kProblems, d3);
  }
  for (; row < n_rows; ++row) {
    const double* from = a + row * stride;
    const Lanes8 weight = at(y + row * kProblems);
    Lanes8 dot = {};
    for (std::size_t i = 0; i < n_columns; ++i) {
      dot += from[i] * at(x + i * kProblems);
      store<8>(column_sum + i * kProblems, at(column_sum + i * kProblems) + weight * from[i]);
    }
    store<8>(row_dot + row * kProblems, dot);
  }
}

ALTYN_CLONES void exp_into(std::span<const double> x, std::span<double> out) {
  for (std::size_t i = 0; i < x.size(); i += kLanes) {
    store<8>(&out[i], numerics::exp_lanes(at(&x[i])));
  }
}

ALTYN_CLONES void log_into(std::span<const double> x, std::span<double> out) {
  for (std::size_t i = 0; i < x.size(); i += kLanes) {
    store<8>(&out[i], numerics::log_lanes(at(&x[i])));
  }
}

ALTYN_CLONES void scaled_shares(std::span<const double> share, std::span<const double> ratio,
                                double elasticity, std::span<double> out) {
  const Lanes8 one = Lanes8{} + 1.0;
  for (std::size_t i = 0; i < share.size(); i += kLanes) {
    const Lanes8 change = at(&ratio[i]);
    // Most cells do not change: skip the powers of a block without any change.
    if (std::memcmp(&change, &one, sizeof one) == 0) {
      store<8>(&out[i], at(&share[i]));
      continue;
    }
    const Lanes8 scaled =
        at(&share[i]) * numerics::exp_lanes(-elasticity * numerics::log_lanes(change));
    store<8>(&out[i], change == one ? at(&share[i]) : scaled);
  }
}

}  // namespace altyn::equilibrium::kernels
