#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

/// Where a change of real income comes from, in log points: equation (15) integrated along the
/// shock, tariffs and costs moving from old to new in equal log steps. The parts add up to the
/// exact welfare change but for `remainder`, the error of the integration.
struct WelfareDecomposition {
  SolveStatus status = SolveStatus::kNotRun;  ///< of the solves along the way
  std::string message;
  Index n_steps = 0;
  std::vector<double> welfare_log;      ///< [economy] exact
  std::vector<double> terms_of_trade;   ///< [economy] prices of exports over prices of imports
  std::vector<double> volume_of_trade;  ///< [economy] taxed volumes
  std::vector<double> technology;       ///< [economy] own imports' iceberg costs, own productivity
  std::vector<double> scale;            ///< [economy] entry and selection of firms; 0 without
  std::vector<double> transfer;         ///< [economy] deficits, and shared duties over own
  std::vector<double> workers;          ///< [economy] those who come, less those who go
  std::vector<double> remainder;        ///< [economy]
  std::vector<double> terms_of_trade_by_partner;   ///< [economy, partner]
  std::vector<double> volume_of_trade_by_partner;  ///< [economy, partner]
  std::vector<double> terms_of_trade_by_sector;    ///< [sector, economy]
  std::vector<double> volume_of_trade_by_sector;   ///< [sector, economy]
};

struct DecompositionOptions {
  Index steps = 40;         ///< solves along the way, even
  bool extrapolate = true;  ///< remove the leading error term by comparing with half the steps;
                            ///< off: the plain trapezoid rule
  static std::vector<Field<DecompositionOptions>> fields();
};

/// Decomposes the welfare effect of a shock. New pools are reached by moving what their members
/// keep in equal steps. Errors: as MultiSectorModel::solve. Cost: `steps` solves, each from its
/// neighbour. Source: Caliendo and Parro (2015) for the terms, integrated here instead of taken at
/// the base.
[[nodiscard]] WelfareDecomposition decompose_welfare(const MultiSectorModel& model,
                                                     const MultiSectorShock& shock,
                                                     const DecompositionOptions& options,
                                                     Context& context);

/// A shock part of the way: t = 0 leaves tariffs and costs as they are, t = 1 is the shock, logs of
/// wedges in between. Elasticities and pools are those of the shock throughout.
[[nodiscard]] MultiSectorShock part_of_shock(const MultiSectorBase& base,
                                             const MultiSectorShock& shock, double t);

}  // namespace altyn::equilibrium
