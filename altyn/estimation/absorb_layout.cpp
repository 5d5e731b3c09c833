#include "altyn/estimation/absorb_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"

namespace altyn::estimation {

namespace {

using numerics::RawVector;

constexpr Index kRowsPerTask = Index{1} << 18;
constexpr Index kRowsPerShard = Index{1} << 15;
constexpr Index kMaxShards = 24;
constexpr Index kStretch = 512;  // rows of a run when no effect is eliminated
constexpr GroupId kLargestBlockSide = 2048;

void for_each_row_range(Index n, Context& context, const std::function<void(Index, Index)>& work) {
  const Index n_tasks = (n + kRowsPerTask - 1) / kRowsPerTask;
  context.pool->for_each_shard(n_tasks, [&](Index task) {
    const ShardRange range = shard_range(n, n_tasks, task);
    work(range.begin, range.end);
  });
}

// --- which effect is eliminated, which two form blocks

std::vector<Index> shared_keys(const Effect& x, const Effect& y) {
  std::vector<Index> shared;
  for (const Index k : x.keys) {
    if (std::find(y.keys.begin(), y.keys.end(), k) != y.keys.end()) shared.push_back(k);
  }
  return shared;
}

/// Two intercepts that share a key and differ in another each: exporter^year and importer^year.
bool form_blocks(const Effect& x, const Effect& y) {
  if (!x.slope.empty() || !y.slope.empty()) return false;
  const std::size_t shared = shared_keys(x, y).size();
  return shared > 0 && shared < x.keys.size() && shared < y.keys.size();
}

struct Roles {
  Index eliminated = -1;
  Index a = -1;  // effects of the blocks
  Index b = -1;
};

/// `count`: levels of each effect on all ranks.
Roles choose_roles(std::span<const Effect> effects, const std::vector<Index>& count,
                   const comm::Ranks& ranks, bool want_blocks) {
  std::vector<Index> intercepts;
  for (Index e = 0; e < static_cast<Index>(effects.size()); ++e) {
    if (effects[at(e)].slope.empty()) intercepts.push_back(e);
  }
  std::stable_sort(intercepts.begin(), intercepts.end(),
                   [&](Index x, Index y) { return count[at(x)] > count[at(y)]; });
  Roles roles;
  if (intercepts.empty()) return roles;
  // A level can be eliminated where all its rows are.
  const auto is_whole = [&](Index e) {
    return !ranks.several() || ranks.keep_together(effects[at(e)].keys);
  };
  // The largest effect whose elimination leaves two that form blocks; with two in all, none is.
  const auto find_pair = [&](Index without) {
    for (const Index x : intercepts) {
      for (const Index y : intercepts) {
        if (x == without || y == without || x == y) continue;
        if (form_blocks(effects[at(x)], effects[at(y)])) return std::pair{x, y};
      }
    }
    return std::pair<Index, Index>{-1, -1};
  };
  if (want_blocks) {
    std::vector<Index> candidates = intercepts;
    if (intercepts.size() == 2) candidates = {-1};
    for (const Index e : candidates) {
      if (e >= 0 && !is_whole(e)) continue;
      const auto [x, y] = find_pair(e);
      if (x >= 0) return {e, std::min(x, y), std::max(x, y)};
    }
  }
  const auto largest = std::find_if(intercepts.begin(), intercepts.end(), is_whole);
  if (largest != intercepts.end()) roles.eliminated = *largest;
  return roles;
}

// --- order

/// Keys in the order in which rows are sorted; every key that an effect uses appears once.
std::vector<Index> sort_keys(std::span<const Effect> effects, const Roles& roles) {
  std::vector<Index> order;
  const auto append = [&](std::span<const Index> keys, std::span<const Index> except) {
    for (const Index k : keys) {
      if (std::find(except.begin(), except.end(), k) != except.end()) continue;
      if (std::find(order.begin(), order.end(), k) == order.end()) order.push_back(k);
    }
  };
  if (roles.eliminated >= 0) append(effects[at(roles.eliminated)].keys, {});
  if (roles.a >= 0) {
    const std::vector<Index> shared = shared_keys(effects[at(roles.a)], effects[at(roles.b)]);
    append(effects[at(roles.a)].keys, shared);
    append(effects[at(roles.b)].keys, shared);
  }
  for (const Effect& effect : effects) append(effect.keys, {});
  return order;
}

bool is_sorted_by(std::span<const Key> keys, const std::vector<Index>& order, Index n,
                  Context& context) {
  std::atomic<bool> sorted = true;
  for_each_row_range(n, context, [&](Index begin, Index end) {
    bool fine = true;
    if (order.size() == 3) {  // the usual three-way panel, worth a loop without branches
      const GroupId* p = keys[at(order[0])].ids.data();
      const GroupId* q = keys[at(order[1])].ids.data();
      const GroupId* s = keys[at(order[2])].ids.data();
      for (Index r = std::max<Index>(begin, 1); r < end; ++r) {
        const bool first = p[r - 1] < p[r];
        const bool second = q[r - 1] < q[r];
        const bool third = s[r - 1] <= s[r];
        fine &= first | ((p[r - 1] == p[r]) & (second | ((q[r - 1] == q[r]) & third)));
      }
    } else {
      for (Index r = std::max<Index>(begin, 1); r < end && fine; ++r) {
        for (const Index k : order) {
          const GroupId before = keys[at(k)].ids[at(r - 1)];
          const GroupId now = keys[at(k)].ids[at(r)];
          if (before == now) continue;
          fine = before < now;
          break;
        }
      }
    }
    if (!fine) sorted.store(false, std::memory_order_relaxed);
  });
  return sorted.load();
}

/// Stable counting sort, last key first.
RawVector<GroupId> sorted_rows(std::span<const Key> keys, const std::vector<Index>& order,
                               Index n) {
  RawVector<GroupId> rows(at(n));
  std::iota(rows.begin(), rows.end(), GroupId{0});
  RawVector<GroupId> next(at(n));
  for (auto k = order.rbegin(); k != order.rend(); ++k) {
    const Key& key = keys[at(*k)];
    std::vector<GroupId> place(std::size_t{key.n_levels} + 1);
    for (const GroupId id : key.ids) ++place[id + 1];
    std::partial_sum(place.begin(), place.end(), place.begin());
    for (const GroupId row : rows) next[place[key.ids[row]]++] = row;
    rows.swap(next);
  }
  return rows;
}

// --- runs and levels in fit order

struct LevelSpan {
  GroupId low = kNoGroup;
  GroupId high = 0;  // inclusive
};

std::vector<Index> find_runs(const AbsorbLayout& layout, const EffectLevels* eliminated,
                             std::span<const GroupId> first_key) {
  std::vector<Index> begin;
  const auto row = [&](Index p) {
    return layout.row_of.empty() ? p : static_cast<Index>(layout.row_of[at(p)]);
  };
  if (eliminated != nullptr) {
    begin.reserve(std::size_t{eliminated->count()} + 1);
    std::uint64_t last = 0;
    for (Index p = 0; p < layout.n; ++p) {
      const std::uint64_t code = eliminated->code(row(p));
      if (p == 0 || code != last) begin.push_back(p);
      last = code;
    }
  } else {
    GroupId last = 0;
    Index started = -kStretch;
    for (Index p = 0; p < layout.n; ++p) {
      const GroupId now = first_key.empty() ? 0 : first_key[at(row(p))];
      if (p - started >= kStretch || now != last) {
        begin.push_back(p);
        started = p;
      }
      last = now;
    }
  }
  begin.push_back(layout.n);
  return begin;
}

/// Writes the levels of a kept effect and returns, run by run, the lowest and highest level.
std::vector<LevelSpan> fill_levels(const AbsorbLayout& layout, const EffectLevels& levels,
                                   KeptEffect& kept, Context& context) {
  kept.levels.resize(at(layout.n));
  std::vector<LevelSpan> spans(at(layout.n_runs()));
  const Index n_tasks = std::max<Index>(1, std::min(layout.n_runs(), layout.n / kRowsPerTask + 1));
  context.pool->for_each_shard(n_tasks, [&](Index task) {
    const ShardRange runs = shard_range(layout.n_runs(), n_tasks, task);
    for (Index run = runs.begin; run < runs.end; ++run) {
      LevelSpan span;
      for (Index p = layout.run_begin[at(run)]; p < layout.run_begin[at(run + 1)]; ++p) {
        const Index row = layout.row_of.empty() ? p : static_cast<Index>(layout.row_of[at(p)]);
        const GroupId level = kept.first + levels.level(levels.code(row));
        kept.levels[at(p)] = level;
        span.low = std::min(span.low, level);
        span.high = std::max(span.high, level);
      }
      spans[at(run)] = span;
    }
  });
  return spans;
}

/// Cuts the runs into shards of similar row counts. Where the block side a allows it, cuts fall
/// between its levels, so that no level of it lies in two shards.
void cut_shards(AbsorbLayout& layout, const std::vector<std::vector<LevelSpan>>& spans) {
  const Index n_runs = layout.n_runs();
  const Index wanted = std::clamp<Index>(layout.n / kRowsPerShard, 1, kMaxShards);
  std::vector<bool> clean(at(n_runs) + 1, true);
  if (layout.blocks.found) {
    const std::vector<LevelSpan>& span = spans[layout.blocks.a];
    std::vector<GroupId> lowest_after(at(n_runs) + 1, kNoGroup);
    for (Index run = n_runs; run-- > 0;) {
      lowest_after[at(run)] = std::min(lowest_after[at(run + 1)], span[at(run)].low);
    }
    GroupId highest = 0;
    for (Index run = 0; run < n_runs; ++run) {
      clean[at(run)] = run == 0 || highest < lowest_after[at(run)];
      highest = std::max(highest, span[at(run)].high);
    }
  }
  std::vector<Index> cuts{0};
  for (Index shard = 1; shard < wanted; ++shard) {
    const Index row = shard_range(layout.n, wanted, shard).begin;
    const auto nominal =
        static_cast<Index>(std::lower_bound(layout.run_begin.begin(), layout.run_begin.end(), row) -
                           layout.run_begin.begin());
    Index cut = nominal;
    const Index reach = layout.n / wanted / 2;
    for (Index step = 0; step < n_runs; ++step) {
      const Index up = nominal + step;
      const Index down = nominal - step;
      if (up < n_runs && clean[at(up)] && layout.run_begin[at(up)] - row <= reach) {
        cut = up;
        break;
      }
      if (down > cuts.back() && clean[at(down)] && row - layout.run_begin[at(down)] <= reach) {
        cut = down;
        break;
      }
      if ((up >= n_runs || layout.run_begin[at(up)] - row > reach) &&
          (down <= cuts.back() || row - layout.run_begin[at(down)] > reach)) {
        break;
      }
    }
    if (cut > cuts.back() && cut < n_runs) cuts.push_back(cut);
  }
  cuts.push_back(n_runs);
  GroupId highest_a = 0;
  for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
    Shard shard;
    shard.run_begin = cuts[c];
    shard.run_end = cuts[c + 1];
    for (const std::vector<LevelSpan>& span : spans) {
      LevelSpan all;
      for (Index run = shard.run_begin; run < shard.run_end; ++run) {
        all.low = std::min(all.low, span[at(run)].low);
        all.high = std::max(all.high, span[at(run)].high);
      }
      shard.ranges.push_back({all.low, all.high + 1});
      shard.n_touched += all.high + 1 - all.low;
    }
    if (layout.blocks.found) {
      const Shard::LevelRange& range = shard.ranges[layout.blocks.a];
      if (c > 0 && range.begin < highest_a) layout.shards_split_first_kept = true;
      highest_a = std::max(highest_a, range.end);
    }
    layout.shards.push_back(std::move(shard));
  }
}

// --- blocks

/// Numbers the blocks of effects x and y by their shared keys and each level within its block.
/// Not found when a block would be too large to factor, or the blocks are mostly empty.
BlockStructure find_blocks(const AbsorbLayout& layout, std::span<const Effect> effects,
                           std::span<const Key> keys, const Roles& roles) {
  BlockStructure blocks;
  if (roles.a < 0) return blocks;
  const std::vector<Index> shared = shared_keys(effects[at(roles.a)], effects[at(roles.b)]);
  for (const Index k : shared) {
    blocks.shared += (blocks.shared.empty() ? "" : "^") + keys[at(k)].name;
  }
  std::array<std::size_t, 2> side{};
  for (std::size_t e = 0; e < layout.kept.size(); ++e) {
    if (layout.kept[e].effect == roles.a) side[0] = e;
    if (layout.kept[e].effect == roles.b) side[1] = e;
  }
  std::array<std::vector<std::vector<GroupId>>, 2> shared_ids;  // per side, per level
  std::vector<std::vector<GroupId>> distinct;
  for (std::size_t s = 0; s < 2; ++s) {
    const KeptEffect& kept = layout.kept[side[s]];
    const std::vector<Index>& own = effects[at(kept.effect)].keys;
    for (GroupId level = 0; level < kept.n_levels; ++level) {
      const std::vector<GroupId> ids = layout.levels[at(kept.effect)].key_ids(level);
      std::vector<GroupId> part;
      for (const Index k : shared) {
        part.push_back(
            ids[static_cast<std::size_t>(std::find(own.begin(), own.end(), k) - own.begin())]);
      }
      shared_ids[s].push_back(std::move(part));
    }
    distinct.insert(distinct.end(), shared_ids[s].begin(), shared_ids[s].end());
  }
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  blocks.n_blocks = static_cast<GroupId>(distinct.size());
  blocks.block_of_level.assign(layout.n_kept_levels, kNoGroup);
  blocks.place_in_block.assign(layout.n_kept_levels, kNoGroup);
  std::array<std::vector<GroupId>, 2> count;
  for (std::size_t s = 0; s < 2; ++s) {
    count[s].assign(blocks.n_blocks, 0);
    const KeptEffect& kept = layout.kept[side[s]];
    for (GroupId level = 0; level < kept.n_levels; ++level) {
      const auto block = static_cast<GroupId>(
          std::lower_bound(distinct.begin(), distinct.end(), shared_ids[s][level]) -
          distinct.begin());
      blocks.block_of_level[kept.first + level] = block;
      blocks.place_in_block[kept.first + level] = count[s][block]++;
    }
  }
  // Side b is factored: cubic in its levels, so it is the side with fewer.
  const auto cubes = [](const std::vector<GroupId>& counts) {
    double sum = 0.0;
    for (const double c : counts) sum += c * c * c;
    return sum;
  };
  std::size_t a = cubes(count[1]) <= cubes(count[0]) ? 0 : 1;
  if (layout.ranks.several()) {
    // Products over the levels of a are formed where these are.
    const auto is_whole = [&](std::size_t s) {
      return layout.ranks.keep_together(effects[at(layout.kept[side[s]].effect)].keys);
    };
    if (!is_whole(a)) a = 1 - a;
    if (!is_whole(a)) return blocks;
  }
  blocks.a = side[a];
  blocks.b = side[1 - a];
  blocks.n_a = count[a];
  blocks.n_b = count[1 - a];
  double cells = 0.0;
  GroupId largest = 0;
  for (GroupId t = 0; t < blocks.n_blocks; ++t) {
    cells += static_cast<double>(blocks.n_a[t]) * blocks.n_b[t];
    largest = std::max(largest, blocks.n_b[t]);
  }
  blocks.found = largest <= kLargestBlockSide &&
                 cells <= std::max(4.0 * static_cast<double>(layout.n_all), 1'048'576.0);
  return blocks;
}

std::string describe(const AbsorbLayout& layout, std::span<const Effect> effects) {
  if (effects.empty()) return "no effects";
  std::string text;
  if (layout.eliminated >= 0) {
    text = fmt::format("{} eliminated", effects[at(layout.eliminated)].name);
  }
  if (layout.blocks.found) {
    const auto largest = [](const std::vector<GroupId>& v) {
      return *std::max_element(v.begin(), v.end());
    };
    text += fmt::format("{}{} {} blocks of at most {} x {}", text.empty() ? "" : ", ",
                        layout.blocks.n_blocks, layout.blocks.shared, largest(layout.blocks.n_a),
                        largest(layout.blocks.n_b));
  } else if (!layout.kept.empty()) {
    text += fmt::format("{}{} other levels", text.empty() ? "" : ", ", layout.n_kept_levels);
  }
  return text;
}

}  // namespace

std::vector<GroupId> AbsorbLayout::levels_in_fit_order(Index effect) const {
  std::vector<GroupId> result(at(n));
  if (effect == eliminated) {
    for (Index run = 0; run < n_runs(); ++run) {
      std::fill(result.begin() + run_begin[at(run)], result.begin() + run_begin[at(run + 1)],
                static_cast<GroupId>(run));
    }
    return result;
  }
  for (const KeptEffect& kept_effect : kept) {
    if (kept_effect.effect != effect) continue;
    for (Index p = 0; p < n; ++p) result[at(p)] = kept_effect.levels[at(p)] - kept_effect.first;
  }
  return result;
}

std::span<const double> AbsorbLayout::ordered(std::span<const double> column,
                                              RawVector<double>& storage, Context& context) const {
  if (row_of.empty() || column.empty()) return column;
  storage.resize(at(n));
  for_each_row_range(n, context, [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p) storage[at(p)] = column[row_of[at(p)]];
  });
  return storage;
}

std::vector<Index> expected_order(std::span<const Effect> effects,
                                  const std::vector<Index>& n_levels) {
  return sort_keys(effects, choose_roles(effects, n_levels, {}, true));
}

std::shared_ptr<const AbsorbLayout> build_layout(std::span<const Key> keys,
                                                 std::span<const Effect> effects, Index n_rows,
                                                 AbsorbRoute route, Context& context,
                                                 const comm::Ranks& ranks) {
  auto layout = std::make_shared<AbsorbLayout>();
  layout->ranks = ranks;
  layout->n = n_rows;
  layout->n_all = ranks.sum(n_rows);
  if (ranks.several() && n_rows == 0) {
    throw InputError({.code = "too-many-ranks",
                      .what = fmt::format("rank {} has no rows", ranks.communicator->rank()),
                      .where = "mpirun -n",
                      .why = "rows that belong together stay on one rank",
                      .fixes = {"use fewer ranks"}});
  }
  for (const Effect& effect : effects) {
    layout->levels.emplace_back(keys, effect, n_rows, context);
    if (!effect.slope.empty() && static_cast<Index>(effect.slope.size()) != n_rows) {
      throw InputError({.code = "slope-length",
                        .what = fmt::format("the slope of effect {} has {} rows, y has {}",
                                            effect.name, effect.slope.size(), n_rows),
                        .where = effect.name});
    }
  }
  // Levels that several ranks share are numbered alike on all of them at once; the others when they
  // are kept.
  std::vector<Index> count;
  std::vector<bool> united(effects.size(), !ranks.several());
  for (std::size_t e = 0; e < effects.size(); ++e) {
    const bool whole = ranks.several() && ranks.keep_together(effects[e].keys);
    if (!whole && !united[e]) {
      layout->levels[e].unite(ranks);
      united[e] = true;
    }
    const auto own = static_cast<Index>(layout->levels[e].count());
    count.push_back(whole ? ranks.sum(own) : own);
  }
  const auto arrange = [&](const Roles& roles) {
    layout->eliminated = roles.eliminated;
    layout->kept.clear();
    GroupId first = 0;
    for (std::size_t e = 0; e < effects.size(); ++e) {
      if (static_cast<Index>(e) == roles.eliminated) continue;
      if (!united[e]) {
        layout->levels[e].unite(ranks);
        united[e] = true;
      }
      KeptEffect kept;
      kept.effect = static_cast<Index>(e);
      kept.first = first;
      kept.n_levels = layout->levels[e].count();
      first += kept.n_levels;
      layout->kept.push_back(std::move(kept));
    }
    layout->n_kept_levels = first;
  };
  Roles roles = choose_roles(effects, count, ranks, route != AbsorbRoute::kGeneral);
  arrange(roles);
  layout->blocks = find_blocks(*layout, effects, keys, roles);
  if (!layout->blocks.found) {
    if (route == AbsorbRoute::kBlocks) {
      throw InputError(
          {.code = "no-blocks",
           .what = "no two effects form blocks small enough to factor",
           .where = "route",
           .why = "the blocks route needs two effects that share a key, as exporter^year and "
                  "importer^year do",
           .fixes = {"leave the route on auto"}});
    }
    roles = choose_roles(effects, count, ranks, false);
    arrange(roles);
    layout->blocks = {};
  }
  if (roles.eliminated >= 0 && ranks.several() && united[at(roles.eliminated)]) {
    // Its levels are those of this rank's runs after all.
    layout->levels[at(roles.eliminated)] =
        EffectLevels(keys, effects[at(roles.eliminated)], n_rows, context);
  }
  const std::vector<Index> order = sort_keys(effects, roles);
  if (!is_sorted_by(keys, order, n_rows, context)) {
    layout->row_of = sorted_rows(keys, order, n_rows);
  }
  layout->run_begin =
      find_runs(*layout, roles.eliminated >= 0 ? &layout->levels[at(roles.eliminated)] : nullptr,
                order.empty() ? std::span<const GroupId>() : keys[at(order.front())].ids);
  for (Index run = 0; run < layout->n_runs(); ++run) {
    layout->longest_run =
        std::max(layout->longest_run, layout->run_begin[at(run + 1)] - layout->run_begin[at(run)]);
  }
  std::vector<std::vector<LevelSpan>> spans;
  for (KeptEffect& kept : layout->kept) {
    spans.push_back(fill_levels(*layout, layout->levels[at(kept.effect)], kept, context));
    const Effect& effect = effects[at(kept.effect)];
    kept.slope = layout->ordered(effect.slope, kept.slope_copy, context);
  }
  for (EffectLevels& levels : layout->levels) levels.finish();
  cut_shards(*layout, spans);
  layout->route_text = describe(*layout, effects);
  return layout;
}

}  // namespace altyn::estimation
