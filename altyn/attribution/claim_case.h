#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "altyn/attribution/check_options.h"
#include "altyn/attribution/check_result.h"
#include "altyn/attribution/draws.h"
#include "altyn/attribution/pair_series.h"

namespace altyn::attribution {

/// The claim as every line sees it: windows, growth, threshold and the joint draws.
struct ClaimCase {
  Claim claim{};
  ClaimWindows windows{};
  Growth growth{};
  double threshold = 0.5;
  std::string agreement_name{};
  CheckOptions options{};
  std::uint64_t seed = 0;
  std::vector<JointDraw> draws{};

  [[nodiscard]] std::string name_of(const std::string& code) const;
  /// "Russia-Kazakhstan".
  [[nodiscard]] std::string pair_name() const;
  /// A share of growth has a meaning only when trade moved the way the claim says, by 1% or more.
  [[nodiscard]] bool has_growth_to_explain() const;
};

/// Fills share and probability of a line from its draws.
void set_share(LineOfEvidence& line, const ClaimCase& claim_case, std::vector<double> share_draws);

/// Why a line on the yearly table is left out without one.
inline constexpr std::string_view kNoYearlyTable = "no yearly table of world trade was given";

/// Why a line on monthly trade is left out when no monthly table holds the pair.
[[nodiscard]] std::string no_monthly_table(const ClaimCase& claim_case);

/// A line that cannot be computed, with the reason; `data_would_help` when more data would make it.
[[nodiscard]] LineResult left_out(LineOfEvidence line, std::string reason,
                                  bool data_would_help = true);

}  // namespace altyn::attribution
