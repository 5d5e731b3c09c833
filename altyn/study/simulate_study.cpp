#include "altyn/study/simulate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/data/document.h"
#include "altyn/equilibrium/one_good.h"
#include "altyn/equilibrium/sector_decomposition.h"
#include "altyn/study/capital_answer.h"
#include "altyn/study/extends.h"
#include "altyn/study/ge_ppml_study.h"
#include "altyn/study/partial_study.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/scenario_report.h"
#include "altyn/study/sections.h"
#include "altyn/study/sector_scenario.h"
#include "altyn/study/sector_study.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorOptions;
using equilibrium::OneSectorResult;
using nlohmann::json;

constexpr Index kDecompositionSteps = 20;

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

// The one-sector instance as the equations of many sectors take it, where they can.
struct OneGood {
  equilibrium::MultiSectorModel model;
  equilibrium::MultiSectorShock shock;

  OneGood(const ScenarioInstance& instance, const OneSectorOptions& options, Context& context)
      : model(equilibrium::one_good_base(instance.base),
              {.closure = options.closure, .numeraire = options.numeraire}, context),
        shock(equilibrium::one_good_shock(instance.base, instance.shock, options.numeraire)) {}
};

// The rates of [optimal], chosen after the changes at the central values.
ChosenTariffs choose(const Scenario& scenario, ScenarioSetting& setting,
                     const ScenarioInstance& instance, const OneSectorOptions& options,
                     Context& context) {
  const std::string where = scenario.where + " [optimal]";
  const std::size_t n = setting.economies().size();
  const OneGood world(instance, options, context);
  equilibrium::MultiSectorWorkspace workspace;
  equilibrium::MultiSectorResult before;
  world.model.solve(world.shock, workspace, before, context);
  std::vector<PolicyPlayer> players;
  for (const std::string& name : scenario.optimal.players) {
    players.push_back({name, setting.places_of(name, where + " players")});
  }
  const std::vector<bool> taxed = setting.taxed();
  ChosenTariffs chosen = choose_tariffs(
      world.model, world.shock, before, scenario.optimal, players,
      [&](std::size_t importer, std::size_t exporter) -> bool {
        return taxed[exporter * n + importer];
      },
      where, context);
  std::vector<std::pair<std::size_t, double>> rates;
  for (std::size_t k = 0; k < chosen.cells.size(); ++k) {
    rates.emplace_back(chosen.cells[k] % n * n + chosen.cells[k] / n, chosen.rates[k]);
  }
  setting.set_rates(std::move(rates));
  return chosen;
}

// Where real income comes from, exactly; nothing where the equations of many sectors cannot say.
std::optional<equilibrium::WelfareDecomposition> parts_of(const ScenarioInstance& instance,
                                                          const OneSectorOptions& options,
                                                          Context& context) {
  if (instance.base.supply_elasticity != 0.0 || !instance.base.mobility.empty()) return {};
  try {
    const OneGood world(instance, options, context);
    equilibrium::WelfareDecomposition parts = equilibrium::decompose_welfare(
        world.model, world.shock, {.steps = kDecompositionSteps}, context);
    if (parts.status == SolveStatus::kConverged) return parts;
  } catch (const InputError&) {
    // Inputs that exceed what is bought leave no such base.
  }
  return {};
}

ScenarioAnswer solve(const Scenario& scenario, const std::optional<Scenario>& versus,
                     DataSources& sources, Context& context) {
  const std::vector<Assumption> assumptions = joint_assumptions(scenario, versus);
  ScenarioSetting setting(scenario, versus, sources);
  const OneSectorOptions options{.closure = scenario.model.deficits,
                                 .numeraire = scenario.model.numeraire};
  ScenarioInstance instance = setting.at(central_values(assumptions));
  ChosenTariffs chosen;
  if (scenario.optimal.problem != PolicyProblem::kNone) {
    chosen = choose(scenario, setting, instance, options, context);
    instance = setting.at(central_values(assumptions));
  }
  const OneSectorResult result =
      equilibrium::solve_one_sector(instance.base, instance.shock, options, context);
  OneSectorResult other;
  if (versus) {
    other = equilibrium::solve_one_sector(instance.base, instance.versus, options, context);
  }
  const bool solved = result.certificate.holds() && (!versus || other.certificate.holds());
  ScenarioAnswer answer;
  if (solved && chosen.failure.empty()) {
    const ScenarioDraws draws =
        run_draws([&](const Values& values) { return setting.at(values); }, setting.parents(),
                  assumptions, versus.has_value(), scenario.model.n_draws, options, context);
    std::optional<equilibrium::WelfareDecomposition> parts;
    if (!versus) parts = parts_of(instance, options, context);
    answer = answer_of({scenario, setting, assumptions, instance, result, versus ? &other : nullptr,
                        draws, &chosen, parts ? &*parts : nullptr});
  } else {
    answer.name = scenario.head.name;
    answer.failure = !chosen.failure.empty()      ? chosen.failure
                     : result.certificate.holds() ? other.message
                                                  : result.message;
  }
  answer.certificates = {result.certificate};
  if (versus) answer.certificates.push_back(other.certificate);
  if (scenario.optimal.problem != PolicyProblem::kNone) {
    answer.certificates.push_back(chosen.certificate);
  }
  if (answer.failure.empty() && scenario.capital) {
    add_capital_path(answer, setting, assumptions, *scenario.capital, scenario.head.year,
                     scenario.model.n_draws, options, context);
  }
  return answer;
}

SimulatedScenario simulate_one_sector(const Study& study, Context& context) {
  DataSources sources(study);
  const Scenario scenario = read_scenario(study, sources);
  std::optional<Scenario> versus;
  if (!scenario.head.versus.empty()) versus = read_versus(scenario, study, sources);
  SimulatedScenario run{.answer = solve(scenario, versus, sources, context), .result = {}};
  StudyResult& result = run.result;
  result.certificates = run.answer.certificates;
  result.inputs = sources.inputs();
  if (!run.answer.failure.empty()) {
    result.text = fmt::format("No answer: {}\n", run.answer.failure);
    return run;
  }
  result.text = answer_text(run.answer);
  result.value = to_json(run.answer);
  add_record(result, study, study.where, options_to_json(scenario.model), sources, context);
  add_report_files(result);
  for (const attribution::ResultTable& table : run.answer.tables) {
    if (table.id == "real_income") continue;  // the first rows of all economies
    const std::string file = table.id == "economies" ? "key_results"
                             : table.id == "pairs"   ? "trade"
                                                     : table.id;
    result.files.push_back({file + ".csv", attribution::to_data_table(table)});
  }
  return run;
}

SimulatedScenario simulate(const Study& study, Context& context) {
  DataSources sources(study);
  const json content = extended_content(study, sources);
  if (content.contains("smart") || content.contains("gsim")) {
    return simulate_partial(study, context);
  }
  if (content.contains("ge_ppml")) return simulate_ge_ppml(study, context);
  return has_sectors(content) ? simulate_sectors(study, context)
                              : simulate_one_sector(study, context);
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
    SimulatedScenario run = simulate(study_of_file(study, file), context);
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
  result.text = comparison_text(answers);
  result.value = comparison_value(answers);
  add_record(result, study, files, options, all, context);
  add_report_files(result);
  result.files.push_back({"comparison.csv", attribution::to_data_table(comparison_of(answers))});
  return result;
}

}  // namespace

StudyResult run_simulation(const Study& study, Context& context) {
  if (study.content.contains("scenarios")) return run_batch(study, context);
  // The name of the file, where the scenario was read from one; a repeated run has it too.
  Study named = study;
  named.where = study.content.value("file", study.where);
  named.content.erase("file");
  return simulate(named, context).result;
}

}  // namespace altyn::study
