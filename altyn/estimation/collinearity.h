#pragma once

#include <memory>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb.h"
#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// A regressor without a coefficient of its own, and why.
struct DroppedRegressor {
  std::string name{};
  std::string reason{};  ///< "collinear with a + b", "collinear with the effects"
};

/// Drops regressors that the effects or earlier regressors explain: once the effects are swept out
/// (by the rows' weights), a regressor whose sum of squares, net of the regressors kept before it,
/// is below 1e-9 of the original (about its mean when an effect or intercept takes the mean) has no
/// coefficient of its own. `plan` is the absorption plan of the frame's rows.
/// Returns what was dropped, in order. Cost: that of net_regressors, and O(k^3).
[[nodiscard]] std::vector<DroppedRegressor> drop_collinear(ModelFrame& frame,
                                                           const AbsorptionPlan& plan,
                                                           Context& context);

}  // namespace altyn::estimation
