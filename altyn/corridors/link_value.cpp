#include "altyn/corridors/link_value.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_levels.h"

namespace altyn::corridors {
namespace {

// The one-sector world as a world of many sectors that has one, whose adjoint there is.
equilibrium::MultiSectorBase one_good(const equilibrium::OneSectorBase& base) {
  if (!base.mobility.empty() || !base.value_added_share.empty() || base.supply_elasticity != 0.0) {
    throw InputError({.code = "no-adjoint",
                      .what = "the value of links is not known where workers move, goods are made "
                              "from goods, or supply is elastic",
                      .where = "world",
                      .why = "the adjoint equations are those of one factor that stays",
                      .fixes = {"leave them out for the value of links"}});
  }
  const std::size_t n = base.economies.size();
  equilibrium::MultiSectorLevels levels;
  levels.economies = base.economies;
  levels.sectors = {"goods"};
  levels.theta = {base.theta};
  levels.pools = base.pools;
  levels.trade.resize(n * n);
  levels.value_added.assign(n, 0.0);
  if (!base.tariff.empty()) levels.tariff.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t cell = k * n + i;
      const double rate = base.tariff.empty() ? 0.0 : base.tariff[i * n + k];
      levels.trade[cell] = base.trade[i * n + k] / (1.0 + rate);
      levels.value_added[i] += levels.trade[cell];
      if (!base.tariff.empty()) levels.tariff[cell] = rate;
    }
  }
  return equilibrium::base_from_levels(levels).base;
}

}  // namespace

LinkValue link_values(const CorridorProblem& problem, const equilibrium::MultiSectorModel& model,
                      const std::vector<double>& weight, Context& context) {
  equilibrium::MultiSectorWorkspace workspace;
  equilibrium::MultiSectorResult result;
  const equilibrium::MultiSectorShock nothing;
  model.solve(nothing, workspace, result, context);
  LinkValue value;
  value.status = result.status;
  if (result.status != SolveStatus::kConverged) return value;
  equilibrium::SectorMeasure measure;
  measure.welfare_log = weight;
  const equilibrium::SectorGradient gradient = equilibrium::gradient(
      model, nothing, workspace, measure, context, {.tariff = false, .cost = true});
  value.status = gradient.status;
  value.residual = gradient.residual;
  const std::size_t n = problem.node.size();
  value.pair_slope.assign(n * n, 0.0);
  for (std::size_t cell = 0; cell < gradient.cost.size(); ++cell) {
    const std::size_t exporter = cell % n, importer = cell / n % n;
    value.pair_slope[exporter * n + importer] += gradient.cost[cell];
  }
  const Terminals terminals(problem.node);
  const Routes routes(*problem.network, problem.cost_log, terminals.nodes, problem.route, context);
  value.slope = routes.link_sums(terminals.gather(value.pair_slope), context);
  return value;
}

LinkValue link_values(const CorridorProblem& problem, const equilibrium::OneSectorBase& base,
                      const equilibrium::OneSectorOptions& options,
                      const std::vector<double>& weight, Context& context) {
  const equilibrium::MultiSectorModel model(
      one_good(base),
      {.closure = options.closure, .numeraire = options.numeraire, .tolerance = options.tolerance},
      context);
  return link_values(problem, model, weight, context);
}

}  // namespace altyn::corridors
