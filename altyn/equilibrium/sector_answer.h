#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/sector_system.h"
#include "altyn/numerics/fixed_point.h"

/// From the state of a solve to what the caller sees. Internal to the model's own files.
namespace altyn::equilibrium::sector {

/// The base as a state: nothing changes.
void start_at_base(const World& world, std::vector<double>& state);

/// max |next - at| over a state; infinite when something is not a number.
[[nodiscard]] double largest_gap(std::span<const double> at, std::span<const double> next);

/// Why a search ended without an answer: which market, and by how much.
[[nodiscard]] std::string explain(const System& system, const numerics::FixedPointResult& found,
                                  std::span<const double> x);

/// The certificate of the equations at `x`, which the system has just swept.
void certify(const System& system, std::span<const double> x, const MultiSectorOptions& options,
             const numerics::FixedPointResult& found, MultiSectorResult& result);

/// Everything but status, message and certificate. Trade shares need the system's full matrices.
void fill_result(const System& system, std::span<const double> x, bool trade_share,
                 ThreadPool& pool, MultiSectorResult& result);

}  // namespace altyn::equilibrium::sector
