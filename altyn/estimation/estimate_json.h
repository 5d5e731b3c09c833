#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// One estimate with every number at full precision: coefficients, covariance, fit, effects,
/// ledger, certificate. Numbers that are not finite are left out. A model whose certificate does
/// not hold keeps its ledger and certificate and has no coefficients.
[[nodiscard]] nlohmann::json to_json(const Estimate& estimate);

/// {"models": [...]} as indented text.
[[nodiscard]] std::string estimates_to_json_text(std::span<const Estimate> estimates);

}  // namespace altyn::estimation
