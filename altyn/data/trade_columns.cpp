#include "altyn/data/trade_columns.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace altyn::data {
namespace {

struct RoleNames {
  Role role;
  std::string_view canonical;
  std::vector<std::string_view> aliases;  // lower case
};

const std::vector<RoleNames>& role_table() {
  static const std::vector<RoleNames> table = {
      {Role::kExporter,
       "exporter",
       {"exporter_iso3", "iso3_o", "iso_o", "orig", "origin", "exp_id", "expcode", "exporter_code",
        "exporter_dynamic_code"}},
      {Role::kImporter,
       "importer",
       {"importer_iso3", "iso3_d", "iso_d", "dest", "destination", "imp_id", "impcode",
        "importer_code", "importer_dynamic_code"}},
      {Role::kReporter,
       "reporter",
       {"reporteriso3", "reporteriso", "reporter_iso", "reporter_iso3", "rtcode", "reportercode"}},
      {Role::kPartner,
       "partner",
       {"partneriso3", "partneriso", "partner_iso", "partner_iso3", "ptcode", "partnercode"}},
      {Role::kYear, "year", {"yr", "refyear", "tradeyear"}},
      {Role::kMonth, "month", {"refmonth"}},
      {Role::kTrade,
       "trade",
       {"trade_musd", "trade_usd", "tradeflow_baci", "tradeflow_comtrade", "flow", "flows", "value",
        "tradevalue in 1000 usd", "tradevalue", "primaryvalue", "fobvalue", "cifvalue"}},
      {Role::kImporterReported,
       "importer_reported",
       {"importer_reported_musd", "importer_reported_usd", "imp_rep_usd", "tradeflow_comtrade_d"}},
      {Role::kExporterReported,
       "exporter_reported",
       {"exporter_reported_musd", "exporter_reported_usd", "exp_rep_usd", "tradeflow_comtrade_o"}},
      {Role::kExports, "exports", {"exports_musd", "exports_usd"}},
      {Role::kImports, "imports", {"imports_musd", "imports_usd"}},
      {Role::kQuantity, "quantity", {"netwgt", "netweight", "quantity_tonnes"}},
      {Role::kSector,
       "sector",
       {"hs6", "hs4", "hs2", "cmdcode", "productcode", "product", "industry", "industry_id",
        "industry_code"}},
      {Role::kAgreement, "rta", {"fta_wto", "fta", "pta", "agree_fta", "agree_pta"}},
      {Role::kDistance, "dist", {"dist_km", "distw_km", "distw_harmonic", "distw", "distance"}},
      {Role::kContiguity, "contig", {"contiguity", "contiguous", "cntg"}},
      {Role::kLanguage, "comlang", {"common_language", "comlang_off", "lang"}},
      {Role::kColony, "colony", {"clny", "col_dep_ever"}},
      {Role::kOutput, "output", {"gross_output", "output_musd"}},
      {Role::kExpenditure, "expenditure", {"expend", "expenditure_musd"}},
      {Role::kGdp, "gdp", {"gdp_usd", "gdp_musd"}},
      {Role::kPopulation, "population", {"pop"}},
  };
  return table;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  });
  return result;
}

const RoleNames* find_names(std::string_view name) {
  const std::string lowered = lower(name);
  for (const RoleNames& names : role_table()) {
    if (names.canonical == lowered ||
        std::find(names.aliases.begin(), names.aliases.end(), lowered) != names.aliases.end()) {
      return &names;
    }
  }
  return nullptr;
}

}  // namespace

std::string_view role_name(Role role) {
  for (const RoleNames& names : role_table()) {
    if (names.role == role) return names.canonical;
  }
  return "";
}

std::optional<Role> role_of_name(std::string_view name) {
  const RoleNames* names = find_names(name);
  return names == nullptr ? std::nullopt : std::optional<Role>(names->role);
}

bool names_codes(std::string_view name) {
  switch (role_of_name(name).value_or(Role::kTrade)) {
    case Role::kExporter:
    case Role::kImporter:
    case Role::kReporter:
    case Role::kPartner:
    case Role::kSector:
      return true;
    default:
      return false;
  }
}

bool names_amounts(std::string_view name) {
  switch (role_of_name(name).value_or(Role::kMonth)) {
    case Role::kTrade:
    case Role::kImporterReported:
    case Role::kExporterReported:
    case Role::kExports:
    case Role::kImports:
    case Role::kQuantity:
    case Role::kDistance:
    case Role::kOutput:
    case Role::kExpenditure:
    case Role::kGdp:
    case Role::kPopulation:
      return true;
    default:
      return !unit_of_name(name).empty();
  }
}

std::string unit_of_name(std::string_view name) {
  struct Ending {
    std::string_view ending;
    std::string_view unit;
  };
  // Longer endings first: "_musd" also ends in "usd".
  static constexpr std::array<Ending, 12> kEndings = {{{"_bln_usd", "billion USD"},
                                                       {"_busd", "billion USD"},
                                                       {"_mln_usd", "million USD"},
                                                       {"_musd", "million USD"},
                                                       {"_kusd", "thousand USD"},
                                                       {"_thousand_usd", "thousand USD"},
                                                       {"in 1000 usd", "thousand USD"},
                                                       {"_usd", "USD"},
                                                       {"_km", "km"},
                                                       {"_tonnes", "tonnes"},
                                                       {"_share", "share"},
                                                       {"_persons", "persons"}}};
  const std::string lowered = lower(name);
  if (lowered.starts_with("tradeflow_")) return "thousand USD";  // CEPII Gravity
  if (lowered == "primaryvalue" || lowered == "fobvalue" || lowered == "cifvalue") return "USD";
  if (lowered == "netwgt") return "kg";
  for (const Ending& entry : kEndings) {
    if (lowered.ends_with(entry.ending)) return std::string(entry.unit);
  }
  return "";
}

}  // namespace altyn::data
