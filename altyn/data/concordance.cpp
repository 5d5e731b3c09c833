#include "altyn/data/concordance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

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
  if (column.is_number()) {
    return column.name == "year" || column.name == "month" || column.name == "t";  // of BACI
  }
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

constexpr double kFirstYear = -9999.0;
constexpr double kLastYear = 9999.0;

/// Where a code goes, or a part of it.
struct Link {
  std::string to;
  double weight = 1.0;
  double first_year = kFirstYear;
  double last_year = kLastYear;
};

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// How a code was found in a table.
enum class Found { kNot, kAsIs, kByZero, kByHeading };

class Concordance {
 public:
  Concordance(const Table& table, bool economies)
      : source_(table.source()), economies_(economies), weighted_(table.has("weight")) {
    (void)table.column("from");
    (void)table.column("to");
    const auto number = [&](const char* name, Index row, double absent) {
      if (!table.has(name)) return absent;
      const double value = table.numbers(name)[static_cast<std::size_t>(row)];
      return is_missing(value) ? absent : value;
    };
    std::set<std::tuple<std::string, std::string, double>> seen;
    for (Index row = 0; row < table.n_rows(); ++row) {
      Link link{.to = text_at(table, "to", row),
                .weight = number("weight", row, 1.0),
                .first_year = number("first_year", row, kFirstYear),
                .last_year = number("last_year", row, kLastYear)};
      std::string from = text_at(table, "from", row);
      if (economies && from != "*") from = economy_or_itself(from);
      const auto where = [&] { return fmt::format("{}, {}", source_, table.place_of(row)); };
      if (!(link.weight >= 0.0)) {
        throw InputError({.code = "negative-weight",
                          .what = fmt::format("the weight is {}", link.weight),
                          .where = where(),
                          .why = "a weight is the part of a code that goes to another one"});
      }
      if (!seen.emplace(from, link.to, link.first_year).second) {
        throw InputError({.code = "duplicate-row",
                          .what = fmt::format("{} goes to {} twice", from, link.to),
                          .where = where(),
                          .why = "its trade would be counted twice"});
      }
      links_[from].push_back(std::move(link));
    }
    for (auto& [code, links] : links_) settle_weights(code, links);
  }

  /// Where a code goes; null when it has no place.
  [[nodiscard]] const std::vector<Link>* of(const std::string& code, Found& found) const {
    const auto at = [&](const std::string& key) {
      const auto place = links_.find(key);
      return place == links_.end() ? nullptr : &place->second;
    };
    found = Found::kAsIs;
    if (const auto* links = at(economies_ ? economy_or_itself(code) : code)) return links;
    if (!economies_ && is_digits(code)) {
      found = Found::kByZero;
      if (const auto* links = at(other_zero(code))) return links;
      found = Found::kByHeading;
      const std::string whole = code.size() % 2 == 0 ? code : '0' + code;
      for (std::size_t n = 6; n >= 2; n -= 2) {
        if (n >= whole.size()) continue;
        const std::string heading = whole.substr(0, n);
        if (const auto* links = at(heading)) return links;
        if (const auto* links = at(other_zero(heading))) return links;
      }
    }
    found = Found::kAsIs;
    if (const auto* links = at("*")) return links;
    found = Found::kNot;
    return nullptr;
  }

  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] bool weighted() const { return weighted_; }

 private:
  /// "10121" for "010121" and the other way round: codes of products have an even number of digits.
  static std::string other_zero(const std::string& code) {
    if (code.size() % 2 == 1) return '0' + code;
    return code.front() == '0' ? code.substr(1) : code;
  }

  /// Parts of a code that hold in the same years add up to one.
  void settle_weights(const std::string& code, std::vector<Link>& links) const {
    if (!weighted_) {
      std::vector<double> weights;
      for (const Link& link : links) {
        const auto together = [&](const Link& other) {
          return other.first_year <= link.last_year && other.last_year >= link.first_year;
        };
        weights.push_back(1.0 /
                          static_cast<double>(std::count_if(links.begin(), links.end(), together)));
      }
      for (std::size_t k = 0; k < links.size(); ++k) links[k].weight = weights[k];
      return;
    }
    for (const Link& start : links) {
      double sum = 0.0;
      for (const Link& link : links) {
        const bool holds =
            link.first_year <= start.first_year && link.last_year >= start.first_year;
        sum += holds ? link.weight : 0.0;
      }
      if (std::abs(sum - 1.0) <= kWeightTolerance) continue;
      throw InputError({.code = "weights-do-not-add-up",
                        .what = fmt::format("the parts of {} add up to {:.6g}", code, sum),
                        .where = fmt::format("{}, weight", source_),
                        .why = "trade would be lost or made up",
                        .fixes = {"give weights that add up to 1 for every code"}});
    }
  }

  std::string source_;
  bool economies_ = false, weighted_ = false;
  std::map<std::string, std::vector<Link>> links_;
};

/// Tables one after another, as one.
class Chain {
 public:
  Chain(const CodeMap& map, bool economies) : column_(map.column) {
    tables_.emplace_back(map.table, economies);
    for (const Table& table : map.further) tables_.emplace_back(table, economies);
    if (map.totals.columns().empty()) return;
    for (const Concordance& table : tables_) {
      if (!table.weighted()) continue;
      throw InputError({.code = "weights-given-twice",
                        .what = "the concordance has weights, and trade to split by is given",
                        .where = table.source(),
                        .why = "the parts of a code follow one of them",
                        .fixes = {"leave the trade out", "take the column weight out"}});
    }
    for (Index row = 0; row < map.totals.n_rows(); ++row) {
      totals_[text_at(map.totals, "code", row)] +=
          map.totals.numbers("amount")[static_cast<std::size_t>(row)];
    }
  }

  /// The parts of a code, in all years; one that found no place stays under the code it got to.
  struct Part {
    Link link;
    bool placed = true;
  };
  [[nodiscard]] std::vector<Part> parts_of(const std::string& code) {
    std::vector<Part> parts = {{.link = {.to = code}}};
    for (const Concordance& table : tables_) {
      std::vector<Part> next;
      for (const Part& part : parts) {
        Found found = Found::kNot;
        const std::vector<Link>* links = part.placed ? table.of(part.link.to, found) : nullptr;
        if (links == nullptr) {
          next.push_back({part.link, false});
          continue;
        }
        if (found == Found::kByZero) ++n_by_zero_;
        if (found == Found::kByHeading) ++n_by_heading_;
        for (const Link& link : *links) add(next, part.link, link);
      }
      parts = std::move(next);
    }
    if (!totals_.empty()) split_by_totals(parts);
    return parts;
  }

  [[nodiscard]] std::string source() const {
    std::string names;
    for (const Concordance& table : tables_) {
      names += (names.empty() ? "" : ", then ") + table.source();
    }
    return names;
  }

  /// How codes were found that have no row of their own.
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    if (n_by_zero_ > 0) {
      notes.push_back(
          fmt::format("{} codes of {} were found by adding or removing the zero in front",
                      n_by_zero_, column_));
    }
    if (n_by_heading_ > 0) {
      notes.push_back(fmt::format("{} codes of {} went the way of their heading or chapter",
                                  n_by_heading_, column_));
    }
    return notes;
  }

 private:
  static void add(std::vector<Part>& parts, const Link& before, const Link& link) {
    const Link both{.to = link.to,
                    .weight = before.weight * link.weight,
                    .first_year = std::max(before.first_year, link.first_year),
                    .last_year = std::min(before.last_year, link.last_year)};
    if (both.first_year > both.last_year) return;
    for (Part& part : parts) {
      if (part.placed && part.link.to == both.to && part.link.first_year == both.first_year &&
          part.link.last_year == both.last_year) {
        part.link.weight += both.weight;
        return;
      }
    }
    parts.push_back({both, true});
  }

  void split_by_totals(std::vector<Part>& parts) const {
    std::map<std::pair<double, double>, std::pair<double, double>>
        sums;  // weights, totals by years
    const auto total_of = [&](const Part& part) {
      const auto found = totals_.find(part.link.to);
      return found == totals_.end() ? 0.0 : found->second;
    };
    const auto sum_of = [&](const Part& part) -> std::pair<double, double>& {
      return sums[{part.link.first_year, part.link.last_year}];
    };
    for (const Part& part : parts) {
      if (!part.placed) continue;
      sum_of(part).first += part.link.weight;
      sum_of(part).second += total_of(part);
    }
    for (Part& part : parts) {
      if (!part.placed || !(sum_of(part).second > 0.0)) continue;
      part.link.weight = sum_of(part).first * total_of(part) / sum_of(part).second;
    }
  }

  std::string column_;
  std::vector<Concordance> tables_;
  std::map<std::string, double> totals_;
  Index n_by_zero_ = 0, n_by_heading_ = 0;
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
    for (const Column& column : columns_) {
      if (column.is_number() && !is_key(column) && !is_average(column, options)) {
        amounts_.push_back(column.name);
      }
    }
    has_year_ = table.has("year");
    has_pair_ = table.has("exporter") && table.has("importer");
    source_ = table.source();
    database_.insert(rows, "rows");
    if (has_pair_) {
      database_.run("ALTER TABLE rows ADD COLUMN __home BOOLEAN");
      database_.run("UPDATE rows SET __home = (exporter = importer)");
    }
  }

  void apply(Chain& chain, const std::string& column) {
    const std::string name = sql_name(column);
    insert_links(chain, name);
    const std::string match =
        fmt::format("l.code_from = r.{}::VARCHAR{}", name,
                    has_year_ ? " AND r.year BETWEEN l.first_year AND l.last_year" : "");
    find_gaps(name, match);
    account_for_gaps(chain, column);
    const Table split = database_.query(
        fmt::format("SELECT count(DISTINCT __row) AS rows FROM (SELECT r.__row FROM rows r JOIN "
                    "links l ON {} WHERE l.weight < 1)",
                    match),
        source_);
    if (split.numbers("rows")[0] > 0.0) {
      result_.notes.push_back(fmt::format("{:.0f} rows go to several codes of {} by weight",
                                          split.numbers("rows")[0], column));
    }
    for (const std::string& note : chain.notes()) result_.notes.push_back(note);
    std::string replaced = fmt::format("coalesce(l.code_to, r.{0}::VARCHAR) AS {0}", name);
    for (const std::string& amount : amounts_) {
      replaced += fmt::format(", r.{0} * coalesce(l.weight, 1) AS {0}", sql_name(amount));
    }
    replaced += ", r.__weight * coalesce(l.weight, 1) AS __weight";
    database_.run(fmt::format(
        "CREATE TABLE next AS SELECT r.* REPLACE ({}) FROM rows r {} JOIN links l ON {}", replaced,
        options_.unmatched == UnmatchedCodes::kLeaveOut ? "" : "LEFT", match));
    database_.run("DROP TABLE rows");
    database_.run("ALTER TABLE next RENAME TO rows");
    if (options_.unmatched == UnmatchedCodes::kLeaveOut) drop_lost_rows(column);
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
  /// The table `links` of what becomes of the codes that are there.
  void insert_links(Chain& chain, const std::string& name) {
    const Table codes = database_.query(
        fmt::format(
            "SELECT DISTINCT {0}::VARCHAR AS code FROM rows WHERE {0} IS NOT NULL ORDER BY 1",
            name),
        source_);
    std::vector<std::string> from, to;
    NumberColumn weight, first, last;
    stuck_.clear();
    for (Index row = 0; row < codes.n_rows(); ++row) {
      const std::string code = text_at(codes, "code", row);
      for (const Chain::Part& part : chain.parts_of(code)) {
        if (!part.placed && part.link.to != code) stuck_.push_back({code, part.link.to});
        if (!part.placed && options_.unmatched != UnmatchedCodes::kKeep) continue;
        if (!(part.link.weight > 0.0)) continue;
        if (!part.placed) kept_.insert(part.link.to);
        if (!has_year_ && (part.link.first_year > kFirstYear || part.link.last_year < kLastYear)) {
          throw InputError(
              {.code = "no-such-column",
               .what = "the table has no column year",
               .where = source_,
               .context = {fmt::format("{} goes to {} in some years only", code, part.link.to)},
               .why = "the concordance holds for some years",
               .fixes = {"give the rows their year", "take the years out of it"}});
        }
        from.push_back(code);
        to.push_back(part.link.to);
        weight.push_back(part.link.weight);
        first.push_back(part.link.first_year);
        last.push_back(part.link.last_year);
      }
    }
    Table table("concordance");
    table.add("code_from", from);
    table.add("code_to", to);
    table.add("weight", std::move(weight));
    table.add("first_year", std::move(first));
    table.add("last_year", std::move(last));
    database_.run("DROP TABLE IF EXISTS links");
    database_.insert(table, "links");
  }

  /// The table `gaps`: the part of each row that has no place.
  void find_gaps(const std::string& name, const std::string& match) {
    database_.run("DROP TABLE IF EXISTS gaps");
    const std::string by = fmt::format("r.{}{}", name, has_year_ ? ", r.year" : "");
    database_.run(fmt::format(
        "CREATE TABLE gaps AS SELECT r.{0}::VARCHAR AS code, {3} AS year, 1 - "
        "coalesce(sum(l.weight ORDER BY l.weight), 0) AS lost FROM (SELECT DISTINCT {1} FROM rows "
        "r) r LEFT JOIN links l ON {2} GROUP BY {1} HAVING lost > {4}",
        name, by, match, has_year_ ? "r.year" : "NULL", kWeightTolerance));
    database_.run("DROP TABLE IF EXISTS lost");
    database_.run(fmt::format(
        "CREATE TABLE lost AS SELECT r.*, g.code AS __code, g.lost AS __lost FROM rows r JOIN gaps "
        "g ON r.{}::VARCHAR IS NOT DISTINCT FROM g.code{}",
        name, has_year_ ? " AND r.year IS NOT DISTINCT FROM g.year" : ""));
  }

  void account_for_gaps(const Chain& chain, const std::string& column) {
    examples_.clear();
    const Table unmatched = database_.query(
        "SELECT __code AS code, count(DISTINCT __row) AS n FROM lost GROUP BY 1 ORDER BY n DESC, "
        "code",
        source_);
    const bool keeps = options_.unmatched == UnmatchedCodes::kKeep;
    std::set<std::string> kept = std::exchange(kept_, {});
    for (Index row = 0; row < unmatched.n_rows(); ++row) {
      const std::string code = text_at(unmatched, "code", row);
      if (keeps) kept.insert(code);
      if (examples_.size() >= 5) continue;
      const auto stuck = std::find_if(stuck_.begin(), stuck_.end(),
                                      [&](const auto& pair) { return pair.first == code; });
      examples_.push_back(fmt::format("{}{} ({:.0f} rows)", code,
                                      stuck == stuck_.end() ? "" : " as " + stuck->second,
                                      unmatched.numbers("n")[static_cast<std::size_t>(row)]));
    }
    if (keeps && !kept.empty()) {
      std::vector<std::string> names(kept.begin(), kept.end());
      const bool more = names.size() > 5;
      names.resize(std::min<std::size_t>(names.size(), 5));
      result_.notes.push_back(fmt::format("Codes of {} that stay: {}{}", column,
                                          fmt::join(names, ", "), more ? ", ..." : ""));
      keep_gaps();
    }
    if (keeps || unmatched.n_rows() == 0) return;
    if (options_.unmatched == UnmatchedCodes::kRefuse) {
      throw InputError({.code = "unmatched-codes",
                        .what = fmt::format("{} codes of {} are not in the concordance",
                                            unmatched.n_rows(), column),
                        .where = chain.source(),
                        .context = {fmt::format("{}{}", fmt::join(examples_, ", "),
                                                unmatched.n_rows() > 5 ? ", ..." : "")},
                        .why = "their trade would be lost",
                        .fixes = {"add them, or a row * for all others", "--unmatched keep",
                                  "--unmatched leave_out"}});
    }
    for (const std::string& amount : amounts_) {
      const std::string name = sql_name(amount);
      const Table sums = database_.query(
          fmt::format("SELECT sum({0} * __lost ORDER BY {0} * __lost) AS lost, (SELECT sum({0} "
                      "ORDER BY {0}) FROM rows) AS total FROM lost",
                      name),
          source_);
      const double lost = sums.numbers("lost")[0];
      const double total = sums.numbers("total")[0];
      if (!(lost > 0.0)) continue;
      result_.notes.push_back(
          fmt::format("{:.6g} of {} ({:.3g}%) have no place in the concordance and are left out",
                      lost, amount, 100.0 * lost / total));
    }
  }

  /// What has no place in some years keeps its code in them.
  void keep_gaps() {
    database_.run(fmt::format(
        "INSERT INTO links SELECT code, code, lost, coalesce(year, {}), coalesce(year, {}) FROM "
        "gaps WHERE code IS NOT NULL",
        kFirstYear, kLastYear));
  }

  /// Rows that were left out whole; a row that was split before leaves once.
  void drop_lost_rows(const std::string& column) {
    const Table gone = database_.query(
        "SELECT count(DISTINCT __row) AS n FROM lost WHERE __row NOT IN (SELECT __row FROM rows)",
        source_);
    const auto n = static_cast<Index>(gone.numbers("n")[0]);
    if (n == 0) return;
    result_.ledger.drop("convert", fmt::format("{} is not in the concordance", column), n,
                        examples_);
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
  std::vector<std::string> amounts_;  ///< columns that are split and added up
  bool has_year_ = false, has_pair_ = false;
  std::vector<std::pair<std::string, std::string>> stuck_;  ///< a code, and what it got to
  std::set<std::string> kept_;                              ///< codes that stay as they got to
  std::vector<std::string> examples_;                       ///< codes without a place
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
    const bool economies = map.column == "economy";
    Chain chain(map, economies);
    if (!economies) {
      (void)table.column(map.column);
      conversion.apply(chain, map.column);
      continue;
    }
    bool any = false;
    for (const char* column : kEconomyColumns) {
      if (!table.has(column)) continue;
      conversion.apply(chain, column);
      any = true;
    }
    if (!any) (void)table.column("economy");  // says which columns there are
  }
  return conversion.finish();
}

}  // namespace altyn::data
