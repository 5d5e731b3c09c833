#include "altyn/estimation/cross_products.h"

#include <Eigen/Core>
#include <algorithm>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

constexpr Index kShards = 32;
constexpr Index kBlock = 256;  // rows copied next to each other before they are multiplied

}  // namespace

std::vector<double> cross_products(std::span<const std::span<const double>> columns,
                                   std::span<const double> weights, Context& context) {
  const auto k = static_cast<Index>(columns.size());
  const Index n = columns.empty() ? 0 : static_cast<Index>(columns.front().size());
  const Index n_shards = std::min(kShards, (n + kBlock - 1) / kBlock);
  std::vector<Eigen::MatrixXd> parts(static_cast<std::size_t>(n_shards));
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(n, n_shards, shard);
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(k, k);
    Eigen::MatrixXd left(k, kBlock);
    Eigen::MatrixXd right(k, kBlock);
    for (Index begin = range.begin; begin < range.end; begin += kBlock) {
      const Index count = std::min(kBlock, range.end - begin);
      for (Index j = 0; j < k; ++j) {
        const std::span<const double> column = columns[static_cast<std::size_t>(j)];
        for (Index r = 0; r < count; ++r) {
          const double value = column[static_cast<std::size_t>(begin + r)];
          left(j, r) = value;
          right(j, r) =
              weights.empty() ? value : value * weights[static_cast<std::size_t>(begin + r)];
        }
      }
      sum.noalias() += left.leftCols(count) * right.leftCols(count).transpose();
    }
    parts[static_cast<std::size_t>(shard)] = std::move(sum);
  });
  Eigen::MatrixXd total = Eigen::MatrixXd::Zero(k, k);
  for (const Eigen::MatrixXd& part : parts) total += part;
  const Eigen::MatrixXd symmetric = 0.5 * (total + total.transpose());
  return {symmetric.data(), symmetric.data() + k * k};
}

}  // namespace altyn::estimation
