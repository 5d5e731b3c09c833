#include "altyn/numerics/matrix_balance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/numerics/continuation.h"
#include "altyn/numerics/dense_kernels.h"

namespace altyn::numerics {
namespace {

void check_totals(std::span<const double> totals, const char* what) {
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (!(totals[i] > 0.0) || !std::isfinite(totals[i])) {
      throw InputError({.code = "balance-total",
                        .what = fmt::format("the wanted total of {} {} is {}", what, i, totals[i]),
                        .where = fmt::format("{} {}", what, i),
                        .why = "rows and columns can only be scaled to positive totals"});
    }
  }
}

}  // namespace

BalanceResult balance_matrix(std::span<double> matrix, std::span<const double> row_totals,
                             std::span<const double> column_totals,
                             const FixedPointOptions& options) {
  const std::size_t n_rows = row_totals.size();
  const std::size_t n_columns = column_totals.size();
  ALTYN_CHECK(matrix.size() == n_rows * n_columns, "a matrix of rows times columns");
  check_totals(row_totals, "row");
  check_totals(column_totals, "column");
  const double rows_sum = std::accumulate(row_totals.begin(), row_totals.end(), 0.0);
  const double columns_sum = std::accumulate(column_totals.begin(), column_totals.end(), 0.0);
  if (std::abs(rows_sum / columns_sum - 1.0) > 1e-9) {
    throw InputError({.code = "balance-sums",
                      .what = fmt::format("the row totals sum to {} and the column totals to {}",
                                          rows_sum, columns_sum),
                      .where = "totals",
                      .why = "both are the sum of the same matrix",
                      .fixes = {"scale one of the two lists to the sum of the other"}});
  }

  const auto stride = static_cast<std::size_t>(padded_stride(static_cast<Index>(n_columns)));
  std::vector<double> padded(n_rows * stride, 0.0);
  std::vector<bool> column_seen(n_columns, false);
  for (std::size_t r = 0; r < n_rows; ++r) {
    bool row_seen = false;
    for (std::size_t c = 0; c < n_columns; ++c) {
      const double value = matrix[r * n_columns + c];
      if (!(value >= 0.0) || !std::isfinite(value)) {
        throw InputError({.code = "balance-negative",
                          .what = fmt::format("cell ({}, {}) is {}", r, c, value),
                          .where = fmt::format("row {}, column {}", r, c),
                          .why = "only non-negative matrices can be balanced by scaling"});
      }
      padded[r * stride + c] = value;
      row_seen = row_seen || value > 0.0;
      column_seen[c] = column_seen[c] || value > 0.0;
    }
    if (!row_seen) {
      throw InputError({.code = "balance-empty",
                        .what = fmt::format("row {} has no positive cell", r),
                        .where = fmt::format("row {}", r),
                        .why = "scaling zeros cannot reach a positive total"});
    }
  }
  const auto empty = std::find(column_seen.begin(), column_seen.end(), false);
  if (empty != column_seen.end()) {
    const auto c = empty - column_seen.begin();
    throw InputError({.code = "balance-empty",
                      .what = fmt::format("column {} has no positive cell", c),
                      .where = fmt::format("column {}", c),
                      .why = "scaling zeros cannot reach a positive total"});
  }

  // Unknown: the log of the row factors; the column factors follow exactly.
  std::vector<double> log_factor(n_rows, 0.0);
  std::vector<double> row_factor(n_rows);
  std::vector<double> column_factor(stride, 0.0);
  std::vector<double> row_sum(n_rows);
  std::vector<double> wanted(row_totals.begin(), row_totals.end());
  BalanceResult result;
  // Sums of rows when columns hold, and the logarithm of what each row lacks.
  const auto gaps_at = [&](std::span<const double> x, std::span<double> gaps) {
    for (std::size_t r = 0; r < n_rows; ++r) row_factor[r] = std::exp(x[r]);
    multiply_transposed(padded.data(), row_factor, column_factor);
    for (std::size_t c = 0; c < n_columns; ++c) {
      column_factor[c] = column_totals[c] / column_factor[c];
    }
    multiply(padded.data(), column_factor, row_sum);
    double residual = 0.0;
    for (std::size_t r = 0; r < n_rows; ++r) {
      row_sum[r] *= row_factor[r];
      gaps[r] = std::log(wanted[r] / row_sum[r]);
      if (!(std::abs(gaps[r]) <= residual)) {
        residual = std::abs(gaps[r]);
        result.worst_row = static_cast<Index>(r);
      }
    }
    return residual;
  };
  // A row that fills its columns alone hardly moves its own sum: steps are scaled by the slope of
  // the row's sum in its own factor (the diagonal of the Jacobian).
  const FixedPointMap map = [&](std::span<const double> x, std::span<double> image) {
    const double residual = gaps_at(x, image);
    for (std::size_t r = 0; r < n_rows; ++r) {
      double own = 0.0;
      for (std::size_t c = 0; c < n_columns; ++c) {
        const double cell = row_factor[r] * padded[r * stride + c] * column_factor[c];
        own += cell * cell / column_totals[c];
      }
      image[r] = x[r] + image[r] / std::max(1.0 - own / row_sum[r], 1e-6);
    }
    return residual;
  };
  // Where the direct search fails, the row totals walk from the ones that hold already.
  std::vector<double> gaps(n_rows);
  (void)gaps_at(log_factor, gaps);
  const std::vector<double> held = row_sum;
  FixedPointWorkspace workspace;
  const PathSolver solve = [&](double t, std::vector<double>& x) -> PathSolve {
    double sum = 0.0;
    for (std::size_t r = 0; r < n_rows; ++r) {
      wanted[r] = std::pow(row_totals[r], t) * std::pow(held[r], 1.0 - t);
      sum += wanted[r];
    }
    for (double& total : wanted) total *= columns_sum / sum;
    const FixedPointResult solved = solve_fixed_point(map, x, options, workspace);
    return {solved.status, solved.iterations};
  };
  const ContinuationResult path = follow_path(solve, log_factor);
  result.status = path.status;
  result.iterations = path.iterations;
  std::copy(row_totals.begin(), row_totals.end(), wanted.begin());
  result.residual = gaps_at(log_factor, gaps);
  for (std::size_t r = 0; r < n_rows; ++r) {
    for (std::size_t c = 0; c < n_columns; ++c) {
      matrix[r * n_columns + c] = padded[r * stride + c] * row_factor[r] * column_factor[c];
    }
  }
  return result;
}

}  // namespace altyn::numerics
