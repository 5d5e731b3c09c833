// An independent solver on independently written equations: SUNDIALS KINSOL (Newton with a
// difference Jacobian and line search) on rewards, price indices and spending of the one-sector
// world, against the engine's own search over producer prices.
#include <gtest/gtest.h>

#include "altyn/equilibrium/one_sector.h"
#include "equilibrium/conformance.h"

#ifdef ALTYN_KINSOL
#include <cmath>

#include "equilibrium/kinsol_solve.h"

namespace altyn::equilibrium {
namespace {

struct Economy {
  testing::TestWorld world;
  bool additive = false;
};

// Dekle, Eaton and Kortum (2008) with tariffs and roundabout intermediates, as a textbook has it.
// Unknowns: logs of rewards, price indices, spending.
int equations(N_Vector at, N_Vector residual, void* data) {
  const auto& economy = *static_cast<Economy*>(data);
  const testing::TestWorld& w = economy.world;
  const std::size_t n = w.n();
  const double theta = w.theta[0];
  const double* x = N_VGetArrayPointer(at);
  double* f = N_VGetArrayPointer(residual);
  const auto idx = [n](std::size_t i, std::size_t k) { return i * n + k; };
  std::vector<double> e0(n, 0.0), v0(n, 0.0), d0(n, 0.0), cost(n), spent_factory(n, 0.0), q(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const double factory = w.trade[idx(i, k)] / (1.0 + w.tariff[idx(i, k)]);
      e0[k] += w.trade[idx(i, k)];
      v0[i] += w.value_added_share[i] * factory;
      d0[k] += factory;
      d0[i] -= factory;
    }
    cost[i] = std::exp(w.value_added_share[i] * x[i] + (1.0 - w.value_added_share[i]) * x[n + i]) /
              w.productivity_hat[i];
  }
  double world = 0.0, base_world = 0.0, weighted = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    world += std::exp(x[i]) * v0[i];
    base_world += v0[i];
    weighted += (1.0 + d0[i] / v0[i]) * std::exp(x[i]) * v0[i];
  }
  for (std::size_t k = 0; k < n; ++k) {
    double sum = 0.0;
    const auto part = [&](std::size_t i) {
      const double kappa =
          w.cost_hat[idx(i, k)] * (1.0 + w.new_tariff[idx(i, k)]) / (1.0 + w.tariff[idx(i, k)]);
      return w.trade[idx(i, k)] / e0[k] * std::pow(cost[i] * kappa, -theta);
    };
    for (std::size_t i = 0; i < n; ++i) sum += part(i);
    f[n + k] = x[n + k] + std::log(sum) / theta;
    for (std::size_t i = 0; i < n; ++i) {
      const double factory =
          part(i) / sum * std::exp(x[2 * n + k]) / (1.0 + w.new_tariff[idx(i, k)]);
      q[i] += factory;
      spent_factory[k] += factory;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double earned = std::exp(x[i]) * v0[i];
    const double spending = std::exp(x[2 * n + i]);
    const double deficit =
        economy.additive ? d0[i] : (world / weighted * (1.0 + d0[i] / v0[i]) - 1.0) * earned;
    f[2 * n + i] = std::log(
        (earned + deficit + spending - spent_factory[i] + (1.0 - w.value_added_share[i]) * q[i]) /
        spending);
    f[i] = std::log(w.value_added_share[i] * q[i] / earned);
  }
  f[0] = std::log(world / base_world);  // the first market clears by Walras's law
  return 0;
}

std::vector<double> referee(Economy& economy) {
  const std::size_t n = economy.world.n();
  std::vector<double> start(3 * n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    double spent = 0.0;
    for (std::size_t i = 0; i < n; ++i) spent += economy.world.trade[i * n + k];
    start[2 * n + k] = std::log(spent);
  }
  return testing::solve_by_kinsol(equations, &economy, start);
}

TEST(KinsolReferee, AgreesOnRewardsPricesAndSpending) {
  for (const bool additive : {false, true}) {
    for (std::uint64_t seed = 60; seed < 66; ++seed) {
      Economy economy{testing::random_world(6, 1, seed), additive};
      const std::vector<double> theirs = referee(economy);
      OneSectorBase base;
      base.economies = economy.world.economies;
      base.trade = economy.world.trade;
      base.tariff = economy.world.tariff;
      base.theta = economy.world.theta[0];
      base.value_added_share = economy.world.value_added_share;
      OneSectorShock shock;
      shock.cost_hat = economy.world.cost_hat;
      shock.tariff = economy.world.new_tariff;
      shock.productivity_hat = economy.world.productivity_hat;
      Context context(1);
      const OneSectorResult ours = solve_one_sector(
          base, shock,
          {.closure = additive ? Closure::kAdditive : Closure::kMultiplicative, .tolerance = 1e-12},
          context);
      ASSERT_TRUE(ours.certificate.holds()) << ours.certificate.summary();
      for (std::size_t i = 0; i < 6; ++i) {
        // Both stop at 1e-12; the conditioning of these worlds costs two digits.
        EXPECT_NEAR(std::log(ours.wage_hat[i]), theirs[i], 1e-9) << seed;
        EXPECT_NEAR(std::log(ours.price_hat[i]), theirs[6 + i], 1e-9) << seed;
        EXPECT_NEAR(std::log(ours.expenditure[i]), theirs[12 + i], 1e-9) << seed;
      }
    }
  }
}

}  // namespace
}  // namespace altyn::equilibrium

#else

TEST(KinsolReferee, AgreesOnRewardsPricesAndSpending) {
  GTEST_SKIP() << "SUNDIALS KINSOL was not found when the tests were configured";
}

#endif
