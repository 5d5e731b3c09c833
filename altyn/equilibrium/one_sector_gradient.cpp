#include "altyn/equilibrium/one_sector_gradient.h"

#include <utility>

#include "altyn/equilibrium/adjoint.h"
#include "altyn/equilibrium/one_good.h"

namespace altyn::equilibrium {

OneSectorGradient one_sector_gradient(const OneSectorBase& base, const OneSectorShock& shock,
                                      const OneSectorMeasure& measure,
                                      const OneSectorOptions& options, Context& context) {
  const std::size_t n = base.economies.size();
  const MultiSectorModel model(one_good_base(base),
                               {.closure = options.closure,
                                .numeraire = options.numeraire,
                                .tolerance = options.tolerance,
                                .max_iterations = options.max_iterations},
                               context);
  const MultiSectorShock same = one_good_shock(base, shock, options.numeraire);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(same, workspace, result, context);
  OneSectorGradient found;
  found.status = result.status;
  if (result.status != SolveStatus::kConverged) return found;

  SectorMeasure of;
  of.welfare_log = measure.welfare_log;
  of.duty = measure.revenue_collected;
  of.duty_received = measure.paid_by_pool;
  found.value = measure_value(of, result);
  SectorGradient slopes =
      gradient(model, same, workspace, of, context, {.tariff = true, .cost = true});
  found.status = slopes.status;
  found.tariff = transposed(slopes.tariff, n);
  found.cost = transposed(slopes.cost, n);
  found.productivity_log = std::move(slopes.productivity_log);
  found.theta = slopes.theta[0];
  return found;
}

}  // namespace altyn::equilibrium
