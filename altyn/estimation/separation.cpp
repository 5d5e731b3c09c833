#include "altyn/estimation/separation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"

namespace altyn::estimation {
namespace {

/// The live rows of every group of one effect.
struct GroupCounts {
  std::string name;
  numerics::RawVector<GroupId> ids;
  std::vector<GroupId> rows;     // live rows in the group, on all ranks
  std::vector<GroupId> low;      // of which at the lower edge (y = 0)
  std::vector<GroupId> high;     // of which at the upper edge (a logit's y = 1)
  std::vector<GroupId> row_xor;  // xor of the live rows: the row itself when there is one
  bool shared = false;           // several ranks have rows of its groups
};

class Pruner {
 public:
  Pruner(ModelFrame& frame, const GroupPruning& pruning) : frame_(frame), pruning_(pruning) {
    has_edge_ = frame.family != Family::kGaussian && pruning.one_sided;
    keep_.assign(at(frame.n_rows()), 1);
    for (const FrameEffect& effect : frame.effects) {
      const bool known = std::any_of(counts_.begin(), counts_.end(), [&](const GroupCounts& c) {
        return c.name == effect.group.name;
      });
      if (effect.slope.empty() && !known) counts_.push_back(count(effect.group));
    }
    for (GroupCounts& counts : counts_) add_ranks(counts);
    singleton_rows_.resize(counts_.size());
    edge_rows_.resize(counts_.size());
  }

  Index run() {
    bool again = true;
    while (again) {
      again = drop_one_sided();
      again = drop_singletons() || again;
    }
    Index dropped = 0;
    for (std::size_t e = 0; e < counts_.size(); ++e) {
      dropped += static_cast<Index>(edge_rows_[e].size() + singleton_rows_[e].size());
      record(edge_rows_[e], fmt::format("{} in {}", edge_words(), counts_[e].name));
      record(singleton_rows_[e], fmt::format("the only row of its {}", counts_[e].name));
    }
    if (dropped == 0) return 0;
    if (dropped == frame_.n_rows()) {
      throw InputError({.code = "no-rows-left",
                        .what = "no row is left to estimate from",
                        .where = frame_.table->source(),
                        .context = {frame_.ledger.to_text()},
                        .why = "every row belongs to a group with one row or without variation",
                        .fixes = {"use fewer effects"}});
    }
    frame_.keep_rows(keep_);
    return dropped;
  }

 private:
  [[nodiscard]] const char* edge_words() const {
    return frame_.family == Family::kLogit ? "the same outcome in every row" : "nothing but zeros";
  }
  [[nodiscard]] bool is_low(Index row) const { return has_edge_ && frame_.y[row] == 0.0; }
  [[nodiscard]] bool is_high(Index row) const {
    return has_edge_ && frame_.family == Family::kLogit && frame_.y[row] == 1.0;
  }

  GroupCounts count(const KeyGroup& group) {
    CombinedIds combined = frame_.ids_of(group);
    GroupCounts counts{.name = group.name,
                       .ids = std::move(combined.ids),
                       .rows = {},
                       .low = {},
                       .high = {},
                       .row_xor = {},
                       .shared = combined.shared};
    counts.rows.assign(combined.n_groups, 0);
    counts.low.assign(combined.n_groups, 0);
    counts.high.assign(combined.n_groups, 0);
    counts.row_xor.assign(combined.n_groups, 0);
    for (Index row = 0; row < frame_.n_rows(); ++row) {
      const GroupId group_id = counts.ids[at(row)];
      ++counts.rows[group_id];
      counts.low[group_id] += is_low(row) ? 1U : 0U;
      counts.high[group_id] += is_high(row) ? 1U : 0U;
      counts.row_xor[group_id] ^= static_cast<GroupId>(row);
    }
    return counts;
  }

  /// Counts that came from this rank alone become those of all ranks; own ones are kept beside.
  void add_ranks(GroupCounts& counts) {
    if (!counts.shared) return;
    std::vector<double> all;
    for (const auto* own : {&counts.rows, &counts.low, &counts.high}) {
      all.insert(all.end(), own->begin(), own->end());
    }
    frame_.ranks.sum(all);
    own_counts_.push_back({counts.rows, counts.low, counts.high});
    write_counts(counts, all);
  }

  /// After rows have left on any rank: the same from the own counts, which know of this rank's.
  void refresh() {
    if (!frame_.ranks.several()) return;
    std::size_t own = 0;
    for (GroupCounts& counts : counts_) {
      if (!counts.shared) continue;
      std::vector<double> all;
      for (const std::vector<GroupId>& part : own_counts_[own]) {
        all.insert(all.end(), part.begin(), part.end());
      }
      ++own;
      frame_.ranks.sum(all);
      write_counts(counts, all);
    }
  }

  static void write_counts(GroupCounts& counts, const std::vector<double>& all) {
    auto from = all.begin();
    for (auto* part : {&counts.rows, &counts.low, &counts.high}) {
      for (GroupId& count : *part) count = static_cast<GroupId>(*from++);
    }
  }

  void remove(Index row) {
    keep_[at(row)] = 0;
    std::size_t own = 0;
    for (GroupCounts& counts : counts_) {
      const GroupId group_id = counts.ids[at(row)];
      const auto take = [&](GroupId& rows, GroupId& low, GroupId& high) {
        --rows;
        low -= is_low(row) ? 1U : 0U;
        high -= is_high(row) ? 1U : 0U;
      };
      counts.row_xor[group_id] ^= static_cast<GroupId>(row);
      if (counts.shared) {
        std::array<std::vector<GroupId>, 3>& mine = own_counts_[own++];
        take(mine[0][group_id], mine[1][group_id], mine[2][group_id]);
      } else {
        take(counts.rows[group_id], counts.low[group_id], counts.high[group_id]);
      }
    }
  }

  static bool one_sided(const GroupCounts& counts, GroupId group_id) {
    const GroupId rows = counts.rows[group_id];
    return rows > 0 && (counts.low[group_id] == rows || counts.high[group_id] == rows);
  }

  bool drop_one_sided() {
    if (!has_edge_) return false;
    bool any = false;
    for (const GroupCounts& counts : counts_) {
      for (GroupId g = 0; g < counts.rows.size() && !any; ++g) any = one_sided(counts, g);
    }
    if (!frame_.ranks.any(any)) return false;
    // All rows are judged by the counts at the start of the round, so that the effect a row is
    // booked to does not depend on the order of rows.
    std::vector<Index> leaving;
    for (Index row = 0; row < frame_.n_rows(); ++row) {
      if (!keep_[at(row)]) continue;
      for (std::size_t e = 0; e < counts_.size(); ++e) {
        if (!one_sided(counts_[e], counts_[e].ids[at(row)])) continue;
        edge_rows_[e].push_back(row);
        leaving.push_back(row);
        break;
      }
    }
    for (const Index row : leaving) remove(row);
    refresh();
    return true;
  }

  void find_singletons(std::vector<std::vector<GroupId>>& waves) const {
    for (std::size_t e = 0; e < counts_.size(); ++e) {
      for (GroupId g = 0; g < counts_[e].rows.size(); ++g) {
        if (counts_[e].rows[g] == 1) waves[e].push_back(g);
      }
    }
  }

  /// Whether the one row of a group is on this rank.
  [[nodiscard]] bool is_here(std::size_t e, GroupId g) const {
    if (!counts_[e].shared) return true;
    const auto own =
        std::count_if(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(e),
                      [](const GroupCounts& counts) { return counts.shared; });
    return own_counts_[at(own)][0][g] == 1;
  }

  bool drop_singletons() {
    if (!pruning_.singletons) return false;
    bool any = false;
    std::vector<std::vector<GroupId>> waves(counts_.size());
    find_singletons(waves);
    while (true) {
      // One wave: every group that has one row now, booked to the first effect.
      std::vector<Index> leaving;
      for (std::size_t e = 0; e < counts_.size(); ++e) {
        for (const GroupId g : waves[e]) {
          if (counts_[e].rows[g] != 1 || !is_here(e, g)) continue;
          const auto row = static_cast<Index>(counts_[e].row_xor[g]);
          if (!keep_[at(row)]) continue;
          keep_[at(row)] = 0;
          singleton_rows_[e].push_back(row);
          leaving.push_back(row);
        }
      }
      if (!frame_.ranks.any(!leaving.empty())) return any;
      any = true;
      for (const Index row : leaving) remove(row);
      for (auto& wave : waves) wave.clear();
      if (frame_.ranks.several()) {
        refresh();
        find_singletons(waves);
        continue;
      }
      for (const Index row : leaving) {
        for (std::size_t e = 0; e < counts_.size(); ++e) {
          const GroupId g = counts_[e].ids[at(row)];
          if (counts_[e].rows[g] == 1) waves[e].push_back(g);
        }
      }
    }
  }

  void record(std::vector<Index>& rows, const std::string& reason) {
    std::sort(rows.begin(), rows.end());
    frame_.record_drop("estimate", reason, rows);
  }

  ModelFrame& frame_;
  GroupPruning pruning_;
  bool has_edge_ = false;
  std::vector<char> keep_;
  std::vector<GroupCounts> counts_;
  std::vector<std::array<std::vector<GroupId>, 3>> own_counts_;  // rows, low, high of shared ones
  std::vector<std::vector<Index>> singleton_rows_;
  std::vector<std::vector<Index>> edge_rows_;
};

}  // namespace

Index prune_groups(ModelFrame& frame, const GroupPruning& pruning) {
  return Pruner(frame, pruning).run();
}

}  // namespace altyn::estimation
