#include "altyn/data/monthly_trade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"

namespace altyn::data {
namespace {

std::string place(const Table& table, Index row, const std::string& column) {
  return fmt::format("{}, {}, column {}", table.source(), table.place_of(row), column);
}

Month month_of_number(double value, const std::string& where) {
  // 201702, as UN Comtrade writes it.
  if (value >= 100001 && value <= 999912 && value == std::floor(value)) {
    const int digits = static_cast<int>(value);
    if (digits % 100 >= 1 && digits % 100 <= 12) return Month::of(digits / 100, digits % 100);
  }
  return Month::parse(fmt::format("{}", value), where);  // refuses it in its own words
}

/// One month per row.
std::vector<Month> read_months(const Table& table, const TradeColumns& columns) {
  const std::string& name = columns.require(Role::kMonth, table);
  const Column& column = table.column(name);
  std::vector<Month> months;
  months.reserve(static_cast<std::size_t>(table.n_rows()));
  if (const auto* texts = std::get_if<TextColumn>(&column.values)) {
    std::vector<Month> by_code(texts->dictionary.size());
    std::vector<bool> known(texts->dictionary.size(), false);
    for (Index row = 0; row < table.n_rows(); ++row) {
      const GroupId code = texts->codes[static_cast<std::size_t>(row)];
      if (code == kNoGroup) (void)Month::parse("", place(table, row, name));
      if (!known[code]) {
        std::string_view text = texts->dictionary[code];
        if (text.size() == 10 && text[7] == '-') text = text.substr(0, 7);  // 2017-02-15
        by_code[code] = Month::parse(text, place(table, row, name));
        known[code] = true;
      }
      months.push_back(by_code[code]);
    }
    return months;
  }
  const NumberColumn& numbers = std::get<NumberColumn>(column.values);
  const std::string* year_name = columns.find(Role::kYear);
  const bool beside_year =
      year_name != nullptr && std::all_of(numbers.begin(), numbers.end(), [](double month) {
        return month >= 1 && month <= 12 && month == std::floor(month);
      });
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto k = static_cast<std::size_t>(row);
    if (beside_year) {
      const double year = table.numbers(*year_name)[k];
      if (!(year >= 1000 && year <= 9999)) {
        throw InputError({.code = "bad-month",
                          .what = fmt::format("{} is not a year", year),
                          .where = place(table, row, *year_name),
                          .why = "windows are compared month by month"});
      }
      months.push_back(Month::of(static_cast<int>(year), static_cast<int>(numbers[k])));
    } else {
      months.push_back(month_of_number(numbers[k], place(table, row, name)));
    }
  }
  return months;
}

void check_amount(double value, const Table& table, Index row, const std::string& column) {
  if (value < 0.0) {
    throw InputError({.code = "negative-trade",
                      .what = fmt::format("trade cannot be negative: {}", value),
                      .where = place(table, row, column),
                      .why = "a negative value is a correction or a slip, and it would lower a sum "
                             "unseen",
                      .fixes = {"mend the cell, or empty it if the value is not known"}});
  }
  if (std::isinf(value)) {
    throw InputError({.code = "not-finite",
                      .what = "trade cannot be infinite",
                      .where = place(table, row, column),
                      .why = "no sum over it has a meaning"});
  }
}

/// The economy of every dictionary entry that occurs; errors name the first row that uses it.
std::vector<std::string> read_partner_codes(const Table& table, const std::string& name) {
  const TextColumn& texts = table.texts(name);
  std::vector<std::string> codes(texts.dictionary.size());
  for (Index row = 0; row < table.n_rows(); ++row) {
    const GroupId code = texts.codes[static_cast<std::size_t>(row)];
    if (code == kNoGroup) fail_unknown_economy("", place(table, row, name));
    if (codes[code].empty()) {
      codes[code] = economy_code(texts.dictionary[code], place(table, row, name));
    }
  }
  return codes;
}

void check_reporter(const Table& table, const TradeColumns& columns, const std::string& reporter) {
  const std::string* name = columns.find(Role::kReporter);
  if (name == nullptr) return;
  const std::vector<std::string> codes = read_partner_codes(table, *name);
  const TextColumn& texts = table.texts(*name);
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::string& code = codes[texts.codes[static_cast<std::size_t>(row)]];
    if (code == reporter) continue;
    throw InputError({.code = "other-reporter",
                      .what = fmt::format("the row is reported by {}, not by {}", code, reporter),
                      .where = place(table, row, *name),
                      .why = "the months of two reporters would be added up",
                      .fixes = {fmt::format("keep only the rows of {}", reporter)}});
  }
}

}  // namespace

std::string_view to_string(Flow flow) {
  switch (flow) {
    case Flow::kExports:
      return "exports";
    case Flow::kImports:
      return "imports";
    default:
      return "turnover";
  }
}

std::string describe_months(const std::vector<Month>& months) {
  std::vector<std::string> runs;
  for (std::size_t k = 0; k < months.size();) {
    std::size_t last = k;
    while (last + 1 < months.size() && months[last + 1] == months[last].plus(1)) ++last;
    runs.push_back(Window{months[k], months[last]}.to_string());
    k = last + 1;
  }
  return fmt::format("{}", fmt::join(runs, ", "));
}

MonthlyTrade MonthlyTrade::from_table(const Table& table, const std::string& reporter,
                                      const ColumnChoices& choices, SampleLedger* ledger) {
  const TradeColumns columns = find_trade_columns(table, choices);
  const std::string& partner_name = columns.require(Role::kPartner, table);
  const std::string& exports_name = columns.require(Role::kExports, table);
  const std::string& imports_name = columns.require(Role::kImports, table);
  const std::vector<Month> months = read_months(table, columns);
  const std::vector<std::string> codes = read_partner_codes(table, partner_name);
  const TextColumn& partner_texts = table.texts(partner_name);
  const AmountUnit exports_unit = amount_unit(table, exports_name, choices);
  const AmountUnit imports_unit = amount_unit(table, imports_name, choices);
  const NumberColumn& exports = table.numbers(exports_name);
  const NumberColumn& imports = table.numbers(imports_name);

  MonthlyTrade trade;
  trade.reporter_ = economy_code(reporter, "reporter");
  check_reporter(table, columns, trade.reporter_);
  trade.source_ = table.source();
  trade.detected_ = columns.detected;
  trade.detected_.push_back(exports_unit.sentence);
  trade.detected_.push_back(imports_unit.sentence);
  const std::set<std::string> names(codes.begin(), codes.end());
  for (const std::string& name : names) {
    if (!name.empty()) trade.partners_.push_back(name);
  }
  const auto [first, last] = std::minmax_element(months.begin(), months.end());
  trade.span_ = {*first, *last};
  const std::size_t n_cells =
      trade.partners_.size() * static_cast<std::size_t>(trade.span_.n_months());
  trade.exports_musd_.assign(n_cells, kMissing);
  trade.imports_musd_.assign(n_cells, kMissing);
  std::vector<Index> row_of_cell(n_cells, -1);
  Index n_blank = 0;
  std::vector<std::string> blanks;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto k = static_cast<std::size_t>(row);
    check_amount(exports[k], table, row, exports_name);
    check_amount(imports[k], table, row, imports_name);
    const std::string& partner = codes[partner_texts.codes[k]];
    const std::size_t at = trade.cell(trade.index_of(partner), months[k]);
    if (row_of_cell[at] >= 0) {
      throw InputError(
          {.code = "duplicate-partner-month",
           .what = fmt::format("{} in {} stands twice", partner, months[k].to_string()),
           .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
           .context = {fmt::format("{}: exports {}, imports {}", table.place_of(row_of_cell[at]),
                                   trade.exports_musd_[at], trade.imports_musd_[at]),
                       fmt::format("{}: exports {}, imports {}", table.place_of(row),
                                   exports[k] * exports_unit.million_usd,
                                   imports[k] * imports_unit.million_usd)},
           .why = "one of the two would be lost or the month counted twice",
           .fixes = {"remove one of the two lines"}});
    }
    row_of_cell[at] = row;
    trade.exports_musd_[at] = exports[k] * exports_unit.million_usd;
    trade.imports_musd_[at] = imports[k] * imports_unit.million_usd;
    if (is_missing(exports[k]) || is_missing(imports[k])) {
      ++n_blank;
      blanks.push_back(
          fmt::format("{} ({}, {})", table.place_of(row), partner, months[k].to_string()));
    }
  }
  if (ledger != nullptr) {
    ledger->note("read", "exports or imports blank, kept as unknown", n_blank, std::move(blanks));
  }
  return trade;
}

bool MonthlyTrade::has_partner(std::string_view partner) const {
  return std::binary_search(partners_.begin(), partners_.end(), partner);
}

std::size_t MonthlyTrade::index_of(std::string_view partner) const {
  const auto found = std::lower_bound(partners_.begin(), partners_.end(), partner);
  if (found == partners_.end() || *found != partner) {
    throw InputError(
        {.code = "no-such-partner",
         .what = fmt::format("the table has no trade of {} with {}", reporter_, partner),
         .where = source_,
         .context = {fmt::format("partners: {}", fmt::join(partners_, ", "))},
         .why = "growth with a partner needs its months"});
  }
  return static_cast<std::size_t>(found - partners_.begin());
}

std::size_t MonthlyTrade::cell(std::size_t partner, Month month) const {
  return partner * static_cast<std::size_t>(span_.n_months()) +
         static_cast<std::size_t>(month.count - span_.first.count);
}

double MonthlyTrade::value(std::string_view partner, Flow flow, Month month) const {
  const std::size_t index = index_of(partner);
  if (month < span_.first || span_.last < month) return kMissing;
  const std::size_t at = cell(index, month);
  switch (flow) {
    case Flow::kExports:
      return exports_musd_[at];
    case Flow::kImports:
      return imports_musd_[at];
    default:
      return exports_musd_[at] + imports_musd_[at];  // NaN when either is blank
  }
}

std::vector<double> MonthlyTrade::series(std::string_view partner, Flow flow, Window window) const {
  std::vector<double> values;
  for (int k = 0; k < window.n_months(); ++k) {
    values.push_back(value(partner, flow, window.first.plus(k)));
  }
  return values;
}

std::vector<Month> MonthlyTrade::blank_months(std::string_view partner, Flow flow,
                                              Window window) const {
  std::vector<Month> blank;
  for (int k = 0; k < window.n_months(); ++k) {
    const Month month = window.first.plus(k);
    if (is_missing(value(partner, flow, month))) blank.push_back(month);
  }
  return blank;
}

double MonthlyTrade::sum(std::string_view partner, Flow flow, Window window) const {
  if (window.first < span_.first || span_.last < window.last) {
    throw InputError(
        {.code = "window-outside-data",
         .what = fmt::format("the window {} reaches beyond the data", window.to_string()),
         .where = source_,
         .context = {fmt::format("the table covers {}", span_.to_string())},
         .why = "a sum needs every month of its window",
         .fixes = {fmt::format("choose a window inside {}", span_.to_string())}});
  }
  const std::vector<Month> blank = blank_months(partner, flow, window);
  if (!blank.empty()) {
    throw InputError(
        {.code = "window-blank-month",
         .what = fmt::format("{} of {} with {} are blank in {}", to_string(flow), reporter_,
                             partner, describe_months(blank)),
         .where = source_,
         .context = {fmt::format("window: {}", window.to_string())},
         .why = "a blank month is unknown trade, not zero trade; a sum over it would be too small",
         .fixes = {"choose a window without these months"}});
  }
  double total = 0.0;
  for (const double month_musd : series(partner, flow, window)) total += month_musd;
  return total;
}

}  // namespace altyn::data
