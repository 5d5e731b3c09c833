#pragma once

#include <optional>
#include <string>

#include "altyn/attribution/equilibrium_line.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/data/table.h"

namespace altyn::attribution {

/// The world of one year to solve, from one side's records first: flows that nobody recorded count
/// as nil, domestic sales follow from GDP by the rule of data/domestic_trade.h, at the low end, the
/// middle and the high end of its range. Economies without GDP are left out, and named.
/// `gdp`: columns economy, year, gdp_usd; null when there is none. Nothing, with the reason, when
/// the year or GDP is missing.
[[nodiscard]] std::optional<SquareWorld> square_world(const WorldTrade& world,
                                                      const data::Table* gdp, Side side, int year,
                                                      std::string& reason);

}  // namespace altyn::attribution
