#pragma once

#include <memory>
#include <string>

#include "altyn/data/arrow_abi.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// Rows that another program (pandas, polars, pyarrow, DuckDB) holds in memory, seen through the
/// Arrow C stream interface. The memory stays the producer's until this is destroyed.
class ArrowRows {
 public:
  /// Takes the stream over. Nothing is read yet.
  explicit ArrowRows(ArrowArrayStream* stream);
  ~ArrowRows();
  ArrowRows(const ArrowRows&) = delete;
  ArrowRows& operator=(const ArrowRows&) = delete;

  /// The rows as a table, with the conventions of read_table() for files that carry their types:
  /// truth values and numbers of every width become doubles, null becomes missing, dates and times
  /// become text as they are in ISO 8601, dictionaries and texts become coded text; text in a
  /// column whose name promises amounts is an error where it is no number; units come from names.
  /// May be called again: the producer is read once.
  /// Errors (InputError): "column-type" for lists, structures, binary and extension layouts;
  /// "empty-table"; "duplicate-column"; "text-in-number"; "unreadable-table" with the producer's
  /// own message.
  /// Cost: one pass and one copy, into the table's own columns.
  [[nodiscard]] Table table(const std::string& source);

 private:
  struct Chunks;
  std::unique_ptr<Chunks> chunks_;
};

/// Hands a table out as an Arrow stream of one batch that keeps the table alive: numbers as doubles
/// without a copy (missing is null), texts as UTF-8.
void export_arrow(std::shared_ptr<const Table> table, ArrowArrayStream* out);

}  // namespace altyn::data
