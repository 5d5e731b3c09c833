#include "altyn/equilibrium/adjoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "altyn/core/errors.h"
#include "equilibrium/multi_sector_worlds.h"
#include "equilibrium/naive_multi_sector.h"

namespace altyn::equilibrium {
namespace {

using Complex = std::complex<double>;
using testing::NaiveShock;
using testing::RandomMultiSector;

// Derivatives of one economy's ln welfare by complex steps through the naive solver.
class AgainstComplexSteps : public ::testing::Test {
 protected:
  void SetUp() override {
    world = testing::random_multi_sector({.n = 3, .n_sectors = 2, .seed = 8});
    model.emplace(world.base, MultiSectorOptions{.closure = Closure::kAdditive, .tolerance = 1e-13},
                  context);
    model->solve(world.shock, workspace, result, context);
    ASSERT_EQ(result.status, SolveStatus::kConverged);
    found = gradient(*model, world.shock, workspace, SectorMeasure::welfare(kEconomy, 3), context,
                     {.tariff = true, .cost = true});
    ASSERT_EQ(found.status, SolveStatus::kConverged);
  }
  template <class Change>
  double complex_step(const Change& change) {
    NaiveShock<Complex> shock = testing::naive_shock<Complex>(model->base(), world.shock);
    constexpr double h = 1e-30;
    change(shock, Complex(0.0, h));
    return testing::solve_naive(model->base(), shock).welfare[kEconomy].imag() / h;
  }
  static constexpr std::size_t kEconomy = 1;
  Context context{1};
  RandomMultiSector world;
  std::optional<MultiSectorModel> model;
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  SectorGradient found;
};

// The naive solver stops at relative gaps near 1e-14; conditioning leaves ten digits.
constexpr double kTolerance = 1e-9;

TEST_F(AgainstComplexSteps, EveryTariff) {
  for (std::size_t cell = 0; cell < world.base.trade_share.size(); ++cell) {
    const double step =
        complex_step([&](auto& shock, Complex h) { shock.wedge[cell] *= std::exp(h); });
    EXPECT_NEAR(found.tariff[cell], step, kTolerance) << cell;
  }
}

TEST_F(AgainstComplexSteps, EveryCostProductivityElasticityAndDeficit) {
  for (std::size_t cell = 0; cell < world.base.trade_share.size(); cell += 3) {
    const double step =
        complex_step([&](auto& shock, Complex h) { shock.cost[cell] *= std::exp(h); });
    EXPECT_NEAR(found.cost[cell], step, kTolerance) << cell;
  }
  for (std::size_t k = 0; k < 6; ++k) {
    const double step =
        complex_step([&](auto& shock, Complex h) { shock.productivity[k] *= std::exp(h); });
    EXPECT_NEAR(found.productivity_log[k], step, kTolerance) << k;
  }
  for (std::size_t j = 0; j < 2; ++j) {
    const double step = complex_step([&](auto& shock, Complex h) { shock.theta[j] += h; });
    EXPECT_NEAR(found.theta[j], step, kTolerance) << j;
  }
  for (std::size_t e = 1; e < 3; ++e) {  // against economy 0, so that deficits still sum to zero
    const double step = complex_step([&](auto& shock, Complex h) {
      shock.deficit[e] += h;
      shock.deficit[0] -= h;
    });
    EXPECT_NEAR(found.deficit[e] - found.deficit[0], step, kTolerance) << e;
  }
}

// Everything switched on, every closure, several measures: central differences of full solves.
class AgainstDifferences : public ::testing::TestWithParam<Closure> {};

TEST_P(AgainstDifferences, EveryKindOfParameter) {
  const RandomMultiSector world = testing::random_multi_sector({.n = 6,
                                                                .n_sectors = 3,
                                                                .n_factors = 2,
                                                                .entry = 0.3,
                                                                .selection = 0.4,
                                                                .export_tax = true,
                                                                .pools = true,
                                                                .seed = 12});
  Context context(1);
  const MultiSectorModel model(world.base, {.closure = GetParam(), .tolerance = 1e-12}, context);
  SectorMeasure measure = SectorMeasure::welfare(2, 6);
  measure.welfare_log[4] = -0.7;
  measure.duty = {0.1, 0.0, 0.2, 0.0, 0.0, 0.3};
  measure.duty_received = {0.2, 0.5, 0.0, 0.0, 0.1, 0.0};
  measure.export_duty = {0.0, 1.0, 0.0, 0.0, 0.0, 0.0};
  measure.wage_log = std::vector<double>(12, 0.0);
  measure.wage_log[7] = 0.4;
  measure.price_log = std::vector<double>(18, 0.0);
  measure.price_log[5] = 0.3;
  measure.output = std::vector<double>(18, 0.0);
  measure.output[8] = 0.05;
  measure.expenditure = std::vector<double>(18, 0.0);
  measure.expenditure[3] = 0.05;
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  MultiSectorShock shock = world.shock;
  shock.theta = world.base.theta;
  if (GetParam() != Closure::kEndogenous) shock.deficit = model.base().deficit;
  model.solve(shock, workspace, result, context);
  ASSERT_EQ(result.status, SolveStatus::kConverged) << result.message;
  const SectorGradient found =
      gradient(model, shock, workspace, measure, context,
               {.tariff = true, .export_tax = true, .cost = true, .trade_share = true});
  ASSERT_EQ(found.status, SolveStatus::kConverged);

  constexpr double h = 1e-4;
  const auto value = [&](const MultiSectorShock& at) {
    model.solve(at, workspace, result, context);
    EXPECT_EQ(result.status, SolveStatus::kConverged);
    return measure_value(measure, result);
  };
  // change(shock, step): the parameter moved by step. Two central differences and Richardson.
  const auto difference = [&](const auto& change) {
    const auto at = [&](double step) {
      MultiSectorShock moved = shock;
      change(moved, step);
      return value(moved);
    };
    const double wide = (at(h) - at(-h)) / (2.0 * h);
    const double narrow = (at(h / 2) - at(-h / 2)) / h;
    return (4.0 * narrow - wide) / 3.0;
  };
  // Differences keep about eight digits of values of order one.
  constexpr double kDifference = 2e-7;
  for (std::size_t cell = 0; cell < world.base.trade_share.size(); cell += 5) {
    EXPECT_NEAR(found.tariff[cell], difference([&](auto& s, double d) {
                  s.tariff[cell] = (1.0 + s.tariff[cell]) * std::exp(d) - 1.0;
                }),
                kDifference)
        << "tariff " << cell;
    EXPECT_NEAR(found.export_tax[cell], difference([&](auto& s, double d) {
                  s.export_tax[cell] = (1.0 + s.export_tax[cell]) * std::exp(d) - 1.0;
                }),
                kDifference)
        << "export tax " << cell;
    EXPECT_NEAR(found.cost[cell],
                difference([&](auto& s, double d) { s.cost_hat[cell] *= std::exp(d); }),
                kDifference)
        << "cost " << cell;
    EXPECT_NEAR(found.cost[cell], -model.base().theta[cell / 36] * found.trade_share[cell], 1e-12);
  }
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(found.theta[j], difference([&](auto& s, double d) { s.theta[j] += d; }),
                kDifference);
  }
  for (std::size_t k = 0; k < 18; k += 4) {
    EXPECT_NEAR(found.productivity_log[k],
                difference([&](auto& s, double d) { s.productivity_hat[k] *= std::exp(d); }),
                kDifference);
  }
  if (GetParam() == Closure::kNone || GetParam() == Closure::kEndogenous) return;
  for (std::size_t e = 1; e < 6; ++e) {
    EXPECT_NEAR(found.deficit[e] - found.deficit[0], difference([&](auto& s, double d) {
                  s.deficit[e] += d;
                  s.deficit[0] -= d;
                }),
                kDifference)
        << "deficit " << e;
  }
}

INSTANTIATE_TEST_SUITE_P(Closures, AgainstDifferences,
                         ::testing::Values(Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                           Closure::kMultiplicative, Closure::kEndogenous),
                         [](const auto& closure) { return std::string(to_string(closure.param)); });

TEST(TariffSlopes, EqualTheGradientOnTheirCells) {
  const RandomMultiSector world = testing::random_multi_sector({.n = 5, .n_sectors = 3, .seed = 3});
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(world.shock, workspace, result, context);
  const SectorMeasure measure = SectorMeasure::welfare(0, 5);
  const SectorGradient all = gradient(model, world.shock, workspace, measure, context);
  const std::vector<std::size_t> cells = {1, 27, 40, 74};
  std::vector<double> slopes(4);
  EXPECT_EQ(tariff_slopes(model, workspace, measure, cells, slopes, context),
            SolveStatus::kConverged);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_DOUBLE_EQ(slopes[c], all.tariff[cells[c]]);
}

TEST(Gradient, NeedsASolution) {
  const RandomMultiSector world = testing::random_multi_sector({});
  Context context(1);
  const MultiSectorModel model(world.base, {}, context);
  MultiSectorWorkspace workspace;
  try {
    static_cast<void>(gradient(model, {}, workspace, SectorMeasure::welfare(0, 6), context));
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "no-solution");
  }
}

}  // namespace
}  // namespace altyn::equilibrium
