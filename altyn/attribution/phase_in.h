#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/check_options.h"
#include "altyn/data/agreements.h"
#include "altyn/data/month.h"

namespace altyn::attribution {

/// When an agreement binds a pair: runs of months, in order.
struct BindingSpells {
  std::vector<data::Window> spells{};
  [[nodiscard]] bool empty() const { return spells.empty(); }
  [[nodiscard]] data::Month start() const { return spells.front().first; }
};

/// The months in which the agreement `id`, with all it grew from when `with_predecessors`, binds
/// the pair. Open memberships run to `horizon`. Suspensions end a spell.
[[nodiscard]] BindingSpells binding_spells(const data::AgreementRegistry& registry,
                                           const std::string& id, const std::string& first,
                                           const std::string& second, data::Month horizon,
                                           bool with_predecessors);

/// How an agreement's effect builds up after its start.
struct PhaseIn {
  std::string name{};            ///< "at once", "over 5 years"
  double years = 0.0;            ///< 0: at once
  bool from_predecessor = true;  ///< counted from the first agreement of the set, or from its last
};

/// At once, and every length of the options from the set's start and from the agreement's own.
[[nodiscard]] std::vector<PhaseIn> phase_ins(const CheckOptions& options);

/// Mean over the window's months of the part of the full effect in force, 0 to 1: nothing outside
/// the spells, then rising in a straight line from the start of the run.
[[nodiscard]] double phase_at(const PhaseIn& phase_in, const BindingSpells& whole,
                              const BindingSpells& own, data::Window window);

}  // namespace altyn::attribution
