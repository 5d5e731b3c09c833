#pragma once

#include <cstddef>
#include <span>

/// The passes over large matrices that multi-sector equations are made of. Every matrix is
/// row-major with rows of `stride` doubles, a multiple of 8 whose unused tail is zero; vectors
/// along a row have the same length. Additions have a fixed order, so the bits are the same for any
/// instruction set. Each kernel reads every matrix once from memory.
namespace altyn::equilibrium::kernels {

/// Matrices of one sector: row n holds what importer n takes from each exporter.
/// `net` may equal `gross`, which saves its traffic.
struct SectorMatrices {
  const double* gross = nullptr;  ///< a: share times (cost change)^-elasticity
  const double* net = nullptr;    ///< b: a over the price wedges that exporters do not receive
  std::size_t n_rows = 0;
  std::size_t stride = 0;
};

/// gross_dot[n] = a_n . s, net_dot[n] = b_n . s, z[n] = u[n] / gross_dot[n], and
/// received += sum_n z[n] b_n. Where u[n] is zero so is z[n].
void share_pass(const SectorMatrices& matrices, const double* s, const double* u, double* gross_dot,
                double* net_dot, double* z, double* received);

/// The linear version: z[n] = u[n] + v[n] gross_dot[n].
void linear_pass(const SectorMatrices& matrices, const double* s, const double* u, const double* v,
                 double* gross_dot, double* net_dot, double* z, double* received);

/// The transpose of linear_pass: net_dot[n] = b_n . t, gross_weight[n] = u[n] + v[n] net_dot[n],
/// and out += sum_n gross_weight[n] a_n + net_weight[n] b_n.
void transposed_pass(const SectorMatrices& matrices, const double* t, const double* u,
                     const double* v, const double* net_weight, double* net_dot,
                     double* gross_weight, double* out);

/// Both products with one matrix of `n_rows` rows: row_dot[r] = A_r . x and
/// column_sum = sum_r y[r] A_r. Used with input shares: uses of output and costs of inputs.
void two_products(const double* a, std::size_t n_rows, std::size_t stride, const double* x,
                  const double* y, double* row_dot, double* column_sum);

/// Problems that are solved side by side, one per vector lane: arrays of theirs are [place][8].
inline constexpr std::size_t kProblems = 8;

/// share_pass for eight problems on the same matrices. Bit p of skip[n] leaves row n out of problem
/// p, which has a row of its own there. `received` is overwritten.
void share_pass_together(const SectorMatrices& matrices, const double* s, const double* u,
                         const unsigned char* skip, double* gross_dot, double* net_dot, double* z,
                         double* received);

/// two_products for eight problems: x is [n_columns][8], y and row_dot [n_rows][8], column_sum
/// [n_columns][8].
void two_products_together(const double* a, std::size_t n_rows, std::size_t n_columns,
                           std::size_t stride, const double* x, const double* y, double* row_dot,
                           double* column_sum);

/// out = exp(x), element by element; relative error below 3e-16. Sizes are multiples of 8.
void exp_into(std::span<const double> x, std::span<double> out);
/// out = log(x) of positive normal numbers.
void log_into(std::span<const double> x, std::span<double> out);

/// out[i] = share[i] * ratio[i]^-elasticity for one row, where a ratio of exactly one leaves the
/// share's bits alone. Sizes are multiples of 8.
void scaled_shares(std::span<const double> share, std::span<const double> ratio, double elasticity,
                   std::span<double> out);

}  // namespace altyn::equilibrium::kernels
