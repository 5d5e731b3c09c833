#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace altyn::estimation {

/// What one node of an expression does.
enum class Operation {
  kNumber,
  kText,  ///< a quoted literal
  kColumn,
  kNegate,
  kNot,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kPower,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
  kAnd,
  kOr,
  kFunction,  ///< one of function_names()
};

/// Arithmetic on columns: `log(dist)`, `I(year >= 2010)`, `trade / 1000`.
struct Expression {
  Operation operation = Operation::kNumber;
  double number = 0.0;  ///< of kNumber
  std::string name{};   ///< column, function or the literal text
  std::vector<Expression> arguments{};
  std::size_t position = 0;  ///< byte of the formula where it starts
  int height = 0;            ///< operations on the way down to the deepest column or number

  /// The canonical spelling: single spaces around operators, none after `(`. The name of the
  /// regressor that the expression makes.
  [[nodiscard]] std::string to_string() const;
  /// Names of all columns, in order of appearance, without duplicates.
  [[nodiscard]] std::vector<std::string> columns() const;
};

/// Functions that an expression may call: log, log2, log10, log1p, exp, expm1, sqrt, abs, sign,
/// asinh, floor, ceiling, round, min, max, I.
[[nodiscard]] const std::vector<std::string>& function_names();

/// One value of a categorical variable, as written: -1, 2010, "RUS", RUS.
using Level = std::variant<double, std::string>;
[[nodiscard]] std::string to_string(const Level& level);

enum class FactorKind {
  kNumeric,     ///< a number per row
  kIndicators,  ///< i(variable, by, ref = , keep = ): one column per value of a variable
  kSunAbraham,  ///< sunab(cohort, period, ref = -1): one column per cohort and time since its start
  kEtwfe,       ///< etwfe(cohort, period): the same, only from the start on
};

/// One side of an interaction.
struct Factor {
  FactorKind kind = FactorKind::kNumeric;
  Expression value{};              ///< the number, or the variable whose values make the columns
  std::vector<Expression> by{};    ///< i(): what multiplies the indicators; sunab(): the period
  bool by_is_categorical = false;  ///< i(a, i.b): one column per pair of values
  std::vector<Level> reference{};  ///< values without a column
  std::vector<Level> keep{};       ///< when not empty, the only values with a column
  std::size_t position = 0;
  [[nodiscard]] std::string to_string() const;
};

/// A product of factors, `eaeu:log(dist)`; most have one factor.
struct Term {
  std::vector<Factor> factors{};
  [[nodiscard]] std::string to_string() const;
};

/// An absorbed effect: one intercept (and one slope per listed variable) for every combination of
/// values of the columns.
struct EffectTerm {
  std::vector<std::string> columns{};  ///< exporter^year has two
  std::vector<Expression> slopes{};    ///< f[x, z]; empty for a plain effect
  bool intercept = true;               ///< false for f[[x]]: slopes alone
  std::size_t position = 0;
  /// "exporter^year", without the slopes: the name of the groups.
  [[nodiscard]] std::string groups_name() const;
  [[nodiscard]] std::string to_string() const;
};

/// A model: outcome ~ terms | effects | endogenous ~ instruments.
struct Formula {
  Expression outcome{};
  bool intercept = true;  ///< false after `- 1` or `0 +`; effects absorb it anyway
  std::vector<Term> terms{};
  std::vector<EffectTerm> effects{};
  std::vector<Term> endogenous{};  ///< empty unless instruments are given
  std::vector<Term> instruments{};
  std::string source{};  ///< the text it was read from; positions count its bytes
  [[nodiscard]] std::string to_string() const;
};

/// Reads a formula such as
///   trade ~ eaeu + log(dist) + i(event_time, treated, ref = -1) + a:b | exporter^year +
///   pair[trend]
/// `a*b` stands for a + b + a:b; a part after a further `|` with a `~` names endogenous regressors
/// and their instruments. Column names with other characters are put in backticks.
/// Errors: InputError "formula-syntax" that shows the formula with a caret under the character.
/// Cost: O(length); nesting is bounded near 50 parentheses, operations on operations at 400, terms
/// at 10,000, and length at 65,536 bytes, as given and as written out by to_string().
[[nodiscard]] Formula parse_formula(std::string_view text);

/// Reads a formula that may stand for several: `c(y1, y2) ~ ...` gives one model per outcome;
/// among the regressors `sw(a, b)` gives one model per entry, `csw(a, b)` adds them one by one and
/// `sw0`, `csw0` start without any. Each model is returned as a formula of its own, outcomes
/// outermost. Errors: as parse_formula; at most 1,000 models, which are 1 MiB when written out.
[[nodiscard]] std::vector<Formula> parse_formulas(std::string_view text);

/// Reads one expression: a weight, an offset, or a condition on rows such as
/// `year >= 1990 & exporter != importer`. `what` names it in errors.
[[nodiscard]] Expression parse_expression(std::string_view text, std::string_view what);

/// The two lines that point at a byte of a text: the text (cut to a window when long, characters
/// that do not print replaced) and a caret under the place.
[[nodiscard]] std::vector<std::string> caret_lines(std::string_view text, std::size_t position);

/// Reads "exporter^importer + year": groups for clustered errors. Errors: as parse_formula, also
/// when a slope is given.
[[nodiscard]] std::vector<EffectTerm> parse_groups(std::string_view text, std::string_view what);

}  // namespace altyn::estimation
