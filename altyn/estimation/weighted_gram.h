#pragma once

#include <span>
#include <vector>

#include "altyn/core/context.h"

namespace altyn::estimation {

/// X' W X [k * k] and X' s [k] of k columns [n], for many columns; fixed shards, ordered merge.
/// Cost: n k (k + 1) / 2 products in blocks that stay in cache.
struct WeightedGram {
  std::vector<double> products;
  std::vector<double> scores;
};
[[nodiscard]] WeightedGram weighted_gram(std::span<const double* const> columns, Index n_rows,
                                         const double* weights, const double* score,
                                         Context& context);

}  // namespace altyn::estimation
