#pragma once

#include <string>
#include <vector>

namespace altyn::estimation {

struct TableCell {
  std::string text{};
  std::string stars{};  ///< kept apart: every format escapes or raises them in its own way
};

struct TableRow {
  enum class Kind { kCoefficient, kError, kEffect, kStatistic };
  Kind kind = Kind::kStatistic;
  std::string label{};
  std::vector<TableCell> cells{};
};

/// A table ready to print: plain texts, not yet escaped for any format.
struct TableLayout {
  std::string title{};
  std::vector<std::string> headers{};     ///< one per model column
  std::vector<std::string> subheaders{};  ///< the outcome of each model
  std::vector<TableRow> rows{};
  std::vector<std::string> notes{};
};

/// Whether a rule is drawn above a row: where the effects and where the statistics start.
[[nodiscard]] bool rule_above(const TableLayout& layout, std::size_t row);

/// Aligned columns for a terminal; counts characters, not bytes.
[[nodiscard]] std::string to_text(const TableLayout& layout);
/// Pipe table; pipes, stars and underscores escaped.
[[nodiscard]] std::string to_markdown(const TableLayout& layout);
/// One table element with classes and no style of its own.
[[nodiscard]] std::string to_html(const TableLayout& layout);
/// table environment of the booktabs and threeparttable packages.
[[nodiscard]] std::string to_latex(const TableLayout& layout);
/// figure with a table, as Typst 0.11 and later read it.
[[nodiscard]] std::string to_typst(const TableLayout& layout);

/// Text with &, <, >, " replaced, for HTML and XML; characters that XML forbids are dropped.
[[nodiscard]] std::string escape_xml(const std::string& text);

}  // namespace altyn::estimation
