#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "altyn/attribution/claim_case.h"

namespace altyn::attribution {

/// One reporter's monthly trade with all its partners, as its own books have it.
struct PartnerPanel {
  std::string reporter{};  ///< ISO3: whose books
  std::string source{};
  std::vector<PairSeries> partners{};
};

/// What line L1 found, with the growth that partners outside the agreement had in common.
struct PartnerResult {
  LineResult line_result{};
  std::optional<double> common_log_growth{};  ///< of all of them together
};

/// L1, other partners in the same months. The counterfactual growth of the claimed pair is what the
/// same reporter's trade with partners outside the agreement did; how far single partners stray
/// from their common growth is how far the pair may stray for reasons of its own.
///
/// s = (gamma - common - e) / gamma, where common is the growth of resampled partners (together,
/// mean of logs or median, by draw) and e the deviation of a partner drawn at random.
/// `other` is the claimed pair's other country in the panel, `measure` the claimed flow as the
/// panel's reporter sees it, `members` the countries bound with it by the agreement in the claimed
/// window. Table: "placebo". Left out, with the reason, without a panel
/// (null) or when fewer than five partners remain.
[[nodiscard]] PartnerResult partner_line(const ClaimCase& claim_case, const PartnerPanel* panel,
                                         const std::string& other, Measure measure,
                                         const std::set<std::string>& members);

}  // namespace altyn::attribution
