#include "altyn/data/database.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/data/text_coder.h"

namespace altyn::data {
namespace {

enum class Target { kSame, kNumber, kText, kNone };

/// What a column of a result becomes; kSame needs no cast.
Target target_of(duckdb_type type, bool& is_text) {
  is_text = false;
  switch (type) {
    case DUCKDB_TYPE_DOUBLE:
      return Target::kSame;
    case DUCKDB_TYPE_VARCHAR:
      is_text = true;
      return Target::kSame;
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DECIMAL:
      return Target::kNumber;
    case DUCKDB_TYPE_ENUM:
    case DUCKDB_TYPE_UUID:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_SQLNULL:
      is_text = true;
      return Target::kText;
    default:
      return Target::kNone;
  }
}

[[noreturn]] void fail(std::string_view message, const std::string& where) {
  ErrorDetail detail{.code = "database", .what = "the database could not do this", .where = where};
  while (!message.empty()) {
    const std::size_t end = message.find('\n');
    if (end != 0) detail.context.emplace_back(message.substr(0, end));
    if (end == std::string_view::npos) break;
    message.remove_prefix(end + 1);
  }
  if (!detail.context.empty()) detail.what = detail.context.front();
  throw SystemError(std::move(detail));
}

struct Prepared {
  duckdb_prepared_statement statement = nullptr;
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() { duckdb_destroy_prepare(&statement); }
};

struct QueryResult {
  duckdb_result result{};
  QueryResult() = default;
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { duckdb_destroy_result(&result); }
};

struct Chunk {
  duckdb_data_chunk chunk = nullptr;
  explicit Chunk(duckdb_data_chunk taken) : chunk(taken) {}
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;
  ~Chunk() {
    if (chunk != nullptr) duckdb_destroy_data_chunk(&chunk);
  }
};

struct Appender {
  duckdb_appender appender = nullptr;
  Appender() = default;
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  ~Appender() { duckdb_appender_destroy(&appender); }
};

/// Columns under construction from the chunks of a result.
struct ColumnBuilder {
  std::string name;
  bool is_text = false;
  NumberColumn numbers;
  std::vector<GroupId> codes;
  internal::TextCoder coder;

  void append(duckdb_vector vector, idx_t n_rows) {
    const std::uint64_t* valid = duckdb_vector_get_validity(vector);
    const auto is_valid = [valid](idx_t row) {
      return valid == nullptr || ((valid[row / 64] >> (row % 64)) & 1U) != 0;
    };
    if (is_text) {
      auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
      for (idx_t row = 0; row < n_rows; ++row) {
        const std::size_t size = is_valid(row) ? duckdb_string_t_length(texts[row]) : 0;
        codes.push_back(size == 0 ? kNoGroup : coder.code(duckdb_string_t_data(&texts[row]), size));
      }
      return;
    }
    const auto* values = static_cast<const double*>(duckdb_vector_get_data(vector));
    const std::size_t start = numbers.size();
    numbers.insert(numbers.end(), values, values + n_rows);
    if (valid == nullptr) return;
    for (idx_t row = 0; row < n_rows; ++row) {
      if (!is_valid(row)) numbers[start + row] = kMissing;
    }
  }
};

}  // namespace

struct Database::State {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  ~State() {
    if (connection != nullptr) duckdb_disconnect(&connection);
    if (database != nullptr) duckdb_close(&database);
  }

  void prepare(const std::string& sql, Prepared& prepared, const std::string& where) {
    if (duckdb_prepare(connection, sql.c_str(), &prepared.statement) != DuckDBSuccess) {
      fail(duckdb_prepare_error(prepared.statement), where);
    }
  }
};

Database::Database(int n_threads) : state_(std::make_unique<State>()) {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) fail("no memory for its settings", "DuckDB");
  if (n_threads > 0) duckdb_set_config(config, "threads", fmt::to_string(n_threads).c_str());
  // Nothing is ever fetched while a user's file is read.
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  char* error = nullptr;
  const duckdb_state opened = duckdb_open_ext(nullptr, &state_->database, config, &error);
  duckdb_destroy_config(&config);
  if (opened != DuckDBSuccess) {
    const std::string message = error == nullptr ? "it did not start" : error;
    duckdb_free(error);
    fail(message, "DuckDB");
  }
  if (duckdb_connect(state_->database, &state_->connection) != DuckDBSuccess) {
    fail("no connection", "DuckDB");
  }
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

void Database::run(const std::string& sql) {
  QueryResult answer;
  if (duckdb_query(state_->connection, sql.c_str(), &answer.result) != DuckDBSuccess) {
    fail(duckdb_result_error(&answer.result), "DuckDB");
  }
}

Table Database::query(const std::string& sql, std::string source_name) {
  Prepared direct;
  state_->prepare(sql, direct, source_name);
  const idx_t n_columns = duckdb_prepared_statement_column_count(direct.statement);
  std::vector<ColumnBuilder> columns(n_columns);
  bool cast = false;
  std::string aliases;
  std::string casts;
  for (idx_t k = 0; k < n_columns; ++k) {
    ColumnBuilder& column = columns[k];
    const char* name = duckdb_prepared_statement_column_name(direct.statement, k);
    column.name = name;
    duckdb_free(const_cast<char*>(name));
    const Target target =
        target_of(duckdb_prepared_statement_column_type(direct.statement, k), column.is_text);
    if (target == Target::kNone) {
      throw InputError(
          {.code = "column-type",
           .what = fmt::format("column \"{}\" holds neither numbers nor text", column.name),
           .where = source_name,
           .why = "lists, structures and binary values have no place in a table of "
                  "trade",
           .fixes = {"write the file again without this column"}});
    }
    if (target != Target::kSame) cast = true;
    const char* comma = k == 0 ? "" : ", ";
    aliases += fmt::format("{}c{}", comma, k);
    casts += fmt::format("{}CAST(c{} AS {})", comma, k, column.is_text ? "VARCHAR" : "DOUBLE");
  }
  Prepared wrapped;
  if (cast) {
    state_->prepare(fmt::format("SELECT {} FROM ({}) AS q({})", casts, sql, aliases), wrapped,
                    source_name);
  }
  QueryResult answer;
  if (duckdb_execute_prepared(cast ? wrapped.statement : direct.statement, &answer.result) !=
      DuckDBSuccess) {
    fail(duckdb_result_error(&answer.result), source_name);
  }
  while (true) {
    const Chunk chunk(duckdb_fetch_chunk(answer.result));
    if (chunk.chunk == nullptr) break;
    const idx_t n_rows = duckdb_data_chunk_get_size(chunk.chunk);
    for (idx_t k = 0; k < n_columns; ++k) {
      columns[k].append(duckdb_data_chunk_get_vector(chunk.chunk, k), n_rows);
    }
  }
  Table table(std::move(source_name));
  for (ColumnBuilder& column : columns) {
    if (column.is_text) {
      table.add(std::move(column.name), column.coder.finish(std::move(column.codes)));
    } else {
      table.add(std::move(column.name), std::move(column.numbers));
    }
  }
  return table;
}

void Database::insert(const Table& table, const std::string& name, bool numbers_as_text) {
  std::string definitions;
  for (const Column& column : table.columns()) {
    const bool is_double = column.is_number() && !numbers_as_text;
    definitions += fmt::format("{}{} {}", definitions.empty() ? "" : ", ", sql_name(column.name),
                               is_double ? "DOUBLE" : "VARCHAR");
  }
  run(fmt::format("CREATE OR REPLACE TABLE {} ({})", sql_name(name), definitions));
  Appender target;
  if (duckdb_appender_create(state_->connection, nullptr, name.c_str(), &target.appender) !=
      DuckDBSuccess) {
    fail("no appender", name);
  }
  for (Index row = 0; row < table.n_rows(); ++row) {
    for (const Column& column : table.columns()) {
      if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {
        const double value = (*numbers)[static_cast<std::size_t>(row)];
        if (is_missing(value)) {
          duckdb_append_null(target.appender);
        } else if (numbers_as_text) {
          const std::string text = format_number(value);
          duckdb_append_varchar_length(target.appender, text.data(), text.size());
        } else {
          duckdb_append_double(target.appender, value);
        }
        continue;
      }
      const TextColumn& texts = std::get<TextColumn>(column.values);
      const std::string_view text = texts.at(row);
      if (texts.codes[static_cast<std::size_t>(row)] == kNoGroup) {
        duckdb_append_null(target.appender);
      } else {
        duckdb_append_varchar_length(target.appender, text.data(), text.size());
      }
    }
    if (duckdb_appender_end_row(target.appender) != DuckDBSuccess) fail("a row was refused", name);
  }
  if (duckdb_appender_close(target.appender) != DuckDBSuccess) fail("rows were refused", name);
}

std::string sql_text(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    quoted += letter;
    if (letter == '\'') quoted += '\'';
  }
  return quoted + "'";
}

std::string sql_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char letter : name) {
    quoted += letter;
    if (letter == '"') quoted += '"';
  }
  return quoted + "\"";
}

std::string format_number(double value) {
  if (is_missing(value)) return "";
  char buffer[32];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
}

}  // namespace altyn::data
