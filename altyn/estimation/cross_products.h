#pragma once

#include <span>
#include <vector>

#include "altyn/core/context.h"

namespace altyn::estimation {

/// X' diag(weights) X, row-major [k * k], symmetric. Shapes: k columns [n]; weights [n] or empty.
/// The same bits for any number of threads. Cost: n k^2 multiplications; memory 32 k^2 numbers.
[[nodiscard]] std::vector<double> cross_products(std::span<const std::span<const double>> columns,
                                                 std::span<const double> weights, Context& context);

}  // namespace altyn::estimation
