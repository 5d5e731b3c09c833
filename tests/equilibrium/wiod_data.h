#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "altyn/data/table.h"
#include "altyn/equilibrium/multi_sector_base.h"
#include "equilibrium/reference_data.h"

namespace altyn::testing {

/// A file of texts and one column "value" as a table.
inline data::Table read_value_table(const std::string& file) {
  data::Table table(file);
  for (const auto& [name, values] : read_columns(file)) {
    if (name == "value") {
      data::NumberColumn numbers;
      for (const std::string& text : values) numbers.push_back(std::stod(text));
      table.add(name, std::move(numbers));
    } else {
      table.add(name, values);
    }
  }
  return table;
}

/// Calls work(codes, value) for every row; codes[k] is the place of the row's text in column
/// `columns[k]` among that column's sorted names.
template <class Work>
void for_each_value(const data::Table& table, const std::vector<std::string>& columns,
                    const Work& work) {
  std::vector<const data::TextColumn*> texts;
  for (const std::string& column : columns) texts.push_back(&table.texts(column));
  const data::NumberColumn& values = table.numbers("value");
  std::vector<std::size_t> codes(columns.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    for (std::size_t k = 0; k < columns.size(); ++k) codes[k] = texts[k]->codes[row];
    work(codes, values[row]);
  }
}

/// WIOD 2014 as it circulates for Caliendo-Parro models: 44 regions, 50 sectors, applied tariffs;
/// known not to be an equilibrium.
inline equilibrium::MultiSectorBase wiod_2014() {
  const std::string prefix = "multisector/wiod2014_";
  const auto table = [&](const std::string& name) {
    return read_value_table(prefix + name + ".csv.gz");
  };
  equilibrium::MultiSectorBase base;
  const data::Table shares = table("trade_share");
  base.economies = shares.texts("origin").dictionary;
  base.sectors = shares.texts("sector").dictionary;
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const auto cells = [&](const data::Table& from, double shift) {
    std::vector<double> values(n_sectors * n * n, 0.0);
    for_each_value(from, {"sector", "destination", "origin"}, [&](const auto& code, double value) {
      values[base.cell(code[0], code[1], code[2])] = value - shift;
    });
    return values;
  };
  base.trade_share = cells(shares, 0.0);
  base.tariff = cells(table("tariff"), 1.0);  // stored as 1 + rate
  const auto by_sector = [&](const std::string& name) {
    std::vector<double> values(n_sectors * n, 0.0);
    for_each_value(table(name), {"sector", "country"}, [&](const auto& code, double value) {
      values[base.at(code[0], code[1])] = value;
    });
    return values;
  };
  base.value_added_share = by_sector("factor_share");
  base.consumption_share = by_sector("consumption_share");
  base.expenditure = by_sector("expenditure");
  base.input_share.assign(n * n_sectors * n_sectors, 0.0);
  for_each_value(table("intermediate_share"), {"country", "input", "output"},
                 [&](const auto& code, double value) {
                   base.input_share[base.input_at(code[0], code[1], code[2])] =
                       value * (1.0 - base.value_added_share[base.at(code[2], code[0])]);
                 });
  base.theta.resize(n_sectors);
  for_each_value(table("trade_elasticity"), {"sector"}, [&](const auto& code, double value) {
    base.theta[code[0]] = 1.0 / value;  // stored as the inverse
  });
  base.factor_income.resize(n);
  base.deficit.resize(n);
  for_each_value(table("value_added"), {"country"},
                 [&](const auto& code, double value) { base.factor_income[code[0]] = value; });
  for_each_value(table("trade_balance"), {"country"},
                 [&](const auto& code, double value) { base.deficit[code[0]] = -value; });
  return base;
}

}  // namespace altyn::testing
