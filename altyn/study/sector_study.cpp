#include "altyn/study/sector_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/study/extends.h"
#include "altyn/study/located.h"
#include "altyn/study/scenario_draws.h"
#include "altyn/study/sector_outputs.h"
#include "altyn/study/sector_report.h"

namespace altyn::study {
namespace {

using namespace equilibrium;
using nlohmann::json;

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
std::optional<SectorUncertainty> uncertainty_of(const SectorRun& run, const SectorBase& world,
                                                std::uint64_t seed) {
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
  const auto drawn = [](const Assumption& one) { return one.drawn(); };
  const std::vector<Assumption>& regional = run.region_assumptions();
  if (std::any_of(regional.begin(), regional.end(), drawn)) {
    any = true;
    uncertain.base = [&run, &regional, seed](Index draw) {
      return run.regions->base_at(drawn_values(regional, seed, static_cast<std::uint64_t>(draw)));
    };
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

// ln real income [economy] after a step away from the run, less that of the run; 0 where there is
// no equilibrium.
std::vector<double> step_of(const SectorRun& run, const MultiSectorResult& moved) {
  std::vector<double> step(moved.welfare_hat.size(), 0.0);
  for (std::size_t e = 0; e < step.size() && moved.status == SolveStatus::kConverged; ++e) {
    step[e] = std::log(moved.welfare_hat[e] / run.result.welfare_hat[e]);
  }
  return step;
}

// Empty where one of them was not found.
std::vector<DeltaDeviation> derived_deviations(const SectorRun& run,
                                               const SectorUncertainty& uncertain,
                                               const std::vector<std::size_t>& shown,
                                               Context& context) {
  const std::size_t n = run.model.base().economies.size();
  std::vector<DeltaDeviation> deltas;
  for (const std::size_t e : shown) {
    deltas.push_back(
        delta_deviation(run.model, run.shock, uncertain, SectorMeasure::welfare(e, n), context));
    if (deltas.back().status != SolveStatus::kConverged) return {};
  }
  return deltas;
}

// The delta method where there are no derivatives, because workers move: steps of one standard
// deviation. Noise in the base's flows is left out.
std::vector<DeltaDeviation> stepped_deviations(const SectorRun& run,
                                               const SectorUncertainty& uncertain,
                                               const std::vector<std::size_t>& shown,
                                               Context& context) {
  const MultiSectorBase& base = run.model.base();
  MultiSectorWorkspace workspace;
  MultiSectorResult moved;
  const auto step_to = [&](const MultiSectorShock& shock) {
    run.model.solve(shock, workspace, moved, context);
    return step_of(run, moved);
  };
  std::vector<std::vector<double>> policy, theta;
  for (const MultiSectorShock& step : uncertain.one_sd) policy.push_back(step_to(step));
  const auto other_theta = [&](const auto& log_sd) {
    MultiSectorShock shock = run.shock;
    if (shock.theta.empty()) shock.theta = base.theta;
    for (std::size_t j = 0; j < shock.theta.size(); ++j) shock.theta[j] *= std::exp(log_sd(j));
    theta.push_back(step_to(shock));
  };
  if (uncertain.theta_common_log_sd > 0.0) {
    other_theta([&](std::size_t) { return uncertain.theta_common_log_sd; });
  }
  for (std::size_t k = 0; k < uncertain.theta_log_sd.size(); ++k) {
    other_theta([&](std::size_t j) { return j == k ? uncertain.theta_log_sd[k] : 0.0; });
  }
  std::vector<DeltaDeviation> deltas;
  for (const std::size_t e : shown) {
    DeltaDeviation& delta = deltas.emplace_back();
    delta.status = SolveStatus::kConverged;
    delta.value = std::log(run.result.welfare_hat[e]);
    double square = 0.0, all = 0.0;
    for (const auto& step : theta) square += step[e] * step[e];
    for (const auto& step : policy) {
      delta.policy.push_back(step[e]);
      all += step[e] * step[e];
    }
    delta.theta = std::sqrt(square);
    delta.sd = std::sqrt(square + all);
  }
  return deltas;
}

// What one standard deviation of each assumption of the regions does to ln real income [economy].
std::vector<std::vector<double>> region_steps(const SectorRun& run, Context& context) {
  std::vector<std::vector<double>> steps;
  for (const Assumption& one : run.region_assumptions()) {
    if (!one.drawn()) continue;
    Values values = central_values(run.region_assumptions());
    values[one.name] += one.deviation();
    MultiSectorOptions options = run.model.options();
    options.base_tolerance = std::numeric_limits<double>::infinity();
    const MultiSectorResult moved =
        solve_multi_sector(run.regions->base_at(values), run.shock, options, context);
    steps.push_back(step_of(run, moved));
  }
  return steps;
}

void take(const std::vector<DrawValues>& taken, SectorDraws& draws) {
  for (std::size_t row = 0; row < taken.size(); ++row) {
    if (taken[row].empty()) ++draws.n_failed;
    std::copy(taken[row].begin(), taken[row].end(),
              draws.value.begin() + static_cast<std::ptrdiff_t>(row * taken[row].size()));
  }
}

// The draws, or this run's part of them.
SectorDraws drawn(const SectorRun& run, const SectorUncertainty& uncertain, SharedDraws* shared,
                  Context& context) {
  const Index n_draws = run.scenario.model.n_draws;
  const std::string& name = run.scenario.head.name;
  const ShardRange mine =
      shared != nullptr ? shared->own(n_draws) : ShardRange{.begin = 0, .end = n_draws};
  SectorDraws draws =
      solve_draws(run.model, run.shock, uncertain, sector_outcomes, n_draws, mine, context);
  if (draws.status == SolveStatus::kCancelled) throw Cancelled();
  if (draws.status != SolveStatus::kConverged) return draws;
  if (shared != nullptr && shared->merging) take(shared->taken(name, n_draws), draws);
  if (shared != nullptr && !shared->merging) {
    const std::size_t n = kSectorOutcomes * run.model.base().economies.size();
    for (Index draw = mine.begin; draw < mine.end; ++draw) {
      const double* values = &draws.value[static_cast<std::size_t>(draw) * n];
      shared->kept[name][draw] =
          std::isnan(*values) ? DrawValues{} : DrawValues(values, values + n);
    }
  }
  summarise(draws, run.scenario.model.level);
  return draws;
}

SectorAnswers answers_of(const SectorRun& run, const SectorBase& world, SharedDraws* shared,
                         Context& context) {
  const MultiSectorModel& model = run.model;
  SectorAnswers answers = central_answers(run, context);
  answers.linear = linear_welfare(model, run.shock, run.result);
  answers.real_wage = real_wage_hat(model, run.result);
  answers.shift =
      trade_shift(model, run.shock, run.result, favoured_suppliers(model.base(), run.shock));
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
  // Rates that are chosen answer to all changes together: no change has a part of its own in them.
  if (!run.scenario.changes.empty() && run.chosen.cells.empty()) {
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
  if (const auto uncertain = uncertainty_of(run, world, context.seed)) {
    if (run.scenario.model.n_draws > 0) answers.draws = drawn(run, *uncertain, shared, context);
    answers.region_steps = region_steps(run, context);
    answers.deltas = model.base().mobility.empty()
                         ? derived_deviations(run, *uncertain, answers.shown, context)
                         : stepped_deviations(run, *uncertain, answers.shown, context);
  }
  return answers;
}

}  // namespace

SimulatedScenario solve_sector_world(const Study& study, const SectorWorld& world,
                                     const DataSources& sources, const RouteLayer* layer,
                                     Context& context, SharedDraws* shared) {
  const SectorScenario& scenario = world.scenario;
  const SectorRun run = solve_central(
      world, study.where, layer != nullptr ? std::optional(layer->routes) : std::nullopt, context);
  SimulatedScenario simulated{.answer = {.name = scenario.head.name}, .result = {}};
  StudyResult& result = simulated.result;
  result.certificates = {run.result.certificate};
  result.inputs = sources.inputs();
  simulated.answer.failure = failure_of(run);
  if (!simulated.answer.failure.empty()) {
    if (!run.chosen.failure.empty()) result.certificates.push_back(run.chosen.certificate);
    result.text = fmt::format("No answer: {}\n{}\n", simulated.answer.failure,
                              result.certificates.back().summary());
    simulated.answer.certificates = result.certificates;
    return simulated;
  }
  if (shared != nullptr && !shared->merging) {
    const auto uncertain = uncertainty_of(run, world.base, context.seed);
    if (uncertain && scenario.model.n_draws > 0) (void)drawn(run, *uncertain, shared, context);
    return simulated;
  }
  const SectorAnswers answers = answers_of(run, world.base, shared, context);
  simulated.answer = sector_answer(run, world.base, answers);
  result.certificates = simulated.answer.certificates;
  result.text = sector_text(run, answers, simulated.answer);
  result.value = sector_value(simulated.answer, run, answers);
  add_record(result, study, study.where, options_to_json(scenario.model), sources, context);
  if (layer != nullptr) layer->tell(run, result);
  add_report_files(result);
  constexpr std::array<const char*, 3> kEndings = {"csv", "json", "parquet"};
  const char* ending = kEndings[static_cast<std::size_t>(scenario.output.tables)];
  for (data::Table& table : sector_tables(run, answers)) {
    const std::string name = fmt::format("{}.{}", table.source(), ending);
    result.files.push_back({name, std::move(table)});
  }
  if (!run.chosen.cells.empty()) {
    result.files.push_back(
        {fmt::format("optimal_tariffs.{}", ending), attribution::to_data_table(run.chosen.table)});
  }
  return simulated;
}

SimulatedScenario simulate_sectors(const Study& study, Context& context, SharedDraws* shared) {
  DataSources sources(study);
  Study whole = study;
  whole.content = extended_content(study, sources);
  if (whole.content.value("scenario", json::object()).contains("versus")) {
    throw InputError({.code = "versus-many-sectors",
                      .what = "a scenario of many sectors is compared with its base alone",
                      .where = whole.where + " [scenario] versus",
                      .why = "its decompositions and stages start from the base's tables",
                      .fixes = {"remove versus, and give both files to altyn simulate: the answers "
                                "come side by side"}});
  }
  const SectorWorld world = read_sector_world(whole, sources, context);
  return solve_sector_world(study, world, sources, nullptr, context, shared);
}

}  // namespace altyn::study
