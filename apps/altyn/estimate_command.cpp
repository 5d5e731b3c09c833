#include <nlohmann/json.hpp>

#include "altyn/estimation/estimate.h"
#include "altyn/estimation/regression_table.h"
#include "altyn/study/estimate_study.h"
#include "altyn/study/follow_up.h"
#include "commands.h"
#include "option_flags.h"
#include "study_command.h"

namespace altyn::app {
namespace {

/// A section of the study and the names of the fields that the user set in it.
template <class S>
struct Section {
  S options;
  std::vector<std::string> given;
  void add_flags_to(CLI::App& command, const std::vector<std::string>& without = {}) {
    add_flags(command, options, given, without);
  }
  void write(study::Study& study, const char* name) const {
    study.content[name] = section_of(options, given);
  }
};

struct EstimateRequest {
  std::vector<std::string> formulas;
  std::vector<std::string> outputs;
  Section<study::EstimateStudy> study;
  Section<estimation::EstimateOptions> options;
  Section<estimation::RegressionTableOptions> table;
  Section<study::FollowUp> follow_up;
  Section<estimation::BootstrapOptions> bootstrap;
  Section<estimation::JackknifeOptions> jackknife;
  Section<estimation::PenalisedOptions> penalty;
  Section<estimation::PlotOptions> plot;
};

int run_estimate(Session& session, const EstimateRequest& request) {
  study::Study study{.kind = "estimate", .content = {}, .where = "command line", .folder = ""};
  request.study.write(study, "estimate");
  request.options.write(study, "options");
  request.table.write(study, "table");
  request.follow_up.write(study, "follow_up");
  request.bootstrap.write(study, "bootstrap");
  request.jackknife.write(study, "jackknife");
  request.penalty.write(study, "penalty");
  request.plot.write(study, "plot");
  study.content["estimate"]["formulas"] = request.formulas;
  study.content["estimate"]["outputs"] = request.outputs;
  const study::FollowUp& after = request.follow_up.options;
  std::vector<std::string> files = request.outputs;
  for (const std::string& file : {after.predictions, after.effects_file, after.resistances}) {
    if (!file.empty()) files.push_back(file);
  }
  files.insert(files.end(), after.plots.begin(), after.plots.end());
  return run_and_show(session, study, "", files.empty() ? "" : files.front() + ".run.json");
}

}  // namespace

void add_estimate_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<EstimateRequest>();
  CLI::App* command =
      app.add_subcommand("estimate", "Estimate a gravity model with absorbed effects");
  command->add_option("formula", request->formulas,
                      "\"trade ~ x | exporter^year + importer^year\"; several give a table");
  command->add_option("--output,-o", request->outputs,
                      "files to write, each in the format of its ending: .txt .md .html .tex .typ "
                      ".csv .json .docx; the run record stands beside the first");
  request->study.add_flags_to(*command, {"formulas", "outputs"});
  request->options.add_flags_to(*command);
  request->table.add_flags_to(*command);
  request->follow_up.add_flags_to(*command);
  request->bootstrap.add_flags_to(*command);
  request->jackknife.add_flags_to(*command);
  request->penalty.add_flags_to(*command);
  request->plot.add_flags_to(*command);
  command->footer(
      "\nExamples:\n"
      "  altyn estimate --data trade.csv \\\n"
      "      \"trade ~ rta | exporter^year + importer^year + exporter^importer\" "
      "--cluster exporter^importer\n"
      "  altyn estimate --data world_trade --agreements EAEU,EU \\\n"
      "      \"trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer\" \\\n"
      "      --cluster exporter^importer -o out/eaeu.tex -o out/eaeu.docx\n"
      "  altyn estimate --data world_trade --agreements EAEU --cohorts eaeu \\\n"
      "      \"trade ~ etwfe(eaeu_cohort, year) | exporter^year + importer^year + "
      "exporter^importer\" \\\n"
      "      --cluster exporter^importer --plots out/eaeu.svg");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_estimate(session, *request); });
  });
}

}  // namespace altyn::app
