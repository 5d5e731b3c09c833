#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "altyn/data/table.h"

namespace altyn::data {

/// How numbers are written in a text column.
enum class NumberStyle {
  kPlain,         ///< 1234.5
  kThousands,     ///< 1,234.5
  kDecimalComma,  ///< 1234,5 or 1.234,5 or 1 234,5
};

/// A text read as a number of one style, spaces around it aside.
[[nodiscard]] std::optional<double> parse_number(std::string_view text, NumberStyle style);

/// True for the ways files write "no value" in a column of numbers: NA, N/A, NaN, null, ".", "..",
/// "..." and "-".
[[nodiscard]] bool is_missing_word(std::string_view text);

/// The words of is_missing_word() as an SQL literal: a regular expression for whole values.
[[nodiscard]] std::string missing_words_sql();

/// What a text column turns out to be, judged over all its rows.
struct NumberVerdict {
  bool is_number = false;
  NumberStyle style = NumberStyle::kPlain;
  bool truth_values = false;     ///< true and false, read as 1 and 0
  Index n_numbers = 0;           ///< rows
  Index n_texts = 0;             ///< rows that are neither numbers nor missing
  std::vector<Index> offending;  ///< the first rows that are no number, five at most
};

/// Judges a column: numbers when every value that is not missing is one in the same style. Where
/// 1,234 can be read two ways, `delimiter` ';' makes it a decimal comma. A column with codes such
/// as 0101 is text. Cost: one parse per distinct text, one pass over the rows.
[[nodiscard]] NumberVerdict judge_numbers(const TextColumn& column, char delimiter);

/// The numbers of a column that judge_numbers() found to be numbers.
[[nodiscard]] NumberColumn to_numbers(const TextColumn& column, const NumberVerdict& verdict);

}  // namespace altyn::data
