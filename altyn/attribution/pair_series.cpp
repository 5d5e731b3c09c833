#include "altyn/attribution/pair_series.h"

#include <fmt/format.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/data/table.h"

namespace altyn::attribution {
namespace {

/// The window of the same length nearest to `wanted` for which growth can be computed.
std::optional<data::Window> nearest_complete_window(const PairSeries& series, Measure measure,
                                                    const ClaimWindows& windows) {
  const int reach = static_cast<int>(series.exports_musd.size());
  for (int distance = 1; distance <= reach; ++distance) {
    for (const int shift : {distance, -distance}) {
      const data::Window window = windows.claimed.shifted(shift);
      if (growth_between(series, measure, windows.versus.shifted(shift), window)) return window;
    }
  }
  return std::nullopt;
}

}  // namespace

data::Month PairSeries::last() const {
  return first.plus(static_cast<int>(exports_musd.size()) - 1);
}

double PairSeries::at(Measure measure, data::Month month) const {
  if (month < first || month > last()) return data::kMissing;
  const auto place = static_cast<std::size_t>(month.count - first.count);
  switch (measure) {
    case Measure::kExports:
      return exports_musd[place];
    case Measure::kImports:
      return imports_musd[place];
    case Measure::kTurnover:
      break;
  }
  return exports_musd[place] + imports_musd[place];
}

PairSeries PairSeries::mirrored() const {
  PairSeries mirror = *this;
  std::swap(mirror.reporter, mirror.partner);
  std::swap(mirror.exports_musd, mirror.imports_musd);
  return mirror;
}

std::optional<double> window_sum(const PairSeries& series, Measure measure, data::Window window) {
  double sum = 0.0;
  for (data::Month month = window.first; month <= window.last; month = month.plus(1)) {
    sum += series.at(measure, month);
  }
  return data::is_missing(sum) ? std::nullopt : std::optional(sum);
}

double Growth::log_growth() const { return std::log(value_musd / base_musd); }

std::optional<Growth> growth_between(const PairSeries& series, Measure measure, data::Window versus,
                                     data::Window window) {
  const std::optional<double> base = window_sum(series, measure, versus);
  const std::optional<double> value = window_sum(series, measure, window);
  if (!base || !value || *base <= 0.0 || *value <= 0.0) return std::nullopt;
  return Growth{*base, *value};
}

Growth claimed_growth(const PairSeries& series, Measure measure, const ClaimWindows& windows) {
  if (const auto growth = growth_between(series, measure, windows.versus, windows.claimed)) {
    return *growth;
  }
  const std::string pair = fmt::format("{}-{}", series.reporter, series.partner);
  std::vector<std::string> fixes;
  if (const auto nearest = nearest_complete_window(series, measure, windows)) {
    fixes.push_back(
        fmt::format("window = \"{}\" is the nearest window of the same length that the data cover",
                    nearest->to_string()));
  }
  std::vector<std::string> blank;
  for (const data::Window window : {windows.versus, windows.claimed}) {
    if (window.first < series.first || window.last > series.last()) {
      throw InputError({.code = "window-outside-data",
                        .what = fmt::format("the window {} lies outside the data of {}: {} to {}",
                                            window.to_string(), pair, series.first.to_string(),
                                            series.last().to_string()),
                        .where = series.source,
                        .why = "growth needs every month of both windows",
                        .fixes = std::move(fixes)});
    }
    for (data::Month month = window.first; month <= window.last; month = month.plus(1)) {
      if (data::is_missing(series.at(measure, month))) blank.push_back(month.to_string());
    }
  }
  if (!blank.empty()) {
    throw InputError({.code = "blank-month",
                      .what = fmt::format("{} of {} {} blank: {}", to_string(measure), pair,
                                          blank.size() == 1 ? "is" : "are", fmt::join(blank, ", ")),
                      .where = series.source,
                      .why = "a month that was never published is not zero; a sum without it would "
                             "understate trade",
                      .fixes = std::move(fixes)});
  }
  throw InputError({.code = "no-trade",
                    .what = fmt::format("{} of {} is zero in {} or {}", to_string(measure), pair,
                                        windows.versus.to_string(), windows.claimed.to_string()),
                    .where = series.source,
                    .why = "growth from or to zero has no rate",
                    .fixes = std::move(fixes)});
}

}  // namespace altyn::attribution
