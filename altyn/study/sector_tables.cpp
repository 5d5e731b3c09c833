#include "altyn/study/sector_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/study/located.h"

namespace altyn::study {
namespace {

using data::Table;
using equilibrium::MultiSectorBase;
using Names = std::initializer_list<const char*>;

constexpr Names kEconomy = {"economy", "country", "region"};
constexpr Names kExporter = {"exporter", "origin"};
constexpr Names kImporter = {"importer", "destination"};
constexpr Names kSector = {"sector"};
constexpr Names kInput = {"input"};
constexpr Names kOutput = {"output", "sector"};
constexpr Names kFactor = {"factor"};
constexpr Names kValue = {"value", "share", "rate", "theta"};
constexpr Names kTrade = {"value", "trade", "trade_musd", "value_musd", "trade_usd", "value_usd"};

const data::Column& column(const Table& table, Names names) {
  for (const char* name : names) {
    if (const data::Column* found = table.find(name)) return *found;
  }
  std::vector<std::string> present;
  for (const data::Column& item : table.columns()) present.push_back(item.name);
  throw InputError({.code = "no-such-column",
                    .what = fmt::format("the table has no column {}", *names.begin()),
                    .where = table.source(),
                    .context = {fmt::format("columns: {}", fmt::join(present, ", "))},
                    .why = "each row says what it is about by name",
                    .fixes = {fmt::format("name the column {}", fmt::join(names, " or "))}});
}

const data::TextColumn& texts(const Table& table, Names names) {
  return table.texts(column(table, names).name);
}

// One kind of name along an axis of the world.
struct Axis {
  const std::vector<std::string>& names;
  const char* code;
  const char* kind;

  [[nodiscard]] std::size_t at(std::string_view name, const Table& table, Index row) const {
    const auto found = std::lower_bound(names.begin(), names.end(), name);
    if (found != names.end() && *found == name) {
      return static_cast<std::size_t>(found - names.begin());
    }
    const std::string near = nearest_name(std::string(name), names);
    throw InputError({.code = code,
                      .what = fmt::format("the trade table has no {} \"{}\"", kind, name),
                      .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                      .why = "economies and sectors are those of the trade table",
                      .fixes = near.empty() ? std::vector<std::string>{}
                                            : std::vector<std::string>{"write " + near}});
  }
};

struct Places {
  const Axis& axis;
  Names columns;
};

// Values of a table by place: the first axis outermost. Absent rows are `absent`.
class Reader {
 public:
  Reader(DataSources& sources, const std::string& where, Index year)
      : sources_(sources), where_(where), year_(year) {}

  [[nodiscard]] Table table(const std::string& name, const char* field) {
    if (name.empty()) {
      throw InputError({.code = "missing-table",
                        .what = fmt::format("{} is missing", field),
                        .where = where_,
                        .why = "a world of many sectors is read from several tables",
                        .fixes = {fmt::format("{} = \"{}.csv\"", field, field)}});
    }
    return of_year(sources_.read(name));
  }

  // Inputs and outputs are names, though "output" often heads a column of amounts.
  [[nodiscard]] Table input_table(const std::string& name) {
    try {
      return of_year(sources_.read(name, {.text_columns = {"input", "output"}}));
    } catch (const InputError& error) {
      if (error.detail().code != "no-such-column") throw;
      return of_year(sources_.read(name, {.text_columns = {"input", "sector"}}));
    }
  }

  [[nodiscard]] static std::vector<double> values(const Table& from, std::vector<Places> places,
                                                  Names value, bool negative = false,
                                                  double absent = 0.0) {
    std::size_t count = 1;
    std::vector<const data::TextColumn*> keys;
    for (const Places& place : places) {
      count *= place.axis.names.size();
      keys.push_back(&texts(from, place.columns));
    }
    const data::Column& source = column(from, value);
    const data::NumberColumn& numbers = from.numbers(source.name);
    std::vector<double> found(count, absent);
    std::vector<Index> row_of(count, -1);
    for (Index row = 0; row < from.n_rows(); ++row) {
      std::size_t at = 0;
      for (std::size_t k = 0; k < places.size(); ++k) {
        at = at * places[k].axis.names.size() + places[k].axis.at(keys[k]->at(row), from, row);
      }
      const double number = numbers[static_cast<std::size_t>(row)];
      const auto place = [&] {
        return fmt::format("{}, {}, column {}", from.source(), from.place_of(row), source.name);
      };
      if (data::is_missing(number)) {
        throw InputError({.code = "missing-value",
                          .what = "a value is missing",
                          .where = place(),
                          .why = "an unknown value is no zero",
                          .fixes = {"fill it, or drop the row if the value is zero"}});
      }
      if (number < 0.0 && !negative) {
        throw InputError({.code = "negative-value",
                          .what = fmt::format("a value is {}", number),
                          .where = place(),
                          .why = "values and shares are zero or positive",
                          .fixes = {"add the row to another one, or set it to zero"}});
      }
      if (row_of[at] >= 0) {
        throw InputError({.code = "duplicate-row",
                          .what = fmt::format("the same place has a value on {} already",
                                              from.place_of(row_of[at])),
                          .where = place(),
                          .why = "it is not clear which of the two holds"});
      }
      row_of[at] = row;
      found[at] = number;
    }
    return found;
  }

 private:
  // Rows of the year, the last one unless told; all of them where the table has no years.
  [[nodiscard]] Table of_year(Table table) const {
    const data::Column* column = table.find("year");
    if (column == nullptr || !column->is_number()) return table;
    const data::NumberColumn& years = table.numbers("year");
    double year = static_cast<double>(year_);
    if (year_ == 0) {
      for (const double one : years) year = std::max(year, data::is_missing(one) ? 0.0 : one);
    }
    std::vector<bool> keep;
    for (const double one : years) keep.push_back(one == year);
    if (std::find(keep.begin(), keep.end(), true) == keep.end()) {
      throw InputError({.code = "no-such-year",
                        .what = fmt::format("the table has no rows of {:g}", year),
                        .where = table.source() + ", column year",
                        .why = "a world is one of a single year",
                        .fixes = {"set year in [sectors] to one that the table has"}});
    }
    return table.filtered(keep);
  }

  DataSources& sources_;
  std::string where_;
  Index year_;
};

std::vector<std::string> merged_names(const data::TextColumn& a, const data::TextColumn& b) {
  std::vector<std::string> names = a.dictionary;
  names.insert(names.end(), b.dictionary.begin(), b.dictionary.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

struct Frame {
  std::vector<std::string> economies, sectors;
  Axis economy{economies, "unknown-economy", "economy"};
  Axis sector{sectors, "unknown-sector", "sector"};
  explicit Frame(const Table& trade)
      : economies(merged_names(texts(trade, kExporter), texts(trade, kImporter))),
        sectors(texts(trade, kSector).dictionary) {}
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] std::vector<double> cells(const Table& from, Names value, bool negative = false,
                                          double absent = 0.0) const {
    return Reader::values(from, {{sector, kSector}, {economy, kImporter}, {economy, kExporter}},
                          value, negative, absent);
  }
  [[nodiscard]] std::vector<double> by_sector(const Table& from) const {
    return Reader::values(from, {{sector, kSector}, {economy, kEconomy}}, kValue);
  }
  [[nodiscard]] std::vector<double> by_input(const Table& from) const {
    return Reader::values(from, {{economy, kEconomy}, {sector, kInput}, {sector, kOutput}}, kValue);
  }
};

void as_rates(std::vector<double>& values, TariffForm form) {
  for (double& value : values) {
    if (form == TariffForm::kPercent) value /= 100.0;
    if (form == TariffForm::kFactor) value -= 1.0;
  }
}

// Tariffs from their own table, or from columns of the trade table.
std::vector<double> wedges(const std::string& name, const char* field, const Frame& frame,
                           const Table& trade, TariffForm form, Reader& reader) {
  std::vector<double> rates;
  const double none = form == TariffForm::kFactor ? 1.0 : 0.0;
  if (!name.empty()) {
    rates = frame.cells(reader.table(name, field), {"value", "rate", "tariff"}, true, none);
  } else if (trade.has(field)) {
    rates = frame.cells(trade, {field}, true, none);
  }
  as_rates(rates, form);
  return rates;
}

// Elasticities with the optional columns entry, selection and log_sd.
void read_elasticities(const SectorTables& tables, const Frame& frame, Reader& reader,
                       SectorBase& world) {
  if (tables.elasticities.empty() && tables.theta > 0.0) {
    world.base.theta.assign(frame.sectors.size(), tables.theta);
    return;
  }
  const Table table = reader.table(tables.elasticities, "elasticities");
  const auto by_name = [&](Names value) {
    return Reader::values(table, {{frame.sector, kSector}}, value);
  };
  world.base.theta = by_name({"theta", "value", "elasticity"});
  for (std::size_t j = 0; j < frame.sectors.size(); ++j) {
    double& theta = world.base.theta[j];
    if (!(theta > 0.0)) {
      throw InputError({.code = "theta-range",
                        .what = fmt::format("the trade elasticity of {} is missing or {}",
                                            frame.sectors[j], theta),
                        .where = table.source(),
                        .why = "every sector needs an elasticity above zero"});
    }
    if (tables.elasticity_as == ElasticityForm::kInverse) theta = 1.0 / theta;
  }
  if (table.has("entry")) world.base.entry = by_name({"entry"});
  if (table.has("selection")) world.base.selection = by_name({"selection"});
  if (table.has("log_sd")) world.theta_log_sd = by_name({"log_sd"});
}

// What producers keep of their sales, [sector, economy].
std::vector<double> left_by_inputs(const equilibrium::MultiSectorLevels& levels,
                                   const std::vector<double>& sales, const std::string& where) {
  const std::size_t n = levels.economies.size();
  const std::size_t n_sectors = levels.sectors.size();
  std::vector<double> left = sales;
  for (std::size_t k = 0; k < levels.intermediate_use.size(); ++k) {
    left[k % n_sectors * n + k / n_sectors / n_sectors] -= levels.intermediate_use[k];
  }
  for (std::size_t at = 0; at < left.size(); ++at) {
    if (left[at] >= 0.0) continue;
    throw InputError({.code = "inputs-above-sales",
                      .what = fmt::format("{} of {} uses inputs worth more than it sells",
                                          levels.sectors[at / n], levels.economies[at % n]),
                      .where = where,
                      .why = "without a table of value added, it is what sales leave after inputs",
                      .fixes = {"give value_added", "check that both tables are in one currency"}});
  }
  return left;
}

void base_from_values(const SectorTables& tables, const Frame& frame, const Table& trade,
                      const std::string& where, Reader& reader, SectorBase& world) {
  equilibrium::MultiSectorLevels levels;
  const std::size_t n = frame.economies.size();
  const std::size_t n_sectors = frame.sectors.size();
  levels.economies = frame.economies;
  levels.sectors = frame.sectors;
  levels.theta = world.base.theta;
  levels.entry = world.base.entry;
  levels.selection = world.base.selection;
  levels.trade = frame.cells(trade, kTrade);
  levels.tariff = wedges(tables.tariff, "tariff", frame, trade, tables.tariff_as, reader);
  levels.export_tax =
      wedges(tables.export_tax, "export_tax", frame, trade, tables.tariff_as, reader);
  // Shares of sales where values are not given.
  std::vector<double> sales(n_sectors * n, 0.0);
  for (std::size_t cell = 0; cell < levels.trade.size(); ++cell) {
    sales[cell / n / n * n + cell % n] +=
        levels.trade[cell] / (1.0 + (levels.export_tax.empty() ? 0.0 : levels.export_tax[cell]));
  }
  std::vector<double> own_share;
  if (!tables.value_added.empty()) {
    const Table table = reader.table(tables.value_added, "value_added");
    if (table.has("factor")) {
      levels.factors = texts(table, kFactor).dictionary;
      const Axis factor{levels.factors, "unknown-factor", "factor"};
      levels.value_added = Reader::values(
          table, {{factor, kFactor}, {frame.sector, kSector}, {frame.economy, kEconomy}}, kValue);
    } else {
      levels.value_added = frame.by_sector(table);
    }
  } else if (!tables.value_added_share.empty()) {
    own_share = frame.by_sector(reader.table(tables.value_added_share, "value_added_share"));
    for (std::size_t at = 0; at < sales.size(); ++at) {
      levels.value_added.push_back(own_share[at] * sales[at]);
    }
  }
  if (!tables.intermediate_use.empty()) {
    levels.intermediate_use = frame.by_input(reader.input_table(tables.intermediate_use));
  } else if (!tables.input_share.empty()) {
    if (own_share.empty()) {
      throw InputError({.code = "missing-table",
                        .what = "input_share without value_added_share",
                        .where = "sectors",
                        .why = "shares of cost belong together: inputs and value added sum to one",
                        .fixes = {"value_added_share = \"...\" instead of value_added",
                                  "intermediate_use = \"...\" instead of input_share"}});
    }
    levels.intermediate_use = frame.by_input(reader.input_table(tables.input_share));
    for (std::size_t k = 0; k < levels.intermediate_use.size(); ++k) {
      const std::size_t at = k % n_sectors * n + k / n_sectors / n_sectors;
      const double of =
          tables.input_share_of == InputShareOf::kMaterials ? 1.0 - own_share[at] : 1.0;
      levels.intermediate_use[k] *= of * sales[at];
    }
  }
  if (levels.value_added.empty()) {
    levels.value_added = left_by_inputs(levels, sales, where);
    world.notes.emplace_back(levels.intermediate_use.empty()
                                 ? "No inputs are given: everything is made of factors alone."
                                 : "Value added is what sales leave after inputs.");
  }
  equilibrium::BaseFromLevels made = located(where, [&] {
    return equilibrium::base_from_levels(equilibrium::as_variant(std::move(levels), tables.variant),
                                         tables.negative_final_use);
  });
  world.base = std::move(made.base);
  if (made.largest_cost_gap_log > 1e-6) {
    world.notes.push_back(fmt::format(
        "Recorded costs and sales differ by up to {:.1f}% ({}); cost shares are applied to sales.",
        100.0 * std::expm1(made.largest_cost_gap_log), made.worst_cost_gap));
  }
  if (made.clipped_share > 0.0) {
    world.notes.push_back(
        fmt::format("Negative final use worth {:.3g}% of world income was set to zero.",
                    100.0 * made.clipped_share));
  }
}

void base_from_shares(const SectorTables& tables, const Frame& frame, const Table& trade,
                      Reader& reader, SectorBase& world) {
  MultiSectorBase& base = world.base;
  const std::size_t n_sectors = frame.sectors.size();
  base.economies = frame.economies;
  base.sectors = frame.sectors;
  base.trade_share = frame.cells(trade, kValue);
  base.tariff = wedges(tables.tariff, "tariff", frame, trade, tables.tariff_as, reader);
  base.export_tax = wedges(tables.export_tax, "export_tax", frame, trade, tables.tariff_as, reader);
  base.consumption_share =
      frame.by_sector(reader.table(tables.consumption_share, "consumption_share"));
  if (!tables.value_added_share.empty()) {
    base.value_added_share =
        frame.by_sector(reader.table(tables.value_added_share, "value_added_share"));
  }
  if (!tables.input_share.empty()) {
    base.input_share = frame.by_input(reader.input_table(tables.input_share));
    if (tables.input_share_of == InputShareOf::kMaterials) {
      for (std::size_t k = 0; k < base.input_share.size(); ++k) {
        const std::size_t at = base.at(k % n_sectors, k / n_sectors / n_sectors);
        base.input_share[k] *=
            1.0 - (base.value_added_share.empty() ? 1.0 : base.value_added_share[at]);
      }
    }
  }
  const auto by_economy = [&](const std::string& name, const char* field, bool negative) {
    return Reader::values(reader.table(name, field), {{frame.economy, kEconomy}}, kValue, negative);
  };
  base.factor_income = by_economy(tables.factor_income, "factor_income", false);
  if (!tables.deficit.empty()) base.deficit = by_economy(tables.deficit, "deficit", true);
  if (!tables.expenditure.empty()) {
    base.expenditure = frame.by_sector(reader.table(tables.expenditure, "expenditure"));
  }
}

void repair(const SectorTables& tables, SectorBase& world, Context& context) {
  if (tables.repair == RepairChoice::kRefuse) return;
  const equilibrium::RepairedBase repaired = equilibrium::repair_base(
      world.base,
      tables.repair == RepairChoice::kTradeShares ? equilibrium::BaseRepair::kTradeShares
                                                  : equilibrium::BaseRepair::kIncome,
      context);
  std::string before;
  for (const CertificateBlock& block : repaired.before.blocks) {
    before += fmt::format("{}{} {:.3g}", before.empty() ? "" : ", ", block.name, block.residual);
  }
  world.base = repaired.base;
  world.notes.push_back(fmt::format(
      "The base missed its own equations ({}) and was repaired: {} moved by {:.1f}% on average, "
      "by {:.0f}% at most ({}).",
      before, repaired.moved, 100.0 * std::expm1(repaired.mean_log_change),
      100.0 * std::expm1(repaired.largest_log_change), repaired.worst_place));
}

// Shares become values first; values have been read as the variant already.
void simplify(const SectorTables& tables, bool from_shares, SectorBase& world) {
  using equilibrium::SectorVariant;
  if (tables.variant == SectorVariant::kFull) return;
  if (from_shares) {
    world.base = equilibrium::base_from_levels(
                     equilibrium::as_variant(equilibrium::levels_of(world.base), tables.variant),
                     tables.negative_final_use)
                     .base;
  }
  if (tables.variant == SectorVariant::kOneSector && !world.theta_log_sd.empty()) {
    double sum = 0.0;
    for (const double sd : world.theta_log_sd) sum += sd;
    world.theta_log_sd = {sum / static_cast<double>(world.theta_log_sd.size())};
  }
  constexpr const char* kWords[] = {
      "", "Sectors buy inputs from themselves only; what they pay others counts as value added.",
      "Everything is made of factors alone; inputs count as value added.",
      "All sectors are one, called goods: duties, elasticities and their spreads are averages."};
  world.notes.emplace_back(kWords[static_cast<std::size_t>(tables.variant)]);
}

}  // namespace

std::vector<Field<SectorTables>> SectorTables::fields() {
  using S = SectorTables;
  return {
      make_field(&S::trade,
                 {.name = "trade",
                  .doc = "exporter, importer, sector, value: trade at the border and domestic "
                         "sales, any one currency; may have columns tariff and export_tax"}),
      make_field(&S::trade_share,
                 {.name = "trade_share",
                  .doc = "exporter, importer, sector, value: shares of the importer's spending in "
                         "the sector, duties included; instead of trade"}),
      make_field(&S::tariff, {.name = "tariff", .doc = "exporter, importer, sector, value"}),
      make_enum_field<&S::tariff_as>(
          {.name = "tariff_as", .doc = "how rates are written: 0.05, 5 or 1.05"},
          {"fraction", "percent", "factor"}),
      make_field(&S::export_tax,
                 {.name = "export_tax", .doc = "exporter, importer, sector, value; as tariff_as"}),
      make_field(&S::intermediate_use,
                 {.name = "intermediate_use",
                  .doc = "economy, input, output, value: what producers of the output pay for the "
                         "input"}),
      make_field(&S::input_share,
                 {.name = "input_share",
                  .doc = "economy, input, output, value: shares; instead of intermediate_use"}),
      make_enum_field<&S::input_share_of>(
          {.name = "input_share_of", .doc = "input shares are of gross cost or of materials"},
          {"cost", "materials"}),
      make_field(&S::value_added,
                 {.name = "value_added",
                  .doc = "sector, economy, value; with a column factor for several factors"}),
      make_field(&S::value_added_share,
                 {.name = "value_added_share",
                  .doc = "sector, economy, value: share of value added in gross cost"}),
      make_field(&S::consumption_share,
                 {.name = "consumption_share",
                  .doc = "sector, economy, value: shares of final spending; with trade_share"}),
      make_field(&S::expenditure,
                 {.name = "expenditure",
                  .doc = "sector, economy, value: spending, duties included; with trade_share, "
                         "implied when absent"}),
      make_field(&S::factor_income,
                 {.name = "factor_income", .doc = "economy, value; with trade_share"}),
      make_field(&S::deficit, {.name = "deficit",
                               .doc = "economy, value: spending over income; with trade_share"}),
      make_field(&S::elasticities,
                 {.name = "elasticities",
                  .doc = "sector, theta; may have columns log_sd (its uncertainty), entry and "
                         "selection (Krugman, Melitz)"}),
      make_enum_field<&S::elasticity_as>(
          {.name = "elasticity_as", .doc = "elasticities are written as theta or as 1/theta"},
          {"theta", "inverse"}),
      make_field(&S::theta,
                 {.name = "theta",
                  .doc = "the trade elasticity of every sector, where no table gives them",
                  .minimum = 0.0,
                  .maximum = 100.0}),
      make_field(&S::year,
                 {.name = "year",
                  .doc = "of tables with a column year, rows of that one; 0 is the table's last"}),
      make_enum_field<&S::negative_final_use>(
          {.name = "negative_final_use",
           .doc = "where producers use more of a good than the economy buys"},
          {"refuse", "clip"}),
      make_enum_field<&S::repair>(
          {.name = "repair",
           .doc = "a base that is not an equilibrium: refuse it, or move trade shares or incomes "
                  "to the nearest one"},
          {"refuse", "trade_shares", "income"}),
      make_field(&S::base_tolerance,
                 {.name = "base_tolerance",
                  .doc = "a base that misses its equations by less is made exact silently",
                  .minimum = 0.0}),
      make_enum_field<&S::variant>(
          {.name = "variant",
           .doc = "a simpler model of the same world: sectors buy from themselves only, no inputs "
                  "at all, or all sectors as one called goods",
           .source = "Caliendo and Parro (2015)"},
          equilibrium::sector_variant_names()),
      make_field(&S::region_output,
                 {.name = "region_output",
                  .doc = "region, sector, share_pct: a region's part of its economy's output in a "
                         "sector, where it is not share_pct of [[region]]"}),
      make_field(&S::mobile_factor,
                 {.name = "mobile_factor",
                  .doc = "the factor that moves between regions, where there are several"}),
  };
}

SectorBase read_sector_base(const SectorTables& tables, const std::string& where,
                            DataSources& sources, Context& context) {
  Reader reader(sources, where, tables.year);
  const bool shares = tables.trade.empty() && !tables.trade_share.empty();
  const Table trade = shares ? reader.table(tables.trade_share, "trade_share")
                             : reader.table(tables.trade, "trade");
  const Frame frame(trade);
  SectorBase world;
  read_elasticities(tables, frame, reader, world);
  if (shares) {
    base_from_shares(tables, frame, trade, reader, world);
  } else {
    base_from_values(tables, frame, trade, where, reader, world);
  }
  located(where, [&] {
    repair(tables, world, context);
    simplify(tables, shares, world);
  });
  return world;
}

std::shared_ptr<const SectorBase> SectorTablesCache::get(const SectorTables& tables,
                                                         const std::string& where,
                                                         DataSources& sources, Context& context) {
  std::string key;
  bool held = false;
  for (const Field<SectorTables>& field : fields_of<SectorTables>()) {
    const FieldValue value = field.get(field, tables);
    if (const double* number = std::get_if<double>(&value)) key += fmt::format("{}", *number);
    if (const Index* number = std::get_if<Index>(&value)) key += fmt::format("{}", *number);
    if (const std::string* name = std::get_if<std::string>(&value)) {
      const bool table = !name->empty() && field.choices.empty() &&
                         field.info.name != std::string_view("mobile_factor");
      held = held || (table && sources.in_memory(*name));
      key += table && !held ? sources.locate(*name) : *name;
    }
    key += '\n';
  }
  if (held) {
    return std::make_shared<const SectorBase>(read_sector_base(tables, where, sources, context));
  }
  std::shared_ptr<const Entry> known = kept_.find(key);
  if (known == nullptr) {
    DataSources own = sources.unread();
    SectorBase world = read_sector_base(tables, where, own, context);
    known = std::make_shared<const Entry>(Entry{std::move(world), own.inputs()});
    kept_.put(key, known);
  }
  sources.add_inputs(known->inputs);
  return {known, &known->world};
}

}  // namespace altyn::study
