#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "altyn/data/concordance.h"
#include "altyn/data/domestic_trade.h"
#include "altyn/data/io_table.h"
#include "altyn/data/trade_columns.h"
#include "altyn/equilibrium/io_base.h"
#include "altyn/estimation/mirror_reconciliation.h"
#include "altyn/study/data_base_study.h"
#include "altyn/study/data_convert_study.h"
#include "altyn/study/data_reconcile_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct BaseRequest {
  study::DataBaseStudy study;
  equilibrium::IoBaseOptions options;
  std::string output;
  std::vector<std::string> study_given, options_given;
};

int run_base(Session& session, const BaseRequest& request) {
  study::Study study{.kind = "data_base", .content = {}, .where = "command line", .folder = ""};
  study.content["base"] = section_of(request.study, request.study_given);
  study.content["base"]["source"] = request.study.source;
  study.content["base"]["file"] = request.study.file;
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

struct ReconcileRequest {
  study::DataReconcileStudy study;
  data::ColumnChoices columns;
  estimation::ReconcileOptions options;
  data::DomesticOptions domestic;
  std::vector<std::string> study_given, columns_given, options_given, domestic_given;
};

// The record of a run stands beside its first output; without one nothing is written.
std::string record_beside(const std::vector<std::string>& outputs) {
  return outputs.empty() ? "" : outputs.front() + ".run.json";
}

int run_reconcile(Session& session, const ReconcileRequest& request) {
  study::Study study{
      .kind = "data_reconcile", .content = {}, .where = "command line", .folder = ""};
  study.content["reconcile"] = section_of(request.study, request.study_given);
  study.content["reconcile"]["table"] = request.study.table;
  study.content["reconcile"]["outputs"] = request.study.outputs;
  study.content["columns"] = section_of(request.columns, request.columns_given);
  study.content["options"] = section_of(request.options, request.options_given);
  study.content["domestic"] = section_of(request.domestic, request.domestic_given);
  return run_and_show(session, study, "", record_beside(request.study.outputs));
}

struct ConvertRequest {
  study::DataConvertStudy study;
  data::ConvertOptions options;
  std::vector<std::string> study_given, options_given;
};

int run_convert(Session& session, const ConvertRequest& request) {
  study::Study study{.kind = "data_convert", .content = {}, .where = "command line", .folder = ""};
  study.content["convert"] = section_of(request.study, request.study_given);
  study.content["convert"]["table"] = request.study.table;
  study.content["convert"]["map"] = request.study.map;
  study.content["convert"]["outputs"] = request.study.outputs;
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(session, study, "", record_beside(request.study.outputs));
}

void add_base(CLI::App& data_command, Session& session, const Finish& finish) {
  auto request = std::make_shared<BaseRequest>();
  CLI::App* command = data_command.add_subcommand(
      "base", "Turn an input-output table into the base of a world of many sectors");
  std::string sources;
  for (const data::IoSource& source : data::io_sources()) {
    sources += fmt::format("\n  {:<9} {} ({})", source.name, source.title, source.provider);
  }
  command->add_option("source", request->study.source, "whose layout the file has")->required();
  command->add_option("file", request->study.file, "the table: .csv .gz .zip .xlsx .xls")
      ->required();
  command->add_option(
      "--output,-o", request->output,
      "folder for the tables, base.toml for scenarios, base.json with every gap and "
      "repair, and run.json");
  add_flags(*command, request->study, request->study_given, {"source", "file"});
  add_flags(*command, request->options, request->options_given);
  command->footer(
      "\nSources:" + sources +
      "\n\nExamples:\n  altyn data base icio 2018_SML.csv --theta 5 -o base\n"
      "  altyn data base wiod2016 WIOT2014.csv --economies regions.csv --sectors groups.csv "
      "--elasticities theta.csv --tariffs tariffs.csv -o base");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_base(session, *request); });
  });
}

void add_reconcile(CLI::App& data_command, Session& session, const Finish& finish) {
  auto request = std::make_shared<ReconcileRequest>();
  CLI::App* command = data_command.add_subcommand(
      "reconcile", "One figure with an interval for every flow that both sides record");
  command->add_option("table", request->study.table, "a file, or a bundled table by name")
      ->required();
  command->add_option("--output,-o", request->study.outputs,
                      "files for the flows: .parquet .csv .csv.gz .json");
  add_flags(*command, request->study, request->study_given, {"table", "outputs", "output"});
  command->add_option_function<std::string>(
      "--gross-output",
      [request](const std::string& text) {
        request->study.output = text;
        request->study_given.emplace_back("output");
      },
      "table of gross output of goods: adds what economies sell at home; comes before --gdp");
  add_flags(*command, request->columns, request->columns_given);
  add_flags(*command, request->options, request->options_given);
  add_flags(*command, request->domestic, request->domestic_given);
  command->footer(
      "\nExamples:\n  altyn data reconcile world_trade --focus RUS,KAZ --gaps gaps.csv -o "
      "trade.csv\n"
      "  altyn data reconcile world_trade --gdp gdp -o trade.parquet");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_reconcile(session, *request); });
  });
}

void add_convert(CLI::App& data_command, Session& session, const Finish& finish) {
  auto request = std::make_shared<ConvertRequest>();
  CLI::App* command = data_command.add_subcommand(
      "convert", "Codes of another nomenclature, sectors and regions of your own, by concordances");
  command->add_option("table", request->study.table, "a file, or a bundled table by name")
      ->required();
  command
      ->add_option("--map", request->study.map,
                   "COLUMN=CONCORDANCE[,CONCORDANCE], a table of columns from, to and, if need "
                   "be, weight, first_year, last_year, or one as the United Nations, WITS or the R "
                   "package concordance publish it; reverse:CONCORDANCE is read from right to "
                   "left; economy=... for exporters and importers")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--output,-o", request->study.outputs,
                      "files to write: .parquet .csv .csv.gz .json");
  add_flags(*command, request->study, request->study_given, {"table", "map", "outputs"});
  add_flags(*command, request->options, request->options_given);
  command->footer(
      "\nExamples:\n  altyn data convert trade.parquet --map sector=HS2022toHS2017.xlsx,"
      "HS2017toHS2012.xlsx -o hs12.parquet\n"
      "  altyn data convert trade.parquet --map sector=reverse:HS2017toHS2012.xlsx --sheet "
      "correlation --split-by trade-hs17.parquet -o hs17.parquet\n"
      "  altyn data convert trade.parquet --map sector=hs_sections --map economy=regions.csv "
      "-o small.csv\n"
      "  altyn data convert tariffs.csv --map sector=hs-to-icio.csv --weigh-by imports_musd "
      "-o duties.csv");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_convert(session, *request); });
  });
}

}  // namespace

void add_data_make_commands(CLI::App& data_command, Session& session, const Finish& finish) {
  add_base(data_command, session, finish);
  add_reconcile(data_command, session, finish);
  add_convert(data_command, session, finish);
}

}  // namespace altyn::app
