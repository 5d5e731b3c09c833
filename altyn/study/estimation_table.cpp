#include "altyn/study/estimation_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "altyn/core/errors.h"
#include "altyn/data/agreements.h"
#include "altyn/data/trade_columns.h"
#include "altyn/estimation/event_study.h"
#include "altyn/study/political_columns.h"

namespace altyn::study {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void check_new(const data::Table& table, const std::string& name, const std::string& option) {
  if (!table.has(name)) return;
  throw InputError({.code = "name-taken",
                    .what = fmt::format("{} has a column {} already", table.source(), name),
                    .where = option,
                    .why = "a column that is added must not hide another"});
}

// One column per agreement: 1 where it, or what it grew from, binds the pair in the year.
void add_agreements(data::Table& table, const data::AgreementRegistry& registry,
                    const std::vector<std::string>& agreements) {
  const data::TradeColumns columns = data::find_trade_columns(table);
  const data::TextColumn exporter = table.texts(columns.require(data::Role::kExporter, table));
  const data::TextColumn importer = table.texts(columns.require(data::Role::kImporter, table));
  const data::NumberColumn year = table.numbers(columns.require(data::Role::kYear, table));
  for (const std::string& agreement : agreements) {
    // The registry is asked once per pair and year, not once per row.
    std::map<std::tuple<GroupId, GroupId, int>, double> known;
    data::NumberColumn values(static_cast<std::size_t>(table.n_rows()), 0.0);
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (exporter.codes[row] == kNoGroup || importer.codes[row] == kNoGroup ||
          data::is_missing(year[row])) {
        continue;
      }
      const std::tuple key(exporter.codes[row], importer.codes[row], static_cast<int>(year[row]));
      const auto [place, is_new] = known.try_emplace(key, 0.0);
      if (is_new) {
        const auto index = static_cast<Index>(row);
        place->second =
            registry.dummy(agreement, exporter.at(index), importer.at(index), std::get<2>(key));
      }
      values[row] = place->second;
    }
    check_new(table, lower(agreement), "agreements");
    table.add(lower(agreement), std::move(values));
  }
}

// One `trade` column out of both sides' reports, by the stated preference.
void add_trade(data::Table& table, Reported reported) {
  const data::TradeColumns columns = data::find_trade_columns(table);
  const std::string* by_importer = columns.find(data::Role::kImporterReported);
  const std::string* by_exporter = columns.find(data::Role::kExporterReported);
  if (table.has("trade") || by_importer == nullptr || by_exporter == nullptr) return;
  const bool importer_leads =
      reported == Reported::kImporterFirst || reported == Reported::kImporterOnly;
  const bool fall_back =
      reported == Reported::kImporterFirst || reported == Reported::kExporterFirst;
  const data::NumberColumn& first = table.numbers(importer_leads ? *by_importer : *by_exporter);
  const data::NumberColumn& second = table.numbers(importer_leads ? *by_exporter : *by_importer);
  data::NumberColumn trade = first;
  for (std::size_t row = 0; row < trade.size(); ++row) {
    if (fall_back && data::is_missing(trade[row])) trade[row] = second[row];
  }
  table.add("trade", std::move(trade), table.column(*by_importer).unit);
}

/// A row's values of some columns as one text; "" when one is missing.
std::string key_of(const data::Table& table, const std::vector<std::string>& names, Index row) {
  std::string key;
  for (const std::string& name : names) {
    const data::Column& column = table.column(name);
    if (column.is_number()) {
      const double value = table.numbers(name)[static_cast<std::size_t>(row)];
      if (data::is_missing(value)) return "";
      key += fmt::format("{}\x1f", value);
    } else {
      const std::string_view value = table.texts(name).at(row);
      if (value.empty()) return "";
      key += fmt::format("{}\x1f", value);
    }
  }
  return key;
}

// The other columns of a table, where all columns of the same name are equal.
void join(data::Table& table, const data::Table& other) {
  std::vector<std::string> keys;
  std::vector<const data::Column*> added;
  for (const data::Column& column : other.columns()) {
    const data::Column* same = table.find(column.name);
    if (same != nullptr && same->is_number() == column.is_number()) {
      keys.push_back(column.name);
    } else {
      check_new(table, column.name, "join");
      added.push_back(&column);
    }
  }
  if (keys.empty()) {
    throw InputError(
        {.code = "no-shared-column",
         .what = fmt::format("{} and {} have no column in common", table.source(), other.source()),
         .where = "join",
         .why = "rows are put together by the columns of the same name"});
  }
  if (added.empty()) {
    throw InputError(
        {.code = "nothing-to-join",
         .what = fmt::format("{} has no column that {} lacks", other.source(), table.source()),
         .where = "join",
         .why = "a joined table brings columns of its own"});
  }
  std::map<std::string, Index> row_of;
  for (Index row = 0; row < other.n_rows(); ++row) {
    const std::string key = key_of(other, keys, row);
    if (key.empty()) continue;
    const auto [first, is_new] = row_of.try_emplace(key, row);
    if (is_new) continue;
    throw InputError(
        {.code = "duplicate-key",
         .what = fmt::format("{} and {} have the same {}", other.place_of(first->second),
                             other.place_of(row), fmt::join(keys, ", ")),
         .where = other.source(),
         .why = "each row takes the values of one row of the joined table"});
  }
  std::vector<Index> found(static_cast<std::size_t>(table.n_rows()), -1);
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto place = row_of.find(key_of(table, keys, row));
    if (place != row_of.end()) found[static_cast<std::size_t>(row)] = place->second;
  }
  for (const data::Column* column : added) {
    if (column->is_number()) {
      const data::NumberColumn& source = other.numbers(column->name);
      data::NumberColumn values;
      for (const Index row : found) {
        values.push_back(row < 0 ? data::kMissing : source[static_cast<std::size_t>(row)]);
      }
      table.add(column->name, std::move(values), column->unit);
    } else {
      data::TextColumn values = other.texts(column->name);
      std::vector<GroupId> codes;
      for (const Index row : found) {
        codes.push_back(row < 0 ? kNoGroup : values.codes[static_cast<std::size_t>(row)]);
      }
      values.codes = std::move(codes);
      table.add(column->name, std::move(values));
    }
  }
}

void add_cohorts(data::Table& table, const EstimateStudy& request) {
  for (const std::string& treatment : request.cohorts) {
    const std::string names[] = {treatment + "_cohort", treatment + "_time", treatment + "_ever"};
    for (const std::string& name : names) check_new(table, name, "cohorts");
    estimation::add_cohort(table, names[0], treatment, request.cohort_units, request.cohort_period);
    const data::NumberColumn& cohort = table.numbers(names[0]);
    const data::NumberColumn& period = table.numbers(request.cohort_period);
    data::NumberColumn since, ever;
    for (std::size_t row = 0; row < cohort.size(); ++row) {
      since.push_back(period[row] - cohort[row]);
      ever.push_back(data::is_missing(cohort[row]) ? 0.0 : 1.0);
    }
    table.add(names[1], std::move(since));
    table.add(names[2], std::move(ever));
  }
}

}  // namespace

data::Table read_estimation_table(const std::string& name, const EstimateStudy& request,
                                  DataSources& sources) {
  data::Table table = sources.read(name);
  add_trade(table, request.reported);
  for (const std::string& other : request.join) join(table, sources.read(other));
  if (!request.agreements.empty()) {
    std::vector<std::string> files = {sources.find("agreements_eaeu"),
                                      sources.find("agreements_world")};
    for (const std::string& file : request.agreement_files) files.push_back(sources.find(file));
    add_agreements(table, data::AgreementRegistry::read(files), request.agreements);
  }
  if (!request.memberships.empty()) {
    add_joint_memberships(table, read_membership_table(sources, request.memberships));
  }
  if (!request.alignment.empty()) add_alignment(table, sources.read(request.alignment));
  add_cohorts(table, request);
  return table;
}

}  // namespace altyn::study
