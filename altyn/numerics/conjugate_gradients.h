#pragma once

#include <array>
#include <functional>

#include "altyn/core/context.h"
#include "altyn/core/types.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::numerics {

// Notation: S symmetric positive semidefinite [L x L]; R, X [L x P] rows of P lanes, lane by lane
// one linear system S x = r; M ~ S^-1 the preconditioner.

/// out = S v (or M v) for all lanes at once; v and out are [L * P], lanes of one unknown adjacent.
using LaneOperator = std::function<void(const double* v, double* out)>;

struct ConjugateGradientOptions {
  std::array<double, 8> reductions{};  ///< a lane stops when sqrt(r'Mr) fell by this factor,
  std::array<double, 8> floors{};      ///< or when sqrt(r'Mr) is at most this
  Index max_iterations = 1000;
};

struct ConjugateGradientResult {
  Index iterations = 0;
  bool converged = false;
  std::array<double, 8> start{};  ///< sqrt(r'Mr) of each lane at zero
  std::array<double, 8> end{};    ///< and reached
};

/// Preconditioned conjugate gradients from zero on P right-hand sides in lockstep. `r` holds R on
/// entry and the final residual R - S X on return; `x` is overwritten. Lanes that are zero stay
/// zero. Singular S is fine when R is in its range.
/// Cost: per iteration one S, one M and O(L P). The same bits for any number of threads as long as
/// S and M keep theirs. Source: Hestenes and Stiefel (1952).
ConjugateGradientResult conjugate_gradients(Index n_unknowns, int n_lanes,
                                            const LaneOperator& apply_s,
                                            const LaneOperator& apply_m, RawVector<double>& r,
                                            RawVector<double>& x,
                                            const ConjugateGradientOptions& options,
                                            Context& context);

}  // namespace altyn::numerics
