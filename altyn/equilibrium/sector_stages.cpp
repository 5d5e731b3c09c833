#include "altyn/equilibrium/sector_stages.h"

#include <algorithm>
#include <cmath>

namespace altyn::equilibrium {
namespace {

constexpr double kTolerance = 1e-12;
constexpr int kMaxPasses = 2000;

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

// Shares times what the cell's own wedges do to demand.
std::vector<double> moved_shares(const MultiSectorBase& base, const MultiSectorShock& shock) {
  const std::size_t n = base.economies.size();
  const std::vector<double>& theta = shock.theta.empty() ? base.theta : shock.theta;
  const std::vector<double>& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  const std::vector<double>& levied = shock.export_tax.empty() ? base.export_tax : shock.export_tax;
  std::vector<double> moved = base.trade_share;
  for (std::size_t cell = 0; cell < moved.size(); ++cell) {
    if (moved[cell] == 0.0) continue;
    const std::size_t j = cell / n / n;
    const double wedges = (1.0 + rate(tariff, cell)) / (1.0 + rate(base.tariff, cell)) *
                          (1.0 + rate(levied, cell)) / (1.0 + rate(base.export_tax, cell));
    const double cost = shock.cost_hat.empty() ? 1.0 : shock.cost_hat[cell];
    const double selection = base.selection.empty() ? 0.0 : base.selection[j];
    if (wedges != 1.0) moved[cell] *= std::pow(wedges, -theta[j] - selection);
    if (cost != 1.0) moved[cell] *= std::pow(cost, -theta[j]);
  }
  return moved;
}

}  // namespace

SectorStages sector_stages(const MultiSectorModel& model, const MultiSectorShock& shock,
                           const MultiSectorResult& result, Context& context) {
  const MultiSectorBase& base = model.base();
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const std::vector<double>& theta = shock.theta.empty() ? base.theta : shock.theta;
  const std::vector<double> moved = moved_shares(base, shock);

  // (1) and (2) with factor rewards held: a contraction, since value added has a share in cost.
  std::vector<double> cost(n_sectors * n, 0.0), price(n_sectors * n, 0.0), next(n_sectors * n);
  double gap = 1.0;
  int passes = 0;
  while (gap > kTolerance && passes < kMaxPasses) {
    context.throw_if_stopped();
    context.pool->for_each_shard(static_cast<Index>(n_sectors), [&](Index shard) {
      const auto j = static_cast<std::size_t>(shard);
      std::vector<double> supply(n);
      for (std::size_t i = 0; i < n; ++i) supply[i] = std::exp(-theta[j] * cost[j * n + i]);
      for (std::size_t importer = 0; importer < n; ++importer) {
        const double* share = &moved[(j * n + importer) * n];
        double sum = 0.0;
        for (std::size_t i = 0; i < n; ++i) sum += share[i] * supply[i];
        price[j * n + importer] = sum == 0.0 ? 0.0 : -std::log(sum) / theta[j];
      }
    });
    gap = 0.0;
    for (std::size_t e = 0; e < n; ++e) {
      for (std::size_t j = 0; j < n_sectors; ++j) {
        const double gain =
            shock.productivity_hat.empty() ? 0.0 : std::log(shock.productivity_hat[base.at(j, e)]);
        next[base.at(j, e)] = -gain;
      }
      for (std::size_t input = 0; input < n_sectors && !base.input_share.empty(); ++input) {
        const double* share = &base.input_share[base.input_at(e, input, 0)];
        for (std::size_t j = 0; j < n_sectors; ++j) {
          next[base.at(j, e)] += share[j] * price[base.at(input, e)];
        }
      }
      for (std::size_t j = 0; j < n_sectors; ++j) {
        const std::size_t at = base.at(j, e);
        gap = std::max(gap, std::abs(next[at] - cost[at]));
      }
    }
    cost.swap(next);
    ++passes;
  }

  SectorStages stages;
  stages.certificate.subject = "conditional trade";
  stages.certificate.status =
      gap <= kTolerance ? SolveStatus::kConverged : SolveStatus::kIterationLimit;
  stages.certificate.iterations = passes;
  stages.certificate.closure = "factor rewards and spending held";
  stages.certificate.numeraire = "factor rewards";
  stages.certificate.positive = true;
  stages.certificate.blocks = {{"unit cost", gap, kTolerance, "max |log residual|", ""}};

  const std::size_t n_cells = moved.size();
  for (auto* values : {&stages.base, &stages.direct, &stages.conditional, &stages.full}) {
    values->assign(n_cells, 0.0);
  }
  const std::vector<double>& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  context.pool->for_each_shard(static_cast<Index>(n_sectors), [&](Index shard) {
    const auto j = static_cast<std::size_t>(shard);
    for (std::size_t importer = 0; importer < n; ++importer) {
      const std::size_t to = base.at(j, importer);
      double sum = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += moved[base.cell(j, importer, i)] * std::exp(-theta[j] * cost[j * n + i]);
      }
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t cell = base.cell(j, importer, i);
        if (base.trade_share[cell] == 0.0) continue;
        const double spent = base.expenditure[to];
        const double landed = 1.0 + rate(tariff, cell);
        stages.base[cell] = spent * base.trade_share[cell] / (1.0 + rate(base.tariff, cell));
        stages.direct[cell] = spent * moved[cell] / landed;
        stages.conditional[cell] =
            spent * moved[cell] * std::exp(-theta[j] * cost[j * n + i]) / sum / landed;
        stages.full[cell] = result.expenditure[to] * result.trade_share[cell] / landed;
      }
    }
  });
  return stages;
}

}  // namespace altyn::equilibrium
