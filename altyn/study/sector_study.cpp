#include "altyn/study/sector_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/study/extends.h"
#include "altyn/study/report_page.h"
#include "altyn/study/sector_report.h"
#include "altyn/study/simulate_study.h"

namespace altyn::study {
namespace {

using namespace equilibrium;
using nlohmann::json;

constexpr std::size_t kShownEconomies = 15;

// Exports and imports of every economy at the border: sales and purchases less domestic ones,
// without the importer's duty.
std::array<std::vector<double>, 2> border_trade(const MultiSectorBase& base,
                                                const MultiSectorResult& result) {
  const std::size_t n = base.economies.size();
  std::array<std::vector<double>, 2> sums = {result.export_duty, std::vector<double>(n, 0.0)};
  for (std::size_t e = 0; e < n; ++e) {
    sums[1][e] -= result.duty[e];
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      const std::size_t at = base.at(j, e);
      const double domestic = result.trade_share[base.cell(j, e, e)] * result.expenditure[at];
      sums[0][e] += result.output[at] - domestic;
      sums[1][e] += result.expenditure[at] - domestic;
    }
  }
  return sums;
}

std::vector<double> outcomes_of(const MultiSectorModel& model, const MultiSectorResult& result) {
  const MultiSectorBase& base = model.base();
  const auto before = border_trade(base, model.base_levels());
  const auto after = border_trade(base, result);
  const std::size_t n = base.economies.size();
  std::vector<double> values(kSectorOutcomes * n);
  for (std::size_t e = 0; e < n; ++e) {
    values[kSectorIncome * n + e] = result.welfare_hat[e] - 1.0;
    values[kSectorExports * n + e] = after[0][e] / before[0][e] - 1.0;
    values[kSectorImports * n + e] = after[1][e] / before[1][e] - 1.0;
    values[kSectorPrices * n + e] = result.consumer_price_hat[e] - 1.0;
  }
  return values;
}

// A size in one draw: uniform below and above its value with half the draws on each side.
double drawn_size(const SectorChange& change, double u) {
  if (!change.uncertain()) return change.rate_pct;
  return u < 0.5 ? change.range_pct[0] + 2.0 * u * (change.rate_pct - change.range_pct[0])
                 : change.rate_pct + (2.0 * u - 1.0) * (change.range_pct[1] - change.rate_pct);
}

double size_deviation(const SectorChange& change) {
  const double below = change.rate_pct - change.range_pct[0];
  const double above = change.range_pct[1] - change.rate_pct;
  return std::sqrt((below * below + above * above) / 6.0);
}

// What is uncertain about a run; nothing when no draws are wanted.
std::optional<SectorUncertainty> uncertainty_of(const SectorRun& run, const SectorBase& world) {
  const SectorModel& options = run.scenario.model;
  SectorUncertainty uncertain;
  bool any = options.theta_common_log_sd > 0.0 || options.trade_log_sd > 0.0;
  uncertain.theta_common_log_sd = options.theta_common_log_sd;
  uncertain.trade_log_sd = options.trade_log_sd;
  if (!world.theta_log_sd.empty()) {
    uncertain.theta_log_sd = world.theta_log_sd;
    any = true;
  } else if (options.theta_log_sd > 0.0) {
    uncertain.theta_log_sd.assign(run.model.base().sectors.size(), options.theta_log_sd);
    any = true;
  }
  const std::vector<SectorChange>& changes = run.scenario.changes;
  bool ranges = false;
  for (std::size_t c = 0; c < changes.size(); ++c) {
    if (!changes[c].uncertain()) continue;
    ranges = true;
    std::vector<double> sizes = run.sizes;
    sizes[c] += size_deviation(changes[c]);
    uncertain.one_sd.push_back(run.shock_at(sizes));
  }
  if (run.routes && !run.routes->one_sd.empty()) {
    ranges = true;
    const std::vector<bool> all(run.sizes.size(), true);
    for (const std::vector<double>& costs : run.routes->one_sd) {
      uncertain.one_sd.push_back(run.shock_at(run.sizes, all, &costs));
    }
  }
  if (ranges) {
    uncertain.policy = [&run, &changes](RandomStream& random) {
      std::vector<double> sizes;
      for (const SectorChange& change : changes)
        sizes.push_back(drawn_size(change, random.uniform()));
      if (!run.routes) return run.shock_at(sizes);
      const std::vector<double> costs = run.routes->drawn(random);
      return run.shock_at(sizes, std::vector<bool>(sizes.size(), true), &costs);
    };
  }
  if (!any && !ranges) return std::nullopt;
  return uncertain;
}

SectorAnswers answers_of(const SectorRun& run, const SectorBase& world, Context& context) {
  const MultiSectorModel& model = run.model;
  const std::size_t n = model.base().economies.size();
  SectorAnswers answers;
  answers.outcomes = outcomes_of(model, run.result);
  answers.linear = linear_welfare(model, run.shock, run.result);
  answers.real_wage = real_wage_hat(model, run.result);
  answers.shift =
      trade_shift(model, run.shock, run.result, favoured_suppliers(model.base(), run.shock));
  answers.stages = sector_stages(model, run.shock, run.result, context);
  try {
    answers.gains = gains_from_trade(model.base());
  } catch (const InputError&) {
    answers.gains.clear();  // a good that is not made at home has no price in autarky
  }
  if (run.scenario.model.decomposition_steps > 0) {
    WelfareDecomposition parts = decompose_welfare(
        model, run.shock, {.steps = run.scenario.model.decomposition_steps}, context);
    if (parts.status == SolveStatus::kConverged) answers.parts = std::move(parts);
  }
  answers.shown.resize(n);
  for (std::size_t e = 0; e < n; ++e) answers.shown[e] = e;
  std::stable_sort(answers.shown.begin(), answers.shown.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(answers.outcomes[a]) > std::abs(answers.outcomes[b]);
  });
  answers.shown.resize(std::min(n, kShownEconomies));

  if (!run.scenario.changes.empty()) {
    try {
      answers.shapley = shapley_of_policies(
          model, static_cast<Index>(run.scenario.changes.size()),
          [&run](const std::vector<bool>& active) { return run.shock_at(run.sizes, active); },
          [](const MultiSectorResult& result) {
            std::vector<double> logs = result.welfare_hat;
            for (double& value : logs) value = std::log(value);
            return logs;
          },
          {}, context);
      if (answers.shapley->status != SolveStatus::kConverged) answers.shapley.reset();
    } catch (const InputError&) {
      answers.shapley.reset();  // some change needs another one: who never joined cannot leave
    }
  }
  if (const auto uncertain = uncertainty_of(run, world)) {
    if (run.scenario.model.n_draws > 0) {
      answers.draws = draw_outcomes(
          model, run.shock, *uncertain, outcomes_of,
          {.n_draws = run.scenario.model.n_draws, .level = run.scenario.model.level}, context);
      if (answers.draws->status == SolveStatus::kCancelled) throw Cancelled();
    }
    for (const std::size_t e : answers.shown) {
      answers.deltas.push_back(
          delta_deviation(model, run.shock, *uncertain, SectorMeasure::welfare(e, n), context));
      if (answers.deltas.back().status != SolveStatus::kConverged) {
        answers.deltas.clear();
        break;
      }
    }
  }
  return answers;
}

// Where the data come from and how the run is repeated.
void add_record(json& value, const Study& study, const DataSources& sources,
                const Context& context) {
  value["sources"] = json::array();
  json inputs = json::array();
  for (const InputFile& input : sources.inputs()) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
    value["sources"].push_back(
        attribution::to_json(attribution::Source{.file = input.path, .sha256 = input.sha256}));
  }
  value["run"] = {{"version", version()},
                  {"command", "altyn simulate " + study.content.value("file", study.where)},
                  {"seed", context.seed},
                  {"inputs", std::move(inputs)},
                  {"options", study.content.value("flags", json::object())}};
}

}  // namespace

StudyResult run_simulation(const Study& study, Context& context) {
  DataSources sources(study);
  Study whole = study;
  whole.content = extended_content(study, sources);
  if (!has_sectors(whole.content)) return run_simulate(study, context);
  Study own = study;
  own.where = study.content.value("file", study.where);
  own.content.erase("file");
  return run_sector_study(own, context);
}

SectorWorld read_sector_world(const Study& whole, DataSources& sources, Context& context) {
  Study flagged = whole;
  // What the command line sets stands above every file.
  const json flags = whole.content.value("flags", json::object());
  for (const auto& [key, value] : flags.items()) flagged.content["model"][key] = value;
  SectorScenario scenario = read_sector_scenario(flagged);
  SectorBase base = read_sector_base(scenario.tables, whole.where + " [sectors]", sources, context);
  read_policies(scenario, flagged, base.base.sectors, sources);
  base.base.pools = base_pools(scenario);
  MultiSectorModel model(base.base,
                         {.closure = scenario.model.deficits,
                          .numeraire = scenario.model.numeraire,
                          .base_tolerance = scenario.tables.base_tolerance},
                         context);
  return {.scenario = std::move(scenario), .base = std::move(base), .model = std::move(model)};
}

StudyResult solve_sector_world(const Study& study, const SectorWorld& world,
                               const DataSources& sources, const RouteLayer* layer,
                               Context& context) {
  const SectorScenario& scenario = world.scenario;
  const MultiSectorModel& model = world.model;
  SectorRun run{scenario, model};
  for (const SectorChange& change : scenario.changes) run.sizes.push_back(change.rate_pct);
  run.quotas = quotas_of(scenario, model.base());
  if (layer != nullptr) run.routes = layer->routes;
  run.shock = run.shock_at(run.sizes);
  MultiSectorWorkspace workspace;
  if (run.quotas.empty()) {
    model.solve(run.shock, workspace, run.result, context);
  } else {
    std::vector<Quota> quotas;
    for (const NumberedQuota& quota : run.quotas) quotas.push_back(quota.quota);
    QuotaEquivalents found = quota_equivalents(model, run.shock, quotas, context);
    run.result = std::move(found.result);
    run.quota_rates = std::move(found.rate);
    run.shock = std::move(found.shock);
    if (found.status != SolveStatus::kConverged) {
      run.result.status = run.result.certificate.status = found.status;
      run.result.message = found.message;
    }
  }

  StudyResult result;
  result.certificates = {run.result.certificate};
  result.inputs = sources.inputs();
  if (!run.result.certificate.holds()) {
    result.text =
        fmt::format("No answer: {}\n{}\n", run.result.message, run.result.certificate.summary());
    return result;
  }
  const SectorAnswers answers = answers_of(run, world.base, context);
  result.certificates.push_back(answers.stages.certificate);
  result.text = sector_text(run, world.base, answers);
  result.value = sector_value(run, world.base, answers);
  add_record(result.value, study, sources, context);
  if (layer != nullptr) layer->tell(run, result);
  result.files.push_back({"report.html", report_html(result.value)});
  result.files.push_back({"report.md", without_colour(result.text)});
  result.files.push_back({"result.json", result.value.dump(1) + "\n"});
  constexpr std::array<const char*, 3> kEndings = {"csv", "json", "parquet"};
  const char* ending = kEndings[static_cast<std::size_t>(scenario.output.tables)];
  for (data::Table& table : sector_tables(run, answers)) {
    const std::string name = fmt::format("{}.{}", table.source(), ending);
    result.files.push_back({name, std::move(table)});
  }
  return result;
}

StudyResult run_sector_study(const Study& study, Context& context) {
  DataSources sources(study);
  Study whole = study;
  whole.content = extended_content(study, sources);
  const SectorWorld world = read_sector_world(whole, sources, context);
  return solve_sector_world(study, world, sources, nullptr, context);
}

}  // namespace altyn::study
