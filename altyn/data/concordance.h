#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/ledger.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// What to do with codes that a concordance does not have.
enum class UnmatchedCodes { kRefuse, kKeep, kLeaveOut };
/// What to do with trade between economies that become one.
enum class InsideTrade { kDomestic, kLeaveOut };

struct ConvertOptions {
  UnmatchedCodes unmatched = UnmatchedCodes::kRefuse;
  InsideTrade inside = InsideTrade::kDomestic;
  std::vector<std::string> averages{};  ///< columns to average besides those called rates
  std::string weigh_by{};               ///< column of amounts that averages are weighted by

  [[nodiscard]] static std::vector<Field<ConvertOptions>> fields();
};

/// New codes for one column of a table, or for all its columns of economies ("economy").
/// The table has columns from, to, and may have weight (the part of `from` that goes to `to`; the
/// parts of a code add up to one; equal parts without the column), first_year and last_year (when
/// the row holds). A row whose `from` is "*" takes all codes that no other row has. A code of
/// digits that has no row is looked for with the zero in front that spreadsheets take away, or
/// without it, and then by its heading and chapter (the first 6, 4 and 2 digits).
struct CodeMap {
  std::string column;
  Table table;
  std::vector<Table> further{};  ///< what the new codes go on through, in this order
  /// Amounts by code of the last table, columns code and amount: where a code goes to several and
  /// no weights are given, its parts are in proportion to them. Equal parts without rows, and where
  /// all amounts of a code are zero.
  Table totals{};
};

struct ConvertedTable {
  Table table;  ///< one row per key, sorted by it; the columns of the original
  SampleLedger ledger;
  std::vector<std::string> notes;  ///< what was split and added up, one sentence each
};

/// Gives codes of another nomenclature, regions of the user's own, or states as they were. Rows of
/// one code may go to several and the other way round: amounts are split by weight and added up,
/// rates and shares (columns called *rate*, *_share, or named in `averages`) are averaged by weight
/// times `weigh_by`. Keys are the year, the month and all texts except flags and names, whose
/// different values stand side by side ("p+r").
/// Economies are read by read_economy() on both sides, so ROM finds ROU. What has no place in a
/// table, whole codes or parts of them, in a year or in all, is lost trade: refused, kept under the
/// code that it got to, or left out and counted with its amounts.
/// Errors (InputError): no-such-column; weights-do-not-add-up; negative-weight; duplicate-row;
/// weights-given-twice; unmatched-codes with the most frequent ones; empty-table.
/// Cost: one join and one sort per map.
[[nodiscard]] ConvertedTable convert_codes(const Table& table, const std::vector<CodeMap>& maps,
                                           const ConvertOptions& options = {});

}  // namespace altyn::data
