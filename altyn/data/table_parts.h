#pragma once

#include <memory>
#include <string>
#include <vector>

#include "altyn/data/database.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// A Parquet file that is read some rows at a time, because all of them do not fit in memory.
class TableParts {
 public:
  struct Options {
    std::string scratch = "/var/tmp";  ///< folder for a sorted copy
    double memory_gb = 1.0;            ///< of the database, while it reads or sorts
    Index rows_per_part = Index{1} << 21;
    int n_threads = 0;
  };
  /// Errors: InputError "needs-parquet" for another kind of file; as read_table.
  TableParts(std::string path, const Options& options);
  ~TableParts();
  TableParts(const TableParts&) = delete;
  TableParts& operator=(const TableParts&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool has(const std::string& column) const { return header_.has(column); }
  [[nodiscard]] bool is_number(const std::string& column) const {
    return header_.column(column).is_number();
  }
  /// Rows that read() gives, in all parts.
  [[nodiscard]] Index n_rows() const { return n_rows_; }
  [[nodiscard]] Index n_parts() const;
  /// Row of the file at which the parts begin.
  [[nodiscard]] Index first_row() const { return first_row_; }

  /// The combinations of columns without a missing value, in increasing order of the first, then
  /// the second, ..., and how many rows have each: columns by name and "rows".
  [[nodiscard]] Table count(const std::vector<std::string>& columns);
  /// Restricts the parts to rows whose values of `columns` are not before row `first` of `bounds`
  /// and before row `last` (the number of its rows: no bound), in the order of count(). Rows with a
  /// missing value go with `first` = 0.
  void keep_between(const std::vector<std::string>& columns, const Table& bounds, Index first,
                    Index last);
  /// Puts a sorted copy of the wanted columns in the place of the file. Errors: SystemError.
  void sort_by(const std::vector<std::string>& columns, const std::vector<std::string>& wanted);

  /// The columns of one part, and `file_row`: the row of the file that each of its rows is.
  [[nodiscard]] Table read(Index part, const std::vector<std::string>& columns);

 private:
  void find_rows();
  [[nodiscard]] std::string source() const;

  std::string path_;
  std::string shown_path_;
  Options options_;
  Database database_;
  Table header_;
  std::string condition_ = "true";
  std::string sorted_;  // a copy of ours, removed at the end
  Index first_row_ = 0;
  Index end_row_ = 0;
  Index n_rows_ = 0;
};

/// Name of the column that says where a row stood.
inline constexpr const char* kFileRow = "file_row";

/// Checks that a path leads to a whole Parquet file. Errors: as read_table.
void check_parquet_file(const std::string& path);

}  // namespace altyn::data
