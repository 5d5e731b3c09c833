#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/data/table.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// A random panel of countries c0..c(n-1) as a table.
struct RandomPanel {
  int n_countries = 6;
  int n_years = 5;
  double share_kept = 0.8;
  double share_zero = 0.1;
  std::uint64_t seed = 1;
};

/// Columns exporter, importer, year, trend, y, x1 (continuous), x2 (0 or 1), w (1 to 3), o
/// (offset).
inline data::Table random_table(Family family, const RandomPanel& shape) {
  RandomStream random(shape.seed, 11, 0);
  std::vector<std::string> exporters, importers;
  data::NumberColumn year, y, x1, x2, weight, offset, trend;
  for (int e = 0; e < shape.n_countries; ++e) {
    for (int i = 0; i < shape.n_countries; ++i) {
      for (int t = 0; t < shape.n_years; ++t) {
        if (random.uniform() > shape.share_kept) continue;
        exporters.push_back("c" + std::to_string(e));
        importers.push_back("c" + std::to_string(i));
        year.push_back(2000 + t);
        trend.push_back(t);
        x1.push_back(random.normal() + 0.2 * e);
        x2.push_back(random.uniform() < 0.4 ? 1.0 : 0.0);
        weight.push_back(1.0 + random.below(3));
        offset.push_back(0.3 * random.normal());
        const double eta =
            0.1 * e - 0.2 * i + 0.05 * t * e + 0.4 * x1.back() - 0.3 * x2.back() + offset.back();
        const double noise = random.normal();
        const bool zero = random.uniform() < shape.share_zero;
        switch (family) {
          case Family::kGaussian:
            y.push_back(eta + noise);
            break;
          case Family::kLogit:
            y.push_back(eta + noise > 0.0 ? 1.0 : 0.0);
            break;
          case Family::kGamma:
            y.push_back(std::exp(eta + 0.5 * noise));
            break;
          default:
            y.push_back(zero ? 0.0 : std::exp(eta + 0.5 * noise));
        }
      }
    }
  }
  data::Table table("panel");
  table.add("exporter", exporters);
  table.add("importer", importers);
  table.add("year", year);
  table.add("y", y);
  table.add("x1", x1);
  table.add("x2", x2);
  table.add("w", weight);
  table.add("o", offset);
  table.add("trend", trend);
  return table;
}

/// The rows of a table in another order, with repetitions.
inline data::Table rearranged(const data::Table& table, const std::vector<std::size_t>& order) {
  data::Table result(table.source());
  for (const data::Column& column : table.columns()) {
    if (column.is_number()) {
      data::NumberColumn values;
      for (const std::size_t row : order) values.push_back(table.numbers(column.name)[row]);
      result.add(column.name, std::move(values));
    } else {
      std::vector<std::string> values;
      for (const std::size_t row : order) {
        values.emplace_back(table.texts(column.name).at(static_cast<Index>(row)));
      }
      result.add(column.name, values);
    }
  }
  return result;
}

inline Estimate run_estimate(const data::Table& table, const std::string& formula,
                             const EstimateOptions& options, int threads = 2) {
  Context context(threads);
  return estimate(table, formula, options, context);
}

}  // namespace altyn::estimation
