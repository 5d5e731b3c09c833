#include "altyn/estimation/effect_graph.h"

#include <algorithm>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/numerics/laplacian_factor.h"

namespace altyn::estimation {

namespace {

using numerics::GraphEdge;
using numerics::GraphNeighbour;

constexpr std::size_t kExactDegree = 16;  // stars up to this size are eliminated exactly
constexpr GroupId kSmallEffect = 256;     // effects up to this size are factored exactly

/// The graph of one kept effect: levels are tied by the runs that contain both.
std::vector<GraphEdge> find_edges(const AbsorbLayout& layout, const KeptEffect& kept,
                                  const double* weights, std::size_t exact_degree) {
  std::vector<GraphEdge> edges;
  std::vector<GraphNeighbour> star;
  std::vector<std::size_t> slot(kept.n_levels);  // position + 1 of a level in the star
  std::uint64_t random = 1;
  const bool dense = kept.n_levels <= kSmallEffect;
  std::vector<double> table(dense ? std::size_t{kept.n_levels} * kept.n_levels : 0);
  for (Index run = 0; run < layout.n_runs(); ++run) {
    star.clear();
    for (Index p = layout.run_begin[at(run)]; p < layout.run_begin[at(run + 1)]; ++p) {
      if (!(weights[p] > 0.0)) continue;
      const GroupId level = kept.levels[at(p)] - kept.first;
      if (slot[level] == 0) {
        star.push_back({level, weights[p]});
        slot[level] = star.size();
      } else {
        star[slot[level] - 1].weight += weights[p];
      }
    }
    for (const GraphNeighbour& s : star) slot[s.vertex] = 0;
    if (star.size() < 2) continue;
    if (!dense) {
      numerics::eliminate_star(star, exact_degree, random, edges);
      continue;
    }
    double total = 0.0;
    for (const GraphNeighbour& s : star) total += s.weight;
    for (std::size_t i = 0; i < star.size(); ++i) {
      for (std::size_t j = i + 1; j < star.size(); ++j) {
        const auto [low, high] = std::minmax(star[i].vertex, star[j].vertex);
        table[std::size_t{low} * kept.n_levels + high] += star[i].weight * star[j].weight / total;
      }
    }
  }
  for (GroupId low = 0; dense && low < kept.n_levels; ++low) {
    for (GroupId high = low + 1; high < kept.n_levels; ++high) {
      const double weight = table[std::size_t{low} * kept.n_levels + high];
      if (weight > 0.0) edges.push_back({low, high, weight});
    }
  }
  return edges;
}

class GraphPreconditioner final : public LevelPreconditioner {
 public:
  explicit GraphPreconditioner(const AbsorbLayout& layout)
      : layout_(layout), inverse_(layout.n_kept_levels) {
    ALTYN_CHECK(layout.eliminated >= 0, "graphs are between the runs of an eliminated effect");
  }

  void rebuild(const double* weights, const double* level_weights, int stride,
               Context& context) override {
    for (std::size_t l = 0; l < inverse_.size(); ++l) {
      const double weight = level_weights[static_cast<Index>(l) * stride];
      inverse_[l] = weight > 0.0 ? 1.0 / weight : 0.0;
    }
    factors_.clear();
    factors_.resize(layout_.kept.size());
    context.pool->for_each_shard(static_cast<Index>(factors_.size()), [&](Index e) {
      const KeptEffect& kept = layout_.kept[at(e)];
      if (!kept.slope.empty()) return;
      const std::size_t exact_degree = kept.n_levels <= kSmallEffect ? kSmallEffect : kExactDegree;
      factors_[at(e)] = std::make_unique<numerics::LaplacianFactor>(
          kept.n_levels, find_edges(layout_, kept, weights, exact_degree), exact_degree);
    });
  }

  void apply(int n_lanes, const double* r, double* z, Context& context) override {
    context.pool->for_each_shard(static_cast<Index>(factors_.size()), [&](Index e) {
      const KeptEffect& kept = layout_.kept[at(e)];
      const Index first = Index{kept.first} * n_lanes;
      if (factors_[at(e)] != nullptr) {
        factors_[at(e)]->solve(n_lanes, r + first, z + first);
        return;
      }
      for (Index i = 0; i < Index{kept.n_levels} * n_lanes; ++i) {
        z[first + i] = r[first + i] * inverse_[at(kept.first + i / n_lanes)];
      }
    });
  }

 private:
  const AbsorbLayout& layout_;
  std::vector<double> inverse_;
  std::vector<std::unique_ptr<numerics::LaplacianFactor>> factors_;
};

}  // namespace

std::unique_ptr<LevelPreconditioner> make_graph_preconditioner(const AbsorbLayout& layout) {
  return std::make_unique<GraphPreconditioner>(layout);
}

}  // namespace altyn::estimation
