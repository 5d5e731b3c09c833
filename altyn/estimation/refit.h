#pragma once

#include <memory>
#include <span>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/glm.h"

namespace altyn::estimation {

/// A problem whose fit is known, ready to be fitted again under other weights of its rows:
/// bootstrap draws, halves of a panel. Holds columns, layout and starting point once for all
/// refits; the columns and the fit must outlive it. Cost: as the start of a fit.
class RefitProblem {
 public:
  RefitProblem(const GlmProblem& problem, const GlmFit& fit, Context& context);
  RefitProblem(RefitProblem&&) noexcept;
  RefitProblem& operator=(RefitProblem&&) noexcept;
  ~RefitProblem();

 private:
  struct State;
  friend GlmFit refit(const RefitProblem& problem, std::span<const double> weights,
                      const GlmOptions& options, Context& context);
  friend std::vector<double> usable_weights(const RefitProblem& problem,
                                            std::span<const double> weights);
  std::unique_ptr<State> state_;
};

/// Fits under `weights` [n] in input order, in place of the problem's own; Newton's method starts
/// at the known fit, and the certificate is that of the reweighted problem. Levels left without an
/// outcome above zero (logit: also without one below one) have no finite effect; their rows take no
/// part, as prune_groups() does it for a sample. Several threads may refit one problem at once,
/// each best within one shard of the pool. With `row_results` off nothing of length n is kept.
/// Errors: InputError "value-out-of-range" and "column-length" for the weights.
/// Cost: three passes over the rows of positive weight.
[[nodiscard]] GlmFit refit(const RefitProblem& problem, std::span<const double> weights,
                           const GlmOptions& options, Context& context);

/// The weights [n] in input order with zeros for rows that refit() leaves out.
[[nodiscard]] std::vector<double> usable_weights(const RefitProblem& problem,
                                                 std::span<const double> weights);

}  // namespace altyn::estimation
