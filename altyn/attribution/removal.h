#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "altyn/attribution/drawn_effect.h"
#include "altyn/attribution/draws.h"
#include "altyn/attribution/square_world.h"
#include "altyn/core/context.h"
#include "altyn/equilibrium/one_sector.h"

namespace altyn::attribution {

/// Flows of a square world that the agreement binds, and since when.
struct BoundFlows {
  std::vector<std::size_t> cells{};         ///< exporter * n + importer
  std::vector<const PairSpells*> spells{};  ///< of each cell
};

/// Trade of some flows in the new equilibrium over that of the base.
[[nodiscard]] double trade_ratio(const equilibrium::OneSectorResult& result,
                                 const std::vector<std::size_t>& cells);

/// The worlds of one year, both sides' records and every level of domestic sales, ready to have the
/// agreement's effect taken out of them draw by draw.
class RemovalYear {
 public:
  /// Nothing, with the reason, when a side's world cannot be built.
  [[nodiscard]] static std::optional<RemovalYear> build(const WorldBuilder& build, int year,
                                                        std::string& reason);

  [[nodiscard]] const SquareWorld& world(Side side) const {
    return worlds_[static_cast<std::size_t>(side)];
  }

  /// Solves the world of every draw without the agreement: each bound flow loses the draw's effect
  /// in `window`. `bound` by side. `take(draw, result)` gets the draw's place in `draws` and only
  /// what is certified, from several threads at once. Returns how many did not converge.
  Index solve(std::span<const JointDraw> draws, const std::vector<BoundFlows>& bound,
              const EffectModel& model, data::Window window,
              const std::function<void(std::size_t, const equilibrium::OneSectorResult&)>& take,
              Context& context) const;

 private:
  std::vector<SquareWorld> worlds_;                  // by side
  std::vector<equilibrium::OneSectorModel> models_;  // [side * levels + level]
};

}  // namespace altyn::attribution
