#include "altyn/estimation/problem.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "altyn/core/errors.h"

namespace altyn::estimation {

namespace {

[[noreturn]] void fail_value(std::string_view code, std::string_view column, std::size_t row,
                             double value, std::string_view rule, std::string fix) {
  throw InputError({.code = std::string(code),
                    .what = fmt::format("{} is {} in row {}; {}", column, value, row, rule),
                    .where = fmt::format("{}, row {}", column, row),
                    .fixes = {std::move(fix)}});
}

void check_length(std::string_view column, std::size_t length, std::size_t wanted) {
  if (length == wanted) return;
  throw InputError({.code = "column-length",
                    .what = fmt::format("{} has {} rows, y has {}", column, length, wanted),
                    .where = std::string(column)});
}

void check_finite(std::string_view column, std::span<const double> values) {
  // A sum of x - x is zero exactly when all values are finite; the slow search runs only if not.
  double poison = 0.0;
  for (const double value : values) poison += value - value;
  if (poison == 0.0) return;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!std::isfinite(values[row])) {
      fail_value("value-not-finite", column, row, values[row], "every value must be finite",
                 "drop rows with missing values first");
    }
  }
}

void check_cells(const CellRegressors& cells, std::size_t n) {
  const std::string_view first = cells.names.empty() ? "cells" : std::string_view(cells.names[0]);
  check_length(first, cells.ids.size(), n);
  if (!cells.values.empty()) check_length(first, cells.values.size(), n);
  for (std::size_t row = 0; row < n; ++row) {
    if (cells.ids[row] < cells.names.size() || cells.ids[row] == kNoGroup) continue;
    throw InputError({.code = "cell-out-of-range",
                      .what = fmt::format("row {} lies in cell {} of {}", row, cells.ids[row],
                                          cells.names.size()),
                      .where = fmt::format("{}, row {}", first, row),
                      .why = "every cell is one regressor",
                      .fixes = {"name as many cells as the codes count"}});
  }
}

void check_range(std::string_view column, std::span<const double> values, double low, double high,
                 std::string_view rule, std::string fix) {
  bool fine = true;
  for (const double value : values) fine &= (value >= low) & (value <= high);
  if (fine) return;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!(values[row] >= low && values[row] <= high)) {
      fail_value("value-out-of-range", column, row, values[row], rule, std::move(fix));
    }
  }
}

}  // namespace

std::string_view to_string(Family family) {
  switch (family) {
    case Family::kPoisson:
      return "poisson";
    case Family::kGaussian:
      return "gaussian";
    case Family::kGamma:
      return "gamma";
    case Family::kLogit:
      return "logit";
  }
  return "";
}

void check_weights(std::span<const double> weights, std::size_t n_rows) {
  check_length("weights", weights.size(), n_rows);
  check_finite("weights", weights);
  check_range("weights", weights, 0.0, std::numeric_limits<double>::max(),
              "it must not be negative", "drop the row or correct its weight");
}

Index GlmProblem::n_regressors() const {
  std::size_t count = regressors.size();
  for (const CellRegressors& set : cells) count += set.names.size();
  return static_cast<Index>(count);
}

std::vector<std::string> GlmProblem::all_names() const {
  std::vector<std::string> names = regressor_names;
  for (const CellRegressors& set : cells) {
    names.insert(names.end(), set.names.begin(), set.names.end());
  }
  return names;
}

void check_problem(const GlmProblem& problem, Context& context) {
  const std::size_t n = problem.y.size();
  if (n == 0) {
    throw InputError({.code = "no-rows",
                      .what = "there is no row to estimate from",
                      .where = "y",
                      .fixes = {"see the sample ledger for why rows were dropped"}});
  }
  if (problem.regressor_names.size() != problem.regressors.size()) {
    throw InputError({.code = "regressor-names",
                      .what = fmt::format("{} regressors have {} names", problem.regressors.size(),
                                          problem.regressor_names.size()),
                      .where = "regressor_names"});
  }
  struct Check {
    std::string_view name;
    std::span<const double> values;
    double low = 0.0;
    double high = -1.0;  // below low: any finite value
    std::string_view rule{};
    std::string_view fix{};
  };
  constexpr double kHuge = std::numeric_limits<double>::max();
  std::vector<Check> checks;
  Check y{.name = "y", .values = problem.y};
  if (problem.family == Family::kPoisson || problem.family == Family::kGamma) {
    y.high = kHuge;
    y.rule = "it must not be negative";
    y.fix = "drop negative values, or use the gaussian family";
  } else if (problem.family == Family::kLogit) {
    y.high = 1.0;
    y.rule = "it must lie in [0, 1]";
    y.fix = "code the outcome as 0 and 1";
  }
  checks.push_back(y);
  for (std::size_t j = 0; j < problem.regressors.size(); ++j) {
    check_length(problem.regressor_names[j], problem.regressors[j].size(), n);
    checks.push_back({.name = problem.regressor_names[j], .values = problem.regressors[j]});
  }
  for (const CellRegressors& set : problem.cells) {
    check_cells(set, n);
    if (set.names.empty() || set.values.empty()) continue;
    checks.push_back({.name = set.names.front(), .values = set.values});
  }
  if (!problem.weights.empty()) check_weights(problem.weights, n);
  if (!problem.offset.empty()) {
    check_length("offset", problem.offset.size(), n);
    checks.push_back({.name = "offset", .values = problem.offset});
  }
  for (const Effect& effect : problem.effects) {
    if (effect.slope.empty()) continue;
    check_length(effect.name, effect.slope.size(), n);
    checks.push_back({.name = effect.name, .values = effect.slope});
  }
  context.pool->for_each_shard(static_cast<Index>(checks.size()), [&](Index c) {
    const Check& check = checks[static_cast<std::size_t>(c)];
    check_finite(check.name, check.values);
    if (check.high >= check.low) {
      check_range(check.name, check.values, check.low, check.high, check.rule,
                  std::string(check.fix));
    }
  });
}

}  // namespace altyn::estimation
