#include "altyn/study/data_check_study.h"

#include <fmt/format.h>

#include <optional>

#include "altyn/core/errors.h"
#include "altyn/data/checks.h"
#include "altyn/data/monthly_trade.h"
#include "altyn/data/pair_panel.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

// A table of one reporter's months has a month and a partner, and no exporter.
bool is_monthly(const data::TradeColumns& columns) {
  return columns.find(data::Role::kMonth) != nullptr &&
         columns.find(data::Role::kPartner) != nullptr &&
         columns.find(data::Role::kExporter) == nullptr;
}

std::string reporter_of(const DataCheckStudy& request, const data::Table& table,
                        const DataSources& sources) {
  if (!request.reporter.empty()) return request.reporter;
  const data::CaseFile* file = sources.bundled(InputFile{.path = table.source(), .sha256 = ""});
  if (file != nullptr && file->name == "russia_monthly_trade") return "RUS";
  throw InputError({.code = "missing-option",
                    .what = "the table does not say whose trade it is",
                    .where = table.source(),
                    .why = "exports and imports are seen from the reporter",
                    .fixes = {"--reporter RUS"}});
}

struct Loaded {
  std::optional<data::PairPanel> panel;
  std::optional<data::MonthlyTrade> months;
};

void load(const DataCheckStudy& request, const std::string& name,
          const data::ColumnChoices& choices, DataSources& sources, Loaded& loaded) {
  const data::Table table = sources.read(name);
  if (is_monthly(data::find_trade_columns(table, choices))) {
    loaded.months =
        data::MonthlyTrade::from_table(table, reporter_of(request, table, sources), choices);
  } else {
    loaded.panel = data::load_pair_panel(table, choices);
  }
}

std::string describe(const Loaded& loaded, const std::vector<data::Finding>& findings) {
  std::string text;
  if (loaded.panel) {
    text += fmt::format("\033[1m{}\033[0m\n", loaded.panel->table.source());
    for (const std::string& sentence : loaded.panel->detected) {
      text += fmt::format("  detected: {}\n", sentence);
    }
    text += loaded.panel->ledger.to_text();
  }
  if (loaded.months) {
    text += fmt::format("\033[1m{}\033[0m\n", loaded.months->source());
    for (const std::string& sentence : loaded.months->detected()) {
      text += fmt::format("  detected: {}\n", sentence);
    }
  }
  if (findings.empty()) text += "\nNothing odd was found.\n";
  for (const data::Finding& finding : findings) {
    const char* colour = finding.severity == data::Severity::kError     ? "\033[31m"
                         : finding.severity == data::Severity::kWarning ? "\033[33m"
                                                                        : "\033[2m";
    text += fmt::format("\n{}{}\033[0m [{}] {}\n", colour, data::to_string(finding.severity),
                        finding.check, finding.sentence);
  }
  return text;
}

// The same for a page.
nlohmann::json value_of(const Loaded& loaded, const std::vector<data::Finding>& findings) {
  nlohmann::json value = {{"schema", "altyn.findings/1"},
                          {"tables", nlohmann::json::array()},
                          {"findings", nlohmann::json::array()}};
  if (loaded.panel) {
    const data::SampleLedger& ledger = loaded.panel->ledger;
    value["tables"].push_back({{"source", loaded.panel->table.source()},
                               {"detected", loaded.panel->detected},
                               {"rows_read", ledger.rows_read()},
                               {"rows_used", ledger.rows_used()}});
  }
  if (loaded.months) {
    value["tables"].push_back(
        {{"source", loaded.months->source()}, {"detected", loaded.months->detected()}});
  }
  for (const data::Finding& finding : findings) {
    value["findings"].push_back({{"severity", data::to_string(finding.severity)},
                                 {"check", finding.check},
                                 {"sentence", finding.sentence},
                                 {"where", finding.where},
                                 {"stake_musd", finding.stake_musd},
                                 {"n_rows", finding.rows.n_rows()}});
  }
  return value;
}

}  // namespace

std::vector<Field<DataCheckStudy>> DataCheckStudy::fields() {
  return {make_field(&DataCheckStudy::table,
                     {.name = "table", .doc = "the table: a file or a bundled table by name"}),
          make_field(&DataCheckStudy::reporter,
                     {.name = "reporter", .doc = "whose months these are, an ISO code"}),
          make_field(&DataCheckStudy::compare_with,
                     {.name = "compare_with",
                      .doc = "a second table of the other form, to hold months against years"}),
          make_field(
              &DataCheckStudy::outputs,
              {.name = "outputs", .doc = "files for the findings: .csv .csv.gz .parquet .json"})};
}

StudyResult run_data_check(const Study& study, Context&) {
  check_sections(study, {"data", "columns", "options"});
  const auto request = read_section<DataCheckStudy>(study, "data");
  const auto choices = read_section<data::ColumnChoices>(study, "columns");
  const auto options = read_section<data::CheckOptions>(study, "options");
  DataSources sources(study);
  Loaded loaded;
  load(request, request.table, choices, sources, loaded);
  if (!request.compare_with.empty()) load(request, request.compare_with, {}, sources, loaded);

  const std::vector<data::Finding> findings = data::check_trade(
      loaded.panel ? &*loaded.panel : nullptr, loaded.months ? &*loaded.months : nullptr, options);
  StudyResult result;
  result.text = describe(loaded, findings);
  result.value = value_of(loaded, findings);
  for (const std::string& output : request.outputs) {
    result.files.push_back({output, data::findings_table(findings)});
  }
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
