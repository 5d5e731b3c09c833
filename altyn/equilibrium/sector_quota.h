#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

/// An upper limit on the volume of some trade, all its cells together.
struct Quota {
  std::string name{};                ///< for messages
  std::vector<std::size_t> cells{};  ///< of the trade table (MultiSectorBase::cell)
  double limit = 1.0;                ///< of the base's volume: 0.8 lets four fifths in
  /// Who earns the difference between prices inside and outside: exporters (the equivalent is an
  /// export tax) or, by auction, the importer (a tariff).
  bool rent_abroad = false;
};

/// Quotas as the rates that hold trade at the limits.
struct QuotaEquivalents {
  SolveStatus status = SolveStatus::kNotRun;  ///< kConverged: limits and rates fit each other
  std::string message;                        ///< which quota does not close, otherwise ""
  std::vector<double> rate;                   ///< [quota] ad valorem on top of duties; 0 = slack
  std::vector<double> volume;                 ///< [quota] relative to the base
  MultiSectorShock shock;                     ///< the given one with these rates in it
  MultiSectorResult result;
  Index n_solves = 0;
};

/// Finds the rates: each quota is either slack at rate 0 or met exactly, to 1e-8 in logs. Volumes
/// are values at the producer's price over the producer's cost and delivery.
/// Errors: InputError ("quota-range") for a limit at or below zero, a quota without trade, or a
/// cell in two quotas; as MultiSectorModel::solve. Cost: about ten solves.
[[nodiscard]] QuotaEquivalents quota_equivalents(const MultiSectorModel& model,
                                                 const MultiSectorShock& shock,
                                                 std::span<const Quota> quotas, Context& context);

}  // namespace altyn::equilibrium
