#include "altyn/estimation/cell_sets.h"

#include <algorithm>

#include "altyn/estimation/at.h"

namespace altyn::estimation {

namespace {

constexpr Index kRowsPerTask = Index{1} << 18;

}  // namespace

CellSets::CellSets(const GlmProblem& problem, const AbsorbLayout& layout, Context& context)
    : ids_(problem.cells.size()), values_(problem.cells.size()) {
  std::size_t first = problem.regressors.size();
  for (std::size_t s = 0; s < problem.cells.size(); ++s) {
    const CellRegressors& cells = problem.cells[s];
    std::span<const GroupId> ids = cells.ids;
    if (!layout.row_of.empty()) {
      ids_[s].resize(at(layout.n));
      for (std::size_t p = 0; p < at(layout.n); ++p) ids_[s][p] = cells.ids[layout.row_of[p]];
      ids = ids_[s];
    }
    const std::span<const double> values = layout.ordered(cells.values, values_[s], context);
    sets_.push_back({.ids = ids.data(),
                     .values = values.empty() ? nullptr : values.data(),
                     .first = first,
                     .count = cells.names.size()});
    first += cells.names.size();
  }
}

AbsorbLayout with_cells(const AbsorbLayout& layout, const std::vector<CellSet>& sets,
                        Context& context) {
  AbsorbLayout result = layout;
  for (KeptEffect& kept : result.kept) {
    if (!kept.slope_copy.empty()) kept.slope = kept.slope_copy;
  }
  for (const CellSet& set : sets) {
    KeptEffect kept;
    kept.effect =
        static_cast<Index>(layout.levels.size() + result.kept.size() - layout.kept.size());
    kept.first = result.n_kept_levels;
    kept.n_levels = static_cast<GroupId>(set.count);
    if (kept.n_levels == 0) continue;
    kept.levels.resize(at(layout.n));
    kept.slope_copy.resize(at(layout.n));
    const Index n_tasks = (layout.n + kRowsPerTask - 1) / kRowsPerTask;
    context.pool->for_each_shard(n_tasks, [&](Index task) {
      const ShardRange range = shard_range(layout.n, n_tasks, task);
      for (Index p = range.begin; p < range.end; ++p) {
        // Rows outside have slope zero in any level; taking turns they do not wait for each other.
        const GroupId id = set.ids[p];
        const bool inside = id != kNoGroup;
        const GroupId cell = inside ? id : static_cast<GroupId>(p) % kept.n_levels;
        kept.levels[at(p)] = kept.first + cell;
        kept.slope_copy[at(p)] = inside ? set.value(p) : 0.0;
      }
    });
    for (Shard& shard : result.shards) {
      shard.ranges.push_back({kept.first, kept.first + kept.n_levels});
      shard.n_touched += kept.n_levels;
    }
    result.n_kept_levels += kept.n_levels;
    result.kept.push_back(std::move(kept));
    result.kept.back().slope = result.kept.back().slope_copy;
  }
  if (result.blocks.found) {
    result.blocks.block_of_level.resize(result.n_kept_levels, kNoGroup);
    result.blocks.place_in_block.resize(result.n_kept_levels, kNoGroup);
  }
  return result;
}

}  // namespace altyn::estimation
