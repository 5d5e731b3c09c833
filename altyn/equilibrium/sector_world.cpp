#include "altyn/equilibrium/sector_world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/sector_accounts.h"
#include "altyn/numerics/dense_kernels.h"

namespace altyn::equilibrium::sector {
namespace {

// Where goods are made and bought: a sector is bought in an economy when final buyers want it or a
// sector that is made there uses it; it is made where somebody who buys the sector takes it from.
void find_active(World& world, const MultiSectorBase& base) {
  const std::size_t n = world.n;
  const std::size_t n_sectors = world.n_sectors;
  world.bought.assign(world.block(), 0.0);
  world.made.assign(world.block(), 0.0);
  std::vector<std::pair<std::size_t, std::size_t>> queue;  // sector, economy newly bought
  const auto buy = [&](std::size_t sector, std::size_t economy) {
    double& flag = world.bought[sector * world.row + economy];
    if (flag == 0.0) {
      flag = 1.0;
      queue.emplace_back(sector, economy);
    }
  };
  for (std::size_t j = 0; j < n_sectors; ++j) {
    for (std::size_t e = 0; e < n; ++e) {
      if (base.consumption_share[base.at(j, e)] > 0.0) buy(j, e);
    }
  }
  while (!queue.empty()) {
    const auto [j, importer] = queue.back();
    queue.pop_back();
    for (std::size_t exporter = 0; exporter < n; ++exporter) {
      double& flag = world.made[j * world.row + exporter];
      if (flag != 0.0 || !(base.trade_share[base.cell(j, importer, exporter)] > 0.0)) continue;
      flag = 1.0;
      if (base.input_share.empty()) continue;
      for (std::size_t input = 0; input < n_sectors; ++input) {
        if (base.input_share[base.input_at(exporter, input, j)] > 0.0) buy(input, exporter);
      }
    }
  }
}

// Trade at the border by exporter and importer, all sectors, and each market's spending on it.
std::vector<double> local_parts_of(const MultiSectorBase& base,
                                   const std::vector<double>& expenditure,
                                   const std::vector<double>& deficit) {
  const std::size_t n = base.economies.size();
  std::vector<double> flows(n * n, 0.0);
  std::vector<double> spending(n, 0.0);
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        const double tariff = base.tariff.empty() ? 0.0 : base.tariff[cell];
        const double landed =
            base.trade_share[cell] * expenditure[base.at(j, importer)] / (1.0 + tariff);
        flows[exporter * n + importer] += landed;
        spending[importer] += landed;
      }
    }
  }
  return local_parts(base.economies, flows, spending, deficit);
}

void log_where(const Block& values, const Block& active, Block& out) {
  out.assign(values.size(), 0.0);
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (active[k] != 0.0) out[k] = std::log(values[k]);
  }
}

}  // namespace

bool World::has_entry() const {
  return std::any_of(entry.begin(), entry.end(), [](double value) { return value != 0.0; });
}

std::size_t World::state_size() const {
  return (2 * n_sectors + n_factors + (has_entry() ? n_sectors : 0)) * row;
}

World make_world(const MultiSectorBase& base, const MultiSectorOptions& options,
                 const std::vector<double>& expenditure) {
  World world;
  world.base = &base;
  world.closure = options.closure;
  const std::size_t n = world.n = base.economies.size();
  const std::size_t n_sectors = world.n_sectors = base.sectors.size();
  world.n_factors = base.factors.size();
  const auto stride = [](std::size_t count) {
    return static_cast<std::size_t>(numerics::padded_stride(static_cast<Index>(count)));
  };
  world.row = stride(n);
  world.io_row = stride(n_sectors);
  if (options.numeraire != "world") {
    const auto found = std::find(base.economies.begin(), base.economies.end(), options.numeraire);
    if (found == base.economies.end()) {
      const std::string near = nearest_name(options.numeraire, base.economies);
      throw InputError({.code = "unknown-economy",
                        .what = "the numeraire \"" + options.numeraire + "\" is not in the base",
                        .where = "numeraire",
                        .why = "prices are measured in the income of the world or of an economy",
                        .fixes = {near.empty() ? "write world" : "write " + near}});
    }
    world.numeraire = found - base.economies.begin();
  }

  world.share.assign(n_sectors * n * world.row, 0.0);
  world.closed.assign(n_sectors, 1);
  for (std::size_t j = 0; j < n_sectors; ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const double* from = &base.trade_share[base.cell(j, importer, 0)];
      std::copy(from, from + n, &world.share[(j * n + importer) * world.row]);
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        if (exporter != importer && from[exporter] > 0.0) world.closed[j] = 0;
      }
    }
  }
  world.input_share.assign(n * n_sectors * world.io_row, 0.0);
  for (std::size_t k = 0; k < n * n_sectors && !base.input_share.empty(); ++k) {
    const double* from = &base.input_share[k * n_sectors];
    std::copy(from, from + n_sectors, &world.input_share[k * world.io_row]);
  }
  const auto padded = [&](const auto& value) {
    Block block(world.block(), 0.0);
    for (std::size_t j = 0; j < n_sectors; ++j) {
      for (std::size_t e = 0; e < n; ++e) block[j * world.row + e] = value(j, e);
    }
    return block;
  };
  world.consumption =
      padded([&](std::size_t j, std::size_t e) { return base.consumption_share[base.at(j, e)]; });
  world.factor_cost.assign(world.n_factors * world.block(), 0.0);
  world.factor_income.assign(world.n_factors * world.row, 0.0);
  for (std::size_t f = 0; f < world.n_factors; ++f) {
    for (std::size_t j = 0; j < n_sectors; ++j) {
      for (std::size_t e = 0; e < n; ++e) {
        const double value_added =
            base.value_added_share.empty() ? 1.0 : base.value_added_share[base.at(j, e)];
        const double share =
            base.factor_share.empty() ? 1.0 : base.factor_share[(f * n_sectors + j) * n + e];
        world.factor_cost[(f * n_sectors + j) * world.row + e] = value_added * share;
      }
    }
    std::copy_n(&base.factor_income[f * n], n, &world.factor_income[f * world.row]);
  }
  const std::vector<double> zeros(n_sectors, 0.0);
  world.theta = base.theta;
  world.entry = base.entry.empty() ? zeros : base.entry;
  world.selection = base.selection.empty() ? zeros : base.selection;
  for (std::size_t e = 0; e < n; ++e) {
    double earned = 0.0;
    for (std::size_t f = 0; f < world.n_factors; ++f) {
      earned += world.factor_income[f * world.row + e];
    }
    world.world_income += earned;
    if (world.numeraire < 0 || static_cast<Index>(e) == world.numeraire) {
      world.numeraire_income += earned;
    }
  }
  world.deficit = base.deficit.empty() ? std::vector<double>(n, 0.0) : base.deficit;
  if (world.closure == Closure::kEndogenous) {
    world.local_part = local_parts_of(base, expenditure, world.deficit);
  }
  world.pools = resolve_pools(base.pools, base.economies);
  find_active(world, base);

  SectorAccounts implied = accounts_of(base, expenditure);
  world.expenditure = padded([&](std::size_t j, std::size_t e) {
    return expenditure[base.at(j, e)] * world.bought[j * world.row + e];
  });
  world.output = padded([&](std::size_t j, std::size_t e) {
    return implied.output[base.at(j, e)] * world.made[j * world.row + e];
  });
  log_where(world.expenditure, world.bought, world.expenditure_log);
  log_where(world.output, world.made, world.output_log);
  world.income = std::move(implied.income);
  world.duty = std::move(implied.duty);
  return world;
}

}  // namespace altyn::equilibrium::sector
