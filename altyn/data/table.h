#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::data {

/// Numbers; a missing value is NaN.
using NumberColumn = std::vector<double>;

/// Texts, coded once: codes[row] indexes `dictionary` (sorted, without duplicates), kNoGroup when
/// missing. No string is touched after a table is read.
struct TextColumn {
  std::vector<GroupId> codes;
  std::vector<std::string> dictionary;
  [[nodiscard]] std::string_view at(Index row) const {
    const GroupId code = codes[static_cast<std::size_t>(row)];
    return code == kNoGroup ? std::string_view() : std::string_view(dictionary[code]);
  }
};

/// Codes a list of texts; an empty text is missing.
[[nodiscard]] TextColumn code_texts(std::span<const std::string> texts);

struct Column {
  std::string name;
  std::variant<NumberColumn, TextColumn> values;
  std::string unit;  ///< "million USD", "km", "share"; "" when none or unknown
  [[nodiscard]] bool is_number() const { return std::holds_alternative<NumberColumn>(values); }
};

/// Named columns of equal length. The currency between data, estimation, attribution and every
/// output file; also what a chart is drawn from.
class Table {
 public:
  Table() = default;
  explicit Table(std::string source) : source_(std::move(source)) {}

  [[nodiscard]] Index n_rows() const { return n_rows_; }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  /// Where the rows come from: a path as the user gave it, or a description.
  [[nodiscard]] const std::string& source() const { return source_; }
  void set_source(std::string source) { source_ = std::move(source); }

  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const Column* find(std::string_view name) const;
  /// Errors: InputError naming the table, the column and the nearest one that exists.
  [[nodiscard]] const Column& column(std::string_view name) const;
  /// Errors: as column(), and InputError when the column holds the other type.
  [[nodiscard]] const NumberColumn& numbers(std::string_view name) const;
  [[nodiscard]] const TextColumn& texts(std::string_view name) const;

  /// Appends a column. Errors: InternalError when its length differs or the name is taken.
  void add(std::string name, NumberColumn values, std::string unit = "");
  void add(std::string name, TextColumn values);
  void add(std::string name, const std::vector<std::string>& values);
  void rename(std::string_view from, std::string to);
  void set_unit(std::string_view name, std::string unit);
  /// Puts other values under a name that exists. Errors: InternalError when the length differs.
  void replace(std::string_view name, std::variant<NumberColumn, TextColumn> values);

  /// The rows where keep[row] is true, in order.
  [[nodiscard]] Table filtered(const std::vector<bool>& keep) const;

  /// 1-based line of a row in its file, for error messages: row 0 stands on line 2 of a CSV.
  [[nodiscard]] Index line_of(Index row) const;
  /// Where a row stands, in words: "line 17" of a text file, "row 16" of a Parquet file.
  [[nodiscard]] std::string place_of(Index row) const;
  /// Counts the rows of the file from `first`, each called a `noun` ("line", "row").
  void number_rows(Index first, std::string noun);
  [[nodiscard]] const std::string& row_noun() const { return row_noun_; }
  /// Sets the file lines of the rows when they are not consecutive (after filtered()).
  void set_lines(std::vector<Index> lines) { lines_ = std::move(lines); }

 private:
  void check_new(const std::string& name, Index length);
  std::string source_;
  std::vector<Column> columns_;
  std::vector<Index> lines_;
  Index first_line_ = 2;  // below the header
  std::string row_noun_ = "line";
  Index n_rows_ = 0;
};

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
[[nodiscard]] inline bool is_missing(double value) { return std::isnan(value); }

}  // namespace altyn::data
