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

struct SimulateRequest {
  std::vector<std::string> files;
  std::string versus;
  std::string output;
  study::ScenarioModel model;
  std::vector<std::string> model_given;
};

study::Study study_of(const SimulateRequest& request) {
  study::Study study{
      .kind = "simulate", .content = nlohmann::json::object(), .where = "", .folder = ""};
  if (request.files.size() == 1) {
    const std::string& file = request.files.front();
    study.content = data::read_document(file).value;
    study.content.erase("study");
    study.content["file"] = file;
    study.where = file;
    study.folder = std::filesystem::path(file).parent_path().string();
    if (!request.versus.empty()) {
      const std::filesystem::path from = study.folder.empty() ? "." : study.folder;
      study.content["scenario"]["versus"] =
          std::filesystem::relative(request.versus, from).string();
    }
  } else {
    study.content["scenarios"] = request.files;
    study.where = "command line";
  }
  const nlohmann::json flags = section_of(request.model, request.model_given);
  if (!flags.empty()) study.content["flags"] = flags;
  return study;
}

int run_simulate(Session& session, const SimulateRequest& request) {
  return run_and_show(session, study_of(request), request.output,
                      request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_simulate_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<SimulateRequest>();
  CLI::App* command = app.add_subcommand(
      "simulate", "Solve a scenario in general equilibrium, or several side by side");
  command->add_option("scenario", request->files, "scenario files (.toml, .json)")->required();
  CLI::Option* versus =
      command->add_option("--versus", request->versus, "scenario file to compare with");
  command->add_option("--output,-o", request->output,
                      "folder for report.html, report.md, tables and run.json");
  add_flags(*command, request->model, request->model_given);
  command->footer(
      "\nExamples:\n  altyn simulate cases/eaeu/no-union.toml\n"
      "  altyn simulate cases/eaeu/kazakhstan-leaves-*.toml -o out/kazakhstan\n"
      "  altyn simulate cases/eaeu/no-union.toml --theta 4 --deficits additive -o out/x");
  command->callback([&session, finish, request, versus] {
    if (!request->versus.empty() && request->files.size() > 1) {
      throw CLI::ValidationError(versus->get_name(), "takes one scenario");
    }
    finish([&session, request] { return run_simulate(session, *request); });
  });
}

}  // namespace altyn::app
