#include "altyn/estimation/degrees_of_freedom.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace altyn::estimation {
namespace {

/// Components of a graph of which every rank has some edges. `root` finds a node's component among
/// the edges here, `n_components` is their number. Groups of at least one side are shared: the
/// least of its groups that a component reaches is handed on until every rank has the same.
template <class Root>
Index components_over_ranks(const CombinedIds& a, const CombinedIds& b, const comm::Ranks& ranks,
                            const Root& root, Index n_components) {
  if (!a.shared && !b.shared) return ranks.sum(n_components);
  // Only shared groups have a number that means the same everywhere.
  const std::size_t n_left = a.shared ? a.n_groups : 0;
  const std::size_t n = n_left + (b.shared ? b.n_groups : 0);
  const auto root_of = [&](std::size_t group) {
    return group < n_left ? root(static_cast<GroupId>(group))
                          : root(static_cast<GroupId>(a.n_groups + group - n_left));
  };
  std::vector<double> here(n, 0.0);
  if (a.shared) {
    for (const GroupId id : a.ids) here[id] = 1.0;
  }
  if (b.shared) {
    for (const GroupId id : b.ids) here[n_left + id] = 1.0;
  }
  std::vector<double> label(n);  // minus the least group
  for (std::size_t group = 0; group < n; ++group) label[group] = -static_cast<double>(group);
  bool changed = true;
  while (changed) {
    std::vector<double> least(std::size_t{a.n_groups} + b.n_groups, -INFINITY);
    for (std::size_t group = 0; group < n; ++group) {
      if (here[group] == 0.0) continue;
      double& known = least[root_of(group)];
      known = std::max(known, label[group]);
    }
    std::vector<double> next = label;
    for (std::size_t group = 0; group < n; ++group) {
      if (here[group] != 0.0) next[group] = least[root_of(group)];
    }
    ranks.communicator->max(next);
    changed = next != label;
    label = std::move(next);
  }
  ranks.communicator->max(here);
  Index count = 0;
  for (std::size_t group = 0; group < n; ++group) {
    if (here[group] != 0.0 && label[group] == -static_cast<double>(group)) ++count;
  }
  return count;
}

/// Connected components of the graph whose edges join the two groups of every row.
Index n_components(const CombinedIds& a, const CombinedIds& b, const comm::Ranks& ranks) {
  std::vector<GroupId> parent(std::size_t{a.n_groups} + b.n_groups);
  std::iota(parent.begin(), parent.end(), GroupId{0});
  const auto root = [&](GroupId node) {
    while (parent[node] != node) {
      parent[node] = parent[parent[node]];
      node = parent[node];
    }
    return node;
  };
  auto components = static_cast<Index>(parent.size());
  for (std::size_t row = 0; row < a.ids.size(); ++row) {
    const GroupId left = root(a.ids[row]);
    const GroupId right = root(a.n_groups + b.ids[row]);
    if (left == right) continue;
    parent[std::max(left, right)] = std::min(left, right);
    --components;
  }
  return ranks.several() ? components_over_ranks(a, b, ranks, root, components) : components;
}

bool shares_all_keys(const KeyGroup& cluster, const KeyGroup& effect) {
  return std::all_of(cluster.keys.begin(), cluster.keys.end(), [&](Index key) {
    return std::find(effect.keys.begin(), effect.keys.end(), key) != effect.keys.end();
  });
}

/// Whether every group lies in one cluster.
bool nested_within(const CombinedIds& groups, const CombinedIds& clusters,
                   const comm::Ranks& ranks) {
  std::vector<GroupId> cluster_of(groups.n_groups, kNoGroup);
  bool nested = true;
  for (std::size_t row = 0; row < groups.ids.size() && nested; ++row) {
    GroupId& known = cluster_of[groups.ids[row]];
    if (known == kNoGroup) known = clusters.ids[row];
    nested = known == clusters.ids[row];
  }
  nested = !ranks.any(!nested);
  if (!groups.shared || !nested) return nested;
  // A group with rows on several ranks lies in several clusters, unless these are shared as well;
  // then it must be the same one everywhere.
  std::vector<double> seen(cluster_of.size(), 0.0);
  std::vector<double> high(cluster_of.size(), -INFINITY);
  std::vector<double> low(cluster_of.size(), -INFINITY);
  for (std::size_t g = 0; g < seen.size(); ++g) {
    if (cluster_of[g] == kNoGroup) continue;
    seen[g] = 1.0;
    high[g] = cluster_of[g];
    low[g] = -high[g];
  }
  ranks.sum(seen);
  ranks.communicator->max(high);
  ranks.communicator->max(low);
  for (std::size_t g = 0; g < seen.size() && nested; ++g) {
    nested = seen[g] <= 1.0 || (clusters.shared && high[g] == -low[g]);
  }
  return nested;
}

/// Levels in which a slope adds nothing to the effect's intercept (or to zero without one).
Index idle_slopes(const CombinedIds& groups, std::span<const double> slope, bool has_intercept) {
  std::vector<double> low(groups.n_groups, has_intercept ? INFINITY : 0.0);
  std::vector<double> high(groups.n_groups, has_intercept ? -INFINITY : 0.0);
  for (std::size_t row = 0; row < groups.ids.size(); ++row) {
    const GroupId g = groups.ids[row];
    low[g] = std::min(low[g], slope[row]);
    high[g] = std::max(high[g], slope[row]);
  }
  Index idle = 0;
  for (std::size_t g = 0; g < low.size(); ++g) idle += low[g] == high[g] ? 1 : 0;
  return idle;
}

}  // namespace

AbsorbedFreedom absorbed_freedom(const ModelFrame& frame, std::span<const KeyGroup> clusters) {
  AbsorbedFreedom result;
  std::vector<std::optional<CombinedIds>> ids(frame.effects.size());
  std::vector<std::optional<CombinedIds>> cluster_ids(clusters.size());
  std::vector<std::size_t> counted;  // intercepts that are not nested, in order
  for (std::size_t e = 0; e < frame.effects.size(); ++e) {
    const FrameEffect& effect = frame.effects[e];
    ids[e] = frame.ids_of(effect.group);
    EffectInfo info{.name = effect.name, .n_levels = frame.count_groups(*ids[e])};
    if (!effect.slope.empty()) {
      const bool has_intercept =
          e > 0 &&
          std::any_of(frame.effects.begin(), frame.effects.begin() + static_cast<std::ptrdiff_t>(e),
                      [&](const FrameEffect& other) {
                        return other.slope.empty() && other.group.name == effect.group.name;
                      });
      info.n_redundant = idle_slopes(*ids[e], effect.slope.values, has_intercept);
      result.effects.push_back(info);
      continue;
    }
    for (std::size_t c = 0; c < clusters.size() && !info.nested; ++c) {
      if (shares_all_keys(clusters[c], effect.group)) {
        info.nested = true;
        break;
      }
      if (!cluster_ids[c]) cluster_ids[c] = frame.ids_of(clusters[c]);
      info.nested = nested_within(*ids[e], *cluster_ids[c], frame.ranks);
    }
    if (info.nested) {
      info.n_redundant = info.n_levels;
      result.any_nested = true;
    } else {
      for (const std::size_t earlier : counted) {
        info.n_redundant =
            std::max(info.n_redundant, n_components(*ids[earlier], *ids[e], frame.ranks));
      }
      info.exact = counted.size() < 2;
      counted.push_back(e);
    }
    result.effects.push_back(info);
  }
  for (const EffectInfo& info : result.effects) {
    if (info.nested) continue;
    result.n_absorbed += info.n_levels - info.n_redundant;
    result.n_absorbed_simple += info.n_levels;
  }
  if (counted.size() > 1) result.n_absorbed_simple -= static_cast<Index>(counted.size()) - 1;
  return result;
}

}  // namespace altyn::estimation
