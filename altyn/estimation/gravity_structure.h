#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// Which effects of a model are those of exporters and importers by time, and which is the pair.
struct GravityStructure {
  std::size_t sides[2] = {0, 0};  ///< positions among the effects, in the order of the formula
  std::optional<std::size_t> pair{};
  std::vector<Index> time_keys{};      ///< keys that both sides share, and the pair does not
  std::vector<Index> group_keys[2]{};  ///< of each side, without the time keys
};

/// Reads the structure off the keys of two or three effects without slopes: two share the time keys
/// (exporter^year, importer^year; sectors may be among the keys of both), the third, if any, is the
/// pair. Every key of exporter^year + importer^year + exporter^importer is in two effects, so that
/// each could be the pair: it is the one that leaves the fewest times. Nothing when the effects are
/// others.
[[nodiscard]] std::optional<GravityStructure> find_gravity_structure(const ModelFrame& frame);

}  // namespace altyn::estimation
