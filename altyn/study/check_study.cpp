#include "altyn/study/check_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/attribution/claim_review.h"
#include "altyn/attribution/report_text.h"
#include "altyn/attribution/result_json.h"
#include "altyn/attribution/russian_text.h"
#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/core/version.h"
#include "altyn/data/document.h"
#include "altyn/data/monthly_trade.h"
#include "altyn/study/article_study.h"
#include "altyn/study/political_columns.h"
#include "altyn/study/report_page.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

std::string provider_of(const DataSources& sources, const data::Table& table) {
  const data::CaseFile* file = sources.bundled(InputFile{.path = table.source(), .sha256 = ""});
  return file == nullptr ? table.source() : file->provider;
}

attribution::PartnerPanel read_panel(const std::string& entry, DataSources& sources) {
  const auto [reporter, name] = split_name(entry, "monthly");
  const data::Table table = sources.read(name);
  const data::MonthlyTrade trade = data::MonthlyTrade::from_table(table, reporter);
  attribution::PartnerPanel panel{.reporter = trade.reporter(),
                                  .source = provider_of(sources, table)};
  for (const std::string& partner : trade.partners()) {
    panel.partners.push_back(
        {.reporter = trade.reporter(),
         .partner = partner,
         .source = panel.source,
         .first = trade.span().first,
         .exports_musd = trade.series(partner, data::Flow::kExports, trade.span()),
         .imports_musd = trade.series(partner, data::Flow::kImports, trade.span())});
  }
  return panel;
}

// A table of months and one number each; months that are absent are blank.
attribution::DriverSeries read_driver(const std::string& entry, DataSources& sources) {
  const auto [name, file] = split_name(entry, "prices");
  const data::Table table = sources.read(file);
  const data::TextColumn& month = table.texts("month");
  const data::Column* values = nullptr;
  for (const data::Column& column : table.columns()) {
    if (column.is_number() && values == nullptr) values = &column;
  }
  if (values == nullptr || table.n_rows() == 0) {
    throw InputError({.code = "no-column-for",
                      .what = "the table has no column of prices",
                      .where = table.source(),
                      .why = "a price series is a month and a number",
                      .fixes = {"columns: month, price"}});
  }
  std::vector<data::Month> months;
  for (Index row = 0; row < table.n_rows(); ++row) {
    months.push_back(data::Month::parse(
        month.at(row), fmt::format("{} line {}, month", table.source(), table.line_of(row))));
  }
  const auto [first, last] = std::minmax_element(months.begin(), months.end());
  attribution::DriverSeries series{
      .name = name, .source = provider_of(sources, table), .first = *first};
  series.values.assign(static_cast<std::size_t>(last->count - first->count + 1), data::kMissing);
  const auto& numbers = std::get<data::NumberColumn>(values->values);
  for (std::size_t row = 0; row < months.size(); ++row) {
    series.values[static_cast<std::size_t>(months[row].count - first->count)] = numbers[row];
  }
  return series;
}

// Reads the list of tables under `key` of a document by the field table of S.
template <class S>
std::vector<S> read_list(const std::string& path, const std::string& key) {
  const data::Document document = data::read_document(path);
  std::vector<S> list;
  if (!document.value.contains(key) || !document.value[key].is_array()) {
    throw InputError({.code = "missing-key",
                      .what = fmt::format("there is no [[{}]] in the file", key),
                      .where = path,
                      .why = "that is what it is read for"});
  }
  for (const json& entry : document.value[key]) {
    S item;
    options_from_json(item, entry, document.where(fmt::format("/{}/{}", key, list.size())));
    list.push_back(std::move(item));
  }
  return list;
}

// Joint memberships and alignment of the pairs and years of the yearly table.
data::Table political_table(const std::optional<attribution::WorldTrade>& world,
                            const CheckData& data, DataSources& sources) {
  if (!world) {
    throw InputError({.code = "unused-option",
                      .what = "nothing uses memberships or alignment without a yearly table",
                      .where = "memberships",
                      .why = "they are regressors of the estimate on that table",
                      .fixes = {"--world world_trade"}});
  }
  const data::Table& pairs = world->panel(attribution::Side::kImporter).table;
  data::Table all("political regressors");
  all.add("exporter", pairs.texts("exporter"));
  all.add("importer", pairs.texts("importer"));
  all.add("year", pairs.numbers("year"));
  data::Table kept = all;
  if (!data.memberships.empty()) {
    add_joint_memberships(all, read_membership_table(sources, data.memberships));
    kept.add("joint_memberships", all.numbers("joint_memberships"));
  }
  if (!data.alignment.empty()) add_alignment(kept, sources.read(data.alignment));
  return kept;
}

// The command that asks for this check, whatever surface it came from.
std::string command_of(const Study& study) {
  const json claim = study.content.value("claim", json());
  std::string command = "altyn check";
  if (claim.is_string()) command += " " + claim.get<std::string>();
  if (claim.is_object() && claim.contains("file")) {
    command += " " + claim.at("file").get<std::string>();
  }
  if (claim.is_object() && claim.contains("text")) command += " -";
  for (const char* section : {"claim", "data", "options"}) {
    const json entries = study.content.value(section, json::object());
    if (!entries.is_object()) continue;
    for (const auto& [key, value] : entries.items()) {
      if (key == "file" || key == "text") continue;
      std::string flag = key;
      std::replace(flag.begin(), flag.end(), '_', '-');
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      command += fmt::format(" --{} '{}'", flag, text);
    }
  }
  return command;
}

// One row per value of every table of the result.
data::Table tidy_table(const attribution::CheckResult& result) {
  std::vector<std::string> tables, variables, units, texts;
  data::NumberColumn rows, values;
  for (const attribution::ResultTable& table : result.tables) {
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      for (std::size_t k = 0; k < table.columns.size(); ++k) {
        const attribution::Cell& cell = table.rows[row][k];
        const auto* number = std::get_if<double>(&cell);
        const auto* flag = std::get_if<bool>(&cell);
        const auto* text = std::get_if<std::string>(&cell);
        tables.push_back(table.id);
        rows.push_back(static_cast<double>(row + 1));
        variables.push_back(table.columns[k].name);
        values.push_back(number != nullptr ? *number
                         : flag != nullptr ? (*flag ? 1.0 : 0.0)
                                           : data::kMissing);
        texts.push_back(text != nullptr ? *text : "");
        units.push_back(table.columns[k].unit);
      }
    }
  }
  data::Table tidy("results");
  tidy.add("table", tables);
  tidy.add("row", std::move(rows));
  tidy.add("variable", variables);
  tidy.add("value", std::move(values));
  tidy.add("text", texts);
  tidy.add("unit_of_measure", units);
  return tidy;
}

}  // namespace

std::vector<Field<CheckData>> CheckData::fields() {
  return {
      make_field(
          &CheckData::monthly,
          {.name = "monthly", .doc = "monthly trade by partner, one table per reporter: RUS=FILE"}),
      make_field(&CheckData::world,
                 {.name = "world", .doc = "yearly bilateral trade with both sides' reports"}),
      make_field(&CheckData::gdp,
                 {.name = "gdp", .doc = "GDP by economy and year, for domestic trade"}),
      make_field(&CheckData::prices,
                 {.name = "prices", .doc = "monthly prices that move trade values: Brent=FILE"}),
      make_field(&CheckData::agreements,
                 {.name = "agreements", .doc = "agreement tables, later ones on top of earlier"}),
      make_field(&CheckData::literature,
                 {.name = "literature", .doc = "published estimates by agreement: EAEU=FILE"}),
      make_field(&CheckData::statements,
                 {.name = "statements", .doc = "earlier and later public statements"}),
      make_field(&CheckData::memberships,
                 {.name = "memberships",
                  .doc = "table economy, organisation, from, to: one more variant of L5 holds the "
                         "number of joint memberships fixed; docs/political.md"}),
      make_field(&CheckData::alignment,
                 {.name = "alignment",
                  .doc = "table first, second, year, alignment, or economy, year, position: held "
                         "fixed in that variant"}),
      make_field(&CheckData::cases, {.name = "cases", .doc = "another folder of bundled data"})};
}

attribution::Claim read_claim(const Study& study, DataSources& sources) {
  attribution::Claim claim;
  if (!study.content.contains("claim")) return claim;
  json fields = study.content.at("claim");
  std::string file;
  if (fields.is_string()) {
    file = fields.get<std::string>();
    fields = json::object();
  } else if (fields.contains("file")) {
    if (!fields.at("file").is_string()) {
      throw InputError(
          {.code = "wrong-type",
           .what = fmt::format("file must be a text, not {}", fields.at("file").dump()),
           .where = study.where + " [claim]",
           .why = "it names the file with the claim"});
    }
    file = fields.at("file").get<std::string>();
    fields.erase("file");
  }
  if (!file.empty()) {
    const std::string path = sources.find(file);
    const data::Document document = data::read_document(path);
    for (const auto& [key, value] : document.value.items()) {
      options_from_json(claim, json{{key, value}}, document.where("/" + key));
    }
  }
  options_from_json(claim, fields, study.where + " [claim]");
  return claim;
}

attribution::CheckInputs read_check_inputs(attribution::Claim claim, const CheckData& data,
                                           DataSources& sources) {
  attribution::CheckInputs inputs;
  inputs.claim = std::move(claim);
  for (const std::string& entry : data.monthly) {
    inputs.monthly.push_back(read_panel(entry, sources));
  }
  if (!data.world.empty()) {
    const data::Table world = sources.read(data.world);
    inputs.world = attribution::WorldTrade(world, provider_of(sources, world));
  }
  if (!data.memberships.empty() || !data.alignment.empty()) {
    inputs.political = political_table(inputs.world, data, sources);
  }
  if (!data.gdp.empty()) inputs.gdp = sources.read(data.gdp);
  for (const std::string& entry : data.prices) {
    inputs.drivers.push_back(read_driver(entry, sources));
  }
  std::vector<std::string> agreements;
  for (const std::string& name : data.agreements) agreements.push_back(sources.find(name));
  inputs.agreements = data::AgreementRegistry::read(agreements);
  for (const std::string& entry : data.literature) {
    const auto [agreement, name] = split_name(entry, "literature");
    inputs.literature.push_back(
        {.agreement = agreement,
         .studies = read_list<attribution::Study>(sources.find(name), "study")});
  }
  if (!data.statements.empty()) {
    inputs.statements =
        read_list<attribution::Statement>(sources.find(data.statements), "statement");
  }
  for (const InputFile& input : sources.inputs()) {
    inputs.sources.push_back(source_of(sources, input));
  }
  return inputs;
}

StudyResult check_claim(const Study& study, attribution::Claim claim, const CheckData& data,
                        const attribution::CheckOptions& options, DataSources& sources,
                        Context& context) {
  attribution::CheckInputs inputs = read_check_inputs(std::move(claim), data, sources);
  inputs.claim_file = study.where;

  attribution::CheckResult found = attribution::check(inputs, options, context);
  found.run.version = version();
  found.run.command = command_of(study);
  found.run.seed = context.seed;
  for (const InputFile& input : sources.inputs()) {
    found.run.inputs.emplace_back(input.path, input.sha256);
  }

  StudyResult result;
  const attribution::CheckResult russian = attribution::in_russian(found);
  result.value = attribution::to_json(found);
  result.value["russian"] = attribution::russian_json(found, russian);
  result.text = attribution::report_text(found, {.colour = true});
  result.inputs = sources.inputs();
  for (const attribution::LineOfEvidence& line : found.lines) {
    result.certificates.insert(result.certificates.end(), line.certificates.begin(),
                               line.certificates.end());
  }
  result.files.push_back({"report.html", report_html(result.value)});
  result.files.push_back({"report.md", attribution::report_markdown(found)});
  result.files.push_back(
      {"report.ru.md", attribution::report_markdown(russian, data::Language::kRussian)});
  result.files.push_back({"result.json", result.value.dump(1) + "\n"});
  result.files.push_back({"claim-review.json", attribution::claim_review(found).dump(2) + "\n"});
  if (const attribution::ResultTable* key = found.find_table("key_results")) {
    result.files.push_back({"key_results.csv", attribution::to_data_table(*key)});
  }
  result.files.push_back({"results.parquet", tidy_table(found)});
  return result;
}

StudyResult run_check(const Study& study, Context& context) {
  if (is_article(study)) return run_article(study, context);
  check_sections(study, {"claim", "data", "options"});
  const auto data = read_section<CheckData>(study, "data");
  const auto options = read_section<attribution::CheckOptions>(study, "options");
  DataSources sources(study, data.cases);
  attribution::Claim claim = read_claim(study, sources);
  return check_claim(study, std::move(claim), data, options, sources, context);
}

}  // namespace altyn::study
