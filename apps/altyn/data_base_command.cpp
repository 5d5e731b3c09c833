#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "altyn/data/io_table.h"
#include "altyn/equilibrium/io_base.h"
#include "altyn/study/data_base_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct Request {
  study::DataBaseStudy study;
  equilibrium::IoBaseOptions options;
  std::string output;
  std::vector<std::string> study_given, options_given;
};

int run(Session& session, const Request& request) {
  study::Study study{.kind = "data_base", .content = {}, .where = "command line", .folder = ""};
  study.content["base"] = section_of(request.study, request.study_given);
  study.content["base"]["source"] = request.study.source;
  study.content["base"]["file"] = request.study.file;
  study.content["options"] = section_of(request.options, request.options_given);
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_data_base_command(CLI::App& data_command, Session& session, const Finish& finish) {
  auto request = std::make_shared<Request>();
  CLI::App* command = data_command.add_subcommand(
      "base", "Turn an input-output table into the base of a world of many sectors");
  std::string sources;
  for (const data::IoSource& source : data::io_sources()) {
    sources += fmt::format("\n  {:<9} {} ({})", source.name, source.title, source.provider);
  }
  command->add_option("source", request->study.source, "whose layout the file has")->required();
  command->add_option("file", request->study.file, "the table: .csv .gz .zip .xlsx")->required();
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
    finish([&session, request] { return run(session, *request); });
  });
}

}  // namespace altyn::app
