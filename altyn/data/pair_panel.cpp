#include "altyn/data/pair_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/database.h"

namespace altyn::data {
namespace {

/// Dictionaries of the two flag columns, sorted.
const std::vector<std::string> kSides = {"domestic", "exporter", "importer", "reported"};
enum Side : GroupId { kDomestic, kExporterSide, kImporterSide, kReported };
const std::vector<std::string> kZeroFlags = {"p", "r"};

enum class Form { kOneValue, kTwoSides, kReports };

/// Where the fields of a row stand.
struct Layout {
  Form form = Form::kOneValue;
  std::string exporter;  // or the reporter
  std::string importer;  // or the partner
  std::string year;
  std::string sector;
  std::string flow;
  std::string value;  // one value, or the importer's
  std::string exporter_value;
  double value_unit = 1.0;
  double exporter_unit = 1.0;
};

/// One flow on its way to the panel.
struct Record {
  std::uint32_t exporter = 0;
  std::uint32_t importer = 0;
  int year = 0;
  std::uint32_t sector = 0;
  double importer_reported = kMissing;  // or the one value
  double exporter_reported = kMissing;
  Index row = 0;

  [[nodiscard]] auto flow() const { return std::tuple(exporter, importer, year); }
};

Layout find_layout(const Table& table, const ColumnChoices& choices, PairPanel& panel) {
  const TradeColumns columns = find_trade_columns(table, choices);
  panel.detected = columns.detected;
  Layout layout;
  const auto name_of = [&](Role role) {
    const std::string* name = columns.find(role);
    return name == nullptr ? std::string() : *name;
  };
  layout.year = name_of(Role::kYear);
  layout.sector = name_of(Role::kSector);
  const auto unit = [&](const std::string& column) {
    const AmountUnit found = amount_unit(table, column, choices);
    panel.detected.push_back(found.sentence);
    return found.million_usd;
  };
  const bool has_pair = columns.find(Role::kExporter) && columns.find(Role::kImporter);
  if (!has_pair && columns.find(Role::kReporter) && columns.find(Role::kPartner)) {
    layout.form = Form::kReports;
    layout.exporter = name_of(Role::kReporter);
    layout.importer = name_of(Role::kPartner);
    layout.flow = columns.require(Role::kFlow, table);
    layout.value = columns.require(Role::kTrade, table);
    layout.value_unit = unit(layout.value);
    panel.two_sided = true;
    return layout;
  }
  layout.exporter = columns.require(Role::kExporter, table);
  layout.importer = columns.require(Role::kImporter, table);
  const bool sides = columns.find(Role::kImporterReported) && columns.find(Role::kExporterReported);
  if (sides && choices.trade.empty()) {
    layout.form = Form::kTwoSides;
    layout.value = name_of(Role::kImporterReported);
    layout.exporter_value = name_of(Role::kExporterReported);
    layout.value_unit = unit(layout.value);
    layout.exporter_unit = unit(layout.exporter_value);
    panel.two_sided = true;
  } else {
    layout.value = columns.require(Role::kTrade, table);
    layout.value_unit = unit(layout.value);
  }
  return layout;
}

/// What a column of economies says, per dictionary entry.
struct EconomyColumn {
  TextColumn texts;
  std::vector<std::string> codes;  // "" while unused or left out
  std::vector<bool> aggregate;
  std::vector<bool> dropped;
};

class PanelLoader {
 public:
  PanelLoader(const Table& table, const Layout& layout, const PairPanelOptions& options,
              PairPanel& panel)
      : table_(table), layout_(layout), options_(options), panel_(panel) {}

  void load() {
    panel_.ledger = SampleLedger(table_.n_rows());
    const EconomyColumn exporters = read_economies(layout_.exporter);
    const EconomyColumn importers = read_economies(layout_.importer);
    number_economies(exporters, importers);
    read_records(exporters, importers);
    std::sort(records_.begin(), records_.end(), [](const Record& a, const Record& b) {
      return std::tuple(a.flow(), a.sector, a.row) < std::tuple(b.flow(), b.sector, b.row);
    });
    join();
    choose();
    build_table();
  }

 private:
  std::string place(Index row, const std::string& column) const {
    return fmt::format("{}, {}, column {}", table_.source(), table_.place_of(row), column);
  }

  EconomyColumn read_economies(const std::string& name) {
    EconomyColumn economies;
    const Column& column = table_.column(name);
    if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {  // BACI's numbers
      std::vector<std::string> texts;
      for (const double value : *numbers) texts.push_back(format_number(value));
      economies.texts = code_texts(texts);
    } else {
      economies.texts = std::get<TextColumn>(column.values);
    }
    const std::size_t n = economies.texts.dictionary.size();
    economies.codes.resize(n);
    economies.aggregate.resize(n);
    economies.dropped.resize(n);
    std::vector<bool> seen(n, false);
    for (Index row = 0; row < table_.n_rows(); ++row) {
      const GroupId code = economies.texts.codes[static_cast<std::size_t>(row)];
      if (code == kNoGroup) {
        throw InputError({.code = "missing-economy",
                          .what = "the row does not say whose trade it is",
                          .where = place(row, name),
                          .why = "leaving it out would lose trade unseen",
                          .fixes = {"fill in the code or remove the row"}});
      }
      if (seen[code]) continue;
      seen[code] = true;
      understand(economies, code, place(row, name));
    }
    return economies;
  }

  void understand(EconomyColumn& economies, GroupId code, const std::string& where) {
    const std::string& text = economies.texts.dictionary[code];
    const auto is_dropped = [this](const std::string& name) {
      return std::find(options_.drop.begin(), options_.drop.end(), name) != options_.drop.end();
    };
    const CodeReading reading = read_economy(text);
    economies.dropped[code] = is_dropped(text) || is_dropped(reading.code);
    economies.aggregate[code] = reading.kind == CodeReading::Kind::kAggregate;
    if (economies.dropped[code] || economies.aggregate[code]) return;
    if (reading.kind == CodeReading::Kind::kUnknown) fail_unknown_economy(text, where);
    economies.codes[code] = reading.code;
    if (reading.note.empty()) return;
    if (reading.kind == CodeReading::Kind::kFormer) {
      notes_.insert(fmt::format("{} is kept as a state of its own ({})", text, reading.note));
    } else if (!reading.note.starts_with("by ")) {
      notes_.insert(fmt::format("{} read as {}: {}", text, reading.code, reading.note));
    } else {
      by_other_names_.insert(reading.note.substr(3));
    }
  }

  void number_economies(const EconomyColumn& exporters, const EconomyColumn& importers) {
    std::set<std::string> codes(exporters.codes.begin(), exporters.codes.end());
    codes.insert(importers.codes.begin(), importers.codes.end());
    codes.erase("");
    panel_.economies.assign(codes.begin(), codes.end());
    panel_.detected.insert(panel_.detected.end(), notes_.begin(), notes_.end());
    for (const std::string& way : by_other_names_) {
      panel_.detected.push_back(fmt::format("economies recognised by {}", way));
    }
  }

  std::vector<std::uint32_t> ids(const EconomyColumn& economies) const {
    std::vector<std::uint32_t> result;
    for (const std::string& code : economies.codes) {
      result.push_back(static_cast<std::uint32_t>(
          std::lower_bound(panel_.economies.begin(), panel_.economies.end(), code) -
          panel_.economies.begin()));
    }
    return result;
  }

  void read_records(const EconomyColumn& exporters, const EconomyColumn& importers) {
    const std::vector<std::uint32_t> exporter_ids = ids(exporters);
    const std::vector<std::uint32_t> importer_ids = ids(importers);
    const NumberColumn* years = layout_.year.empty() ? nullptr : &table_.numbers(layout_.year);
    const std::vector<std::uint32_t> sectors = read_sectors();
    const std::vector<int> directions = read_directions();
    Excluded aggregates{"a group of economies, not one"};
    Excluded dropped{"left out on request"};
    Excluded other_flows{"re-exports, re-imports and other special flows"};
    for (Index row = 0; row < table_.n_rows(); ++row) {
      const auto k = static_cast<std::size_t>(row);
      const GroupId exporter = exporters.texts.codes[k];
      const GroupId importer = importers.texts.codes[k];
      const auto label = [&] {
        return fmt::format("{} ({}, {})", table_.place_of(row),
                           exporters.texts.dictionary[exporter],
                           importers.texts.dictionary[importer]);
      };
      if (exporters.dropped[exporter] || importers.dropped[importer]) {
        dropped.add(label);
        continue;
      }
      if (exporters.aggregate[exporter] || importers.aggregate[importer]) {
        aggregates.add(label);
        continue;
      }
      if (!directions.empty() && directions[k] == 0) {
        other_flows.add(label);
        continue;
      }
      Record record{.exporter = exporter_ids[exporter], .importer = importer_ids[importer]};
      record.row = row;
      if (years != nullptr) record.year = read_year((*years)[k], row);
      if (!sectors.empty()) record.sector = sectors[k];
      read_values(record, directions.empty() ? 0 : directions[k]);
      records_.push_back(record);
    }
    for (Excluded* reason : {&aggregates, &dropped, &other_flows}) {
      panel_.ledger.drop("read", reason->reason, reason->rows, std::move(reason->examples));
    }
  }

  struct Excluded {
    std::string reason;
    Index rows = 0;
    std::vector<std::string> examples{};
    template <class Label>
    void add(const Label& label) {
      if (++rows <= 5) examples.push_back(label());
    }
  };

  std::vector<std::uint32_t> read_sectors() const {
    if (layout_.sector.empty()) return {};
    const Column& column = table_.column(layout_.sector);
    std::vector<std::uint32_t> sectors;
    if (const auto* texts = std::get_if<TextColumn>(&column.values)) {
      sectors.assign(texts->codes.begin(), texts->codes.end());
      return sectors;
    }
    std::map<double, std::uint32_t> known;
    for (const double value : std::get<NumberColumn>(column.values)) {
      const auto next = static_cast<std::uint32_t>(known.size());
      sectors.push_back(known.emplace(is_missing(value) ? -1.0 : value, next).first->second);
    }
    return sectors;
  }

  /// +1 for a row of exports, -1 for imports, 0 for flows that are left out.
  std::vector<int> read_directions() const {
    if (layout_.form != Form::kReports) return {};
    const TextColumn& texts = table_.texts(layout_.flow);
    static const std::map<std::string, int> kWords = {
        {"X", 1},         {"Export", 1},   {"Exports", 1},   {"2", 1},           {"M", -1},
        {"Import", -1},   {"Imports", -1}, {"1", -1},        {"Gross Imp.", -1}, {"Gross Exp.", 1},
        {"RX", 0},        {"RM", 0},       {"Re-Export", 0}, {"Re-Import", 0},   {"re-Export", 0},
        {"re-Import", 0}, {"MIP", 0},      {"MOP", 0},       {"FM", 0},          {"XIP", 0},
        {"XOP", 0},       {"DX", 0}};
    std::vector<int> directions;
    for (Index row = 0; row < table_.n_rows(); ++row) {
      const std::string word(texts.at(row));
      const auto found = kWords.find(word);
      if (found == kWords.end()) {
        throw InputError({.code = "bad-flow",
                          .what = fmt::format("\"{}\" is neither exports nor imports", word),
                          .where = place(row, layout_.flow),
                          .why = "it decides who is the exporter",
                          .fixes = {"write X or Export, M or Import"}});
      }
      directions.push_back(found->second);
    }
    return directions;
  }

  int read_year(double value, Index row) const {
    if (value >= 1000 && value <= 9999 && value == std::floor(value)) {
      return static_cast<int>(value);
    }
    throw InputError(
        {.code = "bad-year",
         .what = is_missing(value) ? "the year is missing" : fmt::format("{} is not a year", value),
         .where = place(row, layout_.year),
         .why = "a flow belongs to one year",
         .fixes = {"write years with four digits"}});
  }

  double read_amount(const std::string& column, double unit, Index row) {
    const double value = table_.numbers(column)[static_cast<std::size_t>(row)];
    if (std::isinf(value)) {
      throw InputError({.code = "not-finite",
                        .what = "trade cannot be infinite",
                        .where = place(row, column),
                        .why = "no sum over it has a meaning"});
    }
    if (value < 0.0) {
      if (options_.negative_as_missing) {
        negative_.add([&] { return fmt::format("{}: {}", table_.place_of(row), value); });
        return kMissing;
      }
      throw InputError({.code = "negative-trade",
                        .what = fmt::format("trade cannot be negative: {}", value),
                        .where = place(row, column),
                        .why = "a negative value is a correction or a slip, and it would lower a "
                               "sum unseen",
                        .fixes = {"mend the cell",
                                  "treat such values as unknown: "
                                  "--negative-as-missing"}});
    }
    return value * unit;
  }

  void read_values(Record& record, int direction) {
    const double value = read_amount(layout_.value, layout_.value_unit, record.row);
    if (direction > 0) {
      record.exporter_reported = value;
    } else {
      record.importer_reported = value;
      if (direction < 0) std::swap(record.exporter, record.importer);  // the reporter imports
    }
    if (layout_.form == Form::kTwoSides) {
      record.exporter_reported =
          read_amount(layout_.exporter_value, layout_.exporter_unit, record.row);
    }
  }

  [[noreturn]] void fail_duplicate(const Record& first, const Record& second) const {
    const auto line = [this](const Record& record) {
      std::string values = layout_.form == Form::kOneValue
                               ? fmt::format("{}", record.importer_reported)
                               : fmt::format("importer {}, exporter {}", record.importer_reported,
                                             record.exporter_reported);
      return fmt::format("{}: {}", table_.place_of(record.row), values);
    };
    throw InputError(
        {.code = "duplicate-pair-year",
         .what = fmt::format("{} to {}{} stands twice", panel_.economies[first.exporter],
                             panel_.economies[first.importer],
                             layout_.year.empty() ? "" : fmt::format(" in {}", first.year)),
         .where = fmt::format("{}, {} and {}", table_.source(), table_.place_of(first.row),
                              table_.place_of(second.row)),
         .context = {line(first), line(second)},
         .why = "one of the two would be lost or the flow counted twice",
         .fixes = {"remove one of the two lines",
                   "name the column that tells them apart: --sector COLUMN"}});
  }

  /// Makes one record of the two reports, and of the sectors, of a flow.
  void join() {
    const auto meets = [](double first, double second) {
      return !is_missing(first) && !is_missing(second);
    };
    std::vector<Record> joined;
    Index second_reports = 0;
    for (std::size_t k = 0; k < records_.size();) {  // first the reports of one sector
      Record record = records_[k];
      std::size_t next = k + 1;
      for (; next < records_.size() && records_[next].flow() == record.flow() &&
             records_[next].sector == record.sector;
           ++next) {
        const Record& other = records_[next];
        if (layout_.form != Form::kReports ||
            meets(record.importer_reported, other.importer_reported) ||
            meets(record.exporter_reported, other.exporter_reported)) {
          fail_duplicate(record, other);
        }
        if (is_missing(record.importer_reported)) {
          record.importer_reported = other.importer_reported;
        }
        if (is_missing(record.exporter_reported)) {
          record.exporter_reported = other.exporter_reported;
        }
        ++second_reports;
      }
      joined.push_back(record);
      k = next;
    }
    panel_.ledger.drop("read", "the other side's report, joined to the first", second_reports);
    Index added = 0;
    records_.clear();
    for (const Record& record : joined) {  // then the sectors of one flow
      if (records_.empty() || records_.back().flow() != record.flow()) {
        records_.push_back(record);
        continue;
      }
      const auto add = [](double& total, double more) {
        if (is_missing(total)) {
          total = more;
        } else if (!is_missing(more)) {
          total += more;
        }
      };
      add(records_.back().importer_reported, record.importer_reported);
      add(records_.back().exporter_reported, record.exporter_reported);
      ++added;
    }
    panel_.ledger.drop("read", "sectors added up to the total of their flow", added);
  }

  [[nodiscard]] Side side_of(const Record& record) const {
    if (record.exporter == record.importer) return kDomestic;
    if (!panel_.two_sided) return kReported;
    switch (options_.mirror) {
      case MirrorChoice::kImporterOnly:
        return kImporterSide;
      case MirrorChoice::kExporterOnly:
        return kExporterSide;
      case MirrorChoice::kExporterFirst:
        return is_missing(record.exporter_reported) ? kImporterSide : kExporterSide;
      default:
        return is_missing(record.importer_reported) ? kExporterSide : kImporterSide;
    }
  }

  static double value_of(const Record& record, Side side) {
    if (side == kDomestic && is_missing(record.importer_reported)) return record.exporter_reported;
    return side == kExporterSide ? record.exporter_reported : record.importer_reported;
  }

  /// Applies the choice of side; flows without a value leave.
  void choose() {
    Excluded unreported{"no value reported"};
    Excluded one_sided{options_.mirror == MirrorChoice::kImporterOnly
                           ? "the importer reports no value"
                           : "the exporter reports no value"};
    Index domestic = 0;
    Index zeros = 0;
    std::vector<Record> kept;
    for (const Record& record : records_) {
      const Side side = side_of(record);
      const double value = value_of(record, side);
      if (is_missing(value)) {
        const bool other =
            !is_missing(record.importer_reported) || !is_missing(record.exporter_reported);
        (other ? one_sided : unreported).add([&] {
          return fmt::format("{} ({}, {}, {})", table_.place_of(record.row),
                             panel_.economies[record.exporter], panel_.economies[record.importer],
                             record.year);
        });
        continue;
      }
      kept.push_back(record);
      trade_.push_back(value);
      sides_.push_back(side);
      if (record.exporter == record.importer) ++domestic;
      if (value == 0.0) ++zeros;
    }
    records_ = std::move(kept);
    panel_.ledger.drop("clean", unreported.reason, unreported.rows, unreported.examples);
    panel_.ledger.drop("clean", one_sided.reason, one_sided.rows, one_sided.examples);
    panel_.ledger.note("clean", "negative values, taken as unknown", negative_.rows,
                       negative_.examples);
    panel_.ledger.note("clean", "domestic trade", domestic);
    panel_.ledger.note("clean", "reported as zero", zeros);
    if (records_.empty()) {
      throw InputError({.code = "empty-panel",
                        .what = "no flow is left",
                        .where = table_.source(),
                        .context = {panel_.ledger.to_text()},
                        .why = "there is nothing to compute from"});
    }
  }

  void build_table() {
    const std::size_t n = records_.size();
    TextColumn exporter{std::vector<GroupId>(n), panel_.economies};
    TextColumn importer{std::vector<GroupId>(n), panel_.economies};
    NumberColumn year(n);
    NumberColumn importer_reported(n);
    NumberColumn exporter_reported(n);
    TextColumn zero_flags{std::vector<GroupId>(n), kZeroFlags};
    std::vector<Index> lines(n);
    std::set<int> years;
    for (std::size_t k = 0; k < n; ++k) {
      const Record& record = records_[k];
      exporter.codes[k] = record.exporter;
      importer.codes[k] = record.importer;
      year[k] = record.year;
      importer_reported[k] = record.importer_reported;
      exporter_reported[k] = record.exporter_reported;
      zero_flags.codes[k] = trade_[k] == 0.0 ? 1 : 0;
      lines[k] = table_.line_of(record.row);
      years.insert(record.year);
    }
    Table& table = panel_.table;
    table.set_source(table_.source());
    table.add("exporter", std::move(exporter));
    table.add("importer", std::move(importer));
    if (!layout_.year.empty()) {
      table.add("year", std::move(year));
      panel_.years.assign(years.begin(), years.end());
    }
    table.add("trade", std::move(trade_), "million USD");
    table.add("side", TextColumn{std::move(sides_), kSides});
    table.add("flag_zero", std::move(zero_flags));
    if (panel_.two_sided) {
      table.add("importer_reported_musd", std::move(importer_reported), "million USD");
      table.add("exporter_reported_musd", std::move(exporter_reported), "million USD");
    }
    if (layout_.form != Form::kReports && layout_.sector.empty()) add_other_columns();
    table.number_rows(2, table_.row_noun());
    table.set_lines(std::move(lines));
  }

  void add_other_columns() {
    const std::set<std::string> used = {layout_.exporter, layout_.importer, layout_.year,
                                        layout_.value, layout_.exporter_value};
    for (const Column& column : table_.columns()) {
      if (used.contains(column.name) || panel_.table.has(column.name)) continue;
      if (const auto* numbers = std::get_if<NumberColumn>(&column.values)) {
        NumberColumn values;
        for (const Record& record : records_) {
          values.push_back((*numbers)[static_cast<std::size_t>(record.row)]);
        }
        panel_.table.add(column.name, std::move(values), column.unit);
      } else {
        const TextColumn& texts = std::get<TextColumn>(column.values);
        TextColumn values{{}, texts.dictionary};
        for (const Record& record : records_) {
          values.codes.push_back(texts.codes[static_cast<std::size_t>(record.row)]);
        }
        panel_.table.add(column.name, std::move(values));
      }
    }
  }

  const Table& table_;
  const Layout& layout_;
  const PairPanelOptions& options_;
  PairPanel& panel_;
  std::set<std::string> notes_;
  std::set<std::string> by_other_names_;
  std::vector<Record> records_;
  Excluded negative_{"negative"};
  NumberColumn trade_;
  std::vector<GroupId> sides_;
};

}  // namespace

std::vector<Field<PairPanelOptions>> PairPanelOptions::fields() {
  return {make_enum_field<&PairPanelOptions::mirror>(
              {.name = "mirror",
               .doc = "whose record of a flow is used: the importer's (else the exporter's), the "
                      "exporter's (else the importer's), or one side only"},
              {"importer_first", "exporter_first", "importer_only", "exporter_only"}),
          make_field(&PairPanelOptions::drop,
                     {.name = "drop", .doc = "economies to leave out, as the file spells them"}),
          make_field(&PairPanelOptions::negative_as_missing,
                     {.name = "negative_as_missing",
                      .doc = "take negative values as unknown instead of stopping"})};
}

std::optional<Index> PairPanel::find(std::string_view exporter, std::string_view importer,
                                     int year) const {
  const auto id = [this](std::string_view code) {
    const auto place = std::lower_bound(economies.begin(), economies.end(), code);
    return place != economies.end() && *place == code
               ? static_cast<GroupId>(place - economies.begin())
               : kNoGroup;
  };
  const std::vector<GroupId>& exporters = table.texts("exporter").codes;
  const std::vector<GroupId>& importers = table.texts("importer").codes;
  const NumberColumn* year_column = years.empty() ? nullptr : &table.numbers("year");
  const std::tuple<GroupId, GroupId, double> wanted = {id(exporter), id(importer),
                                                       year_column == nullptr ? 0.0 : year};
  const auto key = [&](std::size_t row) {
    return std::tuple(exporters[row], importers[row],
                      year_column == nullptr ? 0.0 : (*year_column)[row]);
  };
  std::size_t low = 0;
  std::size_t high = exporters.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (key(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == exporters.size() || key(low) != wanted) return std::nullopt;
  return static_cast<Index>(low);
}

PairPanel load_pair_panel(const Table& table, const ColumnChoices& choices,
                          const PairPanelOptions& options) {
  PairPanel panel;
  const Layout layout = find_layout(table, choices, panel);
  PanelLoader(table, layout, options, panel).load();
  return panel;
}

}  // namespace altyn::data
