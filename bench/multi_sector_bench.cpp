// Task benchmarks of the many-sector equilibrium: each has the expected answer and a certificate of
// 1e-10 on the largest log residual; a wrong one fails.
//
//   multi_sector_bench [RESULTS.json] [--threads N] [--repeat N] [--only TASK]
//
// Published worlds are read from the reference data (ALTYN_REFERENCE_DATA) and left out where that
// is absent; the others are made up from a fixed seed. Times are from a prepared model to certified
// results: the median and the best of the repeats, and processor seconds of the best.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "altyn/core/version.h"
#include "altyn/equilibrium/multi_sector_batch.h"
#include "altyn/equilibrium/optimal_tariff.h"
#include "altyn/equilibrium/sector_draws.h"
#include "altyn/equilibrium/sector_world.h"
#include "equilibrium/caliendo_parro_data.h"
#include "equilibrium/wiod_data.h"
#include "made_up_sectors.h"
#include "measure.h"

namespace {

using altyn::Context;
using altyn::Index;
using altyn::SolveStatus;
using altyn::bench::processor_name;
using altyn::bench::processor_seconds;
using altyn::bench::read_bandwidth;
using altyn::bench::wall_seconds;
using nlohmann::json;
using namespace altyn::equilibrium;  // a program of one file, about this folder alone

struct Timing {
  std::vector<double> seconds, cpu;
  template <class Work>
  void run(int repeat, const Work& work) {
    for (int i = 0; i < repeat; ++i) {
      const double cpu_start = processor_seconds();
      const double start = wall_seconds();
      work();
      seconds.push_back(wall_seconds() - start);
      cpu.push_back(processor_seconds() - cpu_start);
    }
  }
  [[nodiscard]] double best() const { return *std::min_element(seconds.begin(), seconds.end()); }
  [[nodiscard]] json value() const {
    return {{"seconds", best()},
            {"median_seconds", altyn::bench::median(seconds)},
            {"cpu_seconds", *std::min_element(cpu.begin(), cpu.end())}};
  }
};

/// Bytes that one sweep cannot avoid to read: a and, where there are duties, b; the input shares.
double bytes_per_sweep(const MultiSectorModel& model) {
  const auto& w = model.world();
  const MultiSectorBase& base = model.base();
  double bytes = 8.0 * static_cast<double>(w.input_share.size());
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    if (w.closed[j] != 0) continue;
    const auto from = base.tariff.begin() + static_cast<std::ptrdiff_t>(j * w.n * w.n);
    const bool taxed =
        !base.tariff.empty() && std::any_of(from, from + static_cast<std::ptrdiff_t>(w.n * w.n),
                                            [](double rate) { return rate != 0.0; });
    bytes += (taxed ? 16.0 : 8.0) * static_cast<double>(w.n * w.row);
  }
  return bytes;
}

/// The same equilibrium by Newton's method alone, which has the equations in common with the search
/// over sweeps and nothing else.
std::vector<double> by_newton(const MultiSectorModel& model, const MultiSectorShock& shock,
                              Context& context) {
  MultiSectorOptions options = model.options();
  options.max_iterations = 1;  // of sweeps, before Newton takes over
  const MultiSectorModel other(model.base(), options, context);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  other.solve(shock, workspace, result, context);
  return result.certificate.holds() ? result.welfare_hat : std::vector<double>();
}

/// ln real income of one economy that must come out.
struct Expected {
  std::string economy;
  double welfare_log = 0.0;
  double tolerance = 1e-8;
};

bool agrees(const MultiSectorModel& model, const MultiSectorResult& result,
            const std::vector<Expected>& expected, json& value) {
  bool right = result.certificate.holds();
  for (const Expected& item : expected) {
    const auto& names = model.base().economies;
    const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), item.economy) -
                                             names.begin());
    const double found = std::log(result.welfare_hat.at(at));
    value["welfare_log"][item.economy] = found;
    right = right && std::abs(found - item.welfare_log) <= item.tolerance;
  }
  return right;
}

json run_solve(const MultiSectorModel& model, const MultiSectorShock& shock,
               const std::vector<Expected>& expected, int repeat, Context& context) {
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  Timing timing;
  timing.run(repeat, [&] { model.solve(shock, workspace, result, context); });
  json value = timing.value();
  const double bytes = bytes_per_sweep(model);
  const int sweeps = result.certificate.iterations;
  value["sweeps"] = sweeps;
  value["bytes_per_sweep"] = bytes;
  value["bytes_per_second"] = bytes * sweeps / timing.best();
  value["bandwidth_bytes_per_second"] = read_bandwidth(static_cast<std::size_t>(bytes), context);
  value["certificate"] = result.certificate.summary();
  bool right = agrees(model, result, expected, value);
  const std::vector<double> newton = by_newton(model, shock, context);
  double gap = newton.empty() ? 1.0 : 0.0;
  for (std::size_t e = 0; e < newton.size(); ++e) {
    gap = std::max(gap, std::abs(newton[e] - result.welfare_hat[e]));
  }
  // Two residuals of 1e-10, two digits for the conditioning of large worlds.
  right = right && gap < 1e-8;
  value["gap_to_newton"] = gap;
  value["right"] = right;
  return value;
}

/// Unions of different members, eight at a time; the first must be what a solve alone gives.
json run_batch(const MultiSectorModel& model, Index n_shocks, int repeat, Context& context) {
  std::vector<std::vector<double>> welfare(static_cast<std::size_t>(n_shocks));
  bool right = true;
  Timing timing;
  timing.run(repeat, [&] {
    const BatchSummary summary = solve_batch(
        model, n_shocks,
        [&](Index k, MultiSectorShock& shock) {
          bench::form_union(model.base(), static_cast<std::size_t>(5 * k), shock);
        },
        [&](Index k, const MultiSectorResult& result) {
          right = right && result.certificate.holds();
          welfare[static_cast<std::size_t>(k)] = result.welfare_hat;
        },
        context);
    right = right && summary.n_failed == 0;
  });
  MultiSectorShock shock;
  bench::form_union(model.base(), 0, shock);
  MultiSectorWorkspace workspace;
  MultiSectorResult alone;
  model.solve(shock, workspace, alone, context);
  for (std::size_t e = 0; e < alone.welfare_hat.size(); ++e) {
    right = right && std::abs(alone.welfare_hat[e] - welfare[0][e]) < 1e-8;
  }
  json value = timing.value();
  value["shocks"] = n_shocks;
  value["seconds_each"] = timing.best() / static_cast<double>(n_shocks);
  value["right"] = right;
  return value;
}

json run_draws(const MultiSectorModel& model, Index n_draws, int repeat, Context& context) {
  MultiSectorShock shock;
  bench::form_union(model.base(), 0, shock);
  SectorDraws draws;
  Timing timing;
  timing.run(repeat, [&] {
    draws = draw_outcomes(model, shock,
                          {.theta_log_sd = std::vector<double>(model.base().sectors.size(), 0.1),
                           .theta_common_log_sd = 0.1},
                          welfare_logs, {.n_draws = n_draws}, context);
  });
  json value = timing.value();
  value["draws"] = n_draws;
  value["failed"] = draws.n_failed;
  value["central"] = draws.central.at(0);
  value["sd"] = draws.sd.at(0);
  // The spread by draws is the delta method's but for curvature and sampling.
  const DeltaDeviation delta =
      delta_deviation(model, shock,
                      {.theta_log_sd = std::vector<double>(model.base().sectors.size(), 0.1),
                       .theta_common_log_sd = 0.1},
                      SectorMeasure::welfare(0, model.base().economies.size()), context);
  value["delta_sd"] = delta.sd;
  value["right"] = draws.n_failed == 0 && std::abs(draws.sd[0] / delta.sd - 1.0) < 0.2;
  return value;
}

/// The gradient by every tariff, and a difference along one direction as its check.
json run_gradient(const MultiSectorModel& model, const MultiSectorShock& shock, int repeat,
                  Context& context) {
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  Timing solve;
  solve.run(repeat, [&] { model.solve(shock, workspace, result, context); });
  const SectorMeasure measure = SectorMeasure::welfare(0, model.base().economies.size());
  SectorGradient slope;
  Timing timing;
  timing.run(repeat, [&] { slope = gradient(model, shock, workspace, measure, context, {}); });
  // Central difference when every duty factor moves by the same part.
  double expected = 0.0;
  constexpr double kStep = 1e-4;
  for (std::size_t k = 0; k < shock.tariff.size(); ++k) {
    const std::size_t n = model.base().economies.size();
    if (k / n % n != k % n) expected += slope.tariff[k];
  }
  double ends[2];
  for (const int side : {0, 1}) {
    MultiSectorShock moved = shock;
    const std::size_t n = model.base().economies.size();
    for (std::size_t k = 0; k < moved.tariff.size(); ++k) {
      if (k / n % n == k % n) continue;
      moved.tariff[k] = (1.0 + moved.tariff[k]) * std::exp(side == 0 ? -kStep : kStep) - 1.0;
    }
    model.solve(moved, workspace, result, context);
    ends[side] = std::log(result.welfare_hat[0]);
  }
  const double difference = (ends[1] - ends[0]) / (2.0 * kStep);
  json value = timing.value();
  value["solve_seconds"] = solve.best();
  value["times_one_solve"] = timing.best() / solve.best();
  value["directional"] = expected;
  value["difference"] = difference;
  value["right"] = slope.status == SolveStatus::kConverged &&
                   std::abs(expected - difference) < 1e-5 * std::max(1e-2, std::abs(difference));
  return value;
}

json run_optimum(const MultiSectorModel& model, int repeat, Context& context) {
  const std::size_t n = model.base().economies.size();
  const auto instruments = own_tariffs(model.base(), 0, true);
  OptimalTariffs best;
  Timing timing;
  timing.run(repeat, [&] {
    best = optimal_tariffs(model, {}, instruments, SectorMeasure::welfare(0, n), {}, {}, context);
  });
  json value = timing.value();
  value["instruments"] = instruments.size();
  value["gradients"] = best.n_gradients;
  value["gain_log"] = best.value_after - best.value_before;
  value["slope"] = best.slope;
  value["right"] = best.status == SolveStatus::kConverged && best.result.certificate.holds() &&
                   best.value_after > best.value_before;
  return value;
}

json run_nash(const MultiSectorModel& model, int repeat, Context& context) {
  const std::size_t n = model.base().economies.size();
  std::vector<TariffPlayer> players;
  for (std::size_t e = 0; e < n; ++e) {
    players.push_back({model.base().economies[e], own_tariffs(model.base(), e, true),
                       SectorMeasure::welfare(e, n)});
  }
  NashTariffs nash;
  Timing timing;
  timing.run(repeat, [&] { nash = nash_tariffs(model, {}, players, {}, context); });
  json value = timing.value();
  value["rounds"] = nash.n_rounds;
  value["gradients"] = nash.n_gradients;
  value["slope"] = *std::max_element(nash.slope.begin(), nash.slope.end());
  value["right"] = nash.status == SolveStatus::kConverged && nash.result.certificate.holds();
  return value;
}

struct Task {
  std::string name;
  std::string needs;  // reference file
  double reach_seconds = 0.0;
  std::function<json(int repeat, Context& context)> run;
};

json solve_made_up(std::size_t n, std::size_t n_sectors, int repeat, Context& context) {
  const MultiSectorModel model(bench::made_up_sectors(n, n_sectors), {}, context);
  MultiSectorShock shock;
  bench::form_union(model.base(), 0, shock);
  return run_solve(model, shock, {}, repeat, context);
}

std::vector<Task> all_tasks() {
  const std::string cp = "equilibrium/cp2015/noS_Din.csv.gz";
  const std::string wiod = "multisector/wiod2014_trade_share.csv.gz";
  return {
      {"nafta-31x40", cp, 4e-3,
       [](int repeat, Context& context) {
         const auto data = altyn::testing::caliendo_parro();
         const MultiSectorModel model(data.base, {}, context);
         // Exact real income, computed in another program and printed to five decimals of a
         // percent.
         return run_solve(model, {.tariff = altyn::testing::only_nafta(data)},
                          {{"Mexico", std::log1p(0.0000732), 1e-6},
                           {"Canada", std::log1p(-0.0011010), 1e-6},
                           {"USA", std::log1p(0.0007415), 1e-6}},
                          repeat, context);
       }},
      {"wiod-44x50", wiod, 7e-3,
       [](int repeat, Context& context) {
         const auto repaired =
             repair_base(altyn::testing::wiod_2014(), BaseRepair::kTradeShares, context);
         const MultiSectorModel model(repaired.base, {}, context);
         MultiSectorShock shock{.tariff = model.base().tariff};
         const auto& names = model.base().economies;
         const auto at = [&](const char* name) {
           return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                           names.begin());
         };
         for (std::size_t j = 0; j < model.base().sectors.size(); ++j) {
           shock.tariff[model.base().cell(j, at("USA"), at("CHN"))] += 0.2;
           shock.tariff[model.base().cell(j, at("CHN"), at("USA"))] += 0.2;
         }
         return run_solve(model, shock, {}, repeat, context);
       }},
      {"made-up-76x45", "", 10e-3,
       [](int repeat, Context& context) { return solve_made_up(76, 45, repeat, context); }},
      {"made-up-200x200", "", 0.4,
       [](int repeat, Context& context) { return solve_made_up(200, 200, repeat, context); }},
      {"batch-200x200", "", 40 * 60e-3,
       [](int repeat, Context& context) {
         const MultiSectorModel model(bench::made_up_sectors(200, 200), {}, context);
         return run_batch(model, 40, std::min(repeat, 3), context);
       }},
      {"draws-76x45", "", 5.0,
       [](int repeat, Context& context) {
         const MultiSectorModel model(bench::made_up_sectors(76, 45), {}, context);
         return run_draws(model, 1000, std::min(repeat, 3), context);
       }},
      {"gradient-31x40", cp, 0.0,
       [](int repeat, Context& context) {
         const auto data = altyn::testing::caliendo_parro();
         const MultiSectorModel model(data.base, {}, context);
         return run_gradient(model, {.tariff = altyn::testing::only_nafta(data)}, repeat, context);
       }},
      {"gradient-76x45", "", 0.0,
       [](int repeat, Context& context) {
         const MultiSectorModel model(bench::made_up_sectors(76, 45), {}, context);
         MultiSectorShock shock;
         bench::form_union(model.base(), 0, shock);
         return run_gradient(model, shock, repeat, context);
       }},
      {"optimum-7x33", "", 1.0,
       [](int repeat, Context& context) {
         const MultiSectorModel model(bench::made_up_sectors(7, 33), {}, context);
         return run_optimum(model, std::min(repeat, 5), context);
       }},
      {"nash-7x33", "", 60.0,
       [](int repeat, Context& context) {
         const MultiSectorModel model(bench::made_up_sectors(7, 33), {}, context);
         return run_nash(model, std::min(repeat, 3), context);
       }},
  };
}

}  // namespace

int main(int argc, char** argv) {
  std::string results, only;
  int threads = 2;
  int repeat = 25;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--threads" && has_value) {
      threads = std::stoi(argv[++i]);
    } else if (word == "--repeat" && has_value) {
      repeat = std::stoi(argv[++i]);
    } else if (word == "--only" && has_value) {
      only = argv[++i];
    } else {
      results = word;
    }
  }
  json record = {{"version", altyn::version()},
                 {"compiler", "gcc " __VERSION__},
                 {"processor", processor_name()},
                 {"threads", threads},
                 {"repeat", repeat},
                 {"tasks", json::array()}};
  bool all_right = true;
  fmt::print("{:<18} {:>10} {:>10} {:>10} {:>10} {:>7} {:>8} {:>8}\n", "task", "median ms",
             "best ms", "cpu ms", "reach ms", "sweeps", "GB/s", "read");
  for (const Task& task : all_tasks()) {
    if (!only.empty() && task.name.find(only) == std::string::npos) continue;
    if (!task.needs.empty() &&
        !std::filesystem::exists(altyn::testing::reference_path(task.needs))) {
      fmt::print("{:<18} reference data absent: {}\n", task.name, task.needs);
      continue;
    }
    Context context(threads);
    json value = task.run(repeat, context);
    value["task"] = task.name;
    value["reach_seconds"] =
        task.reach_seconds > 0.0 ? task.reach_seconds : 2.0 * value.value("solve_seconds", 0.0);
    const bool right = value.value("right", false);
    all_right = all_right && right;
    fmt::print("{:<18} {:>10.2f} {:>10.2f} {:>10.2f} {:>10.2f} {:>7} {:>8.1f} {:>8.1f}{}\n",
               task.name, 1e3 * value.value("median_seconds", 0.0),
               1e3 * value.value("seconds", 0.0), 1e3 * value.value("cpu_seconds", 0.0),
               1e3 * value.value("reach_seconds", 0.0), value.value("sweeps", 0),
               1e-9 * value.value("bytes_per_second", 0.0),
               1e-9 * value.value("bandwidth_bytes_per_second", 0.0), right ? "" : "  WRONG");
    if (!right) fmt::print("{}\n", value.dump(1));
    std::fflush(stdout);
    record["tasks"].push_back(value);
  }
  if (!results.empty()) std::ofstream(results) << record.dump(1) << '\n';
  return all_right ? 0 : 1;
}
