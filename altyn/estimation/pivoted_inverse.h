#pragma once

#include <vector>

#include "altyn/core/types.h"

namespace altyn::estimation {

/// A symmetric generalised inverse of a positive semidefinite matrix: the inverse of a largest
/// well-conditioned principal block, zero elsewhere. B A^- B' does not depend on which block is
/// chosen for any B whose rows lie in the row space of A.
/// Method: Cholesky with diagonal pivoting in blocks; pivots below 1e-11 of the largest diagonal
/// end it. Cost: n^3 multiplications, 3 n^2 numbers.
/// Source: Higham (2002), section 10.3; Lucas (2004).
/// Shapes: a [n * n], symmetric.
[[nodiscard]] std::vector<double> pivoted_inverse(std::vector<double> a, Index n);

}  // namespace altyn::estimation
