#include "altyn/study/simulate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/document.h"
#include "altyn/study/report_page.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/scenario_report.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorResult;
using nlohmann::json;

// The assumptions of both scenarios; what they share by name they must share in full.
std::vector<Assumption> joint_assumptions(const Scenario& scenario,
                                          const std::optional<Scenario>& versus) {
  std::vector<Assumption> list = assumptions_of(scenario);
  if (!versus) return list;
  for (const Assumption& other : assumptions_of(*versus)) {
    const auto same = std::find_if(list.begin(), list.end(),
                                   [&](const Assumption& one) { return one.name == other.name; });
    if (same == list.end()) {
      list.push_back(other);
    } else if (same->value != other.value || same->low != other.low || same->high != other.high ||
               same->se != other.se) {
      throw InputError({.code = "duplicate-name",
                        .what = fmt::format("{} has two values, {:g} and {:g}", other.name,
                                            same->value, other.value),
                        .where = versus->where,
                        .why = "an assumption is drawn by its name",
                        .fixes = {"give the [[change]] a name of its own"}});
    }
  }
  return list;
}

ScenarioAnswer solve(const Scenario& scenario, const std::optional<Scenario>& versus,
                     DataSources& sources, Context& context) {
  const std::vector<Assumption> assumptions = joint_assumptions(scenario, versus);
  const ScenarioSetting setting(scenario, versus, sources);
  const equilibrium::OneSectorOptions options{.closure = scenario.model.deficits};
  const ScenarioInstance instance = setting.at(central_values(assumptions));
  const OneSectorResult result =
      equilibrium::solve_one_sector(instance.base, instance.shock, options, context);
  OneSectorResult other;
  if (versus) {
    other = equilibrium::solve_one_sector(instance.base, instance.versus, options, context);
  }
  const bool solved = result.certificate.holds() && (!versus || other.certificate.holds());
  ScenarioAnswer answer;
  if (solved) {
    const ScenarioDraws draws =
        run_draws([&](const Values& values) { return setting.at(values); }, setting.parents(),
                  assumptions, versus.has_value(), scenario.model.n_draws, options, context);
    answer = answer_of(
        {scenario, setting, assumptions, instance, result, versus ? &other : nullptr, draws});
  } else {
    answer.name = scenario.head.name;
    answer.failure = result.certificate.holds() ? other.message : result.message;
  }
  answer.certificates = {result.certificate};
  if (versus) answer.certificates.push_back(other.certificate);
  return answer;
}

std::string flag_words(const Study& study) {
  std::string words;
  const json flags = study.content.value("flags", json::object());
  for (const auto& [key, value] : flags.items()) {
    std::string flag = key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    std::erase_if(text, [](char c) { return c == '[' || c == ']' || c == '"'; });
    words += fmt::format(" --{} {}", flag, text);
  }
  return words;
}

// What makes a result repeatable and says where its data come from.
void add_record(json& value, const Study& study, const std::string& files, const json& options,
                const DataSources& sources, const Context& context) {
  value["sources"] = json::array();
  json inputs = json::array();
  for (const InputFile& input : sources.inputs()) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
    if (const data::CaseFile* file = sources.bundled(input)) {
      value["sources"].push_back(
          attribution::to_json(attribution::Source{.file = file->file,
                                                   .provider = file->provider,
                                                   .licence = file->licence,
                                                   .sha256 = input.sha256,
                                                   .what = file->what}));
    } else {
      value["sources"].push_back(
          attribution::to_json(attribution::Source{.file = input.path, .sha256 = input.sha256}));
    }
  }
  value["run"] = {{"version", version()},
                  {"command", fmt::format("altyn simulate {}{}", files, flag_words(study))},
                  {"seed", context.seed},
                  {"n_draws", options.value("n_draws", json())},
                  {"inputs", std::move(inputs)},
                  {"options", options}};
}

struct OneRun {
  ScenarioAnswer answer;
  json value;
  std::vector<OutputFile> files;
};

OneRun run_one(const Study& study, DataSources& sources, Context& context) {
  const Scenario scenario = read_scenario(study, sources);
  std::optional<Scenario> versus;
  if (!scenario.head.versus.empty()) versus = read_versus(scenario, study, sources);
  OneRun run{.answer = solve(scenario, versus, sources, context), .value = {}, .files = {}};
  if (!run.answer.failure.empty()) return run;
  run.value = to_json(run.answer);
  add_record(run.value, study, study.where, options_to_json(scenario.model), sources, context);
  run.files.push_back({"report.html", report_html(run.value)});
  run.files.push_back({"report.md", without_colour(answer_text(run.answer))});
  run.files.push_back({"result.json", run.value.dump(1) + "\n"});
  const std::pair<const char*, const char*> tables[] = {{"economies", "key_results.csv"},
                                                        {"revenue", "revenue.csv"},
                                                        {"drivers", "drivers.csv"},
                                                        {"pairs", "trade.csv"},
                                                        {"assumptions", "assumptions.csv"}};
  for (const auto& [id, file] : tables) {
    for (const attribution::ResultTable& table : run.answer.tables) {
      if (table.id == id) run.files.push_back({file, attribution::to_data_table(table)});
    }
  }
  return run;
}

Study study_of_file(const Study& batch, const std::string& file) {
  const std::filesystem::path path = std::filesystem::path(batch.folder) / file;
  Study study{.kind = batch.kind,
              .content = data::read_document(path.string()).value,
              .where = file,
              .folder = path.parent_path().string(),
              .tables = batch.tables};
  study.content.erase("study");
  if (batch.content.contains("flags")) study.content["flags"] = batch.content.at("flags");
  return study;
}

// The comparison as the page takes it: its bars are named by economy and scenario together.
json comparison_value(const std::vector<ScenarioAnswer>& answers) {
  attribution::ResultTable table = comparison_of(answers);
  for (auto& row : table.rows) {
    const auto text = [](const attribution::Cell& cell) { return std::get<std::string>(cell); };
    row[2] = text(row[2]) + ": " + text(row[0]);
    row[1] = text(row[1]) + " " + text(row[0]);
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<std::string>(a[1]).substr(0, 3) < std::get<std::string>(b[1]).substr(0, 3);
  });
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

StudyResult run_batch(const Study& study, Context& context) {
  check_sections(study, {"scenarios", "flags"});
  StudyResult result;
  std::vector<ScenarioAnswer> answers;
  std::set<std::string> names;
  DataSources all(study);
  std::string files;
  json options;
  for (const json& entry : study.content.at("scenarios")) {
    const auto file = entry.get<std::string>();
    (void)all.find(file);
    const Study one = study_of_file(study, file);
    DataSources sources(one);
    OneRun run = run_one(one, sources, context);
    if (!names.insert(run.answer.name).second) {
      throw InputError({.code = "duplicate-name",
                        .what = fmt::format("two scenarios are named {}", run.answer.name),
                        .where = file,
                        .why = "each writes into a folder of its name"});
    }
    for (const InputFile& input : sources.inputs()) {
      const bool known =
          std::any_of(result.inputs.begin(), result.inputs.end(),
                      [&](const InputFile& other) { return other.path == input.path; });
      if (!known) result.inputs.push_back(input);
    }
    for (OutputFile& output : run.files) {
      output.name = run.answer.name + "/" + output.name;
      result.files.push_back(std::move(output));
    }
    result.certificates.insert(result.certificates.end(), run.answer.certificates.begin(),
                               run.answer.certificates.end());
    if (run.value.contains("run")) options = run.value["run"]["options"];
    files += (files.empty() ? "" : " ") + file;
    answers.push_back(std::move(run.answer));
  }
  for (const InputFile& input : all.inputs()) result.inputs.push_back(input);
  result.text = comparison_text(answers);
  result.value = comparison_value(answers);
  add_record(result.value, study, files, options, all, context);
  result.files.push_back({"report.html", report_html(result.value)});
  result.files.push_back({"report.md", without_colour(result.text)});
  result.files.push_back({"comparison.csv", attribution::to_data_table(comparison_of(answers))});
  return result;
}

}  // namespace

StudyResult run_simulate(const Study& study, Context& context) {
  if (study.content.contains("scenarios")) return run_batch(study, context);
  // The name of the file, where the scenario was read from one; a repeated run has it too.
  Study named = study;
  named.where = study.content.value("file", study.where);
  DataSources sources(study);
  OneRun run = run_one(named, sources, context);
  StudyResult result;
  result.certificates = run.answer.certificates;
  result.inputs = sources.inputs();
  result.value = std::move(run.value);
  result.files = std::move(run.files);
  result.text = run.answer.failure.empty() ? answer_text(run.answer)
                                           : fmt::format("No answer: {}\n", run.answer.failure);
  return result;
}

}  // namespace altyn::study
