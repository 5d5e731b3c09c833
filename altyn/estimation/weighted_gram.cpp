#include "altyn/estimation/weighted_gram.h"

#include <algorithm>

#include "altyn/numerics/raw_vector.h"
#include "altyn/numerics/simd.h"

namespace altyn::estimation {

namespace {

using numerics::Lanes8;
using numerics::load;
using numerics::store;
using numerics::sum_lanes;

constexpr std::size_t kTile = 256;  // rows; a multiple of eight
constexpr std::size_t kPatch = 4;   // columns by columns kept in registers
constexpr Index kTasks = 16;

// Tile: columns x (plain) and wx (weighted), each [k rounded up to kPatch][kTile], zero-padded.
// products [k4 * k4], upper patches only.
ALTYN_CLONES void add_tile(const double* x, const double* wx, std::size_t k4, double* products) {
  for (std::size_t i = 0; i < k4; i += kPatch) {
    for (std::size_t j = i; j < k4; j += kPatch) {
      Lanes8 sum[kPatch][kPatch] = {};
      for (std::size_t r = 0; r < kTile; r += 8) {
        Lanes8 right[kPatch];
        for (std::size_t b = 0; b < kPatch; ++b) right[b] = load<8>(wx + (j + b) * kTile + r);
        for (std::size_t a = 0; a < kPatch; ++a) {
          const Lanes8 left = load<8>(x + (i + a) * kTile + r);
          for (std::size_t b = 0; b < kPatch; ++b) sum[a][b] += left * right[b];
        }
      }
      for (std::size_t a = 0; a < kPatch; ++a) {
        for (std::size_t b = 0; b < kPatch; ++b) {
          products[(i + a) * k4 + j + b] += sum_lanes(sum[a][b]);
        }
      }
    }
  }
}

}  // namespace

WeightedGram weighted_gram(std::span<const double* const> columns, Index n_rows,
                           const double* weights, const double* score, Context& context) {
  const std::size_t k = columns.size();
  const std::size_t k4 = (k + kPatch - 1) / kPatch * kPatch;
  numerics::RawVector<double> products(kTasks * k4 * k4);
  numerics::RawVector<double> scores(kTasks * k);
  context.pool->for_each_shard(kTasks, [&](Index task) {
    const ShardRange range = shard_range(n_rows, kTasks, task);
    double* own_products = products.data() + static_cast<std::size_t>(task) * k4 * k4;
    double* own_scores = scores.data() + static_cast<std::size_t>(task) * k;
    std::fill_n(own_products, k4 * k4, 0.0);
    std::fill_n(own_scores, k, 0.0);
    numerics::RawVector<double> tile(2 * k4 * kTile);
    for (Index begin = range.begin; begin < range.end; begin += kTile) {
      const auto count = static_cast<std::size_t>(std::min<Index>(kTile, range.end - begin));
      std::fill(tile.begin(), tile.end(), 0.0);
      for (std::size_t j = 0; j < k; ++j) {
        double* x = tile.data() + j * kTile;
        double* wx = x + k4 * kTile;
        double sum = 0.0;
        for (std::size_t r = 0; r < count; ++r) {
          const Index row = begin + static_cast<Index>(r);
          x[r] = columns[j][row];
          wx[r] = x[r] * weights[row];
          sum += x[r] * score[row];
        }
        own_scores[j] += sum;
      }
      add_tile(tile.data(), tile.data() + k4 * kTile, k4, own_products);
    }
  });
  WeightedGram result{.products = std::vector<double>(k * k), .scores = std::vector<double>(k)};
  for (std::size_t task = 0; task < kTasks; ++task) {
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = i; j < k; ++j) {
        result.products[i * k + j] += products[task * k4 * k4 + i * k4 + j];
      }
      result.scores[i] += scores[task * k + i];
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < i; ++j) result.products[i * k + j] = result.products[j * k + i];
  }
  return result;
}

}  // namespace altyn::estimation
