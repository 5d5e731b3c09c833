#include "altyn/estimation/collinearity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/estimation/weighted_gram.h"

namespace altyn::estimation {
namespace {

constexpr double kTolerance = 1e-9;   // share of a sum of squares; as fixest and reghdfe
constexpr double kNamedShare = 1e-6;  // parts smaller than this are not named
constexpr Index kShard = 16384;

using Values = std::span<const double>;

/// Sums of fixed shards, added in shard order: the same bits for any number of threads.
template <class Term>
double ordered_sum(Index n, Context& context, const Term& term) {
  const Index n_shards = (n + kShard - 1) / kShard;
  std::vector<double> parts(static_cast<std::size_t>(n_shards), 0.0);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(n, n_shards, shard);
    double sum = 0.0;
    for (Index row = range.begin; row < range.end; ++row) {
      sum += term(static_cast<std::size_t>(row));
    }
    parts[static_cast<std::size_t>(shard)] = sum;
  });
  double total = 0.0;
  for (const double part : parts) total += part;
  return total;
}

double centred_square(Values x, Values weights, bool centred, Context& context) {
  const auto n = static_cast<Index>(x.size());
  const auto weight = [&](std::size_t row) { return weights.empty() ? 1.0 : weights[row]; };
  double mean = 0.0;
  if (centred) {
    mean = ordered_sum(n, context, [&](std::size_t row) { return weight(row) * x[row]; }) /
           ordered_sum(n, context, weight);
  }
  return ordered_sum(
      n, context, [&](std::size_t row) { return weight(row) * (x[row] - mean) * (x[row] - mean); });
}

}  // namespace

std::vector<DroppedRegressor> drop_collinear(ModelFrame& frame, const AbsorptionPlan& plan,
                                             Context& context) {
  const std::size_t k = frame.regressors.size();
  if (k == 0) return {};
  const Values weights = frame.weights.values;
  const bool absorbed = std::any_of(frame.effects.begin(), frame.effects.end(),
                                    [](const FrameEffect& e) { return e.slope.empty(); });
  std::vector<std::vector<double>> swept;
  std::vector<std::span<double>> columns;
  for (const Regressor& regressor : frame.regressors) {
    swept.emplace_back(regressor.values.values.begin(), regressor.values.values.end());
  }
  for (std::vector<double>& column : swept) columns.emplace_back(column);
  if (!frame.effects.empty()) {
    (void)absorb(plan, columns, weights, AbsorbOptions{}, context);
  }

  std::vector<const double*> pointers;
  for (const std::vector<double>& column : swept) pointers.push_back(column.data());
  const std::vector<double> ones(weights.empty() ? swept.front().size() : 0, 1.0);
  const double* weight = weights.empty() ? ones.data() : weights.data();
  const std::vector<double> products =
      weighted_gram(pointers, frame.n_rows(), weight, weight, context).products;
  const auto product = [&](std::size_t i, std::size_t j) { return products[i * k + j]; };

  // Cholesky of the cross products in the order of the formula; a pivot that vanishes marks a
  // regressor that the ones before it explain. Columns are scaled to unit length first.
  std::vector<std::size_t> kept;
  std::vector<std::vector<double>> factor(k);  // row j: entries over `kept` before it
  std::vector<double> length(k, 0.0);
  std::vector<DroppedRegressor> dropped;
  std::vector<Regressor> regressors;
  for (std::size_t j = 0; j < k; ++j) {
    const std::string& name = frame.regressors[j].name;
    const bool is_constant = name == "(Intercept)";
    const bool centred = absorbed || (!is_constant && frame.regressors[0].name == "(Intercept)");
    const double before =
        centred_square(frame.regressors[j].values.values, weights, centred, context);
    const double after = product(j, j);
    if (!(after > kTolerance * before) || before == 0.0) {
      const bool constant = before == 0.0;
      dropped.push_back({name, constant                             ? "constant"
                               : absorbed || !frame.effects.empty() ? "collinear with the effects"
                                                                    : "zero in every row"});
      continue;
    }
    // Net of an intercept among the regressors, the length to compare with is the centred one.
    length[j] = std::sqrt(after);
    double pivot = 1.0;
    for (std::size_t a = 0; a < kept.size(); ++a) {
      const std::size_t i = kept[a];
      double value = product(j, i) / (length[j] * length[i]);
      for (std::size_t b = 0; b < a; ++b) value -= factor[j][b] * factor[i][b];
      factor[j].push_back(value / factor[i][a]);
      pivot -= factor[j][a] * factor[j][a];
    }
    const double own = centred && !absorbed ? before / after : 1.0;
    if (pivot > kTolerance * own) {
      factor[j].push_back(std::sqrt(pivot));
      kept.push_back(j);
      regressors.push_back(frame.regressors[j]);
      continue;
    }
    // Back substitution gives the combination of kept regressors that it equals.
    std::vector<double> share(kept.size());
    std::vector<std::string> names;
    for (std::size_t a = kept.size(); a-- > 0;) {
      double value = factor[j][a];
      for (std::size_t b = a + 1; b < kept.size(); ++b) value -= share[b] * factor[kept[b]][a];
      share[a] = value / factor[kept[a]][a];
    }
    for (std::size_t a = 0; a < kept.size(); ++a) {
      if (std::abs(share[a]) > kNamedShare) names.push_back(frame.regressors[kept[a]].name);
    }
    dropped.push_back({name, fmt::format("collinear with {}", fmt::join(names, " + "))});
  }
  frame.regressors = std::move(regressors);
  return dropped;
}

}  // namespace altyn::estimation
