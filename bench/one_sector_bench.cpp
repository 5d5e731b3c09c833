// Task benchmarks of the one-sector world: each has the expected answer, and a wrong one fails.
//
//   one_sector_bench [RESULTS.json] [--threads N] [--repeat N]
//
// Worlds are made up from a fixed seed. Times are wall and processor seconds from a prepared base
// to certified results; the best and the median of the repeats.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/core/version.h"
#include "altyn/equilibrium/one_sector.h"
#include "measure.h"

namespace {

using altyn::Context;
using altyn::Index;
using altyn::RandomStream;
using altyn::SolveStatus;
using altyn::bench::processor_seconds;
using altyn::bench::wall_seconds;
using namespace altyn::equilibrium;  // a program of one file, about this folder alone

// Sizes log-normal, flows falling with distance, a seventh of the pairs without trade.
OneSectorBase made_up_world(std::size_t n, bool tariffs) {
  RandomStream random(3, 1, n);
  OneSectorBase base;
  base.theta = 5.0;
  std::vector<double> size(n), east(n), north(n);
  for (std::size_t i = 0; i < n; ++i) {
    base.economies.push_back("E" + std::to_string(i));
    size[i] = std::exp(1.8 * random.normal());
    east[i] = random.uniform();
    north[i] = random.uniform();
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const double distance = std::hypot(east[i] - east[k], north[i] - north[k]) + 0.02;
      const double noise = random.normal();
      const bool trades = random.uniform() < 6.0 / 7.0;
      base.trade.push_back(
          i == k ? size[i] * std::exp(0.3 * noise)
                 : (trades ? 0.02 * size[i] * size[k] / distance * std::exp(noise) : 0.0));
      if (tariffs) base.tariff.push_back(i == k ? 0.0 : 0.2 * random.uniform());
    }
  }
  return base;
}

// A union of the first five economies ends.
void end_union(std::size_t n, double beta, OneSectorShock& shock) {
  shock.direct_log.assign(n * n, 0.0);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t k = 0; k < 5; ++k) {
      if (i != k) shock.direct_log[i * n + k] = -beta;
    }
  }
}

struct Task {
  std::string name;
  std::size_t n = 0;
  bool tariffs = false;
  bool pooled = false;
  Index n_draws = 1;
  bool again = false;     ///< memory of the first solve is kept: the solve alone is timed
  double expected = 0.0;  ///< sum over members of ln real income, of draw 0
};

struct Measured {
  std::vector<double> walls, processors;
  double answer = 0.0;
  double iterations = 0.0;
  Index failed = 0;
};

Measured run(const Task& task, int n_threads, int n_repeat) {
  OneSectorBase base = made_up_world(task.n, task.tariffs);
  if (task.pooled) {
    base.pools = {{.name = "union",
                   .members = {"E0", "E1", "E2", "E3", "E4"},
                   .keys = {0.6, 0.1, 0.1, 0.1, 0.1}}};
  }
  const OneSectorModel model(base, {});
  Context context(n_threads);
  Measured measured;
  OneSectorWorkspace workspace;
  OneSectorShock kept_shock;
  OneSectorResult kept_result;
  for (int repeat = 0; repeat < n_repeat; ++repeat) {
    std::vector<double> answers(static_cast<std::size_t>(task.n_draws));
    std::vector<int> iterations(answers.size());
    const double wall_start = wall_seconds();
    const double processor_start = processor_seconds();
    const auto set_shock = [&](Index draw, OneSectorShock& shock) {
      RandomStream random(7, 2, static_cast<std::uint64_t>(draw));
      const double error = draw == 0 ? 0.0 : random.normal();
      end_union(task.n, 0.3 + 0.1 * error, shock);
      shock.theta = draw == 0 ? 0.0 : 5.0 * std::exp(0.15 * random.normal());
    };
    const auto take_result = [&](Index draw, const OneSectorResult& result) {
      const auto at = static_cast<std::size_t>(draw);
      for (std::size_t i = 0; i < 5; ++i) answers[at] += std::log(result.welfare_hat[i]);
      iterations[at] = result.certificate.iterations;
      if (!result.certificate.holds()) answers[at] = std::nan("");
    };
    if (task.again) {
      set_shock(0, kept_shock);
      model.solve(kept_shock, workspace, kept_result);
      take_result(0, kept_result);
    } else {
      measured.failed = solve_many(model, task.n_draws, set_shock, take_result, context);
    }
    measured.walls.push_back(wall_seconds() - wall_start);
    measured.processors.push_back(processor_seconds() - processor_start);
    measured.answer = answers[0];
    measured.iterations = 0.0;
    for (const int count : iterations) {
      measured.iterations += static_cast<double>(count) / static_cast<double>(task.n_draws);
    }
    for (const double answer : answers) {
      if (!std::isfinite(answer)) ++measured.failed;
    }
  }
  std::sort(measured.walls.begin(), measured.walls.end());
  std::sort(measured.processors.begin(), measured.processors.end());
  return measured;
}

}  // namespace

int main(int argc, char** argv) {
  std::string output;
  int n_threads = 1;
  int n_repeat = 7;
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    if (word == "--threads" && k + 1 < argc) {
      n_threads = std::stoi(argv[++k]);
    } else if (word == "--repeat" && k + 1 < argc) {
      n_repeat = std::stoi(argv[++k]);
    } else {
      output = word;
    }
  }
  // Expected answers: this program's own, where the certificate holds and KINSOL agrees on smaller
  // worlds of the same kind; a change of the engine must not move them.
  const std::vector<Task> tasks = {
      {.name = "one-200", .n = 200, .expected = -0.007433325041},
      {.name = "one-200-again", .n = 200, .again = true, .expected = -0.007433325041},
      {.name = "one-200-tariffs", .n = 200, .tariffs = true, .expected = -0.005203103064},
      {.name = "draws-82", .n = 82, .n_draws = 1000, .expected = -0.039696819934},
      {.name = "draws-82-pool",
       .n = 82,
       .tariffs = true,
       .pooled = true,
       .n_draws = 1000,
       .expected = -0.025687554011},
      {.name = "draws-200", .n = 200, .n_draws = 1000, .expected = -0.007433325041},
  };
  nlohmann::json results = nlohmann::json::array();
  bool right = true;
  fmt::print("{:16} {:>10} {:>10} {:>12} {:>8} {:>6}\n", "task", "best ms", "median ms",
             "cpu ms/solve", "sweeps", "failed");
  for (const Task& task : tasks) {
    const Measured m = run(task, n_threads, n_repeat);
    const double per_solve = 1e3 * m.processors.front() / static_cast<double>(task.n_draws);
    fmt::print("{:16} {:10.3f} {:10.3f} {:12.4f} {:8.1f} {:6}\n", task.name, 1e3 * m.walls.front(),
               1e3 * m.walls[m.walls.size() / 2], per_solve, m.iterations, m.failed);
    // 1e-9: residuals of 1e-10, conditioning of a digit.
    if (!(std::abs(m.answer - task.expected) < 1e-9) || m.failed != 0) {
      fmt::print("  WRONG: {:.12f}, expected {:.12f}\n", m.answer, task.expected);
      right = false;
    }
    results.push_back({{"task", task.name},
                       {"economies", task.n},
                       {"draws", task.n_draws},
                       {"threads", n_threads},
                       {"wall_seconds_best", m.walls.front()},
                       {"wall_seconds_median", m.walls[m.walls.size() / 2]},
                       {"cpu_seconds_per_solve", per_solve / 1e3},
                       {"sweeps", m.iterations},
                       {"answer", m.answer}});
  }
  if (!output.empty()) {
    std::ofstream(output) << nlohmann::json{{"version", std::string(altyn::version())},
                                            {"processors", std::thread::hardware_concurrency()},
                                            {"tasks", results}}
                                 .dump(2)
                          << "\n";
  }
  return right ? 0 : 1;
}
