#include "altyn/data/table_parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

std::string column_list_sql(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", sql_name(name));
  }
  return list;
}

std::string value_sql(const Column& column, Index row) {
  if (const auto* texts = std::get_if<TextColumn>(&column.values)) return sql_text(texts->at(row));
  return format_number(std::get<NumberColumn>(column.values)[static_cast<std::size_t>(row)]);
}

/// Whether a row's values come before those of a row of `bounds`, in lexicographic order.
std::string before_sql(const std::vector<std::string>& columns, const Table& bounds, Index row) {
  std::string sql;
  std::string equal;
  for (const std::string& name : columns) {
    const std::string value = value_sql(bounds.column(name), row);
    sql += fmt::format("{}({}{} < {})", sql.empty() ? "" : " OR ", equal, sql_name(name), value);
    equal += fmt::format("{} = {} AND ", sql_name(name), value);
  }
  return "(" + sql + ")";
}

}  // namespace

TableParts::TableParts(std::string path, const Options& options)
    : path_(std::move(path)), shown_path_(path_), options_(options), database_(options.n_threads) {
  if (!path_.ends_with(".parquet")) {
    throw InputError({.code = "needs-parquet",
                      .what = "only Parquet files are read in parts",
                      .where = path_,
                      .why = "other formats must be read from their beginning each time",
                      .fixes = {"write the table as .parquet first"}});
  }
  check_parquet_file(path_);
  database_.run(fmt::format("SET memory_limit = '{}MB'",
                            static_cast<Index>(std::max(options.memory_gb, 0.1) * 1000.0)));
  database_.run(fmt::format("SET temp_directory = {}", sql_text(options.scratch)));
  header_ = database_.query(fmt::format("SELECT * FROM {} LIMIT 0", source()), path_);
  find_rows();
}

TableParts::~TableParts() {
  std::error_code ignored;
  if (!sorted_.empty()) std::filesystem::remove(sorted_, ignored);
}

std::string TableParts::source() const {
  std::string pattern;
  for (const char letter : path_) {
    const bool special = letter == '*' || letter == '?' || letter == '[';
    pattern += special ? fmt::format("[{}]", letter) : std::string(1, letter);
  }
  return fmt::format("read_parquet({}, hive_partitioning = false, file_row_number = true)",
                     sql_text(pattern));
}

void TableParts::find_rows() {
  const Table found = database_.query(
      fmt::format("SELECT count(*) AS n, min(file_row_number) AS low, max(file_row_number) AS high "
                  "FROM {} WHERE {}",
                  source(), condition_),
      path_);
  n_rows_ = static_cast<Index>(found.numbers("n")[0]);
  first_row_ = n_rows_ > 0 ? static_cast<Index>(found.numbers("low")[0]) : 0;
  end_row_ = n_rows_ > 0 ? static_cast<Index>(found.numbers("high")[0]) + 1 : 0;
}

Index TableParts::n_parts() const {
  return (end_row_ - first_row_ + options_.rows_per_part - 1) / options_.rows_per_part;
}

Table TableParts::count(const std::vector<std::string>& columns) {
  std::string present = condition_;
  for (const std::string& name : columns)
    present += fmt::format(" AND {} IS NOT NULL", sql_name(name));
  const std::string list = column_list_sql(columns);
  return database_.query(fmt::format("SELECT {}, count(*) AS rows FROM {} WHERE {} GROUP BY {} "
                                     "ORDER BY {}",
                                     list, source(), present, list, list),
                         path_);
}

void TableParts::keep_between(const std::vector<std::string>& columns, const Table& bounds,
                              Index first, Index last) {
  std::string low = "true";
  if (first > 0) low = "NOT " + before_sql(columns, bounds, first);
  std::string high = "true";
  if (last < bounds.n_rows()) high = before_sql(columns, bounds, last);
  std::string missing = "false";
  for (const std::string& name : columns) {
    if (first == 0) missing += fmt::format(" OR {} IS NULL", sql_name(name));
  }
  condition_ = fmt::format("(({} AND {}) OR {})", low, high, missing);
  find_rows();
}

void TableParts::sort_by(const std::vector<std::string>& columns,
                         const std::vector<std::string>& wanted) {
  const std::string copy =
      (std::filesystem::path(options_.scratch) / fmt::format("altyn-sorted-{}.parquet", getpid()))
          .string();
  sorted_ = copy;
  database_.run(fmt::format(
      "COPY (SELECT {}, file_row_number AS {} FROM {} WHERE {} ORDER BY {}, file_row_number) TO {} "
      "(FORMAT parquet)",
      column_list_sql(wanted), kFileRow, source(), condition_, column_list_sql(columns),
      sql_text(copy)));
  path_ = copy;
  condition_ = "true";
  first_row_ = 0;
  end_row_ = n_rows_;
}

Table TableParts::read(Index part, const std::vector<std::string>& columns) {
  const Index begin = first_row_ + part * options_.rows_per_part;
  const Index end = std::min(begin + options_.rows_per_part, end_row_);
  Table table = database_.query(
      fmt::format(
          "SELECT {}{}{} AS {} FROM {} WHERE file_row_number >= {} AND file_row_number < {} "
          "AND {}",
          column_list_sql(columns), columns.empty() ? "" : ", ",
          sorted_.empty() ? "file_row_number" : kFileRow, kFileRow, source(), begin, end,
          condition_),
      shown_path_);
  table.number_rows(begin + 1, "row");
  return table;
}

}  // namespace altyn::data
