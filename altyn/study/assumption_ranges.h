#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/core/context.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/shared_draws.h"

namespace altyn::study {

/// What is assumed, with ranges and sources: one row each.
[[nodiscard]] attribution::ResultTable assumptions_table(
    const std::vector<Assumption>& assumptions);

/// An assumption with its range, which may be empty. Errors: "bad-range".
[[nodiscard]] Assumption ranged(const std::string& name, double value,
                                const std::vector<double>& range, const std::string& source,
                                const std::string& where);

/// Outcomes at the values and over the draws. NaN where nothing is drawn.
struct OutcomeRanges {
  std::vector<double> central{}, low{}, high{};  ///< [outcome]; 5th and 95th percentile
  Index n_draws = 0;
  Index n_failed = 0;  ///< draws without an answer; they are left out
};

/// `outcomes(values)` is called from several threads; an empty answer counts as failed. With
/// `shared`, the draws of `scenario` are solved or taken as it says; a part's own answer has no
/// ranges. Errors: those of `outcomes`; Cancelled; "missing-part" where a merge lacks one.
[[nodiscard]] OutcomeRanges outcome_ranges(const std::vector<Assumption>& assumptions,
                                           Index n_draws, const Context& context,
                                           const std::function<DrawValues(const Values&)>& outcomes,
                                           SharedDraws* shared, const std::string& scenario);

}  // namespace altyn::study
