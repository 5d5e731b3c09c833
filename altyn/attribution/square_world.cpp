#include "altyn/attribution/square_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/data/domestic_trade.h"

namespace altyn::attribution {

std::optional<std::size_t> SquareWorld::find(const std::string& economy) const {
  const auto found = std::find(economies.begin(), economies.end(), economy);
  if (found == economies.end()) return std::nullopt;
  return static_cast<std::size_t>(found - economies.begin());
}

std::vector<std::size_t> SquareWorld::cells_of(Measure measure, std::size_t reporter,
                                               std::size_t partner) const {
  std::vector<std::size_t> cells;
  for (const auto& [exporter, importer] :
       flows_of(measure, static_cast<Index>(reporter), static_cast<Index>(partner))) {
    cells.push_back(static_cast<std::size_t>(exporter) * economies.size() +
                    static_cast<std::size_t>(importer));
  }
  return cells;
}

std::optional<SquareWorld> square_world(const WorldTrade& world, const data::Table* gdp, Side side,
                                        int year, std::string& reason) {
  if (gdp == nullptr) {
    reason = "no GDP table was given, and domestic sales follow from it";
    return std::nullopt;
  }
  if (!world.find_year(year)) {
    reason = fmt::format("{} has no year {}", world.source(), year);
    return std::nullopt;
  }
  const data::World built =
      data::build_world(world.panel(side), year, {.gdp = gdp}, {.leave_out_unknown = true});
  SquareWorld square;
  square.economies = built.economies;
  constexpr double kPositions[] = {-1.0, 0.0, 1.0};
  for (std::size_t level = 0; level < 3; ++level) {
    square.trade_musd[level] = built.trade_at(kPositions[level]);
  }
  for (const data::Finding& finding : built.findings) {
    square.findings.push_back({std::string(data::to_string(finding.severity)), finding.check,
                               finding.sentence, finding.where});
  }
  return square;
}

}  // namespace altyn::attribution
