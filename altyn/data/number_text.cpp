#include "altyn/data/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "altyn/data/database.h"

namespace altyn::data {
namespace {

constexpr std::array<std::string_view, 11> kMissingWords = {
    "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", ".", "..", "...", "-"};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes group marks that stand before exactly three digits; nothing when one is out of place.
std::optional<std::string> without_groups(std::string_view text, char decimal,
                                          const std::function<bool(char)>& is_mark) {
  std::string plain;
  std::size_t run = 0;  // digits since the last mark
  bool grouped = false;
  bool fraction = false;
  for (const char letter : text) {
    if (is_digit(letter)) {
      plain += letter;
      ++run;
    } else if (!fraction && is_mark(letter)) {
      if (run == 0 || run > 3 || (grouped && run != 3)) return std::nullopt;
      grouped = true;
      run = 0;
    } else if (!fraction && letter == decimal) {
      if (grouped && run != 3) return std::nullopt;
      fraction = true;
      plain += '.';
    } else if ((letter == '-' || letter == '+') && plain.empty() && run == 0) {
      if (letter == '-') plain += letter;
    } else {
      return std::nullopt;
    }
  }
  if (grouped && !fraction && run != 3) return std::nullopt;
  return plain;
}

std::optional<double> parse_plain(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Codes such as 0101 or 007: their zeros would be lost in a number.
bool is_padded_code(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<double> truth_value(std::string_view text) {
  if (text == "true" || text == "TRUE" || text == "True") return 1.0;
  if (text == "false" || text == "FALSE" || text == "False") return 0.0;
  return std::nullopt;
}

}  // namespace

std::optional<double> parse_number(std::string_view text, NumberStyle style) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  if (style == NumberStyle::kPlain) return parse_plain(text);
  const bool comma_groups = style == NumberStyle::kThousands;
  // A no-break space arrives as two bytes, C2 A0.
  const auto is_mark = [comma_groups](char letter) {
    return comma_groups ? letter == ',' : (letter == '.' || letter == ' ' || letter == '\xA0');
  };
  std::string bytes(text);
  std::erase(bytes, '\xC2');
  const std::optional<std::string> plain = without_groups(bytes, comma_groups ? '.' : ',', is_mark);
  return plain ? parse_plain(*plain) : std::nullopt;
}

bool is_missing_word(std::string_view text) {
  return std::find(kMissingWords.begin(), kMissingWords.end(), trim(text)) != kMissingWords.end();
}

std::string missing_words_sql() {
  std::string words;
  for (const std::string_view word : kMissingWords) {
    words += words.empty() ? "" : "|";
    for (const char letter : word) words += letter == '.' ? "[.]" : std::string(1, letter);
  }
  return fmt::format("'^(?:{})$'", words);
}

NumberVerdict judge_numbers(const TextColumn& column, char delimiter) {
  const std::size_t n = column.dictionary.size();
  std::vector<Index> rows(n, 0);
  for (const GroupId code : column.codes) {
    if (code != kNoGroup) ++rows[code];
  }
  NumberVerdict verdict;
  std::vector<bool> fails(n, false);
  for (std::size_t k = 0; k < n; ++k) {
    const std::string& text = column.dictionary[k];
    if (rows[k] == 0 || is_missing_word(text)) continue;
    if (is_padded_code(text)) return {};
    fails[k] = !parse_number(text, NumberStyle::kPlain);
    (fails[k] ? verdict.n_texts : verdict.n_numbers) += rows[k];
  }
  if (verdict.n_texts == 0) {
    verdict.is_number = verdict.n_numbers > 0;
    return verdict;
  }
  const auto all_are = [&](const auto& parse) {
    for (std::size_t k = 0; k < n; ++k) {
      const std::string& text = column.dictionary[k];
      if (rows[k] > 0 && !is_missing_word(text) && !parse(text)) return false;
    }
    return true;
  };
  const auto found = [&](NumberStyle style, bool truth_values) {
    const Index n_values = verdict.n_numbers + verdict.n_texts;
    return NumberVerdict{true, style, truth_values, n_values, 0, {}};
  };
  const std::array<NumberStyle, 2> styles =
      delimiter == ';' ? std::array{NumberStyle::kDecimalComma, NumberStyle::kThousands}
                       : std::array{NumberStyle::kThousands, NumberStyle::kDecimalComma};
  for (const NumberStyle style : styles) {
    if (all_are([style](std::string_view text) { return parse_number(text, style); })) {
      return found(style, false);
    }
  }
  if (all_are(truth_value)) return found(NumberStyle::kPlain, true);
  for (std::size_t row = 0; row < column.codes.size() && verdict.offending.size() < 5; ++row) {
    const GroupId code = column.codes[row];
    if (code != kNoGroup && fails[code]) verdict.offending.push_back(static_cast<Index>(row));
  }
  return verdict;
}

NumberColumn to_numbers(const TextColumn& column, const NumberVerdict& verdict) {
  std::vector<double> values;
  for (const std::string& text : column.dictionary) {
    const std::optional<double> value =
        verdict.truth_values ? truth_value(text) : parse_number(text, verdict.style);
    values.push_back(is_missing_word(text) ? kMissing : value.value_or(kMissing));
  }
  NumberColumn numbers;
  numbers.reserve(column.codes.size());
  for (const GroupId code : column.codes) {
    numbers.push_back(code == kNoGroup ? kMissing : values[code]);
  }
  return numbers;
}

}  // namespace altyn::data
