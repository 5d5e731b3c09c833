#include "altyn/equilibrium/sector_regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/core/thread_pool.h"
#include "altyn/equilibrium/multi_sector_check.h"
#include "altyn/equilibrium/region_flows.h"
#include "altyn/equilibrium/sector_accounts.h"
#include "altyn/equilibrium/sector_system.h"

namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

double rate(const Vector& rates, std::size_t cell) { return rates.empty() ? 0.0 : rates[cell]; }

// Values [row, economy] of the old world, for the economies of the new one.
Vector inherited(const Vector& values, const RegionLayout& layout) {
  Vector found;
  for (std::size_t row = 0; row * layout.n_old < values.size(); ++row) {
    for (const std::size_t from : layout.from) found.push_back(values[row * layout.n_old + from]);
  }
  return found;
}

// [sector, region] parts of output, summing to one exactly.
Vector output_shares(const MultiSectorBase& base, const RegionSplit& split) {
  const std::size_t n_regions = split.regions.size();
  Vector shares;
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    Vector part = split.output_share;
    if (!split.sector_output_share.empty()) {
      const auto first =
          split.sector_output_share.begin() + static_cast<std::ptrdiff_t>(j * n_regions);
      part.assign(first, first + static_cast<std::ptrdiff_t>(n_regions));
      check_region_shares(split, part, "output share in " + base.sectors[j]);
    }
    const double sum = std::accumulate(part.begin(), part.end(), 0.0);
    for (const double share : part) shares.push_back(share / sum);
  }
  return shares;
}

void check_domestic(const MultiSectorBase& base, const RegionSplit& split, std::size_t home) {
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    const std::size_t cell = base.cell(j, home, home);
    if (rate(base.tariff, cell) == 0.0 && rate(base.export_tax, cell) == 0.0) continue;
    throw InputError(
        {.code = "regions-domestic-duty",
         .what = fmt::format("{} taxes its own goods in {}", split.economy, base.sectors[j]),
         .where = fmt::format("regions of {}", split.economy),
         .why = "regions of one economy trade without duties",
         .fixes = {"set the tariff of the economy on itself to zero"}});
  }
}

void split_one(SectorRegionalWorld& world, const RegionSplit& split, const SectorTradeEase& ease) {
  const MultiSectorBase& old = world.base;
  const RegionLayout layout = layout_of(old.economies, split);
  const std::size_t home = layout.home;
  const std::size_t n = layout.n_old;
  const std::size_t m = layout.codes.size();
  const std::size_t n_sectors = old.sectors.size();
  const std::size_t n_regions = split.regions.size();
  if (!split.sector_output_share.empty() &&
      split.sector_output_share.size() != n_sectors * n_regions) {
    throw InputError({.code = "wrong-shape",
                      .what = fmt::format("output shares by sector have {} values, expected {}",
                                          split.sector_output_share.size(), n_sectors * n_regions),
                      .where = fmt::format("regions of {}", split.economy),
                      .why = "every region needs its part of every sector"});
  }
  check_domestic(old, split, home);
  const SectorAccounts accounts = accounts_of(old, old.expenditure);
  const Vector made_share = output_shares(old, split);
  const Vector& wanted = split.spending_share.empty() ? split.output_share : split.spending_share;
  const double wanted_sum = std::accumulate(wanted.begin(), wanted.end(), 0.0);

  MultiSectorBase next;
  next.economies = layout.codes;
  next.sectors = old.sectors;
  next.factors = old.factors;
  next.theta = old.theta;
  next.entry = old.entry;
  next.selection = old.selection;
  next.mobile_factor = old.mobile_factor;
  next.tariff = spread_pairs(layout.from, old.tariff, 0.0);
  next.export_tax = spread_pairs(layout.from, old.export_tax, 0.0);
  next.value_added_share = inherited(old.value_added_share, layout);
  next.factor_share = inherited(old.factor_share, layout);
  next.consumption_share = inherited(old.consumption_share, layout);
  for (std::size_t e = 0; e < m && !old.input_share.empty(); ++e) {
    const auto first =
        old.input_share.begin() + static_cast<std::ptrdiff_t>(old.input_at(layout.from[e], 0, 0));
    next.input_share.insert(next.input_share.end(), first,
                            first + static_cast<std::ptrdiff_t>(n_sectors * n_sectors));
  }
  next.pools = old.pools;
  split_pools(next.pools, split);

  // Flows, valued at what the economy's buyers pay and its sellers receive: the two meet in its own
  // goods, which are not taxed.
  next.trade_share.assign(n_sectors * m * m, 0.0);
  next.expenditure.assign(n_sectors * m, 0.0);
  for (std::size_t j = 0; j < n_sectors; ++j) {
    const double spent = old.expenditure[old.at(j, home)];
    NationFlows flows{.good = old.sectors[j]};
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t out = old.cell(j, i, home);
      flows.sold.push_back(old.trade_share[old.cell(j, home, i)] * spent);
      flows.bought.push_back(old.trade_share[out] * old.expenditure[old.at(j, i)] /
                             ((1.0 + rate(old.tariff, out)) * (1.0 + rate(old.export_tax, out))));
    }
    double all = 0.0;
    for (std::size_t r = 0; r < n_regions; ++r) {
      flows.region_sells.push_back(made_share[j * n_regions + r] *
                                   accounts.output[old.at(j, home)]);
      double use =
          old.consumption_share[old.at(j, home)] * accounts.income[home] * wanted[r] / wanted_sum;
      for (std::size_t out = 0; out < n_sectors && !old.input_share.empty(); ++out) {
        use += old.input_share[old.input_at(home, j, out)] * made_share[out * n_regions + r] *
               accounts.output[old.at(out, home)];
      }
      flows.region_buys.push_back(use);
      all += use;
    }
    for (double& use : flows.region_buys) use *= all > 0.0 ? spent / all : 0.0;

    for (std::size_t k = 0; k < m; ++k) {
      const double bought = layout.is_region(k) ? flows.region_buys[layout.region[k]]
                                                : old.expenditure[old.at(j, layout.from[k])];
      next.expenditure[next.at(j, k)] = bought;
      for (std::size_t i = 0; i < m; ++i) {
        if (layout.is_region(i) || layout.is_region(k)) continue;
        next.trade_share[next.cell(j, k, i)] =
            old.trade_share[old.cell(j, layout.from[k], layout.from[i])];
      }
    }
    const auto set = [&](std::size_t i, std::size_t k, double value) {
      const std::size_t cell = next.cell(j, k, i);
      const double wedge = layout.is_region(k) ? 1.0
                                               : (1.0 + rate(next.tariff, cell)) *
                                                     (1.0 + rate(next.export_tax, cell));
      next.trade_share[cell] = value * wedge / next.expenditure[next.at(j, k)];
    };
    const double residual = divide_flows(
        split, layout, flows,
        [&](const std::string& seller, const std::string& buyer) { return ease(seller, buyer, j); },
        set);
    world.residual = std::max(world.residual, residual);
  }

  // Incomes as output has it; deficits are what final spending leaves.
  next.factor_income = inherited(old.factor_income, layout);
  for (std::size_t f = 0; f < old.factors.size(); ++f) {
    Vector paid(n_regions, 0.0);
    for (std::size_t j = 0; j < n_sectors; ++j) {
      const double share =
          (old.factor_share.empty() ? 1.0 : old.factor_share[f * n_sectors * n + old.at(j, home)]) *
          old.value_added_share[old.at(j, home)] * accounts.output[old.at(j, home)];
      for (std::size_t r = 0; r < n_regions; ++r) paid[r] += share * made_share[j * n_regions + r];
    }
    const double total = accounts.factor_use[f * n + home];
    for (std::size_t e = 0; e < m; ++e) {
      if (!layout.is_region(e)) continue;
      next.factor_income[f * m + e] *=
          total > 0.0 ? paid[layout.region[e]] / total : split.output_share[layout.region[e]];
    }
  }
  next.deficit = inherited(old.deficit, layout);
  for (std::size_t e = 0; e < m; ++e) {
    if (layout.is_region(e)) next.deficit[e] = 0.0;
  }
  const SectorAccounts without = accounts_of(next, next.expenditure);
  for (std::size_t e = 0; e < m; ++e) {
    if (!layout.is_region(e)) continue;
    next.deficit[e] =
        accounts.income[home] * wanted[layout.region[e]] / wanted_sum - without.income[e];
  }
  const std::size_t mobile = old.mobile_factor * n;
  const auto first = old.factor_income.begin() + static_cast<std::ptrdiff_t>(mobile);
  next.mobility = split_mobility(old.mobility, split, layout,
                                 Vector(first, first + static_cast<std::ptrdiff_t>(n)));
  world.parent = gathered(world.parent, layout.from);
  world.base = std::move(next);
}

}  // namespace

SectorRegionalWorld split_sector_regions(const MultiSectorBase& base,
                                         const std::vector<RegionSplit>& splits,
                                         const SectorTradeEase& ease) {
  SectorRegionalWorld world;
  world.base = checked_base(base);
  if (world.base.expenditure.empty()) {
    ThreadPool alone(1);
    world.base.expenditure = sector::implied_expenditure(world.base, alone);
  }
  world.parent.resize(base.economies.size());
  std::iota(world.parent.begin(), world.parent.end(), std::size_t{0});
  for (const RegionSplit& split : splits) split_one(world, split, ease);
  world.base = checked_base(std::move(world.base));
  return world;
}

MultiSectorShock spread_shock(const SectorRegionalWorld& world,
                              const std::vector<RegionSplit>& splits,
                              const MultiSectorShock& national) {
  ALTYN_CHECK(national.deficit.empty(), "deficits of regions follow from the base");
  MultiSectorShock shock{.tariff = spread_pairs(world.parent, national.tariff, 0.0),
                         .export_tax = spread_pairs(world.parent, national.export_tax, 0.0),
                         .cost_hat = spread_pairs(world.parent, national.cost_hat, 1.0),
                         .theta = national.theta,
                         .pools = national.pools};
  if (!national.productivity_hat.empty()) {
    const std::size_t n = national.productivity_hat.size() / world.base.sectors.size();
    for (std::size_t j = 0; j < world.base.sectors.size(); ++j) {
      for (const std::size_t parent : world.parent) {
        shock.productivity_hat.push_back(national.productivity_hat[j * n + parent]);
      }
    }
  }
  for (const RegionSplit& split : splits) {
    if (shock.pools) split_pools(*shock.pools, split);
  }
  return shock;
}

}  // namespace altyn::equilibrium
