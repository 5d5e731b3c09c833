#include "altyn/attribution/world_trade.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

template <class T>
std::optional<Index> position_of(const std::vector<T>& sorted, const T& value) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), value);
  if (found == sorted.end() || *found != value) return std::nullopt;
  return found - sorted.begin();
}

}  // namespace

WorldTrade::WorldTrade(const data::Table& table) : source_(table.source()) {
  const data::TextColumn& exporters = table.texts("exporter");
  const data::TextColumn& importers = table.texts("importer");
  const data::NumberColumn& years = table.numbers("year");
  const data::NumberColumn* reported[2] = {&table.numbers("importer_reported_musd"),
                                           &table.numbers("exporter_reported_musd")};
  std::set<std::string> economies;
  std::set<int> distinct_years;
  for (Index row = 0; row < table.n_rows(); ++row) {
    economies.emplace(exporters.at(row));
    economies.emplace(importers.at(row));
    distinct_years.insert(static_cast<int>(years[static_cast<std::size_t>(row)]));
  }
  economies_.assign(economies.begin(), economies.end());
  years_.assign(distinct_years.begin(), distinct_years.end());

  const std::size_t n_cells = economies_.size() * economies_.size() * years_.size();
  for (auto& side : flows_) side.assign(n_cells, data::kMissing);
  std::vector<bool> seen(n_cells, false);
  for (Index row = 0; row < table.n_rows(); ++row) {
    const Index exporter = *find(exporters.at(row));
    const Index importer = *find(importers.at(row));
    if (exporter == importer) continue;
    const auto at = static_cast<std::size_t>(row);
    const std::size_t cell = place(exporter, importer, *find_year(static_cast<int>(years[at])));
    if (seen[cell]) {
      throw InputError({.code = "duplicate-row",
                        .what = fmt::format("the flow from {} to {} in {} occurs twice",
                                            exporters.at(row), importers.at(row), years[at]),
                        .where = fmt::format("{} line {}", source_, table.line_of(row)),
                        .why = "two values for one flow leave open which one is meant",
                        .fixes = {"keep one row per exporter, importer and year"}});
    }
    seen[cell] = true;
    for (std::size_t side = 0; side < 2; ++side) flows_[side][cell] = (*reported[side])[at];
  }
}

std::optional<Index> WorldTrade::find(std::string_view economy) const {
  return position_of(economies_, std::string(economy));
}

std::optional<Index> WorldTrade::find_year(int year) const { return position_of(years_, year); }

double WorldTrade::recorded_first(Side side, Index exporter, Index importer, Index year) const {
  const double own = recorded(side, exporter, importer, year);
  if (!data::is_missing(own)) return own;
  return recorded(side == Side::kImporter ? Side::kExporter : Side::kImporter, exporter, importer,
                  year);
}

int calendar_year(data::Window window) {
  int best = window.first.year();
  int most = 0;
  for (int year = window.first.year(); year <= window.last.year(); ++year) {
    const data::Month first = std::max(window.first, data::Month::of(year, 1));
    const data::Month last = std::min(window.last, data::Month::of(year, 12));
    const int months = last.count - first.count + 1;
    if (months >= most) {
      most = months;
      best = year;
    }
  }
  return best;
}

std::vector<std::pair<Index, Index>> flows_of(Measure measure, Index reporter, Index partner) {
  switch (measure) {
    case Measure::kExports:
      return {{reporter, partner}};
    case Measure::kImports:
      return {{partner, reporter}};
    case Measure::kTurnover:
      break;
  }
  return {{reporter, partner}, {partner, reporter}};
}

std::string_view to_string(Side side) {
  return side == Side::kImporter ? "importer-reported" : "exporter-reported";
}

}  // namespace altyn::attribution
