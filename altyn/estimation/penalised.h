#pragma once

#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// How the penalty of each coefficient is set.
enum class PenaltyKind {
  kLasso,     ///< `penalty` times the standard deviation of each regressor net of the effects
  kPlugin,    ///< from the spread of the scores, clustered; needs no tuning
  kAdaptive,  ///< `penalty` divided by the size of the unpenalised coefficient
};

struct PenalisedOptions {
  PenaltyKind penalty_kind = PenaltyKind::kPlugin;
  double penalty = 0.0;
  std::vector<std::string> penalty_keep{};
  double penalty_tolerance = 1e-7;
  Index penalty_steps = 200;
  static std::vector<Field<PenalisedOptions>> fields();
};

/// A PPML with an L1 penalty on regressors and none on the absorbed effects.
struct PenalisedFit {
  SolveStatus status = SolveStatus::kNotRun;
  Certificate certificate{};                ///< the subgradient conditions, per kind of coefficient
  std::vector<std::string> names{};         ///< [k]
  std::vector<double> coefficients{};       ///< penalised, many exactly 0
  std::vector<double> loadings{};           ///< penalty of each coefficient, in units of the score
  std::vector<std::string> selected{};      ///< names with a coefficient that is not 0
  std::vector<double> post_coefficients{};  ///< [selected] PPML on the selected regressors alone
  Index iterations = 0;
};

/// Minimises sum_i w_i (mu_i - y_i eta_i) + sum_j loading_j |b_j| over coefficients and effects by
/// iterated weighted least squares with coordinate descent; effects are swept out at the working
/// weights of every step. The plugin loadings are c sqrt(sum over clusters of (sum x~ e)^2)
/// Phi^-1(1 - g / 2k) with c = 1.1 and g = 0.1 / log n, updated until they settle.
/// Standard errors after selection are not given: selection makes them too small.
/// Errors: InputError "bad-option" for names in `penalty_keep` that are no regressors, and when
/// lasso or adaptive come without a penalty; "no-penalty-here" for families other than ppml.
/// Source: Breinlich, Corradi, Rocha, Ruta, Santos Silva and Zylkin (2022); Belloni, Chernozhukov,
/// Hansen and Kozbur (2016) for the clustered plugin; Zou (2006) for the adaptive weights.
[[nodiscard]] PenalisedFit fit_penalised(const FittedModel& model, const PenalisedOptions& options,
                                         Context& context);

}  // namespace altyn::estimation
