#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/equilibrium/one_sector.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/scenario_world.h"
#include "altyn/study/shared_draws.h"

namespace altyn::study {

/// What a scenario is asked about each economy. Changes are fractions, new over what is compared
/// with, less one; revenue is in million USD, new less old.
enum Outcome {
  kRealIncome,
  kExports,
  kImports,
  kPrices,
  kCollected,  ///< duties at the border
  kReceived,   ///< duties after pooling
  kOutcomes
};

/// [n] values by outcome.
using Outcomes = std::vector<std::array<double, kOutcomes>>;

/// Outcomes of a solved scenario against the base, or against another one solved on it.
/// Exports and imports are across national borders and without duties.
[[nodiscard]] Outcomes outcomes_of(const ScenarioInstance& instance,
                                   const std::vector<std::size_t>& parents,
                                   const equilibrium::OneSectorResult& result,
                                   const equilibrium::OneSectorResult* versus);

/// How much of an outcome's spread one assumption explains.
struct Driver {
  std::size_t assumption = 0;
  double share = 0.0;      ///< squared correlation with the outcome over the draws
  double direction = 0.0;  ///< sign of the correlation
};

struct ScenarioDraws {
  Index n_draws = 0;
  Index n_failed = 0;  ///< left no base, or did not converge
  /// [outcome][economy] values of the draws that succeeded, sorted.
  std::array<std::vector<std::vector<double>>, kOutcomes> sorted{};
  /// [economy] what drives its real income, the largest share first.
  std::vector<std::vector<Driver>> drivers{};

  /// The quantile `p`, linear between order statistics; NaN without draws.
  [[nodiscard]] double quantile(Outcome outcome, std::size_t economy, double p) const;
};

/// Told of the draws so far, while more are solved.
using DrawsSoFar = std::function<void(const ScenarioDraws&)>;

/// Solves every draw of the assumptions together: base and shock anew in each, from `instance_at`,
/// which is called from several threads at once; an InputError of it makes the draw a failed one.
/// `parents` [n] as in ScenarioSetting. `on_draws` is called after every 50, the last aside. The
/// same for any number of threads. Errors: Cancelled.
/// With `shared`, the draws of `scenario` are solved or taken as it says; InputError "missing-part"
/// where a merge lacks one. Cost: one solve per draw, twice with a comparison.
[[nodiscard]] ScenarioDraws run_draws(
    const std::function<ScenarioInstance(const Values&)>& instance_at,
    const std::vector<std::size_t>& parents, const std::vector<Assumption>& assumptions,
    bool compares, Index n_draws, const equilibrium::OneSectorOptions& options, Context& context,
    const DrawsSoFar& on_draws = {}, SharedDraws* shared = nullptr,
    const std::string& scenario = "");

}  // namespace altyn::study
