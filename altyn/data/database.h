#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "altyn/data/table.h"

namespace altyn::data {

/// An in-memory DuckDB, the engine behind file reading, writing and joins. Nothing else in the
/// library sees DuckDB: results leave as a Table.
class Database {
 public:
  /// `n_threads` = 0 uses one thread per processor. Errors: SystemError when it cannot start.
  explicit Database(int n_threads = 0);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Runs a statement whose result is not wanted. Errors: SystemError "database" with the engine's
  /// own message in `context`.
  void run(const std::string& sql);

  /// Runs a query. Truth values and every number type become numbers, text and dates become coded
  /// text (dates as 2017-02-01); NULL becomes missing. Rows come in the query's order.
  /// Errors: SystemError "database"; InputError "column-type" for nested or binary columns.
  /// Cost: one copy of the result; text columns are coded without a std::string per row.
  [[nodiscard]] Table query(const std::string& sql, std::string source_name);

  /// Creates a table of this name from `table`: numbers as DOUBLE, texts as VARCHAR, missing as
  /// NULL. With `numbers_as_text`, numbers are stored as format_number() writes them.
  void insert(const Table& table, const std::string& name, bool numbers_as_text = false);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A text as an SQL literal: a quote in a file name stays a quote.
[[nodiscard]] std::string sql_text(std::string_view text);

/// A column or table name as SQL.
[[nodiscard]] std::string sql_name(std::string_view name);

/// The shortest decimal text that reads back to the same double; whole numbers have no point, a
/// missing value is the empty text.
[[nodiscard]] std::string format_number(double value);

}  // namespace altyn::data
