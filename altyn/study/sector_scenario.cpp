#include "altyn/study/sector_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using data::Month;
using nlohmann::json;
using namespace equilibrium;

constexpr double kPercent = 0.01;

[[noreturn]] void fail_change(const std::string& where, const std::string& what,
                              const std::string& fix) {
  throw InputError({.code = "bad-change",
                    .what = what,
                    .where = where,
                    .why = "a change says which trade it touches and by how much",
                    .fixes = {fix}});
}

void check_change(const SectorChange& change, const std::string& where) {
  using Kind = SectorChangeKind;
  if (!change.range_pct.empty() &&
      (change.range_pct.size() != 2 || change.range_pct[0] > change.rate_pct ||
       change.range_pct[1] < change.rate_pct)) {
    fail_change(
        where, "range_pct must be two numbers around rate_pct, the lower first",
        fmt::format("range_pct = [{:g}, {:g}]", change.rate_pct - 2.0, change.rate_pct + 2.0));
  }
  if (!change.phase_in.empty() && change.phase_in.size() != 2) {
    fail_change(where, "phase_in must be the first and the last year", "phase_in = [2020, 2024]");
  }
  if (change.key_members.size() != change.keys_pct.size()) {
    fail_change(where, "key_members and keys_pct differ in length",
                "key_members = [\"A\", \"B\"] and keys_pct = [60, 40]");
  }
  if (change.what == Kind::kSchedule && change.table.empty()) {
    fail_change(where, "the schedule's table is missing", "table = \"schedule.csv\"");
  }
  const bool of_union = change.what == Kind::kJoin || change.what == Kind::kLeave;
  if (of_union && (change.customs_union.empty() || change.economy.empty())) {
    fail_change(where, "joining and leaving need a union and an economy",
                "union = \"eaeu\" and economy = \"UZB\"");
  }
  if (!of_union && change.what != Kind::kSchedule && change.what != Kind::kProductivity &&
      change.importer.empty() && change.exporter.empty() && change.sector.empty()) {
    fail_change(where, "the change names neither importer nor exporter nor sector",
                "importer = [\"KAZ\"]");
  }
}

// Kinds of the one-sector world, whose agreements and borders are bundled.
void check_kind(const json& change, const std::string& where) {
  const std::string what = text_under(change, "what");
  if (what != "agreement" && what != "border_cost") return;
  throw InputError({.code = "other-model",
                    .what = fmt::format("what = \"{}\" belongs to a world of one sector", what),
                    .where = where + " what",
                    .why = "with [sectors], costs of delivery change by what = \"cost\", and "
                           "membership by \"join\" and \"leave\"",
                    .fixes = {"what = \"cost\", with importer, exporter and rate_pct",
                              "remove [sectors] for the bundled world of one sector"}});
}

template <class S>
std::vector<S> read_list(const Study& study, const char* name) {
  std::vector<S> entries;
  for (const json& entry : study.content.value(name, json::array())) {
    S read;
    const std::string where = fmt::format("{} [[{}]] {}", study.where, name, entries.size() + 1);
    if constexpr (std::is_same_v<S, SectorChange>) check_kind(entry, where);
    options_from_json(read, entry, where);
    entries.push_back(std::move(read));
  }
  return entries;
}

// The month that dates are judged by.
Month month_of(const SectorHead& head, const std::string& where) {
  if (!head.month.empty()) return Month::parse(head.month, where + " [scenario] month");
  if (head.year > 0) return Month::of(static_cast<int>(head.year), 12);
  throw InputError({.code = "missing-month",
                    .what = "dates are given, but no month to judge them by",
                    .where = where + " [scenario]",
                    .why = "members, keys and phase-ins are dated",
                    .fixes = {"year = 2016", "month = \"2016-06\""}});
}

CellSelection selection_of(const SectorChange& change) {
  return {.importers = change.importer,
          .exporters = change.exporter,
          .sectors = change.sector,
          .both_ways = change.both};
}

std::vector<std::pair<std::string, double>> keys_of(const std::vector<std::string>& members,
                                                    const std::vector<double>& percent) {
  std::vector<std::pair<std::string, double>> keys;
  for (std::size_t k = 0; k < members.size(); ++k) keys.emplace_back(members[k], percent.at(k));
  return keys;
}

// A column of rates in percent by sector; NaN where the table is silent.
std::vector<double> rates_by_sector(const std::string& name,
                                    const std::vector<std::string>& sectors, DataSources& sources) {
  std::vector<double> rates(sectors.size(), std::numeric_limits<double>::quiet_NaN());
  const data::Table table = sources.read(name);
  const data::TextColumn& names = table.texts("sector");
  const data::NumberColumn& values = table.numbers("rate_pct");
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto found = std::find(sectors.begin(), sectors.end(), names.at(row));
    if (found == sectors.end()) {
      throw InputError({.code = "unknown-sector",
                        .what = fmt::format("the base has no sector \"{}\"", names.at(row)),
                        .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                        .why = "a common tariff has one rate per sector of the base"});
    }
    rates[static_cast<std::size_t>(found - sectors.begin())] =
        values[static_cast<std::size_t>(row)] * kPercent;
  }
  return rates;
}

// Lines in force in the scenario's year: of lines for one flow, the latest year wins.
std::vector<ScheduleLine> read_schedule(const std::string& name, Index year, DataSources& sources) {
  const data::Table table = sources.read(name);
  const data::NumberColumn& rates = table.numbers("rate_pct");
  const data::NumberColumn* years = table.has("year") ? &table.numbers("year") : nullptr;
  const auto text = [&](const char* column, Index row) {
    return table.has(column) ? std::string(table.texts(column).at(row)) : std::string();
  };
  std::vector<std::pair<double, ScheduleLine>> lines;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    const double since = years == nullptr ? 0.0 : (*years)[at];
    if (year > 0 && since > static_cast<double>(year)) continue;
    if (data::is_missing(rates[at])) {
      throw InputError({.code = "missing-value",
                        .what = "a rate is missing",
                        .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                        .why = "an unknown rate is no zero"});
    }
    lines.push_back({since,
                     {.importer = text("importer", row),
                      .exporter = text("exporter", row),
                      .sector = text("sector", row),
                      .rate = rates[at] * kPercent}});
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ScheduleLine> sorted;
  for (auto& line : lines) sorted.push_back(std::move(line.second));
  return sorted;
}

CustomsUnion* find_union(std::vector<CustomsUnion>& unions, const std::string& name,
                         const std::string& where) {
  std::vector<std::string> names;
  for (CustomsUnion& candidate : unions) {
    if (candidate.name == name) return &candidate;
    names.push_back(candidate.name);
  }
  const std::string near = nearest_name(name, names);
  throw InputError({.code = "unknown-union",
                    .what = fmt::format("there is no union \"{}\"", name),
                    .where = where,
                    .why = "a union has a section [[union]] of its own",
                    .fixes = near.empty() ? std::vector<std::string>{}
                                          : std::vector<std::string>{"write " + near}});
}

// State of the unions while changes are applied.
struct Unions {
  std::vector<CustomsUnion> unions;
  std::vector<UnionState> states;
  Month month;
};

void apply_change(const SectorChange& change, const std::vector<ScheduleLine>& schedule,
                  double size, double part, SectorPolicy& policy, Unions& unions) {
  using Kind = SectorChangeKind;
  const CellSelection cells = selection_of(change);
  const auto state = [&]() -> std::size_t {
    for (std::size_t u = 0; u < unions.unions.size(); ++u) {
      if (unions.unions[u].name == change.customs_union) return u;
    }
    return 0;  // read_policies has looked
  };
  switch (change.what) {
    case Kind::kTariff:
      policy.apply(
          TariffRule{.cells = cells, .formula = change.formula, .value = size, .part = part});
      return;
    case Kind::kExportTax:
      policy.apply(
          ExportTaxRule{.cells = cells, .formula = change.formula, .value = size, .part = part});
      return;
    case Kind::kCost:
      policy.apply(CostRule{.cells = cells, .change = size, .part = part});
      return;
    case Kind::kPreference:
      policy.apply(PreferenceRule{.cells = cells,
                                  .rate = size,
                                  .cost = change.proof_cost_pct * kPercent,
                                  .use = change.use_pct * kPercent,
                                  .part = part});
      return;
    case Kind::kSchedule:
      policy.apply(schedule);
      return;
    case Kind::kProductivity:
      policy.raise_productivity(change.exporter, change.sector, std::pow(1.0 + size, part));
      return;
    case Kind::kJoin: {
      const std::size_t u = state();
      unions.unions[u] = with_member(unions.unions[u], change.economy, unions.month,
                                     keys_of(change.key_members, change.keys_pct));
      unions.states[u] = union_at(unions.unions[u], unions.month);
      apply_union(policy, unions.states[u]);
      return;
    }
    case Kind::kLeave: {
      const std::size_t u = state();
      unions.states[u] = leave_union(policy, unions.states[u], change.economy,
                                     {.fallback = change.fallback,
                                      .border_cost = size,
                                      .percent = keys_of(change.key_members, change.keys_pct)});
      std::erase_if(unions.unions[u].members,
                    [&](const UnionMember& member) { return member.economy == change.economy; });
      return;
    }
    case Kind::kQuota:
      return;  // solved for, see quotas_of
  }
}

}  // namespace

Month month_of_scenario(const SectorHead& head, const std::string& where) {
  if (head.month.empty() && head.year == 0) return Month::of(9999, 12);
  return month_of(head, where);
}

bool has_sectors(const json& content) { return content.contains("sectors"); }

SectorScenario read_sector_scenario(const Study& whole) {
  check_sections(whole, {"scenario", "sectors", "model", "output", "change", "union", "union_keys",
                         "union_exception", "optimal", "region", "regions", "flags", "file"});
  SectorScenario scenario{.head = read_section<SectorHead>(whole, "scenario"),
                          .tables = read_section<SectorTables>(whole, "sectors"),
                          .model = read_section<SectorModel>(whole, "model"),
                          .output = read_section<SectorOutput>(whole, "output"),
                          .optimal = read_section<OptimalPolicy>(whole, "optimal"),
                          .regions = read_section<ScenarioRegions>(whole, "regions"),
                          .changes = read_list<SectorChange>(whole, "change")};
  scenario.region_list = read_regions(whole.content, scenario.regions, whole.where);
  for (std::size_t c = 0; c < scenario.changes.size(); ++c) {
    SectorChange& change = scenario.changes[c];
    check_change(change, fmt::format("{} [[change]] {}", whole.where, c + 1));
    if (!change.phase_in.empty()) static_cast<void>(month_of(scenario.head, whole.where));
    if (change.name.empty()) change.name = fmt::format("change {}", c + 1);
  }
  return scenario;
}

void read_policies(SectorScenario& scenario, const Study& whole,
                   const std::vector<std::string>& sectors, DataSources& sources) {
  for (const SectorChange& change : scenario.changes) {
    scenario.schedules.push_back(change.table.empty()
                                     ? std::vector<ScheduleLine>{}
                                     : read_schedule(change.table, scenario.head.year, sources));
  }
  const auto month = [&](const std::string& text, const char* field) {
    return text.empty() ? Month{} : Month::parse(text, fmt::format("{} {}", whole.where, field));
  };
  for (const SectorUnion& entry : read_list<SectorUnion>(whole, "union")) {
    CustomsUnion made;
    made.name = entry.name;
    for (std::size_t m = 0; m < entry.members.size(); ++m) {
      const auto date = [&](const std::vector<std::string>& dates) {
        return m < dates.size() ? dates[m] : std::string();
      };
      UnionMember member{.economy = entry.members[m],
                         .from = month(date(entry.member_from), "member_from")};
      if (!date(entry.member_to).empty()) member.to = month(date(entry.member_to), "member_to");
      made.members.push_back(member);
    }
    made.common_tariff =
        entry.tariff.empty()
            ? std::vector<double>(sectors.size(), entry.tariff_pct < 0.0
                                                      ? std::numeric_limits<double>::quiet_NaN()
                                                      : entry.tariff_pct * kPercent)
            : rates_by_sector(entry.tariff, sectors, sources);
    made.free_trade_partners = entry.free_trade;
    scenario.unions.push_back(std::move(made));
    scenario.in_base.push_back(entry.in_base);
  }
  for (const SectorKeys& entry : read_list<SectorKeys>(whole, "union_keys")) {
    if (entry.members.size() != entry.keys_pct.size()) {
      throw InputError({.code = "revenue-keys",
                        .what = fmt::format("{} members and {} keys", entry.members.size(),
                                            entry.keys_pct.size()),
                        .where = whole.where + " [[union_keys]]",
                        .why = "every member has a key"});
    }
    find_union(scenario.unions, entry.customs_union, whole.where + " [[union_keys]]")
        ->keys.push_back(
            {month(entry.from, "from"), keys_of(entry.members, entry.keys_pct), entry.source});
  }
  for (const SectorException& entry : read_list<SectorException>(whole, "union_exception")) {
    TariffException made{.member = entry.member,
                         .sectors = entry.sector.empty() ? sectors : entry.sector,
                         .partners = entry.partner,
                         .rate = entry.rate_pct * kPercent,
                         .from = month(entry.from, "from"),
                         .source = entry.source};
    if (!entry.to.empty()) made.to = month(entry.to, "to");
    find_union(scenario.unions, entry.customs_union, whole.where + " [[union_exception]]")
        ->exceptions.push_back(std::move(made));
  }
  for (const SectorChange& change : scenario.changes) {
    if (change.customs_union.empty()) continue;
    const std::string where = fmt::format("{} [[change]] {}", whole.where, change.name);
    const CustomsUnion& left = *find_union(scenario.unions, change.customs_union, where);
    if (change.what == SectorChangeKind::kLeave && change.fallback == ExitFallback::kMfn &&
        std::all_of(left.common_tariff.begin(), left.common_tariff.end(),
                    [](double rate) { return std::isnan(rate); })) {
      fail_change(where, "the union has no common tariff to fall back to",
                  "tariff = \"common_tariff.csv\" in [[union]]");
    }
  }
}

double part_in_force(const SectorChange& change, const SectorHead& head) {
  if (change.phase_in.empty()) return 1.0;
  return phase_share(static_cast<int>(change.phase_in[0]), static_cast<int>(change.phase_in[1]),
                     month_of(head, "the scenario").year());
}

std::vector<RevenuePool> base_pools(const SectorScenario& scenario) {
  std::vector<RevenuePool> pools;
  for (std::size_t u = 0; u < scenario.unions.size(); ++u) {
    if (!scenario.in_base[u]) continue;
    const UnionState state =
        union_at(scenario.unions[u], month_of_scenario(scenario.head, "the scenario"));
    if (state.pool) pools.push_back(*state.pool);
  }
  return pools;
}

MultiSectorShock build_shock(const SectorScenario& scenario, const MultiSectorBase& base,
                             const std::vector<double>& sizes_pct,
                             const std::vector<bool>& active) {
  SectorPolicy policy(base);
  Unions unions{.unions = scenario.unions,
                .states = {},
                .month = month_of_scenario(scenario.head, "the scenario")};
  for (std::size_t u = 0; u < unions.unions.size(); ++u) {
    unions.states.push_back(union_at(unions.unions[u], unions.month));
    if (!scenario.in_base[u]) apply_union(policy, unions.states[u]);
  }
  for (std::size_t c = 0; c < scenario.changes.size(); ++c) {
    if (!active[c]) continue;
    const SectorChange& change = scenario.changes[c];
    apply_change(change, scenario.schedules[c], sizes_pct[c] * kPercent,
                 part_in_force(change, scenario.head), policy, unions);
  }
  return policy.shock();
}

std::vector<NumberedQuota> quotas_of(const SectorScenario& scenario, const MultiSectorBase& base) {
  std::vector<NumberedQuota> quotas;
  const SectorPolicy names(base);
  for (std::size_t c = 0; c < scenario.changes.size(); ++c) {
    const SectorChange& change = scenario.changes[c];
    if (change.what != SectorChangeKind::kQuota) continue;
    quotas.push_back({c,
                      {.name = change.name,
                       .cells = names.cells(selection_of(change)),
                       .limit = change.limit_pct * kPercent,
                       .rent_abroad = change.rent_abroad}});
  }
  return quotas;
}

std::vector<Field<SectorChange>> SectorChange::fields() {
  using S = SectorChange;
  return {
      make_field(&S::name, {.name = "name", .doc = "what the assumption is called"}),
      make_enum_field<&S::what>({.name = "what", .doc = "what changes"},
                                {"tariff", "export_tax", "cost", "preference", "quota", "schedule",
                                 "productivity", "join", "leave"}),
      make_field(&S::importer, {.name = "importer", .doc = "importers; empty is all"}),
      make_field(&S::exporter, {.name = "exporter", .doc = "exporters (producers); empty is all"}),
      make_field(&S::sector, {.name = "sector", .doc = "sectors; empty is all"}),
      make_field(&S::both, {.name = "both", .doc = "also with the two sides exchanged"}),
      make_enum_field<&S::formula>(
          {.name = "formula",
           .doc = "new rate: set to rate_pct, cap at it, cut by that percent, the Swiss formula "
                  "with that coefficient, or add points"},
          {"set", "cap", "cut", "swiss", "add"}),
      make_field(&S::rate_pct,
                 {.name = "rate_pct",
                  .doc = "the rate; the change of cost or productivity; with leave, the border "
                         "cost that returns",
                  .unit = "percent",
                  .minimum = -99,
                  .maximum = 1000}),
      make_field(&S::range_pct, {.name = "range_pct",
                                 .doc = "range of rate_pct for the draws, rate_pct the median",
                                 .unit = "percent",
                                 .minimum = -99,
                                 .maximum = 1000}),
      make_field(&S::phase_in, {.name = "phase_in",
                                .doc = "first and last year of equal annual steps",
                                .unit = "year",
                                .minimum = 0,
                                .maximum = 3000}),
      make_field(&S::proof_cost_pct, {.name = "proof_cost_pct",
                                      .doc = "what proof of origin adds to the cost of delivery",
                                      .unit = "percent",
                                      .minimum = 0}),
      make_field(&S::use_pct, {.name = "use_pct",
                               .doc = "share of trade that can meet the rules of origin",
                               .unit = "percent",
                               .minimum = 0,
                               .maximum = 100}),
      make_field(&S::limit_pct, {.name = "limit_pct",
                                 .doc = "the quota, of the base's volume",
                                 .unit = "percent",
                                 .minimum = 0}),
      make_field(&S::rent_abroad, {.name = "rent_abroad",
                                   .doc = "exporters earn the quota's rent, not the importer"}),
      make_field(&S::table,
                 {.name = "table", .doc = "importer, exporter, sector, rate_pct [, year]"}),
      make_field(&S::customs_union, {.name = "union", .doc = "the union that is joined or left"}),
      make_field(&S::economy, {.name = "economy", .doc = "who joins or leaves"}),
      make_enum_field<&S::fallback>(
          {.name = "fallback", .doc = "how a leaver trades with the rest"}, {"free_trade", "mfn"}),
      make_field(&S::key_members, {.name = "key_members",
                                   .doc = "members of the new keys, in the order of keys_pct"}),
      make_field(&S::keys_pct,
                 {.name = "keys_pct",
                  .doc = "new shares in common duties after joining or leaving, 100 in all",
                  .unit = "percent",
                  .minimum = 0,
                  .maximum = 100}),
      make_field(&S::source, {.name = "source", .doc = "where the assumption comes from"})};
}

std::vector<Field<SectorUnion>> SectorUnion::fields() {
  using S = SectorUnion;
  return {
      make_field(&S::name, {.name = "name", .doc = "the union"}),
      make_field(&S::members, {.name = "members", .doc = "economies"}),
      make_field(&S::member_from,
                 {.name = "member_from", .doc = "month of entry by member; \"\" is always"}),
      make_field(&S::member_to, {.name = "member_to", .doc = "last month by member; \"\" is open"}),
      make_field(&S::tariff_pct, {.name = "tariff_pct",
                                  .doc = "one common rate for all sectors; -1: members keep theirs",
                                  .unit = "percent",
                                  .minimum = -1}),
      make_field(&S::tariff, {.name = "tariff",
                              .doc = "sector, rate_pct: the common tariff; sectors left out keep "
                                     "the members' own"}),
      make_field(&S::free_trade,
                 {.name = "free_trade", .doc = "outsiders with free trade both ways"}),
      make_field(&S::in_base,
                 {.name = "in_base", .doc = "the base's tariffs are the union's already"}),
      make_field(&S::source, {.name = "source", .doc = "where this is written"})};
}

std::vector<Field<SectorKeys>> SectorKeys::fields() {
  using S = SectorKeys;
  return {make_field(&S::customs_union, {.name = "union", .doc = "the union"}),
          make_field(&S::from, {.name = "from", .doc = "first month; \"\" is always"}),
          make_field(&S::members, {.name = "members", .doc = "in the order of keys_pct"}),
          make_field(&S::keys_pct, {.name = "keys_pct",
                                    .doc = "shares in common duties, 100 in all within 0.02",
                                    .unit = "percent",
                                    .minimum = 0,
                                    .maximum = 100}),
          make_field(&S::source, {.name = "source", .doc = "where this is written"})};
}

std::vector<Field<SectorException>> SectorException::fields() {
  using S = SectorException;
  return {
      make_field(&S::customs_union, {.name = "union", .doc = "the union"}),
      make_field(&S::member, {.name = "member", .doc = "who deviates"}),
      make_field(&S::sector, {.name = "sector", .doc = "sectors; empty is all"}),
      make_field(&S::partner, {.name = "partner", .doc = "outsiders; empty is all"}),
      make_field(&S::rate_pct, {.name = "rate_pct", .doc = "the member's rate", .unit = "percent"}),
      make_field(&S::from, {.name = "from", .doc = "first month; \"\" is always"}),
      make_field(&S::to, {.name = "to", .doc = "last month; \"\" is open"}),
      make_field(&S::source, {.name = "source", .doc = "where this is written"})};
}

std::vector<Field<SectorHead>> SectorHead::fields() {
  using S = SectorHead;
  return {make_field(&S::name, {.name = "name", .doc = "a short name"}),
          make_field(&S::title, {.name = "title", .doc = "the question it answers"}),
          make_field(&S::year, {.name = "year",
                                .doc = "year by which phase-ins and dates are judged; 0: all past",
                                .minimum = 0,
                                .maximum = 3000}),
          make_field(&S::month, {.name = "month", .doc = "month instead of the year's last"}),
          make_field(&S::extends, {.name = "extends", .doc = "scenario file to stand on"})};
}

std::vector<Field<SectorModel>> SectorModel::fields() {
  using S = SectorModel;
  return {make_enum_field<&S::deficits>({.name = "deficits", .doc = "how deficits are closed"},
                                        equilibrium::closure_names()),
          make_field(&S::numeraire,
                     {.name = "numeraire", .doc = "\"world\" factor income, or an economy's"}),
          make_field(&S::theta_log_sd,
                     {.name = "theta_log_sd",
                      .doc = "standard deviation of each log elasticity, where the table has none",
                      .minimum = 0,
                      .maximum = 2}),
          make_field(&S::theta_common_log_sd,
                     {.name = "theta_common_log_sd",
                      .doc = "standard deviation of a factor common to all elasticities, in logs",
                      .minimum = 0,
                      .maximum = 2}),
          make_field(&S::trade_log_sd,
                     {.name = "trade_log_sd",
                      .doc = "standard deviation of every trade flow of the base, in logs",
                      .minimum = 0,
                      .maximum = 2}),
          make_field(&S::n_draws, {.name = "n_draws",
                                   .doc = "draws behind the intervals; 0 gives none",
                                   .minimum = 0,
                                   .maximum = 100000}),
          make_field(&S::level, {.name = "level",
                                 .doc = "share of draws inside an interval",
                                 .minimum = 0.01,
                                 .maximum = 0.999}),
          make_field(&S::decomposition_steps,
                     {.name = "decomposition_steps",
                      .doc = "steps of the exact decomposition, even; 0 leaves it out",
                      .minimum = 0,
                      .maximum = 1000})};
}

std::vector<Field<SectorOutput>> SectorOutput::fields() {
  return {make_enum_field<&SectorOutput::tables>({.name = "tables", .doc = "format of the tables"},
                                                 {"csv", "json", "parquet"})};
}

}  // namespace altyn::study
