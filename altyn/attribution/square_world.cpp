#include "altyn/attribution/square_world.h"

#include <fmt/format.h>

#include "altyn/data/domestic_trade.h"

namespace altyn::attribution {

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
