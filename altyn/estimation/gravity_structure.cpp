#include "altyn/estimation/gravity_structure.h"

#include <algorithm>

namespace altyn::estimation {
namespace {

bool contains(const std::vector<Index>& keys, Index key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

std::optional<GravityStructure> find_gravity_structure(const ModelFrame& frame) {
  const std::size_t n = frame.effects.size();
  const bool plain = std::all_of(frame.effects.begin(), frame.effects.end(),
                                 [](const FrameEffect& effect) { return effect.slope.empty(); });
  if ((n != 2 && n != 3) || !plain) return std::nullopt;
  const auto keys = [&](std::size_t e) -> const std::vector<Index>& {
    return frame.effects[e].group.keys;
  };
  std::optional<GravityStructure> best;
  GroupId fewest = 0;
  for (std::size_t pair = 0; pair < (n == 2 ? 1 : n); ++pair) {
    GravityStructure found;
    std::vector<std::size_t> sides;
    for (std::size_t e = 0; e < n; ++e) {
      if (n == 2 || e != pair) sides.push_back(e);
    }
    found.sides[0] = sides[0];
    found.sides[1] = sides[1];
    if (n == 3) found.pair = pair;
    for (const Index key : keys(sides[0])) {
      const bool in_pair = n == 3 && contains(keys(pair), key);
      if (contains(keys(sides[1]), key) && !in_pair) found.time_keys.push_back(key);
    }
    for (std::size_t s = 0; s < 2; ++s) {
      for (const Index key : keys(sides[s])) {
        if (!contains(found.time_keys, key)) found.group_keys[s].push_back(key);
      }
    }
    const bool two_sides = !found.group_keys[0].empty() && !found.group_keys[1].empty() &&
                           found.group_keys[0] != found.group_keys[1];
    if (!two_sides || (n == 3 && found.time_keys.empty())) continue;
    const GroupId times = found.time_keys.empty()
                              ? 1
                              : frame.ids_of({.name = "time", .keys = found.time_keys}).n_groups;
    if (best && times >= fewest) continue;
    best = std::move(found);
    fewest = times;
  }
  return best;
}

}  // namespace altyn::estimation
