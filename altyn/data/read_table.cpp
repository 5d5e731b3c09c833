#include "altyn/data/read_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <unordered_map>

#include "altyn/core/errors.h"
#include "altyn/data/csv_dialect.h"
#include "altyn/data/database.h"
#include "altyn/data/number_text.h"
#include "altyn/data/packed_file.h"
#include "altyn/data/table_parts.h"
#include "altyn/data/trade_columns.h"

namespace altyn::data {
namespace {

constexpr Index kSampleRows = 10'000;
constexpr std::size_t kWidestTable = 8'000;  // the database makes room for 2,048 rows of each

enum class Format { kText, kParquet, kJson };

struct File {
  std::string path;  // as the user gave it
  std::string sql;   // as an SQL literal
  Format format = Format::kText;
  char delimiter = 0;  // 0: find it
};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The database takes paths as patterns; a file's own *, ? and [ must stand for themselves.
std::string sql_path(const std::string& path) {
  std::string pattern;
  for (const char letter : path) {
    if (letter == '*' || letter == '?' || letter == '[') {
      pattern += fmt::format("[{}]", letter);
    } else {
      pattern += letter;
    }
  }
  return sql_text(pattern);
}

std::string first_bytes(const std::string& path, std::size_t n_bytes) {
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(n_bytes, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(n_bytes));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

std::string last_bytes(const std::string& path, std::size_t n_bytes) {
  std::ifstream stream(path, std::ios::binary);
  stream.seekg(-static_cast<std::streamoff>(n_bytes), std::ios::end);
  std::string bytes(n_bytes, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(n_bytes));
  return bytes;
}

[[noreturn]] void fail_file(std::string code, std::string what, const std::string& path,
                            std::string why, std::vector<std::string> fixes = {}) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = path,
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

void check_parquet(const std::string& path, std::uintmax_t size) {
  constexpr std::string_view kMark = "PAR1";
  if (first_bytes(path, 4) != kMark) {
    fail_file("not-parquet", "this is no Parquet file", path,
              "a Parquet file starts with the four letters PAR1",
              {"name the file by what it holds: .csv, .csv.gz, .json"});
  }
  if (size < 12 || last_bytes(path, 4) != kMark) {
    fail_file("truncated-parquet", "the Parquet file ends too early", path,
              "its index stands at the end, so nothing can be read without it",
              {"copy or download the file again"});
  }
}

void check_text(const std::string& path) {
  const std::string head = first_bytes(path, 4);
  if (head.starts_with("PAR1")) {
    fail_file("unreadable-table", "this is a Parquet file", path,
              "its name says that it holds text", {"rename it to end in .parquet"});
  }
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    fail_file("not-utf8", "the file is UTF-16, not UTF-8", path, "letters would be misread",
              {fmt::format("iconv -f UTF-16 -t UTF-8 {} > utf8.csv", path)});
  }
  if (head.starts_with("PK\x03\x04")) {
    fail_file("unreadable-table", "this is a zip archive or a workbook", path,
              "its name says that it holds text", {"save the sheet as CSV", "unpack the archive"});
  }
}

File open_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    std::vector<std::string> fixes;
    std::vector<std::string> neighbours;
    const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : ".";
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      neighbours.push_back(entry->path().filename().string());
    }
    std::sort(neighbours.begin(), neighbours.end());
    const std::string near = nearest_name(fs::path(path).filename().string(), neighbours);
    if (!near.empty()) fixes.push_back(fmt::format("did you mean {}?", near));
    fail_file("file-not-found", "there is no such file", path, "the table is read from it",
              std::move(fixes));
  }
  if (fs::is_directory(status)) {
    fail_file("is-a-folder", "this is a folder, not a file", path, "a table is one file");
  }
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size == 0) {
    fail_file("empty-file", "the file has 0 bytes", path, "there is nothing to read",
              {"save or download it again"});
  }
  File file{.path = path, .sql = sql_path(path)};
  std::string_view name = path;
  if (name.ends_with(".gz")) {
    check_packed(path);
    name.remove_suffix(3);
  }
  if (name.ends_with(".parquet")) {
    check_parquet(path, size);
    file.format = Format::kParquet;
  } else if (name.ends_with(".json")) {
    file.format = Format::kJson;
  } else if (name.ends_with(".csv") || name.ends_with(".tsv") || name.ends_with(".txt") ||
             name.size() < path.size()) {  // UN Comtrade's bulk files end in .gz alone
    check_text(path);
    if (name.ends_with(".tsv")) file.delimiter = '\t';
  } else {
    fail_file("unknown-format", "the ending of the name tells no known format", path,
              "tables are read by the ending of their name",
              {"use .csv, .tsv, .txt (each may end in .gz), .gz, .parquet or .json"});
  }
  return file;
}

/// Puts the database's message on a text file into the words of this project.
[[noreturn]] void translate(const SystemError& error, const File& file, std::string_view why) {
  const std::vector<std::string>& said = error.detail().context;
  std::string all;
  for (const std::string& line : said) all += line + "\n";
  std::string where = file.path;
  const std::string_view marker = "CSV Error on Line: ";
  if (const std::size_t place = all.find(marker); place != std::string::npos) {
    const std::size_t start = place + marker.size();
    where += ", line " + all.substr(start, all.find('\n', start) - start);
  }
  std::vector<std::string> context(said.begin(),
                                   said.begin() + std::min<std::ptrdiff_t>(3, std::ssize(said)));
  if (all.find("unicode") != std::string::npos || all.find("utf-8 encoded") != std::string::npos) {
    throw InputError({.code = "not-utf8",
                      .what = "the file is not UTF-8 text",
                      .where = where,
                      .why = "letters would be misread",
                      .fixes = {fmt::format("iconv -f WINDOWS-1252 -t UTF-8 {}", file.path),
                                "save it again as CSV UTF-8"}});
  }
  if (all.find("Expected Number of Columns") != std::string::npos ||
      all.find("unterminated quote") != std::string::npos ||
      all.find("quote should be followed") != std::string::npos) {
    throw InputError({.code = "ragged-row",
                      .what = "a row does not have one value for each column",
                      .where = where,
                      .context = std::move(context),
                      .why = "values would stand under the wrong name",
                      .fixes = {"mend the row", "quote values that hold the delimiter"}});
  }
  throw InputError({.code = "unreadable-table",
                    .what = "the file cannot be read as a table",
                    .where = where,
                    .context = std::move(context),
                    .why = std::string(why),
                    .fixes = {"open it in a text editor and look at the first lines"}});
}

void set_units(Table& table) {
  for (const Column& column : table.columns()) {
    if (column.is_number()) table.set_unit(column.name, unit_of_name(column.name));
  }
}

/// A text table on its way in: which columns are wanted and how each is read.
class TextReader {
 public:
  TextReader(Database& database, File file, const ReadOptions& options)
      : database_(database), file_(std::move(file)), options_(options) {
    std::vector<std::string> lines;
    const Table head = attempt([&] {
      return database_.query(fmt::format("SELECT line FROM {} LIMIT 200", lines_sql()), file_.path);
    });
    const TextColumn& texts = head.texts("line");
    for (Index row = 0; row < head.n_rows(); ++row) lines.emplace_back(texts.at(row));
    dialect_ = detect_dialect(lines, file_.delimiter, file_.path);
    check_header();
  }

  Table read(SampleLedger& ledger) {
    Table table = attempt([&] { return read_typed(); });
    if (dialect_.n_skipped > 0) {
      ledger.note("read", "lines above the header, skipped", dialect_.n_skipped);
    }
    settle(table, ledger);
    return table;
  }

 private:
  /// The file as rows of whole lines.
  std::string lines_sql() const {
    return fmt::format(
        "read_csv({}, auto_detect = false, delim = '\x1f', quote = '', escape = '', header = "
        "false, "
        "hive_partitioning = false, columns = {{'line': 'VARCHAR'}})",
        file_.sql);
  }

  template <class Read>
  Table attempt(const Read& read) {
    try {
      return read();
    } catch (const SystemError& error) {
      translate(error, file_, "every row must follow the header");
    }
  }

  void check_header() {
    std::vector<std::string>& names = dialect_.names;
    if (names.size() > kWidestTable) {
      throw InputError({.code = "too-many-columns",
                        .what = fmt::format("the header names {} columns, at most {} are read",
                                            names.size(), kWidestTable),
                        .where = fmt::format("{}, line {}", file_.path, dialect_.n_skipped + 1),
                        .why = "tables are long: a row for each pair and year",
                        .fixes = {"write a row for each of these columns",
                                  "clear the cells far to the right, if it was a sheet"}});
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (names[k].empty()) names[k] = fmt::format("column{}", k + 1);
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
      const auto [twin, is_new] = places_.emplace(names[k], k);
      if (is_new) continue;
      throw InputError({.code = "duplicate-column",
                        .what = fmt::format("two columns are called \"{}\"", names[k]),
                        .where = fmt::format("{}, line {}", file_.path, dialect_.n_skipped + 1),
                        .context = {fmt::format("columns {} and {}", twin->second + 1, k + 1)},
                        .why = "a name must stand for one column",
                        .fixes = {"rename one of them in the file"}});
    }
    wanted_ = options_.columns.empty() ? names : options_.columns;
    Table header(file_.path);
    for (const std::string& name : names) header.add(name, NumberColumn{});
    for (const auto* list : {&options_.columns, &options_.text_columns, &options_.number_columns}) {
      for (const std::string& name : *list) (void)header.column(name);
    }
  }

  bool is_code(const std::string& name) const {
    return std::any_of(options_.codes.begin(), options_.codes.end(), [&](const std::string& code) {
      return std::equal(code.begin(), code.end(), name.begin(), name.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
      });
    });
  }

  bool is_text(const std::string& name) const {
    return contains(options_.text_columns, name) || is_code(name) ||
           (names_codes(name) && !contains(options_.number_columns, name));
  }

  /// The file as rows of texts c0, c1, ...
  std::string rows_sql() const {
    std::string columns;
    for (std::size_t k = 0; k < dialect_.names.size(); ++k) {
      columns += fmt::format("{}'c{}': 'VARCHAR'", k == 0 ? "" : ", ", k);
    }
    return fmt::format(
        "read_csv({}, auto_detect = false, delim = {}, quote = '\"', escape = '\"', header = true, "
        "skip = {}, hive_partitioning = false, columns = {{{}}})",
        file_.sql, sql_text(std::string(1, dialect_.delimiter)), dialect_.n_skipped, columns);
  }

  /// How the columns of a query are read: as text unless they are named here.
  struct Numbers {
    std::set<std::string> plain;
    std::set<std::string> with_words;  // "NA" and the like among the numbers

    [[nodiscard]] bool has(const std::string& name) const {
      return plain.contains(name) || with_words.contains(name);
    }
  };

  std::string column_sql(const std::string& name) const {
    return fmt::format("c{}", places_.at(name));
  }

  /// A column of rows_sql() with its words for "no value" as NaN. Each expression names its column
  /// once: the database hashes expressions, one that names it twice hashes like all its kind, and
  /// a table of 4,000 columns took two minutes.
  std::string without_words_sql(const std::string& name) const {
    return fmt::format("regexp_replace({}, {}, 'nan')", column_sql(name), missing_words_sql());
  }

  /// Every wanted column.
  Table query(const Numbers& numbers, Index limit) {
    std::string select;
    for (const std::string& name : wanted_) {
      std::string value = column_sql(name);
      if (numbers.with_words.contains(name)) value = without_words_sql(name);
      if (numbers.has(name)) value = fmt::format("CAST({} AS DOUBLE)", value);
      select += fmt::format("{}{} AS {}", select.empty() ? "" : ", ", value, sql_name(name));
    }
    std::string sql = fmt::format("SELECT {} FROM {}", select, rows_sql());
    if (limit > 0) sql += fmt::format(" LIMIT {}", limit);
    Table table = database_.query(sql, file_.path);
    table.number_rows(dialect_.n_skipped + 2, "line");
    return table;
  }

  /// Columns that are numbers in the first rows are read as numbers; those that break the promise
  /// further down are read again as text, so that the break can be named.
  Table read_typed() {
    const Table sample = query({}, kSampleRows);
    Numbers numbers;
    for (const Column& column : sample.columns()) {
      if (is_text(column.name)) continue;
      const TextColumn& texts = std::get<TextColumn>(column.values);
      const NumberVerdict verdict = judge_numbers(texts, dialect_.delimiter);
      const bool plain =
          verdict.is_number && verdict.style == NumberStyle::kPlain && !verdict.truth_values;
      if (!plain && !texts.dictionary.empty()) continue;
      const bool words =
          std::any_of(texts.dictionary.begin(), texts.dictionary.end(), is_missing_word);
      (words ? numbers.with_words : numbers.plain).insert(column.name);
    }
    if (sample.n_rows() == 0) {
      fail_file("empty-table", "the table has a header and no rows", file_.path,
                "there is nothing to compute from", {"check that the right file was saved"});
    }
    try {
      return query(numbers, 0);
    } catch (const SystemError& error) {
      if (error.detail().what.find("Could not convert") == std::string::npos) throw;
      return query(numbers_to_the_end(std::move(numbers)), 0);
    }
  }

  /// The columns that hold numbers, and words for "no value", to the last row.
  Numbers numbers_to_the_end(Numbers numbers) {
    numbers.with_words.merge(numbers.plain);
    numbers.plain.clear();
    std::string counts;
    for (const std::string& name : numbers.with_words) {
      counts += fmt::format("{}count({}) AS values{}, count(TRY_CAST({} AS DOUBLE)) AS numbers{}",
                            counts.empty() ? "" : ", ", column_sql(name), places_.at(name),
                            without_words_sql(name), places_.at(name));
    }
    const Table found =
        database_.query(fmt::format("SELECT {} FROM {}", counts, rows_sql()), file_.path);
    std::erase_if(numbers.with_words, [&](const std::string& name) {
      const auto count = [&](const char* of) {
        return found.numbers(fmt::format("{}{}", of, places_.at(name))).front();
      };
      return count("values") != count("numbers");
    });
    return numbers;
  }

  /// Decides text or numbers for what was read as text, over the whole file.
  void settle(Table& table, SampleLedger& ledger) {
    for (const Column& column : table.columns()) {
      if (!column.is_number() && !is_text(column.name)) settle(table, column, ledger);
    }
    set_units(table);
  }

  void settle(Table& table, const Column& column, SampleLedger& ledger) {
    const TextColumn& texts = std::get<TextColumn>(column.values);
    const NumberVerdict verdict = judge_numbers(texts, dialect_.delimiter);
    if (verdict.is_number) {
      note_style(column.name, verdict, ledger);
      table.replace(column.name, to_numbers(texts, verdict));
    } else if (verdict.n_texts > 0 &&
               (verdict.n_numbers > verdict.n_texts ||
                // Beside a column of inputs, that of outputs says what is made of them.
                (names_amounts(column.name) && !(column.name == "output" && table.has("input"))) ||
                contains(options_.number_columns, column.name))) {
      fail_text_in_number(table, column, verdict);
    }
  }

  static void note_style(const std::string& name, const NumberVerdict& verdict,
                         SampleLedger& ledger) {
    const char* words =
        verdict.truth_values                          ? "true and false read as 1 and 0"
        : verdict.style == NumberStyle::kThousands    ? "commas read as thousands separators"
        : verdict.style == NumberStyle::kDecimalComma ? "commas read as decimal points"
                                                      : nullptr;
    if (words != nullptr) {
      ledger.note("read", fmt::format("{}: {}", name, words), verdict.n_numbers);
    }
  }

  [[noreturn]] void fail_text_in_number(const Table& raw, const Column& column,
                                        const NumberVerdict& verdict) {
    const TextColumn& texts = std::get<TextColumn>(column.values);
    const std::vector<Index> lines = lines_of(verdict.offending);
    std::vector<std::string> context;
    for (std::size_t k = 0; k < lines.size(); ++k) {
      context.push_back(fmt::format("line {}: {}", lines[k], texts.at(verdict.offending[k])));
    }
    throw InputError(
        {.code = "text-in-number",
         .what = fmt::format("\"{}\" is not a number", texts.at(verdict.offending.front())),
         .where = fmt::format("{}, line {}, column {}", raw.source(), lines.front(), column.name),
         .context = std::move(context),
         .why =
             fmt::format("{} of {} values of this column are numbers; a text among them would be "
                         "lost as missing",
                         verdict.n_numbers, verdict.n_numbers + verdict.n_texts),
         .fixes = {"mend or empty these cells",
                   fmt::format("read it as text: --text-columns {}", column.name)}});
  }

  /// The lines of rows, blank lines counted: only for messages, it reads the file once more.
  std::vector<Index> lines_of(const std::vector<Index>& rows) {
    std::string wanted;
    for (const Index row : rows) wanted += fmt::format("{}{}", wanted.empty() ? "" : ", ", row + 1);
    const bool blank_is_a_row = dialect_.names.size() == 1;
    const Table found = database_.query(
        fmt::format(
            "SELECT line_number FROM (SELECT line_number, row_number() OVER () AS row_number "
            "FROM (SELECT line, row_number() OVER () AS line_number FROM {}) WHERE "
            "line_number > {} AND {}) WHERE row_number IN ({})",
            lines_sql(), dialect_.n_skipped + 1, blank_is_a_row ? "true" : "line <> ''", wanted),
        file_.path);
    std::vector<Index> lines;
    for (const double line : found.numbers("line_number"))
      lines.push_back(static_cast<Index>(line));
    return lines;
  }

  Database& database_;
  File file_;
  const ReadOptions& options_;
  CsvDialect dialect_;
  std::unordered_map<std::string, std::size_t> places_;  // of the columns in a line
  std::vector<std::string> wanted_;
};

/// Parquet and JSON carry their own types.
Table read_typed_file(Database& database, const File& file, const ReadOptions& options) {
  const bool parquet = file.format == Format::kParquet;
  const std::string from =
      parquet ? fmt::format("read_parquet({}, hive_partitioning = false)", file.sql)
              : fmt::format(
                    "read_json({}, sample_size = -1, "
                    "hive_partitioning = false)",
                    file.sql);
  std::string select;
  for (const std::string& name : options.columns) {
    select += fmt::format("{}{}", select.empty() ? "" : ", ", sql_name(name));
  }
  Table table;
  try {
    const Table header = database.query(fmt::format("SELECT * FROM {} LIMIT 0", from), file.path);
    for (const auto* list : {&options.columns, &options.text_columns, &options.number_columns}) {
      for (const std::string& name : *list) (void)header.column(name);
    }
    table = database.query(fmt::format("SELECT {} FROM {}", select.empty() ? "*" : select, from),
                           file.path);
  } catch (const SystemError& error) {
    translate(error, file,
              parquet ? "a part of the file is damaged"
                      : "a JSON table is a list of objects with the same fields");
  }
  if (table.n_rows() == 0) {
    fail_file("empty-table", "the table has no rows", file.path,
              "there is nothing to compute from");
  }
  table.number_rows(1, "row");
  settle_typed(table, options);
  return table;
}

}  // namespace

std::vector<Field<ReadOptions>> ReadOptions::fields() {
  return {make_field(&ReadOptions::columns,
                     {.name = "columns", .doc = "read only these columns; all when empty"}),
          make_field(&ReadOptions::text_columns,
                     {.name = "text_columns",
                      .doc = "columns of codes, even where every value is a number"}),
          make_field(&ReadOptions::number_columns,
                     {.name = "number_columns",
                      .doc = "columns that must be numbers; text in them is an error"}),
          make_field(&ReadOptions::n_threads, {.name = "n_threads",
                                               .doc = "threads that read; 0 uses one per processor",
                                               .minimum = 0})};
}

void settle_typed(Table& table, const ReadOptions& options) {
  for (const Column& column : table.columns()) {
    if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {
      if (!contains(options.text_columns, column.name)) continue;
      std::vector<std::string> texts;
      for (const double value : *numbers) texts.push_back(format_number(value));
      table.replace(column.name, code_texts(texts));
    } else if (contains(options.number_columns, column.name) || names_amounts(column.name)) {
      const TextColumn& texts = std::get<TextColumn>(column.values);
      const NumberVerdict verdict = judge_numbers(texts, ',');
      if (verdict.n_texts > 0) {
        const Index row = verdict.offending.front();
        throw InputError({.code = "text-in-number",
                          .what = fmt::format("\"{}\" is not a number", texts.at(row)),
                          .where = fmt::format("{}, {}, column {}", table.source(),
                                               table.place_of(row), column.name),
                          .why = "a text among amounts would be lost as missing",
                          .fixes = {"mend or empty the value"}});
      }
      table.replace(column.name, to_numbers(texts, verdict));
    } else if (role_of_name(column.name) == Role::kYear &&
               !contains(options.text_columns, column.name)) {
      // Years kept as text, as labels of effects often are.
      const TextColumn& texts = std::get<TextColumn>(column.values);
      const NumberVerdict verdict = judge_numbers(texts, ',');
      if (verdict.n_texts == 0) table.replace(column.name, to_numbers(texts, verdict));
    }
  }
  set_units(table);
}

void check_parquet_file(const std::string& path) { (void)open_file(path); }

Table read_table(const std::string& path, const ReadOptions& options, SampleLedger* ledger) {
  const File file = open_file(path);
  Database database(static_cast<int>(options.n_threads));
  SampleLedger notes;
  Table table = file.format == Format::kText ? TextReader(database, file, options).read(notes)
                                             : read_typed_file(database, file, options);
  if (ledger != nullptr) {
    *ledger = SampleLedger(table.n_rows());
    for (const LedgerEntry& note : notes.notes()) {
      ledger->note(note.stage, note.reason, note.rows, note.examples);
    }
  }
  return table;
}

}  // namespace altyn::data
