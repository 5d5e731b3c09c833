#include "altyn/data/import_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/database.h"
#include "altyn/data/number_text.h"
#include "altyn/data/wide_reports.h"

namespace altyn::data {

namespace {

using Codes = std::map<std::string, std::string, std::less<>>;

/// A column of a file under any of its spellings, in any case; nullptr when it has none.
const Column* find_spelled(const Table& table, const std::vector<std::string_view>& names) {
  const auto lower = [](std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
      return static_cast<char>(c < 128 ? std::tolower(c) : c);
    });
    return result;
  };
  for (const std::string_view name : names) {
    for (const Column& column : table.columns()) {
      if (lower(column.name) == lower(name)) return &column;
    }
  }
  return nullptr;
}

/// A column as texts, whatever it was read as.
TextColumn as_texts(const Column& column) {
  if (const auto* texts = std::get_if<TextColumn>(&column.values)) return *texts;
  std::vector<std::string> texts;
  for (const double value : std::get<NumberColumn>(column.values)) {
    texts.push_back(format_number(value));
  }
  return code_texts(texts);
}

std::string place(const Table& table, Index row, const std::string& column) {
  return fmt::format("{}, {}, column {}", table.source(), table.place_of(row), column);
}

/// One file on its way into the layout's columns.
class FileImport {
 public:
  FileImport(const SourceLayout& layout, const Table& table, const ImportOptions& options,
             const Codes& codes, ImportedSource& result)
      : layout_(layout),
        table_(table),
        options_(options),
        codes_(codes),
        result_(result),
        keep_(static_cast<std::size_t>(table.n_rows()), true) {}

  Table import() {
    find_columns();
    for (const RowRule& rule : layout_.rules) follow(rule);
    Table imported(table_.source());
    for (const auto& [column, found] : columns_) add(*column, *found, imported);
    if (!layout_.reporter.empty()) {
      imported.add("reporter",
                   std::vector<std::string>(keep_.size(), std::string(layout_.reporter)));
    }
    std::vector<Index> lines;
    for (Index row = 0; row < table_.n_rows(); ++row) lines.push_back(table_.line_of(row));
    imported.number_rows(0, table_.row_noun());
    imported.set_lines(std::move(lines));
    return imported.filtered(keep_);
  }

 private:
  void find_columns() {
    for (const SourceColumn& column : layout_.columns) {
      if (const Column* found = find_spelled(table_, column.file_names)) {
        columns_.emplace_back(&column, found);
        if (found->name != column.name) {
          note(fmt::format("{} = {}", column.name, found->name));
        }
      } else if (column.required) {
        std::vector<std::string> names;
        for (const Column& there : table_.columns()) names.push_back(there.name);
        throw InputError(
            {.code = "layout-mismatch",
             .what = fmt::format("the file has no column \"{}\"", column.file_names.front()),
             .where = table_.source(),
             .context = {fmt::format("its columns: {}", fmt::join(names, ", "))},
             .why = fmt::format("it holds the {} of {}", column.name, layout_.title),
             .fixes = {fmt::format("see the layout at {}", layout_.documentation),
                       "altyn data import --help lists the other sources"}});
      }
    }
  }

  void note(const std::string& sentence) {
    if (std::find(result_.notes.begin(), result_.notes.end(), sentence) == result_.notes.end()) {
      result_.notes.push_back(sentence);
    }
  }

  /// Rows leave for one reason each: the first that applies.
  template <class Leaves>
  void drop(const std::string& reason, const Leaves& leaves) {
    Index n_dropped = 0;
    std::vector<std::string> examples;
    for (Index row = 0; row < table_.n_rows(); ++row) {
      const auto k = static_cast<std::size_t>(row);
      if (!keep_[k] || !leaves(row)) continue;
      keep_[k] = false;
      if (++n_dropped <= 5) {
        examples.push_back(fmt::format("{} {}", table_.source(), table_.place_of(row)));
      }
    }
    if (n_dropped > 0) result_.ledger.drop("import", reason, n_dropped, std::move(examples));
  }

  void follow(const RowRule& rule) {
    const Column* column = find_spelled(table_, rule.file_names);
    if (column == nullptr) return;
    const TextColumn texts = as_texts(*column);
    drop(std::string(rule.reason), [&](Index row) {
      return std::find(rule.kept.begin(), rule.kept.end(), texts.at(row)) == rule.kept.end();
    });
  }

  void add(const SourceColumn& column, const Column& found, Table& imported) {
    const std::string name(column.name);
    switch (column.meaning) {
      case Meaning::kEconomy:
      case Meaning::kReporter:
      case Meaning::kPartner:
        imported.add(name, economies(found));
        break;
      case Meaning::kYear:
        imported.add(name, years(found, column.required));
        break;
      case Meaning::kMonth:
        if (auto values = months(found)) imported.add(name, std::move(*values));
        break;
      case Meaning::kPeriod:
        add_period(found, imported);
        break;
      case Meaning::kCode:
        imported.add(name, product_codes(found));
        break;
      case Meaning::kFlow:
        imported.add(name, flows(found));
        break;
      case Meaning::kText:
        imported.add(name, as_texts(found));
        break;
      case Meaning::kAmount:
        imported.add(name, amounts(column, found), std::string(column.unit));
        break;
    }
  }

  /// The code of an economy, "" for a group of economies, nothing where it is unknown.
  std::optional<std::string> economy(const std::string& text) {
    const auto own = codes_.find(text);
    if (text == "000") return economy("0");  // the world, in the numbers of the United Nations
    const CodeReading reading = read_economy(own == codes_.end() ? text : own->second);
    switch (reading.kind) {
      case CodeReading::Kind::kUnknown:
        return std::nullopt;
      case CodeReading::Kind::kAggregate:
        if (layout_.world_is_partner && (reading.code == "WLD" || text == "0" || text == "World")) {
          return "WLD";
        }
        return "";
      default:
        if (!reading.note.empty() && !reading.note.starts_with("by ")) {
          note(fmt::format("{} read as {}: {}", text, reading.code, reading.note));
        }
        return reading.code;
    }
  }

  TextColumn economies(const Column& found) {
    TextColumn texts = as_texts(found);
    std::vector<std::optional<std::string>> codes;
    for (const std::string& text : texts.dictionary) codes.push_back(economy(text));
    drop(fmt::format("{} is missing", found.name),
         [&](Index row) { return texts.at(row).empty(); });
    const auto code_of = [&](Index row) -> const std::optional<std::string>& {
      return codes[texts.codes[static_cast<std::size_t>(row)]];
    };
    drop("a group of economies, not one",
         [&](Index row) { return code_of(row) && code_of(row)->empty(); });
    if (options_.unknown_economies == UnknownEconomies::kLeaveOut) {
      drop("no economy is known by that code", [&](Index row) { return !code_of(row); });
    }
    std::vector<std::string> result(keep_.size());
    for (std::size_t k = 0; k < keep_.size(); ++k) {
      if (!keep_[k]) continue;
      const auto row = static_cast<Index>(k);
      if (!code_of(row)) {
        fail_unknown_economy(texts.at(row), place(table_, row, found.name));
      }
      result[k] = *code_of(row);
    }
    return code_texts(result);
  }

  NumberColumn years(const Column& found, bool required) {
    NumberColumn values = numbers(found);
    for (std::size_t k = 0; k < keep_.size(); ++k) {
      const bool blank = is_missing(values[k]);
      if (!keep_[k] || (blank && !required)) continue;
      if (!blank && values[k] == std::floor(values[k]) && values[k] >= 1000 && values[k] <= 9999) {
        continue;
      }
      throw InputError({.code = "bad-year",
                        .what = blank ? "the row has no year"
                                      : fmt::format("{} is no year", format_number(values[k])),
                        .where = place(table_, static_cast<Index>(k), found.name),
                        .why = "rows are told apart by their year",
                        .fixes = {"mend the row"}});
    }
    if (required) drop_other_years(values);
    return values;
  }

  void drop_other_years(const NumberColumn& values) {
    drop("a year outside the years asked for", [&](Index row) {
      const double year = values[static_cast<std::size_t>(row)];
      return (options_.first_year > 0 && year < static_cast<double>(options_.first_year)) ||
             (options_.last_year > 0 && year > static_cast<double>(options_.last_year));
    });
  }

  /// 02/2017 as two columns.
  void add_period(const Column& found, Table& imported) {
    const TextColumn texts = as_texts(found);
    NumberColumn years_found(keep_.size(), kMissing), months_found(keep_.size(), kMissing);
    for (std::size_t k = 0; k < keep_.size(); ++k) {
      if (!keep_[k]) continue;
      const std::string_view text = texts.at(static_cast<Index>(k));
      const std::size_t slash = text.find('/');
      const auto month = parse_number(text.substr(0, slash), NumberStyle::kPlain);
      const auto year = slash == std::string_view::npos
                            ? std::nullopt
                            : parse_number(text.substr(slash + 1), NumberStyle::kPlain);
      if (!month || !year || *month < 1.0 || *month > 12.0 || *year < 1000.0 || *year > 9999.0) {
        throw InputError({.code = "bad-year",
                          .what = fmt::format("\"{}\" is no month of a year", text),
                          .where = place(table_, static_cast<Index>(k), found.name),
                          .why = "rows are told apart by their month",
                          .fixes = {"months are written 02/2017"}});
      }
      years_found[k] = *year;
      months_found[k] = *month;
    }
    drop_other_years(years_found);
    imported.add("year", std::move(years_found));
    imported.add("month", std::move(months_found));
  }

  /// Months 1-12 where the periods are written as 201702; nothing where they are years.
  std::optional<NumberColumn> months(const Column& found) {
    NumberColumn values = numbers(found);
    bool monthly = false;
    for (double& value : values) {
      if (is_missing(value)) continue;
      const double month = std::fmod(value, 100.0);
      if (value >= 1e5 && month >= 1.0 && month <= 12.0) {
        monthly = true;
        value = month;
      } else {
        value = kMissing;
      }
    }
    if (!monthly) return std::nullopt;
    return values;
  }

  TextColumn product_codes(const Column& found) {
    const TextColumn texts = as_texts(found);
    const auto digits = static_cast<std::size_t>(options_.code_digits);
    std::vector<std::string> codes;
    for (const std::string& text : texts.dictionary) {
      auto wanted = static_cast<std::size_t>(layout_.code_digits);
      if (layout_.even_digits) wanted = text.size() + text.size() % 2;
      const bool short_of = is_number(text) && text.size() < wanted;
      codes.push_back(short_of ? std::string(wanted - text.size(), '0') + text : text);
    }
    const auto code_of = [&](Index row) -> const std::string& {
      const GroupId code = texts.codes[static_cast<std::size_t>(row)];
      return code == kNoGroup ? kNoCode : codes[code];
    };
    if (layout_.even_digits) take_one_level(codes, digits, code_of);
    std::vector<std::string> result;
    for (Index row = 0; row < table_.n_rows(); ++row) {
      result.push_back(digits > 0 ? code_of(row).substr(0, digits) : code_of(row));
    }
    return code_texts(result);
  }

  inline static const std::string kNoCode;

  static bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  /// Files with totals, chapters, headings and subheadings hold all trade at every level: adding up
  /// starts from the coarsest that is fine enough.
  template <class CodeOf>
  void take_one_level(const std::vector<std::string>& codes, std::size_t digits,
                      const CodeOf& code_of) {
    std::set<std::size_t> levels;
    for (const std::string& code : codes) {
      if (is_number(code)) levels.insert(code.size());
    }
    if (digits == 0) {
      if (levels.size() > 1) {
        note(
            fmt::format("products of {} digits stand side by side, and each level holds all trade; "
                        "--code-digits takes one",
                        fmt::join(levels, " and ")));
      }
      return;
    }
    const auto level = levels.lower_bound(digits);
    if (level == levels.end()) return;
    drop("a total over products, or a part of a product that is there itself",
         [&](Index row) { return !is_number(code_of(row)) || code_of(row).size() != *level; });
  }

  /// "import" or "export"; re-exports, re-imports and processing trade are parts of these.
  TextColumn flows(const Column& found) {
    static const std::map<std::string, std::string, std::less<>> kWords = {
        {"IMP", "import"}, {"ИМ", "import"}, {"EXP", "export"},    {"ЭК", "export"},
        {"M", "import"},   {"1", "import"},  {"Import", "import"}, {"Imports", "import"},
        {"X", "export"},   {"2", "export"},  {"Export", "export"}, {"Exports", "export"},
        {"RX", ""},        {"3", ""},        {"Re-Export", ""},    {"Re-export", ""},
        {"RM", ""},        {"4", ""},        {"Re-Import", ""},    {"Re-import", ""},
        {"DX", ""},        {"FM", ""},       {"MIP", ""},          {"MOP", ""},
        {"XIP", ""},       {"XOP", ""},      {"Re-exports", ""},   {"Re-imports", ""}};
    const TextColumn texts = as_texts(found);
    std::vector<const std::string*> words;
    for (const std::string& text : texts.dictionary) {
      const auto word = kWords.find(text);
      words.push_back(word == kWords.end() ? nullptr : &word->second);
    }
    std::vector<std::string> result(keep_.size());
    for (std::size_t k = 0; k < keep_.size(); ++k) {
      if (!keep_[k]) continue;
      const GroupId code = texts.codes[k];
      if (code == kNoGroup || words[code] == nullptr) {
        throw InputError({.code = "bad-flow",
                          .what = fmt::format("\"{}\" is no flow",
                                              code == kNoGroup ? "" : texts.dictionary[code]),
                          .where = place(table_, static_cast<Index>(k), found.name),
                          .why = "imports and exports must be told apart",
                          .fixes = {"M or 1 for imports, X or 2 for exports"}});
      }
      result[k] = *words[code];
    }
    drop("re-exports, re-imports and processing: parts of imports and exports",
         [&](Index row) { return result[static_cast<std::size_t>(row)].empty(); });
    return code_texts(result);
  }

  NumberColumn amounts(const SourceColumn& column, const Column& found) {
    NumberColumn values = numbers(found);
    for (std::size_t k = 0; k < keep_.size(); ++k) {
      if (keep_[k] && values[k] < 0.0) {
        throw InputError({.code = "negative-value",
                          .what = fmt::format("{} is negative", format_number(values[k])),
                          .where = place(table_, static_cast<Index>(k), found.name),
                          .why = fmt::format("{} cannot be below zero", column.name),
                          .fixes = {"look at the row; the provider's file holds none"}});
      }
      values[k] *= column.factor;
    }
    return values;
  }

  NumberColumn numbers(const Column& found) const {
    if (const auto* values = std::get_if<NumberColumn>(&found.values)) return *values;
    const auto& texts = std::get<TextColumn>(found.values);
    NumberColumn values;
    for (Index row = 0; row < table_.n_rows(); ++row) {
      const std::optional<double> value = parse_number(texts.at(row), NumberStyle::kPlain);
      if (!value && !texts.at(row).empty()) {
        throw InputError({.code = "text-in-number",
                          .what = fmt::format("\"{}\" is no number", texts.at(row)),
                          .where = place(table_, row, found.name),
                          .why = "the column holds amounts",
                          .fixes = {"mend the cell"}});
      }
      values.push_back(value.value_or(kMissing));
    }
    return values;
  }

  const SourceLayout& layout_;
  const Table& table_;
  const ImportOptions& options_;
  const Codes& codes_;
  ImportedSource& result_;
  std::vector<bool> keep_;
  std::vector<std::pair<const SourceColumn*, const Column*>> columns_;
};

/// The columns that hold codes, by every spelling: leading zeros matter in them.
std::vector<std::string_view> code_columns(const SourceLayout& layout) {
  std::vector<std::string_view> names;
  const auto add = [&](const std::vector<std::string_view>& spellings) {
    names.insert(names.end(), spellings.begin(), spellings.end());
  };
  for (const SourceColumn& column : layout.columns) {
    if (column.meaning != Meaning::kAmount && column.meaning != Meaning::kYear &&
        column.meaning != Meaning::kMonth) {
      add(column.file_names);
    }
  }
  for (const RowRule& rule : layout.rules) add(rule.file_names);
  return names;
}

/// The code table that comes with a source: its codes and their alpha-3 codes.
Codes read_codes(const std::string& path) {
  const Table table = read_source_file(path, {"country_code", "code", "id"});
  const Column* code = find_spelled(table, {"country_code", "code", "id"});
  const Column* alpha = find_spelled(table, {"country_iso3", "iso_3digit_alpha", "iso3"});
  if (code == nullptr || alpha == nullptr) {
    throw InputError({.code = "layout-mismatch",
                      .what = "the code table lacks a column for the code or its ISO code",
                      .where = path,
                      .why = "codes of economies are read from country_code and country_iso3",
                      .fixes = {"give the code table that comes with the data",
                                "leave it out: the usual numbers are known"}});
  }
  const TextColumn codes = as_texts(*code);
  const TextColumn alphas = as_texts(*alpha);
  Codes result;
  for (Index row = 0; row < table.n_rows(); ++row) {
    if (alphas.at(row).size() == 3) result.emplace(codes.at(row), alphas.at(row));
  }
  return result;
}

/// Rows of all files under one another; a column that a file lacks is missing there.
struct Stacked {
  Table table;
  std::vector<std::string> places;  ///< where each row stands, in words
};

Stacked stack(std::vector<Table> parts, const SourceLayout& layout) {
  Stacked result{.table = Table(std::string(layout.title)), .places = {}};
  std::vector<const Column*> columns;  // of all parts, each name once
  for (const Table& part : parts) {
    for (const Column& column : part.columns()) {
      const auto same = [&](const Column* other) { return other->name == column.name; };
      if (std::none_of(columns.begin(), columns.end(), same)) columns.push_back(&column);
    }
  }
  for (const Column* first : columns) {
    const Column& column = *first;
    const auto has = [&](const Table& part) { return part.has(column.name); };
    const bool is_number = column.is_number();
    NumberColumn values;
    std::vector<std::string> texts;
    for (const Table& part : parts) {
      for (Index row = 0; row < part.n_rows(); ++row) {
        if (is_number) {
          values.push_back(has(part) ? part.numbers(column.name)[static_cast<std::size_t>(row)]
                                     : kMissing);
        } else {
          texts.emplace_back(has(part) ? part.texts(column.name).at(row) : std::string_view());
        }
      }
    }
    if (is_number) {
      result.table.add(column.name, std::move(values), column.unit);
    } else {
      result.table.add(column.name, texts);
    }
  }
  for (const Table& part : parts) {
    for (Index row = 0; row < part.n_rows(); ++row) {
      result.places.push_back(fmt::format("{}, {}", part.source(), part.place_of(row)));
    }
  }
  return result;
}

/// The key's columns that are there.
std::vector<std::string> key_of(const SourceLayout& layout, const Table& table) {
  std::vector<std::string> key;
  for (const std::string_view name : layout.key) {
    if (table.has(name)) key.emplace_back(name);
  }
  const bool has_month = std::find(key.begin(), key.end(), "month") != key.end();
  if (table.has("month") && !has_month) key.emplace_back("month");
  return key;
}

std::string names_sql(const std::vector<std::string>& names) {
  std::string sql;
  for (const std::string& name : names) {
    sql += fmt::format("{}{}", sql.empty() ? "" : ", ", sql_name(name));
  }
  return sql;
}

void refuse_duplicates(Database& database, const Stacked& rows,
                       const std::vector<std::string>& key) {
  const Table twins = database.query(
      fmt::format("SELECT min(place) AS a, max(place) AS b FROM rows GROUP BY {} HAVING count(*) > "
                  "1 ORDER BY a LIMIT 1",
                  names_sql(key)),
      "rows");
  if (twins.n_rows() == 0) return;
  const auto place_of = [&](const char* name) {
    return rows.places[static_cast<std::size_t>(twins.numbers(name).front())];
  };
  throw InputError({.code = "duplicate-row",
                    .what = fmt::format("two rows have the same {}", fmt::join(key, ", ")),
                    .where = place_of("a"),
                    .context = {fmt::format("again in {}", place_of("b"))},
                    .why = "adding them up would count a flow twice",
                    .fixes = {"give each file once", "remove one of the rows"}});
}

/// One row per key: amounts added up when codes were cut, the two sides of a report side by side.
std::string merged_sql(const SourceLayout& layout, const Table& table,
                       const std::vector<std::string>& key, bool reports) {
  std::string sql = "SELECT " + names_sql(key);
  const auto is_key = [&](std::string_view name) {
    return std::find(key.begin(), key.end(), name) != key.end();
  };
  for (const SourceColumn& column : layout.columns) {
    const std::string name(column.name);
    if (!table.has(name) || is_key(name) || name == "flow") continue;
    if (reports && name == "trade_musd") {
      for (const char* side : {"importer", "exporter"}) {
        sql += fmt::format(", sum(trade_musd) FILTER (side = '{0}') AS {0}_reported_musd", side);
      }
    } else if (reports && name == "quantity_t") {
      sql += ", max(quantity_t) AS quantity_t";
    } else if (column.meaning == Meaning::kAmount) {
      sql += fmt::format(", sum({0}) AS {0}", sql_name(name));
    } else {
      sql += fmt::format(", min({0}) AS {0}", sql_name(name));
    }
  }
  return sql + fmt::format(" FROM rows GROUP BY {0} ORDER BY {0}", names_sql(key));
}

/// Reporter, partner and flow as exporter, importer and whose report it is.
void turn_reports(Table& table) {
  const TextColumn reporters = table.texts("reporter");
  const TextColumn partners = table.texts("partner");
  const TextColumn flows = table.texts("flow");
  std::vector<std::string> exporters, importers, sides;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const bool import = flows.at(row) == "import";
    exporters.emplace_back(import ? partners.at(row) : reporters.at(row));
    importers.emplace_back(import ? reporters.at(row) : partners.at(row));
    sides.emplace_back(import ? "importer" : "exporter");
  }
  table.add("exporter", exporters);
  table.add("importer", importers);
  table.add("side", sides);
}

}  // namespace

std::vector<Field<ImportOptions>> ImportOptions::fields() {
  return {
      make_field(&ImportOptions::first_year,
                 {.name = "first_year", .doc = "leaves out earlier years; 0 keeps all"}),
      make_field(&ImportOptions::last_year,
                 {.name = "last_year", .doc = "leaves out later years; 0 keeps all"}),
      make_field(&ImportOptions::code_digits,
                 {.name = "code_digits",
                  .doc = "adds products up to codes of this many digits (2 for chapters of the "
                         "Harmonised System); 0 keeps codes whole",
                  .minimum = 0.0,
                  .maximum = 10.0}),
      make_enum_field<&ImportOptions::encoding>(
          {.name = "encoding", .doc = "how the letters of text files are written"},
          {"utf-8", "utf-16", "latin-1", "windows-1251", "windows-1252"}),
      make_field(
          &ImportOptions::sheet,
          {.name = "sheet", .doc = "sheet of a workbook; the one with most cells otherwise"}),
      make_enum_field<&ImportOptions::unknown_economies>(
          {.name = "unknown_economies",
           .doc = "codes that are no economy: refuse stops with the place, leave_out counts the "
                  "rows in the ledger"},
          {"refuse", "leave_out"})};
}

ImportedSource import_source(const SourceLayout& layout, const std::vector<std::string>& files,
                             const ImportOptions& options, const std::string& codes) {
  if (layout.wide) return import_wide_reports(layout, files, options);
  const bool rates = std::any_of(layout.columns.begin(), layout.columns.end(),
                                 [](const SourceColumn& column) { return column.unit == "share"; });
  if (rates && options.code_digits > 0) {
    throw InputError({.code = "bad-option",
                      .what = fmt::format("{} has rates, which do not add up", layout.title),
                      .where = "code_digits",
                      .why = "the rate of a chapter is an average of its products'",
                      .fixes = {"leave --code-digits out, then altyn data convert --map "
                                "sector=hs_sections --weigh-by imports_musd"}});
  }
  ImportedSource result;
  const Codes own_codes = codes.empty() ? Codes() : read_codes(codes);
  std::vector<Table> tables;
  Index n_rows = 0;
  for (const std::string& file : files) {
    tables.push_back(read_source_file(file, code_columns(layout), options.encoding, options.sheet));
    n_rows += tables.back().n_rows();
  }
  result.ledger = SampleLedger(n_rows);
  std::vector<Table> parts;
  for (const Table& table : tables) {
    parts.push_back(FileImport(layout, table, options, own_codes, result).import());
  }
  Stacked rows = stack(std::move(parts), layout);
  if (rows.table.n_rows() == 0) {
    throw InputError({.code = "empty-table",
                      .what = "no row is left",
                      .where = fmt::format("{}", fmt::join(files, ", ")),
                      .context = {result.ledger.to_text()},
                      .why = "there would be nothing to work with",
                      .fixes = {"see the reasons above"}});
  }
  const bool reports = rows.table.has("flow");
  std::vector<std::string> key;
  Database database;
  NumberColumn places;
  for (Index row = 0; row < rows.table.n_rows(); ++row) {
    places.push_back(static_cast<double>(row));
  }
  if (reports) turn_reports(rows.table);
  key = key_of(layout, rows.table);
  Table numbered = rows.table;
  numbered.add("place", std::move(places));
  database.insert(numbered, "rows");
  std::vector<std::string> told_apart = key;
  if (reports) told_apart.emplace_back("side");
  if (options.code_digits == 0) refuse_duplicates(database, rows, told_apart);
  result.table =
      database.query(merged_sql(layout, rows.table, key, reports), std::string(layout.title));
  for (const SourceColumn& column : layout.columns) {
    if (!column.unit.empty() && result.table.has(column.name)) {
      result.table.set_unit(column.name, std::string(column.unit));
    }
  }
  if (result.table.n_rows() < rows.table.n_rows()) {
    result.notes.push_back(
        fmt::format("{} rows became {}", rows.table.n_rows(), result.table.n_rows()));
  }
  return result;
}

}  // namespace altyn::data
