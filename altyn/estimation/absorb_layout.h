#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb.h"
#include "altyn/estimation/effect_levels.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

// Notation
//   eliminated effect: the largest one, concentrated out inside every pass over the rows
//   kept effects: the others; their levels are numbered one effect after the other, 0 .. L - 1
//   run: rows of one level of the eliminated effect, adjacent in fit order; without an eliminated
//        effect, a stretch of rows of limited length
//   shard: consecutive runs; one unit of work of the thread pool

/// A kept effect in fit order.
struct KeptEffect {
  Index effect = 0;   ///< its position in the problem
  GroupId first = 0;  ///< its first level among all kept levels
  GroupId n_levels = 0;
  numerics::RawVector<GroupId> levels{};     ///< [n] level among all kept levels
  numerics::RawVector<double> slope_copy{};  ///< [n] in fit order, when it differs from input order
  std::span<const double> slope{};           ///< [n] in fit order; empty for intercepts
};

/// Rows and levels one shard touches.
struct Shard {
  Index run_begin = 0;
  Index run_end = 0;
  struct LevelRange {
    GroupId begin = 0;
    GroupId end = 0;
  };
  std::vector<LevelRange> ranges{};  ///< per kept effect: levels that occur in the shard
  Index n_touched = 0;               ///< sum of the ranges' lengths
};

/// Two kept effects whose rows fall into independent blocks (a year's exporters and importers).
struct BlockStructure {
  bool found = false;
  std::size_t a = 0;  ///< position among the kept effects
  std::size_t b = 0;  ///< the side of which a block has fewer levels overall; of several ranks, the
                      ///< levels of a lie on one each
  GroupId n_blocks = 0;
  std::vector<GroupId> block_of_level{};  ///< [L], kNoGroup outside a and b
  std::vector<GroupId> place_in_block{};  ///< [L], position within its side of its block
  std::vector<GroupId> n_a{};             ///< [n_blocks]
  std::vector<GroupId> n_b{};
  std::string shared{};  ///< name of the shared keys: "year"
};

/// The plan behind AbsorptionPlan.
class AbsorbLayout final : public AbsorptionPlan {
 public:
  [[nodiscard]] Index n_rows() const override { return n; }
  [[nodiscard]] std::span<const GroupId> rows() const override { return row_of; }
  [[nodiscard]] Index n_effects() const override { return static_cast<Index>(levels.size()); }
  [[nodiscard]] GroupId n_levels(Index effect) const override {
    return levels[static_cast<std::size_t>(effect)].count();
  }
  [[nodiscard]] std::vector<GroupId> level_key_ids(Index effect, GroupId level) const override {
    return levels[static_cast<std::size_t>(effect)].key_ids(level);
  }
  [[nodiscard]] std::vector<GroupId> levels_in_fit_order(Index effect) const override;
  [[nodiscard]] const std::string& route() const override { return route_text; }

  [[nodiscard]] Index n_runs() const { return static_cast<Index>(run_begin.size()) - 1; }
  /// Adds up over the ranks what each has summed by kept level [L * n_lanes].
  void sum_levels(double* sums, int n_lanes) const {
    ranks.sum(std::span(sums, static_cast<std::size_t>(Index{n_kept_levels} * n_lanes)));
  }
  [[nodiscard]] Index n_shards() const { return static_cast<Index>(shards.size()); }
  /// A column of the input in fit order: the span itself when the orders agree, else a copy that
  /// `storage` then owns.
  [[nodiscard]] std::span<const double> ordered(std::span<const double> column,
                                                numerics::RawVector<double>& storage,
                                                Context& context) const;

  comm::Ranks ranks{};
  Index n = 0;                            ///< rows here
  Index n_all = 0;                        ///< rows on all ranks
  numerics::RawVector<GroupId> row_of{};  ///< empty when fit order is input order
  Index eliminated = -1;                  ///< effect, or -1
  std::vector<Index> run_begin{};         ///< [n_runs + 1]
  Index longest_run = 0;
  std::vector<KeptEffect> kept{};
  GroupId n_kept_levels = 0;           ///< L
  std::vector<EffectLevels> levels{};  ///< [E]
  std::vector<Shard> shards{};
  bool shards_split_first_kept = false;  ///< a level of the block side a lies in several shards
  BlockStructure blocks{};
  std::string route_text{};
};

/// Positions of the keys by which rows are sorted in fit order, when effects have about so many
/// levels [E].
[[nodiscard]] std::vector<Index> expected_order(std::span<const Effect> effects,
                                                const std::vector<Index>& n_levels);

/// Builds the layout; same contract as plan_absorption.
[[nodiscard]] std::shared_ptr<const AbsorbLayout> build_layout(std::span<const Key> keys,
                                                               std::span<const Effect> effects,
                                                               Index n_rows, AbsorbRoute route,
                                                               Context& context,
                                                               const comm::Ranks& ranks = {});

}  // namespace altyn::estimation
