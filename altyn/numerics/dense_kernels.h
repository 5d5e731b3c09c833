#pragma once

#include <span>

#include "altyn/core/types.h"

/// Dense loops that solvers spend their time in. The order of additions is fixed, so the bits are
/// the same for any instruction set.
namespace altyn::numerics {

/// Doubles per row of a matrix with `n_columns` columns whose rows are whole blocks of 8.
[[nodiscard]] Index padded_stride(Index n_columns);

/// y = A^T x for a row-major matrix of `x.size()` rows and `y.size()` columns per row.
/// y.size() must be a multiple of 8 (padded_stride). Cost: one pass over A.
void multiply_transposed(const double* a, std::span<const double> x, std::span<double> y);

/// y = A x for a row-major matrix of `y.size()` rows and `x.size()` columns per row; x.size() must
/// be a multiple of 8. Cost: one pass over A.
void multiply(const double* a, std::span<const double> x, std::span<double> y);

/// x = exp(factor * x) in place, relative error below 3e-16 within the range of doubles.
void scale_and_exponentiate(double factor, std::span<double> x);

/// x = log(x) in place for positive normal numbers; everything else becomes NaN.
void take_logarithms(std::span<double> x);

}  // namespace altyn::numerics
