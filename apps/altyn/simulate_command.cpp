#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/data/document.h"
#include "altyn/study/scenario.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct Request {
  std::string file;
  std::string output;
  study::ScenarioModel model;
  std::vector<std::string> model_given;
};

int run(Session& session, const Request& request) {
  study::Study study{.kind = "simulate",
                     .content = data::read_document(request.file).value,
                     .where = request.file,
                     .folder = std::filesystem::path(request.file).parent_path().string()};
  study.content.erase("study");
  const nlohmann::json model = section_of(request.model, request.model_given);
  for (const auto& [key, value] : model.items()) study.content["model"][key] = value;
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_simulate_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<Request>();
  CLI::App* command = app.add_subcommand("simulate", "Solve a scenario in general equilibrium");
  command->add_option("scenario", request->file, "scenario file (.toml, .json)")->required();
  command->add_option("--output,-o", request->output,
                      "folder for report.md, key_results.csv, trade.csv and run.json");
  add_flags(*command, request->model, request->model_given);
  command->footer(
      "\nExamples:\n  altyn simulate cases/eaeu/no-union.toml\n"
      "  altyn simulate cases/eaeu/no-union.toml --theta 4 --deficits additive -o out/x");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run(session, *request); });
  });
}

}  // namespace altyn::app
