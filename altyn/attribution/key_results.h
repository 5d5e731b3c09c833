#pragma once

#include "altyn/attribution/check_result.h"

namespace altyn::attribution {

/// The table "range_bars": one row per line with a share, the published estimates, the synthesis.
[[nodiscard]] ResultTable range_bars(const CheckResult& result);

/// The table "key_results": the numbers a reader quotes, one row each, with the line they are from.
[[nodiscard]] ResultTable key_results(const CheckResult& result);

}  // namespace altyn::attribution
