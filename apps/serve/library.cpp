#include "library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/core/version.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/document.h"
#include "altyn/data/read_table.h"
#include "altyn/equilibrium/sector_variant.h"
#include "altyn/study/extends.h"
#include "altyn/study/section_list.h"

namespace altyn::app {
namespace {

using nlohmann::json;

constexpr const char* kMonthsReporter = "RUS";
constexpr const char* kMonthsTable = "russia_monthly_trade";
constexpr const char* kYearsTable = "world_trade";
constexpr Index kBaseYear = 2016;
constexpr double kUsualTheta = 5.0;

json number(double value) { return std::isfinite(value) ? json(value) : json(); }

std::string text_of_file(const std::string& path) {
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

json table_info(const data::CaseFile& file) {
  return {{"name", file.name},         {"what", file.what},
          {"provider", file.provider}, {"licence", file.licence},
          {"address", file.address},   {"unit", file.unit},
          {"period", file.period},     {"rows", file.rows ? json(*file.rows) : json()},
          {"sha256", file.sha256}};
}

json economy_value(const std::string& code) {
  const data::Economy* economy = data::find_economy(code);
  return {{"code", code},
          {"number", economy == nullptr ? 0 : economy->number},
          {"name", data::economy_name(code)},
          {"name_ru", data::economy_name(code, data::Language::kRussian)}};
}

json all_economies() {
  json list = json::array();
  for (const data::Economy& economy : data::economies()) {
    list.push_back(economy_value(std::string(economy.code)));
  }
  return list;
}

json date_or_null(const std::optional<data::Date>& date) {
  return date ? json(date->to_string()) : json();
}

json agreement_value(const data::Agreement& agreement) {
  json members = json::array(), stages = json::array();
  for (const data::Membership& one : agreement.members) {
    members.push_back(
        {{"economy", one.economy}, {"from", one.from.to_string()}, {"to", date_or_null(one.to)}});
  }
  for (const data::AgreementStage& one : agreement.stages) {
    stages.push_back({{"date", one.date.to_string()}, {"what", one.what}, {"source", one.source}});
  }
  return {{"id", agreement.id},
          {"name", agreement.name},
          {"name_ru", agreement.name_ru},
          {"kind", data::to_string(agreement.kind)},
          {"in_force", agreement.in_force.to_string()},
          {"ended", date_or_null(agreement.ended)},
          {"successor_of", agreement.successor_of},
          {"members", std::move(members)},
          {"stages", std::move(stages)},
          {"source", agreement.source}};
}

json formula_examples() {
  const auto example = [](const char* title, const char* formula, json content) {
    content["estimate"]["data"] = kYearsTable;
    content["estimate"]["formulas"] = json::array({formula});
    return json{{"title", title}, {"formula", formula}, {"content", std::move(content)}};
  };
  const json eaeu = {{"estimate", {{"agreements", {"EAEU"}}}},
                     {"options", {{"cluster", "exporter^importer"}}}};
  json traditional = {{"estimate", {{"agreements", {"EAEU"}}, {"join", {"geodist"}}}},
                      {"options", {{"cluster", "exporter^importer"}}}};
  json both = {{"estimate", {{"agreements", {"EAEU", "EU"}}}},
               {"options", {{"cluster", "exporter^importer"}}}};
  return json::array(
      {example("Effect of the union on trade, structural gravity",
               "trade ~ eaeu | exporter^year + importer^year + exporter^importer", eaeu),
       example("Two unions at once",
               "trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer",
               std::move(both)),
       example("Distance in place of pair effects",
               "trade ~ eaeu + log(distw_km) + contiguous + common_language | exporter^year + "
               "importer^year",
               std::move(traditional))});
}

std::pair<std::string, std::string> read_pair(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw InputError({.code = "bad-pair",
                      .what = fmt::format("\"{}\" is not a pair of economies", text),
                      .where = "pair",
                      .why = "trade and agreements are of pairs",
                      .fixes = {"write two ISO codes with a colon: RUS:KAZ"}});
  }
  return {data::economy_code(text.substr(0, colon), "pair"),
          data::economy_code(text.substr(colon + 1), "pair")};
}

// A bundled study file, as the page edits it.
struct StudyFile {
  std::string id;
  std::string text;
  json content;
};

std::vector<StudyFile> study_files(const data::CasesFolder& cases) {
  std::vector<StudyFile> files;
  for (const data::CaseFile& file : cases.files()) {
    if (!file.file.ends_with(".toml")) continue;
    const std::string path = cases.open(file.name);
    std::string text = text_of_file(path);
    json content = data::parse_document(text, path).value;
    files.push_back({.id = file.name, .text = std::move(text), .content = std::move(content)});
  }
  return files;
}

json claims_value(const std::vector<StudyFile>& files) {
  json list = json::array();
  for (const StudyFile& file : files) {
    if (!file.content.contains("reporter") || !file.content.contains("window")) continue;
    list.push_back({{"id", file.id},
                    {"title", file.content.value("title", file.id)},
                    {"title_ru", file.content.value("title_ru", "")},
                    {"title_kk", file.content.value("title_kk", "")},
                    {"content", file.content},
                    {"toml", file.text}});
  }
  return list;
}

json scenarios_value(const std::vector<StudyFile>& files, const data::CasesFolder& cases) {
  json list = json::array();
  for (const StudyFile& file : files) {
    if (!file.content.contains("scenario")) continue;
    // Stood upon, its tables have names that hold everywhere.
    const study::Study study{.kind = "simulate",
                             .content = {{"scenario", {{"extends", file.id}}}},
                             .where = file.id,
                             .folder = "",
                             .shelf = std::make_shared<const study::Shelf>()};
    study::DataSources sources(study, cases);
    json resolved = study::extended_content(study, sources);
    // Corridors and partial models are told apart by sections of their own.
    const auto known = [](const auto& entry) {
      const auto& all = study::sections_of("simulate");
      return std::any_of(all.begin(), all.end(),
                         [&entry](const study::Section& one) { return one.name == entry.key(); });
    };
    // A world of many sectors is told by its tables.
    json rest = resolved;
    for (const char* name : {"sectors", "union", "union_keys", "union_exception"}) {
      if (resolved.contains("sectors")) rest.erase(name);
    }
    const auto items = rest.items();
    if (!std::all_of(items.begin(), items.end(), known)) continue;
    resolved["scenario"].erase("extends");
    list.push_back({{"id", file.id},
                    {"title", file.content["scenario"].value("title", file.id)},
                    {"toml", file.text},
                    {"content", file.content},
                    {"resolved", std::move(resolved)}});
  }
  return list;
}

// Economies whose regions are known, and the pairs of them with a border in common.
json regions_value(const data::CasesFolder& cases) {
  const data::Table regions = data::read_table(cases.open("regions"));
  const data::Table borders = data::read_table(cases.open("region_borders"));
  std::set<std::string> economies;
  std::set<std::pair<std::string, std::string>> pairs;
  const data::TextColumn& of = regions.texts("economy");
  for (Index row = 0; row < regions.n_rows(); ++row) economies.insert(std::string(of.at(row)));
  const data::TextColumn& one = borders.texts("economy");
  const data::TextColumn& other = borders.texts("partner");
  for (Index row = 0; row < borders.n_rows(); ++row) {
    const std::string first(one.at(row)), second(other.at(row));
    if (economies.contains(first) && economies.contains(second)) {
      pairs.insert(std::minmax(first, second));
    }
  }
  return {{"economies", economies}, {"pairs", pairs}};
}

// Agreements with members among the economies of a world.
json unions_of(const data::AgreementRegistry& registry, int year,
               const std::vector<std::string>& economies) {
  json unions = json::array();
  for (const data::Agreement& agreement : registry.agreements()) {
    json members = json::array();
    for (const std::string& member : registry.union_members(agreement.id, year)) {
      if (std::binary_search(economies.begin(), economies.end(), member)) members.push_back(member);
    }
    if (members.size() < 2) continue;
    unions.push_back({{"id", agreement.id},
                      {"name", agreement.name},
                      {"name_ru", agreement.name_ru},
                      {"kind", data::to_string(agreement.kind)},
                      {"members", std::move(members)}});
  }
  return unions;
}

// The section [sectors] that stands on a table of trade: that of a bundled scenario, or of a
// visitor's own tables.
json sector_tables_of(const std::string& trade, const std::string& inputs,
                      const std::string& elasticities, Index year, const data::CasesFolder& cases) {
  for (const json& scenario : scenarios_value(study_files(cases), cases)) {
    const json& resolved = scenario["resolved"];
    if (resolved.contains("sectors") && resolved["sectors"].value("trade", "") == trade) {
      return resolved["sectors"];
    }
  }
  json tables = {{"trade", trade}};
  if (year > 0) tables["year"] = year;
  if (!inputs.empty()) tables["intermediate_use"] = inputs;
  if (elasticities.empty()) {
    tables["theta"] = kUsualTheta;
  } else {
    tables["elasticities"] = elasticities;
  }
  return tables;
}

std::vector<int> years_of(const data::Table& table) {
  std::set<int> years;
  const data::Column* column = table.find("year");
  if (column == nullptr || !column->is_number()) return {};
  for (const double year : table.numbers("year")) {
    if (!data::is_missing(year)) years.insert(static_cast<int>(year));
  }
  return {years.begin(), years.end()};
}

}  // namespace

Library::Library() : cases_(data::CasesFolder::find()) {}

const Library::Bundled& Library::bundled() {
  std::call_once(read_, [this] {
    const auto read = [this](const char* name) { return data::read_table(cases_.open(name)); };
    bundled_ = std::make_unique<const Bundled>(
        Bundled{.registry = data::AgreementRegistry::bundled(cases_),
                .panel = data::load_pair_panel(read(kYearsTable)),
                .months = data::MonthlyTrade::from_table(read(kMonthsTable), kMonthsReporter)});
  });
  return *bundled_;
}

json Library::bundled_tables() const {
  json list = json::array();
  for (const data::CaseFile& file : cases_.files()) {
    if (!file.file.ends_with(".toml")) list.push_back(table_info(file));
  }
  return list;
}

json Library::catalogue() {
  const Bundled& read = bundled();
  const std::vector<StudyFile> files = study_files(cases_);
  json options = json::object(), agreements = json::array();
  for (const char* kind : kServedKinds) {
    options[kind] = study::sections_value(study::sections_of(kind));
  }
  for (const data::Agreement& one : read.registry.agreements()) {
    agreements.push_back(agreement_value(one));
  }
  const study::Study nothing{.kind = "simulate",
                             .content = json::object(),
                             .where = "",
                             .folder = "",
                             .shelf = std::make_shared<const study::Shelf>()};
  study::DataSources sources(nothing, cases_);
  return {{"version", version()},
          {"tables", bundled_tables()},
          {"economies", all_economies()},
          {"agreements", std::move(agreements)},
          {"world", world(kYearsTable, kBaseYear, "", "", sources)},
          {"claims", claims_value(files)},
          {"scenarios", scenarios_value(files, cases_)},
          {"formulas", formula_examples()},
          {"monthly",
           {{{"reporter", kMonthsReporter},
             {"table", kMonthsTable},
             {"first", read.months.span().first.to_string()},
             {"last", read.months.span().last.to_string()},
             {"partners", read.months.partners()}}}},
          {"regions", regions_value(cases_)},
          {"options", std::move(options)}};
}

Index Library::base_year(const std::string& trade, study::DataSources& sources) const {
  if (trade == kYearsTable) return kBaseYear;
  const std::vector<int> years = data::load_pair_panel(sources.read(trade)).years;
  return years.empty() ? kBaseYear : years.back();
}

json Library::sector_world(const json& tables, const std::vector<int>& years,
                           study::DataSources& sources) {
  const std::string trade = tables.value("trade", "");
  study::SectorTables choice;
  options_from_json(choice, tables, trade);
  Context context(1);
  const auto read = sector_tables_.get(choice, trade, sources, context);
  const equilibrium::MultiSectorLevels levels = equilibrium::levels_of(read->base);
  const std::vector<std::string>& codes = levels.economies;
  const std::size_t n = codes.size();
  std::vector<double> exports(n, 0.0), imports(n, 0.0), product(n, 0.0);
  for (std::size_t cell = 0; cell < levels.trade.size(); ++cell) {
    const std::size_t exporter = cell % n, importer = cell / n % n;
    if (exporter == importer) continue;
    exports[exporter] += levels.trade[cell];
    imports[importer] += levels.trade[cell];
  }
  for (std::size_t at = 0; at < levels.value_added.size(); ++at) {
    product[at % n] += levels.value_added[at];
  }
  json economies = json::array();
  for (std::size_t e = 0; e < n; ++e) {
    json one = economy_value(codes[e]);
    one["gdp_musd"] = product[e];
    one["domestic"] = "table";
    one["imputed"] = false;
    one["exports_musd"] = exports[e];
    one["imports_musd"] = imports[e];
    economies.push_back(std::move(one));
  }
  const Index year = choice.year > 0 ? choice.year : years.empty() ? 0 : years.back();
  const int of = static_cast<int>(year > 0 ? year : kBaseYear);
  return {{"trade", trade},
          {"year", year},
          {"years", years},
          {"economies", std::move(economies)},
          {"unions", unions_of(bundled().registry, of, codes)},
          {"duty_shares", json::array()},
          {"notes", read->notes},
          {"sectors", std::vector<std::string>(levels.sectors.begin(), levels.sectors.end())},
          {"tables", tables}};
}

json Library::world(const std::string& trade, Index asked, const std::string& inputs,
                    const std::string& elasticities, study::DataSources& sources) {
  if (trade != kYearsTable) {
    const data::Table table = sources.read(trade);
    if (table.has("sector")) {
      return sector_world(sector_tables_of(trade, inputs, elasticities, asked, cases_),
                          years_of(table), sources);
    }
  }
  const Index year = asked > 0 ? asked : base_year(trade, sources);
  study::ScenarioWorld choice;
  choice.trade = trade;
  const auto tables = scenario_tables_.get(choice, {}, year, sources);
  const data::World& world = tables->world;
  const std::size_t n = world.economies.size();
  json economies = json::array(), shares = json::array(), notes = json::array();
  for (std::size_t i = 0; i < n; ++i) {
    double exports = 0.0, imports = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      if (i == k) continue;
      exports += world.trade_musd[i * n + k];
      imports += world.trade_musd[k * n + i];
    }
    json one = economy_value(world.economies[i]);
    one["gdp_musd"] = number(tables->gdp_musd[i]);
    one["domestic"] = world.domestic[i].flag;
    one["imputed"] = world.domestic[i].imputed();
    one["exports_musd"] = exports;
    one["imports_musd"] = imports;
    economies.push_back(std::move(one));
  }
  for (const data::DutyShares& one : tables->registry.all_duty_shares()) {
    shares.push_back({{"pool", one.agreement},
                      {"date", one.from.to_string()},
                      {"shares", one.shares},
                      {"source", one.source}});
  }
  for (const data::Finding& finding : world.findings) notes.push_back(finding.sentence);
  return {{"trade", trade},
          {"year", year},
          {"years", tables->years},
          {"economies", std::move(economies)},
          {"unions", unions_of(tables->registry, static_cast<int>(year), world.economies)},
          {"duty_shares", std::move(shares)},
          {"notes", std::move(notes)},
          {"sectors", json::array()},
          {"tables", json::object()}};
}

json Library::series(const std::string& pair) {
  const auto [first, second] = read_pair(pair);
  const Bundled& read = bundled();
  json monthly;
  if (first == kMonthsReporter || second == kMonthsReporter) {
    const std::string& partner = first == kMonthsReporter ? second : first;
    if (read.months.has_partner(partner)) {
      const data::Window span = read.months.span();
      json months = json::array();
      for (int m = 0; m < span.n_months(); ++m) months.push_back(span.first.plus(m).to_string());
      const auto values = [&](data::Flow flow) {
        json list = json::array();
        for (const double value : read.months.series(partner, flow, span)) {
          list.push_back(number(value));
        }
        return list;
      };
      monthly = {{"reporter", kMonthsReporter},
                 {"partner", partner},
                 {"source", cases_.file(kMonthsTable).provider},
                 {"months", std::move(months)},
                 {"exports_musd", values(data::Flow::kExports)},
                 {"imports_musd", values(data::Flow::kImports)},
                 {"turnover_musd", values(data::Flow::kTurnover)}};
    }
  }
  json yearly = json::array();
  const data::Table& table = read.panel.table;
  const data::NumberColumn& by_importer = table.numbers("importer_reported_musd");
  const data::NumberColumn& by_exporter = table.numbers("exporter_reported_musd");
  const data::NumberColumn& chosen = table.numbers("trade");
  const data::TextColumn& side = table.texts("side");
  for (const auto& [exporter, importer] : {std::pair(first, second), std::pair(second, first)}) {
    for (const int year : read.panel.years) {
      const std::optional<Index> row = read.panel.find(exporter, importer, year);
      if (!row) continue;
      const auto at = static_cast<std::size_t>(*row);
      yearly.push_back({{"exporter", exporter},
                        {"importer", importer},
                        {"year", year},
                        {"exporter_reported_musd", number(by_exporter[at])},
                        {"importer_reported_musd", number(by_importer[at])},
                        {"reconciled_musd", number(chosen[at])},
                        {"side", side.at(*row)},
                        {"gap", number(std::log(by_importer[at] / by_exporter[at]))}});
    }
  }
  return {{"first", first},
          {"second", second},
          {"monthly", std::move(monthly)},
          {"yearly", std::move(yearly)},
          {"source", cases_.file(kYearsTable).provider}};
}

json Library::agreements(const std::string& pair, const std::string& month) {
  const auto [first, second] = read_pair(pair);
  json list = json::array();
  for (const data::Binding& one :
       bundled().registry.binding(first, second, data::Month::parse(month, "month"))) {
    list.push_back({{"agreement", one.agreement},
                    {"name", one.name},
                    {"name_ru", one.name_ru},
                    {"kind", data::to_string(one.kind)},
                    {"since", one.since.to_string()},
                    {"source", one.source}});
  }
  return list;
}

}  // namespace altyn::app
