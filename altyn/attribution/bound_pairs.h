#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/world_trade.h"
#include "altyn/data/agreements.h"

namespace altyn::attribution {

/// Whether an agreement, with all it grew from, binds each pair of a world table in each of its
/// years. A year counts when the agreement was in force on any of its days.
class BoundPairs {
 public:
  /// Binds nobody.
  BoundPairs() = default;
  /// `set`: an agreement id; "" binds nobody. Errors: InputError "unknown-agreement".
  BoundPairs(const data::AgreementRegistry& registry, const std::string& set,
             const WorldTrade& world);

  /// By positions in the world table; the same in both directions.
  [[nodiscard]] bool bound(Index first, Index second, Index year) const {
    return bound_[static_cast<std::size_t>((year * n_ + first) * n_ + second)];
  }
  /// Whether any pair is bound in any year, and whether some pair of the table changes.
  [[nodiscard]] bool any() const;
  [[nodiscard]] bool changes() const;
  /// The first year of the table in which the pair is bound.
  [[nodiscard]] std::optional<Index> first_year(Index first, Index second) const;
  [[nodiscard]] Index n_years() const { return n_years_; }

 private:
  Index n_ = 0;
  Index n_years_ = 0;
  std::vector<bool> bound_;
};

}  // namespace altyn::attribution
