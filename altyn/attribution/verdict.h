#pragma once

#include <string_view>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/attribution/claim_case.h"

namespace altyn::attribution {

/// The verdict on the cause, by rule, from the main lines' chances that the share reaches the
/// threshold: supported when all are above `supported_above`; contradicted when all are below
/// `contradicted_below`; not supported when all are below `not_supported_below`; not testable
/// without a cause, without growth to explain, or with fewer than two main lines; otherwise
/// possible, not shown.
[[nodiscard]] CauseVerdict judge_cause(const ClaimCase& claim_case,
                                       const std::vector<LineOfEvidence>& lines,
                                       const Synthesis& synthesis);

/// "Not supported": how a verdict on the cause is called on every surface.
[[nodiscard]] std::string_view label_of(CauseKey key);

/// How good and how agreed the evidence is, apart from what it says: every line's own checks, and
/// whether three main lines agree. High: at least four of five pass; medium: at least half.
[[nodiscard]] Confidence judge_confidence(const std::vector<LineOfEvidence>& lines,
                                          const CheckOptions& options);

/// The whole verdict: dials, lines for and against, what would change it, and the summary in plain
/// words, none stronger than its interval. `base`: what the base effect says.
[[nodiscard]] Verdict judge(const ClaimCase& claim_case, NumberVerdict number,
                            const std::string& base, const std::vector<LineOfEvidence>& lines,
                            const Synthesis& synthesis);

}  // namespace altyn::attribution
