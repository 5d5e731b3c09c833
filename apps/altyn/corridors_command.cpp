#include <fmt/format.h>

#include <filesystem>

#include "altyn/data/document.h"
#include "altyn/study/scenario.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct CorridorsRequest {
  std::string action;
  std::string file;
  std::string output;
  std::vector<std::string> welfare;
  study::ScenarioModel model;
  std::vector<std::string> model_given;
};

int run_corridors(Session& session, const CorridorsRequest& request) {
  study::Study study{.kind = "corridors",
                     .content = data::read_document(request.file).value,
                     .where = request.file,
                     .folder = std::filesystem::path(request.file).parent_path().string()};
  study.content.erase("study");
  study.content["file"] = request.file;
  study.content["action"] = request.action;
  if (!request.welfare.empty()) study.content["welfare"] = request.welfare;
  const nlohmann::json flags = section_of(request.model, request.model_given);
  if (!flags.empty()) study.content["flags"] = flags;
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_corridors_command(CLI::App& app, Session& session, const Finish& finish) {
  CLI::App* command = app.add_subcommand(
      "corridors", "Routes, ports and crossings: their costs, traffic, value, and what changes do");
  command->require_subcommand(1);
  command->footer(
      "\nExamples:\n  altyn corridors show cases/eaeu/corridors-2016.toml\n"
      "  altyn corridors traffic cases/eaeu/corridors-2016.toml\n"
      "  altyn corridors value cases/eaeu/corridors-2016.toml --welfare KAZ\n"
      "  altyn corridors run cases/eaeu/corridors-caspian.toml -o out/caspian");
  constexpr std::pair<const char*, const char*> kActions[] = {
      {"show", "Links with their length, time, fees and cost"},
      {"traffic", "The value of trade that passes every link"},
      {"value", "Links by what a 1% cheaper link is worth"},
      {"run", "Solve the changes of a scenario in general equilibrium"}};
  for (const auto& [name, about] : kActions) {
    auto request = std::make_shared<CorridorsRequest>();
    request->action = name;
    CLI::App* action = command->add_subcommand(name, about);
    action->add_option("scenario", request->file, "scenario file (.toml, .json)")->required();
    action->add_option("--output,-o", request->output, "folder for tables and run.json");
    add_flags(*action, request->model, request->model_given);
    if (request->action == "value") {
      action->add_option("--welfare", request->welfare,
                         "economies and regions whose real income counts; default: the members");
    }
    action->callback([&session, finish, request] {
      finish([&session, request] { return run_corridors(session, *request); });
    });
  }
}

}  // namespace altyn::app
