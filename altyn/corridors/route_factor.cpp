#include "altyn/corridors/route_factor.h"

#include <Eigen/OrderingMethods>
#include <Eigen/SparseCore>
#include <algorithm>

#include "altyn/numerics/simd.h"

namespace altyn::corridors {
namespace {

// y -= factor * x over one row of right-hand sides.
ALTYN_INLINE void subtract(double factor, const double* x, double* y, std::size_t width) {
  for (std::size_t k = 0; k < width; ++k) y[k] -= factor * x[k];
}

// The solves below work on x [N x width], rows contiguous, in the order of elimination.

ALTYN_CLONES
void solve_columns(std::size_t n, std::size_t width, const std::size_t* lower_start,
                   const int* lower_column, const double* lower, const std::size_t* upper_start,
                   const int* upper_column, const double* upper, const double* pivot, double* x) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = lower_start[i]; k < lower_start[i + 1]; ++k) {
      subtract(lower[k], x + static_cast<std::size_t>(lower_column[k]) * width, x + i * width,
               width);
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    double* own = x + i * width;
    for (std::size_t k = upper_start[i]; k < upper_start[i + 1]; ++k) {
      subtract(upper[k], x + static_cast<std::size_t>(upper_column[k]) * width, own, width);
    }
    for (std::size_t k = 0; k < width; ++k) own[k] /= pivot[i];
  }
}

ALTYN_CLONES
void solve_rows(std::size_t n, std::size_t width, const std::size_t* lower_start,
                const int* lower_column, const double* lower, const std::size_t* upper_start,
                const int* upper_column, const double* upper, const double* pivot, double* x) {
  for (std::size_t i = 0; i < n; ++i) {
    double* own = x + i * width;
    for (std::size_t k = 0; k < width; ++k) own[k] /= pivot[i];
    for (std::size_t k = upper_start[i]; k < upper_start[i + 1]; ++k) {
      subtract(upper[k], own, x + static_cast<std::size_t>(upper_column[k]) * width, width);
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = lower_start[i]; k < lower_start[i + 1]; ++k) {
      subtract(lower[k], x + i * width, x + static_cast<std::size_t>(lower_column[k]) * width,
               width);
    }
  }
}

}  // namespace

RouteFactor::RouteFactor(const Network& network, const std::vector<double>& weight) {
  const std::size_t n = network.nodes.size();
  // Order of elimination, from the pattern of both directions.
  std::vector<Eigen::Triplet<double>> pattern;
  for (const Link& link : network.links) {
    const int from = static_cast<int>(link.from), to = static_cast<int>(link.to);
    pattern.emplace_back(from, to, 1.0);
    pattern.emplace_back(to, from, 1.0);
  }
  Eigen::SparseMatrix<double> both(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  both.setFromTriplets(pattern.begin(), pattern.end());
  Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> order;
  Eigen::AMDOrdering<int>()(both, order);
  place_.resize(n);
  for (std::size_t k = 0; k < n; ++k) {
    place_[static_cast<std::size_t>(order.indices()[static_cast<Eigen::Index>(k)])] = k;
  }

  std::vector<std::vector<std::pair<std::size_t, double>>> entries(n);
  for (std::size_t l = 0; l < weight.size(); ++l) {
    if (weight[l] == 0.0) continue;
    entries[place_[network.links[l].from]].emplace_back(place_[network.links[l].to], weight[l]);
  }
  // Row by row: what earlier rows leave of it.
  std::vector<double> row(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = 1.0;
    for (const auto& [column, value] : entries[i]) row[column] -= value;
    for (std::size_t k = 0; k < i; ++k) {
      if (row[k] == 0.0) continue;
      const double part = row[k] / pivot_[k];
      row[k] = 0.0;
      lower_.column.push_back(static_cast<int>(k));
      lower_.value.push_back(part);
      for (std::size_t u = upper_.start[k]; u < upper_.start[k + 1]; ++u) {
        row[static_cast<std::size_t>(upper_.column[u])] -= part * upper_.value[u];
      }
    }
    pivot_.push_back(row[i]);
    row[i] = 0.0;
    for (std::size_t k = i + 1; k < n; ++k) {
      if (row[k] == 0.0) continue;
      upper_.column.push_back(static_cast<int>(k));
      upper_.value.push_back(row[k]);
      row[k] = 0.0;
    }
    lower_.start.push_back(lower_.value.size());
    upper_.start.push_back(upper_.value.size());
  }
}

template <class Kernel>
void RouteFactor::solve(std::span<const std::size_t> nodes, std::span<double> values,
                        Kernel kernel) const {
  const std::size_t n = place_.size();
  const std::size_t width = nodes.size();
  std::vector<double> x(n * width, 0.0);
  for (std::size_t k = 0; k < width; ++k) x[place_[nodes[k]] * width + k] = 1.0;
  kernel(n, width, lower_.start.data(), lower_.column.data(), lower_.value.data(),
         upper_.start.data(), upper_.column.data(), upper_.value.data(), pivot_.data(), x.data());
  for (std::size_t node = 0; node < n; ++node) {
    std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(place_[node] * width), width,
                values.begin() + static_cast<std::ptrdiff_t>(node * width));
  }
}

void RouteFactor::columns(std::span<const std::size_t> nodes, std::span<double> values) const {
  solve(nodes, values, solve_columns);
}

void RouteFactor::rows(std::span<const std::size_t> nodes, std::span<double> values) const {
  solve(nodes, values, solve_rows);
}

}  // namespace altyn::corridors
