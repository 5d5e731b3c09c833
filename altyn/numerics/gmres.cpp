#include "altyn/numerics/gmres.h"

#include <algorithm>
#include <cmath>

namespace altyn::numerics {
namespace {

double dot(const double* a, const double* b, std::size_t n) {
  // Eight partial sums: a fixed order that fits vector registers.
  double sum[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sum[k] += a[i + k] * b[i + k];
  }
  for (; i < n; ++i) sum[0] += a[i] * b[i];
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

double length(const double* a, std::size_t n) { return std::sqrt(dot(a, a, n)); }

}  // namespace

GmresResult solve_gmres(const LinearMap& a, std::span<const double> b, std::span<double> x,
                        const GmresOptions& options, GmresWorkspace& w,
                        const std::stop_token& stop) {
  const std::size_t n = b.size();
  const auto m = static_cast<std::size_t>(std::max<Index>(1, options.restart));
  w.directions.resize((m + 1) * n);
  w.product.resize(n);
  w.hessenberg.assign((m + 1) * m, 0.0);
  w.cosine.assign(m, 0.0);
  w.sine.assign(m, 0.0);
  w.right.assign(m + 1, 0.0);
  const auto direction = [&](std::size_t k) { return &w.directions[k * n]; };
  const auto h = [&](std::size_t r, std::size_t c) -> double& {
    return w.hessenberg[c * (m + 1) + r];
  };

  GmresResult result;
  const double size = length(b.data(), n);
  if (size == 0.0) {
    std::fill(x.begin(), x.end(), 0.0);
    result.status = SolveStatus::kConverged;
    result.residual = 0.0;
    return result;
  }
  bool first = std::all_of(x.begin(), x.end(), [](double value) { return value == 0.0; });
  double last_start = -1.0;
  while (true) {
    // The residual at the start of a cycle.
    if (first) {
      std::copy(b.begin(), b.end(), direction(0));
    } else {
      a(x, w.product);
      ++result.iterations;
      for (std::size_t i = 0; i < n; ++i) direction(0)[i] = b[i] - w.product[i];
    }
    first = false;
    const double start = length(direction(0), n);
    result.residual = start / size;
    if (!std::isfinite(start)) {
      result.status = SolveStatus::kNotFinite;
      return result;
    }
    if (result.residual <= options.tolerance) {
      result.status = SolveStatus::kConverged;
      return result;
    }
    if (last_start >= 0.0 && start > 0.9 * last_start) {
      result.status = SolveStatus::kStalled;
      return result;
    }
    if (result.iterations >= options.max_iterations) {
      result.status = SolveStatus::kIterationLimit;
      return result;
    }
    last_start = start;
    for (std::size_t i = 0; i < n; ++i) direction(0)[i] /= start;
    std::fill(w.right.begin(), w.right.end(), 0.0);
    w.right[0] = start;

    std::size_t used = 0;
    for (std::size_t c = 0; c < m; ++c) {
      if (stop.stop_requested()) {
        result.status = SolveStatus::kCancelled;
        return result;
      }
      a({direction(c), n}, {direction(c + 1), n});
      ++result.iterations;
      double* next = direction(c + 1);
      for (std::size_t r = 0; r <= c; ++r) {
        const double product = h(r, c) = dot(next, direction(r), n);
        const double* old = direction(r);
        for (std::size_t i = 0; i < n; ++i) next[i] -= product * old[i];
      }
      const double rest = h(c + 1, c) = length(next, n);
      if (!std::isfinite(rest)) {
        result.status = SolveStatus::kNotFinite;
        return result;
      }
      if (rest > 0.0) {
        for (std::size_t i = 0; i < n; ++i) next[i] /= rest;
      }
      for (std::size_t r = 0; r < c; ++r) {
        const double upper = h(r, c);
        h(r, c) = w.cosine[r] * upper + w.sine[r] * h(r + 1, c);
        h(r + 1, c) = w.cosine[r] * h(r + 1, c) - w.sine[r] * upper;
      }
      const double hypotenuse = std::hypot(h(c, c), h(c + 1, c));
      if (hypotenuse == 0.0) break;
      w.cosine[c] = h(c, c) / hypotenuse;
      w.sine[c] = h(c + 1, c) / hypotenuse;
      h(c, c) = hypotenuse;
      w.right[c + 1] = -w.sine[c] * w.right[c];
      w.right[c] *= w.cosine[c];
      used = c + 1;
      result.residual = std::abs(w.right[c + 1]) / size;
      if (result.residual <= options.tolerance || rest == 0.0 ||
          result.iterations >= options.max_iterations) {
        break;
      }
    }
    for (std::size_t r = used; r-- > 0;) {
      double value = w.right[r];
      for (std::size_t c = r + 1; c < used; ++c) value -= h(r, c) * w.right[c];
      w.right[r] = value / h(r, r);
      const double* old = direction(r);
      const double weight = w.right[r];
      for (std::size_t i = 0; i < n; ++i) x[i] += weight * old[i];
    }
    // Trust the recursion when it reports success; the next cycle would only confirm it.
    if (result.residual <= options.tolerance) {
      result.status = SolveStatus::kConverged;
      return result;
    }
  }
}

}  // namespace altyn::numerics
