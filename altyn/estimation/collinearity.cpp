#include "altyn/estimation/collinearity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/estimation/net_regressors.h"

namespace altyn::estimation {
namespace {

constexpr double kTolerance = 1e-9;   // share of a sum of squares; as fixest and reghdfe
constexpr double kNamedShare = 1e-6;  // parts smaller than this are not named
constexpr double kNetted = 1e-6;      // error of regressors net of effects; enters by its square
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

double centred_square(Values x, Values weights, bool centred, const comm::Ranks& ranks,
                      Context& context) {
  const auto n = static_cast<Index>(x.size());
  const auto weight = [&](std::size_t row) { return weights.empty() ? 1.0 : weights[row]; };
  double mean = 0.0;
  if (centred) {
    mean =
        ranks.sum(ordered_sum(n, context, [&](std::size_t row) { return weight(row) * x[row]; })) /
        ranks.sum(ordered_sum(n, context, weight));
  }
  return ranks.sum(ordered_sum(n, context, [&](std::size_t row) {
    return weight(row) * (x[row] - mean) * (x[row] - mean);
  }));
}

/// The same for every cell of a set. One pass, in the order of the rows.
std::vector<double> cell_squares(const FrameCells& set, Values weights, bool centred) {
  constexpr double kRounding = 1e-13;
  std::vector<double> sums(set.cells.size(), 0.0);
  std::vector<double> squares(set.cells.size(), 0.0);
  double total = 0.0;
  for (std::size_t row = 0; row < set.ids.values.size(); ++row) {
    const double weight = weights.empty() ? 1.0 : weights[row];
    total += weight;
    const GroupId cell = set.ids.values[row];
    if (cell == kNoGroup) continue;
    const double value = set.value(static_cast<Index>(row));
    sums[cell] += weight * value;
    squares[cell] += weight * value * value;
  }
  for (std::size_t cell = 0; cell < squares.size() && centred; ++cell) {
    const double rest = squares[cell] - sums[cell] * sums[cell] / total;
    squares[cell] = rest > kRounding * squares[cell] ? rest : 0.0;
  }
  return squares;
}

/// Leaves the regressors out that do not stay; rows of a cell that leaves are in no cell.
void keep_regressors(ModelFrame& frame, const std::vector<bool>& stays) {
  std::size_t j = 0;
  std::erase_if(frame.regressors, [&](const Regressor&) { return !stays[j++]; });
  for (FrameCells& set : frame.cells) {
    std::vector<GroupId> number(set.cells.size(), kNoGroup);
    std::vector<FrameCells::Cell> cells;
    for (std::size_t cell = 0; cell < set.cells.size(); ++cell, ++j) {
      if (!stays[j]) continue;
      number[cell] = static_cast<GroupId>(cells.size());
      cells.push_back(std::move(set.cells[cell]));
    }
    set.cells = std::move(cells);
    std::vector<GroupId> ids(set.ids.values.begin(), set.ids.values.end());
    for (GroupId& id : ids) id = id == kNoGroup ? id : number[id];
    set.ids = SharedColumn<GroupId>(std::move(ids));
  }
  std::erase_if(frame.cells, [](const FrameCells& set) { return set.cells.empty(); });
}

}  // namespace

std::vector<DroppedRegressor> drop_collinear(ModelFrame& frame, const AbsorptionPlan& plan,
                                             Context& context) {
  const GlmProblem problem = frame.problem();
  const auto k = static_cast<std::size_t>(problem.n_regressors());
  if (k == 0) return {};
  const Values weights = frame.weights.values;
  const bool absorbed = std::any_of(frame.effects.begin(), frame.effects.end(),
                                    [](const FrameEffect& e) { return e.slope.empty(); });
  const std::vector<std::string> all_names = problem.all_names();
  const bool has_constant = all_names[0] == "(Intercept)";
  const std::vector<double> products =
      net_regressors(problem, plan, weights, kNetted, context).hessian;
  const auto product = [&](std::size_t i, std::size_t j) { return products[i * k + j]; };
  std::vector<double> sizes;  // sums of squares before
  for (const Regressor& regressor : frame.regressors) {
    const bool centred = absorbed || (has_constant && regressor.name != all_names[0]);
    sizes.push_back(
        centred_square(regressor.values.values, weights, centred, frame.ranks, context));
  }
  for (const FrameCells& set : frame.cells) {
    for (const double size : cell_squares(set, weights, absorbed || has_constant)) {
      sizes.push_back(size);
    }
  }

  // Cholesky of the cross products in the order of the regressors; a pivot that vanishes marks a
  // regressor that the ones before it explain. Columns are scaled to unit length first.
  std::vector<std::size_t> kept;
  std::vector<std::vector<double>> factor(k);  // row j: entries over `kept` before it
  std::vector<double> length(k, 0.0);
  std::vector<DroppedRegressor> dropped;
  std::vector<bool> stays(k, false);
  for (std::size_t j = 0; j < k; ++j) {
    const std::string& name = all_names[j];
    const bool centred = absorbed || (has_constant && j > 0);
    const double before = sizes[j];
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
      stays[j] = true;
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
      if (std::abs(share[a]) > kNamedShare) names.push_back(all_names[kept[a]]);
    }
    dropped.push_back({name, fmt::format("collinear with {}", fmt::join(names, " + "))});
  }
  if (!dropped.empty()) keep_regressors(frame, stays);
  return dropped;
}

}  // namespace altyn::estimation
