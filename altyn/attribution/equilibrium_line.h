#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/bound_pairs.h"
#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/drawn_effect.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/core/context.h"
#include "altyn/data/agreements.h"

namespace altyn::attribution {

/// All trade of one year among n economies, domestic sales on the diagonal, at the low end, the
/// middle and the high end of the range that domestic sales are known to.
struct SquareWorld {
  std::vector<std::string> economies{};
  std::vector<double> trade_musd[3]{};  ///< each [n * n], exporter row, importer column
  std::vector<DataFinding> findings{};  ///< what was assumed, and how much of the world it is
};

/// Builds the world of a year from one side's records first; nothing, with the reason written to
/// the second argument, when it cannot.
using WorldBuilder =
    std::function<std::optional<SquareWorld>(Side side, int year, std::string& reason)>;

/// L6, general equilibrium: the agreement's effect of every draw is taken out of the world of each
/// window's year, and all prices, incomes and third-country trade adjust.
/// s = (ln hat(t0) - ln hat(t1)) / gamma, hat the pair's trade without over with the agreement: the
/// agreement explains what its absence would have changed between the windows.
/// Draws carry the coefficient, its phase-in, the side, theta and the range of domestic sales; the
/// first n_equilibrium_draws of the joint draws are solved, and those that do not converge counted.
/// Tables: "counterfactual", "counterfactual_members". Left out, with the reason, when the effect
/// cannot be estimated (`yearly` may then be null) or a year's world cannot be built.
[[nodiscard]] LineResult equilibrium_line(const ClaimCase& claim_case, const WorldTrade* yearly,
                                          const data::AgreementRegistry& registry,
                                          const BoundPairs& bound, const AgreementEffect& effect,
                                          const EffectModel& model, const WorldBuilder& build,
                                          Context& context);

}  // namespace altyn::attribution
