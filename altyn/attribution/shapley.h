#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "altyn/attribution/claim_case.h"

namespace altyn::attribution {

/// What each of n players adds to a joint value, averaged over every order of joining; adds up to
/// value(all) - value(none). `value` sees a set of players as bits. Cost: 2^n values, n <= 20.
/// Source: Shapley (1953).
[[nodiscard]] std::vector<double> shapley_values(int n,
                                                 const std::function<double(unsigned)>& value);

/// The table "shapley": the claimed log growth shared out over sizes, prices, the agreement and
/// what is left. What the two countries' other trade predicts (L4) holds what prices predict (L2),
/// so alone each explains its own prediction, both together what sizes predict, and what both
/// explain is shared evenly; the agreement's terms (L5) come on top. Nothing when neither sizes nor
/// prices have a share. Rows are means over the joint draws, which add up; low and high hold nine
/// of ten draws. Columns as those of "waterfall".
[[nodiscard]] std::optional<ResultTable> shapley_table(const ClaimCase& claim_case,
                                                       const std::vector<LineOfEvidence>& lines);

}  // namespace altyn::attribution
