#include "altyn/study/estimate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "altyn/core/errors.h"
#include "altyn/data/agreements.h"
#include "altyn/data/trade_columns.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/regression_table.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// One column per agreement: 1 where it, or what it grew from, binds the pair in the year.
void add_agreements(data::Table& table, const data::AgreementRegistry& registry,
                    const std::vector<std::string>& agreements) {
  const data::TradeColumns columns = data::find_trade_columns(table);
  const data::TextColumn& exporter = table.texts(columns.require(data::Role::kExporter, table));
  const data::TextColumn& importer = table.texts(columns.require(data::Role::kImporter, table));
  const data::NumberColumn& year = table.numbers(columns.require(data::Role::kYear, table));
  for (const std::string& agreement : agreements) {
    // The registry is asked once per pair and year, not once per row.
    std::map<std::tuple<GroupId, GroupId, int>, double> known;
    data::NumberColumn values(static_cast<std::size_t>(table.n_rows()), 0.0);
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (exporter.codes[row] == kNoGroup || importer.codes[row] == kNoGroup ||
          data::is_missing(year[row])) {
        continue;
      }
      const std::tuple key(exporter.codes[row], importer.codes[row], static_cast<int>(year[row]));
      const auto [place, is_new] = known.try_emplace(key, 0.0);
      if (is_new) {
        const auto index = static_cast<Index>(row);
        place->second =
            registry.dummy(agreement, exporter.at(index), importer.at(index), std::get<2>(key));
      }
      values[row] = place->second;
    }
    table.add(lower(agreement), std::move(values));
  }
}

// One `trade` column out of both sides' reports, by the stated preference.
void add_trade(data::Table& table, Reported reported) {
  const data::TradeColumns columns = data::find_trade_columns(table);
  const std::string* by_importer = columns.find(data::Role::kImporterReported);
  const std::string* by_exporter = columns.find(data::Role::kExporterReported);
  if (table.has("trade") || by_importer == nullptr || by_exporter == nullptr) return;
  const bool importer_leads =
      reported == Reported::kImporterFirst || reported == Reported::kImporterOnly;
  const bool fall_back =
      reported == Reported::kImporterFirst || reported == Reported::kExporterFirst;
  const data::NumberColumn& first = table.numbers(importer_leads ? *by_importer : *by_exporter);
  const data::NumberColumn& second = table.numbers(importer_leads ? *by_exporter : *by_importer);
  data::NumberColumn trade = first;
  for (std::size_t row = 0; row < trade.size(); ++row) {
    if (fall_back && data::is_missing(trade[row])) trade[row] = second[row];
  }
  table.add("trade", std::move(trade), table.column(*by_importer).unit);
}

}  // namespace

std::vector<Field<EstimateStudy>> EstimateStudy::fields() {
  return {
      make_field(
          &EstimateStudy::data,
          {.name = "data", .doc = "table to estimate on: a file, or a bundled table by name"}),
      make_field(&EstimateStudy::formulas,
                 {.name = "formulas",
                  .doc = "one model each: \"trade ~ x | exporter^year + importer^year\""}),
      make_field(&EstimateStudy::agreements,
                 {.name = "agreements",
                  .doc = "agreements to add as 0/1 columns named in lower case: EAEU adds eaeu"}),
      make_field(&EstimateStudy::agreement_files,
                 {.name = "agreement_files", .doc = "agreement tables of your own, read on top"}),
      make_enum_field<&EstimateStudy::reported>(
          {.name = "reported",
           .doc = "whose report becomes trade where a table has both sides; _first falls back on "
                  "the other side"},
          {"importer_first", "exporter_first", "importer_only", "exporter_only"}),
      make_field(&EstimateStudy::outputs,
                 {.name = "outputs",
                  .doc = "files to write, each in the format of its ending: .txt .md .html .tex "
                         ".typ .csv .json .docx"})};
}

StudyResult run_estimate(const Study& study, Context& context) {
  check_sections(study, {"estimate", "options", "table"});
  const auto request = read_section<EstimateStudy>(study, "estimate");
  const auto options = read_section<estimation::EstimateOptions>(study, "options");
  const auto layout = read_section<estimation::RegressionTableOptions>(study, "table");
  if (request.formulas.empty() || request.data.empty()) {
    throw InputError({.code = "missing-option",
                      .what = request.data.empty() ? "no table to estimate on" : "no formula",
                      .where = study.where,
                      .why = "an estimate needs a table and at least one formula",
                      .fixes = {"altyn estimate --data trade.csv \"trade ~ rta | exporter^year + "
                                "importer^year + exporter^importer\""}});
  }

  DataSources sources(study.folder);
  data::SampleLedger read_ledger;
  data::Table table = sources.read(request.data, {}, &read_ledger);
  add_trade(table, request.reported);
  if (!request.agreements.empty()) {
    std::vector<std::string> files = {sources.find("agreements_eaeu"),
                                      sources.find("agreements_world")};
    for (const std::string& file : request.agreement_files) files.push_back(sources.find(file));
    add_agreements(table, data::AgreementRegistry::read(files), request.agreements);
  }

  std::vector<estimation::Estimate> estimates;
  StudyResult result;
  for (const std::string& formula : request.formulas) {
    estimates.push_back(estimation::estimate(table, formula, options, context));
    result.certificates.push_back(estimates.back().certificate);
  }
  using estimation::TableFormat;
  if (estimates.size() == 1) {
    result.text = estimates.front().to_text();
  } else {
    result.text = estimation::render_table(estimates, layout, TableFormat::kText);
  }
  result.value =
      nlohmann::json::parse(estimation::render_table(estimates, layout, TableFormat::kJson));
  for (const std::string& output : request.outputs) {
    result.files.push_back(
        {output, estimation::render_table(estimates, layout, estimation::table_format_of(output))});
  }
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
