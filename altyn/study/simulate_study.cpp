#include "altyn/study/simulate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/data/document.h"
#include "altyn/study/capital_answer.h"
#include "altyn/study/central_solve.h"
#include "altyn/study/extends.h"
#include "altyn/study/ge_ppml_study.h"
#include "altyn/study/partial_study.h"
#include "altyn/study/policy_answer.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/scenario_report.h"
#include "altyn/study/sections.h"
#include "altyn/study/sector_scenario.h"
#include "altyn/study/sector_study.h"

namespace altyn::study {
namespace {

using nlohmann::json;

bool has_part(const SimulateCaller& caller) {
  return caller.shared != nullptr && !caller.shared->merging;
}

ScenarioAnswer answer(const CentralSolve& solved, const SimulateCaller& caller, Context& context) {
  const Scenario& scenario = solved.scenario();
  ScenarioAnswer found;
  if (solved.failure().empty()) {
    DrawsSoFar on_draws;
    if (caller.on_draws) {
      on_draws = [&](const ScenarioDraws& draws) { caller.on_draws(solved.setting(), draws); };
    }
    const ScenarioDraws draws =
        run_draws([&](const Values& values) { return solved.setting().at(values); },
                  solved.setting().parents(), solved.assumptions(), solved.versus() != nullptr,
                  scenario.model.n_draws, solved.options(), context, on_draws, caller.shared,
                  scenario.head.name);
    const auto parts = solved.parts(context);
    found = answer_of(solved.with(draws, parts ? &*parts : nullptr));
  } else {
    found.name = scenario.head.name;
    found.failure = solved.failure();
  }
  found.certificates = solved.certificates();
  if (found.failure.empty() && !has_part(caller)) {
    add_contributions(found, solved, context);
    if (!scenario.capital) add_phase_in(found, solved, context);
  }
  if (found.failure.empty() && scenario.capital && !has_part(caller)) {
    add_capital_path(found, solved.setting(), solved.assumptions(), *scenario.capital,
                     solved.setting().year(), scenario.model.n_draws, solved.options(), context);
  }
  return found;
}

SimulatedScenario simulate_one_sector(const Study& study, const SimulateCaller& caller,
                                      Context& context) {
  DataSources sources(study);
  const CentralSolve solved(study, sources, caller.tables, Effects::kAllStages, context);
  return finished_run(answer(solved, caller, context), answer_text, study,
                      options_to_json(solved.scenario().model), sources, context);
}

SimulatedScenario simulate(const Study& study, const SimulateCaller& caller, Context& context) {
  DataSources sources(study);
  const json content = extended_content(study, sources);
  if (content.contains("smart") || content.contains("gsim")) {
    return simulate_partial(study, context, caller.shared);
  }
  if (content.contains("ge_ppml")) return simulate_ge_ppml(study, context, caller.shared);
  return has_sectors(content) ? simulate_sectors(study, context, caller.shared)
                              : simulate_one_sector(study, caller, context);
}

Study study_of_file(const Study& batch, const std::string& file, const std::string& path) {
  Study study{.kind = batch.kind,
              .content = data::read_document(path).value,
              .where = file,
              .folder = std::filesystem::path(path).parent_path().string(),
              .shelf = batch.shelf,
              .tables = batch.tables};
  study.content.erase("study");
  if (batch.content.contains("flags")) study.content["flags"] = batch.content.at("flags");
  return study;
}

// The comparison as the page takes it: its bars are named by economy and scenario together.
json comparison_value(const std::vector<ScenarioAnswer>& answers) {
  attribution::ResultTable table = comparison_of(answers);
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const auto& a, const auto& b) { return text_of(a[1]) < text_of(b[1]); });
  for (auto& row : table.rows) {
    row[2] = text_of(row[2]) + ": " + text_of(row[0]);
    row[1] = text_of(row[1]) + " " + text_of(row[0]);
  }
  ScenarioAnswer all{.name = "comparison",
                     .title = "Scenarios side by side",
                     .about = "",
                     .certificates = {},
                     .failure = "",
                     .summary = {},
                     .notes = {},
                     .tables = {std::move(table)}};
  for (const ScenarioAnswer& answer : answers) {
    all.summary.push_back(
        fmt::format("{}: {}", answer.name, answer.failure.empty() ? answer.title : answer.failure));
    all.certificates.insert(all.certificates.end(), answer.certificates.begin(),
                            answer.certificates.end());
  }
  return to_json(all);
}

StudyResult run_batch(const Study& study, const SimulateCaller& caller, Context& context) {
  check_sections(study, {"scenarios", "flags"});
  StudyResult result;
  std::vector<ScenarioAnswer> answers;
  std::set<std::string> names;
  DataSources all(study);
  std::string files;
  json options;
  for (const json& entry : study.content.at("scenarios")) {
    const auto file = entry.get<std::string>();
    SimulatedScenario run = simulate(study_of_file(study, file, all.find(file)), caller, context);
    if (!names.insert(run.answer.name).second) {
      throw InputError({.code = "duplicate-name",
                        .what = fmt::format("two scenarios are named {}", run.answer.name),
                        .where = file,
                        .why = "each writes into a folder of its name"});
    }
    for (const InputFile& input : run.result.inputs) {
      const bool known =
          std::any_of(result.inputs.begin(), result.inputs.end(),
                      [&](const InputFile& other) { return other.path == input.path; });
      if (!known) result.inputs.push_back(input);
    }
    for (OutputFile& output : run.result.files) {
      output.name = run.answer.name + "/" + output.name;
      result.files.push_back(std::move(output));
    }
    result.certificates.insert(result.certificates.end(), run.result.certificates.begin(),
                               run.result.certificates.end());
    if (run.result.value.contains("run")) options = run.result.value["run"]["options"];
    files += (files.empty() ? "" : " ") + file;
    answers.push_back(std::move(run.answer));
  }
  for (const InputFile& input : all.inputs()) result.inputs.push_back(input);
  if (has_part(caller)) return result;  // nothing to compare before all parts are there
  result.text = comparison_text(answers);
  result.value = comparison_value(answers);
  add_record(result, study, files, options, all, context);
  add_report_files(result);
  result.files.push_back({"comparison.csv", attribution::to_data_table(comparison_of(answers))});
  return result;
}

}  // namespace

StudyResult run_simulation(const Study& study, Context& context, const SimulateCaller& caller) {
  if (study.content.contains("scenarios")) return run_batch(study, caller, context);
  // The name of the file, where the scenario was read from one; a repeated run has it too.
  Study named = study;
  named.where = study.content.value("file", study.where);
  named.content.erase("file");
  return simulate(named, caller, context).result;
}

}  // namespace altyn::study
