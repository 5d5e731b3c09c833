#pragma once

#include "altyn/attribution/bound_pairs.h"
#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/drawn_effect.h"
#include "altyn/attribution/square_world.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/core/context.h"
#include "altyn/data/agreements.h"

namespace altyn::attribution {

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
