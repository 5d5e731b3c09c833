#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/attribution/draws.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/data/table.h"

namespace altyn::attribution {

/// All trade of one year among n economies, domestic sales on the diagonal, at the low end, the
/// middle and the high end of the range that domestic sales are known to.
struct SquareWorld {
  std::vector<std::string> economies{};
  std::vector<double> trade_musd[3]{};  ///< each [n * n], exporter row, importer column
  std::vector<DataFinding> findings{};  ///< what was assumed, and how much of the world it is

  /// The position of an economy.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& economy) const;
  /// The cells of the pair's flows that `measure` counts, seen from the reporter.
  [[nodiscard]] std::vector<std::size_t> cells_of(Measure measure, std::size_t reporter,
                                                  std::size_t partner) const;
};

/// Builds the world of a year from one side's records first; nothing, with the reason written to
/// the second argument, when it cannot.
using WorldBuilder =
    std::function<std::optional<SquareWorld>(Side side, int year, std::string& reason)>;

/// The world of one year to solve, from one side's records first: flows that nobody recorded count
/// as nil, domestic sales follow from GDP by the rule of data/domestic_trade.h, at the low end, the
/// middle and the high end of its range. Economies without GDP are left out, and named.
/// `gdp`: columns economy, year, gdp_usd; null when there is none. Nothing, with the reason, when
/// the year or GDP is missing.
[[nodiscard]] std::optional<SquareWorld> square_world(const WorldTrade& world,
                                                      const data::Table* gdp, Side side, int year,
                                                      std::string& reason);

}  // namespace altyn::attribution
