#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace altyn::data {

/// What a column of a published data set holds.
enum class Meaning {
  kEconomy,  ///< a code, number or name of an economy
  kReporter,
  kPartner,
  kFlow,  ///< export or import of the reporter
  kYear,
  kMonth,   ///< a month, or a period such as 201702
  kPeriod,  ///< a month of a year, 02/2017: becomes year and month
  kCode,    ///< a product or industry, kept as text
  kText,
  kAmount,  ///< a number in the unit below, `factor` of ours for one of theirs
};

/// One column of a source: ours, and how the source spells it.
struct SourceColumn {
  std::string_view name;  ///< in the result: "exporter", "trade_musd"
  Meaning meaning = Meaning::kText;
  std::vector<std::string_view> file_names;  ///< in its releases, newest first
  double factor = 1.0;
  std::string_view unit = "";
  bool required = true;
};

/// Rows that are kept: those with one of `kept` in the column; others go to the ledger.
struct RowRule {
  std::vector<std::string_view> file_names;
  std::vector<std::string_view> kept;
  std::string_view reason;
};

/// A published data set: who provides it, how its files look, and what they become.
struct SourceLayout {
  std::string_view name;  ///< "baci"
  std::string_view title;
  std::string_view provider;
  std::string_view licence;
  std::string_view documentation;  ///< where the provider describes the layout
  std::vector<SourceColumn> columns;
  std::vector<RowRule> rules;
  std::vector<std::string_view> key;  ///< our columns that name a row
  int code_digits = 0;                ///< product codes have at least this many, zeros in front
  bool even_digits = false;           ///< product codes have 2, 4 or 6: 10121 is 010121
  bool world_is_partner = false;      ///< a partner "World" is kept as WLD: duties to all
  std::string_view reporter = "";     ///< whose reports these are, where no column says it
  /// Set out for reading, not for programs: titles, a header of several lines, a row per partner
  /// and columns of exports and imports by year (wide_reports.h).
  bool wide = false;
};

/// The data sets that import_source() knows, sorted by name.
[[nodiscard]] std::span<const SourceLayout> source_layouts();

/// Errors: InputError "unknown-source" with the nearest name.
[[nodiscard]] const SourceLayout& source_layout(std::string_view name);

}  // namespace altyn::data
