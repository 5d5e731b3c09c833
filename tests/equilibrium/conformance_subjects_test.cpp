#include <cmath>

#include "altyn/core/rng.h"
#include "altyn/equilibrium/one_sector.h"
#include "equilibrium/conformance.h"

namespace altyn::testing {
namespace {

using equilibrium::Closure;

Subject one_sector(Closure closure, bool roundabout, double supply_elasticity) {
  Subject subject;
  subject.name = std::string("one_sector_") + equilibrium::to_string(closure) +
                 (roundabout ? "_roundabout" : "") + (supply_elasticity > 0.0 ? "_elastic" : "");
  subject.real_results_need_numeraire = closure == Closure::kAdditive;
  subject.deficits = closure != Closure::kNone;
  subject.acr_exponent = [roundabout, supply_elasticity](const TestWorld& world, std::size_t i) {
    const double beta = roundabout ? world.value_added_share[i] : 1.0;
    return -(1.0 + supply_elasticity) / (beta * world.theta[0]);
  };
  subject.solve = [closure, roundabout, supply_elasticity](const TestWorld& world) {
    equilibrium::OneSectorBase base;
    base.economies = world.economies;
    base.trade = world.trade;
    base.theta = world.theta[0];
    base.tariff = world.tariff;
    base.supply_elasticity = supply_elasticity;
    if (roundabout) base.value_added_share = world.value_added_share;
    equilibrium::OneSectorShock shock;
    shock.cost_hat = world.cost_hat;
    shock.tariff = world.new_tariff;
    shock.productivity_hat = world.productivity_hat;
    Context context(1);
    const equilibrium::OneSectorResult result = equilibrium::solve_one_sector(
        base, shock, {.closure = closure, .numeraire = world.numeraire, .tolerance = 1e-12},
        context);
    Outcome outcome;
    outcome.status = result.status;
    outcome.certificate = result.certificate;
    outcome.message = result.message;
    outcome.wage_hat = result.wage_hat;
    outcome.price_hat = result.price_hat;
    outcome.welfare_hat = result.welfare_hat;
    outcome.base_trade = result.base_trade;
    outcome.trade = result.trade;
    return outcome;
  };
  return subject;
}

}  // namespace

std::vector<Subject> conformance_subjects() {
  std::vector<Subject> subjects;
  for (const Closure closure : {Closure::kNone, Closure::kAdditive, Closure::kWorldShare,
                                Closure::kMultiplicative, Closure::kEndogenous}) {
    subjects.push_back(one_sector(closure, false, 0.0));
    subjects.push_back(one_sector(closure, true, 0.0));
    subjects.push_back(one_sector(closure, true, 0.7));
  }
  add_multi_sector_subjects(subjects);
  return subjects;
}

TestWorld random_world(std::size_t n, std::size_t n_sectors, std::uint64_t seed) {
  RandomStream random(seed, 1, 0);
  TestWorld world;
  world.n_sectors = n_sectors;
  std::vector<double> size(n), east(n), north(n);
  for (std::size_t i = 0; i < n; ++i) {
    world.economies.push_back("E" + std::to_string(i));
    size[i] = std::exp(random.normal());
    east[i] = random.uniform();
    north[i] = random.uniform();
    world.productivity_hat.push_back(std::exp(0.2 * random.uniform() - 0.1));
    for (std::size_t j = 0; j < n_sectors; ++j) {
      world.value_added_share.push_back(0.35 + 0.4 * random.uniform());
    }
  }
  for (std::size_t j = 0; j < n_sectors; ++j) {
    world.theta.push_back(2.0 + 6.0 * random.uniform());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k) {
        const double distance = std::hypot(east[i] - east[k], north[i] - north[k]) + 0.1;
        const double flow = size[i] * size[k] / distance * std::exp(0.5 * random.normal());
        const bool absent = random.uniform() < 0.1;
        const bool home = i == k;
        world.trade.push_back(home ? 5.0 * size[i] * (1.0 + random.uniform())
                                   : (absent ? 0.0 : 0.3 * flow));
        world.tariff.push_back(home ? 0.0 : 0.3 * random.uniform());
        world.new_tariff.push_back(home ? 0.0 : 0.3 * random.uniform());
        world.cost_hat.push_back(home ? 1.0 : std::exp(0.4 * random.uniform() - 0.2));
      }
    }
  }
  return world;
}

}  // namespace altyn::testing
