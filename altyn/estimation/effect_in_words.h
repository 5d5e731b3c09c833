#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// A coefficient as a reader without regressions needs it. Rates are fractions: 0.5 is 50 percent.
struct EffectInWords {
  std::string name{};
  bool is_elasticity = false;  ///< the regressor is a logarithm: value is the elasticity itself
  double change = 0.0;         ///< exp(b) - 1 under a log link; b for an elasticity
  double low = 0.0;            ///< ends of the confidence interval, transformed alike
  double high = 0.0;
  std::optional<double> tariff_equivalent{};  ///< exp(-b / theta) - 1: the tariff with that effect
  std::optional<double> tariff_low{};
  std::optional<double> tariff_high{};
  std::string sentence{};
};

/// Puts a coefficient into words. `theta` is the trade elasticity (> 0) behind the tariff
/// equivalent; 0 leaves it out. The change holds if nothing else moves: no price, no income.
/// For OLS the outcome must be a logarithm, else the change is in units of the outcome per unit.
/// Errors: as Estimate::coefficient; InputError "not-certified" when the certificate does not hold.
[[nodiscard]] EffectInWords effect_in_words(const Estimate& estimate, std::string_view name,
                                            double theta = 0.0);

}  // namespace altyn::estimation
