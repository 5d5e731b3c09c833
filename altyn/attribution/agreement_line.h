#pragma once

#include "altyn/attribution/agreement_effect.h"
#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/drawn_effect.h"

namespace altyn::attribution {

/// L5, estimated agreement effect. An effect that was fully in force before both windows explains
/// none of the growth between them; what may explain some is the part that came into force between
/// them: s = beta (phi(t1) - phi(t0)) / gamma for each way phi of building up, or the difference of
/// the estimated year effects, or of the effects by years since joining (ETWFE). Every draw takes
/// one of these, one side's records and a coefficient from its estimated distribution. `spells`:
/// when the agreement binds the claimed pair. Tables: "agreement_estimates", "agreement_path",
/// "phase_in". Left out, with the reason, when the agreement cannot be estimated
/// (`yearly` may then be null) or does not bind the pair.
[[nodiscard]] LineResult agreement_line(const ClaimCase& claim_case, const WorldTrade* yearly,
                                        const AgreementEffect& effect, const EffectModel& model,
                                        const PairSpells& spells);

}  // namespace altyn::attribution
