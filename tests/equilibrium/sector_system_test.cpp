#include "altyn/equilibrium/sector_system.h"

#include <gtest/gtest.h>

#include <cmath>

#include "altyn/core/rng.h"
#include "altyn/equilibrium/multi_sector_workspace.h"
#include "equilibrium/multi_sector_worlds.h"

namespace altyn::equilibrium::sector {
namespace {

using testing::RandomMultiSector;

// Everything at once: inputs, two factors, entry, selection, export taxes, two pools with duties
// inside them, deficits.
class Sweep : public ::testing::TestWithParam<Closure> {
 protected:
  void SetUp() override {
    const RandomMultiSector random = testing::random_multi_sector({.n = 11,
                                                                   .n_sectors = 5,
                                                                   .n_factors = 2,
                                                                   .entry = 0.4,
                                                                   .selection = 0.3,
                                                                   .export_tax = true,
                                                                   .pools = true,
                                                                   .seed = 5});
    model.emplace(random.base, MultiSectorOptions{.closure = GetParam()}, context);
    system.prepare(model->world(), random.shock, *context.pool);
    const World& w = model->world();
    RandomStream draw(7, 0, 0);
    x.assign(w.state_size(), 0.0);
    direction.assign(w.state_size(), 0.0);
    weight.assign(w.state_size(), 0.0);
    const StateView view{w};
    std::copy(w.expenditure_log.begin(), w.expenditure_log.end(),
              view.spending(std::span<double>(x)));
    std::copy(w.output_log.begin(), w.output_log.end(), view.output(std::span<double>(x)));
    // Away from any solution: the derivative must hold everywhere.
    for (std::size_t at = 0; at < x.size(); at += w.row) {
      for (std::size_t e = 0; e < w.n; ++e) {
        x[at + e] += 0.1 * draw.normal();
        direction[at + e] = draw.normal();
        weight[at + e] = draw.normal();
      }
    }
  }
  Context context{1};
  std::optional<MultiSectorModel> model;
  System system;
  std::vector<double> x, direction, weight;
};

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

TEST_P(Sweep, LinearSweepIsTheDerivative) {
  std::vector<double> linear(x.size(), 0.0);
  ASSERT_TRUE(system.sweep(x, *context.pool));
  system.linear_sweep(direction, linear, *context.pool);
  const auto shifted = [&](double step) {
    std::vector<double> at = x;
    for (std::size_t k = 0; k < x.size(); ++k) at[k] += step * direction[k];
    EXPECT_TRUE(system.sweep(at, *context.pool));
    return std::vector<double>(system.next.begin(), system.next.end());
  };
  // Central differences with one Richardson step: error near h^4 + 1e-16 / h.
  constexpr double h = 1e-3;
  const auto far_up = shifted(h), far_down = shifted(-h), up = shifted(h / 2),
             down = shifted(-h / 2);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double wide = (far_up[k] - far_down[k]) / (2.0 * h);
    const double narrow = (up[k] - down[k]) / h;
    EXPECT_NEAR(linear[k], (4.0 * narrow - wide) / 3.0, 1e-8 * (1.0 + std::abs(linear[k]))) << k;
  }
}

TEST_P(Sweep, TransposedSweepIsTheTranspose) {
  std::vector<double> forward(x.size(), 0.0);
  std::vector<double> backward(x.size(), 0.0);
  ASSERT_TRUE(system.sweep(x, *context.pool));
  system.linear_sweep(direction, forward, *context.pool);
  system.transposed_sweep(weight, nullptr, backward, *context.pool);
  const double left = dot(weight, forward);
  // Sums of about 200 products of order one.
  EXPECT_NEAR(left, dot(backward, direction), 1e-12 * (1.0 + std::abs(left)));
}

INSTANTIATE_TEST_SUITE_P(Closures, Sweep,
                         ::testing::Values(Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                           Closure::kMultiplicative, Closure::kEndogenous),
                         [](const auto& closure) { return std::string(to_string(closure.param)); });

}  // namespace
}  // namespace altyn::equilibrium::sector
