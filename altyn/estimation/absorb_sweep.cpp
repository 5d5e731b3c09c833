#include "altyn/estimation/absorb_sweep.h"

#include <algorithm>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/numerics/simd.h"

namespace altyn::estimation {

namespace {

using numerics::Lanes;
using numerics::load;
using numerics::RawVector;
using numerics::store;

constexpr Index kLevelsPerTask = 2048;

struct ShardTask {
  const AbsorbLayout* layout;
  const double* weights;
  const double* inverse_run_weight;  // null when no effect is eliminated
  Index run_begin;
  Index run_end;
  std::span<const EffectRows> effects;
  std::span<const double* const> columns;
  std::span<double* const> out;
  const double* v;
  double* sums;
  double* buffer;  // [longest_run * P]
};

/// kEffects intercepts come first; with kMore, any number of other effects, slopes included,
/// follow.
template <int kLanes, int kEffects, bool kMore, bool kColumns>
ALTYN_INLINE void sweep_runs(const ShardTask& task) {
  using V = Lanes<kLanes>;
  // Locals, because the compiler must assume that every store may change what `task` points at.
  const GroupId* levels[kEffects + 1] = {};
  double* sums[kEffects + 1] = {};
  for (std::size_t e = 0; e < kEffects; ++e) {
    levels[e] = task.effects[e].levels;
    sums[e] = task.sums + task.effects[e].shift * kLanes;
  }
  const std::span<const EffectRows> more = task.effects.subspan(kEffects);
  const Index* const run_begin = task.layout->run_begin.data();
  const double* const v = task.v;
  const double* const weights = task.weights;
  double* const buffer = task.buffer;
  const std::size_t n_columns = task.columns.size();
  const double* columns[kLanes] = {};
  for (std::size_t j = 0; j < n_columns; ++j) columns[j] = task.columns[j];
  const auto netted = [&](Index p) __attribute__((always_inline)) {
    V d{};
    for (std::size_t e = 0; e < kEffects; ++e) {
      d += load<kLanes>(v + Index{levels[e][p]} * kLanes);
    }
    if constexpr (kMore) {
      for (const EffectRows& effect : more) {
        const V value = load<kLanes>(v + Index{effect.levels[p]} * kLanes);
        d += effect.slope != nullptr ? value * effect.slope[p] : value;
      }
    }
    if constexpr (kColumns) {
      alignas(64) double x[kLanes] = {};
      for (std::size_t j = 0; j < n_columns; ++j) x[j] = columns[j][p];
      d = load<kLanes>(x) - d;
    }
    return d;
  };
  const auto add = [&](Index p, V weighted) __attribute__((always_inline)) {
    for (std::size_t e = 0; e < kEffects; ++e) {
      double* sum = sums[e] + Index{levels[e][p]} * kLanes;
      store<kLanes>(sum, load<kLanes>(sum) + weighted);
    }
    if constexpr (kMore) {
      for (const EffectRows& effect : more) {
        double* sum = task.sums + (Index{effect.levels[p]} + effect.shift) * kLanes;
        store<kLanes>(sum, load<kLanes>(sum) +
                               (effect.slope != nullptr ? weighted * effect.slope[p] : weighted));
      }
    }
  };
  const bool centred = task.inverse_run_weight != nullptr;
  if (!kColumns && !centred) {
    for (Index p = run_begin[task.run_begin]; p < run_begin[task.run_end]; ++p) {
      add(p, netted(p) * weights[p]);
    }
    return;
  }
  for (Index run = task.run_begin; run < task.run_end; ++run) {
    const Index begin = run_begin[run];
    const Index end = run_begin[run + 1];
    // A run without weight adds nothing.
    if (centred && task.inverse_run_weight[run] == 0.0 && task.out.empty()) continue;
    V mean{};
    double* residual = buffer;
    for (Index p = begin; p < end; ++p, residual += kLanes) {
      const V d = netted(p);
      store<kLanes>(residual, d);
      mean += d * weights[p];
    }
    mean *= centred ? task.inverse_run_weight[run] : 0.0;
    residual = buffer;
    for (Index p = begin; p < end; ++p, residual += kLanes) {
      add(p, (load<kLanes>(residual) - mean) * weights[p]);
    }
    for (std::size_t j = 0; j < task.out.size(); ++j) {
      double* out = task.out[j];
      for (Index p = begin; p < end; ++p) {
        out[p] = buffer[(p - begin) * kLanes + static_cast<Index>(j)] - mean[static_cast<int>(j)];
      }
    }
  }
}

template <int kLanes>
ALTYN_INLINE void sweep_any(const ShardTask& task) {
  const std::size_t intercepts = leading_intercepts(task.effects);
  const bool more = task.effects.size() > intercepts;
  if (task.columns.empty()) {
    if (intercepts == 2 && more) return sweep_runs<kLanes, 2, true, false>(task);
    if (intercepts == 2) return sweep_runs<kLanes, 2, false, false>(task);
    if (intercepts == 1 && !more) return sweep_runs<kLanes, 1, false, false>(task);
    return sweep_runs<kLanes, 0, true, false>(task);
  }
  if (intercepts == 2 && more) return sweep_runs<kLanes, 2, true, true>(task);
  if (intercepts == 2) return sweep_runs<kLanes, 2, false, true>(task);
  if (intercepts == 1 && !more) return sweep_runs<kLanes, 1, false, true>(task);
  return sweep_runs<kLanes, 0, true, true>(task);
}

ALTYN_CLONES void sweep4(const ShardTask& task) { sweep_any<4>(task); }
ALTYN_CLONES void sweep8(const ShardTask& task) { sweep_any<8>(task); }

void sweep(const WeightedRows& rows, int n_lanes, std::span<const double* const> columns,
           const double* v, LevelSums& sums, double* level_sums, std::span<double* const> out,
           Context& context) {
  const AbsorbLayout& layout = *rows.layout;
  context.pool->for_each_shard(layout.n_shards(), [&](Index shard) {
    const std::vector<EffectRows> effects = effect_rows(layout, sums, shard);
    RawVector<double> buffer(at(layout.longest_run * n_lanes));
    const ShardTask task{
        .layout = &layout,
        .weights = rows.weights,
        .inverse_run_weight = layout.eliminated >= 0 ? rows.inverse_run_weight.data() : nullptr,
        .run_begin = layout.shards[at(shard)].run_begin,
        .run_end = layout.shards[at(shard)].run_end,
        .effects = effects,
        .columns = columns,
        .out = out,
        .v = v,
        .sums = sums.open(shard),
        .buffer = buffer.data()};
    n_lanes == 4 ? sweep4(task) : sweep8(task);
  });
  sums.merge(level_sums, context);
}

}  // namespace

LevelSums::LevelSums(const AbsorbLayout& layout, int n_lanes)
    : layout_(&layout), lanes_(static_cast<std::size_t>(n_lanes)), start_{0} {
  for (const Shard& shard : layout.shards) start_.push_back(start_.back() + shard.n_touched);
  parts_.resize(at(start_.back()) * lanes_);
}

double* LevelSums::open(Index shard) {
  double* part = parts_.data() + at(start_[at(shard)]) * lanes_;
  std::fill(part, part + at(layout_->shards[at(shard)].n_touched) * lanes_, 0.0);
  return part;
}

Index LevelSums::shift(Index shard, std::size_t kept_effect) const {
  Index place = 0;
  const std::vector<Shard::LevelRange>& ranges = layout_->shards[at(shard)].ranges;
  for (std::size_t e = 0; e < kept_effect; ++e) place += ranges[e].end - ranges[e].begin;
  return place - Index{ranges[kept_effect].begin};
}

void LevelSums::merge(double* sums, Context& context) const {
  const AbsorbLayout& layout = *layout_;
  for (std::size_t e = 0; e < layout.kept.size(); ++e) {
    const KeptEffect& kept = layout.kept[e];
    const Index n_tasks = (kept.n_levels + kLevelsPerTask - 1) / kLevelsPerTask;
    context.pool->for_each_shard(n_tasks, [&](Index task) {
      const ShardRange chunk = shard_range(kept.n_levels, n_tasks, task);
      const Index begin = kept.first + chunk.begin;
      const Index end = kept.first + chunk.end;
      std::fill(sums + at(begin) * lanes_, sums + at(end) * lanes_, 0.0);
      for (Index shard = 0; shard < layout.n_shards(); ++shard) {
        const Shard::LevelRange& range = layout.shards[at(shard)].ranges[e];
        const Index low = std::max<Index>(begin, range.begin);
        const Index high = std::min<Index>(end, range.end);
        if (low >= high) continue;
        const double* part = parts_.data() + at(start_[at(shard)]) * lanes_;
        const double* from = part + (low + shift(shard, e)) * static_cast<Index>(lanes_);
        double* to = sums + at(low) * lanes_;
        for (std::size_t i = 0; i < at(high - low) * lanes_; ++i) to[i] += from[i];
      }
    });
  }
  layout.sum_levels(sums, static_cast<int>(lanes_));
}

std::vector<EffectRows> effect_rows(const AbsorbLayout& layout, const LevelSums& sums,
                                    Index shard) {
  std::vector<EffectRows> effects;
  for (std::size_t e = 0; e < layout.kept.size(); ++e) {
    const KeptEffect& kept = layout.kept[e];
    effects.push_back({.levels = kept.levels.data(),
                       .slope = kept.slope.empty() ? nullptr : kept.slope.data(),
                       .shift = sums.shift(shard, e)});
  }
  return effects;
}

std::size_t leading_intercepts(std::span<const EffectRows> effects) {
  std::size_t count = 0;
  while (count < 2 && count < effects.size() && effects[count].slope == nullptr) ++count;
  return count;
}

WeightedRows::WeightedRows(const AbsorbLayout& layout_in, const double* weights_in,
                           Context& context)
    : layout(&layout_in), weights(weights_in) {
  if (layout->eliminated < 0) return;
  inverse_run_weight.resize(at(layout->n_runs()));
  context.pool->for_each_shard(layout->n_shards(), [&](Index shard) {
    for (Index run = layout->shards[at(shard)].run_begin; run < layout->shards[at(shard)].run_end;
         ++run) {
      double sum = 0.0;
      for (Index p = layout->run_begin[at(run)]; p < layout->run_begin[at(run + 1)]; ++p) {
        sum += weights[p];
      }
      inverse_run_weight[at(run)] = sum > 0.0 ? 1.0 / sum : 0.0;
    }
  });
}

void apply_normal_matrix(const WeightedRows& rows, int n_lanes, const double* v, LevelSums& sums,
                         double* normal_sums, Context& context) {
  sweep(rows, n_lanes, {}, v, sums, normal_sums, {}, context);
}

void apply_normal_matrix_alone(const WeightedRows& rows, int n_lanes, const double* v,
                               double* normal_sums) {
  const AbsorbLayout& layout = *rows.layout;
  std::vector<EffectRows> effects;
  for (const KeptEffect& kept : layout.kept) {
    effects.push_back(
        {.levels = kept.levels.data(), .slope = kept.slope.empty() ? nullptr : kept.slope.data()});
  }
  std::fill_n(normal_sums, Index{layout.n_kept_levels} * n_lanes, 0.0);
  RawVector<double> buffer(at(layout.longest_run * n_lanes));
  const ShardTask task{
      .layout = &layout,
      .weights = rows.weights,
      .inverse_run_weight = layout.eliminated >= 0 ? rows.inverse_run_weight.data() : nullptr,
      .run_begin = 0,
      .run_end = layout.n_runs(),
      .effects = effects,
      .columns = {},
      .out = {},
      .v = v,
      .sums = normal_sums,
      .buffer = buffer.data()};
  n_lanes == 4 ? sweep4(task) : sweep8(task);
  layout.sum_levels(normal_sums, n_lanes);
}

void sweep_columns(const WeightedRows& rows, int n_lanes, std::span<const double* const> columns,
                   const double* v, LevelSums& sums, double* level_sums,
                   std::span<double* const> out, Context& context) {
  sweep(rows, n_lanes, columns, v, sums, level_sums, out, context);
}

}  // namespace altyn::estimation
