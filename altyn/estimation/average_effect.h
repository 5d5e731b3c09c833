#pragma once

#include <string>
#include <string_view>

#include "altyn/core/context.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// Over which rows an effect is averaged.
enum class AverageOver {
  kAll,      ///< every row used
  kTreated,  ///< rows where the regressor is not zero
};

/// How much the fitted mean moves with one regressor, averaged over rows.
struct AverageEffect {
  std::string name{};
  bool is_switch = false;  ///< the regressor is 0 or 1: the difference between both
  Coefficient in_units{};  ///< mean change of the outcome's mean: derivative, or on minus off
  Coefficient relative{};  ///< that over the mean without it, as a fraction: for a switch
                           ///< sum(on - off) / sum(off); for others the semi-elasticity
  Index n_rows = 0;
};

/// Average partial effect of a regressor with the standard error of the delta method. Coefficients
/// and absorbed effects are uncertain together: the gradient with respect to the effects enters
/// through a weighted projection on regressors and effects, no dummy is ever built. The model's
/// variance kind must be a clustered, robust or HC0 one; its factor is used.
/// Errors: as Estimate::coefficient; InputError "not-certified"; "no-average-effect" for other
/// variance kinds and bias-corrected estimates. Cost: one absorb of two columns (with instruments
/// of the regressors too) and a pass per grouping. Source: Wooldridge (2010), 12.3 and 18.2 for the
/// delta method; Fernandez-Val and Weidner (2016) for averages under absorbed effects.
[[nodiscard]] AverageEffect average_effect(const FittedModel& model, const Estimate& estimate,
                                           std::string_view name, AverageOver over,
                                           Context& context);

}  // namespace altyn::estimation
