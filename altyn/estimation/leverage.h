#pragma once

#include <vector>

#include "altyn/estimation/glm.h"
#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// Leverage of every row, effects included, in fit order [n]: the diagonal of the projection on
/// regressors and effects in the metric of the working weights. One effect (without slope) is read
/// off its level sums; more are solved with the inverse of their Hessian, up to kMaxLeverageLevels
/// levels together. `inverse_hessian` is that of the kept regressors, [m * m].
/// Errors: InputError "too-many-levels".
[[nodiscard]] std::vector<double> leverages(const ModelFrame& frame, const GlmProblem& problem,
                                            const GlmFit& fit, std::span<const Index> kept,
                                            std::span<const double> inverse_hessian);

}  // namespace altyn::estimation
