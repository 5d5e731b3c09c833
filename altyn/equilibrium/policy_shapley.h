#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

struct ShapleyOptions {
  Index exact_up_to = 10;  ///< policies; every combination is solved up to here
  Index orders = 200;      ///< random orders beyond
  static std::vector<Field<ShapleyOptions>> fields();
};

/// What each of several policies contributed, whatever order they are taken in: the average of its
/// marginal effect over all orders. Contributions add up to the joint effect exactly.
struct PolicyShapley {
  SolveStatus status = SolveStatus::kNotRun;  ///< of the worst solve
  std::string message;
  std::vector<double> share;  ///< [policy, outcome]
  std::vector<double> total;  ///< [outcome] joint effect
  std::vector<double> alone;  ///< [policy, outcome] effect of the policy by itself
  bool exact = true;          ///< every combination was solved
  Index n_solves = 0;
};

/// The effect of a combination of policies on the numbers to be shared out.
struct PolicyOutcome {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message{};
  std::vector<double> value{};  ///< [outcome], when converged
};

/// `outcome(active)` solves a combination (active[p] says whether policy p is in force). Called
/// from several threads. Errors: InputError "no-policies"; those of the callback. Cost: 2^policies
/// calls, or orders * policies. Source: Shapley (1953).
[[nodiscard]] PolicyShapley shapley_of_outcomes(
    Index n_policies, const std::function<PolicyOutcome(const std::vector<bool>& active)>& outcome,
    const ShapleyOptions& options, Context& context);

/// The same in a world of many sectors: `build(active)` makes the shock of a combination,
/// `outcomes(result)` reads the numbers to be shared out, such as ln welfare of every economy. Both
/// are called from several threads.
[[nodiscard]] PolicyShapley shapley_of_policies(
    const MultiSectorModel& model, Index n_policies,
    const std::function<MultiSectorShock(const std::vector<bool>& active)>& build,
    const std::function<std::vector<double>(const MultiSectorResult&)>& outcomes,
    const ShapleyOptions& options, Context& context);

}  // namespace altyn::equilibrium
