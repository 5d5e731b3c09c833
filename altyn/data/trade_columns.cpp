#include "altyn/data/trade_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

struct RoleNames {
  Role role;
  std::string_view canonical;
  std::vector<std::string_view> aliases;  // lower case
};

const std::vector<RoleNames>& role_table() {
  static const std::vector<RoleNames> table = {
      {Role::kEconomy,
       "economy",
       {"iso3", "iso3c", "country", "country_code", "countrycode", "country code"}},
      {Role::kExporter,
       "exporter",
       {"exporter_iso3", "iso3_o", "iso_o", "orig", "origin", "exp", "exp_id", "isoexp", "expcode",
        "exporter_code", "exporter_dynamic_code"}},
      {Role::kImporter,
       "importer",
       {"importer_iso3", "iso3_d", "iso_d", "dest", "destination", "imp", "imp_id", "isoimp",
        "impcode", "importer_code", "importer_dynamic_code"}},
      {Role::kReporter,
       "reporter",
       {"reporteriso3", "reporteriso", "reporter_iso", "reporter_iso3", "rtcode", "reportercode"}},
      {Role::kPartner,
       "partner",
       {"partneriso3", "partneriso", "partner_iso", "partner_iso3", "ptcode", "partnercode"}},
      {Role::kYear, "year", {"yr", "refyear", "tradeyear", "time"}},
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
      {Role::kFlow,
       "flow_direction",
       {"flowcode", "flowdesc", "trade flow", "tradeflow", "tradeflowname", "trade flow code"}},
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

const RoleNames& names_of(Role role) {
  for (const RoleNames& names : role_table()) {
    if (names.role == role) return names;
  }
  throw InternalError({.code = "internal", .what = "a role without names"});
}

std::string dashed(std::string_view name) {
  std::string option(name);
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
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

std::string_view role_name(Role role) { return names_of(role).canonical; }

std::optional<Role> role_of_name(std::string_view name) {
  const RoleNames* names = find_names(name);
  return names == nullptr ? std::nullopt : std::optional<Role>(names->role);
}

bool names_codes(std::string_view name) {
  switch (role_of_name(name).value_or(Role::kTrade)) {
    case Role::kEconomy:
    case Role::kExporter:
    case Role::kImporter:
    case Role::kReporter:
    case Role::kPartner:
    case Role::kFlow:
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

std::vector<Field<ColumnChoices>> ColumnChoices::fields() {
  const auto column = [](std::string ColumnChoices::* member, std::string_view name,
                         std::string_view doc) {
    return make_field(member, FieldInfo{.name = name, .doc = doc});
  };
  return {column(&ColumnChoices::exporter, "exporter", "column of the exporter"),
          column(&ColumnChoices::importer, "importer", "column of the importer"),
          column(&ColumnChoices::reporter, "reporter", "column of the economy that reports"),
          column(&ColumnChoices::partner, "partner", "column of its partner"),
          column(&ColumnChoices::year, "year", "column of the year"),
          column(&ColumnChoices::month, "month", "column of the month"),
          column(&ColumnChoices::trade, "trade", "column of the trade value"),
          column(&ColumnChoices::importer_reported, "importer_reported",
                 "column of the value that the importer reports"),
          column(&ColumnChoices::exporter_reported, "exporter_reported",
                 "column of the value that the exporter reports"),
          column(&ColumnChoices::exports, "exports", "column of the reporter's exports"),
          column(&ColumnChoices::imports, "imports", "column of the reporter's imports"),
          column(&ColumnChoices::flow, "flow", "column that tells exports from imports"),
          column(&ColumnChoices::sector, "sector", "column of the product or industry"),
          column(&ColumnChoices::unit, "unit",
                 "unit of the values: usd, kusd (thousand), musd (million) or busd (billion)")};
}

const std::string* TradeColumns::find(Role role) const {
  const auto place = names.find(role);
  return place == names.end() ? nullptr : &place->second;
}

const std::string& TradeColumns::require(Role role, const Table& table) const {
  if (const std::string* name = find(role)) return *name;
  const RoleNames& known = names_of(role);
  std::vector<std::string> present;
  for (const Column& column : table.columns()) present.push_back(column.name);
  throw InputError({.code = "no-column-for",
                    .what = fmt::format("no column is recognised as {}", known.canonical),
                    .where = table.source(),
                    .context = {fmt::format("columns: {}", fmt::join(present, ", ")),
                                fmt::format("recognised: {}, {}", known.canonical,
                                            fmt::join(known.aliases, ", "))},
                    .why = "the table cannot be understood without it",
                    .fixes = {fmt::format("name it: --{} COLUMN", dashed(known.canonical))}});
}

TradeColumns find_trade_columns(const Table& table, const ColumnChoices& choices) {
  TradeColumns found;
  const std::vector<std::pair<Role, const std::string*>> chosen = {
      {Role::kExporter, &choices.exporter},
      {Role::kImporter, &choices.importer},
      {Role::kReporter, &choices.reporter},
      {Role::kPartner, &choices.partner},
      {Role::kYear, &choices.year},
      {Role::kMonth, &choices.month},
      {Role::kTrade, &choices.trade},
      {Role::kImporterReported, &choices.importer_reported},
      {Role::kExporterReported, &choices.exporter_reported},
      {Role::kExports, &choices.exports},
      {Role::kImports, &choices.imports},
      {Role::kFlow, &choices.flow},
      {Role::kSector, &choices.sector}};
  std::set<std::string> taken;
  for (const auto& [role, name] : chosen) {
    if (name->empty()) continue;
    (void)table.column(*name);
    found.names[role] = *name;
    taken.insert(*name);
    found.detected.push_back(fmt::format("{} = {}, as chosen", role_name(role), *name));
  }
  const auto take = [&](Role role, const std::string& name, std::string_view remark) {
    found.names[role] = name;
    taken.insert(name);
    found.detected.push_back(fmt::format("{} = {}{}", role_name(role), name, remark));
  };
  for (const RoleNames& entry : role_table()) {
    if (found.names.contains(entry.role)) continue;
    std::vector<std::string> matches;
    const auto collect = [&](std::string_view wanted) {
      for (const Column& column : table.columns()) {
        if (!taken.contains(column.name) && lower(column.name) == wanted) {
          matches.push_back(column.name);
        }
      }
    };
    collect(entry.canonical);
    for (const std::string_view alias : entry.aliases) collect(alias);
    if (matches.empty()) continue;
    const std::vector<std::string> others(matches.begin() + 1, matches.end());
    take(entry.role, matches.front(),
         others.empty() ? "" : fmt::format(" (also seen: {})", fmt::join(others, ", ")));
  }
  const auto single = [&](std::string_view letter) {
    return table.has(letter) && !taken.contains(std::string(letter));
  };
  if (single("i") && single("j") && single("v")) {  // BACI
    static constexpr std::pair<std::string_view, Role> kLetters[] = {
        {"t", Role::kYear},  {"i", Role::kExporter}, {"j", Role::kImporter},
        {"v", Role::kTrade}, {"q", Role::kQuantity}, {"k", Role::kSector}};
    for (const auto& [letter, role] : kLetters) {
      if (single(letter) && !found.names.contains(role)) {
        take(role, std::string(letter), ", as in BACI");
      }
    }
  }
  return found;
}

AmountUnit amount_unit(const Table& table, const std::string& column,
                       const ColumnChoices& choices) {
  struct Unit {
    std::string_view option;
    std::string_view name;
    double million_usd;
  };
  static constexpr std::array<Unit, 4> kUnits = {{{"usd", "USD", 1e-6},
                                                  {"kusd", "thousand USD", 1e-3},
                                                  {"musd", "million USD", 1.0},
                                                  {"busd", "billion USD", 1e3}}};
  if (!choices.unit.empty()) {
    for (const Unit& unit : kUnits) {
      if (unit.option == choices.unit) {
        return {unit.million_usd, fmt::format("{} in {}, as chosen", column, unit.name)};
      }
    }
    throw InputError({.code = "bad-unit",
                      .what = fmt::format("\"{}\" is no unit of trade", choices.unit),
                      .where = table.source(),
                      .why = "values are turned into million USD",
                      .fixes = {"use usd, kusd, musd or busd"}});
  }
  std::string name = table.column(column).unit;
  if (name.empty()) name = unit_of_name(column);
  if (name.empty() && column == "v" && table.has("i") && table.has("j")) name = "thousand USD";
  if (name.empty() && table.has("exporter_iso3") && column == "trade") name = "million USD";
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return {unit.million_usd, fmt::format("{} in {}", column, name)};
  }
  throw InputError({.code = "unit-unknown",
                    .what = fmt::format("the unit of column \"{}\" is not stated", column),
                    .where = table.source(),
                    .why = "data sets give trade in dollars, thousands or millions of dollars",
                    .fixes = {"state it: --unit usd, kusd, musd or busd",
                              fmt::format("rename the column, such as {}_musd", column)}});
}

}  // namespace altyn::data
