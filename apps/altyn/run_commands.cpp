#include <fmt/format.h>

#include <filesystem>

#include "altyn/study/draw_parts.h"
#include "altyn/study/run_record.h"
#include "commands.h"
#include "study_command.h"

namespace altyn::app {
namespace {

struct RunRequest {
  std::string file;
  std::string output;
  std::string part;
};

std::string run_folder(const RunRequest& request) {
  if (!request.output.empty()) return request.output;
  return (std::filesystem::path("out") / std::filesystem::path(request.file).stem()).string();
}

int run_file(Session& session, const RunRequest& request) {
  const std::string folder = run_folder(request);
  const study::Study study = study::read_study(request.file);
  if (request.part.empty()) return run_and_show(session, study, folder, "run.json");
  const study::PartName name = study::read_part_name(request.part);
  const study::StudyResult result =
      study::run_part(study, name.part, name.n_parts, session.context());
  study::write_part(study, result, name.part, name.n_parts, folder, session.context());
  session.print(result.text);
  return result.certified() ? 0 : 2;
}

int merge_files(Session& session, const RunRequest& request) {
  const std::string folder = run_folder(request);
  const study::Study study = study::read_study(request.file);
  return show_and_write(session, study, study::merge_parts(study, folder, session.context()),
                        folder, "run.json");
}

int repeat(Session& session, const RunRequest& request) {
  const study::RerunResult repeated = study::rerun(request.file, request.output, session.context());
  if (!repeated.not_of_the_run.empty()) {
    session.print(
        fmt::format("Beside the record, but not of its run: {} (altered, or a later run was cut "
                    "short)\n",
                    fmt::join(repeated.not_of_the_run, ", ")));
  }
  if (repeated.different.empty()) {
    session.print(
        fmt::format("The same bytes: {} files as recorded.\n", repeated.result.files.size()));
    return repeated.not_of_the_run.empty() || !request.output.empty() ? 0 : 2;
  }
  session.print(
      fmt::format("Different from the record: {}\n", fmt::join(repeated.different, ", ")));
  return 2;
}

}  // namespace

void add_run_commands(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<RunRequest>();
  CLI::App* run_command = app.add_subcommand("run", "Run a study file");
  run_command
      ->add_option("study", request->file,
                   "study file: an estimate, a scenario, a network, a plan, a claim, ...")
      ->required();
  run_command->add_option("--output,-o", request->output, "folder for its files [out/NAME]");
  run_command->add_option("--part", request->part,
                          "k/n: solve the k-th of n shares of a scenario's draws, for merge");
  run_command->callback([&session, finish, request] {
    finish([&session, request] { return run_file(session, *request); });
  });

  auto parts = std::make_shared<RunRequest>();
  CLI::App* merge_command =
      app.add_subcommand("merge", "Put the parts of a study together: the same files as one run");
  merge_command->add_option("study", parts->file, "the study file of the parts")->required();
  merge_command->add_option("--output,-o", parts->output, "folder of the parts [out/NAME]");
  merge_command->callback([&session, finish, parts] {
    finish([&session, parts] { return merge_files(session, *parts); });
  });

  auto again = std::make_shared<RunRequest>();
  CLI::App* rerun_command =
      app.add_subcommand("rerun", "Repeat a run from its run.json and compare every byte");
  rerun_command->add_option("record", again->file, "the run.json of a run")->required();
  rerun_command->add_option("--output,-o", again->output,
                            "folder for the files; without it, compare only");
  rerun_command->callback(
      [&session, finish, again] { finish([&session, again] { return repeat(session, *again); }); });
}

}  // namespace altyn::app
