#include "altyn/data/wide_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/lower_case.h"
#include "altyn/data/number_text.h"

namespace altyn::data {

namespace {

struct Line {
  Index number = 0;
  std::vector<std::string> fields;
};

bool has(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

/// The first year from 1900 to 2099 in a text; 0 where there is none.
int year_in(std::string_view text) {
  const auto digit = [&](std::size_t k) {
    return k < text.size() && text[k] >= '0' && text[k] <= '9';
  };
  for (std::size_t k = 0; k + 4 <= text.size(); ++k) {
    const bool century = text[k] == '1' ? text[k + 1] == '9' : text[k] == '2' && text[k + 1] == '0';
    if (!century || !digit(k + 2) || !digit(k + 3) || digit(k + 4) || (k > 0 && digit(k - 1))) {
      continue;
    }
    return (text[k] - '0') * 1000 + (text[k + 1] - '0') * 100 + (text[k + 2] - '0') * 10 +
           (text[k + 3] - '0');
  }
  return 0;
}

constexpr std::array<std::array<std::string_view, 3>, 12> kMonths = {
    {{"январ", "january", "қаңтар"},
     {"феврал", "february", "ақпан"},
     {"март", "march", "наурыз"},
     {"апрел", "april", "сәуір"},
     {"май", "may", "мамыр"},
     {"июн", "june", "маусым"},
     {"июл", "july", "шілде"},
     {"август", "august", "тамыз"},
     {"сентябр", "september", "қыркүйек"},
     {"октябр", "october", "қазан"},
     {"ноябр", "november", "қараша"},
     {"декабр", "december", "желтоқсан"}}};

constexpr std::size_t kMostHeaderLines = 40;

enum class Span { kYear, kMonth, kFromJanuary, kOther };

struct Period {
  Span span = Span::kYear;
  int month = 0;       ///< the month, or the last one from January on; 0 for the year
  bool named = false;  ///< whether the text says so, and not just nothing else
};

/// The number in front of a word: "9 месяцев", "I полугодие"; 0 where there is none.
int number_before(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return 0;
  std::string_view before = text.substr(0, at);
  for (const std::string_view ending : {"-й ", "-е ", "-ое ", "-го ", "-", " "}) {
    if (before.ends_with(ending)) before.remove_suffix(ending.size());
  }
  const std::size_t space = before.find_last_of(" \t(,");
  const std::string_view number = before.substr(space == std::string_view::npos ? 0 : space + 1);
  constexpr std::string_view kRoman[] = {"i", "ii", "iii", "iv"};
  for (int k = 0; k < 4; ++k) {
    if (number == kRoman[k]) return k + 1;
  }
  if (number == "первое" || number == "первый" || number == "first") return 1;
  const std::optional<double> value = parse_number(number, NumberStyle::kPlain);
  return value && *value >= 1.0 && *value <= 12.0 ? static_cast<int>(*value) : 0;
}

Period from_january(int last) {
  if (last == 12) return {Span::kYear, 0, true};
  return {last == 1 ? Span::kMonth : Span::kFromJanuary, last, true};
}

/// What months a text names: none, or January to December, is a year.
Period period_in(std::string_view text) {
  std::vector<int> months;
  for (std::size_t m = 0; m < kMonths.size(); ++m) {
    if (has(text, {kMonths[m][0], kMonths[m][1], kMonths[m][2]}) ||
        (m == 4 && has(text, {"мая"}))) {
      months.push_back(static_cast<int>(m) + 1);
    }
  }
  if (has(text, {"квартал", "полугоди", "quarter", " тоқсан", "-тоқсан", "жартыжылдық"})) {
    if (number_before(text, "квартал") == 1) return from_january(3);
    if (number_before(text, "полугоди") == 1) return from_january(6);
    return {Span::kOther, 0, true};
  }
  for (const std::string_view word : {"месяц", "months"}) {
    if (const int n = number_before(text, word); n > 0 && months.empty()) return from_january(n);
  }
  if (months.empty()) return {};
  if (months.size() == 1) return {Span::kMonth, months.front(), true};
  if (months.front() == 1 && (months.size() == 2 || months.back() == 12)) {
    return from_january(months.back());
  }
  return {Span::kOther, 0, true};
}

/// Million USD in one of the unit that a text names; nothing where it names none.
std::optional<double> unit_in(std::string_view text) {
  if (!has(text, {"долл", "usd", "$"})) return std::nullopt;
  if (has(text, {"млрд", "миллиард", "billion"})) return 1e3;
  if (has(text, {"млн", "миллион", "million", "mln"})) return 1.0;
  if (has(text, {"тыс", "thousand", "thsd", "мың"})) return 1e-3;
  return std::nullopt;
}

/// A number as offices print it; nothing for a dash or dots, which say that there is none.
std::optional<double> amount_of(const std::string& text, const std::string& where) {
  std::string plain = lower_case(text);
  std::erase(plain, ' ');
  while (plain.ends_with('*')) plain.pop_back();  // a mark of a footnote
  if (plain.empty() || is_missing_word(plain) || plain == "–" || plain == "—" || plain == "…" ||
      plain == "x" || plain == "х") {
    return std::nullopt;
  }
  std::optional<double> value = parse_number(plain, NumberStyle::kPlain);
  if (!value) value = parse_number(plain, NumberStyle::kDecimalComma);
  if (!value) value = parse_number(plain, NumberStyle::kThousands);
  if (value) return value;
  throw InputError({.code = "text-in-number",
                    .what = fmt::format("\"{}\" is no number", text),
                    .where = where,
                    .why = "the column holds amounts",
                    .fixes = {"mend the cell"}});
}

/// A name without marks of footnotes: "Китай1)" and "Китай²*" are China, "Тайвань (Китай)" stays.
std::string name_of(std::string text) {
  constexpr std::string_view kRaised[] = {"\xC2\xB9", "\xC2\xB2", "\xC2\xB3"};
  const auto ends_in_digit = [&](std::size_t from_end) {
    return text.size() > from_end && text[text.size() - 1 - from_end] >= '0' &&
           text[text.size() - 1 - from_end] <= '9';
  };
  while (!text.empty()) {
    const auto raised = std::find_if(std::begin(kRaised), std::end(kRaised),
                                     [&](std::string_view mark) { return text.ends_with(mark); });
    if (raised != std::end(kRaised)) {
      text.resize(text.size() - raised->size());
    } else if (text.back() == ' ' || text.back() == '*' || ends_in_digit(0) ||
               (text.back() == ')' && ends_in_digit(1))) {
      text.pop_back();
    } else {
      break;
    }
  }
  return text;
}

struct FlowColumn {
  std::size_t at = 0;
  bool is_export = false;
  int year = 0;
  Period period{};  // a year, a month, or months from January on
  double million_usd = 1.0;
};

struct Flow {
  double by_importer = kMissing, by_exporter = kMissing;
  std::string where;
};

class WideTable {
 public:
  WideTable(const SourceLayout& layout, const ImportOptions& options, ImportedSource& result)
      : layout_(layout), options_(options), result_(result) {}

  void read(const std::string& path) {
    path_ = path;
    lines_.clear();
    body_ = 0;
    read_rows(
        path, options_.encoding, options_.sheet,
        [&](Index line, std::vector<std::string>& fields) { lines_.push_back({line, fields}); });
    const std::size_t first = first_partner();
    const std::vector<FlowColumn> columns = find_columns(first);
    for (std::size_t k = body_; k < lines_.size(); ++k) take(lines_[k], columns);
  }

  Table finish() {
    take_sums_apart();
    if (flows_.empty()) {
      throw InputError({.code = "empty-table",
                        .what = "no row is left",
                        .where = path_,
                        .context = result_.notes,
                        .why = "there would be nothing to work with",
                        .fixes = {"give the tables of all months from January on at once"}});
    }
    std::vector<std::string> exporters, importers;
    NumberColumn years, months, by_importer, by_exporter;
    bool monthly = false;
    for (const auto& [key, flow] : flows_) {
      const auto& [exporter, importer, year, month] = key;
      exporters.push_back(exporter);
      importers.push_back(importer);
      years.push_back(year);
      months.push_back(month == 0 ? kMissing : month);
      by_importer.push_back(flow.by_importer);
      by_exporter.push_back(flow.by_exporter);
      monthly = monthly || month != 0;
    }
    Table table{std::string(layout_.title)};
    table.add("exporter", exporters);
    table.add("importer", importers);
    table.add("year", std::move(years));
    if (monthly) table.add("month", std::move(months));
    table.add("importer_reported_musd", std::move(by_importer), "million USD");
    table.add("exporter_reported_musd", std::move(by_exporter), "million USD");
    return table;
  }

  Index n_rows = 0;  ///< with a name and numbers, over all files

 private:
  using Key = std::tuple<std::string, std::string, int, int>;

  /// Figures from January on become figures of months: what is above the sum up to the month
  /// before. A year that all months are known of is their sum, and no row of its own.
  void take_sums_apart() {
    std::set<std::tuple<std::string, std::string, int>> years;
    for (const auto& [key, flow] : sums_) {
      years.emplace(std::get<0>(key), std::get<1>(key), std::get<2>(key));
    }
    Index n_made = 0, n_left = 0, n_below = 0;
    for (const auto& [exporter, importer, year] : years) {
      for (double Flow::* side : {&Flow::by_importer, &Flow::by_exporter}) {
        const auto known = [&](const std::map<Key, Flow>& flows, int month) {
          const auto found = flows.find({exporter, importer, year, month});
          return found == flows.end() ? kMissing : found->second.*side;
        };
        double before = 0.0;  // from January to the month before
        for (int month = 1; month <= 12; ++month) {
          const double sum = month == 12 ? known(flows_, 0) : known(sums_, month);
          const double own = known(flows_, month);
          const double made = sum - before;
          if (is_missing(own) && !is_missing(made) && made >= 0.0) {
            flows_[{exporter, importer, year, month}].*side = made;
            ++n_made;
          } else if (is_missing(own) && !is_missing(made)) {
            ++n_below;
          } else if (is_missing(own) && !is_missing(sum) && month < 12) {
            ++n_left;
          }
          before = !is_missing(sum) ? sum : before + own;
        }
      }
      drop_whole_year(exporter, importer, year);
    }
    note_sums(n_made, n_left, n_below);
  }

  void drop_whole_year(const std::string& exporter, const std::string& importer, int year) {
    const auto whole = flows_.find({exporter, importer, year, 0});
    if (whole == flows_.end()) return;
    for (double Flow::* side : {&Flow::by_importer, &Flow::by_exporter}) {
      if (is_missing(whole->second.*side)) continue;
      for (int month = 1; month <= 12; ++month) {
        const auto found = flows_.find({exporter, importer, year, month});
        if (found == flows_.end() || is_missing(found->second.*side)) return;
      }
    }
    flows_.erase(whole);
  }

  void note_sums(Index n_made, Index n_left, Index n_below) {
    if (n_made > 0) {
      result_.notes.push_back(
          fmt::format("{} figures of months are differences of sums from January on", n_made));
    }
    if (n_left > 0) {
      result_.notes.push_back(fmt::format(
          "{} sums from January on were left out: those up to the month before are not there",
          n_left));
    }
    if (n_below > 0) {
      result_.notes.push_back(fmt::format(
          "{} months were left out: the sum from January on is below the one before, which was "
          "revised",
          n_below));
    }
  }

  [[noreturn]] void fail(const char* code, const char* what, const char* why) const {
    throw InputError({.code = code,
                      .what = what,
                      .where = path_,
                      .why = why,
                      .fixes = {fmt::format("see the tables at {}", layout_.documentation),
                                "altyn data check reads plain tables of months or flows"}});
  }

  /// The column of names is the first that has words in a row of a known economy.
  std::size_t first_partner() {
    for (std::size_t k = 0; k < lines_.size(); ++k) {
      const std::vector<std::string>& fields = lines_[k].fields;
      for (std::size_t c = 0; c < std::min<std::size_t>(fields.size(), 3); ++c) {
        const CodeReading::Kind kind = read_economy(name_of(fields[c])).kind;
        const bool known =
            kind == CodeReading::Kind::kEconomy || kind == CodeReading::Kind::kFormer;
        const bool word = fields[c].size() > 3;  // numbers of lines are codes of economies too
        if (!known || !word || fields.size() < c + 2) continue;
        const bool numbers = std::any_of(
            fields.begin() + static_cast<std::ptrdiff_t>(c) + 1, fields.end(), [](const auto& f) {
              return !f.empty() && f.find_first_of("0123456789") != std::string::npos;
            });
        if (!numbers) continue;
        name_at_ = c;
        return k;
      }
    }
    fail("layout-mismatch", "no row names an economy and has numbers",
         "a table by country has a row for each");
  }

  /// The header of a column: its cells from the top down, a merged cell reaching to the right.
  std::vector<FlowColumn> find_columns(std::size_t first) {
    // The header is what stands above the first partner and has something right of the names;
    // groups of partners among it have numbers only.
    std::string titles;
    std::vector<std::vector<std::string>> header;
    std::size_t width = 0;
    for (const Line& line : lines_) width = std::max(width, line.fields.size());
    std::vector<bool> begins(width, false);  // a cell of the header
    for (std::size_t k = 0; k < first; ++k) {
      const std::vector<std::string>& fields = lines_[k].fields;
      std::size_t n_words = 0, n_cells = 0;
      for (std::size_t c = name_at_ + 1; c < fields.size(); ++c) {
        if (fields[c].empty()) continue;
        ++n_cells;
        const std::string text = lower_case(fields[c]);
        if (year_in(text) > 0 || text.find_first_not_of("0123456789 .,-") != std::string::npos) {
          ++n_words;
        }
      }
      for (const std::string& field : fields) titles += lower_case(field) + ' ';
      if (n_words == 0 || n_words < n_cells) continue;
      std::vector<std::string> cells(fields.size());
      for (std::size_t c = name_at_ + 1; c < fields.size(); ++c) {
        cells[c] = lower_case(fields[c]);
        if (!cells[c].empty()) begins[c] = true;
      }
      header.push_back(std::move(cells));
      body_ = k + 1;
      if (header.size() > kMostHeaderLines) {
        fail("layout-mismatch", "the first economy stands below a header of too many lines",
             "a few lines say what a column holds");
      }
    }
    const std::optional<double> unit_of_all = unit_in(titles);
    const int year_of_all = year_in(titles);
    std::vector<FlowColumn> columns;
    Index n_passed = 0;
    bool no_year = false, no_unit = false;
    const Period period_of_all = period_in(titles);
    std::vector<std::string> above(header.size());
    FlowColumn column;
    enum class Use { kNone, kPassed, kFlow } use = Use::kNone;
    for (std::size_t c = name_at_ + 1; c < width; ++c) {
      column.at = c;
      if (begins[c]) {  // otherwise all of the column before reaches over this one
        std::string text;
        for (std::size_t line = 0; line < header.size(); ++line) {
          const auto& cells = header[line];
          if (c < cells.size() && !cells[c].empty()) above[line] = cells[c];
          text += above[line] + ' ';
        }
        column.is_export = has(text, {"экспорт", "export", "вывоз"});
        const bool is_import = has(text, {"импорт", "import", "ввоз"});
        use = Use::kNone;
        if (column.is_export == is_import) continue;  // turnover, balance, or nothing
        const Period own = period_in(text);
        column.period = own.named ? own : period_of_all;
        const bool passed =
            has(text, {"%", "процент", "удельный", "темп", "прирост", "тонн", "share", "growth"}) ||
            column.period.span == Span::kOther;
        use = passed ? Use::kPassed : Use::kFlow;
        column.year = year_in(text) > 0 ? year_in(text) : year_of_all;
        const std::optional<double> unit = unit_in(text) ? unit_in(text) : unit_of_all;
        no_year = no_year || (!passed && column.year == 0);
        no_unit = no_unit || (!passed && !unit);
        column.million_usd = unit.value_or(1.0);
      }
      if (use == Use::kPassed) ++n_passed;
      if (use == Use::kFlow) columns.push_back(column);
    }
    if (columns.empty()) {
      fail("layout-mismatch", "no column of exports or imports is found",
           "flows must be told apart by their header");
    }
    if (no_year) {
      fail("layout-mismatch", "neither titles nor header name a year",
           "flows are told apart by their year");
    }
    if (no_unit) {
      throw InputError({.code = "unit-unknown",
                        .what = "neither titles nor header say in what the amounts are",
                        .where = path_,
                        .why = "thousand and million dollars look alike",
                        .fixes = {"keep the title of the table: \"млн долл. США\""}});
    }
    if (n_passed > 0) {
      result_.notes.push_back(fmt::format(
          "{}: {} columns of shares, growth or sums of months that do not begin in January were "
          "passed over",
          path_, n_passed));
    }
    return columns;
  }

  void take(const Line& line, const std::vector<FlowColumn>& columns) {
    const std::string name =
        name_at_ < line.fields.size() ? name_of(line.fields[name_at_]) : std::string();
    const auto where = [&](std::size_t c) {
      return fmt::format("{}, line {}, field {}", path_, line.number, c + 1);
    };
    const bool empty = std::all_of(columns.begin(), columns.end(), [&](const FlowColumn& column) {
      return column.at >= line.fields.size() || line.fields[column.at].empty();
    });
    if (name.empty() || empty) return;  // headings and notes
    ++n_rows;
    const CodeReading reading = read_economy(name);
    if (reading.kind == CodeReading::Kind::kAggregate || is_group(name)) {
      leave(groups_, line);
      return;
    }
    if (reading.kind == CodeReading::Kind::kUnknown) {
      if (options_.unknown_economies == UnknownEconomies::kRefuse) {
        fail_unknown_economy(name, fmt::format("{}, line {}", path_, line.number));
      }
      leave(unknown_, line);
      return;
    }
    for (const FlowColumn& column : columns) {
      const bool other = (options_.first_year > 0 && column.year < options_.first_year) ||
                         (options_.last_year > 0 && column.year > options_.last_year);
      if (other || column.at >= line.fields.size()) continue;
      const std::optional<double> value = amount_of(line.fields[column.at], where(column.at));
      if (!value) continue;
      const std::string own(layout_.reporter);
      auto& flows = column.period.span == Span::kFromJanuary ? sums_ : flows_;
      Flow& flow = flows[{column.is_export ? own : reading.code,
                          column.is_export ? reading.code : own, column.year, column.period.month}];
      double& slot = column.is_export ? flow.by_exporter : flow.by_importer;
      if (!is_missing(slot)) {
        throw InputError({.code = "duplicate-row",
                          .what = fmt::format("{} has a figure for {} already", name, column.year),
                          .where = where(column.at),
                          .context = {flow.where},
                          .why = "it is not clear which of the two holds",
                          .fixes = {"give each table once"}});
      }
      slot = *value * column.million_usd;
      flow.where = where(column.at);
    }
  }

  /// Words at the start of a word: Abkhazia is no part of Asia (Азия).
  static bool has_word(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      for (std::size_t at = text.find(word); at != std::string_view::npos;
           at = text.find(word, at + 1)) {
        if (at == 0 || std::string_view(" (-,\"").find(text[at - 1]) != std::string_view::npos) {
          return true;
        }
      }
      return false;
    });
  }

  static bool is_group(const std::string& name) {
    const std::string text = lower_case(name) + ' ';
    return has_word(text, {"всего",
                           "итого",
                           "в том числе",
                           "из них",
                           "стран",
                           "прочие",
                           "другие",
                           "остальн",
                           "снг ",
                           "еаэс",
                           "евразэс",
                           "ес ",
                           "оэср",
                           "атэс",
                           "брикс",
                           "европа",
                           "азия",
                           "африка",
                           "америка",
                           "океания",
                           "дальнее зарубежье",
                           "ближнее зарубежье",
                           "total",
                           "countries",
                           "other ",
                           "europe",
                           "asia",
                           "africa",
                           "america",
                           "барлығы",
                           "елдер",
                           "тмд",
                           "басқа"}) &&
           read_economy(name).kind == CodeReading::Kind::kUnknown;
  }

  struct Left {
    Index rows = 0;
    std::vector<std::string> examples;
  };
  void leave(Left& left, const Line& line) const {
    if (++left.rows <= 5) {
      left.examples.push_back(fmt::format("line {} ({})", line.number, line.fields[name_at_]));
    }
  }

 public:
  Left groups_, unknown_;

 private:
  const SourceLayout& layout_;
  const ImportOptions& options_;
  ImportedSource& result_;
  std::string path_;
  std::vector<Line> lines_;
  std::size_t name_at_ = 0;
  std::size_t body_ = 0;       ///< the first line below the header
  std::map<Key, Flow> flows_;  ///< by exporter, importer, year and month, 0 for the year
  std::map<Key, Flow> sums_;   ///< the same from January to the month
};

}  // namespace

ImportedSource import_wide_reports(const SourceLayout& layout,
                                   const std::vector<std::string>& files,
                                   const ImportOptions& options) {
  ImportedSource result;
  WideTable table(layout, options, result);
  for (const std::string& file : files) table.read(file);
  result.ledger = SampleLedger(table.n_rows);
  if (table.groups_.rows > 0) {
    result.ledger.drop("import", "a group of economies, not one", table.groups_.rows,
                       table.groups_.examples);
  }
  if (table.unknown_.rows > 0) {
    result.ledger.drop("import", "no economy is known by that name", table.unknown_.rows,
                       table.unknown_.examples);
  }
  result.table = table.finish();
  return result;
}

}  // namespace altyn::data
