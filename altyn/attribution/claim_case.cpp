#include "altyn/attribution/claim_case.h"

#include <fmt/format.h>

#include <cmath>

#include "altyn/data/country_codes.h"

namespace altyn::attribution {

std::string ClaimCase::name_of(const std::string& code) const { return data::economy_name(code); }

std::string ClaimCase::pair_name() const {
  return name_of(claim.reporter) + "-" + name_of(claim.partner);
}

bool ClaimCase::has_growth_to_explain() const {
  const double log_growth = growth.log_growth();
  return std::abs(log_growth) >= 0.01 && std::signbit(log_growth) == std::signbit(claim.figure);
}

void set_share(LineOfEvidence& line, const ClaimCase& claim_case, std::vector<double> share_draws) {
  line.share = interval_of(share_draws);
  line.probability_at_threshold = share_at_least(share_draws, claim_case.threshold);
  line.share_draws = std::move(share_draws);
}

std::string no_monthly_table(const ClaimCase& claim_case) {
  return fmt::format("no monthly table has the trade of {} with {}", claim_case.claim.reporter,
                     claim_case.claim.partner);
}

LineResult left_out(LineOfEvidence line, std::string reason, bool data_would_help) {
  line.available = false;
  line.share.reset();
  line.probability_at_threshold.reset();
  if (data_would_help)
    line.would_change = fmt::format("{}, left out here: {}.", line.title, reason);
  line.missing = std::move(reason);
  return {.line = std::move(line)};
}

}  // namespace altyn::attribution
