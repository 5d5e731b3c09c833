#include "altyn/equilibrium/sector_accounts.h"

namespace altyn::equilibrium {
namespace {

void add_trade(const MultiSectorBase& base, const std::vector<double>& expenditure,
               SectorAccounts& accounts) {
  const std::size_t n = base.economies.size();
  const std::vector<PoolPlaces> pools = resolve_pools(base.pools, base.economies);
  std::vector<int> pool_of(n, -1);
  for (std::size_t p = 0; p < pools.size(); ++p) {
    for (const std::size_t member : pools[p].members) pool_of[member] = static_cast<int>(p);
  }
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const double spent = expenditure[base.at(j, importer)];
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        const double value = base.trade_share[cell] * spent;
        if (value == 0.0) continue;
        const double landed = base.tariff.empty() ? value : value / (1.0 + base.tariff[cell]);
        const double received =
            base.export_tax.empty() ? landed : landed / (1.0 + base.export_tax[cell]);
        const double duty = value - landed;
        accounts.output[base.at(j, exporter)] += received;
        accounts.export_duty[exporter] += landed - received;
        accounts.duty[importer] += duty;
        if (importer == exporter) continue;
        accounts.imports[importer] += landed;
        accounts.exports[exporter] += landed;
        const int pool = pool_of[importer];
        if (pool >= 0 && (pool != pool_of[exporter] ||
                          pools[static_cast<std::size_t>(pool)].duties_inside_too)) {
          accounts.duty_pooled[importer] += duty;
        }
      }
    }
  }
  for (const PoolPlaces& pool : pools) {
    double paid = 0.0;
    for (const std::size_t member : pool.members) paid += accounts.duty_pooled[member];
    for (std::size_t k = 0; k < pool.members.size(); ++k) {
      accounts.duty_received[pool.members[k]] = pool.keys[k] * paid;
    }
  }
}

}  // namespace

SectorAccounts accounts_of(const MultiSectorBase& base, const std::vector<double>& expenditure) {
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const std::size_t n_factors = base.factors.size();
  SectorAccounts accounts;
  accounts.output.resize(n_sectors * n);
  accounts.use.resize(n_sectors * n);
  for (auto* values :
       {&accounts.income, &accounts.duty, &accounts.duty_pooled, &accounts.duty_received,
        &accounts.export_duty, &accounts.imports, &accounts.exports}) {
    values->resize(n);
  }
  accounts.factor_use.resize(n_factors * n);
  add_trade(base, expenditure, accounts);
  for (std::size_t e = 0; e < n; ++e) {
    double& income = accounts.income[e];
    income = accounts.duty[e] - accounts.duty_pooled[e] + accounts.duty_received[e] +
             accounts.export_duty[e] + base.deficit[e];
    for (std::size_t f = 0; f < n_factors; ++f) income += base.factor_income[f * n + e];
    for (std::size_t input = 0; input < n_sectors; ++input) {
      double sum = base.consumption_share[base.at(input, e)] * income;
      for (std::size_t output = 0; output < n_sectors && !base.input_share.empty(); ++output) {
        sum +=
            base.input_share[base.input_at(e, input, output)] * accounts.output[base.at(output, e)];
      }
      accounts.use[base.at(input, e)] = sum;
    }
    for (std::size_t f = 0; f < n_factors; ++f) {
      for (std::size_t j = 0; j < n_sectors; ++j) {
        const double share =
            base.factor_share.empty() ? 1.0 : base.factor_share[f * n_sectors * n + base.at(j, e)];
        accounts.factor_use[f * n + e] +=
            share * base.value_added_share[base.at(j, e)] * accounts.output[base.at(j, e)];
      }
    }
  }
  return accounts;
}

}  // namespace altyn::equilibrium
