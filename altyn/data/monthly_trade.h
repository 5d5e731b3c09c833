#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/ledger.h"
#include "altyn/data/month.h"
#include "altyn/data/table.h"
#include "altyn/data/trade_columns.h"

namespace altyn::data {

enum class Flow { kExports, kImports, kTurnover };

/// "exports", "imports", "turnover".
[[nodiscard]] std::string_view to_string(Flow flow);

/// One reporter's monthly trade with its partners, in million USD. A month without a record is
/// blank, never zero; turnover is blank where either direction is.
class MonthlyTrade {
 public:
  /// Reads a table with month, partner, exports and imports (trade_columns.h finds them); a
  /// reporter column, when there is one, must hold `reporter` only. Months are written 2017-02,
  /// 2017-02-15 or 201702, or as a number 1-12 beside a year column. Errors (InputError):
  /// duplicate-partner-month, negative-trade, bad-month, unknown-economy, no-column-for,
  /// unit-unknown, other-reporter, not-finite.
  [[nodiscard]] static MonthlyTrade from_table(const Table& table, const std::string& reporter,
                                               const ColumnChoices& choices = {},
                                               SampleLedger* ledger = nullptr);

  [[nodiscard]] const std::string& reporter() const { return reporter_; }
  [[nodiscard]] const std::string& source() const { return source_; }
  /// Codes, sorted.
  [[nodiscard]] const std::vector<std::string>& partners() const { return partners_; }
  [[nodiscard]] bool has_partner(std::string_view partner) const;
  /// From the first month of the table to the last.
  [[nodiscard]] Window span() const { return span_; }
  /// What was understood of the columns, one sentence each.
  [[nodiscard]] const std::vector<std::string>& detected() const { return detected_; }

  /// Million USD, NaN when blank or outside the table. Errors: InputError "no-such-partner".
  [[nodiscard]] double value(std::string_view partner, Flow flow, Month month) const;
  /// One value per month of `window`, NaN when blank. Errors: InputError "no-such-partner".
  [[nodiscard]] std::vector<double> series(std::string_view partner, Flow flow,
                                           Window window) const;
  /// The months of `window` that are blank, those outside the table included.
  [[nodiscard]] std::vector<Month> blank_months(std::string_view partner, Flow flow,
                                                Window window) const;
  /// Million USD over the window. Errors (InputError): "window-outside-data" naming the range there
  /// is, "window-blank-month" naming the blank months, "no-such-partner".
  [[nodiscard]] double sum(std::string_view partner, Flow flow, Window window) const;

 private:
  [[nodiscard]] std::size_t index_of(std::string_view partner) const;
  [[nodiscard]] std::size_t cell(std::size_t partner, Month month) const;

  std::string reporter_;
  std::string source_;
  std::vector<std::string> partners_;
  Window span_;
  std::vector<double> exports_musd_;  // [n_partners x n_months], row per partner
  std::vector<double> imports_musd_;
  std::vector<std::string> detected_;
};

/// Months in words: "2010-07..2010-12" for a run, "2010-07, 2011-03" otherwise.
[[nodiscard]] std::string describe_months(const std::vector<Month>& months);

}  // namespace altyn::data
