#pragma once

#include <span>
#include <vector>

#include "altyn/core/status.h"
#include "altyn/core/types.h"
#include "altyn/numerics/fixed_point.h"

namespace altyn::numerics {

struct BalanceResult {
  SolveStatus status = SolveStatus::kNotRun;
  double residual = -1.0;  ///< max |log(row sum / wanted)|; columns hold exactly
  Index worst_row = -1;
  Index iterations = 0;
};

/// Scales rows and columns of a non-negative row-major matrix until its sums equal `row_totals` and
/// `column_totals` (RAS, iterative proportional fitting: the entropy projection). The totals must
/// be positive with equal sums, and every row and column needs a positive cell; InputError
/// ("balance-...") otherwise. Totals that the zeros of the matrix make impossible end as
/// kStalled.
/// Cost: two passes over the matrix per iteration, accelerated (fixed_point.h).
/// Source: Deming and Stephan (1940); equals a Poisson fit with row and column effects.
[[nodiscard]] BalanceResult balance_matrix(std::span<double> matrix,
                                           std::span<const double> row_totals,
                                           std::span<const double> column_totals,
                                           const FixedPointOptions& options = {});

}  // namespace altyn::numerics
