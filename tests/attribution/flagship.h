#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/check.h"
#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/partner_line.h"
#include "altyn/attribution/price_line.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/data/agreements.h"

/// The bundled tables and the 2017 claim, as tests of every line start from them.
namespace altyn::attribution::flagship {

[[nodiscard]] Claim claim();

/// Russian customs' monthly table, partners in order of their code.
[[nodiscard]] const PartnerPanel& russia();
[[nodiscard]] const PairSeries& with(const std::string& partner);
[[nodiscard]] const DriverSeries& brent();

[[nodiscard]] const WorldTrade& world();
[[nodiscard]] const data::AgreementRegistry& agreements();

/// A claim with every bundled table.
[[nodiscard]] CheckInputs inputs(const Claim& claim);

/// The case of a claim on the bundled monthly table, with few draws unless told otherwise.
[[nodiscard]] ClaimCase case_of(const Claim& claim, Index n_draws = 2000);

}  // namespace altyn::attribution::flagship
