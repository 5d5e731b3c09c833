// Task benchmarks of the network layer: each has the expected answer, and a wrong one fails.
//
//   corridors_bench [--threads N]
//
// Made-up networks of 2,000 nodes and 8,000 links from fixed seeds. Times are wall and processor
// seconds.

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "altyn/corridors/link_value.h"
#include "corridors/made_up_network.h"

namespace {

using altyn::Context;
using namespace altyn::corridors;  // a program of one file, about this folder alone

double wall() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double processor() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Timer {
 public:
  void print(const std::string& task, bool right) const {
    fmt::print("{:<58}{:>8.2f} s wall{:>8.2f} s processor  {}\n", task, wall() - wall_,
               processor() - processor_, right ? "right" : "WRONG");
  }

 private:
  double wall_ = wall(), processor_ = processor();
};

// The tasks on one network of 2,000 nodes; false where an answer is wrong.
bool run(const testing::MadeUp& made, Context& context) {
  std::vector<std::size_t> all(2000);
  std::iota(all.begin(), all.end(), std::size_t{0});
  bool right = true;
  const auto report = [&](const Timer& timer, const std::string& task, bool one) {
    timer.print(task, one);
    right = right && one;
  };
  {
    const Timer timer;
    const Routes routes(made.network, made.cost_log, all, {.shape = 60.0}, context);
    report(timer, "costs between all 2,000 nodes", routes.certificate().holds());
    const std::vector<double> weight(all.size() * all.size(), 1.0);
    const Timer passing;
    const std::vector<double> traffic = routes.link_sums(weight, context);
    report(passing, "traffic of 4 million pairs, or their gradient",
           conservation_gap(made.network, all, weight, traffic) < 1e-9);
  }
  {
    const Timer timer;
    const Routes cheapest(made.network, made.cost_log, all, {.cheapest = true}, context);
    report(timer, "cheapest routes between all 2,000 nodes", cheapest.certificate().holds());
  }
  const std::size_t n = 200;
  const altyn::equilibrium::OneSectorBase base = testing::made_up_world(n);
  CorridorProblem problem{.network = &made.network,
                          .cost_log = made.cost_log,
                          .new_cost_log = made.cost_log,
                          .node = {},
                          .route = {.shape = 60.0}};
  for (std::size_t k = 0; k < n; ++k) problem.node.push_back(10 * k);
  const std::vector<double> weight(n, 1.0 / static_cast<double>(n));
  double slope = 0.0;
  std::size_t best = 0;
  {
    const Timer timer;
    const LinkValue value = link_values(problem, base, {}, weight, context);
    for (std::size_t l = 0; l < value.slope.size(); ++l) {
      if (value.slope[l] < value.slope[best]) best = l;
    }
    slope = value.slope[best];
    report(timer, "value of all 8,000 links to 200 economies, one adjoint",
           value.status == altyn::SolveStatus::kConverged);
  }
  constexpr double kStep = 1e-3;
  problem.new_cost_log[best] -= kStep;
  const Timer timer;
  const CorridorResult result = solve_corridors(problem, base, {}, context);
  double change = 0.0;
  for (const double hat : result.equilibrium.welfare_hat) {
    change += std::log(hat) / static_cast<double>(n);
  }
  // A one-sided difference: its error is half of step times shape.
  report(timer, "one changed link: costs, traffic, equilibrium of 200",
         result.certificate.holds() && std::abs(-change / kStep / slope - 1.0) < 0.05);
  return right;
}

}  // namespace

int main(int argc, char** argv) {
  const int n_threads = argc > 2 ? std::stoi(argv[2]) : 2;
  Context context(n_threads);
  fmt::print("{} threads\nA plane: 40 by 50 places, 8,000 links\n", n_threads);
  const bool plane = run(testing::made_up_grid(40, 50, 90, 1), context);
  fmt::print("The hardest: a ring of 2,000 with 2,000 chords at random, 8,000 links\n");
  const bool hardest = run(testing::made_up_network(2000, 2000, 1), context);
  return plane && hardest ? 0 : 1;
}
