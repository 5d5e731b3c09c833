#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/corridors/network.h"
#include "altyn/equilibrium/one_sector.h"

namespace altyn::corridors::testing {

struct MadeUp {
  Network network;
  std::vector<double> cost_log;
};

inline Node node(const std::string& id) {
  return {.id = id, .name = id, .place = "nodes.csv " + id};
}

inline LinkRow row(const std::string& from, const std::string& to, bool two_way = true) {
  return {.from = from,
          .to = to,
          .mode = "road",
          .two_way = two_way,
          .length_km = 100.0,
          .speed_kmh = 50.0,
          .place = fmt::format("links.csv {} {}", from, to)};
}

/// A ring of n nodes with chords; every direction has a cost of its own between 3% and 12%.
inline MadeUp made_up_network(std::size_t n, std::size_t n_chords, std::uint64_t seed) {
  RandomStream random(seed, 7, 0);
  std::vector<Node> nodes;
  std::vector<LinkRow> rows;
  for (std::size_t k = 0; k < n; ++k) nodes.push_back(node(fmt::format("n{:04}", k)));
  const auto known = [&](std::size_t a, std::size_t b) {
    for (const LinkRow& one : rows) {
      if ((one.from == nodes[a].id && one.to == nodes[b].id) ||
          (one.from == nodes[b].id && one.to == nodes[a].id)) {
        return true;
      }
    }
    return false;
  };
  for (std::size_t k = 0; k < n; ++k) rows.push_back(row(nodes[k].id, nodes[(k + 1) % n].id));
  for (std::size_t c = 0; c < n_chords;) {
    const std::size_t a = random.below(static_cast<std::uint32_t>(n));
    const std::size_t b = random.below(static_cast<std::uint32_t>(n));
    if (a == b || known(a, b)) continue;
    rows.push_back(row(nodes[a].id, nodes[b].id));
    ++c;
  }
  MadeUp made{.network = make_network(nodes, rows), .cost_log = {}};
  for (std::size_t l = 0; l < made.network.links.size(); ++l) {
    made.cost_log.push_back(0.03 + 0.09 * random.uniform());
  }
  return made;
}

/// Places in rows and columns, each with a way to the next one right and below, and `n_diagonals`
/// ways across: roads as they lie on a plane. Costs as in made_up_network().
inline MadeUp made_up_grid(std::size_t n_rows, std::size_t n_columns, std::size_t n_diagonals,
                           std::uint64_t seed) {
  RandomStream random(seed, 9, 0);
  std::vector<Node> nodes;
  std::vector<LinkRow> rows;
  for (std::size_t k = 0; k < n_rows * n_columns; ++k)
    nodes.push_back(node(fmt::format("n{:04}", k)));
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const bool right = k % n_columns + 1 < n_columns, below = k + n_columns < nodes.size();
    if (right) rows.push_back(row(nodes[k].id, nodes[k + 1].id));
    if (below) rows.push_back(row(nodes[k].id, nodes[k + n_columns].id));
    if (right && below && n_diagonals > 0) {
      rows.push_back(row(nodes[k].id, nodes[k + n_columns + 1].id));
      --n_diagonals;
    }
  }
  MadeUp made{.network = make_network(nodes, rows), .cost_log = {}};
  for (std::size_t l = 0; l < made.network.links.size(); ++l) {
    made.cost_log.push_back(0.03 + 0.09 * random.uniform());
  }
  return made;
}

/// Economies of unequal size that trade with all.
inline equilibrium::OneSectorBase made_up_world(std::size_t n) {
  RandomStream random(5, 8, 0);
  equilibrium::OneSectorBase base;
  base.theta = 5.0;
  std::vector<double> size;
  for (std::size_t k = 0; k < n; ++k) {
    base.economies.push_back(fmt::format("E{:03}", k));
    size.push_back(std::exp(random.normal()));
  }
  base.trade.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      base.trade[i * n + j] = size[i] * size[j] * (i == j ? 8.0 : 0.5 + random.uniform());
    }
  }
  return base;
}

}  // namespace altyn::corridors::testing
