#include "altyn/data/check_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/data/country_codes.h"
#include "altyn/data/trade_columns.h"

namespace altyn::data::internal {

std::string millions(double value_musd) {
  if (std::abs(value_musd) < 10.0) return fmt::format("{:.1f}", value_musd);
  return fmt::format("{}", fmt::group_digits(std::llround(value_musd)));
}

std::string percent(double share) {
  const double points = 100.0 * share;
  return std::abs(points) < 1.0 ? fmt::format("{:.1f}%", points) : fmt::format("{:.0f}%", points);
}

std::string count_of(std::size_t n, std::string_view noun) {
  if (n == 1) return fmt::format("1 {}", noun);
  if (noun.ends_with("my")) {  // economy
    return fmt::format("{} {}ies", fmt::group_digits(n), noun.substr(0, noun.size() - 1));
  }
  return fmt::format("{} {}s", fmt::group_digits(n), noun);
}

std::string list_of(const std::vector<std::string>& words, std::size_t most) {
  std::vector<std::string> shown(
      words.begin(), words.begin() + static_cast<std::ptrdiff_t>(std::min(most, words.size())));
  std::string last;
  if (words.size() > most) {
    last = fmt::format("{} more", words.size() - most);
  } else if (!shown.empty()) {
    last = shown.back();
    shown.pop_back();
  }
  return shown.empty() ? last : fmt::format("{} and {}", fmt::join(shown, ", "), last);
}

std::string names_of(const std::vector<std::string>& codes, std::size_t most) {
  std::vector<std::string> names;
  for (const std::string& code : codes) names.push_back(economy_name(code));
  return list_of(names, most);
}

std::string flow_name(std::string_view exporter, std::string_view importer) {
  return fmt::format("{} to {}", economy_name(exporter), economy_name(importer));
}

RowTable::RowTable(std::vector<std::string> text_names, std::vector<std::string> number_names)
    : text_names_(std::move(text_names)),
      number_names_(std::move(number_names)),
      texts_(text_names_.size()),
      numbers_(number_names_.size()) {}

void RowTable::add(const std::vector<std::string>& texts, const std::vector<double>& numbers) {
  for (std::size_t k = 0; k < texts_.size(); ++k) texts_[k].push_back(texts[k]);
  for (std::size_t k = 0; k < numbers_.size(); ++k) numbers_[k].push_back(numbers[k]);
}

Table RowTable::finish(std::string source) const {
  Table table(std::move(source));
  for (std::size_t k = 0; k < texts_.size(); ++k) table.add(text_names_[k], texts_[k]);
  for (std::size_t k = 0; k < numbers_.size(); ++k) {
    table.add(number_names_[k], numbers_[k], unit_of_name(number_names_[k]));
  }
  return table;
}

}  // namespace altyn::data::internal
