#pragma once

#include <memory>

#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/effect_solver.h"

namespace altyn::estimation {

/// The preconditioner of weakly connected effects (workers and firms). With the largest effect
/// eliminated, the normal matrix of each kept effect is the Laplacian of a graph: firms are tied by
/// the workers they share. Each gets an approximate Cholesky factor of its own
/// (laplacian_factor.h); varying slopes get their diagonal. Cost: one pass over the rows and a sort
/// of the edges; memory 16 bytes per edge.
[[nodiscard]] std::unique_ptr<LevelPreconditioner> make_graph_preconditioner(
    const AbsorbLayout& layout);

}  // namespace altyn::estimation
