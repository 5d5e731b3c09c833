#include "altyn/data/domestic_trade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/data/check_words.h"
#include "altyn/data/country_codes.h"

namespace altyn::data {
namespace {

using internal::count_of;
using internal::millions;
using internal::names_of;
using internal::percent;

/// Yearly amounts of one economy, in million USD.
using Years = std::map<int, double>;

/// A table of amounts by economy and year.
class AmountTable {
 public:
  AmountTable(const Table* table, Role role, const char* own_name) {
    if (table == nullptr) return;
    const TradeColumns columns = find_trade_columns(*table);
    const std::string amount = table->has(own_name) ? own_name : columns.require(role, *table);
    const TextColumn& economies = table->texts(columns.require(Role::kEconomy, *table));
    const NumberColumn& years = table->numbers(columns.require(Role::kYear, *table));
    const NumberColumn& values = table->numbers(amount);
    const double unit = amount_unit(*table, amount, {}).million_usd;
    std::vector<std::string> codes;
    for (const std::string& text : economies.dictionary) {
      const CodeReading reading = read_economy(text);  // groups and unknown codes are not asked for
      codes.push_back(reading.kind == CodeReading::Kind::kEconomy ? reading.code : "");
    }
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (economies.codes[row] == kNoGroup || codes[economies.codes[row]].empty() ||
          !(values[row] > 0.0)) {
        continue;
      }
      const auto year = static_cast<int>(years[row]);
      const auto [place, fresh] =
          amounts_[codes[economies.codes[row]]].emplace(year, values[row] * unit);
      if (fresh) continue;
      throw InputError(
          {.code = "duplicate-economy-year",
           .what = fmt::format("{} in {} stands twice", place->first, codes[economies.codes[row]]),
           .where =
               fmt::format("{}, {}", table->source(), table->place_of(static_cast<Index>(row))),
           .why = "one of the two would be lost",
           .fixes = {"remove one of the two lines"}});
    }
  }

  [[nodiscard]] const Years* find(std::string_view economy) const {
    const auto place = amounts_.find(std::string(economy));
    return place == amounts_.end() ? nullptr : &place->second;
  }

 private:
  std::map<std::string, Years> amounts_;
};

struct Amount {
  double value_musd = kMissing;
  std::string suffix;  // of the flag
  std::string words;   // "of 2014, carried"
};

Amount amount_in(const Years* years, int year, Index carry_years) {
  if (years == nullptr || years->empty()) return {};
  const auto next = years->lower_bound(year);
  if (next != years->end() && next->first == year) {
    return {next->second, "", fmt::format("of {}", year)};
  }
  if (next != years->end() && next != years->begin()) {
    const auto before = std::prev(next);
    const double weight = static_cast<double>(year - before->first) /
                          static_cast<double>(next->first - before->first);
    return {std::exp((1.0 - weight) * std::log(before->second) + weight * std::log(next->second)),
            "_interpolated", fmt::format("between {} and {}", before->first, next->first)};
  }
  const auto nearest = next == years->end() ? std::prev(next) : next;
  if (std::abs(nearest->first - year) > carry_years) return {};
  return {nearest->second, "_carried", fmt::format("of {}, carried to {}", nearest->first, year)};
}

/// Output less exports at the middle and both ends of the range of output.
DomesticTrade less_exports(std::string_view economy, double output, double low, double high,
                           double exports, std::string flag, const std::string& basis,
                           const DomesticOptions& options) {
  DomesticTrade result{.economy = std::string(economy),
                       .value_musd = output - exports,
                       .low_musd = low - exports,
                       .high_musd = high - exports,
                       .flag = std::move(flag),
                       .note = fmt::format("{}: output {} less exports {}", basis, millions(output),
                                           millions(exports))};
  if (result.value_musd <= 0.0 && options.floor_share == 0.0) {
    throw InputError(
        {.code = "domestic-negative",
         .what = fmt::format("exports of {} exceed its output: {} against {} million USD",
                             economy_name(economy), millions(exports), millions(output)),
         .where = fmt::format("domestic trade of {}", economy),
         .context = {basis},
         .why = "what is sold at home would be negative, and no equilibrium has that",
         .fixes = {"take re-exports out of its exports",
                   "set a floor, flagged in every result: --floor-share 0.05",
                   fmt::format("leave it out or merge it with a neighbour: --drop {}", economy)}});
  }
  bool floored = false;
  const auto raise = [&](double& value, double of_output, bool counts) {
    const double least = std::max(options.floor_share, 0.01) * of_output;
    if (value >= least) return;
    value = least;
    floored = floored || counts;
  };
  raise(result.value_musd, output, true);
  raise(result.low_musd, low, false);
  raise(result.high_musd, high, false);
  result.low_musd = std::min(result.low_musd, result.value_musd);
  result.high_musd = std::max(result.high_musd, result.value_musd);
  if (floored) {
    result.flag += "_floored";
    result.note +=
        fmt::format(", set to {} of output", percent(std::max(options.floor_share, 0.01)));
  }
  return result;
}

/// The three tables, read once.
struct Amounts {
  explicit Amounts(const DomesticSources& sources)
      : observed(sources.observed, Role::kTrade, "domestic"),
        output(sources.output, Role::kOutput, "output"),
        gdp(sources.gdp, Role::kGdp, "gdp") {}
  AmountTable observed;
  AmountTable output;
  AmountTable gdp;
};

/// Nothing when no source has the economy.
std::optional<DomesticTrade> from_amounts(std::string_view economy, int year, double exports_musd,
                                          const Amounts& amounts, const DomesticOptions& options) {
  const auto known = [&](const AmountTable& table) {
    return amount_in(table.find(economy), year, options.carry_years);
  };
  if (const Amount observed = known(amounts.observed); !is_missing(observed.value_musd)) {
    return DomesticTrade{.economy = std::string(economy),
                         .value_musd = observed.value_musd,
                         .low_musd = observed.value_musd,
                         .high_musd = observed.value_musd,
                         .flag = "observed" + observed.suffix,
                         .note = "domestic sales " + observed.words};
  }
  if (const Amount output = known(amounts.output); !is_missing(output.value_musd)) {
    return less_exports(economy, output.value_musd, output.value_musd, output.value_musd,
                        exports_musd, "output_minus_exports" + output.suffix,
                        "gross output " + output.words, options);
  }
  if (const Amount gdp = known(amounts.gdp); !is_missing(gdp.value_musd)) {
    if (options.rule == DomesticRule::kGdpRatio) {
      return less_exports(
          economy, options.ratio * gdp.value_musd, options.ratio_low * gdp.value_musd,
          options.ratio_high * gdp.value_musd, exports_musd, "gdp_ratio" + gdp.suffix,
          fmt::format("goods output as {} of GDP {}", options.ratio, gdp.words), options);
    }
    return DomesticTrade{.economy = std::string(economy),
                         .value_musd = options.share * gdp.value_musd,
                         .low_musd = options.share_low * gdp.value_musd,
                         .high_musd = options.share_high * gdp.value_musd,
                         .flag = "gdp_share" + gdp.suffix,
                         .note = fmt::format("{} of GDP {}, {}", percent(options.share), gdp.words,
                                             millions(gdp.value_musd))};
  }
  return std::nullopt;
}

[[noreturn]] void fail_unknown(std::string_view economy, int year) {
  throw InputError({.code = "domestic-unknown",
                    .what = fmt::format("nothing is known of what {} sells at home in {}",
                                        economy_name(economy), year),
                    .where = fmt::format("domestic trade of {}", economy),
                    .why = "an equilibrium needs every economy's trade with itself",
                    .fixes = {"give a table of domestic sales, output or GDP that has it",
                              fmt::format("leave it out: --drop {}", economy),
                              "leave out all such economies: --leave-out-unknown"}});
}

/// Sentences on what the world stands on.
void describe(World& world, std::size_t n_possible, std::size_t n_unknown,
              const std::vector<std::string>& left_out, const std::string& source) {
  const auto add = [&](Severity severity, std::string check, std::string sentence, double stake) {
    world.findings.push_back(
        {severity, std::move(check), std::move(sentence), source, Table(source), stake});
  };
  if (!left_out.empty()) {
    add(Severity::kWarning, "domestic-unknown",
        fmt::format("Left out of the world of {} because nothing is known of their domestic trade: "
                    "{}.",
                    world.year, names_of(left_out, 10)),
        0.0);
  }
  double imputed = 0.0;
  double total = 0.0;
  std::map<std::string, std::vector<std::string>> by_flag;
  for (const DomesticTrade& domestic : world.domestic) {
    total += domestic.value_musd;
    if (!domestic.imputed()) continue;
    imputed += domestic.value_musd;
    by_flag[domestic.flag].push_back(domestic.economy);
  }
  for (const auto& [flag, economies] : by_flag) {
    const auto first = std::find_if(world.domestic.begin(), world.domestic.end(),
                                    [&](const DomesticTrade& of) { return of.flag == flag; });
    const bool special =
        flag.ends_with("_carried") || flag.ends_with("_floored") || flag.ends_with("_interpolated");
    add(special ? Severity::kWarning : Severity::kNote, "domestic-imputed",
        fmt::format("Domestic trade of {} is assumed ({}): {}; for example {}.",
                    count_of(economies.size(), "economy"), flag, names_of(economies, 5),
                    first->note),
        0.0);
  }
  if (imputed > 0.0) {
    internal::RowTable rows({"economy", "flag", "note"}, {"value_musd", "low_musd", "high_musd"});
    for (const DomesticTrade& domestic : world.domestic) {
      rows.add({domestic.economy, domestic.flag, domestic.note},
               {domestic.value_musd, domestic.low_musd, domestic.high_musd});
    }
    add(Severity::kNote, "domestic-imputed",
        fmt::format("{} of the world's domestic trade is assumed, not observed; results carry its "
                    "range.",
                    percent(imputed / total)),
        imputed);
    world.findings.back().rows = rows.finish(source);
  }
  if (n_unknown > 0) {
    add(Severity::kNote, "unknown-as-zero",
        fmt::format("{} of {} in {} are recorded by nobody and count as zero (flag u).",
                    fmt::group_digits(n_unknown), count_of(n_possible, "flow"), world.year),
        0.0);
  }
}

}  // namespace

std::vector<Field<DomesticOptions>> DomesticOptions::fields() {
  constexpr std::string_view kSource =
      "WIOD 2016 release, year 2014: 43 economies, goods sectors, first to last decile";
  const auto number = [](double DomesticOptions::* member, std::string_view name,
                         std::string_view doc, std::string_view source) {
    return make_field(
        member,
        FieldInfo{.name = name, .doc = doc, .unit = "share", .minimum = 0.0, .source = source});
  };
  return {
      make_enum_field<&DomesticOptions::rule>(
          {.name = "rule",
           .doc = "domestic sales where only GDP is known: a share of GDP, or goods output as a "
                  "ratio of GDP less exports"},
          {"gdp_share", "gdp_ratio"}),
      number(&DomesticOptions::share, "share", "domestic sales of goods over GDP", kSource),
      number(&DomesticOptions::share_low, "share_low", "low end of the range of share", kSource),
      number(&DomesticOptions::share_high, "share_high", "high end of the range of share", kSource),
      number(&DomesticOptions::ratio, "ratio", "gross output of goods over GDP", kSource),
      number(&DomesticOptions::ratio_low, "ratio_low", "low end of the range of ratio", kSource),
      number(&DomesticOptions::ratio_high, "ratio_high", "high end of the range of ratio", kSource),
      number(&DomesticOptions::floor_share, "floor_share",
             "smallest domestic share of output where exports exceed it; 0 makes that an error",
             ""),
      make_field(&DomesticOptions::carry_years,
                 {.name = "carry_years",
                  .doc = "how far the last known GDP or output may be carried",
                  .unit = "years",
                  .minimum = 0.0}),
      make_field(&DomesticOptions::leave_out_unknown,
                 {.name = "leave_out_unknown",
                  .doc = "leave economies without any source out instead of stopping"})};
}

DomesticTrade domestic_trade(std::string_view economy, int year, double exports_musd,
                             const DomesticSources& sources, const DomesticOptions& options) {
  std::optional<DomesticTrade> found =
      from_amounts(economy, year, exports_musd, Amounts(sources), options);
  if (!found) fail_unknown(economy, year);
  return *std::move(found);
}

std::vector<double> World::trade_at(double position) const {
  std::vector<double> trade = trade_musd;
  const std::size_t n = economies.size();
  for (std::size_t k = 0; k < n; ++k) {
    const DomesticTrade& of = domestic[k];
    const double end = position < 0.0 ? of.low_musd : of.high_musd;
    trade[k * n + k] = of.value_musd * std::pow(end / of.value_musd, std::abs(position));
  }
  return trade;
}

World build_world(const PairPanel& panel, int year, const DomesticSources& sources,
                  const DomesticOptions& options) {
  if (!panel.years.empty() && !std::binary_search(panel.years.begin(), panel.years.end(), year)) {
    throw InputError({.code = "no-such-year",
                      .what = fmt::format("the table has no year {}", year),
                      .where = panel.table.source(),
                      .context = {fmt::format("years: {}", fmt::join(panel.years, ", "))},
                      .why = "a world is the trade of one year"});
  }
  const std::vector<std::string>& all = panel.economies;
  const std::vector<GroupId>& exporters = panel.table.texts("exporter").codes;
  const std::vector<GroupId>& importers = panel.table.texts("importer").codes;
  const NumberColumn& trade = panel.table.numbers("trade");
  const NumberColumn* years = panel.years.empty() ? nullptr : &panel.table.numbers("year");
  // A table made by `altyn data reconcile` says itself how its domestic rows came about.
  const bool flagged = panel.table.has("domestic_flag") && panel.table.has("low_musd") &&
                       panel.table.has("high_musd");
  std::vector<std::size_t> own_row(all.size(), 0);
  std::vector<double> full(all.size() * all.size(), kMissing);
  std::vector<double> exports(all.size(), 0.0);
  for (std::size_t row = 0; row < trade.size(); ++row) {
    if (years != nullptr && (*years)[row] != year) continue;
    full[exporters[row] * all.size() + importers[row]] = trade[row];
    if (exporters[row] != importers[row]) exports[exporters[row]] += trade[row];
    if (exporters[row] == importers[row]) own_row[exporters[row]] = row;
  }
  World world;
  world.year = year;
  const Amounts amounts(sources);
  std::vector<std::size_t> kept;
  std::vector<std::string> left_out;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const double own = full[k * all.size() + k];
    std::optional<DomesticTrade> domestic =
        own > 0.0 ? DomesticTrade{.economy = all[k],
                                  .value_musd = own,
                                  .low_musd = own,
                                  .high_musd = own,
                                  .flag = "observed",
                                  .note = "in the table of trade"}
                  : from_amounts(all[k], year, exports[k], amounts, options);
    if (own > 0.0 && flagged) {
      const std::size_t row = own_row[k];
      const std::string_view flag = panel.table.texts("domestic_flag").at(static_cast<Index>(row));
      if (!flag.empty()) {
        domestic->flag = flag;
        domestic->low_musd = panel.table.numbers("low_musd")[row];
        domestic->high_musd = panel.table.numbers("high_musd")[row];
      }
    }
    if (!domestic) {
      if (!options.leave_out_unknown) fail_unknown(all[k], year);
      left_out.push_back(all[k]);
      continue;
    }
    world.domestic.push_back(*std::move(domestic));
    kept.push_back(k);
    world.economies.push_back(all[k]);
  }
  const std::size_t n = kept.size();
  world.trade_musd.assign(n * n, 0.0);
  world.flag_zero.assign(n * n, 'u');
  std::size_t n_unknown = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double value = full[kept[i] * all.size() + kept[j]];
      char& flag = world.flag_zero[i * n + j];
      if (i == j) {
        world.trade_musd[i * n + i] = world.domestic[i].value_musd;
        flag = 'd';
      } else if (is_missing(value)) {
        ++n_unknown;
      } else {
        world.trade_musd[i * n + j] = value;
        flag = value > 0.0 ? 'p' : 'r';
      }
    }
  }
  describe(world, n * (n - 1), n_unknown, left_out, panel.table.source());
  return world;
}

}  // namespace altyn::data
