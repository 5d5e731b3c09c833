#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/size_line.h"
#include "altyn/attribution/world_trade.h"

namespace altyn::attribution {

/// A part of the growth.
struct GrowthStep {
  std::string name{};
  std::string label{};
  std::string kind{};     ///< "cause", "member_terms", "unexplained"
  Interval log_change{};  ///< its middle is what adds up
};

/// A table of steps from the trade of the window compared with to that of the claimed one. In money
/// every step takes its part of the change by the same logarithmic mean.
[[nodiscard]] ResultTable steps_table(const ClaimCase& claim_case, std::string id,
                                      std::string title, std::string note,
                                      const std::vector<GrowthStep>& steps);

/// Splits the claimed log growth into steps that add up and do not depend on their order:
/// world trade, each country's own growth with everyone else, the agreement's terms that changed
/// between the windows, the choice of months against calendar years, and what is left, which is
/// never a cause. Flows are combined by logarithmic means (LMDI), which leave no residual.
/// Each step is the middle over the two sides' records, its whiskers the lower and the higher side;
/// the agreement's step has the 5th and 95th percentile of `terms_share` draws instead.
/// `calendar`: growth between the calendar years by the books the claim is checked on, when the
/// series covers both. Without sizes the common growth of other partners stands for them.
/// Source: Ang (2005), LMDI; Sun and Ang (2000) on symmetric decompositions.
struct WaterfallParts {
  const SizeResult* sizes = nullptr;
  const WorldTrade* world = nullptr;
  std::optional<Growth> calendar{};
  std::optional<Interval> terms_share{};      ///< of the agreement's terms, share of log growth
  std::optional<double> common_log_growth{};  ///< of other partners
};
[[nodiscard]] ResultTable waterfall(const ClaimCase& claim_case, const WaterfallParts& parts);

/// Logarithmic mean (a - b) / ln(a / b); a when both are equal. Shapes: a, b > 0.
[[nodiscard]] double log_mean(double a, double b);

}  // namespace altyn::attribution
