#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/types.h"
#include "altyn/data/table.h"
#include "altyn/estimation/formula.h"

namespace altyn::estimation {

/// An expression bound to the columns of one table, ready to compute. The table must outlive it.
class BoundExpression {
 public:
  /// Errors: InputError "no-such-column" and "not-numbers", each with a caret under the name in
  /// `source`, the text that the expression was read from.
  BoundExpression(const Expression& expression, const data::Table& table, std::string_view source);
  ~BoundExpression();
  BoundExpression(BoundExpression&&) noexcept;
  BoundExpression& operator=(BoundExpression&&) noexcept;

  /// Values of rows begin .. begin + out.size() - 1; NaN where an input is missing or the value is
  /// not defined. Comparisons give 0 or 1.
  void compute(Index begin, std::span<double> out) const;
  /// The table's own column when the expression is nothing but that; empty otherwise.
  [[nodiscard]] std::span<const double> plain_column() const;

  /// Why the value of a row is not a finite number, in plain words: "dist is missing",
  /// "log(trade): trade is zero". The same text for the same cause in every row.
  [[nodiscard]] std::string why_not_finite(Index row) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace altyn::estimation
