#include "altyn/study/sector_run.h"

#include <algorithm>

namespace altyn::study {

using equilibrium::DeltaDeviation;
using equilibrium::MultiSectorBase;
using equilibrium::MultiSectorShock;

const std::vector<Assumption>& SectorRun::route_assumptions() const {
  static const std::vector<Assumption> none;
  return routes ? routes->assumptions : none;
}

const std::vector<Assumption>& SectorRun::region_assumptions() const {
  static const std::vector<Assumption> none;
  return regions != nullptr ? regions->assumptions() : none;
}

const std::string& SectorRun::nation(std::size_t economy) const {
  return regions != nullptr ? regions->nation(economy) : model.base().economies[economy];
}

std::vector<std::size_t> SectorRun::places_of(const std::string& name) const {
  std::vector<std::size_t> places;
  for (std::size_t e = 0; e < model.base().economies.size(); ++e) {
    if (nation(e) == name) places.push_back(e);
  }
  if (places.empty()) places.push_back(equilibrium::SectorPolicy(model.base()).economy(name));
  return places;
}

MultiSectorShock SectorRun::shock_at(const std::vector<double>& sizes_pct,
                                     const std::vector<bool>& active,
                                     const std::vector<double>* route_cost_hat) const {
  const MultiSectorBase& base = model.base();
  MultiSectorShock made = policy_shock(scenario, regions, base, sizes_pct, active);
  if (routes) {
    const std::vector<double>& hat = route_cost_hat ? *route_cost_hat : routes->cost_hat;
    if (made.cost_hat.empty()) made.cost_hat.assign(hat.size(), 1.0);
    for (std::size_t cell = 0; cell < hat.size(); ++cell) made.cost_hat[cell] *= hat[cell];
  }
  for (std::size_t q = 0; q < quota_rates.size(); ++q) {
    if (quota_rates[q] == 0.0 || !active[quotas[q].change]) continue;
    std::vector<double>& rates = quotas[q].quota.rent_abroad ? made.export_tax : made.tariff;
    if (rates.empty()) rates = quotas[q].quota.rent_abroad ? base.export_tax : base.tariff;
    if (rates.empty()) rates.assign(base.trade_share.size(), 0.0);
    for (const std::size_t cell : quotas[q].quota.cells) {
      rates[cell] = (1.0 + rates[cell]) * (1.0 + quota_rates[q]) - 1.0;
    }
  }
  const bool all = std::find(active.begin(), active.end(), false) == active.end();
  if (all && !chosen.cells.empty()) {
    if (made.tariff.empty()) made.tariff = base.tariff;
    if (made.tariff.empty()) made.tariff.assign(base.trade_share.size(), 0.0);
    for (std::size_t k = 0; k < chosen.cells.size(); ++k) {
      made.tariff[chosen.cells[k]] = chosen.rates[k];
    }
  }
  return made;
}

MultiSectorShock SectorRun::shock_at(const std::vector<double>& sizes_pct) const {
  return shock_at(sizes_pct, std::vector<bool>(sizes_pct.size(), true));
}

const DeltaDeviation* SectorAnswers::delta_of(std::size_t economy) const {
  for (std::size_t k = 0; k < deltas.size(); ++k) {
    if (shown[k] == economy) return &deltas[k];
  }
  return nullptr;
}

}  // namespace altyn::study
