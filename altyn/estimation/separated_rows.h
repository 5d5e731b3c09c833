#pragma once

#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

// A row with outcome zero is separated when some combination z of the regressors and effects is
// zero wherever the outcome is positive, nowhere negative, and positive in that row: along -z the
// likelihood rises without end and the row's fitted mean goes to zero. Such rows say nothing about
// the other coefficients and leave the sample; z is the certificate.
// Source: Correia, Guimaraes and Zylkin (2019), "Verifying the existence of maximum likelihood
// estimates for generalized linear models".

/// Whether the fit behaves as if rows were separated: one more Newton step still moves the linear
/// predictor of a zero outcome by more than 0.1. (Along a separating direction every step moves it
/// by about -1 for ever; elsewhere a converged fit stands still.) Also true for a fit that did not
/// converge. False when no outcome is zero or the family has no log link. Cost: one Newton step.
[[nodiscard]] bool may_be_separated(const ModelFrame& frame, const GlmFit& fit, Context& context);

/// Rows separated by the regressors, given the effects: combinations of regressors that the effects
/// explain wherever the outcome is positive are searched for a certificate by linear programming.
/// Effects are extended from the positive rows; separation by effects alone is left to the others.
/// Returns [n], 1 for separated. Cost: that of net_regressors; where there are such combinations
/// (usually none), an absorb of them and a simplex of as many rows. Source: Clarkson and Jennrich
/// (1991); Correia, Guimaraes and Zylkin (2019), section 3.
[[nodiscard]] std::vector<char> separated_by_simplex(const ModelFrame& frame,
                                                     const AbsorptionPlan& plan, Context& context);

/// Rows separated by regressors and effects together: the iterated rectifier. A least squares fit
/// of u = 1[outcome is zero], with weights that hold positive rows at zero, is repeated with
/// u = max(fit, 0) until the fit is nowhere negative. The positive part is then confirmed by a
/// certificate regression that holds all other rows at zero (within 1e-6 of the largest value);
/// what is not confirmed is not returned. Returns [n], 1 for separated. Cost: a linear fit per
/// iteration, at most 100. Source: Correia, Guimaraes and Zylkin (2019), section 3.3.
[[nodiscard]] std::vector<char> separated_by_rectifier(const ModelFrame& frame, Context& context);

/// Rows with outcome zero that a further Newton step pushes down by more than one half and whose
/// fitted mean is already below 1e-6 of the smallest positive outcome: the heuristic of the fitted
/// means, for what the other methods miss. Returns [n].
[[nodiscard]] std::vector<char> separated_by_means(const ModelFrame& frame, const GlmFit& fit,
                                                   Context& context);

}  // namespace altyn::estimation
