#include "altyn/study/section_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "altyn/attribution/check_options.h"
#include "altyn/attribution/claim.h"
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
#include "altyn/study/data_base_study.h"
#include "altyn/study/data_check_study.h"
#include "altyn/study/data_convert_study.h"
#include "altyn/study/data_import_study.h"
#include "altyn/study/data_reconcile_study.h"
#include "altyn/study/estimate_study.h"
#include "altyn/study/follow_up.h"
#include "altyn/study/optimal_policy.h"
#include "altyn/study/region_tables.h"
#include "altyn/study/regions_study.h"
#include "altyn/study/scenario.h"

namespace altyn::study {
namespace {

using nlohmann::json;

template <class S>
Section section(const char* name, bool is_list = false) {
  Section found{.name = name, .is_list = is_list, .fields = {}};
  const S defaults{};
  for (const Field<S>& field : fields_of<S>()) {
    found.fields.push_back(
        {.info = field.info, .choices = field.choices, .value = field.get(field, defaults)});
  }
  return found;
}

std::map<std::string, std::vector<Section>> all_sections() {
  const std::vector<Section> check = {section<attribution::Claim>("claim"),
                                      section<CheckData>("data"),
                                      section<attribution::CheckOptions>("options")};
  return {{"check", check},
          {"article", check},
          {"estimate",
           {section<EstimateStudy>("estimate"), section<estimation::EstimateOptions>("options"),
            section<estimation::RegressionTableOptions>("table"), section<FollowUp>("follow_up"),
            section<estimation::BootstrapOptions>("bootstrap"),
            section<estimation::JackknifeOptions>("jackknife"),
            section<estimation::PenalisedOptions>("penalty"),
            section<estimation::PlotOptions>("plot")}},
          {"simulate",
           {section<ScenarioHead>("scenario"), section<ScenarioWorld>("world"),
            section<data::ColumnChoices>("columns"), section<ScenarioTariff>("tariff", true),
            section<ScenarioRegion>("region", true), section<ScenarioRegions>("regions"),
            section<ScenarioChange>("change", true), section<ScenarioRevenue>("revenue"),
            section<ScenarioModel>("model"), section<OptimalPolicy>("optimal"),
            section<equilibrium::CapitalOptions>("capital")}},
          {"data_check",
           {section<DataCheckStudy>("data"), section<data::ColumnChoices>("columns"),
            section<data::CheckOptions>("options")}},
          {"data_import",
           {section<DataImportStudy>("import"), section<data::ImportOptions>("options")}},
          {"data_base",
           {section<DataBaseStudy>("base"), section<equilibrium::IoBaseOptions>("options")}},
          {"data_convert",
           {section<DataConvertStudy>("convert"), section<data::ConvertOptions>("options")}},
          {"data_reconcile",
           {section<DataReconcileStudy>("reconcile"), section<data::ColumnChoices>("columns"),
            section<estimation::ReconcileOptions>("options"),
            section<data::DomesticOptions>("domestic")}},
          {"regions",
           {section<RegionPair>("pair"), section<RegionData>("data"),
            section<attribution::RegionShareOptions>("options")}},
          {"agreements", {section<AgreementsStudy>("agreements")}},
          {"read_table", {section<data::ReadOptions>("options")}}};
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
  ALTYN_CHECK(found != known_sections().end(), "no sections of a " + kind);
  return found->second;
}

json sections_value(const std::string& kind) {
  json list = json::array();
  for (const Section& section : sections_of(kind)) {
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
