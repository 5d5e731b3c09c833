#include "altyn/estimation/net_regressors.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/numerics/simd.h"

namespace altyn::estimation {

namespace {

using numerics::Lanes8;
using numerics::load;
using numerics::RawVector;
using numerics::store;

constexpr int kLanes = 8;
constexpr double kFirstError = 0.3;  // of the tolerance, against x before netting
constexpr double kHopeless = 1e-10;  // of x'Wx: no digits of x~ are left to be exact about
constexpr int kMaxRounds = 3;
constexpr Index kMaxSteps = 10'000;  // of conjugate gradients
constexpr std::size_t kManyColumns = 1024;

/// Up to eight neighbouring regressors: columns, or cells of one set.
struct Group {
  std::size_t first = 0;
  std::size_t count = 0;
  const double* columns[kLanes] = {};  // null for cells
  const CellSet* set = nullptr;
  GroupId first_cell = 0;  // within its set
};

std::vector<Group> make_groups(const std::vector<const double*>& columns,
                               const std::vector<CellSet>& sets) {
  std::vector<Group> groups;
  for (std::size_t first = 0; first < columns.size(); first += kLanes) {
    Group group{.first = first, .count = std::min<std::size_t>(kLanes, columns.size() - first)};
    for (std::size_t j = 0; j < group.count; ++j) group.columns[j] = columns[first + j];
    groups.push_back(group);
  }
  for (const CellSet& set : sets) {
    for (std::size_t cell = 0; cell < set.count; cell += kLanes) {
      groups.push_back({.first = set.first + cell,
                        .count = std::min<std::size_t>(kLanes, set.count - cell),
                        .set = &set,
                        .first_cell = static_cast<GroupId>(cell)});
    }
  }
  return groups;
}

/// The lane of the group that a row's cell is, or at least `count` when it is none of them.
ALTYN_INLINE GroupId cell_lane(const Group& group, Index p) {
  return group.set->ids[p] - group.first_cell;  // kNoGroup stays large
}

struct RunsTask {
  const AbsorbLayout* layout = nullptr;
  const Group* group = nullptr;
  const double* weights = nullptr;
  const double* inverse_run_weight = nullptr;  // null when no effect is eliminated
  std::span<const EffectRows> effects{};
  double* sums = nullptr;     // [L * 8] R
  const double* v = nullptr;  // [L * 8] G
  const double* row_scores = nullptr;
  const GroupId* cluster = nullptr;
  double* cluster_sums = nullptr;  // [n_clusters * 8]
  double* buffer = nullptr;        // [longest run * 8]
};

/// R of a group: sums of W M_0 x by level.
ALTYN_CLONES void add_level_sums(const RunsTask& task) {
  const Group& group = *task.group;
  const std::vector<Index>& run_begin = task.layout->run_begin;
  for (Index run = 0; run < task.layout->n_runs(); ++run) {
    const Index begin = run_begin[at(run)];
    const Index end = run_begin[at(run + 1)];
    alignas(64) double mean[kLanes] = {};
    bool any = group.set == nullptr;
    if (any) {
      for (Index p = begin; p < end; ++p) {
        for (std::size_t j = 0; j < group.count; ++j)
          mean[j] += task.weights[p] * group.columns[j][p];
      }
    } else {
      for (Index p = begin; p < end; ++p) {
        const GroupId lane = cell_lane(group, p);
        if (lane >= group.count) continue;
        any = true;
        mean[lane] += task.weights[p] * group.set->value(p);
      }
    }
    if (!any) continue;
    const Lanes8 centre =
        load<8>(mean) * (task.inverse_run_weight != nullptr ? task.inverse_run_weight[run] : 0.0);
    for (Index p = begin; p < end; ++p) {
      alignas(64) double x[kLanes] = {};
      if (group.set == nullptr) {
        for (std::size_t j = 0; j < group.count; ++j) x[j] = group.columns[j][p];
      } else if (const GroupId lane = cell_lane(group, p); lane < group.count) {
        x[lane] = group.set->value(p);
      } else if (task.inverse_run_weight == nullptr) {
        continue;
      }
      const Lanes8 weighted = (load<8>(x) - centre) * task.weights[p];
      for (const EffectRows& effect : task.effects) {
        double* sum = task.sums + Index{effect.levels[p]} * kLanes;
        store<8>(sum,
                 load<8>(sum) + (effect.slope != nullptr ? weighted * effect.slope[p] : weighted));
      }
    }
  }
}

/// Sums of w s x~ by cluster.
ALTYN_CLONES void add_cluster_sums(const RunsTask& task) {
  const Group& group = *task.group;
  const std::vector<Index>& run_begin = task.layout->run_begin;
  for (Index run = 0; run < task.layout->n_runs(); ++run) {
    const Index begin = run_begin[at(run)];
    const Index end = run_begin[at(run + 1)];
    Lanes8 mean{};
    double* row = task.buffer;
    for (Index p = begin; p < end; ++p, row += kLanes) {
      Lanes8 netted{};
      for (const EffectRows& effect : task.effects) {
        const Lanes8 value = load<8>(task.v + Index{effect.levels[p]} * kLanes);
        netted -= effect.slope != nullptr ? value * effect.slope[p] : value;
      }
      if (group.set == nullptr) {
        alignas(64) double x[kLanes] = {};
        for (std::size_t j = 0; j < group.count; ++j) x[j] = group.columns[j][p];
        netted += load<8>(x);
      } else if (const GroupId lane = cell_lane(group, p); lane < group.count) {
        alignas(64) double x[kLanes] = {};
        x[lane] = group.set->value(p);
        netted += load<8>(x);
      }
      store<8>(row, netted);
      mean += netted * task.weights[p];
    }
    mean *= task.inverse_run_weight != nullptr ? task.inverse_run_weight[run] : 0.0;
    row = task.buffer;
    for (Index p = begin; p < end; ++p, row += kLanes) {
      double* sum = task.cluster_sums + Index{task.cluster[p]} * kLanes;
      store<8>(sum, load<8>(sum) + (load<8>(row) - mean) * task.row_scores[p]);
    }
  }
}

/// out [8 * 8] += T'G over levels.
ALTYN_CLONES void add_level_products(const double* t, const double* g, Index n_levels,
                                     double* out) {
  Lanes8 sums[kLanes] = {};
  for (Index l = 0; l < n_levels * kLanes; l += kLanes) {
    const Lanes8 right = load<8>(g + l);
    for (int i = 0; i < kLanes; ++i) sums[i] += t[l + i] * right;
  }
  for (int i = 0; i < kLanes; ++i) store<8>(out + i * kLanes, load<8>(out + i * kLanes) + sums[i]);
}

std::vector<EffectRows> all_effect_rows(const AbsorbLayout& layout) {
  std::vector<EffectRows> effects;
  for (const KeptEffect& kept : layout.kept) {
    effects.push_back(
        {.levels = kept.levels.data(), .slope = kept.slope.empty() ? nullptr : kept.slope.data()});
  }
  return effects;
}

/// X'W M_0 X [K * K]: only regressors that meet in a row or share a run have anything to add.
std::vector<double> run_products(const AbsorbLayout& layout,
                                 const std::vector<const double*>& columns,
                                 const std::vector<CellSet>& sets, std::size_t n_all,
                                 const WeightedRows& rows, Context& context) {
  const std::size_t k = columns.size();
  const Index n_tasks = n_all <= kManyColumns ? 16 : 1;
  std::vector<std::vector<double>> parts(at(n_tasks));
  const bool centred = layout.eliminated >= 0;
  context.pool->for_each_shard(n_tasks, [&](Index task) {
    std::vector<double>& out = parts[at(task)];
    out.assign(n_all * n_all, 0.0);
    RawVector<double> dense(k * at(layout.longest_run));
    std::vector<double> cell_sums(n_all);
    std::vector<std::size_t> seen;
    std::vector<std::pair<std::size_t, double>> own(sets.size());
    const ShardRange range = shard_range(layout.n_runs(), n_tasks, task);
    for (Index run = range.begin; run < range.end; ++run) {
      const Index begin = layout.run_begin[at(run)];
      const Index end = layout.run_begin[at(run + 1)];
      const double inverse = centred ? rows.inverse_run_weight[at(run)] : 0.0;
      for (std::size_t j = 0; j < k; ++j) {
        double mean = 0.0;
        for (Index p = begin; p < end; ++p) mean += rows.weights[p] * columns[j][p];
        mean *= inverse;
        for (Index p = begin; p < end; ++p) dense[at(p - begin) * k + j] = columns[j][p] - mean;
      }
      seen.clear();
      for (Index p = begin; p < end; ++p) {
        const double w = rows.weights[p];
        const double* x = dense.data() + at(p - begin) * k;
        for (std::size_t i = 0; i < k; ++i) {
          for (std::size_t j = i; j < k; ++j) out[i * n_all + j] += w * x[i] * x[j];
        }
        std::size_t n_own = 0;
        for (const CellSet& set : sets) {
          if (set.ids[p] == kNoGroup) continue;
          const std::size_t column = set.first + set.ids[p];
          const double weighted = w * set.value(p);
          if (weighted == 0.0) continue;
          if (cell_sums[column] == 0.0) seen.push_back(column);
          cell_sums[column] += weighted;
          for (std::size_t j = 0; j < k; ++j) out[j * n_all + column] += weighted * x[j];
          own[n_own++] = {column, set.value(p)};
          for (std::size_t o = 0; o < n_own; ++o) {
            out[own[o].first * n_all + column] += weighted * own[o].second;
          }
        }
      }
      std::sort(seen.begin(), seen.end());
      seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
      for (std::size_t a = 0; a < seen.size(); ++a) {
        const double sum = cell_sums[seen[a]] * inverse;
        for (std::size_t b = a; b < seen.size(); ++b) {
          out[seen[a] * n_all + seen[b]] -= sum * cell_sums[seen[b]];
        }
      }
      for (const std::size_t column : seen) cell_sums[column] = 0.0;
    }
  });
  std::vector<double> products(n_all * n_all);
  for (const std::vector<double>& part : parts) {
    for (std::size_t i = 0; i < products.size(); ++i) products[i] += part[i];
  }
  for (std::size_t i = 0; i < n_all; ++i) {
    for (std::size_t j = 0; j < i; ++j) products[i * n_all + j] = products[j * n_all + i];
  }
  layout.ranks.sum(products);
  return products;
}

}  // namespace

NettedRegressors net_regressors(const GlmRows& rows, const std::vector<CellSet>& sets,
                                EffectSolver& solver, double tolerance, Index max_inner_iterations,
                                Context& context) {
  const WeightedRows& weighted = solver.rows();
  const AbsorbLayout& layout = *weighted.layout;
  const Index n_levels = layout.n_kept_levels;
  const std::vector<Group> groups = make_groups(rows.regressors, sets);
  std::size_t n_all = rows.regressors.size();
  for (const CellSet& set : sets) n_all += set.count;

  NettedRegressors result;
  result.hessian = run_products(layout, rows.regressors, sets, n_all, weighted, context);
  result.raw.resize(n_all);
  for (std::size_t j = 0; j < n_all; ++j) result.raw[j] = result.hessian[j * n_all + j];
  result.levels.resize(n_all);
  if (n_levels == 0) return result;

  const std::vector<EffectRows> effects = all_effect_rows(layout);
  struct Solution {
    RawVector<double> right;   // R, then R and what is left of it
    RawVector<double> levels;  // G
    double error = 0.0;
  };
  std::vector<Solution> solutions(groups.size());
  const auto solve_group = [&](std::size_t which, const auto& solve) {
    const Group& group = groups[which];
    Solution& solution = solutions[which];
    solution.right.assign(at(n_levels) * kLanes, 0.0);
    add_level_sums({.layout = &layout,
                    .group = &group,
                    .weights = weighted.weights,
                    .inverse_run_weight =
                        layout.eliminated >= 0 ? weighted.inverse_run_weight.data() : nullptr,
                    .effects = effects,
                    .sums = solution.right.data()});
    layout.sum_levels(solution.right.data(), kLanes);
    RawVector<double> left(solution.right);
    numerics::ConjugateGradientOptions options{.max_iterations = max_inner_iterations};
    for (std::size_t j = 0; j < group.count; ++j) {
      options.floors[j] = kFirstError * tolerance * std::sqrt(result.raw[group.first + j]);
    }
    RawVector<double> step;
    for (int round = 0; round < kMaxRounds; ++round) {
      const auto solved = solve(left, round == 0 ? solution.levels : step, options);
      if (round > 0) {
        for (std::size_t i = 0; i < step.size(); ++i) solution.levels[i] += step[i];
      }
      // A regressor that the effects nearly explain must be netted more closely.
      solution.error = 0.0;
      bool again = false;
      for (std::size_t j = 0; j < group.count; ++j) {
        const double raw = result.raw[group.first + j];
        double netted = raw;
        for (std::size_t l = j; l < left.size(); l += kLanes) {
          netted -= solution.levels[l] * (solution.right[l] + left[l]);
        }
        if (!(netted > kHopeless * raw)) continue;
        solution.error = std::max(solution.error, solved.end[j] / std::sqrt(netted));
        again = again || solved.end[j] > tolerance * std::sqrt(netted);
        options.floors[j] = kFirstError * tolerance * std::sqrt(netted);
      }
      if (!again || context.stop.stop_requested()) break;
    }
    for (std::size_t i = 0; i < left.size(); ++i) solution.right[i] += left[i];
  };
  // The first group shows the solver which way to go; the others then go it side by side. Several
  // ranks go it together, one group after the other.
  const std::size_t n_first = layout.ranks.several() ? groups.size() : 1;
  for (std::size_t g = 0; g < n_first; ++g) {
    solve_group(g, [&](RawVector<double>& right, RawVector<double>& x,
                       const numerics::ConjugateGradientOptions& options) {
      return solver.solve(kLanes, right, x, options, context);
    });
  }
  context.pool->for_each_shard(static_cast<Index>(groups.size() - n_first), [&](Index g) {
    solve_group(at(g) + n_first, [&](RawVector<double>& right, RawVector<double>& x,
                                     const numerics::ConjugateGradientOptions& options) {
      return solver.solve_alone(kLanes, right, x, options, context);
    });
  });

  const Index n_groups = static_cast<Index>(groups.size());
  std::vector<double> products(n_all * n_all);
  context.pool->for_each_shard(n_groups, [&](Index a) {
    for (std::size_t b = 0; b < groups.size(); ++b) {
      alignas(64) double block[kLanes * kLanes] = {};
      add_level_products(solutions[at(a)].right.data(), solutions[b].levels.data(), n_levels,
                         block);
      for (std::size_t i = 0; i < groups[at(a)].count; ++i) {
        for (std::size_t j = 0; j < groups[b].count; ++j) {
          products[(groups[at(a)].first + i) * n_all + groups[b].first + j] = block[i * kLanes + j];
        }
      }
    }
  });
  for (std::size_t i = 0; i < n_all; ++i) {
    for (std::size_t j = 0; j < n_all; ++j) {
      result.hessian[i * n_all + j] -= 0.5 * (products[i * n_all + j] + products[j * n_all + i]);
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    result.error = std::max(result.error, solutions[g].error);
    for (std::size_t j = 0; j < groups[g].count; ++j) {
      std::vector<double>& values = result.levels[groups[g].first + j];
      values.resize(at(n_levels));
      for (std::size_t l = 0; l < values.size(); ++l) {
        values[l] = solutions[g].levels[l * kLanes + j];
      }
    }
  }
  return result;
}

NettedRegressors net_regressors(const GlmProblem& problem, const AbsorptionPlan& plan,
                                std::span<const double> weights, double tolerance,
                                Context& context) {
  const auto* layout = dynamic_cast<const AbsorbLayout*>(&plan);
  ALTYN_CHECK(layout != nullptr && layout->n == problem.n_rows(), "a plan of the same rows");
  const CellSets cells(problem, *layout, context);
  const GlmRows rows(problem, *layout, context);
  RawVector<double> own(at(layout->n));
  if (weights.empty()) {
    std::fill(own.begin(), own.end(), 1.0);
  } else {
    for (Index p = 0; p < layout->n; ++p) {
      own[at(p)] = weights[layout->row_of.empty() ? at(p) : layout->row_of[at(p)]];
    }
  }
  std::vector<double> level_weights(layout->n_kept_levels, 0.0);
  for (const KeptEffect& kept : layout->kept) {
    for (Index p = 0; p < layout->n; ++p) {
      const double slope = kept.slope.empty() ? 1.0 : kept.slope[at(p)];
      level_weights[kept.levels[at(p)]] += own[at(p)] * slope * slope;
    }
  }
  layout->sum_levels(level_weights.data(), 1);
  EffectSolver solver(*layout);
  solver.use_weights(WeightedRows(*layout, own.data(), context), level_weights.data(), 1, context);
  return net_regressors(rows, cells.sets(), solver, tolerance, kMaxSteps, context);
}

std::vector<double> sum_netted_scores(const AbsorbLayout& layout,
                                      const std::vector<const double*>& columns,
                                      const std::vector<CellSet>& sets,
                                      const std::vector<std::vector<double>>& levels,
                                      const WeightedRows& rows, const double* row_scores,
                                      std::span<const GroupId> cluster, Index n_clusters,
                                      Context& context) {
  const std::vector<Group> groups = make_groups(columns, sets);
  const std::vector<EffectRows> effects = all_effect_rows(layout);
  const std::size_t n_all = levels.size();
  std::vector<double> result(at(n_clusters) * n_all);
  context.pool->for_each_shard(static_cast<Index>(groups.size()), [&](Index g) {
    const Group& group = groups[at(g)];
    RawVector<double> v(at(layout.n_kept_levels) * kLanes, 0.0);
    for (std::size_t j = 0; j < group.count; ++j) {
      const std::vector<double>& values = levels[group.first + j];
      for (std::size_t l = 0; l < values.size(); ++l) v[l * kLanes + j] = values[l];
    }
    RawVector<double> sums(at(n_clusters) * kLanes, 0.0);
    RawVector<double> buffer(at(layout.longest_run) * kLanes);
    add_cluster_sums(
        {.layout = &layout,
         .group = &group,
         .weights = rows.weights,
         .inverse_run_weight = layout.eliminated >= 0 ? rows.inverse_run_weight.data() : nullptr,
         .effects = effects,
         .v = v.data(),
         .row_scores = row_scores,
         .cluster = cluster.data(),
         .cluster_sums = sums.data(),
         .buffer = buffer.data()});
    for (std::size_t c = 0; c < at(n_clusters); ++c) {
      for (std::size_t j = 0; j < group.count; ++j) {
        result[c * n_all + group.first + j] = sums[c * kLanes + j];
      }
    }
  });
  return result;
}

}  // namespace altyn::estimation
