#include "altyn/attribution/world_trade.h"

#include <algorithm>

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

WorldTrade::WorldTrade(const data::Table& table, std::string source)
    : source_(source.empty() ? table.source() : std::move(source)) {
  panels_[0] = data::load_pair_panel(table, {}, {.mirror = data::MirrorChoice::kImporterFirst});
  panels_[1] = data::load_pair_panel(table, {}, {.mirror = data::MirrorChoice::kExporterFirst});
  const data::PairPanel& panel = panels_[0];
  if (!panel.two_sided || panel.years.empty()) {
    throw InputError(
        {.code = "one-sided-table",
         .what = panel.years.empty() ? "the table has no years"
                                     : "the table holds one side's records only",
         .where = source_,
         .why = "a claim is checked on what exporters and what importers recorded",
         .fixes = {
             "columns: exporter, importer, year, importer_reported_musd, exporter_reported_musd"}});
  }
  economies_ = panel.economies;
  years_ = panel.years;
  const std::size_t n_cells = economies_.size() * economies_.size() * years_.size();
  for (auto& side : flows_) side.assign(n_cells, data::kMissing);
  const data::TextColumn& exporters = panel.table.texts("exporter");
  const data::TextColumn& importers = panel.table.texts("importer");
  const data::NumberColumn& years = panel.table.numbers("year");
  const data::NumberColumn* reported[] = {&panel.table.numbers("importer_reported_musd"),
                                          &panel.table.numbers("exporter_reported_musd")};
  for (Index row = 0; row < panel.table.n_rows(); ++row) {
    const Index exporter = *find(exporters.at(row));
    const Index importer = *find(importers.at(row));
    if (exporter == importer) continue;
    const auto at = static_cast<std::size_t>(row);
    const std::size_t cell = place(exporter, importer, *find_year(static_cast<int>(years[at])));
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
