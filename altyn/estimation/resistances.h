#pragma once

#include <string>

#include "altyn/core/context.h"
#include "altyn/data/table.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// Multilateral resistances of a gravity PPML, from its exporter and importer effects. With t the
/// part of each fitted flow that is neither effect (regressors, offset, pair effect), they solve
///   Pi_i^(1-s) = sum_j t_ij (E_j / Y) / P_j^(1-s),   P_j^(1-s) = sum_i t_ij (Y_i / Y) / Pi_i^(1-s)
/// over the rows of the sample, where Y_i and E_j are its sums by exporter and importer and Y its
/// total, period by period; s is the elasticity of substitution. They are defined up to a factor in
/// every period: P is 1 for `reference`, an importer. Periods in which it does not occur are
/// missing.
///
/// The first of the two effects in the formula is taken as the exporters'.
///
/// Columns: effect, level, period, total (Y_i or E_j), log_power (log of the resistance to the
/// power 1-s) and, when `substitution` > 1, resistance itself. Sums cover the sample: without
/// domestic trade Y_i is exports and not output.
/// Errors: InputError "no-resistances" when the model is no ppml with two such effects (and pair
/// effects at most), or has instruments; "no-such-level" for an unknown reference (nearest named);
/// "not-certified". Cost: that of recover_effects.
/// Source: Anderson and van Wincoop (2003); Fally (2015) for their equality with the effects.
[[nodiscard]] data::Table multilateral_resistances(const FittedModel& model,
                                                   const std::string& reference,
                                                   double substitution, Context& context);

}  // namespace altyn::estimation
