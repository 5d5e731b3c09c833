#pragma once

#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/data/table.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

enum class PredictKind {
  kResponse,        ///< the mean of the outcome
  kLink,            ///< the linear predictor
  kWithoutEffects,  ///< x'b + offset alone
};

/// Predictions for rows that need not have been in the sample.
struct Prediction {
  data::NumberColumn values{};  ///< one per row of the table; missing where it cannot be known
  Index n_unknown_levels = 0;   ///< rows with a level of an effect that the sample did not have
  Index n_missing = 0;          ///< rows in which a regressor, effect or offset is missing
};

/// Predicts for every row of `table`, which needs the regressors, effects and offset of the model
/// by their names; the outcome is not used. Levels are matched by their labels. Effects are the
/// ones of recover_effects, so that sums over effects equal those of the fit wherever the same
/// combinations occur; a combination of levels from parts of the sample that are not connected has
/// no defined sum, and counts as known all the same. Errors: InputError of make_frame;
/// "not-certified". Source: the recovered effects of Guimaraes and Portugal
/// (2010).
[[nodiscard]] Prediction predict(const FittedModel& model, const data::Table& table,
                                 PredictKind kind, Context& context);

}  // namespace altyn::estimation
