#include "altyn/study/regions_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/study/regions_report.h"
#include "altyn/study/report_page.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

RegionPair checked_pair(const Study& study) {
  auto pair = read_section<RegionPair>(study, "pair");
  const std::string where = study.where + " [pair]";
  for (const std::string* economy : {&pair.first, &pair.second}) {
    if (!economy->empty()) continue;
    throw InputError({.code = "missing-key",
                      .what = "the pair of economies is not given",
                      .where = where,
                      .why = "a share of trade is that of two economies",
                      .fixes = {"altyn regions share RUS:KAZ"}});
  }
  pair.first = data::economy_code(pair.first, where);
  pair.second = data::economy_code(pair.second, where);
  if (pair.first == pair.second) {
    throw InputError({.code = "same-economy",
                      .what = fmt::format("{} is named twice", pair.first),
                      .where = where,
                      .why = "a share of trade is that of two economies",
                      .fixes = {"altyn regions share RUS:KAZ"}});
  }
  return pair;
}

std::string command_of(const Study& study, const RegionPair& pair) {
  std::string command = fmt::format("altyn regions share {}:{}", pair.first, pair.second);
  for (const char* section : {"data", "options"}) {
    const json entries = study.content.value(section, json::object());
    for (const auto& [key, value] : entries.items()) {
      std::string flag = key;
      std::replace(flag.begin(), flag.end(), '_', '-');
      command += fmt::format(" --{} {}", flag,
                             value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return command;
}

std::vector<attribution::Source> sources_of(const DataSources& sources) {
  std::vector<attribution::Source> list;
  for (const InputFile& input : sources.inputs()) {
    attribution::Source source{.file = input.path, .sha256 = input.sha256};
    if (const data::CaseFile* file = sources.bundled(input)) {
      source.provider = file->provider;
      source.licence = file->licence;
      source.what = file->what;
    }
    list.push_back(std::move(source));
  }
  return list;
}

}  // namespace

std::vector<Field<RegionPair>> RegionPair::fields() {
  return {make_field(&RegionPair::first, {.name = "first", .doc = "one economy, an ISO code"}),
          make_field(&RegionPair::second, {.name = "second", .doc = "the other"})};
}

StudyResult run_regions(const Study& study, Context& context) {
  check_sections(study, {"pair", "data", "options"});
  const RegionPair pair = checked_pair(study);
  const auto data = read_section<RegionData>(study, "data");
  const auto options = read_section<attribution::RegionShareOptions>(study, "options");
  DataSources sources(study, data.cases);
  const RegionTables tables = read_region_tables(data, pair.first, pair.second, sources);
  const attribution::RegionShares shares =
      attribution::region_shares(tables.first, tables.second, options, context);

  const RegionQuestion question{pair.first, pair.second, options, tables, shares};
  const RegionAnswer english = answer_of(question, data::Language::kEnglish);
  const RegionAnswer russian = answer_of(question, data::Language::kRussian);
  const std::vector<attribution::Source> files = sources_of(sources);

  StudyResult result;
  result.inputs = sources.inputs();
  result.text = answer_text(english);
  result.value = to_json(english);
  result.value["schema"] = "altyn.regions/1";
  result.value["russian"] = to_json(russian);
  result.value["claim"] = {{"figure", options.figure},
                           {"rounding", options.rounding},
                           {"reporter", pair.first},
                           {"partner", pair.second},
                           {"reporter_name", data::economy_name(pair.first)},
                           {"partner_name", data::economy_name(pair.second)}};
  result.value["sources"] = json::array();
  json inputs = json::array();
  for (const attribution::Source& source : files) {
    result.value["sources"].push_back(attribution::to_json(source));
    inputs.push_back({{"path", source.file}, {"sha256", source.sha256}});
  }
  result.value["run"] = {{"version", version()},        {"command", command_of(study, pair)},
                         {"seed", context.seed},        {"n_draws", options.n_draws},
                         {"inputs", std::move(inputs)}, {"options", options_to_json(options)}};

  result.files.push_back({"report.html", report_html(result.value)});
  result.files.push_back({"report.md", answer_markdown(english, files, data::Language::kEnglish)});
  result.files.push_back(
      {"report.ru.md", answer_markdown(russian, files, data::Language::kRussian)});
  result.files.push_back({"result.json", result.value.dump(1) + "\n"});
  const std::pair<const char*, const char*> kTables[] = {
      {"key_results", "key_results.csv"},
      {"region_shares", "shares.csv"},
      {"region_elasticities", "elasticities.csv"},
      {"regions", "regions.csv"}};
  for (const auto& [id, file] : kTables) {
    for (const attribution::ResultTable& table : english.tables) {
      if (table.id == id) result.files.push_back({file, attribution::to_data_table(table)});
    }
  }
  result.files.push_back(
      {"pairs.csv", attribution::to_data_table(region_pairs(question, data::Language::kEnglish))});
  return result;
}

}  // namespace altyn::study
