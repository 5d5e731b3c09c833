#pragma once

#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// What is known of the instruments of a fit.
struct InstrumentTests {
  std::vector<double> first_stage_f{};  ///< per endogenous regressor: joint F of the excluded
                                        ///< instruments, robust to heteroskedasticity
  double overidentification = 0.0;      ///< robust score test of Wooldridge (1995); 0 when exactly
                                        ///< identified
  Index overidentification_df = 0;
  double overidentification_p = 1.0;
};

/// A fit with instruments. The last `n_endogenous` regressors of the frame are endogenous; the
/// instruments are the other regressors and frame.instruments.
struct InstrumentedFit {
  GlmFit fit{};  ///< partialled holds the regressors projected on the instruments, so that sandwich
                 ///< variances read it as any other fit
  InstrumentTests tests{};
};

/// OLS: two-stage least squares. PPML: GMM on the additive moments sum z (y - mu) = 0 with effects
/// absorbed, weighted as two-stage least squares at the working weights mu: the fixed point of
/// iterated 2SLS of the working outcome. (Not a control function: no first-stage model is assumed.)
/// The certificate's blocks are the scores of every effect and the moments of the projected
/// regressors. A step that more than doubles the largest residual is halved. `start`: such a fit of
/// the same rows and effects, from which the iterations begin. Without options.row_results there
/// are coefficients and the certificate alone.
/// Errors: InputError "too-few-instruments", "no-instruments-here" for other families.
/// Source: Mullahy (1997), Windmeijer and Santos Silva (1997) for the additive moments.
/// Cost: an absorb of all columns per iteration.
[[nodiscard]] InstrumentedFit fit_instrumented(const ModelFrame& frame, Index n_endogenous,
                                               const GlmOptions& options, Context& context,
                                               const GlmFit* start = nullptr);

}  // namespace altyn::estimation
