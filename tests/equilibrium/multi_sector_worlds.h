#pragma once

#include <cmath>
#include <string>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/equilibrium/multi_sector_levels.h"

namespace altyn::testing {

/// What a random multi-sector world has.
struct RandomMultiSectorSpec {
  std::size_t n = 6;
  std::size_t n_sectors = 4;
  std::size_t n_factors = 1;
  double inputs = 0.4;  ///< materials in costs, on average
  double entry = 0.0;
  double selection = 0.0;
  bool tariffs = true;
  bool export_tax = false;
  bool pools = false;          ///< economies 0, 1, 2 and 3, 4 share duties
  bool balanced = false;       ///< symmetric flows: no deficits without tariffs
  double shock_points = 0.15;  ///< new tariffs are drawn up to this
  double theta_scale = 1.0;
  std::uint64_t seed = 1;
};

struct RandomMultiSector {
  equilibrium::MultiSectorBase base;
  equilibrium::MultiSectorShock shock;  ///< tariffs, costs, productivity, export taxes
};

/// A world of gravity flows that is an equilibrium, and a shock to all its policies.
inline RandomMultiSector random_multi_sector(const RandomMultiSectorSpec& spec) {
  RandomStream random(spec.seed, 77, 0);
  const std::size_t n = spec.n;
  equilibrium::MultiSectorLevels levels;
  std::vector<double> size(n), east(n), north(n);
  for (std::size_t i = 0; i < n; ++i) {
    levels.economies.push_back("E" + std::to_string(i));
    size[i] = std::exp(random.normal());
    east[i] = random.uniform();
    north[i] = random.uniform();
  }
  levels.factors.clear();
  for (std::size_t f = 0; f < spec.n_factors; ++f)
    levels.factors.push_back("F" + std::to_string(f));
  RandomMultiSector world;
  const std::size_t n_cells = spec.n_sectors * n * n;
  if (spec.tariffs) levels.tariff.assign(n_cells, 0.0);
  if (spec.export_tax) levels.export_tax.assign(n_cells, 0.0);
  levels.trade.assign(n_cells, 0.0);
  levels.value_added.assign(spec.n_factors * spec.n_sectors * n, 0.0);
  levels.intermediate_use.assign(n * spec.n_sectors * spec.n_sectors, 0.0);
  world.shock.tariff.assign(n_cells, 0.0);
  world.shock.cost_hat.assign(n_cells, 1.0);
  if (spec.export_tax) world.shock.export_tax.assign(n_cells, 0.0);
  for (std::size_t j = 0; j < spec.n_sectors; ++j) {
    levels.sectors.push_back("S" + std::to_string(j));
    levels.theta.push_back(spec.theta_scale * (2.0 + 6.0 * random.uniform()));
    if (spec.entry != 0.0) levels.entry.push_back(spec.entry);
    if (spec.selection != 0.0) levels.selection.push_back(spec.selection);
    std::vector<double> sales(n, 0.0);
    for (std::size_t importer = 0; importer < n; ++importer) {
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = (j * n + importer) * n + exporter;
        const bool home = importer == exporter;
        const double distance =
            std::hypot(east[importer] - east[exporter], north[importer] - north[exporter]) + 0.1;
        const double noise = std::exp(0.5 * random.normal());
        const bool absent = !home && random.uniform() < 0.1;
        double flow =
            home ? 5.0 * size[importer] * (1.0 + random.uniform())
                 : (absent ? 0.0 : 0.2 * size[importer] * size[exporter] / distance * noise);
        if (spec.balanced && exporter < importer) {
          flow = levels.trade[(j * n + exporter) * n + importer];
        }
        levels.trade[cell] = flow;
        sales[exporter] += flow;
        const bool inside = importer < 3 && exporter < 3;
        if (home) continue;
        if (spec.tariffs) levels.tariff[cell] = (inside ? 0.05 : 0.3) * random.uniform();
        world.shock.tariff[cell] = spec.shock_points * random.uniform();
        world.shock.cost_hat[cell] = std::exp(0.2 * random.uniform() - 0.1);
        if (spec.export_tax && random.uniform() < 0.3) {
          levels.export_tax[cell] = 0.1 * random.uniform();
          world.shock.export_tax[cell] = 0.2 * random.uniform();
        }
      }
    }
    for (std::size_t e = 0; e < n; ++e) {
      const double materials = spec.inputs * (0.6 + 0.8 * random.uniform());
      double weights = 0.0;
      for (std::size_t input = 0; input < spec.n_sectors; ++input) {
        double& use = levels.intermediate_use[(e * spec.n_sectors + input) * spec.n_sectors + j];
        use = input == j ? 1.0 : 0.2 * random.uniform();
        weights += use;
      }
      for (std::size_t input = 0; input < spec.n_sectors; ++input) {
        levels.intermediate_use[(e * spec.n_sectors + input) * spec.n_sectors + j] *=
            materials * sales[e] / weights;
      }
      double factors = 0.0;
      std::vector<double> draw(spec.n_factors);
      for (double& value : draw) factors += value = 0.2 + random.uniform();
      for (std::size_t f = 0; f < spec.n_factors; ++f) {
        levels.value_added[(f * spec.n_sectors + j) * n + e] =
            (1.0 - materials) * sales[e] * draw[f] / factors;
      }
      world.shock.productivity_hat.push_back(std::exp(0.1 * random.uniform() - 0.05));
    }
  }
  if (spec.pools) {
    levels.pools = {{.name = "first", .members = {"E0", "E1", "E2"}, .keys = {0.5, 0.3, 0.2}},
                    {.name = "second", .members = {"E3", "E4"}, .keys = {0.9, 0.1}}};
  }
  try {
    world.base = equilibrium::base_from_levels(levels).base;
  } catch (const InputError& error) {
    // Some draws leave nothing of a good for final buyers: take the next one.
    if (error.detail().code != "negative-final-use") throw;
    RandomMultiSectorSpec next = spec;
    next.seed += 1000;
    return random_multi_sector(next);
  }
  return world;
}

}  // namespace altyn::testing
