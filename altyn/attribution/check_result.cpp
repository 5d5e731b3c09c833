#include "altyn/attribution/check_result.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

bool is_text_column(const ResultTable& table, std::size_t column) {
  for (const auto& row : table.rows) {
    if (std::holds_alternative<std::string>(row[column])) return true;
  }
  return false;
}

double number_of(const Cell& cell) {
  if (const double* number = std::get_if<double>(&cell)) {
    return std::isfinite(*number) ? *number : data::kMissing;
  }
  if (const bool* truth = std::get_if<bool>(&cell)) return *truth ? 1.0 : 0.0;
  return data::kMissing;
}

}  // namespace

void ResultTable::add(std::vector<Cell> row) {
  ALTYN_CHECK(row.size() == columns.size(),
              fmt::format("table {}: {} cells for {} columns", id, row.size(), columns.size()));
  rows.push_back(std::move(row));
}

data::Table to_data_table(const ResultTable& table) {
  data::Table out(table.title);
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    if (is_text_column(table, k)) {
      std::vector<std::string> texts;
      for (const auto& row : table.rows) {
        const std::string* text = std::get_if<std::string>(&row[k]);
        texts.push_back(text != nullptr ? *text : "");
      }
      out.add(table.columns[k].name, texts);
    } else {
      data::NumberColumn numbers;
      for (const auto& row : table.rows) numbers.push_back(number_of(row[k]));
      out.add(table.columns[k].name, std::move(numbers), table.columns[k].unit);
    }
  }
  return out;
}

std::string_view to_string(NumberKey key) {
  constexpr std::array<std::string_view, 4> kNames = {"right", "right_for_this_window_only",
                                                      "wrong", "cannot_be_checked"};
  return kNames[static_cast<std::size_t>(key)];
}

std::string_view to_string(CauseKey key) {
  constexpr std::array<std::string_view, 5> kNames = {"supported", "contradicted", "not_supported",
                                                      "possible_not_shown", "not_testable"};
  return kNames[static_cast<std::size_t>(key)];
}

std::string_view to_string(ConfidenceKey key) {
  constexpr std::array<std::string_view, 3> kNames = {"low", "medium", "high"};
  return kNames[static_cast<std::size_t>(key)];
}

const ResultTable* CheckResult::find_table(std::string_view id) const {
  for (const ResultTable& table : tables) {
    if (table.id == id) return &table;
  }
  return nullptr;
}

}  // namespace altyn::attribution
