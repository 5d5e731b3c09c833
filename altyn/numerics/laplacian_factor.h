#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::numerics {

/// An undirected edge of a weighted graph.
struct GraphEdge {
  GroupId a = 0;
  GroupId b = 0;
  double weight = 0.0;
};

/// Adds to `edges` what eliminating a vertex with these neighbours leaves between them: the clique
/// of weights w_i w_j / sum(w) while there are at most `exact_degree` of them, beyond that a random
/// tree with the same expectation and one edge fewer than neighbours.
/// `neighbours` is sorted in place; `random` advances.
struct GraphNeighbour {
  GroupId vertex = 0;
  double weight = 0.0;
};
void eliminate_star(std::vector<GraphNeighbour>& neighbours, std::size_t exact_degree,
                    std::uint64_t& random, std::vector<GraphEdge>& edges);

/// An approximate Cholesky factor of a graph Laplacian: vertices are eliminated, fewest neighbours
/// first; small stars exactly, large ones by sampling. Near-path graphs are factored exactly; any
/// graph gets a factor with about as many entries as it has edges.
/// Source: Gao, Kyng and Spielman (2023), "Robust and practical solution of Laplacian equations by
/// approximate elimination".
class LaplacianFactor {
 public:
  /// Parallel edges are added up; edges of weight zero are ignored. Deterministic.
  /// Cost: about edges * log(edges); memory 16 bytes per entry.
  LaplacianFactor(Index n_vertices, std::vector<GraphEdge> edges, std::size_t exact_degree);
  /// x = (L D L')^+ r per connected component, up to a constant in each; `x` and `r` hold `n_lanes`
  /// adjacent values per vertex and may be the same.
  void solve(int n_lanes, const double* r, double* x) const;
  [[nodiscard]] std::size_t n_entries() const { return entries_.size(); }

 private:
  struct Entry {
    GroupId vertex;
    double share;  // of the eliminated vertex's weight that goes to `vertex`
  };
  std::vector<GroupId> order_;
  std::vector<std::size_t> begin_;  // entries of order_[i] from begin_[i] to begin_[i + 1]
  std::vector<Entry> entries_;
  std::vector<double> inverse_;  // 1 / weight of order_[i] when eliminated; 0 for the last ones
};

}  // namespace altyn::numerics
