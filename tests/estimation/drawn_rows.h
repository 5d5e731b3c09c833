#pragma once

#include <cstdint>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/estimation/bootstrap.h"

namespace altyn::estimation {

/// Rows of the table that a draw of bootstrap_pairs() holds, each as often as its cluster (the
/// first grouping of the model) was drawn: the draw's stream, read a second way.
inline std::vector<std::size_t> drawn_rows(const FittedModel& model, std::uint64_t seed,
                                           std::uint64_t draw) {
  constexpr std::uint32_t kPairsStream = 0x70616972;  // of bootstrap_pairs
  const CombinedIds clusters = model.frame.ids_of(model.frame.groups.front());
  RandomStream random(seed, kPairsStream, draw);
  std::vector<std::size_t> times(clusters.n_groups);
  for (GroupId pick = 0; pick < clusters.n_groups; ++pick) {
    ++times[random.below(clusters.n_groups)];
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < clusters.ids.size(); ++row) {
    rows.insert(rows.end(), times[clusters.ids[row]],
                static_cast<std::size_t>(model.frame.table_row(static_cast<Index>(row))));
  }
  return rows;
}

}  // namespace altyn::estimation
