#pragma once

#include <functional>
#include <string>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

struct BatchSummary {
  Index n_solved = 0;
  Index n_failed = 0;
  std::string first_failure;  ///< message of the failed shock with the lowest number
};

/// Solves shocks 0 .. n_shocks - 1 of one model, eight at a time in the lanes of each pass over the
/// base: a large model is limited by memory, and a pass costs the same for eight as for one.
/// `make_shock(k, shock)` writes a shock into an object that arrives as an earlier shock left it;
/// `take_result(k, result)` keeps what is wanted (trade shares are not filled). Both are called
/// from one thread at a time, in no fixed order of k. Numbers depend on the shock alone, not on its
/// company; a shock that the search does not finish is solved by itself, with every rescue.
/// Errors: InputError as MultiSectorModel::solve; those of the callbacks; Cancelled.
/// Cost: rows of the trade table that a shock changes are its own work; all else is shared.
BatchSummary solve_batch(
    const MultiSectorModel& model, Index n_shocks,
    const std::function<void(Index k, MultiSectorShock& shock)>& make_shock,
    const std::function<void(Index k, const MultiSectorResult& result)>& take_result,
    Context& context);

}  // namespace altyn::equilibrium
