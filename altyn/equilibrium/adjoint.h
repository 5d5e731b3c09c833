#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

/// A scalar of an equilibrium: the weighted sum of the listed outcomes. Empty vectors weigh
/// nothing.
struct SectorMeasure {
  std::vector<double> welfare_log;    ///< [economy] weights on ln real income
  std::vector<double> wage_log;       ///< [factor, economy] on ln w-hat
  std::vector<double> price_log;      ///< [sector, economy] on ln P-hat
  std::vector<double> output;         ///< [sector, economy] on output, in the base's currency
  std::vector<double> expenditure;    ///< [sector, economy] on spending
  std::vector<double> duty;           ///< [economy] on import duties collected
  std::vector<double> duty_received;  ///< [economy] on what a pool pays out
  std::vector<double> export_duty;    ///< [economy] on export taxes collected

  /// ln real income of one economy.
  [[nodiscard]] static SectorMeasure welfare(std::size_t economy, std::size_t n_economies);
};

/// The value of a measure at a result (in logs where it says so).
[[nodiscard]] double measure_value(const SectorMeasure& measure, const MultiSectorResult& result);

/// Which derivatives to fill: those per cell of the trade table cost one pass and as much memory.
struct GradientParts {
  bool tariff = true;
  bool export_tax = false;
  bool cost = false;
  bool trade_share = false;
  bool input_share = false;
};

/// Derivatives of a measure at an equilibrium, everything else held. Shapes as in the base.
struct SectorGradient {
  SolveStatus status = SolveStatus::kNotRun;  ///< of the linear solve
  double residual = -1.0;           ///< of the adjoint equations, relative to the measure's own
  Index products = 0;               ///< transposed sweeps
  std::vector<double> tariff;       ///< [sector, importer, exporter] by ln(1 + rate)
  std::vector<double> export_tax;   ///< same, by ln(1 + rate)
  std::vector<double> cost;         ///< same, by ln iceberg cost
  std::vector<double> trade_share;  ///< same, by the log of the share before normalisation (taste)
  std::vector<double> input_share;  ///< [economy, input, output] by the share
  std::vector<double> theta;        ///< [sector]
  std::vector<double> productivity_log;  ///< [sector, economy]
  std::vector<double> deficit;           ///< [economy] per unit of currency
};

/// Gradient of a measure at the last answer of `workspace`, which must hold the solution of
/// `shock`. Errors: InputError ("no-solution") when that solve did not converge, "mobile-workers"
/// where workers move, whose numbers the derivatives would hold. Cost: 10 to 40
/// transposed sweeps, about one solve, whatever the number of parameters. Source: the adjoint
/// (implicit function) method; docs/models/multi-sector.md, section 6.
[[nodiscard]] SectorGradient gradient(const MultiSectorModel& model, const MultiSectorShock& shock,
                                      MultiSectorWorkspace& workspace, const SectorMeasure& measure,
                                      Context& context, const GradientParts& parts = {});

/// The same for tariffs of selected cells only: slopes[k] by ln(1 + rate) of cells[k].
/// Returns the status of the linear solve. Cost: as gradient without its pass over the cells.
SolveStatus tariff_slopes(const MultiSectorModel& model, MultiSectorWorkspace& workspace,
                          const SectorMeasure& measure, std::span<const std::size_t> cells,
                          std::span<double> slopes, Context& context);

}  // namespace altyn::equilibrium
