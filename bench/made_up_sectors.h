#pragma once

#include <cmath>
#include <string>

#include "altyn/core/rng.h"
#include "altyn/equilibrium/multi_sector_levels.h"

namespace bench {

/// A made-up world of many sectors that is an equilibrium: sizes log-normal, flows falling with
/// distance, a tenth of the pairs without trade, duties up to 20 percent, inputs from every sector.
inline altyn::equilibrium::MultiSectorBase made_up_sectors(std::size_t n, std::size_t n_sectors) {
  altyn::RandomStream random(7, 1, n * n_sectors);
  altyn::equilibrium::MultiSectorLevels levels;
  std::vector<double> size(n), east(n), north(n);
  for (std::size_t i = 0; i < n; ++i) {
    levels.economies.push_back("E" + std::to_string(i));
    size[i] = std::exp(1.5 * random.normal());
    east[i] = random.uniform();
    north[i] = random.uniform();
  }
  const std::size_t n_cells = n_sectors * n * n;
  levels.trade.assign(n_cells, 0.0);
  levels.tariff.assign(n_cells, 0.0);
  std::vector<double> bought(n_sectors * n, 0.0), sold(n_sectors * n, 0.0);
  for (std::size_t j = 0; j < n_sectors; ++j) {
    levels.sectors.push_back("S" + std::to_string(j));
    levels.theta.push_back(3.0 + 6.0 * random.uniform());
    for (std::size_t importer = 0; importer < n; ++importer) {
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = (j * n + importer) * n + exporter;
        const double noise = random.normal();
        const double chance = random.uniform();
        const double rate = 0.2 * random.uniform();
        if (importer == exporter) {
          levels.trade[cell] = size[importer] * (1.0 + std::exp(0.3 * noise));
        } else if (chance > 0.1) {
          const double distance =
              std::hypot(east[importer] - east[exporter], north[importer] - north[exporter]) + 0.1;
          levels.trade[cell] = 1.5 / static_cast<double>(n) *
                               std::min(size[importer], size[exporter]) / distance *
                               std::exp(0.5 * noise);
          levels.tariff[cell] = rate;
        }
        bought[j * n + importer] += levels.trade[cell] * (1.0 + levels.tariff[cell]);
        sold[j * n + exporter] += levels.trade[cell];
      }
    }
  }
  // Producers use 30 to 50 percent of every good, shared out by their sales.
  levels.intermediate_use.assign(n * n_sectors * n_sectors, 0.0);
  levels.value_added = sold;
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t input = 0; input < n_sectors; ++input) {
      const double used = (0.3 + 0.2 * random.uniform()) * bought[input * n + e];
      std::vector<double> weight(n_sectors);
      double total = 0.0;
      for (std::size_t output = 0; output < n_sectors; ++output) {
        weight[output] = sold[output * n + e] * (0.7 + 0.6 * random.uniform());
        total += weight[output];
      }
      for (std::size_t output = 0; output < n_sectors; ++output) {
        const double use = used * weight[output] / total;
        levels.intermediate_use[(e * n_sectors + input) * n_sectors + output] = use;
        levels.value_added[output * n + e] -= use;
      }
    }
  }
  return altyn::equilibrium::base_from_levels(levels).base;
}

/// Five neighbours in the list from `first` on form a customs union: no duties inside, ten percent
/// towards everybody else.
inline void form_union(const altyn::equilibrium::MultiSectorBase& base, std::size_t first,
                       altyn::equilibrium::MultiSectorShock& shock) {
  const std::size_t n = base.economies.size();
  shock.tariff = base.tariff;
  for (std::size_t member = first; member < first + 5; ++member) {
    for (std::size_t exporter = 0; exporter < n; ++exporter) {
      const bool inside = (exporter + n - first) % n < 5;
      for (std::size_t j = 0; j < base.sectors.size(); ++j) {
        const std::size_t importer = member % n;
        if (importer != exporter)
          shock.tariff[base.cell(j, importer, exporter)] = inside ? 0.0 : 0.1;
      }
    }
  }
}

}  // namespace bench
