#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// Coefficients that one absorbed effect uses up.
struct EffectInfo {
  std::string name{};
  Index n_levels = 0;
  Index n_redundant = 0;  ///< coefficients that other effects already span
  bool exact = true;      ///< false: n_redundant may be too small (third effect and later)
  bool nested = false;    ///< within a cluster; inference then does not count it
};

struct AbsorbedFreedom {
  std::vector<EffectInfo> effects{};
  Index n_absorbed = 0;         ///< levels - redundant, over effects that are not nested
  Index n_absorbed_simple = 0;  ///< the same with one redundant level per effect after the first,
                                ///< however many components there are: as fixest counts
  bool any_nested = false;
};

/// Counts the coefficients of the absorbed effects. Of two effects, the second is redundant once
/// per connected component of the graph that joins their levels, which is exact; of a third and
/// later effect the largest such number over the earlier ones is taken, a lower bound. An effect
/// nested in a cluster does not count. A slope is redundant in levels where it does not vary (where
/// it is zero, without an intercept).
/// Cost: O(n) per pair of effects. Source: Abowd, Creecy and Kramarz (2002); Correia (2016).
[[nodiscard]] AbsorbedFreedom absorbed_freedom(const ModelFrame& frame,
                                               std::span<const KeyGroup> clusters);

}  // namespace altyn::estimation
