#include "altyn/study/political_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/month.h"
#include "altyn/data/trade_columns.h"
#include "altyn/estimation/formula.h"

namespace altyn::study {
namespace {

constexpr data::Date kForever = {1 << 28};
constexpr const char* kAlignment = "alignment";
constexpr const char* kJointMemberships = "joint_memberships";
constexpr const char* kPrefix = "joint_";

[[noreturn]] void fail(std::string code, std::string what, const data::Table& table, Index row,
                       std::string why, std::vector<std::string> fixes = {}) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

/// The cell as text, a whole number as its digits; "" when blank.
std::string text_if(const data::Table& table, const char* column, Index row) {
  if (!table.column(column).is_number()) return std::string(table.texts(column).at(row));
  const double value = table.numbers(column)[static_cast<std::size_t>(row)];
  return data::is_missing(value) ? "" : fmt::format("{:g}", value);
}

std::string text_at(const data::Table& table, const char* column, Index row) {
  const std::string text = text_if(table, column, row);
  if (text.empty()) {
    fail("missing-value", fmt::format("{} is blank", column), table, row,
         "a row without it says nothing of anyone");
  }
  return text;
}

double number_at(const data::Table& table, const char* column, Index row) {
  const double value = table.numbers(column)[static_cast<std::size_t>(row)];
  if (data::is_missing(value)) {
    fail("missing-value", fmt::format("{} is blank", column), table, row,
         "a row without it says nothing of anyone");
  }
  return value;
}

int year_of(double value, const data::Table& table, Index row) {
  if (value >= 1000 && value <= 9999 && value == std::floor(value)) return static_cast<int>(value);
  fail("bad-year", fmt::format("{} is not a year", value), table, row,
       "rows are told apart by their year", {"write years with four digits"});
}

int year_at(const data::Table& table, Index row) {
  return year_of(number_at(table, "year", row), table, row);
}

std::string economy_at(const data::Table& table, const char* column, Index row) {
  return data::economy_code(text_at(table, column, row),
                            fmt::format("{}, {}", table.source(), table.place_of(row)));
}

/// The first and the last day of "2015", "2015-01" or "2015-01-02".
std::pair<data::Date, data::Date> days_of(const std::string& text, const std::string& where) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (text.size() == 4 && digits) {
    const int year = std::stoi(text);
    return {data::Date::of(year, 1, 1), data::Date::of(year, 12, 31)};
  }
  if (text.size() == 7) {
    const data::Month month = data::Month::parse(text, where);
    return {data::Date::first_of(month), data::Date::last_of(month)};
  }
  const data::Date day = data::Date::parse(text, where);
  return {day, day};
}

/// "Commonwealth of IS" -> "joint_commonwealth_of_is".
std::string column_of(const std::string& organisation) {
  std::string name = kPrefix;
  for (const char c : organisation) {
    const auto letter = static_cast<unsigned char>(c);
    name +=
        letter >= 128 || std::isalnum(letter) != 0 ? static_cast<char>(std::tolower(letter)) : '_';
  }
  return name;
}

void add_new(data::Table& table, const std::string& name, data::NumberColumn values,
             const char* option) {
  if (table.has(name)) {
    throw InputError({.code = "name-taken",
                      .what = fmt::format("{} has a column {} already", table.source(), name),
                      .where = option,
                      .why = "a column that is added must not hide another"});
  }
  table.add(name, std::move(values));
}

/// Who the rows of a trade table are about, by present codes; a code that stands for no economy is
/// kept as it is.
struct PairYears {
  data::TextColumn exporter, importer;
  std::vector<int> year;                          // 0 where it is missing
  std::vector<std::string> exporters, importers;  // code by entry of the dictionary

  explicit PairYears(const data::Table& table) {
    const data::TradeColumns columns = data::find_trade_columns(table);
    exporter = table.texts(columns.require(data::Role::kExporter, table));
    importer = table.texts(columns.require(data::Role::kImporter, table));
    for (const double value : table.numbers(columns.require(data::Role::kYear, table))) {
      const auto row = static_cast<Index>(year.size());
      year.push_back(data::is_missing(value) ? 0 : year_of(value, table, row));
    }
    exporters = codes_of(exporter);
    importers = codes_of(importer);
  }

  static std::vector<std::string> codes_of(const data::TextColumn& column) {
    std::vector<std::string> codes;
    for (const std::string& text : column.dictionary) {
      const data::CodeReading reading = data::read_economy(text);
      const bool known = reading.kind == data::CodeReading::Kind::kEconomy ||
                         reading.kind == data::CodeReading::Kind::kFormer;
      codes.push_back(known ? reading.code : text);
    }
    return codes;
  }

  /// A value per row, blank where exporter, importer or year is.
  template <class Value>
  [[nodiscard]] data::NumberColumn column(const Value& value) const {
    data::NumberColumn values(year.size(), data::kMissing);
    for (std::size_t row = 0; row < values.size(); ++row) {
      const GroupId from = exporter.codes[row];
      const GroupId to = importer.codes[row];
      if (from == kNoGroup || to == kNoGroup || year[row] == 0) continue;
      values[row] = value(from, to, year[row]);
    }
    return values;
  }
};

using Spells = std::vector<std::pair<data::Date, data::Date>>;

bool share_a_day(const Spells& first, const Spells& second, int year) {
  const data::Date begin = data::Date::of(year, 1, 1);
  const data::Date end = data::Date::of(year, 12, 31);
  for (const auto& [from, to] : first) {
    for (const auto& [other_from, other_to] : second) {
      if (std::max({from, other_from, begin}) <= std::min({to, other_to, end})) return true;
    }
  }
  return false;
}

using PairYear = std::tuple<std::string, std::string, int>;

PairYear ordered(const std::string& first, const std::string& second, int year) {
  return first < second ? PairYear(first, second, year) : PairYear(second, first, year);
}

std::map<PairYear, double> values_of_pairs(const data::Table& table, const char* column) {
  std::map<PairYear, double> values;
  std::map<PairYear, Index> rows;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::string first = economy_at(table, "first", row);
    const std::string second = economy_at(table, "second", row);
    const int year = year_at(table, row);
    if (first == second) {
      fail("self-pair", fmt::format("{} is paired with itself", first), table, row,
           fmt::format("{} is between two economies", column));
    }
    const PairYear key = ordered(first, second, year);
    const auto [place, is_new] = rows.try_emplace(key, row);
    if (!is_new) {
      fail("duplicate-pair-year",
           fmt::format("{} and {} in {} stand on {} already", first, second, year,
                       table.place_of(place->second)),
           table, row, "one of the two values would be ignored; a pair counts in both directions");
    }
    values[key] = table.numbers(column)[static_cast<std::size_t>(row)];
  }
  return values;
}

/// A column by pair and year, blank where the table has no value.
void add_values_of_pairs(data::Table& table, const data::Table& values, const char* column,
                         const char* option) {
  const auto known = values_of_pairs(values, column);
  const PairYears pairs(table);
  add_new(table, column, pairs.column([&](GroupId exporter, GroupId importer, int year) {
    const auto place =
        known.find(ordered(pairs.exporters[exporter], pairs.importers[importer], year));
    return place == known.end() ? data::kMissing : place->second;
  }),
          option);
}

std::map<std::pair<std::string, int>, double> positions_of(const data::Table& table) {
  std::map<std::pair<std::string, int>, double> values;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::string economy = economy_at(table, "economy", row);
    const int year = year_at(table, row);
    const double position = table.numbers("position")[static_cast<std::size_t>(row)];
    if (values.try_emplace({economy, year}, position).second) continue;
    fail("duplicate-economy-year", fmt::format("{} in {} stands twice", economy, year), table, row,
         "one of the two positions would be ignored");
  }
  return values;
}

void collect(const std::vector<estimation::Term>& terms, std::set<std::string>& columns) {
  for (const estimation::Term& term : terms) {
    for (const estimation::Factor& factor : term.factors) {
      for (const std::string& name : factor.value.columns()) columns.insert(name);
      for (const estimation::Expression& by : factor.by) {
        for (const std::string& name : by.columns()) columns.insert(name);
      }
    }
  }
}

}  // namespace

std::vector<OrganisationMember> read_memberships(const data::Table& table) {
  std::vector<OrganisationMember> members;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> known;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::string where = fmt::format("{}, {}", table.source(), table.place_of(row));
    OrganisationMember member{.economy = economy_at(table, "economy", row),
                              .organisation = text_at(table, "organisation", row),
                              .from = days_of(text_at(table, "from", row), where).first,
                              .to = kForever};
    const std::string to = text_if(table, "to", row);
    if (!to.empty()) member.to = days_of(to, where).second;
    if (member.to < member.from) {
      fail("ends-before-start",
           fmt::format("{} leaves {} on {}, before it joins on {}", member.economy,
                       member.organisation, member.to.to_string(), member.from.to_string()),
           table, row, "a membership runs from its first day to its last");
    }
    std::vector<std::size_t>& others = known[{member.economy, member.organisation}];
    for (const std::size_t other : others) {
      if (std::max(member.from, members[other].from) > std::min(member.to, members[other].to)) {
        continue;
      }
      fail("overlapping-spells",
           fmt::format("{} is in {} twice over; the other spell stands on {}", member.economy,
                       member.organisation, table.place_of(static_cast<Index>(other))),
           table, row, "one of the two spells has a wrong date",
           {"end the first the day before the second begins", "put both into one row"});
    }
    others.push_back(members.size());
    members.push_back(std::move(member));
  }
  return members;
}

data::Table read_membership_table(DataSources& sources, const std::string& name) {
  try {
    return sources.read(name, {.text_columns = {"from", "to"}});
  } catch (const InputError& error) {
    if (error.detail().code != "no-such-column") throw;
    return sources.read(name);  // by pair and year: no spells
  }
}

void add_joint_memberships(data::Table& table, const data::Table& memberships) {
  if (memberships.has(kJointMemberships)) {
    add_values_of_pairs(table, memberships, kJointMemberships, "memberships");
    return;
  }
  std::map<std::string, std::map<std::string, Spells>> organisations;
  for (const OrganisationMember& member : read_memberships(memberships)) {
    organisations[member.organisation][member.economy].emplace_back(member.from, member.to);
  }
  const PairYears pairs(table);
  data::NumberColumn number = pairs.column([](GroupId, GroupId, int) { return 0.0; });
  for (const auto& [organisation, spells] : organisations) {
    const auto by_entry = [&members = spells](const std::vector<std::string>& codes) {
      std::vector<const Spells*> found;
      for (const std::string& code : codes) {
        const auto place = members.find(code);
        found.push_back(place == members.end() ? nullptr : &place->second);
      }
      return found;
    };
    const std::vector<const Spells*> from = by_entry(pairs.exporters);
    const std::vector<const Spells*> to = by_entry(pairs.importers);
    data::NumberColumn joint = pairs.column([&](GroupId exporter, GroupId importer, int year) {
      const bool both = from[exporter] != nullptr && to[importer] != nullptr &&
                        pairs.exporters[exporter] != pairs.importers[importer] &&
                        share_a_day(*from[exporter], *to[importer], year);
      return both ? 1.0 : 0.0;
    });
    for (std::size_t row = 0; row < joint.size(); ++row) number[row] += joint[row];
    add_new(table, column_of(organisation), std::move(joint), "memberships");
  }
  add_new(table, kJointMemberships, std::move(number), "memberships");
}

void add_alignment(data::Table& table, const data::Table& alignment) {
  if (!alignment.has("position")) {
    add_values_of_pairs(table, alignment, kAlignment, "alignment");
    return;
  }
  const auto positions = positions_of(alignment);
  const auto at = [&positions](const std::string& economy, int year) {
    const auto place = positions.find({economy, year});
    return place == positions.end() ? data::kMissing : place->second;
  };
  const PairYears pairs(table);
  add_new(table, kAlignment, pairs.column([&](GroupId exporter, GroupId importer, int year) {
    const double distance =
        std::abs(at(pairs.exporters[exporter], year) - at(pairs.importers[importer], year));
    return 0.0 - distance;
  }),
          "alignment");
}

std::string bad_controls(const std::string& formula, bool memberships, bool alignment) {
  const estimation::Formula parsed = estimation::parse_formula(formula);
  std::set<std::string> columns;
  collect(parsed.terms, columns);
  collect(parsed.endogenous, columns);
  std::vector<std::string> used;
  for (const std::string& column : columns) {
    if ((memberships && column.starts_with(kPrefix)) || (alignment && column == kAlignment)) {
      used.push_back(column);
    }
  }
  if (used.empty()) return "";
  return fmt::format("{} {}", fmt::join(used, ", "), attribution::kBadControls);
}

}  // namespace altyn::study
