#include "altyn/estimation/degrees_of_freedom.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace altyn::estimation {
namespace {

/// Connected components of the graph whose edges join the two groups of every row.
Index n_components(const CombinedIds& a, const CombinedIds& b) {
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
  return components;
}

bool shares_all_keys(const KeyGroup& cluster, const KeyGroup& effect) {
  return std::all_of(cluster.keys.begin(), cluster.keys.end(), [&](Index key) {
    return std::find(effect.keys.begin(), effect.keys.end(), key) != effect.keys.end();
  });
}

/// Whether every group lies in one cluster.
bool nested_within(const CombinedIds& groups, const CombinedIds& clusters) {
  std::vector<GroupId> cluster_of(groups.n_groups, kNoGroup);
  for (std::size_t row = 0; row < groups.ids.size(); ++row) {
    GroupId& known = cluster_of[groups.ids[row]];
    if (known == kNoGroup) known = clusters.ids[row];
    if (known != clusters.ids[row]) return false;
  }
  return true;
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
    EffectInfo info{.name = effect.name, .n_levels = static_cast<Index>(ids[e]->n_groups)};
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
      info.nested = nested_within(*ids[e], *cluster_ids[c]);
    }
    if (info.nested) {
      info.n_redundant = info.n_levels;
      result.any_nested = true;
    } else {
      for (const std::size_t earlier : counted) {
        info.n_redundant = std::max(info.n_redundant, n_components(*ids[earlier], *ids[e]));
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
