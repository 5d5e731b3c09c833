#include "altyn/attribution/bound_pairs.h"

#include <algorithm>

namespace altyn::attribution {

BoundPairs::BoundPairs(const data::AgreementRegistry& registry, const std::string& set,
                       const WorldTrade& world)
    : n_(static_cast<Index>(world.economies().size())),
      n_years_(static_cast<Index>(world.years().size())),
      bound_(static_cast<std::size_t>(n_ * n_ * n_years_), false) {
  if (set.empty()) return;
  for (Index year = 0; year < n_years_; ++year) {
    const int calendar = world.years()[static_cast<std::size_t>(year)];
    std::vector<Index> members;
    for (const std::string& member : registry.union_members(set, calendar)) {
      if (const auto position = world.find(member)) members.push_back(*position);
    }
    for (const Index first : members) {
      for (const Index second : members) {
        bound_[static_cast<std::size_t>((year * n_ + first) * n_ + second)] =
            registry.dummy(set, world.economies()[static_cast<std::size_t>(first)],
                           world.economies()[static_cast<std::size_t>(second)], calendar);
      }
    }
  }
}

bool BoundPairs::any() const {
  return std::find(bound_.begin(), bound_.end(), true) != bound_.end();
}

bool BoundPairs::changes() const {
  const auto cells = static_cast<std::size_t>(n_ * n_);
  for (std::size_t cell = cells; cell < bound_.size(); ++cell) {
    if (bound_[cell] != bound_[cell - cells]) return true;
  }
  return false;
}

std::optional<Index> BoundPairs::first_year(Index first, Index second) const {
  for (Index year = 0; year < n_years_; ++year) {
    if (bound(first, second, year)) return year;
  }
  return std::nullopt;
}

}  // namespace altyn::attribution
