#include "altyn/estimation/estimate_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/status.h"

namespace altyn::estimation {
namespace {

using nlohmann::json;

/// JSON has no infinities: such numbers are left out.
void put(json& object, const char* name, double value) {
  if (std::isfinite(value)) object[name] = value;
}

json coefficient_json(const Coefficient& row) {
  json object = {{"name", row.name}};
  put(object, "value", row.value);
  put(object, "se", row.se);
  put(object, "z", row.z);
  put(object, "p", row.p);
  put(object, "low", row.low);
  put(object, "high", row.high);
  return object;
}

json ledger_json(const std::vector<data::LedgerEntry>& entries) {
  json list = json::array();
  for (const data::LedgerEntry& entry : entries) {
    list.push_back({{"stage", entry.stage},
                    {"reason", entry.reason},
                    {"rows", entry.rows},
                    {"examples", entry.examples}});
  }
  return list;
}

json certificate_json(const Certificate& certificate) {
  json object = {{"subject", certificate.subject},
                 {"status", to_string(certificate.status)},
                 {"holds", certificate.holds()},
                 {"summary", certificate.summary()},
                 {"blocks", json::array()}};
  for (const CertificateBlock& block : certificate.blocks) {
    json entry = {{"name", block.name}, {"measure", block.measure}, {"worst", block.worst}};
    put(entry, "residual", block.residual);
    put(entry, "tolerance", block.tolerance);
    object["blocks"].push_back(std::move(entry));
  }
  return object;
}

}  // namespace

json to_json(const Estimate& estimate) {
  json object = {{"formula", estimate.formula},
                 {"outcome", estimate.outcome},
                 {"family", option_name(estimate.family)},
                 {"status", to_string(estimate.status)},
                 {"certificate", certificate_json(estimate.certificate)},
                 {"n_obs", estimate.n_obs},
                 {"rows_read", estimate.ledger.rows_read()},
                 {"dropped_rows", ledger_json(estimate.ledger.dropped())},
                 {"notes", ledger_json(estimate.ledger.notes())},
                 {"route", estimate.route},
                 {"iterations", estimate.iterations}};
  object["dropped_regressors"] = json::array();
  for (const DroppedRegressor& row : estimate.dropped) {
    object["dropped_regressors"].push_back({{"name", row.name}, {"reason", row.reason}});
  }
  object["effects"] = json::array();
  for (const EffectInfo& effect : estimate.effects) {
    object["effects"].push_back({{"name", effect.name},
                                 {"n_levels", effect.n_levels},
                                 {"n_redundant", effect.n_redundant},
                                 {"exact", effect.exact},
                                 {"nested", effect.nested}});
  }
  if (!estimate.certified()) return object;
  object["coefficients"] = json::array();
  for (const Coefficient& row : estimate.coefficients) {
    object["coefficients"].push_back(coefficient_json(row));
  }
  object["covariance"] = json::array();
  const std::size_t k = estimate.coefficients.size();
  for (std::size_t a = 0; a < k; ++a) {
    const auto row = estimate.covariance.begin() + static_cast<std::ptrdiff_t>(a * k);
    object["covariance"].push_back(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(k)));
  }
  if (estimate.mean_effect) object["mean_effect"] = coefficient_json(*estimate.mean_effect);
  object["standard_errors"] = {{"kind", estimate.se_kind},
                               {"convention", to_string(estimate.se_convention)},
                               {"cluster", estimate.cluster_name},
                               {"n_clusters", estimate.n_clusters_by_grouping},
                               {"confidence_level", estimate.confidence_level}};
  put(object["standard_errors"], "factor", estimate.se_factor);
  put(object["standard_errors"], "degrees_of_freedom", estimate.degrees_of_freedom);
  put(object, "deviance", estimate.deviance);
  put(object, "log_likelihood", estimate.log_likelihood);
  put(object, "null_log_likelihood", estimate.null_log_likelihood);
  put(object, "pseudo_r2", estimate.pseudo_r2);
  if (estimate.r2) put(object, "r2", *estimate.r2);
  if (estimate.within_r2) put(object, "within_r2", *estimate.within_r2);
  put(object, "wald", estimate.wald);
  object["wald_df"] = estimate.wald_df;
  if (!estimate.bias.empty()) object["bias"] = estimate.bias;
  if (estimate.instruments) {
    json& tests = object["instruments"];
    tests = {{"first_stage_f", estimate.instruments->first_stage_f},
             {"overidentification_df", estimate.instruments->overidentification_df}};
    put(tests, "overidentification", estimate.instruments->overidentification);
    put(tests, "overidentification_p", estimate.instruments->overidentification_p);
  }
  return object;
}

std::string estimates_to_json_text(std::span<const Estimate> estimates) {
  json models = json::array();
  for (const Estimate& estimate : estimates) models.push_back(to_json(estimate));
  return json({{"models", std::move(models)}}).dump(2, ' ', false, json::error_handler_t::replace) +
         "\n";
}

}  // namespace altyn::estimation
