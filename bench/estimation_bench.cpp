// Task benchmarks of the estimation kernel: each has the expected answer, and a wrong one fails.
//
//   estimation_bench PANELS [RESULTS.json] [--threads N] [--repeat N] [--only TASK]
//
// PANELS is the folder that generate_panel.py filled. Every task runs in a process of its own, so
// that its peak memory is its own. Times are from data in memory to coefficients with clustered
// standard errors, the building of all indices included; the best and the median of the repeats.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/core/version.h"
#include "altyn/estimation/estimate.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/refit.h"
#include "altyn/numerics/symmetric_solve.h"
#include "measure.h"

namespace {

using altyn::Context;
using altyn::GroupId;
using altyn::Index;
using altyn::kNoGroup;
using namespace altyn::bench;
using namespace altyn::estimation;  // a program of one file, about this folder alone

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

template <class T>
std::vector<T> read_column(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file)
    throw std::runtime_error("cannot read " + path + "; run bench/generate_panel.py first");
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

struct Task {
  std::string name;
  std::string panel;
  Family family = Family::kPoisson;
  std::vector<std::string> effects{};  // of letters: exporter, importer, time; worker, firm
  std::vector<double> coefficients{};  // expected
  double tolerance = 1e-9;             // of the coefficients
  double se_x1 = 0.0;  // expected, clustered by pair, no small-sample factor; 0: none
  std::string source{};
  Index n_draws = 0;   // > 0: pairs bootstrap
  bool cells = false;  // 300 treatment cells besides x1 and x2
  bool front = false;  // from a table and a formula: sample, checks and tests included
};

constexpr const char* kTight =
    "digits on which fixest 0.14.2 at tight tolerances and alpaca 0.3.4 agree";

constexpr const char* kColumns = "the same model with every cell as a column of its own";

constexpr const char* kWithin =
    "closed form of the balanced panel: means over years, importers and exporters subtracted in "
    "turn";

std::vector<Task> all_tasks() {
  const std::vector<std::string> two = {"et", "it"};
  const std::vector<std::string> three = {"et", "it", "ei"};
  const Family ppml = Family::kPoisson;
  const Family ols = Family::kGaussian;
  return {
      {"g01-ppml3",
       "g01",
       ppml,
       three,
       {0.34185629498363, -0.22654803534814},
       1e-9,
       0.0366342924,
       kTight},
      {"g01-ppml2",
       "g01",
       ppml,
       two,
       {0.54000514602024, -0.08819824741156},
       1e-9,
       0.0949830724,
       kTight},
      {"g1-ppml3",
       "g1",
       ppml,
       three,
       {0.39311343946290, -0.25261756485700},
       1e-9,
       0.0151757584,
       kTight},
      {"g1-ppml2",
       "g1",
       ppml,
       two,
       {0.76723489526928, -0.14397719180133},
       1e-9,
       0.0328822631,
       kTight},
      {"g5-ppml3",
       "g5",
       ppml,
       three,
       {0.38901236607723, -0.24712843823022},
       1e-9,
       0.0096768297,
       kTight},
      {"g5-ppml2",
       "g5",
       ppml,
       two,
       {0.82777492671270, -0.13350684303869},
       1e-9,
       0.0275151214,
       kTight},
      {"g1-ols3", "g1", ols, three, {0.26265925775401, -0.11543436462950}, 1e-9, 0.0, kWithin},
      {"g1-ols2", "g1", ols, two, {0.47830616827785, -0.06854111360510}, 1e-9, 0.0, kWithin},
      {"g5-ols3", "g5", ols, three, {0.29335620959387, -0.11490248284723}, 1e-9, 0.0, kWithin},
      {"g5-ols2", "g5", ols, two, {0.48595445571559, -0.06988495868176}, 1e-9, 0.0, kWithin},
      {"akm1-ols2",
       "akm1",
       ols,
       {"w", "f"},
       {0.99739451537, 0.51632877174},
       1e-8,
       0.0,
       "xhdfe 2.24, default tolerance"},
      {"g1-etwfe300",
       "g1",
       ppml,
       three,
       {0.418635257793, -0.252963797374},
       1e-9,
       0.0261016300,
       kColumns,
       0,
       true},
      {"g1-front-ppml3",
       "g1",
       ppml,
       three,
       {0.39311343946290, -0.25261756485700},
       1e-9,
       0.0151757584,
       kTight,
       0,
       false,
       true},
      {"g1-front-etwfe300",
       "g1",
       ppml,
       three,
       {0.418635257793, -0.252963797374},
       1e-9,
       0.0261016300,
       kColumns,
       0,
       true,
       true},
      {"g01-bootstrap200",
       "g01",
       ppml,
       three,
       {0.34185629498363, -0.22654803534814},
       1e-9,
       0.0366342924,
       "the fit itself; draws are certified one by one",
       200},
  };
}

/// The columns of a panel; ids from 0.
struct Panel {
  std::vector<GroupId> first, second, year, cell;
  std::vector<double> cohort;  // adoption year of those with cells; else missing
  std::vector<double> y, x1, x2;
  GroupId n_first = 0, n_second = 0, n_year = 0;
  std::vector<std::string> cell_names;
};

GroupId from_zero(std::vector<GroupId>& ids) {
  GroupId n = 0;
  for (GroupId& id : ids) n = std::max(n, id--);
  return n;
}

Panel read_panel(const std::string& folder, bool workers) {
  Panel panel;
  panel.first = read_column<GroupId>(folder + (workers ? "/worker.bin" : "/exp.bin"));
  panel.second = read_column<GroupId>(folder + (workers ? "/firm.bin" : "/imp.bin"));
  panel.year = read_column<GroupId>(folder + "/year.bin");
  panel.y = read_column<double>(folder + "/y.bin");
  panel.x1 = read_column<double>(folder + "/x1.bin");
  panel.x2 = read_column<double>(folder + "/x2.bin");
  panel.n_first = from_zero(panel.first);
  panel.n_second = from_zero(panel.second);
  panel.n_year = from_zero(panel.year);
  return panel;
}

/// One cell per year and adoption year of the last 24 adoption years: 300 in g1. x1 stays, for
/// those that adopt before.
void add_cells(Panel& panel) {
  const GroupId n_years = panel.n_year;
  const GroupId first_cohort = n_years > 24 ? n_years - 24 : 1;
  std::vector<GroupId> number(std::size_t{n_years} * n_years, kNoGroup);
  for (GroupId cohort = first_cohort; cohort < n_years; ++cohort) {
    for (GroupId year = cohort; year < n_years; ++year) {
      number[cohort * n_years + year] = static_cast<GroupId>(panel.cell_names.size());
      panel.cell_names.push_back(fmt::format("{}::{}", cohort, year));
    }
  }
  std::vector<GroupId> start(std::size_t{panel.n_first} * panel.n_second, n_years);
  const auto pair = [&](std::size_t r) {
    return panel.first[r] * panel.n_second + panel.second[r];
  };
  for (std::size_t r = 0; r < panel.y.size(); ++r) {
    if (panel.x1[r] != 0.0) start[pair(r)] = std::min(start[pair(r)], panel.year[r]);
  }
  for (std::size_t r = 0; r < panel.y.size(); ++r) {
    const GroupId cohort = start[pair(r)];
    panel.cell.push_back(cohort < n_years && panel.year[r] >= cohort
                             ? number[cohort * n_years + panel.year[r]]
                             : kNoGroup);
    panel.cohort.push_back(cohort >= first_cohort && cohort < n_years ? cohort
                                                                      : altyn::data::kMissing);
  }
}

GlmProblem make_problem(const Task& task, const Panel& panel) {
  GlmProblem problem{.family = task.family,
                     .y = panel.y,
                     .regressors = {panel.x1, panel.x2},
                     .regressor_names = {"x1", "x2"}};
  problem.keys = {{"first", panel.first, panel.n_first},
                  {"second", panel.second, panel.n_second},
                  {"year", panel.year, panel.n_year}};
  if (task.cells) problem.cells = {{.names = panel.cell_names, .ids = panel.cell}};
  for (const std::string& name : task.effects) {
    Effect effect{.name = name};
    for (const char letter : name) {
      effect.keys.push_back(letter == 'e' || letter == 'w' ? 0 : letter == 't' ? 2 : 1);
    }
    problem.effects.push_back(effect);
  }
  return problem;
}

/// Standard error of the first coefficient, clustered by pair, without small-sample factor.
double clustered_error(const GlmProblem& problem, const GlmFit& fit, const Panel& panel,
                       Context& context) {
  std::vector<double> sums;
  if (problem.effects.size() == 3) {
    sums = sum_scores_by_effect(problem, fit, 2, context);
  } else {
    std::vector<GroupId> pairs(panel.y.size());
    for (std::size_t r = 0; r < pairs.size(); ++r) {
      pairs[r] = panel.first[r] * panel.n_second + panel.second[r];
    }
    sums = sum_scores(problem, fit, pairs, Index{panel.n_first} * panel.n_second, context);
  }
  // Row of the inverse Hessian that belongs to x1.
  const auto k = fit.coefficients.size();
  std::vector<double> diagonal(k);
  for (std::size_t j = 0; j < k; ++j) diagonal[j] = fit.hessian[j * k + j];
  const altyn::numerics::SemidefiniteFactor factor(fit.hessian, diagonal, 1e-13);
  std::vector<double> unit(k);
  unit[0] = 1.0;
  const std::vector<double> row = factor.solve(unit);
  double variance = 0.0;
  for (std::size_t c = 0; c + 1 < sums.size(); c += k) {
    double influence = 0.0;
    for (std::size_t j = 0; j < k; ++j) influence += row[j] * sums[c + j];
    variance += influence * influence;
  }
  return std::sqrt(variance);
}

/// Bytes the passes of a fit cannot avoid: outcome, regressors and levels in, weights out, per
/// evaluation; weights and levels in, per inner step; the columns of the result at the end.
double bytes_moved(const GlmFit& fit, std::size_t n_effects) {
  const double n = static_cast<double>(fit.n_rows());
  const double kept = 4.0 * static_cast<double>(n_effects > 2 ? n_effects - 1 : n_effects);
  const double k = static_cast<double>(fit.coefficients.size());
  const double evaluations = static_cast<double>(fit.iterations) + 2.0;
  const double inner = static_cast<double>(fit.inner_iterations);
  return n * (evaluations * (8.0 + 8.0 * k + kept + 8.0) + inner * (8.0 + kept) + 8.0 * (2.0 + k));
}

nlohmann::json run_fit(const Task& task, const GlmProblem& problem, const Panel& panel, int repeat,
                       Context& context) {
  std::vector<double> wall, cpu;
  nlohmann::json result;
  double bandwidth = 0.0;
  bool all_right = true;
  for (int i = 0; i < repeat; ++i) {
    const double wall_start = wall_seconds();
    const double cpu_start = processor_seconds();
    const GlmFit fit = fit_glm(problem, {}, context);
    const double error = task.panel[0] == 'g' ? clustered_error(problem, fit, panel, context) : 0.0;
    wall.push_back(wall_seconds() - wall_start);
    cpu.push_back(processor_seconds() - cpu_start);
    double gap = 0.0;
    for (std::size_t j = 0; j < task.coefficients.size(); ++j) {
      gap = std::max(gap, std::abs(fit.coefficients[j] - task.coefficients[j]));
    }
    double score = 0.0;
    for (const EffectScore& s : fit.effect_scores) score = std::max(score, s.residual);
    all_right = all_right && fit.certificate.holds() && gap <= task.tolerance &&
                (task.se_x1 == 0.0 || std::abs(error - task.se_x1) <= 1e-7 * task.se_x1);
    if (i + 1 == repeat) {
      result["peak_mb"] = peak_mb();
      bandwidth = read_bandwidth(std::size_t{1} << 28, context);
    }
    result.update({{"rows", fit.n_rows()},
                   {"coefficients", fit.coefficients},
                   {"coefficient_gap", gap},
                   {"se_x1", error},
                   {"score", score},
                   {"certificate", fit.certificate.summary()},
                   {"newton_steps", fit.iterations},
                   {"inner_steps", fit.inner_iterations},
                   {"route", fit.route},
                   {"right", all_right},
                   {"bandwidth_bytes_per_second", bandwidth},
                   {"bound_seconds", bandwidth > 0.0 && !task.cells
                                         ? bytes_moved(fit, problem.effects.size()) / bandwidth
                                         : 0.0}});
  }
  result["seconds"] = *std::min_element(wall.begin(), wall.end());
  result["median_seconds"] = median(wall);
  result["cpu_seconds"] = *std::min_element(cpu.begin(), cpu.end());
  return result;
}

/// The same from a table in memory: everything that stands between a formula and its tests.
nlohmann::json run_front(const Task& task, const Panel& panel, int repeat, Context& context) {
  const auto numbers = [](const auto& column) {
    return altyn::data::NumberColumn(column.begin(), column.end());
  };
  altyn::data::Table table("panel");
  table.add("exporter", numbers(panel.first));
  table.add("importer", numbers(panel.second));
  table.add("year", numbers(panel.year));
  table.add("y", panel.y);
  table.add("x1", panel.x1);
  table.add("x2", panel.x2);
  if (task.cells) table.add("cohort", panel.cohort);
  const std::string formula =
      fmt::format("y ~ x1 + x2{} | exporter^year + importer^year + exporter^importer",
                  task.cells ? " + etwfe(cohort, year)" : "");
  std::vector<double> wall, cpu;
  nlohmann::json result;
  bool right = true;
  for (int i = 0; i < repeat; ++i) {
    const double wall_start = wall_seconds();
    const double cpu_start = processor_seconds();
    const Estimate found = estimate(
        table, formula,
        {.cluster = "exporter^importer", .se_convention = SeConvention::kNone, .keep_rows = false},
        context);
    wall.push_back(wall_seconds() - wall_start);
    cpu.push_back(processor_seconds() - cpu_start);
    double gap = 0.0;
    for (std::size_t j = 0; j < task.coefficients.size(); ++j) {
      gap = std::max(gap, std::abs(found.coefficients[j].value - task.coefficients[j]));
    }
    const double error = found.coefficients[0].se;
    right = right && found.certified() && gap <= task.tolerance &&
            std::abs(error - task.se_x1) <= 1e-7 * task.se_x1;
    result = {{"rows", found.n_obs},
              {"coefficients", {found.coefficients[0].value, found.coefficients[1].value}},
              {"coefficient_gap", gap},
              {"se_x1", error},
              {"certificate", found.certificate.summary()},
              {"newton_steps", found.iterations},
              {"peak_mb", peak_mb()},
              {"right", right}};
  }
  result["seconds"] = *std::min_element(wall.begin(), wall.end());
  result["median_seconds"] = median(wall);
  result["cpu_seconds"] = *std::min_element(cpu.begin(), cpu.end());
  return result;
}

/// Draws of pairs with replacement, as weights; each fit starts at the fit of the data.
nlohmann::json run_bootstrap(const Task& task, const GlmProblem& problem, const Panel& panel,
                             int repeat, Context& context) {
  GlmFit base;
  std::vector<double> one_fit;
  for (int i = 0; i < repeat; ++i) {
    const double start = wall_seconds();
    base = fit_glm(problem, {}, context);
    one_fit.push_back(wall_seconds() - start);
  }
  bool right = base.certificate.holds();
  double gap = 0.0;
  for (std::size_t j = 0; j < 2; ++j) {
    gap = std::max(gap, std::abs(base.coefficients[j] - task.coefficients[j]));
  }
  const GroupId n_pairs = panel.n_first * panel.n_second;
  std::vector<double> wall, cpu, scores(at(task.n_draws)), values(at(task.n_draws));
  std::vector<Index> steps(at(task.n_draws));
  for (int i = 0; i < repeat; ++i) {
    const double wall_start = wall_seconds();
    const double cpu_start = processor_seconds();
    const RefitProblem prepared(problem, base, context);
    context.pool->for_each_shard(task.n_draws, [&](Index draw) {
      altyn::RandomStream random(context.seed, 1, static_cast<std::uint64_t>(draw));
      std::vector<double> times(n_pairs);
      for (GroupId pair = 0; pair < n_pairs; ++pair) times[random.below(n_pairs)] += 1.0;
      std::vector<double> weights(panel.y.size());
      for (std::size_t r = 0; r < weights.size(); ++r) {
        weights[r] = times[panel.first[r] * panel.n_second + panel.second[r]];
      }
      // A draw wants no more digits than the spread of the draws shows.
      const GlmFit fit =
          refit(prepared, weights, {.tolerance = 1e-5, .row_results = false}, context);
      values[at(draw)] = fit.coefficients[0];
      steps[at(draw)] = fit.iterations;
      scores[at(draw)] = fit.certificate.holds() ? 0.0 : 1.0;
    });
    wall.push_back(wall_seconds() - wall_start);
    cpu.push_back(processor_seconds() - cpu_start);
  }
  Index all_steps = 0;
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t d = 0; d < values.size(); ++d) {
    right = right && scores[d] == 0.0;
    all_steps += steps[d];
    sum += values[d];
    squares += values[d] * values[d];
  }
  const auto draws = static_cast<double>(task.n_draws);
  const double se = std::sqrt((squares - sum * sum / draws) / (draws - 1.0));
  // 200 draws know a standard error to about a tenth.
  right = right && gap <= task.tolerance && std::abs(se - task.se_x1) <= 0.3 * task.se_x1;
  return {{"rows", base.n_rows()},
          {"coefficients", base.coefficients},
          {"coefficient_gap", gap},
          {"draws", task.n_draws},
          {"seconds", *std::min_element(wall.begin(), wall.end())},
          {"median_seconds", median(wall)},
          {"cpu_seconds", *std::min_element(cpu.begin(), cpu.end())},
          {"one_fit_seconds", median(one_fit)},
          {"fits_per_20_draws", median(wall) / median(one_fit) * 20.0 / draws},
          {"newton_steps", all_steps},
          {"peak_mb", peak_mb()},
          {"se_x1", se},
          {"right", right}};
}

nlohmann::json run_task(const Task& task, const std::string& panels, int threads, int repeat) {
  const bool workers = task.panel[0] == 'a';
  Panel panel = read_panel(panels + "/" + task.panel, workers);
  if (task.family == Family::kGaussian && !workers) {
    for (double& y : panel.y) y = std::log1p(y);
  }
  if (task.cells) add_cells(panel);
  Context context(threads);
  if (task.front) return run_front(task, panel, repeat, context);
  const GlmProblem problem = make_problem(task, panel);
  if (task.n_draws > 0) return run_bootstrap(task, problem, panel, repeat, context);
  return run_fit(task, problem, panel, repeat, context);
}

/// Runs a task in a child and returns what it wrote.
nlohmann::json run_apart(const Task& task, const std::string& panels, int threads, int repeat) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("cannot open a pipe");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    std::string text;
    try {
      text = run_task(task, panels, threads, repeat).dump();
    } catch (const std::exception& error) {
      text = nlohmann::json({{"error", error.what()}, {"right", false}}).dump();
    }
    const char* from = text.data();
    for (std::size_t left = text.size(); left > 0;) {
      const ssize_t written = write(ends[1], from, left);
      if (written <= 0) _exit(1);
      from += written;
      left -= static_cast<std::size_t>(written);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  nlohmann::json result = nlohmann::json::parse(text, nullptr, false);
  if (result.is_discarded()) result = {{"error", "the task did not finish"}, {"right", false}};
  result["task"] = task.name;
  result["expected"] = task.coefficients;
  result["source"] = task.source;
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  std::string panels, results, only;
  int threads = 2;
  int repeat = 3;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--threads" && has_value) {
      threads = std::stoi(argv[++i]);
    } else if (word == "--repeat" && has_value) {
      repeat = std::stoi(argv[++i]);
    } else if (word == "--only" && has_value) {
      only = argv[++i];
    } else if (panels.empty()) {
      panels = word;
    } else {
      results = word;
    }
  }
  if (panels.empty()) {
    fmt::print(stderr,
               "usage: estimation_bench PANELS [RESULTS.json] [--threads N] [--repeat N] "
               "[--only TASK]\n");
    return 2;
  }
  nlohmann::json record = {{"version", altyn::version()},
                           {"compiler", "gcc " __VERSION__},
                           {"processor", processor_name()},
                           {"threads", threads},
                           {"repeat", repeat},
                           {"tasks", nlohmann::json::array()}};
  bool all_right = true;
  fmt::print("{:<16} {:>9} {:>8} {:>8} {:>7} {:>8} {:>9} {:>9} {:>6} {:>6}\n", "task", "rows",
             "seconds", "cpu s", "MB", "bound s", "gap", "score", "steps", "inner");
  for (const Task& task : all_tasks()) {
    if (!only.empty() && task.name.find(only) == std::string::npos) continue;
    const nlohmann::json result = run_apart(task, panels, threads, repeat);
    const bool right = result.value("right", false);
    all_right = all_right && right;
    if (result.contains("error")) {
      fmt::print("{:<16} {}\n", task.name, result["error"].get<std::string>());
    } else {
      fmt::print("{:<16} {:>9} {:>8.3f} {:>8.3f} {:>7} {:>8.3f} {:>9.1e} {:>9.1e} {:>6} {:>6}{}\n",
                 task.name, result.value("rows", Index{0}), result.value("seconds", 0.0),
                 result.value("cpu_seconds", 0.0), result.value("peak_mb", Index{0}),
                 result.value("bound_seconds", 0.0), result.value("coefficient_gap", 0.0),
                 result.value("score", 0.0), result.value("newton_steps", Index{0}),
                 result.value("inner_steps", Index{0}), right ? "" : "  WRONG");
    }
    std::fflush(stdout);
    record["tasks"].push_back(result);
  }
  if (!results.empty()) std::ofstream(results) << record.dump(1) << '\n';
  return all_right ? 0 : 1;
}
