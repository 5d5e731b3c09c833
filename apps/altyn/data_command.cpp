#include <nlohmann/json.hpp>

#include "altyn/data/checks.h"
#include "altyn/data/trade_columns.h"
#include "altyn/study/data_check_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct Request {
  std::string table;
  std::vector<std::string> outputs;
  study::DataCheckStudy study;
  data::ColumnChoices columns;
  data::CheckOptions options;
  std::vector<std::string> study_given, columns_given, options_given;
};

int run(Session& session, const Request& request) {
  study::Study study{.kind = "data_check", .content = {}, .where = "command line", .folder = ""};
  study.content["data"] = section_of(request.study, request.study_given);
  study.content["data"]["table"] = request.table;
  study.content["data"]["outputs"] = request.outputs;
  study.content["columns"] = section_of(request.columns, request.columns_given);
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(session, study, "",
                      request.outputs.empty() ? "" : request.outputs.front() + ".run.json");
}

}  // namespace

void add_data_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<Request>();
  CLI::App* data_command = app.add_subcommand("data", "Look at trade tables");
  data_command->require_subcommand(1);
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
    finish([&session, request] { return run(session, *request); });
  });
}

}  // namespace altyn::app
