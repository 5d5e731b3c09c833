#pragma once

#include <nlohmann/json_fwd.hpp>

#include "altyn/attribution/check_result.h"

namespace altyn::attribution {

/// The verdict as schema.org ClaimReview (JSON-LD), which newsrooms and search engines read: claim
/// in our words, who said it and where, and the two dials as the rating's name. There is no numeric
/// rating: the verdict is words and a probability, not a score.
/// Source: https://schema.org/ClaimReview.
[[nodiscard]] nlohmann::json claim_review(const CheckResult& result);

}  // namespace altyn::attribution
