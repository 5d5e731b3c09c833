#include "altyn/equilibrium/one_good.h"

#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_levels.h"
#include "altyn/equilibrium/one_sector_check.h"

namespace altyn::equilibrium {
namespace {

void refuse(bool present, const char* what, const char* where) {
  if (!present) return;
  throw InputError({.code = "fixed-factors",
                    .what = what,
                    .where = where,
                    .why = "the equations of many sectors have fixed factors, with world income as "
                           "the numeraire of their changes"});
}

}  // namespace

std::vector<double> transposed(const std::vector<double>& matrix, std::size_t n) {
  std::vector<double> turned(matrix.size());
  for (std::size_t k = 0; k < matrix.size(); ++k) turned[k % n * n + k / n] = matrix[k];
  return turned;
}

MultiSectorBase one_good_base(const OneSectorBase& base) {
  refuse(base.supply_elasticity != 0.0, "factors are supplied elastically", "supply_elasticity");
  refuse(!base.mobility.empty(), "workers move between regions", "mobility");
  const std::size_t n = base.economies.size();
  const OneSectorAccounts accounts = check_base(base);
  MultiSectorLevels levels{.economies = base.economies, .sectors = {"goods"}};
  levels.trade = base.trade;
  for (std::size_t k = 0; k < base.tariff.size(); ++k) levels.trade[k] /= 1.0 + base.tariff[k];
  levels.trade = transposed(levels.trade, n);
  levels.tariff = transposed(base.tariff, n);
  levels.theta = {base.theta};
  levels.pools = base.pools;
  levels.value_added = accounts.value_added;
  if (!base.value_added_share.empty()) {
    // Output pays value added and the good itself as an input.
    for (std::size_t i = 0; i < n; ++i) {
      levels.intermediate_use.push_back(accounts.output[i] - accounts.value_added[i]);
    }
  }
  return base_from_levels(levels).base;
}

MultiSectorShock one_good_shock(const OneSectorBase& base, const OneSectorShock& shock,
                                const std::string& numeraire) {
  refuse(!shock.endowment_hat.empty() && numeraire != "world",
         "endowments change and a wage is the numeraire", "endowment_hat");
  check_shock(base, shock);
  const std::size_t n = base.economies.size();
  const double theta = shock.theta > 0.0 ? shock.theta : base.theta;
  MultiSectorShock same{.tariff = transposed(shock.tariff, n), .pools = shock.pools};
  if (shock.theta > 0.0) same.theta = {theta};
  std::vector<double> cost = shock.cost_hat;
  if (!shock.direct_log.empty()) {
    cost.resize(n * n, 1.0);
    for (std::size_t k = 0; k < n * n; ++k) cost[k] *= std::exp(-shock.direct_log[k] / theta);
  }
  same.cost_hat = transposed(cost, n);
  // More factors are factors that produce more: their share of cost, beta, gains by it.
  same.productivity_hat = shock.productivity_hat;
  if (!shock.endowment_hat.empty()) {
    same.productivity_hat.resize(n, 1.0);
    for (std::size_t i = 0; i < n; ++i) {
      const double beta = base.value_added_share.empty() ? 1.0 : base.value_added_share[i];
      same.productivity_hat[i] *= std::pow(shock.endowment_hat[i], beta);
    }
  }
  return same;
}

}  // namespace altyn::equilibrium
