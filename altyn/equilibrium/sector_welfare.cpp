#include "altyn/equilibrium/sector_welfare.h"

#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"

namespace altyn::equilibrium {
namespace {

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

}  // namespace

LinearWelfare linear_welfare(const MultiSectorModel& model, const MultiSectorShock& shock,
                             const MultiSectorResult& result) {
  const MultiSectorBase& base = model.base();
  const MultiSectorResult& before = model.base_levels();
  const std::size_t n = base.economies.size();
  const std::vector<double>& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  LinearWelfare linear;
  linear.terms_of_trade.assign(n, 0.0);
  linear.volume_of_trade.assign(n, 0.0);
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const std::size_t to = base.at(j, importer);
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        const double value = base.trade_share[cell] * before.expenditure[to];
        if (value == 0.0) continue;
        // Pre-tariff values: what the importer pays the exporter, and its change.
        const double old_rate = rate(base.tariff, cell);
        const double trade = value / (1.0 + old_rate);
        const double now =
            result.trade_share[cell] * result.expenditure[to] / (1.0 + rate(tariff, cell));
        const double price = result.cost_hat[base.at(j, exporter)] - 1.0;
        linear.terms_of_trade[exporter] += trade * price / before.income[exporter];
        linear.terms_of_trade[importer] -= trade * price / before.income[importer];
        linear.volume_of_trade[importer] +=
            old_rate * (now - trade - trade * price) / before.income[importer];
      }
    }
  }
  linear.cp_linear = linear.terms_of_trade;
  for (std::size_t e = 0; e < n; ++e) linear.cp_linear[e] += linear.volume_of_trade[e];
  return linear;
}

std::vector<double> real_wage_hat(const MultiSectorModel& model, const MultiSectorResult& result) {
  const std::size_t n = model.base().economies.size();
  std::vector<double> real = result.wage_hat;
  for (std::size_t k = 0; k < real.size(); ++k) real[k] /= result.consumer_price_hat[k % n];
  return real;
}

std::vector<double> gains_from_trade(const MultiSectorBase& given) {
  const MultiSectorBase base = checked_base(given);
  const std::size_t n = base.economies.size();
  const auto n_sectors = static_cast<Eigen::Index>(base.sectors.size());
  std::vector<double> gains(n);
  for (std::size_t e = 0; e < n; ++e) {
    Eigen::MatrixXd leontief = Eigen::MatrixXd::Identity(n_sectors, n_sectors);
    Eigen::VectorXd consumption(n_sectors);
    Eigen::VectorXd domestic(n_sectors);
    for (Eigen::Index k = 0; k < n_sectors; ++k) {
      const auto sector = static_cast<std::size_t>(k);
      consumption(k) = base.consumption_share[base.at(sector, e)];
      const double share = base.trade_share[base.cell(sector, e, e)];
      domestic(k) = share > 0.0 ? std::log(share) / base.theta[sector] : 0.0;
      bool used = consumption(k) > 0.0;
      for (Eigen::Index output = 0; output < n_sectors && !base.input_share.empty(); ++output) {
        const double input =
            base.input_share[base.input_at(e, sector, static_cast<std::size_t>(output))];
        used = used || input > 0.0;
        leontief(output, k) -= input;  // ln P^output takes gamma^{k, output} of ln P^k
      }
      if (used && share == 0.0) {
        throw InputError(
            {.code = "no-domestic-sales",
             .what =
                 fmt::format("{} makes no {} for itself", base.economies[e], base.sectors[sector]),
             .where = fmt::format("trade_share: {} in {}", base.sectors[sector], base.economies[e]),
             .why = "in autarky the good would have no price",
             .fixes = {"merge the sector with one that is made at home"}});
      }
    }
    // Going to autarky moves log prices by the solution of (I - gamma^T) p = -ln(lambda) / theta.
    const Eigen::VectorXd price = leontief.partialPivLu().solve(-domestic);
    gains[e] = 1.0 - std::exp(-consumption.dot(price));
  }
  return gains;
}

}  // namespace altyn::equilibrium
