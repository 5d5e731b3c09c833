#include "altyn/estimation/codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

/// Distinct finite values when they are whole numbers of a short range; empty otherwise.
bool code_whole_numbers(const data::NumberColumn& values, std::vector<GroupId>& ids,
                        std::vector<double>& numbers) {
  double low = INFINITY;
  double high = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (value != std::trunc(value)) return false;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const double limit = 8.0 * static_cast<double>(values.size()) + 65536.0;
  if (!(low <= high)) return true;  // nothing but missing values
  if (high - low >= limit) return false;
  std::vector<GroupId> codes(static_cast<std::size_t>(high - low) + 1, kNoGroup);
  for (const double value : values) {
    if (std::isfinite(value)) codes[static_cast<std::size_t>(value - low)] = 0;
  }
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (codes[k] == kNoGroup) continue;
    codes[k] = static_cast<GroupId>(numbers.size());
    numbers.push_back(low + static_cast<double>(k));
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    const double value = values[row];
    if (std::isfinite(value)) ids[row] = codes[static_cast<std::size_t>(value - low)];
  }
  return true;
}

void code_by_sorting(const data::NumberColumn& values, std::vector<GroupId>& ids,
                     std::vector<double>& numbers) {
  for (const double value : values) {
    if (std::isfinite(value)) numbers.push_back(value);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!std::isfinite(values[row])) continue;
    const auto place = std::lower_bound(numbers.begin(), numbers.end(), values[row]);
    ids[row] = static_cast<GroupId>(place - numbers.begin());
  }
}

}  // namespace

std::string CodedColumn::label(GroupId level) const {
  if (const auto* texts = std::get_if<data::TextColumn>(&column->values)) {
    return texts->dictionary[level];
  }
  return fmt::format("{}", numbers[level]);
}

CodedColumn code_column(const data::Column& column) {
  CodedColumn coded;
  coded.name = column.name;
  coded.column = &column;
  if (const auto* texts = std::get_if<data::TextColumn>(&column.values)) {
    coded.ids = SharedColumn<GroupId>(std::span<const GroupId>(texts->codes));
    coded.n_levels = static_cast<GroupId>(texts->dictionary.size());
    return coded;
  }
  const auto& values = std::get<data::NumberColumn>(column.values);
  std::vector<GroupId> ids(values.size(), kNoGroup);
  if (!code_whole_numbers(values, ids, coded.numbers)) {
    coded.numbers.clear();
    code_by_sorting(values, ids, coded.numbers);
  }
  coded.ids = SharedColumn<GroupId>(std::move(ids));
  coded.n_levels = static_cast<GroupId>(coded.numbers.size());
  return coded;
}

std::vector<GroupId> codes_among(const CodedColumn& own, const data::Column& values) {
  std::vector<GroupId> codes(own.n_levels, kNoGroup);
  if (const auto* texts = std::get_if<data::TextColumn>(&values.values)) {
    // The dictionary is in increasing order too.
    for (GroupId level = 0; level < own.n_levels; ++level) {
      const auto place =
          std::lower_bound(texts->dictionary.begin(), texts->dictionary.end(), own.label(level));
      codes[level] = static_cast<GroupId>(place - texts->dictionary.begin());
    }
    return codes;
  }
  const auto& numbers = std::get<data::NumberColumn>(values.values);
  for (GroupId level = 0; level < own.n_levels; ++level) {
    const auto place = std::lower_bound(numbers.begin(), numbers.end(), own.numbers[level]);
    codes[level] = static_cast<GroupId>(place - numbers.begin());
  }
  return codes;
}

CodedColumn code_column_among(const data::Column& column, const data::Column& values) {
  CodedColumn coded = code_column(column);
  const std::vector<GroupId> codes = codes_among(coded, values);
  std::vector<GroupId> ids(coded.ids.values.begin(), coded.ids.values.end());
  for (GroupId& id : ids) {
    if (id != kNoGroup) id = codes[id];
  }
  coded.ids = SharedColumn<GroupId>(std::move(ids));
  coded.column = &values;
  coded.numbers.clear();
  if (const auto* numbers = std::get_if<data::NumberColumn>(&values.values)) {
    coded.numbers = *numbers;
    coded.n_levels = static_cast<GroupId>(numbers->size());
  } else {
    coded.n_levels =
        static_cast<GroupId>(std::get<data::TextColumn>(values.values).dictionary.size());
  }
  return coded;
}

CombinedIds combine_ids(std::span<const std::span<const GroupId>> columns,
                        std::span<const GroupId> n_levels) {
  ALTYN_CHECK(!columns.empty() && columns.size() == n_levels.size(), "one level count per column");
  const std::size_t n = columns.front().size();
  double product = 1.0;
  for (const GroupId levels : n_levels) product *= std::max<double>(levels, 1.0);
  if (product >= 0x1p63) {
    throw InputError({.code = "too-many-groups",
                      .what = "the columns of one effect have too many combinations",
                      .where = "formula",
                      .why = "their levels multiply beyond 64 bits",
                      .fixes = {"combine fewer columns with ^"}});
  }
  const auto key_of = [&](std::size_t row) {
    std::uint64_t key = columns[0][row];
    for (std::size_t c = 1; c < columns.size(); ++c) key = key * n_levels[c] + columns[c][row];
    return key;
  };
  CombinedIds result;
  result.ids.resize(n);
  if (product < 8.0 * static_cast<double>(n) + 65536.0) {
    std::vector<GroupId> codes(static_cast<std::size_t>(product), kNoGroup);
    for (std::size_t row = 0; row < n; ++row) codes[key_of(row)] = 0;
    for (GroupId& code : codes) {
      if (code != kNoGroup) code = result.n_groups++;
    }
    for (std::size_t row = 0; row < n; ++row) result.ids[row] = codes[key_of(row)];
    return result;
  }
  numerics::RawVector<std::uint64_t> keys(n);
  for (std::size_t row = 0; row < n; ++row) keys[row] = key_of(row);
  numerics::RawVector<std::uint64_t> distinct = keys;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (std::size_t row = 0; row < n; ++row) {
    const auto place = std::lower_bound(distinct.begin(), distinct.end(), keys[row]);
    result.ids[row] = static_cast<GroupId>(place - distinct.begin());
  }
  result.n_groups = static_cast<GroupId>(distinct.size());
  return result;
}

}  // namespace altyn::estimation
