#include "altyn/data/concordance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/database.h"

namespace altyn::data {

namespace {

constexpr const char* kEconomyColumns[] = {"exporter", "importer", "economy", "reporter",
                                           "partner",  "first",    "second"};
constexpr double kWeightTolerance = 1e-6;

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

bool is_key(const Column& column) {
  if (column.is_number()) return column.name == "year" || column.name == "month";
  return !starts_with_any(column.name, {"flag", "name", "note", "sector_name", "broad_sector",
                                        "record", "side", "domestic_flag", "nomenclature"});
}

bool is_average(const Column& column, const ConvertOptions& options) {
  const auto& own = options.averages;
  return column.name.find("rate") != std::string::npos || column.name.ends_with("_share") ||
         column.name.ends_with("coverage") || column.unit == "share" ||
         std::find(own.begin(), own.end(), column.name) != own.end();
}

/// The columns of a table as texts, whatever they were read as.
std::string text_at(const Table& table, const std::string& column, Index row) {
  const Column& source = table.column(column);
  if (!source.is_number()) return std::string(table.texts(column).at(row));
  return format_number(table.numbers(column)[static_cast<std::size_t>(row)]);
}

std::string economy_or_itself(const std::string& text) {
  const CodeReading reading = read_economy(text);
  const bool known =
      reading.kind == CodeReading::Kind::kEconomy || reading.kind == CodeReading::Kind::kFormer;
  return known ? reading.code : text;
}

/// One row of a concordance.
struct Link {
  std::string from;
  std::string to;
  double weight = 1.0;
  double first_year = -9999.0;
  double last_year = 9999.0;
  Index row = 0;
};

class Concordance {
 public:
  Concordance(const CodeMap& map, bool economies) : source_(map.table.source()) {
    const Table& table = map.table;
    const bool weighted = table.has("weight");
    const auto number = [&](const char* name, Index row, double absent) {
      if (!table.has(name)) return absent;
      const double value = table.numbers(name)[static_cast<std::size_t>(row)];
      return is_missing(value) ? absent : value;
    };
    std::set<std::tuple<std::string, std::string, double>> seen;
    for (Index row = 0; row < table.n_rows(); ++row) {
      Link link{.from = text_at(table, "from", row),
                .to = text_at(table, "to", row),
                .weight = number("weight", row, 1.0),
                .first_year = number("first_year", row, -9999.0),
                .last_year = number("last_year", row, 9999.0),
                .row = row};
      if (economies && link.from != "*") link.from = economy_or_itself(link.from);
      const auto where = [&] { return fmt::format("{}, {}", source_, table.place_of(row)); };
      if (!(link.weight >= 0.0)) {
        throw InputError({.code = "negative-weight",
                          .what = fmt::format("the weight is {}", link.weight),
                          .where = where(),
                          .why = "a weight is the part of a code that goes to another one"});
      }
      if (!seen.emplace(link.from, link.to, link.first_year).second) {
        throw InputError({.code = "duplicate-row",
                          .what = fmt::format("{} goes to {} twice", link.from, link.to),
                          .where = where(),
                          .why = "its trade would be counted twice"});
      }
      links_.push_back(std::move(link));
    }
    check_weights(weighted);
  }

  void insert(Database& database, const std::vector<std::string>& codes, bool economies) const {
    std::vector<std::string> from, to;
    NumberColumn weight, first, last;
    const auto add = [&](const std::string& code, const Link& link) {
      from.push_back(code);
      to.push_back(link.to);
      weight.push_back(link.weight);
      first.push_back(link.first_year);
      last.push_back(link.last_year);
    };
    for (const std::string& code : codes) {
      const std::string known = economies ? economy_or_itself(code) : code;
      bool found = false;
      for (const Link& link : links_) {
        if (link.from != known) continue;
        add(code, link);
        found = true;
      }
      for (const Link& link : links_) {
        if (!found && link.from == "*") add(code, link);
      }
    }
    Table table("concordance");
    table.add("code_from", from);
    table.add("code_to", to);
    table.add("weight", std::move(weight));
    table.add("first_year", std::move(first));
    table.add("last_year", std::move(last));
    database.run("DROP TABLE IF EXISTS links");
    database.insert(table, "links");
  }

  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  /// Parts of a code that hold in the same years add up to one.
  void check_weights(bool weighted) {
    std::map<std::string, std::vector<Link*>> by_code;
    for (Link& link : links_) by_code[link.from].push_back(&link);
    for (auto& [code, links] : by_code) {
      for (const Link* start : links) {
        const auto holds = [&](const Link* link) {
          return link->first_year <= start->first_year && link->last_year >= start->first_year;
        };
        double sum = 0.0;
        for (const Link* link : links) sum += holds(link) ? link->weight : 0.0;
        if (!weighted || std::abs(sum - 1.0) <= kWeightTolerance) continue;
        throw InputError({.code = "weights-do-not-add-up",
                          .what = fmt::format("the parts of {} add up to {:.6g}", code, sum),
                          .where = fmt::format("{}, weight", source_),
                          .why = "trade would be lost or made up",
                          .fixes = {"give weights that add up to 1 for every code"}});
      }
      if (weighted) continue;
      for (Link* link : links) {
        const auto together = [&](const Link* other) {
          return other->first_year <= link->last_year && other->last_year >= link->first_year;
        };
        link->weight =
            1.0 / static_cast<double>(std::count_if(links.begin(), links.end(), together));
      }
    }
  }

  std::string source_;
  std::vector<Link> links_;
};

class Conversion {
 public:
  Conversion(const Table& table, const ConvertOptions& options) : options_(options) {
    result_.ledger = SampleLedger(table.n_rows());
    Table rows = table;
    rows.add("__weight", NumberColumn(static_cast<std::size_t>(table.n_rows()), 1.0));
    NumberColumn numbers;
    for (Index row = 0; row < table.n_rows(); ++row) numbers.push_back(static_cast<double>(row));
    rows.add("__row", std::move(numbers));
    columns_ = table.columns();
    has_year_ = table.has("year");
    has_pair_ = table.has("exporter") && table.has("importer");
    source_ = table.source();
    database_.insert(rows, "rows");
    if (has_pair_) {
      database_.run("ALTER TABLE rows ADD COLUMN __home BOOLEAN");
      database_.run("UPDATE rows SET __home = (exporter = importer)");
    }
  }

  void apply(const Concordance& concordance, const std::string& column, bool economies) {
    const std::string name = sql_name(column);
    const Table codes = database_.query(
        fmt::format(
            "SELECT DISTINCT {0}::VARCHAR AS code FROM rows WHERE {0} IS NOT NULL ORDER BY 1",
            name),
        source_);
    std::vector<std::string> present;
    for (Index row = 0; row < codes.n_rows(); ++row) present.push_back(text_at(codes, "code", row));
    concordance.insert(database_, present, economies);
    const std::string match =
        fmt::format("l.code_from = r.{}::VARCHAR{}", name,
                    has_year_ ? " AND r.year BETWEEN l.first_year AND l.last_year" : "");
    const Table unmatched = database_.query(
        fmt::format("SELECT r.{}::VARCHAR AS code, count(*) AS n FROM rows r WHERE NOT EXISTS "
                    "(SELECT 1 FROM links l WHERE {}) GROUP BY 1 ORDER BY n DESC, code",
                    name, match),
        source_);
    account_for(unmatched, concordance, column);
    const Table split = database_.query(
        fmt::format("SELECT count(*) AS n, count(DISTINCT __row) AS rows FROM (SELECT r.__row FROM "
                    "rows r JOIN links l ON {} WHERE l.weight < 1)",
                    match),
        source_);
    if (split.numbers("rows")[0] > 0.0) {
      result_.notes.push_back(fmt::format("{:.0f} rows go to several codes of {} by weight",
                                          split.numbers("rows")[0], column));
    }
    std::string replaced = fmt::format("coalesce(l.code_to, r.{0}::VARCHAR) AS {0}", name);
    for (const Column& other : columns_) {
      if (other.is_number() && !is_key(other) && !is_average(other, options_)) {
        replaced += fmt::format(", r.{0} * coalesce(l.weight, 1) AS {0}", sql_name(other.name));
      }
    }
    replaced += ", r.__weight * coalesce(l.weight, 1) AS __weight";
    database_.run(fmt::format(
        "CREATE TABLE next AS SELECT r.* REPLACE ({}) FROM rows r {} JOIN links "
        "l ON {}",
        replaced, options_.unmatched == UnmatchedCodes::kLeaveOut ? "" : "LEFT", match));
    database_.run("DROP TABLE rows");
    database_.run("ALTER TABLE next RENAME TO rows");
  }

  ConvertedTable finish() {
    inside_trade();
    std::string keys;
    for (const Column& column : columns_) {
      if (is_key(column)) keys += (keys.empty() ? "" : ", ") + sql_name(column.name);
    }
    const std::string by = options_.weigh_by.empty()
                               ? "__weight"
                               : fmt::format("__weight * {}", sql_name(options_.weigh_by));
    std::string chosen;
    for (const Column& column : columns_) {
      const std::string name = sql_name(column.name);
      if (!chosen.empty()) chosen += ", ";
      if (is_key(column)) {
        chosen += name;
      } else if (!column.is_number()) {
        chosen += fmt::format("string_agg(DISTINCT {0}, '+' ORDER BY {0}) AS {0}", name);
      } else if (is_average(column, options_)) {
        chosen += fmt::format(
            "sum({0} * {1} ORDER BY {0} * {1}) / nullif(sum(({1}) ORDER BY {1}) FILTER ({0} IS NOT "
            "NULL), 0) AS {0}",
            name, by);
      } else {
        chosen += fmt::format("sum({0} ORDER BY {0}) AS {0}", name);
      }
    }
    result_.table = database_.query(
        keys.empty() ? fmt::format("SELECT {} FROM rows", chosen)
                     : fmt::format("SELECT {0} FROM rows GROUP BY {1} ORDER BY {1}", chosen, keys),
        source_);
    if (result_.table.n_rows() == 0) {
      throw InputError({.code = "empty-table",
                        .what = "no row is left",
                        .where = source_,
                        .context = {result_.ledger.to_text()},
                        .why = "there would be nothing to work with"});
    }
    for (const Column& column : columns_) {
      if (!column.unit.empty()) result_.table.set_unit(column.name, column.unit);
    }
    result_.notes.push_back(
        fmt::format("{} rows became {}", result_.ledger.rows_used(), result_.table.n_rows()));
    return std::move(result_);
  }

 private:
  void account_for(const Table& unmatched, const Concordance& concordance,
                   const std::string& column) {
    if (unmatched.n_rows() == 0) return;
    std::vector<std::string> names;
    Index n_rows = 0;
    for (Index row = 0; row < unmatched.n_rows(); ++row) {
      const auto n = static_cast<Index>(unmatched.numbers("n")[static_cast<std::size_t>(row)]);
      if (names.size() < 5)
        names.push_back(fmt::format("{} ({} rows)", text_at(unmatched, "code", row), n));
      n_rows += n;
    }
    const std::string codes =
        fmt::format("{}{}", fmt::join(names, ", "), unmatched.n_rows() > 5 ? ", ..." : "");
    switch (options_.unmatched) {
      case UnmatchedCodes::kRefuse:
        throw InputError({.code = "unmatched-codes",
                          .what = fmt::format("{} codes of {} are not in the concordance",
                                              unmatched.n_rows(), column),
                          .where = concordance.source(),
                          .context = {codes},
                          .why = "their trade would be lost",
                          .fixes = {"add them, or a row * for all others", "--unmatched keep",
                                    "--unmatched leave_out"}});
      case UnmatchedCodes::kKeep:
        result_.notes.push_back(fmt::format("Codes of {} that stay: {}", column, codes));
        break;
      case UnmatchedCodes::kLeaveOut:
        // Rows that were split before leave once each.
        const Table whole = database_.query(
            fmt::format("SELECT count(DISTINCT __row) AS n FROM rows WHERE __row NOT IN (SELECT "
                        "r.__row FROM rows r JOIN links l ON l.code_from = r.{}::VARCHAR{})",
                        sql_name(column),
                        has_year_ ? " AND r.year BETWEEN l.first_year AND l.last_year" : ""),
            source_);
        result_.ledger.drop("convert", fmt::format("{} is not in the concordance", column),
                            static_cast<Index>(whole.numbers("n")[0]), names);
    }
  }

  /// Trade between economies that became one is trade at home.
  void inside_trade() {
    if (!has_pair_) return;
    const Table inside = database_.query(
        "SELECT count(DISTINCT __row) AS n FROM rows WHERE exporter = importer AND NOT __home",
        source_);
    const auto n = static_cast<Index>(inside.numbers("n")[0]);
    if (n == 0) return;
    if (options_.inside == InsideTrade::kDomestic) {
      result_.notes.push_back(
          fmt::format("{} rows of trade inside a region count as its trade at home", n));
      return;
    }
    const Table gone = database_.query(
        "SELECT count(*) AS n FROM (SELECT __row FROM rows GROUP BY __row HAVING "
        "bool_and(exporter = importer AND NOT __home))",
        source_);
    result_.ledger.drop("convert", "trade inside a region",
                        static_cast<Index>(gone.numbers("n")[0]));
    database_.run("DELETE FROM rows WHERE exporter = importer AND NOT __home");
  }

  const ConvertOptions& options_;
  Database database_{1};
  std::vector<Column> columns_;
  bool has_year_ = false, has_pair_ = false;
  std::string source_;
  ConvertedTable result_;
};

}  // namespace

std::vector<Field<ConvertOptions>> ConvertOptions::fields() {
  return {
      make_enum_field<&ConvertOptions::unmatched>(
          {.name = "unmatched",
           .doc = "codes that the concordance has not: refuse stops, keep leaves them as they are, "
                  "leave_out counts their rows in the ledger"},
          {"refuse", "keep", "leave_out"}),
      make_enum_field<&ConvertOptions::inside>(
          {.name = "inside",
           .doc = "trade between economies that become one: their trade at home, or left out"},
          {"domestic", "leave_out"}),
      make_field(&ConvertOptions::averages,
                 {.name = "averages",
                  .doc = "columns to average instead of adding up, besides rates and shares"}),
      make_field(&ConvertOptions::weigh_by,
                 {.name = "weigh_by", .doc = "column of amounts that averages are weighted by"})};
}

ConvertedTable convert_codes(const Table& table, const std::vector<CodeMap>& maps,
                             const ConvertOptions& options) {
  if (!options.weigh_by.empty()) (void)table.numbers(options.weigh_by);
  for (const std::string& name : options.averages) (void)table.numbers(name);
  Conversion conversion(table, options);
  for (const CodeMap& map : maps) {
    (void)map.table.column("from");
    (void)map.table.column("to");
    const bool economies = map.column == "economy";
    const Concordance concordance(map, economies);
    if (!economies) {
      (void)table.column(map.column);
      conversion.apply(concordance, map.column, false);
      continue;
    }
    bool any = false;
    for (const char* column : kEconomyColumns) {
      if (!table.has(column)) continue;
      conversion.apply(concordance, column, true);
      any = true;
    }
    if (!any) (void)table.column("economy");  // says which columns there are
  }
  return conversion.finish();
}

}  // namespace altyn::data
