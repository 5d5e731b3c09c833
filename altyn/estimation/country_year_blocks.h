#pragma once

#include <memory>

#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/effect_solver.h"

namespace altyn::estimation {

/// The preconditioner of effects in blocks (exporter-year and importer-year): for each block t with
/// level weights d_a, d_b and the matrix W_t of cell weights between its two sides,
///   M = inverse of [diag d_a, W_t; W_t', diag d_b],
/// by eliminating side a: S_b = diag d_b - W_t' diag(1/d_a) W_t = U'U, all scaled to a unit
/// diagonal, in single precision. Effects outside the blocks get their diagonal. Exact for two
/// effects up to single precision.
/// Cost: building n_a n_b^2 + n_b^3 / 3 per block; applying n_a n_b * 2 + n_b^2 per lane.
/// Memory: 4 bytes * sum of (n_a + n_b) n_b.
[[nodiscard]] std::unique_ptr<LevelPreconditioner> make_block_preconditioner(
    const AbsorbLayout& layout);

}  // namespace altyn::estimation
