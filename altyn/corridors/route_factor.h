#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "altyn/corridors/network.h"

namespace altyn::corridors {

/// I - A, factored into L U once, for rows and columns of B = (I - A)^-1. Nodes are eliminated in
/// an order that keeps the factors sparse, without exchange of rows: for A >= 0 with a spectral
/// radius below one elimination adds numbers of one sign only, so that every entry of B is right to
/// nearly all digits, however small. Source: minimum degree order (Amestoy, Davis and Duff 1996, as
/// Eigen has it); the accuracy of elimination on M-matrices: Higham (2002), Accuracy and Stability
/// of Numerical Algorithms, section 10.
/// Immutable; one factor serves many threads.
class RouteFactor {
 public:
  /// `weight` [links], A's entries; zero where a link is closed.
  /// Cost: N^2 / 2 comparisons and the work of a sparse factorisation.
  RouteFactor(const Network& network, const std::vector<double>& weight);

  /// Writes B's columns of `nodes`, or its rows, into `values` [N x nodes.size()].
  /// Cost: one pass over the factors, each of their numbers times a row of nodes.size() values;
  /// some dozens of nodes at a time stay in the processor's cache.
  void columns(std::span<const std::size_t> nodes, std::span<double> values) const;
  void rows(std::span<const std::size_t> nodes, std::span<double> values) const;

 private:
  // Rows of a triangular factor without its diagonal.
  struct Triangle {
    std::vector<std::size_t> start{0};
    std::vector<int> column;
    std::vector<double> value;
  };

  template <class Kernel>
  void solve(std::span<const std::size_t> nodes, std::span<double> values, Kernel kernel) const;

  std::vector<std::size_t> place_;  // of each node in the order of elimination
  Triangle lower_, upper_;
  std::vector<double> pivot_;
};

}  // namespace altyn::corridors
