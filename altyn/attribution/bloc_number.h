#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/check_options.h"
#include "altyn/attribution/check_result.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/data/agreements.h"

namespace altyn::attribution {

/// A figure about the trade inside a bloc against the yearly table.
struct BlocNumber {
  std::vector<std::string> members{};  ///< in the claimed year, sorted
  NumberVerdict verdict{};  ///< on importers' records first, exporters' where there is none
  ResultTable table{};      ///< columns of "number": both sides' records
  std::string limits{};     ///< flows that are left out; "" when none is
};

/// Checks the number of a claim on trade among the members of `bloc` (an agreement, with all it
/// grew from): all flows among those that were members in the claimed year and that are on record
/// in both years. Nothing, with the reason, unless both windows are calendar years of the table and
/// the bloc is one of the registry. Its cause is not judged: the lines of evidence are about a
/// pair.
[[nodiscard]] std::optional<BlocNumber> judge_bloc(const Claim& claim, const std::string& bloc,
                                                   const WorldTrade& world,
                                                   const data::AgreementRegistry& registry,
                                                   const CheckOptions& options,
                                                   std::string& reason);

}  // namespace altyn::attribution
