#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "altyn/data/checks.h"
#include "altyn/data/import_source.h"
#include "altyn/data/trade_columns.h"
#include "altyn/study/data_check_study.h"
#include "altyn/study/data_import_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct DataCheckRequest {
  std::string table;
  std::vector<std::string> outputs;
  study::DataCheckStudy study;
  data::ColumnChoices columns;
  data::CheckOptions options;
  std::vector<std::string> study_given, columns_given, options_given;
};

int run_data_check(Session& session, const DataCheckRequest& request) {
  study::Study study{.kind = "data_check", .content = {}, .where = "command line", .folder = ""};
  study.content["data"] = section_of(request.study, request.study_given);
  study.content["data"]["table"] = request.table;
  study.content["data"]["outputs"] = request.outputs;
  study.content["columns"] = section_of(request.columns, request.columns_given);
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(session, study, "",
                      request.outputs.empty() ? "" : request.outputs.front() + ".run.json");
}

struct ImportRequest {
  study::DataImportStudy study;
  data::ImportOptions options;
  std::vector<std::string> study_given, options_given;
};

int run_import(Session& session, const ImportRequest& request) {
  study::Study study{.kind = "data_import", .content = {}, .where = "command line", .folder = ""};
  study.content["import"] = section_of(request.study, request.study_given);
  study.content["import"]["source"] = request.study.source;
  study.content["import"]["files"] = request.study.files;
  study.content["import"]["outputs"] = request.study.outputs;
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(
      session, study, "",
      request.study.outputs.empty() ? "" : request.study.outputs.front() + ".run.json");
}

void add_import(CLI::App& data_command, Session& session, const Finish& finish) {
  auto request = std::make_shared<ImportRequest>();
  CLI::App* command = data_command.add_subcommand(
      "import", "Turn files of a published data set into one table of the project's layout");
  std::string sources;
  for (const data::SourceLayout& layout : data::source_layouts()) {
    sources += fmt::format("\n  {:<14} {} ({})", layout.name, layout.title, layout.provider);
  }
  command->add_option("source", request->study.source, "whose layout the files have")->required();
  command
      ->add_option("files", request->study.files,
                   "the files: .csv .tsv .txt .gz .zip .parquet .json")
      ->required();
  command->add_option("--output,-o", request->study.outputs,
                      "files to write: .parquet .csv .csv.gz .json");
  add_flags(*command, request->study, request->study_given, {"source", "files", "outputs"});
  add_flags(*command, request->options, request->options_given);
  command->footer(
      "\nSources:" + sources +
      "\n\nExamples:\n  altyn data import baci BACI_HS17_Y20*.csv --codes country_codes.csv "
      "-o trade.parquet\n"
      "  altyn data import comtrade answer.json --code-digits 2 -o russia.csv\n"
      "  altyn data import wits_tariffs DataJobID-1.zip -o tariffs.parquet");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_import(session, *request); });
  });
}

}  // namespace

void add_data_command(CLI::App& app, Session& session, const Finish& finish) {
  CLI::App* data_command = app.add_subcommand("data", "Look at trade tables, and import them");
  data_command->require_subcommand(1);
  add_import(*data_command, session, finish);
  add_data_make_commands(*data_command, session, finish);
  add_fetch_command(*data_command, session, finish);
  auto request = std::make_shared<DataCheckRequest>();
  CLI::App* command = data_command->add_subcommand(
      "check", "Say in plain words what is missing, inflated, one-sided or falsely zero");
  command->add_option("table", request->table, "a file, or a bundled table by name")->required();
  command->add_option("--output,-o", request->outputs,
                      "files for the findings: .csv .csv.gz .parquet .json");
  add_flags(*command, request->study, request->study_given, {"table", "outputs", "reporter"});
  add_flags(*command, request->columns, request->columns_given, {"reporter"});
  command->add_option_function<std::string>(
      "--reporter",
      [request](const std::string& text) {
        request->study.reporter = text;
        request->study_given.push_back("reporter");
      },
      "whose months these are, an ISO code");
  add_flags(*command, request->options, request->options_given);
  command->footer(
      "\nExamples:\n  altyn data check world_trade\n"
      "  altyn data check russia_monthly_trade --compare-with world_trade\n"
      "  altyn data check trade.csv --exporter iso3_o --importer iso3_d --unit kusd");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_data_check(session, *request); });
  });
}

}  // namespace altyn::app
