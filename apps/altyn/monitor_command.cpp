#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/attribution/goal.h"
#include "altyn/data/document.h"
#include "altyn/study/monitor_study.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct MonitorRequest {
  std::string file;
  std::string output;
  study::PlanHead plan;
  attribution::GoalOptions options;
  std::vector<std::string> plan_given, options_given;
};

int run_monitor(Session& session, const MonitorRequest& request) {
  study::Study study{.kind = "monitor",
                     .content = data::read_document(request.file).value,
                     .where = request.file,
                     .folder = std::filesystem::path(request.file).parent_path().string()};
  study.content.erase("study");
  study.content["file"] = request.file;
  for (const auto& [name, given] :
       {std::pair{"plan", section_of(request.plan, request.plan_given)},
        std::pair{"options", section_of(request.options, request.options_given)}}) {
    if (!given.empty()) study.content[name].update(given);
  }
  return run_and_show(session, study, request.output, request.output.empty() ? "" : "run.json");
}

}  // namespace

void add_monitor_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<MonitorRequest>();
  CLI::App* command = app.add_subcommand("monitor", "Follow the goals of a plan month by month");
  command->add_option("plan", request->file, "a plan file (.toml, .json)")->required();
  command->add_option("--output,-o", request->output,
                      "folder for report.html, report.md, key_results.csv, months.csv, "
                      "result.json and run.json");
  add_flags(*command, request->plan, request->plan_given, {"title", "in_our_words", "source"});
  add_flags(*command, request->options, request->options_given);
  command->footer(
      "\nExamples:\n  altyn monitor cases/eaeu/plan-2013-2015.toml -o out/plan\n"
      "  altyn monitor cases/eaeu/plan-2013-2015.toml --as-of 2014-06");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_monitor(session, *request); });
  });
}

}  // namespace altyn::app
