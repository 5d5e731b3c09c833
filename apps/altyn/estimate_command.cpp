#include <nlohmann/json.hpp>

#include "altyn/estimation/estimate.h"
#include "altyn/estimation/regression_table.h"
#include "altyn/study/estimate_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct Request {
  std::vector<std::string> formulas;
  std::vector<std::string> outputs;
  study::EstimateStudy study;
  estimation::EstimateOptions options;
  estimation::RegressionTableOptions table;
  std::vector<std::string> study_given, options_given, table_given;
};

int run(Session& session, const Request& request) {
  study::Study study{.kind = "estimate", .content = {}, .where = "command line", .folder = ""};
  study.content["estimate"] = section_of(request.study, request.study_given);
  study.content["estimate"]["formulas"] = request.formulas;
  study.content["options"] = section_of(request.options, request.options_given);
  study.content["table"] = section_of(request.table, request.table_given);
  study.content["estimate"]["outputs"] = request.outputs;
  const std::string record = request.outputs.empty() ? "" : request.outputs.front() + ".run.json";
  return run_and_show(session, study, "", record);
}

}  // namespace

void add_estimate_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<Request>();
  CLI::App* command =
      app.add_subcommand("estimate", "Estimate a gravity model with absorbed effects");
  command->add_option("formula", request->formulas,
                      "\"trade ~ x | exporter^year + importer^year\"; several give a table");
  command->add_option("--output,-o", request->outputs,
                      "files to write, each in the format of its ending: .txt .md .html .tex .typ "
                      ".csv .json .docx; the run record stands beside the first");
  add_flags(*command, request->study, request->study_given, {"formulas", "outputs"});
  add_flags(*command, request->options, request->options_given);
  add_flags(*command, request->table, request->table_given);
  command->footer(
      "\nExamples:\n"
      "  altyn estimate --data trade.csv \\\n"
      "      \"trade ~ rta | exporter^year + importer^year + exporter^importer\" "
      "--cluster exporter^importer\n"
      "  altyn estimate --data world_trade --agreements EAEU,EU \\\n"
      "      \"trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer\" \\\n"
      "      --cluster exporter^importer -o out/eaeu.tex -o out/eaeu.docx");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run(session, *request); });
  });
}

}  // namespace altyn::app
