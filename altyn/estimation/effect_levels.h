#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/problem.h"

namespace altyn::estimation {

/// The levels of one effect: the combinations of its keys that occur, numbered in ascending order
/// of (first key id, second key id, ...).
class EffectLevels {
 public:
  /// Errors: InputError when an id is out of the range its key states.
  /// Cost: one pass over the keys when combinations are at most a few times the rows (a table by
  /// combination), a sort otherwise.
  EffectLevels(std::span<const Key> keys, const Effect& effect, Index n_rows, Context& context);

  /// Takes on the levels that occur on other ranks, so that all number them alike.
  void unite(const comm::Ranks& ranks);
  [[nodiscard]] GroupId count() const { return static_cast<GroupId>(codes_.size()); }
  /// Code of the combination in one input row: equal codes, equal levels.
  [[nodiscard]] std::uint64_t code(Index row) const {
    std::uint64_t code = 0;
    for (const Part& part : parts_) {
      code = code * part.size + part.ids[static_cast<std::size_t>(row)];
    }
    return code;
  }
  [[nodiscard]] GroupId level(std::uint64_t code) const;
  [[nodiscard]] std::vector<GroupId> key_ids(GroupId level) const;
  /// Frees what only code() and level() need; call when every row has its level.
  void finish();
  /// Position among all keys of each part, as Effect::keys.
  [[nodiscard]] std::span<const Index> keys() const { return keys_; }

 private:
  struct Part {
    std::span<const GroupId> ids;
    std::uint64_t size = 0;
  };
  std::vector<Part> parts_;  // valid while the problem's spans are; used while the plan is built
  std::vector<Index> keys_;
  std::vector<std::uint64_t> codes_;  // of each level, ascending
  std::vector<GroupId> level_of_;     // by code; empty when combinations are too many
};

}  // namespace altyn::estimation
