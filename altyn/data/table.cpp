#include "altyn/data/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/core/errors.h"

namespace altyn::data {

TextColumn code_texts(std::span<const std::string> texts) {
  TextColumn column;
  column.dictionary.assign(texts.begin(), texts.end());
  std::sort(column.dictionary.begin(), column.dictionary.end());
  column.dictionary.erase(std::unique(column.dictionary.begin(), column.dictionary.end()),
                          column.dictionary.end());
  if (!column.dictionary.empty() && column.dictionary.front().empty()) {
    column.dictionary.erase(column.dictionary.begin());
  }
  column.codes.reserve(texts.size());
  for (const std::string& text : texts) {
    if (text.empty()) {
      column.codes.push_back(kNoGroup);
      continue;
    }
    const auto place = std::lower_bound(column.dictionary.begin(), column.dictionary.end(), text);
    column.codes.push_back(static_cast<GroupId>(place - column.dictionary.begin()));
  }
  return column;
}

const Column* Table::find(std::string_view name) const {
  const auto place = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const Column& column) { return column.name == name; });
  return place == columns_.end() ? nullptr : &*place;
}

const Column& Table::column(std::string_view name) const {
  if (const Column* found = find(name)) return *found;
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  const std::string near = nearest_name(name, names);
  throw InputError({.code = "no-such-column",
                    .what = fmt::format("the table has no column \"{}\"", name),
                    .where = source_,
                    .context = {fmt::format("columns: {}", fmt::join(names, ", "))},
                    .why = "every name must stand for one column, spelt as in the file",
                    .fixes = near.empty()
                                 ? std::vector<std::string>{}
                                 : std::vector<std::string>{fmt::format("write {}", near)}});
}

const NumberColumn& Table::numbers(std::string_view name) const {
  const Column& found = column(name);
  if (const auto* values = std::get_if<NumberColumn>(&found.values)) return *values;
  throw InputError({.code = "not-numbers",
                    .what = fmt::format("column \"{}\" holds text where numbers are needed", name),
                    .where = source_,
                    .why = "a sum or a logarithm of text has no meaning"});
}

const TextColumn& Table::texts(std::string_view name) const {
  const Column& found = column(name);
  if (const auto* values = std::get_if<TextColumn>(&found.values)) return *values;
  throw InputError({.code = "not-text",
                    .what = fmt::format("column \"{}\" holds numbers where codes are needed", name),
                    .where = source_,
                    .why = "economies are named by codes such as RUS and KAZ"});
}

void Table::check_new(const std::string& name, Index length) {
  ALTYN_CHECK(find(name) == nullptr, "column name taken: " + name);
  ALTYN_CHECK(columns_.empty() || length == n_rows_, "column of another length: " + name);
  n_rows_ = length;
}

void Table::add(std::string name, NumberColumn values, std::string unit) {
  check_new(name, static_cast<Index>(values.size()));
  columns_.push_back({std::move(name), std::move(values), std::move(unit)});
}

void Table::add(std::string name, TextColumn values) {
  check_new(name, static_cast<Index>(values.codes.size()));
  columns_.push_back({std::move(name), std::move(values), ""});
}

void Table::add(std::string name, const std::vector<std::string>& values) {
  add(std::move(name), code_texts(values));
}

void Table::rename(std::string_view from, std::string to) {
  for (Column& column : columns_) {
    if (column.name == from) column.name = std::move(to);
  }
}

void Table::set_unit(std::string_view name, std::string unit) {
  for (Column& column : columns_) {
    if (column.name == name) column.unit = std::move(unit);
  }
}

void Table::replace(std::string_view name, std::variant<NumberColumn, TextColumn> values) {
  const auto* numbers = std::get_if<NumberColumn>(&values);
  const std::size_t length = numbers ? numbers->size() : std::get<TextColumn>(values).codes.size();
  ALTYN_CHECK(static_cast<Index>(length) == n_rows_, "values of another length");
  for (Column& column : columns_) {
    if (column.name == name) column.values = std::move(values);
  }
}

Table Table::filtered(const std::vector<bool>& keep) const {
  ALTYN_CHECK(static_cast<Index>(keep.size()) == n_rows_, "one flag per row");
  Table result(source_);
  result.row_noun_ = row_noun_;
  for (const Column& column : columns_) {
    if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {
      NumberColumn kept;
      for (std::size_t row = 0; row < keep.size(); ++row) {
        if (keep[row]) kept.push_back((*numbers)[row]);
      }
      result.add(column.name, std::move(kept), column.unit);
    } else {
      const TextColumn& texts = std::get<TextColumn>(column.values);
      TextColumn kept;
      kept.dictionary = texts.dictionary;
      for (std::size_t row = 0; row < keep.size(); ++row) {
        if (keep[row]) kept.codes.push_back(texts.codes[row]);
      }
      result.add(column.name, std::move(kept));
    }
  }
  for (std::size_t row = 0; row < keep.size(); ++row) {
    if (keep[row]) result.lines_.push_back(line_of(static_cast<Index>(row)));
  }
  return result;
}

Index Table::line_of(Index row) const {
  return lines_.empty() ? row + first_line_ : lines_[static_cast<std::size_t>(row)];
}

std::string Table::place_of(Index row) const {
  return fmt::format("{} {}", row_noun_, line_of(row));
}

void Table::number_rows(Index first, std::string noun) {
  lines_.clear();
  first_line_ = first;
  row_noun_ = std::move(noun);
}

}  // namespace altyn::data
