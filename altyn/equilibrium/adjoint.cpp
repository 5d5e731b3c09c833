#include "altyn/equilibrium/adjoint.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_workspace.h"
#include "altyn/numerics/gmres.h"

namespace altyn::equilibrium {
namespace {

using sector::Seeds;
using sector::StateView;
using sector::System;
using sector::World;

void add_block(const World& w, const std::vector<double>& weights, sector::Block& seeds) {
  for (std::size_t k = 0; k < weights.size(); ++k) seeds[k / w.n * w.row + k % w.n] += weights[k];
}

Seeds seeds_of(const System& system, const SectorMeasure& measure) {
  const World& w = *system.world;
  Seeds seeds;
  seeds.reset(w);
  for (std::size_t e = 0; e < measure.welfare_log.size(); ++e) {
    const double weight = measure.welfare_log[e];
    if (weight == 0.0) continue;
    seeds.income[e] += weight / system.income[e];
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      seeds.price[j * w.row + e] -= weight * w.consumption[j * w.row + e];
    }
  }
  add_block(w, measure.wage_log, seeds.wage);
  add_block(w, measure.price_log, seeds.price);
  add_block(w, measure.output, seeds.output);
  add_block(w, measure.expenditure, seeds.spending);
  const auto add = [](const std::vector<double>& weights, std::vector<double>& to) {
    for (std::size_t e = 0; e < weights.size(); ++e) to[e] += weights[e];
  };
  add(measure.duty, seeds.duty);
  add(measure.duty_received, seeds.received);
  add(measure.export_duty, seeds.export_duty);
  return seeds;
}

struct Solved {
  SolveStatus status = SolveStatus::kNotRun;
  double residual = -1.0;
  Index products = 0;
  std::vector<double> weight;  // the multipliers of the state's equations
};

// Multipliers: (I - G^T) weight = (pull-back of the seeds), preconditioned from the right by the
// transposed coarse correction. Afterwards the system holds the adjoints at the solution.
Solved solve_adjoint(const MultiSectorModel& model, sector::SolveState& k,
                     const SectorMeasure& measure, Context& context) {
  System& system = k.system;
  const World& w = model.world();
  ThreadPool& pool = *context.pool;
  if (system.world != &w || k.x.size() != w.state_size()) {
    throw InputError({.code = "no-solution",
                      .what = "the workspace holds no solution of this model",
                      .where = "workspace",
                      .why = "a gradient is taken at an equilibrium"});
  }
  if (!model.base().mobility.empty()) {
    throw InputError({.code = "mobile-workers",
                      .what = "workers move between regions",
                      .where = "mobility",
                      .why = "the derivatives of the model hold their numbers",
                      .fixes = {"set the mobility of workers to zero"}});
  }
  ALTYN_CHECK(system.sweep(k.x, pool), "the workspace's solution is outside the domain");
  const Seeds seeds = seeds_of(system, measure);
  const std::size_t size = w.state_size();
  const std::vector<double> nothing(size, 0.0);
  std::vector<double> right(size), unknown(size, 0.0), preconditioned(size);
  system.transposed_sweep(nothing, &seeds, right, pool);

  const auto& coarse = model.coarse_correction();
  const numerics::LinearMap matrix = [&](std::span<const double> x, std::span<double> out) {
    std::copy(x.begin(), x.end(), preconditioned.begin());
    coarse.apply_transposed(w, k.factors, preconditioned);
    system.transposed_sweep(preconditioned, nullptr, out, pool);
    for (std::size_t i = 0; i < size; ++i) out[i] = preconditioned[i] - out[i];
  };
  numerics::GmresWorkspace workspace;
  const numerics::GmresResult found = numerics::solve_gmres(
      matrix, right, unknown, {.tolerance = 1e-11, .max_iterations = 600}, workspace, context.stop);
  Solved solved;
  solved.status = found.status;
  solved.residual = found.residual;
  solved.products = found.iterations + 2;
  // Rounding may keep the residual above the last digit asked for.
  if (found.status == SolveStatus::kStalled && found.residual < 1e-8) {
    solved.status = SolveStatus::kConverged;
  }
  coarse.apply_transposed(w, k.factors, unknown);
  system.transposed_sweep(unknown, &seeds, preconditioned, pool);
  solved.weight = std::move(unknown);
  return solved;
}

// What one cell of the trade table contributes, by the quantity that depends on it.
struct CellParts {
  double share = 0.0;     // everything in proportion to a
  double landed = 0.0;    // of this, through a / tau
  double received = 0.0;  // and through b
  double per_flow = 0.0;  // value of z s
  double export_weight = 0.0, inside_weight = 0.0;
  double landed_share = 0.0, b = 0.0;
  bool inside = false;
};

CellParts cell_parts(const System& system, std::size_t cell) {
  const World& w = *system.world;
  const std::size_t n = w.n;
  const std::size_t j = cell / n / n;
  const std::size_t importer = cell / n % n;
  const std::size_t exporter = cell % n;
  const std::size_t to = j * w.row + importer;
  const std::size_t from = j * w.row + exporter;
  const std::size_t place = (j * n + importer) * w.row + exporter;
  const double a = system.gross[place];
  CellParts c;
  c.b = system.net[place];
  c.landed_share = system.landed(cell);
  const double s = system.scale[from];
  c.per_flow = system.per_share[to] * s;
  c.export_weight = system.sale_weight(importer, exporter);
  c.inside_weight = system.inside_weight[importer];
  c.inside = system.keeps_inside(importer, exporter);
  c.landed = system.net_weight[to] * s * c.landed_share;
  c.received =
      system.per_share[to] * c.b *
      (system.received_weight[from] - system.local(importer) * s * system.income_weight[exporter]);
  c.share = system.gross_weight[to] * s * a + c.landed + c.received +
            c.per_flow * ((c.landed_share - c.b) * c.export_weight +
                          (c.inside ? (a - c.landed_share) * c.inside_weight : 0.0));
  return c;
}

double by_tariff(const CellParts& c, double wedge_power) {
  return -wedge_power * c.share - c.landed - c.received -
         c.per_flow * (c.landed_share - c.b) * c.export_weight +
         (c.inside ? c.per_flow * c.landed_share * c.inside_weight : 0.0);
}

double by_export_tax(const CellParts& c, double wedge_power) {
  return -wedge_power * c.share - c.received + c.per_flow * c.b * c.export_weight;
}

// d/dD of income: depends on the closure.
std::vector<double> by_deficit(const System& system) {
  const World& w = *system.world;
  std::vector<double> slopes(w.n, 0.0);
  if (w.closure == Closure::kNone || w.closure == Closure::kEndogenous) return slopes;
  double weighted = 0.0;
  double scalar_weight = 0.0;
  for (std::size_t e = 0; e < w.n; ++e) {
    weighted += system.spending_ratio[e] * system.earned[e];
    scalar_weight += system.income_weight[e] * system.spending_ratio[e] * system.earned[e];
  }
  for (std::size_t e = 0; e < w.n; ++e) {
    slopes[e] = system.income_weight[e] * system.deficit_scalar;
    if (w.closure != Closure::kMultiplicative) continue;
    double factors = 0.0;
    for (std::size_t f = 0; f < w.n_factors; ++f) factors += w.factor_income[f * w.row + e];
    slopes[e] = (system.income_weight[e] - scalar_weight / weighted) * system.deficit_scalar *
                system.earned[e] / factors;
  }
  return slopes;
}

}  // namespace

SectorMeasure SectorMeasure::welfare(std::size_t economy, std::size_t n_economies) {
  SectorMeasure measure;
  measure.welfare_log.assign(n_economies, 0.0);
  measure.welfare_log.at(economy) = 1.0;
  return measure;
}

double measure_value(const SectorMeasure& measure, const MultiSectorResult& result) {
  double value = 0.0;
  const auto add = [&](const std::vector<double>& weights, const std::vector<double>& values,
                       bool logs) {
    for (std::size_t k = 0; k < weights.size(); ++k) {
      if (weights[k] != 0.0) value += weights[k] * (logs ? std::log(values[k]) : values[k]);
    }
  };
  add(measure.welfare_log, result.welfare_hat, true);
  add(measure.wage_log, result.wage_hat, true);
  add(measure.price_log, result.price_hat, true);
  add(measure.output, result.output, false);
  add(measure.expenditure, result.expenditure, false);
  add(measure.duty, result.duty, false);
  add(measure.duty_received, result.duty_received, false);
  add(measure.export_duty, result.export_duty, false);
  return value;
}

SectorGradient gradient(const MultiSectorModel& model, const MultiSectorShock& shock,
                        MultiSectorWorkspace& workspace, const SectorMeasure& measure,
                        Context& context, const GradientParts& parts) {
  sector::SolveState& k = workspace.state();
  const Solved solved = solve_adjoint(model, k, measure, context);
  const System& system = k.system;
  const World& w = model.world();
  const MultiSectorBase& base = model.base();
  const std::size_t n = w.n;
  const StateView view{w};
  SectorGradient result;
  result.status = solved.status;
  result.residual = solved.residual;
  result.products = solved.products;
  const std::size_t n_cells = w.n_sectors * n * n;
  if (parts.tariff) result.tariff.assign(n_cells, 0.0);
  if (parts.export_tax) result.export_tax.assign(n_cells, 0.0);
  if (parts.cost) result.cost.assign(n_cells, 0.0);
  if (parts.trade_share) result.trade_share.assign(n_cells, 0.0);
  result.theta.assign(w.n_sectors, 0.0);
  result.productivity_log.assign(w.n_sectors * n, 0.0);
  const bool wedges = !shock.tariff.empty() || !shock.export_tax.empty();
  const bool any_cell = parts.tariff || parts.export_tax || parts.cost || parts.trade_share;
  context.pool->for_each_shard(static_cast<Index>(w.n_sectors), [&](Index shard) {
    const auto j = static_cast<std::size_t>(shard);
    double& theta = result.theta[j];
    if (any_cell || wedges || !shock.cost_hat.empty()) {
      for (std::size_t cell = base.cell(j, 0, 0); cell < base.cell(j + 1, 0, 0); ++cell) {
        if (base.trade_share[cell] == 0.0) continue;
        const CellParts c = cell_parts(system, cell);
        if (parts.tariff) result.tariff[cell] = by_tariff(c, system.wedge_power[j]);
        if (parts.export_tax) result.export_tax[cell] = by_export_tax(c, system.wedge_power[j]);
        if (parts.cost) result.cost[cell] = -system.theta[j] * c.share;
        if (parts.trade_share) result.trade_share[cell] = c.share;
        const double change = system.cost_change(shock, cell);
        if (change != 1.0) theta -= std::log(change) * c.share;
      }
    }
    for (std::size_t e = 0; e < n; ++e) {
      const std::size_t at = j * w.row + e;
      theta -= system.scale_weight[at] * system.unit_cost[at] +
               system.price_weight[at] * system.price[at] / system.theta[j];
      result.productivity_log[base.at(j, e)] = -system.cost_weight[at];
    }
  });
  result.deficit = by_deficit(system);
  if (parts.input_share) {
    result.input_share.assign(n * w.n_sectors * w.n_sectors, 0.0);
    const double* cost = view.input_cost(std::span<const double>(solved.weight));
    const double* use = view.spending(std::span<const double>(solved.weight));
    for (std::size_t e = 0; e < n; ++e) {
      for (std::size_t input = 0; input < w.n_sectors; ++input) {
        const std::size_t in = input * w.row + e;
        const double per_use = w.bought[in] == 0.0 ? 0.0 : use[in] / system.spending[in];
        for (std::size_t output = 0; output < w.n_sectors; ++output) {
          const std::size_t out = output * w.row + e;
          result.input_share[base.input_at(e, input, output)] =
              cost[out] * system.price[in] + per_use * system.made[out];
        }
      }
    }
  }
  return result;
}

SolveStatus tariff_slopes(const MultiSectorModel& model, MultiSectorWorkspace& workspace,
                          const SectorMeasure& measure, std::span<const std::size_t> cells,
                          std::span<double> slopes, Context& context) {
  sector::SolveState& k = workspace.state();
  const Solved solved = solve_adjoint(model, k, measure, context);
  const std::size_t n = model.world().n;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const CellParts part = cell_parts(k.system, cells[c]);
    slopes[c] = by_tariff(part, k.system.wedge_power[cells[c] / n / n]);
  }
  return solved.status;
}

}  // namespace altyn::equilibrium
