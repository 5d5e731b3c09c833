#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/attribution/partner_line.h"
#include "altyn/attribution/price_line.h"
#include "altyn/attribution/published.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/core/context.h"
#include "altyn/data/agreements.h"

namespace altyn::attribution {

/// Published estimates of one agreement's effect.
struct Literature {
  std::string agreement{};
  std::vector<Study> studies{};
};

/// What a claim is checked against. Every part but the claim may be absent: the lines that need it
/// are then left out and say so.
struct CheckInputs {
  Claim claim{};
  std::string claim_file{};             ///< for messages
  std::vector<PartnerPanel> monthly{};  ///< one per reporter
  std::optional<WorldTrade> world{};    ///< yearly, both sides' records
  std::optional<data::Table> gdp{};     ///< economy, year, gdp_usd: for domestic trade
  /// exporter, importer, year and number columns of pairs, such as joint memberships: regressors of
  /// one more variant of L5, beside the others and never behind the verdict.
  std::optional<data::Table> political{};
  std::vector<DriverSeries> drivers{};  ///< monthly prices
  data::AgreementRegistry agreements{};
  std::vector<Literature> literature{};
  std::vector<Statement> statements{};
  std::vector<Source> sources{};
  std::vector<DataFinding> findings{};
};

/// Checks a claim: the number, every line of evidence that the inputs allow, the synthesis and the
/// verdict. Draws depend on (context.seed, draw) alone; the same inputs give the same result for
/// any number of threads. Errors: InputError of check_claim, check_options and claimed_growth;
/// "unknown-economy", "unknown-agreement", "unknown-strength"; "pair-not-covered" when neither a
/// monthly table has the pair nor the windows are calendar years of the yearly one. Cost: about ten
/// three-way estimates of the yearly table and 2 * n_equilibrium_draws solves or more; seconds for
/// the bundled data.
[[nodiscard]] CheckResult check(const CheckInputs& inputs, const CheckOptions& options,
                                Context& context);

}  // namespace altyn::attribution
