#include "altyn/numerics/conjugate_gradients.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/numerics/simd.h"

namespace altyn::numerics {

namespace {

constexpr int kMaxLanes = 8;
using LaneValues = std::array<double, kMaxLanes>;
// A residual that has grown this much from its least is rounding error outside the range of S; the
// step that led there is taken back.
constexpr double kDivergence = 1e3;

// Level vectors are short next to the rows behind S, so these run in the calling thread.

template <int kLanes>
ALTYN_INLINE void dot(const double* a, const double* b, Index n, double* out) {
  Lanes<kLanes> even{};
  Lanes<kLanes> odd{};
  Index i = 0;
  for (; i + 1 < n; i += 2) {
    even += load<kLanes>(a + i * kLanes) * load<kLanes>(b + i * kLanes);
    odd += load<kLanes>(a + (i + 1) * kLanes) * load<kLanes>(b + (i + 1) * kLanes);
  }
  if (i < n) even += load<kLanes>(a + i * kLanes) * load<kLanes>(b + i * kLanes);
  store<kLanes>(out, even + odd);
}

// x += alpha p, r -= alpha q
template <int kLanes>
ALTYN_INLINE void advance(double* x, double* r, const double* p, const double* q,
                          const double* alpha, Index n) {
  const auto step = load<kLanes>(alpha);
  for (Index i = 0; i < n * kLanes; i += kLanes) {
    store<kLanes>(x + i, load<kLanes>(x + i) + step * load<kLanes>(p + i));
    store<kLanes>(r + i, load<kLanes>(r + i) - step * load<kLanes>(q + i));
  }
}

// p = z + beta p
template <int kLanes>
ALTYN_INLINE void turn(double* p, const double* z, const double* beta, Index n) {
  const auto factor = load<kLanes>(beta);
  for (Index i = 0; i < n * kLanes; i += kLanes) {
    store<kLanes>(p + i, load<kLanes>(z + i) + factor * load<kLanes>(p + i));
  }
}

ALTYN_CLONES void dot4(const double* a, const double* b, Index n, double* out) {
  dot<4>(a, b, n, out);
}
ALTYN_CLONES void dot8(const double* a, const double* b, Index n, double* out) {
  dot<8>(a, b, n, out);
}
ALTYN_CLONES void advance4(double* x, double* r, const double* p, const double* q,
                           const double* alpha, Index n) {
  advance<4>(x, r, p, q, alpha, n);
}
ALTYN_CLONES void advance8(double* x, double* r, const double* p, const double* q,
                           const double* alpha, Index n) {
  advance<8>(x, r, p, q, alpha, n);
}
ALTYN_CLONES void turn4(double* p, const double* z, const double* beta, Index n) {
  turn<4>(p, z, beta, n);
}
ALTYN_CLONES void turn8(double* p, const double* z, const double* beta, Index n) {
  turn<8>(p, z, beta, n);
}

}  // namespace

ConjugateGradientResult conjugate_gradients(Index n_unknowns, int n_lanes,
                                            const LaneOperator& apply_s,
                                            const LaneOperator& apply_m, RawVector<double>& r,
                                            RawVector<double>& x,
                                            const ConjugateGradientOptions& options,
                                            Context& context) {
  ALTYN_CHECK(n_lanes == 4 || n_lanes == 8, "lanes come in fours and eights");
  const auto dot_lanes = n_lanes == 4 ? dot4 : dot8;
  const auto advance_lanes = n_lanes == 4 ? advance4 : advance8;
  const auto turn_lanes = n_lanes == 4 ? turn4 : turn8;
  const auto lanes = static_cast<std::size_t>(n_lanes);

  ConjugateGradientResult result;
  x.resize(r.size());
  std::fill(x.begin(), x.end(), 0.0);
  RawVector<double> z(r.size());
  RawVector<double> q(r.size());

  apply_m(r.data(), z.data());
  RawVector<double> p(z);
  alignas(64) LaneValues rz{};
  alignas(64) LaneValues start{};
  alignas(64) LaneValues step{};
  dot_lanes(r.data(), z.data(), n_unknowns, start.data());
  rz = start;
  std::array<bool, kMaxLanes> active{};
  LaneValues best{};
  bool diverged = false;
  bool any = false;
  for (std::size_t l = 0; l < lanes; ++l) {
    result.start[l] = result.end[l] = std::sqrt(std::max(start[l], 0.0));
    active[l] = std::isfinite(start[l]) && result.start[l] > options.floors[l];
    best[l] = result.start[l];
    any = any || active[l];
  }
  while (any && result.iterations < options.max_iterations) {
    if (context.stop.stop_requested()) break;
    apply_s(p.data(), q.data());
    ++result.iterations;
    dot_lanes(p.data(), q.data(), n_unknowns, step.data());
    for (std::size_t l = 0; l < lanes; ++l) {
      // p'Sp <= 0 happens only when rounding is all that is left of a lane.
      const double length = rz[l] / step[l];
      if (active[l] && !(step[l] > 0.0 && std::isfinite(length))) active[l] = false;
      step[l] = active[l] ? length : 0.0;
    }
    advance_lanes(x.data(), r.data(), p.data(), q.data(), step.data(), n_unknowns);
    apply_m(r.data(), z.data());
    const LaneValues before = rz;
    const LaneValues taken = step;
    alignas(64) LaneValues undo{};
    bool undone = false;
    dot_lanes(r.data(), z.data(), n_unknowns, rz.data());
    any = false;
    for (std::size_t l = 0; l < lanes; ++l) {
      step[l] = 0.0;
      if (!active[l]) {
        rz[l] = before[l];
        continue;
      }
      const double now = std::sqrt(std::max(rz[l], 0.0));
      if (!(now <= kDivergence * best[l])) {
        undo[l] = -taken[l];
        undone = diverged = true;
        active[l] = false;
        continue;
      }
      result.end[l] = now;
      best[l] = std::min(best[l], now);
      active[l] = now > std::max(options.reductions[l] * result.start[l], options.floors[l]);
      if (active[l]) step[l] = rz[l] / before[l];
      any = any || active[l];
    }
    if (undone) advance_lanes(x.data(), r.data(), p.data(), q.data(), undo.data(), n_unknowns);
    turn_lanes(p.data(), z.data(), step.data(), n_unknowns);
  }
  result.converged = !any && !diverged;
  return result;
}

}  // namespace altyn::numerics
