#include "altyn/equilibrium/one_sector_gradient.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "altyn/core/errors.h"
#include "equilibrium/conformance.h"

namespace altyn::equilibrium {
namespace {

constexpr std::size_t kEconomies = 6;
constexpr double kStep = 1e-4;
// Central differences of solves certified to 1e-13, with steps of 1e-4: the third derivative
// leaves a part of 1e-8, rounding 1e-9.
constexpr double kTolerance = 3e-7;

class OneSectorSlopes : public ::testing::TestWithParam<Closure> {
 protected:
  OneSectorSlopes() {
    const testing::TestWorld world = testing::random_world(kEconomies, 1, 12);
    base.economies = world.economies;
    base.trade = world.trade;
    base.theta = world.theta[0];
    base.tariff = world.tariff;
    base.value_added_share = world.value_added_share;
    base.pools = {{.name = "union", .members = {"E1", "E3", "E4"}, .keys = {0.5, 0.3, 0.2}}};
    shock.cost_hat = world.cost_hat;
    shock.tariff = world.new_tariff;
    shock.productivity_hat = world.productivity_hat;
    shock.theta = base.theta;
    shock.direct_log.assign(kEconomies * kEconomies, 0.0);
    shock.direct_log[2] = 0.3;
    measure.welfare_log = {0.2, -0.4, 1.0, 0.3, 0.0, 0.1};
    measure.revenue_collected = {0.0, 0.02, 0.0, -0.03, 0.01, 0.0};
    measure.paid_by_pool = {0.0, 0.04, 0.0, 0.0, -0.02, 0.0};
    options = {.closure = GetParam(), .tolerance = 1e-13};
  }

  // By the one-sector model itself. What a pool pays out is what a member receives beyond the
  // duties it keeps, those on members' goods.
  [[nodiscard]] double value(const OneSectorShock& at) {
    const OneSectorResult r = solve_one_sector(base, at, options, context);
    EXPECT_EQ(r.status, SolveStatus::kConverged) << r.message;
    double sum = 0.0;
    for (std::size_t i = 0; i < kEconomies; ++i) {
      sum += measure.welfare_log[i] * std::log(r.welfare_hat[i]) +
             measure.revenue_collected[i] * r.revenue_collected[i];
      if (measure.paid_by_pool[i] == 0.0) continue;
      double kept = 0.0;
      for (const std::size_t member : {1U, 3U, 4U}) {
        const std::size_t cell = member * kEconomies + i;
        kept += at.tariff[cell] / (1.0 + at.tariff[cell]) * r.trade[cell];
      }
      sum += measure.paid_by_pool[i] * (r.revenue_received[i] - kept);
    }
    return sum;
  }

  [[nodiscard]] double difference(const std::function<void(OneSectorShock&, double)>& move) {
    OneSectorShock up = shock, down = shock;
    move(up, kStep);
    move(down, -kStep);
    return (value(up) - value(down)) / (2.0 * kStep);
  }

  Context context{1};
  OneSectorBase base;
  OneSectorShock shock;
  OneSectorMeasure measure;
  OneSectorOptions options;
};

TEST_P(OneSectorSlopes, EqualDifferencesOfTheOneSectorModel) {
  const OneSectorGradient found = one_sector_gradient(base, shock, measure, options, context);
  ASSERT_EQ(found.status, SolveStatus::kConverged);
  // Two models of the same equations, each certified.
  EXPECT_NEAR(found.value, value(shock), 1e-10);
  for (const std::size_t cell : {1UL, 8UL, 15UL, 20UL, 34UL}) {
    if (base.trade[cell] == 0.0) continue;
    EXPECT_NEAR(found.tariff[cell], difference([cell](OneSectorShock& s, double d) {
                  s.tariff[cell] = (1.0 + s.tariff[cell]) * std::exp(d) - 1.0;
                }),
                kTolerance)
        << "tariff " << cell;
    EXPECT_NEAR(found.cost[cell], difference([cell](OneSectorShock& s, double d) {
                  s.cost_hat[cell] *= std::exp(d);
                }),
                kTolerance)
        << "cost " << cell;
  }
  for (std::size_t i = 0; i < kEconomies; ++i) {
    EXPECT_NEAR(found.productivity_log[i], difference([i](OneSectorShock& s, double d) {
                  s.productivity_hat[i] *= std::exp(d);
                }),
                kTolerance)
        << "productivity " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Closures, OneSectorSlopes,
                         ::testing::Values(Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                           Closure::kMultiplicative, Closure::kEndogenous),
                         [](const auto& closure) { return std::string(to_string(closure.param)); });

TEST(OneSectorSlope, ByTheElasticityEqualsADifference) {
  const testing::TestWorld world = testing::random_world(kEconomies, 1, 3);
  OneSectorBase base{.economies = world.economies,
                     .trade = world.trade,
                     .theta = world.theta[0],
                     .tariff = world.tariff};
  const OneSectorOptions options{.tolerance = 1e-13};
  Context context(1);
  const auto at = [&](double theta) {
    OneSectorShock shock{.cost_hat = world.cost_hat, .theta = theta};
    return std::log(solve_one_sector(base, shock, options, context).welfare_hat[2]);
  };
  const OneSectorShock shock{.cost_hat = world.cost_hat};
  const OneSectorGradient found =
      one_sector_gradient(base, shock, {.welfare_log = {0, 0, 1, 0, 0, 0}}, options, context);
  ASSERT_EQ(found.status, SolveStatus::kConverged);
  EXPECT_NEAR(found.theta, (at(base.theta + kStep) - at(base.theta - kStep)) / (2.0 * kStep),
              kTolerance);
}

TEST(OneSectorSlope, RefusesWhatManySectorsLeaveOut) {
  const testing::TestWorld world = testing::random_world(kEconomies, 1, 3);
  OneSectorBase base{
      .economies = world.economies, .trade = world.trade, .theta = 4.0, .supply_elasticity = 0.5};
  Context context(1);
  const auto where = [&](const OneSectorShock& shock, const OneSectorOptions& options) {
    try {
      static_cast<void>(one_sector_gradient(base, shock, {}, options, context));
    } catch (const InputError& error) {
      return error.detail().code + " " + error.detail().where;
    }
    return std::string();
  };
  EXPECT_EQ(where({}, {}), "fixed-factors supply_elasticity");
  base.supply_elasticity = 0.0;
  base.mobility = {.nation = {0, 0, -1, -1, -1, -1}, .workers = {}, .elasticity = 2.0};
  EXPECT_EQ(where({}, {}), "fixed-factors mobility");
  base.mobility = {};
  EXPECT_EQ(where({.endowment_hat = std::vector<double>(kEconomies, 1.1)}, {.numeraire = "E1"}),
            "fixed-factors endowment_hat");
}

}  // namespace
}  // namespace altyn::equilibrium
