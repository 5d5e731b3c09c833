#include "altyn/equilibrium/multi_sector_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"
#include "altyn/equilibrium/sector_accounts.h"

namespace altyn::equilibrium {
namespace {

void check_values(const std::vector<double>& values, std::size_t wanted, bool may_be_empty,
                  const char* field) {
  if (values.size() != wanted && !(may_be_empty && values.empty())) {
    throw InputError(
        {.code = "wrong-shape",
         .what = fmt::format("{} has {} values, expected {}", field, values.size(), wanted),
         .where = field,
         .why = "every place of a table needs one value"});
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] >= 0.0 && std::isfinite(values[k])) continue;
    throw InputError({.code = "value-range",
                      .what = fmt::format("{} is {} at position {}", field, values[k], k),
                      .where = fmt::format("{}[{}]", field, k),
                      .why = "values are zero or positive; missing ones must be filled first"});
  }
}

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

}  // namespace

BaseFromLevels base_from_levels(const MultiSectorLevels& levels, NegativeFinalUse negative) {
  const std::size_t n = levels.economies.size();
  const std::size_t n_sectors = levels.sectors.size();
  const std::size_t n_factors = levels.factors.size();
  check_values(levels.trade, n_sectors * n * n, false, "trade");
  check_values(levels.intermediate_use, n * n_sectors * n_sectors, true, "intermediate_use");
  check_values(levels.value_added, n_factors * n_sectors * n, false, "value_added");

  BaseFromLevels made;
  MultiSectorBase& base = made.base;
  base.economies = levels.economies;
  base.sectors = levels.sectors;
  base.factors = levels.factors;
  base.tariff = levels.tariff;
  base.export_tax = levels.export_tax;
  base.theta = levels.theta;
  base.entry = levels.entry;
  base.selection = levels.selection;
  base.pools = levels.pools;
  base.mobility = levels.mobility;
  base.mobile_factor = levels.mobile_factor;
  base.trade_share = levels.trade;
  base.expenditure.assign(n_sectors * n, 0.0);
  std::vector<double> sales(n_sectors * n);
  for (std::size_t j = 0; j < n_sectors; ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const std::size_t to = base.at(j, importer);
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        sales[base.at(j, exporter)] += levels.trade[cell] / (1.0 + rate(levels.export_tax, cell));
        base.trade_share[cell] = levels.trade[cell] * (1.0 + rate(levels.tariff, cell));
        base.expenditure[to] += base.trade_share[cell];
      }
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        double& share = base.trade_share[base.cell(j, importer, exporter)];
        if (base.expenditure[to] > 0.0) share /= base.expenditure[to];
      }
    }
  }

  base.input_share = levels.intermediate_use;
  base.value_added_share.assign(n_sectors * n, 1.0);
  base.factor_share.assign(n_factors * n_sectors * n, 0.0);
  base.factor_income.assign(n_factors * n, 0.0);
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t j = 0; j < n_sectors; ++j) {
      const std::size_t at = base.at(j, e);
      double factors = 0.0;
      for (std::size_t f = 0; f < n_factors; ++f) {
        factors += levels.value_added[f * n_sectors * n + at];
      }
      double cost = factors;
      for (std::size_t input = 0; input < n_sectors && !base.input_share.empty(); ++input) {
        cost += base.input_share[base.input_at(e, input, j)];
      }
      if (!(factors > 0.0) && sales[at] > 0.0) {
        throw InputError(
            {.code = "no-value-added",
             .what = fmt::format("{} in {} sells {:.6g} but records no value added",
                                 base.sectors[j], base.economies[e], sales[at]),
             .where = fmt::format("value_added: {} in {}", base.sectors[j], base.economies[e]),
             .why = "a sector needs factors to produce"});
      }
      for (std::size_t input = 0; input < n_sectors && !base.input_share.empty(); ++input) {
        double& share = base.input_share[base.input_at(e, input, j)];
        share = sales[at] > 0.0 ? share / cost : 0.0;
      }
      if (!(sales[at] > 0.0)) {
        base.factor_share[at] = 1.0;
        continue;
      }
      base.value_added_share[at] = factors / cost;
      const double gap = std::abs(std::log(cost / sales[at]));
      if (gap > made.largest_cost_gap_log) {
        made.largest_cost_gap_log = gap;
        made.worst_cost_gap = fmt::format("{} in {}", base.sectors[j], base.economies[e]);
      }
      for (std::size_t f = 0; f < n_factors; ++f) {
        const std::size_t place = f * n_sectors * n + at;
        base.factor_share[place] = levels.value_added[place] / factors;
        base.factor_income[f * n + e] +=
            base.factor_share[place] * base.value_added_share[at] * sales[at];
      }
    }
  }

  // What producers leave of each good is final use; accounts at zero deficit give the deficit.
  base.deficit.assign(n, 0.0);
  base.consumption_share.assign(n_sectors * n, 0.0);
  const SectorAccounts accounts = accounts_of(base, base.expenditure);
  double world_income = 0.0;
  for (const double value : base.factor_income) world_income += value;
  for (std::size_t e = 0; e < n; ++e) {
    base.deficit[e] = accounts.imports[e] - accounts.exports[e] + accounts.duty_pooled[e] -
                      accounts.duty_received[e];
    double total = 0.0;
    for (std::size_t j = 0; j < n_sectors; ++j) {
      const std::size_t at = base.at(j, e);
      double final_use = base.expenditure[at] - accounts.use[at];
      if (final_use < -1e-9 * base.expenditure[at] && negative == NegativeFinalUse::kRefuse) {
        throw InputError(
            {.code = "negative-final-use",
             .what = fmt::format("producers in {} use {:.6g} of {}, but the economy buys {:.6g}",
                                 base.economies[e], accounts.use[at], base.sectors[j],
                                 base.expenditure[at]),
             .where = fmt::format("intermediate_use: {} in {}", base.sectors[j], base.economies[e]),
             .why = "what is left for final buyers would be negative",
             .fixes = {"add the missing domestic sales or imports of the good",
                       "merge the sector with its main user",
                       "clip final use at zero and repair the base"}});
      }
      if (final_use < 0.0) {
        made.clipped_share -= final_use / world_income;
        final_use = 0.0;
      }
      base.consumption_share[at] = final_use;
      total += final_use;
    }
    if (!(total > 0.0)) {
      throw InputError(
          {.code = "zero-expenditure",
           .what = fmt::format("nothing is left for final buyers in {}", base.economies[e]),
           .where = fmt::format("economy {}", base.economies[e]),
           .why = "real income is what final buyers can afford"});
    }
    for (std::size_t j = 0; j < n_sectors; ++j) base.consumption_share[base.at(j, e)] /= total;
  }
  base = checked_base(std::move(base));
  return made;
}

}  // namespace altyn::equilibrium
