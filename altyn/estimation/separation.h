#pragma once

#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// Which groups of an effect leave the sample.
struct GroupPruning {
  bool singletons = true;  ///< a group with one row explains that row and nothing else
  bool one_sided = true;   ///< a group whose outcomes are all at the edge (zero; for a logit all 0
                           ///< or all 1) has no finite effect
};

/// Drops rows of groups that carry no information, again and again until none is left: dropping a
/// row can empty another effect's group. The rows that stay do not depend on the order of rows or
/// effects. Each dropped row goes into the ledger under the effect that dropped it. Effects without
/// an intercept (slopes alone) drop nothing. Returns the number of rows dropped.
/// Errors: InputError "no-rows-left" with the ledger.
/// Cost: O(n effects) for every round that drops an all-zero group; usually one or two rounds.
/// Source: Correia (2015), singletons; Correia, Guimaraes and Zylkin (2019), section 3 (separation
/// by effects).
Index prune_groups(ModelFrame& frame, const GroupPruning& pruning);

}  // namespace altyn::estimation
