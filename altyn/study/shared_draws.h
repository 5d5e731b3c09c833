#pragma once

#include <map>
#include <string>
#include <vector>

#include "altyn/core/thread_pool.h"

namespace altyn::study {

/// What a draw gives, in the study's own order; empty where it has no answer.
using DrawValues = std::vector<double>;

/// Draws that several runs share: each solves a stretch of every scenario's draws and keeps what it
/// finds; a merge takes them all from there. A draw is a function of the seed and its number, so
/// that nobody can tell afterwards who solved it.
struct SharedDraws {
  Index part = 0;
  Index n_parts = 1;
  bool merging = false;
  std::map<std::string, std::map<Index, DrawValues>> kept{};  ///< by scenario and draw

  /// The draws that this run solves: none where it merges.
  [[nodiscard]] ShardRange own(Index n_draws) const;
  /// All draws of a scenario. Errors: InputError "missing-part".
  [[nodiscard]] std::vector<DrawValues> taken(const std::string& scenario, Index n_draws) const;
};

}  // namespace altyn::study
