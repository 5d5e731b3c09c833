#include "altyn/estimation/effect_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>

#include "altyn/core/errors.h"

namespace altyn::estimation {

namespace {

constexpr Index kRowsPerTask = Index{1} << 18;

void fail_range(const Key& key, Index row) {
  throw InputError(
      {.code = "effect-id-out-of-range",
       .what = fmt::format("id {} of {} is not below its number of levels, {}",
                           key.ids[static_cast<std::size_t>(row)], key.name, key.n_levels),
       .where = fmt::format("key {}, row {}", key.name, row),
       .why = "every row must belong to one level of every effect",
       .fixes = {"code the column again after rows were dropped"}});
}

}  // namespace

EffectLevels::EffectLevels(std::span<const Key> keys, const Effect& effect, Index n_rows,
                           Context& context)
    : keys_(effect.keys) {
  if (effect.keys.empty()) {
    throw InputError({.code = "effect-without-key",
                      .what = fmt::format("effect {} has no key", effect.name),
                      .where = effect.name});
  }
  // Products that overflow are capped: then the table is out of the question, and distinct codes
  // are checked below.
  std::uint64_t combinations = 1;
  for (const Index k : effect.keys) {
    const Key& key = keys[static_cast<std::size_t>(k)];
    if (static_cast<Index>(key.ids.size()) != n_rows) {
      throw InputError(
          {.code = "key-length",
           .what = fmt::format("key {} has {} ids for {} rows", key.name, key.ids.size(), n_rows),
           .where = key.name});
    }
    const std::uint64_t size = std::max<std::uint64_t>(key.n_levels, 1);
    if (combinations > std::numeric_limits<std::uint64_t>::max() / size) {
      throw InputError({.code = "effect-too-large",
                        .what = fmt::format("effect {} has more than 2^64 combinations of its keys",
                                            effect.name),
                        .where = effect.name,
                        .fixes = {"combine some of its columns into one first"}});
    }
    combinations *= size;
    parts_.push_back({key.ids, size});
  }
  const Index n_tasks = (n_rows + kRowsPerTask - 1) / kRowsPerTask;
  const auto check_rows = [&](Index begin, Index end) {
    for (const Index k : effect.keys) {
      const Key& key = keys[static_cast<std::size_t>(k)];
      GroupId largest = 0;
      for (Index r = begin; r < end; ++r) {
        largest = std::max(largest, key.ids[static_cast<std::size_t>(r)]);
      }
      if (largest < key.n_levels) continue;
      for (Index r = begin; r < end; ++r) {
        if (key.ids[static_cast<std::size_t>(r)] >= key.n_levels) fail_range(key, r);
      }
    }
  };

  const auto n = static_cast<std::uint64_t>(n_rows);
  if (combinations <= 8 * n + 65'536) {
    level_of_.assign(combinations, kNoGroup);
    context.pool->for_each_shard(n_tasks, [&](Index task) {
      const ShardRange range = shard_range(n_rows, n_tasks, task);
      check_rows(range.begin, range.end);
      for (Index r = range.begin; r < range.end; ++r) {
        // Every thread writes the same value; the atomic only says so.
        std::atomic_ref<GroupId> seen(level_of_[code(r)]);
        if (seen.load(std::memory_order_relaxed) != 0) seen.store(0, std::memory_order_relaxed);
      }
    });
    codes_.reserve(std::min<std::uint64_t>(combinations, n));
    for (std::uint64_t c = 0; c < combinations; ++c) {
      if (level_of_[c] == kNoGroup) continue;
      level_of_[c] = static_cast<GroupId>(codes_.size());
      codes_.push_back(c);
    }
    return;
  }
  check_rows(0, n_rows);
  codes_.resize(n);
  for (Index r = 0; r < n_rows; ++r) codes_[static_cast<std::size_t>(r)] = code(r);
  std::sort(codes_.begin(), codes_.end());
  codes_.erase(std::unique(codes_.begin(), codes_.end()), codes_.end());
  codes_.shrink_to_fit();
}

void EffectLevels::unite(const comm::Ranks& ranks) {
  if (!ranks.several()) return;
  const std::string_view own(reinterpret_cast<const char*>(codes_.data()),
                             codes_.size() * sizeof(std::uint64_t));
  std::vector<std::uint64_t> all;
  for (const std::string& part : ranks.gather(own)) {
    const std::size_t before = all.size();
    all.resize(before + part.size() / sizeof(std::uint64_t));
    std::copy(part.begin(), part.end(), reinterpret_cast<char*>(all.data() + before));
    std::inplace_merge(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  codes_ = std::move(all);
  if (level_of_.empty()) return;
  std::fill(level_of_.begin(), level_of_.end(), kNoGroup);
  for (std::size_t l = 0; l < codes_.size(); ++l) level_of_[codes_[l]] = static_cast<GroupId>(l);
}

GroupId EffectLevels::level(std::uint64_t code) const {
  if (!level_of_.empty()) return level_of_[code];
  return static_cast<GroupId>(std::lower_bound(codes_.begin(), codes_.end(), code) -
                              codes_.begin());
}

void EffectLevels::finish() {
  level_of_ = {};
  for (Part& part : parts_) part.ids = {};
}

std::vector<GroupId> EffectLevels::key_ids(GroupId level) const {
  std::uint64_t code = codes_[level];
  std::vector<GroupId> ids(parts_.size());
  for (std::size_t k = parts_.size(); k-- > 0;) {
    ids[k] = static_cast<GroupId>(code % parts_[k].size);
    code /= parts_[k].size;
  }
  return ids;
}

}  // namespace altyn::estimation
