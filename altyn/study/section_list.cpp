#include "altyn/study/section_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "altyn/attribution/check_options.h"
#include "altyn/attribution/claim.h"
#include "altyn/attribution/goal.h"
#include "altyn/attribution/region_shares.h"
#include "altyn/core/errors.h"
#include "altyn/data/checks.h"
#include "altyn/data/concordance.h"
#include "altyn/data/domestic_trade.h"
#include "altyn/data/import_source.h"
#include "altyn/data/read_table.h"
#include "altyn/data/trade_columns.h"
#include "altyn/equilibrium/capital.h"
#include "altyn/equilibrium/io_base.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/mirror_reconciliation.h"
#include "altyn/estimation/regression_table.h"
#include "altyn/study/agreements_study.h"
#include "altyn/study/check_study.h"
#include "altyn/study/corridors_scenario.h"
#include "altyn/study/data_base_study.h"
#include "altyn/study/data_check_study.h"
#include "altyn/study/data_convert_study.h"
#include "altyn/study/data_import_study.h"
#include "altyn/study/data_reconcile_study.h"
#include "altyn/study/estimate_study.h"
#include "altyn/study/follow_up.h"
#include "altyn/study/monitor_study.h"
#include "altyn/study/optimal_policy.h"
#include "altyn/study/region_tables.h"
#include "altyn/study/regions_study.h"
#include "altyn/study/scenario.h"

namespace altyn::study {
namespace {

using nlohmann::json;

std::map<std::string, std::vector<Section>> all_sections() {
  const std::vector<Section> check = {section_of_fields<attribution::Claim>("claim"),
                                      section_of_fields<CheckData>("data"),
                                      section_of_fields<attribution::CheckOptions>("options")};
  return {
      {"check", check},
      {"article", check},
      {"estimate",
       {section_of_fields<EstimateStudy>("estimate"),
        section_of_fields<estimation::EstimateOptions>("options"),
        section_of_fields<estimation::RegressionTableOptions>("table"),
        section_of_fields<FollowUp>("follow_up"),
        section_of_fields<estimation::BootstrapOptions>("bootstrap"),
        section_of_fields<estimation::JackknifeOptions>("jackknife"),
        section_of_fields<estimation::PenalisedOptions>("penalty"),
        section_of_fields<estimation::PlotOptions>("plot")}},
      {"simulate",
       {section_of_fields<ScenarioHead>("scenario"), section_of_fields<ScenarioWorld>("world"),
        section_of_fields<data::ColumnChoices>("columns"),
        section_of_fields<ScenarioTariff>("tariff", true),
        section_of_fields<ScenarioRegion>("region", true),
        section_of_fields<ScenarioRegions>("regions"),
        section_of_fields<ScenarioChange>("change", true),
        section_of_fields<ScenarioRevenue>("revenue"), section_of_fields<ScenarioModel>("model"),
        section_of_fields<OptimalPolicy>("optimal"),
        section_of_fields<equilibrium::CapitalOptions>("capital")}},
      {"data_check",
       {section_of_fields<DataCheckStudy>("data"),
        section_of_fields<data::ColumnChoices>("columns"),
        section_of_fields<data::CheckOptions>("options")}},
      {"data_import",
       {section_of_fields<DataImportStudy>("import"),
        section_of_fields<data::ImportOptions>("options")}},
      {"data_base",
       {section_of_fields<DataBaseStudy>("base"),
        section_of_fields<equilibrium::IoBaseOptions>("options")}},
      {"data_convert",
       {section_of_fields<DataConvertStudy>("convert"),
        section_of_fields<data::ConvertOptions>("options")}},
      {"data_reconcile",
       {section_of_fields<DataReconcileStudy>("reconcile"),
        section_of_fields<data::ColumnChoices>("columns"),
        section_of_fields<estimation::ReconcileOptions>("options"),
        section_of_fields<data::DomesticOptions>("domestic")}},
      {"regions",
       {section_of_fields<RegionPair>("pair"), section_of_fields<RegionData>("data"),
        section_of_fields<attribution::RegionShareOptions>("options")}},
      {"corridors",
       {section_of_fields<CorridorNetwork>("network"), section_of_fields<CorridorRoutes>("routes"),
        section_of_fields<CorridorCost>("cost", true),
        section_of_fields<CorridorCrossing>("crossing", true),
        section_of_fields<LinkChange>("link_change", true),
        section_of_fields<ScenarioModel>("model")}},
      {"monitor",
       {section_of_fields<PlanHead>("plan"), section_of_fields<PlanData>("data"),
        section_of_fields<attribution::Goal>("goal", true),
        section_of_fields<attribution::GoalOptions>("options")}},
      {"agreements", {section_of_fields<AgreementsStudy>("agreements")}},
      {"read_table", {section_of_fields<data::ReadOptions>("options")}}};
}

const std::map<std::string, std::vector<Section>>& known_sections() {
  static const std::map<std::string, std::vector<Section>> all = all_sections();
  return all;
}

std::string quoted(const std::string& text) {
  std::string line = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        line += "\\\"";
        break;
      case '\\':
        line += "\\\\";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\t':
        line += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          line += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          line += c;
        }
    }
  }
  return line + "\"";
}

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '-');
  });
  return bare ? key : quoted(key);
}

// The shortest text that reads back to the same double, told from a whole number by its point.
std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string value_text(const json& value);

std::string list_text(const json& list) {
  std::string text;
  for (const json& value : list) {
    if (!value.is_null()) text += (text.empty() ? "" : ", ") + value_text(value);
  }
  return "[" + text + "]";
}

std::string inline_table(const json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    if (value.is_null()) continue;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key_text(key), value_text(value));
  }
  return "{" + text + "}";
}

std::string value_text(const json& value) {
  if (value.is_string()) return quoted(value.get<std::string>());
  if (value.is_number_float()) return number_text(value.get<double>());
  if (value.is_array()) return list_text(value);
  if (value.is_object()) return inline_table(value);
  return value.dump();
}

const char* type_name(const SectionField& field) {
  static constexpr const char* kTypes[] = {"boolean", "integer", "number",
                                           "string",  "strings", "numbers"};
  return kTypes[field.value.index()];
}

bool is_table_list(const json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const json& one) { return one.is_object(); });
}

// The keys of an object: those in `first`, in that order, then the others.
std::vector<std::string> ordered_keys(const json& object, const std::vector<std::string>& first) {
  std::vector<std::string> keys;
  for (const std::string& key : first) {
    if (object.contains(key)) keys.push_back(key);
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(first.begin(), first.end(), key) == first.end()) keys.push_back(key);
  }
  return keys;
}

std::string table_text(const std::string& head, const json& object,
                       const std::vector<std::string>& first) {
  std::string text = head + "\n";
  for (const std::string& key : ordered_keys(object, first)) {
    const json& value = object.at(key);
    if (!value.is_null()) text += fmt::format("{} = {}\n", key_text(key), value_text(value));
  }
  return text;
}

}  // namespace

const std::vector<Section>& sections_of(const std::string& kind) {
  const auto found = known_sections().find(kind);
  if (found != known_sections().end()) return found->second;
  std::vector<std::string> kinds;
  for (const auto& [name, sections] : known_sections()) kinds.push_back(name);
  throw InputError({.code = "unknown-study",
                    .what = fmt::format("there is no study of kind \"{}\"", kind),
                    .where = kind,
                    .context = {fmt::format("kinds: {}", fmt::join(kinds, ", "))},
                    .why = "the kind says which sections a file has",
                    .fixes = nearest_names(kind, kinds, 1)});
}

json sections_value(const std::vector<Section>& sections) {
  json list = json::array();
  for (const Section& section : sections) {
    json fields = json::array();
    for (const SectionField& field : section.fields) {
      json one = {{"name", field.info.name},
                  {"type", type_name(field)},
                  {"doc", field.info.doc},
                  {"unit", field.info.unit},
                  {"default", value_to_json(field.value)}};
      if (field.info.minimum) one["minimum"] = *field.info.minimum;
      if (field.info.maximum) one["maximum"] = *field.info.maximum;
      if (!field.choices.empty()) one["choices"] = field.choices;
      if (!field.info.source.empty()) one["source"] = field.info.source;
      fields.push_back(std::move(one));
    }
    list.push_back(
        {{"name", section.name}, {"list", section.is_list}, {"fields", std::move(fields)}});
  }
  return list;
}

const std::vector<std::string>& section_kinds() {
  static const std::vector<std::string> kinds = {"check", "article", "estimate", "simulate",
                                                 "data_check"};
  return kinds;
}

std::string study_toml(const std::string& kind, const json& content) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> fields;
  if (!kind.empty()) {
    for (const Section& one : sections_of(kind)) {
      order.push_back(one.name);
      for (const SectionField& field : one.fields) {
        fields[one.name].emplace_back(field.info.name);
      }
    }
  }
  // Plain values belong to the file itself and must stand before its first section.
  std::string plain, text;
  for (const std::string& key : ordered_keys(content, order)) {
    const json& value = content.at(key);
    const std::string name = key_text(key);
    if (value.is_object()) {
      text += (text.empty() ? "" : "\n") + table_text("[" + name + "]", value, fields[key]);
    } else if (is_table_list(value)) {
      for (const json& entry : value) {
        text += (text.empty() ? "" : "\n") + table_text("[[" + name + "]]", entry, fields[key]);
      }
    } else if (!value.is_null()) {
      plain += fmt::format("{} = {}\n", name, value_text(value));
    }
  }
  return plain + (plain.empty() || text.empty() ? "" : "\n") + text;
}

}  // namespace altyn::study
