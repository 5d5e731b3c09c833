#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/database.h"
#include "altyn/data/io_table.h"

namespace altyn::data {

namespace {

std::string place(const Table& table, Index row) {
  return fmt::format("{}, {}", table.source(), table.place_of(row));
}

/// The year that counts: the one asked for, or the only one there is.
int year_of(const Table& tariffs, int year) {
  if (!tariffs.has("year") || year != 0) return year;
  std::set<double> years(tariffs.numbers("year").begin(), tariffs.numbers("year").end());
  if (years.size() == 1) return static_cast<int>(*years.begin());
  throw InputError({.code = "several-years",
                    .what = fmt::format("the rates are of {} years", years.size()),
                    .where = tariffs.source(),
                    .context = {fmt::format("years: {:.0f}", fmt::join(years, ", "))},
                    .why = "a base has the duties of one year",
                    .fixes = {"--tariff-year YEAR"}});
}

/// Positions of names; -1 for one that is not there.
std::map<std::string, int, std::less<>> positions(const std::vector<std::string>& names) {
  std::map<std::string, int, std::less<>> result;
  for (std::size_t k = 0; k < names.size(); ++k) result[names[k]] = static_cast<int>(k);
  return result;
}

}  // namespace

IoDuties io_duties(const IoTable& table, const Table& tariffs, const std::string& duty_type,
                   int year) {
  const std::size_t n = table.economies.size();
  const std::size_t n_sectors = table.sectors.size();
  const TextColumn& importers = tariffs.texts("importer");
  const TextColumn& exporters = tariffs.texts("exporter");
  const TextColumn& sectors = tariffs.texts("sector");
  const NumberColumn& rates = tariffs.numbers("rate");
  const int wanted_year = year_of(tariffs, year);
  const auto economies = positions(table.economies);
  const auto sector_at = positions(table.sectors);

  IoDuties duties;
  duties.rate.assign(table.n_industries() * n, 0.0);
  std::vector<Index> row_of(duties.rate.size(), -1);  // a partner's own rate
  std::vector<Index> row_of_all(n_sectors * n, -1);   // the rate for all partners
  Index n_other_type = 0, n_other_year = 0, n_elsewhere = 0;
  const auto economy = [&](std::string_view text, Index row) {
    const CodeReading reading = read_economy(text);
    if (reading.kind == CodeReading::Kind::kUnknown && text != "ROW") {
      fail_unknown_economy(text, place(tariffs, row));
    }
    const auto found = economies.find(text == "ROW" ? "ROW" : reading.code);
    return found == economies.end() ? -1 : found->second;
  };
  const auto claim = [&](Index& slot, Index row) {
    if (slot >= 0) {
      throw InputError(
          {.code = "duplicate-row",
           .what = fmt::format("the same trade has a rate in {} already", tariffs.place_of(slot)),
           .where = place(tariffs, row),
           .why = "it is not clear which of the two holds"});
    }
    slot = row;
  };
  for (Index row = 0; row < tariffs.n_rows(); ++row) {
    const auto k = static_cast<std::size_t>(row);
    if (tariffs.has("duty_type") && tariffs.texts("duty_type").at(row) != duty_type) {
      ++n_other_type;
      continue;
    }
    if (tariffs.has("year") && static_cast<int>(tariffs.numbers("year")[k]) != wanted_year) {
      ++n_other_year;
      continue;
    }
    const auto sector = sector_at.find(sectors.at(row));
    if (sector == sector_at.end()) {
      const std::string near = nearest_name(sectors.at(row), table.sectors);
      throw InputError(
          {.code = "unknown-sector",
           .what = fmt::format("the input-output table has no sector \"{}\"", sectors.at(row)),
           .where = place(tariffs, row),
           .context = {fmt::format("its sectors: {}", fmt::join(table.sectors, ", "))},
           .why = "rates are joined by the codes of the input-output table",
           .fixes = {near.empty() ? "altyn data convert tariffs.csv --map sector=CONCORDANCE"
                                  : "write " + near}});
    }
    if (is_missing(rates[k]) || rates[k] <= -1.0) {
      throw InputError({.code = is_missing(rates[k]) ? "missing-value" : "tariff-range",
                        .what = is_missing(rates[k]) ? "the row has no rate"
                                                     : fmt::format("a rate is {}", rates[k]),
                        .where = place(tariffs, row),
                        .why = "rates are shares of the value at the border, such as 0.05"});
    }
    const int importer = economy(importers.at(row), row);
    const bool all = exporters.at(row) == "WLD";
    const int exporter = all ? 0 : economy(exporters.at(row), row);
    if (importer < 0 || exporter < 0) {
      ++n_elsewhere;
      continue;
    }
    const auto to = static_cast<std::size_t>(importer);
    const auto s = static_cast<std::size_t>(sector->second);
    if (all) {
      claim(row_of_all[s * n + to], row);
    } else {
      claim(row_of[(static_cast<std::size_t>(exporter) * n_sectors + s) * n + to], row);
    }
  }
  double covered = 0.0, traded = 0.0;
  const std::size_t n_industries = table.n_industries();
  for (std::size_t i = 0; i < n_industries; ++i) {
    for (std::size_t to = 0; to < n; ++to) {
      if (to == i / n_sectors) continue;
      double value = table.final_use[i * n + to];
      for (std::size_t s = 0; s < n_sectors; ++s) {
        value += table.intermediate[i * n_industries + to * n_sectors + s];
      }
      traded += value;
      const Index own = row_of[i * n + to];
      const Index row = own >= 0 ? own : row_of_all[i % n_sectors * n + to];
      if (row < 0) continue;
      covered += value;
      duties.rate[i * n + to] = rates[static_cast<std::size_t>(row)];
    }
  }
  duties.covered_share = traded > 0.0 ? covered / traded : 0.0;
  const auto count = [&](Index rows, const std::string& words) {
    if (rows > 0) duties.notes.push_back(fmt::format("{} rows of duties {}", rows, words));
  };
  count(n_other_type, fmt::format("are not {} and were left out", duty_type));
  count(n_other_year, fmt::format("are not of {} and were left out", wanted_year));
  count(n_elsewhere, "are of economies that the table has not");
  return duties;
}

}  // namespace altyn::data
