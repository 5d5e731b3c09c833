#include "altyn/numerics/laplacian_factor.h"

#include <algorithm>

#include "altyn/numerics/simd.h"

namespace altyn::numerics {

namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): a sequence of its own, so that the factor depends on
/// the graph alone.
double next_uniform(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

}  // namespace

void eliminate_star(std::vector<GraphNeighbour>& neighbours, std::size_t exact_degree,
                    std::uint64_t& random, std::vector<GraphEdge>& edges) {
  double total = 0.0;
  for (const GraphNeighbour& n : neighbours) total += n.weight;
  if (!(total > 0.0)) return;
  if (neighbours.size() <= exact_degree) {
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      for (std::size_t j = i + 1; j < neighbours.size(); ++j) {
        edges.push_back({neighbours[i].vertex, neighbours[j].vertex,
                         neighbours[i].weight * neighbours[j].weight / total});
      }
    }
    return;
  }
  // Each neighbour, lightest first, is tied to one of the heavier ones, drawn by weight.
  std::sort(neighbours.begin(), neighbours.end(),
            [](const GraphNeighbour& x, const GraphNeighbour& y) {
              return x.weight != y.weight ? x.weight < y.weight : x.vertex < y.vertex;
            });
  std::vector<double> cumulative(neighbours.size() + 1);
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    cumulative[i + 1] = cumulative[i] + neighbours[i].weight;
  }
  for (std::size_t i = 0; i + 1 < neighbours.size(); ++i) {
    const double heavier = cumulative.back() - cumulative[i + 1];
    if (!(heavier > 0.0)) break;
    const double target = cumulative[i + 1] + next_uniform(random) * heavier;
    const auto found = std::upper_bound(cumulative.begin() + static_cast<std::ptrdiff_t>(i) + 2,
                                        cumulative.end() - 1, target);
    const auto j = static_cast<std::size_t>(found - cumulative.begin()) - 1;
    edges.push_back(
        {neighbours[i].vertex, neighbours[j].vertex, neighbours[i].weight * heavier / total});
  }
}

LaplacianFactor::LaplacianFactor(Index n_vertices, std::vector<GraphEdge> edges,
                                 std::size_t exact_degree) {
  const auto n = static_cast<std::size_t>(n_vertices);
  std::vector<std::vector<GraphNeighbour>> around(n);
  for (const GraphEdge& e : edges) {
    if (!(e.weight > 0.0) || e.a == e.b) continue;
    around[e.a].push_back({e.b, e.weight});
    around[e.b].push_back({e.a, e.weight});
  }
  edges.clear();
  edges.shrink_to_fit();
  std::vector<std::uint8_t> gone(n);
  std::vector<std::size_t> slot(n);  // position + 1 of a vertex among the merged neighbours
  std::vector<GraphNeighbour> merged;
  // Parallel edges are added up, edges to eliminated vertices are dropped.
  const auto merge = [&](std::size_t v) {
    merged.clear();
    for (const GraphNeighbour& e : around[v]) {
      if (gone[e.vertex] != 0) continue;
      if (slot[e.vertex] == 0) {
        merged.push_back(e);
        slot[e.vertex] = merged.size();
      } else {
        merged[slot[e.vertex] - 1].weight += e.weight;
      }
    }
    for (const GraphNeighbour& e : merged) slot[e.vertex] = 0;
  };
  // Vertices wait in queues by a bound on their number of neighbours; the bound is looked at again
  // when a vertex comes up.
  std::vector<std::vector<GroupId>> queues;
  const auto enqueue = [&](std::size_t v, std::size_t degree) {
    if (queues.size() <= degree) queues.resize(degree + 1);
    queues[degree].push_back(static_cast<GroupId>(v));
  };
  for (std::size_t v = n; v-- > 0;) {
    merge(v);
    around[v] = merged;
    enqueue(v, merged.size());
  }
  order_.reserve(n);
  begin_.reserve(n + 1);
  begin_.push_back(0);
  inverse_.reserve(n);
  std::uint64_t random = 0;
  std::vector<GraphEdge> fill;
  std::size_t lowest = 0;
  while (lowest < queues.size()) {
    if (queues[lowest].empty()) {
      ++lowest;
      continue;
    }
    const std::size_t v = queues[lowest].back();
    queues[lowest].pop_back();
    if (gone[v] != 0) continue;
    merge(v);
    if (merged.size() > lowest) {  // it has gained neighbours since it was queued
      around[v] = merged;
      enqueue(v, merged.size());
      continue;
    }
    gone[v] = 1;
    double total = 0.0;
    for (const GraphNeighbour& e : merged) total += e.weight;
    order_.push_back(static_cast<GroupId>(v));
    inverse_.push_back(total > 0.0 ? 1.0 / total : 0.0);
    for (const GraphNeighbour& e : merged) entries_.push_back({e.vertex, e.weight / total});
    begin_.push_back(entries_.size());
    fill.clear();
    eliminate_star(merged, exact_degree, random, fill);
    for (const GraphEdge& e : fill) {
      around[e.a].push_back({e.b, e.weight});
      around[e.b].push_back({e.a, e.weight});
    }
    // A neighbour that lost its edge to v may have become cheaper than where it waits.
    for (const GraphNeighbour& e : merged) {
      const std::size_t degree = around[e.vertex].size();
      if (degree < 2 * exact_degree) {
        enqueue(e.vertex, std::min(degree, queues.size() - 1));
        lowest = std::min(lowest, std::min(degree, queues.size() - 1));
      }
    }
    around[v] = {};
  }
}

namespace {

template <int kLanes, class Entry>
ALTYN_INLINE void solve_lanes(std::span<const GroupId> order, std::span<const std::size_t> begin,
                              std::span<const Entry> entries, std::span<const double> inverse,
                              double* x) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    double* own = x + std::size_t{order[i]} * kLanes;
    const auto value = load<kLanes>(own);
    for (std::size_t e = begin[i]; e < begin[i + 1]; ++e) {
      double* other = x + std::size_t{entries[e].vertex} * kLanes;
      store<kLanes>(other, load<kLanes>(other) + value * entries[e].share);
    }
    store<kLanes>(own, value * inverse[i]);
  }
  for (std::size_t i = order.size(); i-- > 0;) {
    double* own = x + std::size_t{order[i]} * kLanes;
    auto value = load<kLanes>(own);
    for (std::size_t e = begin[i]; e < begin[i + 1]; ++e) {
      value += load<kLanes>(x + std::size_t{entries[e].vertex} * kLanes) * entries[e].share;
    }
    store<kLanes>(own, value);
  }
}

}  // namespace

void LaplacianFactor::solve(int n_lanes, const double* r, double* x) const {
  if (x != r) std::copy_n(r, order_.size() * static_cast<std::size_t>(n_lanes), x);
  n_lanes == 4 ? solve_lanes<4, Entry>(order_, begin_, entries_, inverse_, x)
               : solve_lanes<8, Entry>(order_, begin_, entries_, inverse_, x);
}

}  // namespace altyn::numerics
