// An independent solver on independently written equations: SUNDIALS KINSOL (Newton with a
// difference Jacobian and line search) on wages, prices and spending of a world of several sectors,
// entry and selection included, against the engine's own search.
#include <gtest/gtest.h>

#include "altyn/equilibrium/multi_sector.h"
#include "equilibrium/multi_sector_worlds.h"

#ifdef ALTYN_KINSOL
#include <cmath>

#include "equilibrium/kinsol_solve.h"

namespace altyn::equilibrium {
namespace {

struct Problem {
  const MultiSectorBase& base;
  const MultiSectorShock& shock;
  std::vector<double> base_output;  // [sector, economy]
  bool additive = false;
};

// Equations (1) to (9) of docs/models/multi-sector.md, cell by cell. Unknowns: logs of wages [N],
// of prices [J, N], of spending [J, N] and of output [J, N].
int equations(N_Vector at, N_Vector residual, void* data) {
  const auto& [base, shock, base_output, additive] = *static_cast<const Problem*>(data);
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const std::size_t block = n * n_sectors;
  const double* wage = N_VGetArrayPointer(at);
  const double* price = wage + n;
  const double* spending = price + block;
  const double* output = spending + block;
  double* f = N_VGetArrayPointer(residual);
  const auto or_zero = [](const std::vector<double>& values, std::size_t k) {
    return values.empty() ? 0.0 : values[k];
  };
  std::vector<double> cost(block), made(block, 0.0), income(n);
  double before = 0.0, after = 0.0, weighted = 0.0;
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t j = 0; j < n_sectors; ++j) {
      cost[base.at(j, e)] = base.value_added_share[base.at(j, e)] * wage[e] -
                            std::log(shock.productivity_hat[base.at(j, e)]);
      for (std::size_t k = 0; k < n_sectors; ++k) {
        cost[base.at(j, e)] += base.input_share[base.input_at(e, k, j)] * price[base.at(k, e)];
      }
    }
    income[e] = std::exp(wage[e]) * base.factor_income[e];
    before += base.factor_income[e];
    after += income[e];
    weighted += (1.0 + base.deficit[e] / base.factor_income[e]) * income[e];
  }
  for (std::size_t e = 0; e < n; ++e) {
    const double phi = 1.0 + base.deficit[e] / base.factor_income[e];
    income[e] += additive ? base.deficit[e] : (after / weighted * phi - 1.0) * income[e];
  }
  for (std::size_t j = 0; j < n_sectors; ++j) {
    const double eta = or_zero(base.selection, j);
    const double delta = or_zero(base.entry, j);
    for (std::size_t m = 0; m < n; ++m) {
      std::vector<double> pull(n);
      double sum = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t cell = base.cell(j, m, i);
        const double taxes = (1.0 + shock.tariff[cell]) / (1.0 + base.tariff[cell]) *
                             (1.0 + or_zero(shock.export_tax, cell)) /
                             (1.0 + or_zero(base.export_tax, cell));
        const std::size_t from = base.at(j, i);
        const double entry = delta == 0.0 ? 0.0 : output[from] - std::log(base_output[from]);
        pull[i] = base.trade_share[cell] *
                  std::exp(-(base.theta[j] + eta) * std::log(taxes) -
                           base.theta[j] * std::log(shock.cost_hat[cell]) -
                           (base.theta[j] + eta + delta) * cost[from] + delta * entry);
        sum += pull[i];
      }
      const std::size_t to = base.at(j, m);
      const double market = eta * (spending[to] - std::log(base.expenditure[to]));
      f[n + to] = price[to] + (std::log(sum) + market) / base.theta[j];
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t cell = base.cell(j, m, i);
        const double paid = pull[i] / sum * std::exp(spending[to]);
        const double landed = paid / (1.0 + shock.tariff[cell]);
        const double received = landed / (1.0 + or_zero(shock.export_tax, cell));
        made[base.at(j, i)] += received;
        income[m] += paid - landed;
        income[i] += landed - received;
      }
    }
  }
  for (std::size_t e = 0; e < n; ++e) {
    double earned = 0.0;
    for (std::size_t j = 0; j < n_sectors; ++j) {
      const std::size_t here = base.at(j, e);
      earned += base.value_added_share[here] * made[here];
      double use = base.consumption_share[here] * income[e];
      for (std::size_t k = 0; k < n_sectors; ++k) {
        use += base.input_share[base.input_at(e, j, k)] * made[base.at(k, e)];
      }
      f[n + block + here] = std::log(use) - spending[here];
      f[n + 2 * block + here] = std::log(made[here]) - output[here];
    }
    f[e] = std::log(earned / base.factor_income[e]) - wage[e];
  }
  f[0] = std::log(after / before);  // the first market clears by Walras's law
  return 0;
}

std::vector<double> referee(Problem& problem) {
  const std::size_t n = problem.base.economies.size();
  const std::size_t block = n * problem.base.sectors.size();
  std::vector<double> start(n + 3 * block, 0.0);
  for (std::size_t k = 0; k < block; ++k) {
    start[n + block + k] = std::log(problem.base.expenditure[k]);
    start[n + 2 * block + k] = std::log(problem.base_output[k]);
  }
  return testing::solve_by_kinsol(equations, &problem, start);
}

struct Variant {
  const char* name;
  testing::RandomMultiSectorSpec spec;
};

class KinsolSectors : public ::testing::TestWithParam<Variant> {};

TEST_P(KinsolSectors, AgreesOnWagesPricesSpendingAndOutput) {
  for (std::uint64_t seed = 300; seed < 304; ++seed) {
    testing::RandomMultiSectorSpec spec = GetParam().spec;
    spec.seed = seed;
    const testing::RandomMultiSector world = testing::random_multi_sector(spec);
    for (const Closure closure : {Closure::kAdditive, Closure::kMultiplicative}) {
      Context context(1);
      const MultiSectorModel model(world.base, {.closure = closure, .tolerance = 1e-12}, context);
      MultiSectorWorkspace workspace;
      MultiSectorResult ours;
      model.solve(world.shock, workspace, ours, context);
      ASSERT_TRUE(ours.certificate.holds()) << ours.certificate.summary();
      Problem problem{model.base(), world.shock, model.base_levels().output,
                      closure == Closure::kAdditive};
      const std::vector<double> theirs = referee(problem);
      const std::size_t n = spec.n;
      const std::size_t block = n * spec.n_sectors;
      // Both stop at 1e-12; the conditioning of these worlds costs less than three digits.
      constexpr double kTolerance = 1e-9;
      for (std::size_t e = 0; e < n; ++e) {
        EXPECT_NEAR(std::log(ours.wage_hat[e]), theirs[e], kTolerance) << seed;
      }
      for (std::size_t k = 0; k < block; ++k) {
        EXPECT_NEAR(std::log(ours.price_hat[k]), theirs[n + k], kTolerance) << seed;
        EXPECT_NEAR(std::log(ours.expenditure[k]), theirs[n + block + k], kTolerance) << seed;
        EXPECT_NEAR(std::log(ours.output[k]), theirs[n + 2 * block + k], kTolerance) << seed;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, KinsolSectors,
    ::testing::Values(Variant{"Inputs", {.n = 5, .n_sectors = 3}},
                      Variant{"ExportTaxes", {.n = 5, .n_sectors = 3, .export_tax = true}},
                      Variant{"Entry", {.n = 4, .n_sectors = 3, .inputs = 0.2, .entry = 0.5}},
                      Variant{
                          "EntryAndSelection",
                          {.n = 4, .n_sectors = 2, .inputs = 0.2, .entry = 0.5, .selection = 0.4}}),
    [](const auto& item) { return std::string(item.param.name); });

}  // namespace
}  // namespace altyn::equilibrium

#else

TEST(KinsolSectors, AgreesOnWagesPricesSpendingAndOutput) {
  GTEST_SKIP() << "SUNDIALS KINSOL was not found when the tests were configured";
}

#endif
