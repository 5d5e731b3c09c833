// A gravity panel with sectors, larger than memory: the process of generate_panel.py, once per
// sector, with random numbers that are functions of (seed, sector, place). Written sector by
// sector. usage: generate_sectors N T SECTORS OUT.parquet [seed]     -> N * N * T * SECTORS rows
// Columns: sector, exporter, importer, year (numbers from 1), trade, x1 (an agreement), x2.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/data/database.h"
#include "altyn/data/table.h"
#include "altyn/data/write_table.h"

namespace {

using altyn::Index;
using altyn::RandomStream;
using altyn::data::NumberColumn;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Streams of one sector.
enum Stream : std::uint64_t { kEconomies, kPairs, kRows };

altyn::data::Table sector_panel(Index n, Index t, Index sector, std::uint64_t seed) {
  const auto random = [&](Stream stream, Index place) {
    return RandomStream(seed + stream, static_cast<std::uint32_t>(sector),
                        static_cast<std::uint64_t>(place));
  };
  // Sizes of exporters and importers over time: a level and a random walk.
  std::vector<double> out(at(n * t)), in(at(n * t)), place(at(2 * n)), level(at(2 * n));
  for (Index i = 0; i < n; ++i) {
    RandomStream draw = random(kEconomies, i);
    place[at(2 * i)] = draw.uniform();
    place[at(2 * i + 1)] = draw.uniform();
    for (const bool exports : {true, false}) {
      double walk = 1.2 * draw.normal();
      level[at(exports ? i : n + i)] = walk;
      for (Index year = 0; year < t; ++year) {
        walk += 0.01 + 0.08 * draw.normal();
        (exports ? out : in)[at(i * t + year)] = walk;
      }
    }
  }
  // Costs of pairs, and when they sign: dear to those that trade much.
  std::vector<double> cost(at(n * n)), score(at(n * n)), chosen;
  std::vector<Index> adopt(at(n * n), t + 1);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      RandomStream draw = random(kPairs, i * n + j);
      const double distance = std::hypot(place[at(2 * i)] - place[at(2 * j)],
                                         place[at(2 * i + 1)] - place[at(2 * j + 1)]) +
                              0.05;
      cost[at(i * n + j)] = -std::log(distance) + 0.5 * draw.normal();
      score[at(i * n + j)] =
          cost[at(i * n + j)] + 0.3 * (level[at(i)] + level[at(n + j)]) + draw.normal();
      adopt[at(i * n + j)] = 1 + static_cast<Index>(draw.below(static_cast<std::uint32_t>(t - 1)));
    }
  }
  for (Index i = 0; i < n; ++i) {
    for (Index j = i + 1; j < n; ++j) {
      chosen.push_back(0.5 * (score[at(i * n + j)] + score[at(j * n + i)]));
    }
  }
  std::vector<double> sorted = chosen;
  const auto cut =
      sorted.begin() + static_cast<std::ptrdiff_t>(0.6 * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), cut, sorted.end());
  std::size_t pair = 0;
  for (Index i = 0; i < n; ++i) {
    adopt[at(i * n + i)] = t + 1;
    for (Index j = i + 1; j < n; ++j, ++pair) {
      if (chosen[pair] <= *cut) adopt[at(i * n + j)] = t + 1;
      adopt[at(j * n + i)] = adopt[at(i * n + j)];
    }
  }
  // Rows: x2 moves with every effect; noise is lognormal with mean one, and remembers.
  const std::size_t rows = at(n * n * t);
  NumberColumn exporter(rows), importer(rows), year(rows), x1(rows), x2(rows), eta(rows);
  double total = 0.0;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      RandomStream draw = random(kRows, 2 * (i * n + j));
      for (Index y = 0; y < t; ++y) {
        const std::size_t row = at((i * n + j) * t + y);
        const double sizes = out[at(i * t + y)] + in[at(j * t + y)];
        exporter[row] = static_cast<double>(i + 1);
        importer[row] = static_cast<double>(j + 1);
        year[row] = static_cast<double>(y + 1);
        x1[row] = y >= adopt[at(i * n + j)] ? 1.0 : 0.0;
        x2[row] = 0.3 * sizes + 0.2 * cost[at(i * n + j)] + draw.normal();
        eta[row] = sizes + cost[at(i * n + j)] + 0.4 * x1[row] - 0.25 * x2[row];
        total += eta[row];
      }
    }
  }
  const double mean = total / static_cast<double>(rows);
  for (double& value : eta) value -= mean;
  NumberColumn order = eta;
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(rows / 2);
  std::nth_element(order.begin(), middle, order.end());
  const double median = *middle;
  NumberColumn trade(rows);
  for (Index p = 0; p < n * n; ++p) {
    RandomStream draw = random(kRows, 2 * p + 1);
    double memory = 0.0;
    for (Index y = 0; y < t; ++y) {
      const std::size_t row = at(p * t + y);
      memory = y == 0 ? draw.normal() : 0.5 * memory + std::sqrt(0.75) * draw.normal();
      const double none = 1.0 / (1.0 + std::exp(eta[row] - median + 1.9));
      if (draw.uniform() < none) continue;
      trade[row] = std::exp(eta[row] + 0.7 * memory - 0.245) / (1.0 - std::min(none, 0.95));
    }
  }
  altyn::data::Table table(fmt::format("sector {}", sector));
  table.add("sector", NumberColumn(rows, static_cast<double>(sector)));
  table.add("exporter", std::move(exporter));
  table.add("importer", std::move(importer));
  table.add("year", std::move(year));
  table.add("trade", std::move(trade));
  table.add("x1", std::move(x1));
  table.add("x2", std::move(x2));
  return table;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: generate_sectors N T SECTORS OUT.parquet [seed]\n");
    return 1;
  }
  const Index n = std::atoll(argv[1]);
  const Index t = std::atoll(argv[2]);
  const Index sectors = std::atoll(argv[3]);
  const std::string path = argv[4];
  const std::uint64_t seed = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 20240601;
  std::string parts;
  std::vector<std::string> files;
  for (Index sector = 1; sector <= sectors; ++sector) {
    files.push_back(fmt::format("{}.part-{}.parquet", path, sector));
    altyn::data::write_table(sector_panel(n, t, sector, seed), files.back());
    parts += fmt::format("{}{}", parts.empty() ? "" : ", ", altyn::data::sql_text(files.back()));
    fmt::print(stderr, "sector {} of {}\n", sector, sectors);
  }
  altyn::data::Database database(1);
  database.run("SET memory_limit = '2GB'");
  database.run(fmt::format("COPY (SELECT * FROM read_parquet([{}])) TO {} (FORMAT parquet)", parts,
                           altyn::data::sql_text(path)));
  for (const std::string& file : files) std::filesystem::remove(file);
  return 0;
}
