#pragma once

#include <vector>

#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/world_trade.h"

namespace altyn::attribution {

/// Checks of the yearly table that concern trade between the claim's two countries.
[[nodiscard]] std::vector<DataFinding> pair_findings(const WorldTrade& world, const Claim& claim);

/// The months of the pair's series that were never published; nothing when there are none.
[[nodiscard]] std::vector<DataFinding> series_findings(const PairSeries& series,
                                                       const std::string& pair_name);

}  // namespace altyn::attribution
