#include "altyn/study/partial_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "altyn/core/fields_json.h"
#include "altyn/equilibrium/gsim.h"
#include "altyn/equilibrium/smart.h"
#include "altyn/study/assumption_ranges.h"
#include "altyn/study/extends.h"
#include "altyn/study/located.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using attribution::ResultTable;
using equilibrium::GsimProblem;
using equilibrium::GsimResult;
using equilibrium::SmartMarket;
using equilibrium::SmartResult;
using nlohmann::json;

double checked(const data::Table& table, const char* column, Index row) {
  const double value = table.numbers(column)[static_cast<std::size_t>(row)];
  if (!data::is_missing(value)) return value;
  throw InputError(
      {.code = "missing-value",
       .what = "a value is missing",
       .where = fmt::format("{}, {}, column {}", table.source(), table.place_of(row), column),
       .why = "an unknown value is no zero",
       .fixes = {"fill it, or drop the row"}});
}

[[noreturn]] void fail_twice(const data::Table& table, Index row) {
  throw InputError({.code = "duplicate-row",
                    .what = "the same place has a value already",
                    .where = fmt::format("{}, {}", table.source(), table.place_of(row)),
                    .why = "it is not clear which of the two holds"});
}

// A certificate for what is solved in closed form or by one linear system: its own identity.
Certificate identity(const char* subject, const char* name, double residual, double scale) {
  return {.subject = subject,
          .status = SolveStatus::kConverged,
          .blocks = {{.name = name,
                      .residual = scale > 0.0 ? std::abs(residual) / scale : std::abs(residual),
                      .tolerance = 1e-10,
                      .measure = "relative",
                      .worst = ""}},
          .positive = true,
          .closure = "",
          .numeraire = "",
          .iterations = 1};
}

void begin(ScenarioAnswer& answer, const Study& study) {
  const json head = study.content.value("scenario", json::object());
  answer.name = head.value("name", std::string("partial"));
  answer.title = head.value("title", answer.name);
}

void add_smart(ScenarioAnswer& answer, const SmartSection& smart, const std::string& where,
               DataSources& sources, const Context& context, SharedDraws* shared) {
  const data::Table table = sources.read(smart.table);
  SmartMarket market;
  std::set<std::string> seen;
  const data::TextColumn& partners = table.texts("exporter");
  for (Index row = 0; row < table.n_rows(); ++row) {
    market.partners.emplace_back(partners.at(row));
    if (!seen.insert(market.partners.back()).second) fail_twice(table, row);
    market.imports.push_back(checked(table, "value", row));
    market.tariff.push_back(checked(table, "tariff_pct", row) / 100.0);
    market.new_tariff.push_back(checked(table, "new_tariff_pct", row) / 100.0);
  }
  if (smart.supply_elasticity > 0.0) market.supply_elasticity = smart.supply_elasticity;
  const std::vector<Assumption> assumptions = {
      ranged("demand elasticity", smart.demand_elasticity, smart.demand_range, smart.source, where),
      ranged("substitution elasticity", smart.substitution_elasticity, smart.substitution_range,
             smart.source, where)};
  const std::size_t n = market.partners.size();
  // Per partner creation, diversion, price effect and change of imports; then the totals.
  const auto solve = [&](const Values& values) {
    SmartMarket drawn = market;
    drawn.demand_elasticity = values.at("demand elasticity");
    drawn.substitution_elasticity = values.at("substitution elasticity");
    const SmartResult r = located(table.source(), [&] { return equilibrium::solve_smart(drawn); });
    std::vector<double> out;
    double creation = 0.0, diversion = 0.0, imports = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double change = r.imports[k] - market.imports[k];
      out.insert(out.end(), {r.creation[k], r.diversion[k], r.price_effect[k], change});
      creation += r.creation[k];
      diversion += r.diversion[k];
      imports += change;
    }
    out.insert(out.end(), {creation, imports, r.revenue, r.consumer_surplus, r.welfare,
                           r.revenue_before, diversion});
    return out;
  };
  const OutcomeRanges ranges =
      outcome_ranges(assumptions, smart.n_draws, context, solve, shared, answer.name);
  double all = 0.0;
  ResultTable rows{.id = "partners",
                   .title = "Imports by partner",
                   .note = "In the currency of the table, before duty; diversion sums to zero",
                   .columns = {{"exporter", "Partner", ""},
                               {"imports", "Imports", "currency"},
                               {"creation", "Creation", "currency"},
                               {"diversion", "Diversion", "currency"},
                               {"price_effect", "Dearer supply", "currency"},
                               {"change", "Change", "currency"},
                               {"low", "5%", "currency"},
                               {"high", "95%", "currency"}}};
  for (std::size_t k = 0; k < n; ++k) {
    const double* one = &ranges.central[4 * k];
    rows.add({market.partners[k], market.imports[k], one[0], one[1], one[2], one[3],
              ranges.low[4 * k + 3], ranges.high[4 * k + 3]});
    all += market.imports[k];
  }
  ResultTable total{.id = "total",
                    .title = "The market as a whole",
                    .note = "",
                    .columns = {{"what", "What", ""},
                                {"change", "Change", "currency"},
                                {"low", "5%", "currency"},
                                {"high", "95%", "currency"}}};
  constexpr const char* kNames[] = {"trade creation", "imports", "duties", "buyers' gain",
                                    "welfare: buyers' gain and duties"};
  for (std::size_t k = 0; k < std::size(kNames); ++k) {
    total.add(
        {kNames[k], ranges.central[4 * n + k], ranges.low[4 * n + k], ranges.high[4 * n + k]});
  }
  answer.about = fmt::format("One product in one market (SMART), {} partners.", n);
  answer.summary.push_back(fmt::format(
      "Imports change by {:+.4g} of {:.4g}, duties by {:+.4g} of {:.4g}, welfare by {:+.4g}.",
      ranges.central[4 * n + 1], all, ranges.central[4 * n + 2], ranges.central[4 * n + 5],
      ranges.central[4 * n + 4]));
  answer.summary.emplace_back(
      "Other products, incomes and other countries' markets stay as they are.");
  answer.certificates.push_back(
      identity("SMART", "diversion sums to zero", ranges.central[4 * n + 6], all));
  answer.tables = {std::move(total), std::move(rows), assumptions_table(assumptions)};
}

void add_gsim(ScenarioAnswer& answer, const GsimSection& gsim, const std::string& where,
              DataSources& sources, const Context& context, SharedDraws* shared) {
  const data::Table table = sources.read(gsim.trade);
  const data::TextColumn& exporters = table.texts("exporter");
  const data::TextColumn& importers = table.texts("importer");
  std::set<std::string> names(exporters.dictionary.begin(), exporters.dictionary.end());
  names.insert(importers.dictionary.begin(), importers.dictionary.end());
  GsimProblem problem;
  problem.regions.assign(names.begin(), names.end());
  const std::size_t n = problem.regions.size();
  problem.trade.assign(n * n, 0.0);
  problem.tariff.assign(n * n, 0.0);
  problem.new_tariff.assign(n * n, 0.0);
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(
        std::lower_bound(problem.regions.begin(), problem.regions.end(), name) -
        problem.regions.begin());
  };
  std::set<std::size_t> seen;
  for (Index row = 0; row < table.n_rows(); ++row) {
    const std::size_t cell = place(exporters.at(row)) * n + place(importers.at(row));
    if (!seen.insert(cell).second) fail_twice(table, row);
    problem.trade[cell] = checked(table, "value", row);
    problem.tariff[cell] = checked(table, "tariff_pct", row) / 100.0;
    problem.new_tariff[cell] = checked(table, "new_tariff_pct", row) / 100.0;
  }
  const std::vector<Assumption> assumptions = {
      ranged("demand elasticity", gsim.demand_elasticity, gsim.demand_range, gsim.source, where),
      ranged("supply elasticity", gsim.supply_elasticity, gsim.supply_range, gsim.source, where),
      ranged("substitution elasticity", gsim.substitution_elasticity, gsim.substitution_range,
             gsim.source, where)};
  // A region's own elasticities, as multiples of the section's.
  std::vector<double> demand(n, 1.0), supply(n, 1.0), substitution(n, 1.0);
  if (!gsim.elasticities.empty()) {
    const data::Table own = sources.read(gsim.elasticities);
    const data::TextColumn& regions = own.texts("region");
    for (Index row = 0; row < own.n_rows(); ++row) {
      if (!names.contains(std::string(regions.at(row)))) {
        throw InputError({.code = "unknown-economy",
                          .what = fmt::format("the trade table has no {}", regions.at(row)),
                          .where = fmt::format("{}, {}", own.source(), own.place_of(row)),
                          .why = "regions are those of the trade table"});
      }
      const std::size_t r = place(regions.at(row));
      demand[r] = checked(own, "demand", row) / gsim.demand_elasticity;
      supply[r] = checked(own, "supply", row) / gsim.supply_elasticity;
      substitution[r] = checked(own, "substitution", row) / gsim.substitution_elasticity;
    }
  }
  const auto result_at = [&](const Values& values) {
    GsimProblem drawn = problem;
    const auto scaled = [&](const std::vector<double>& by, const char* name) {
      std::vector<double> own = by;
      for (double& value : own) value *= values.at(name);
      return own;
    };
    drawn.demand_elasticity = scaled(demand, "demand elasticity");
    drawn.supply_elasticity = scaled(supply, "supply elasticity");
    drawn.substitution_elasticity = scaled(substitution, "substitution elasticity");
    return located(table.source(), [&] { return equilibrium::solve_gsim(drawn); });
  };
  const auto solve = [&](const Values& values) {
    const GsimResult result = result_at(values);
    std::vector<double> out;
    for (std::size_t r = 0; r < n; ++r) {
      out.insert(out.end(), {result.welfare[r], result.world_price_change[r],
                             result.output_change[r], result.producer_surplus[r],
                             result.consumer_surplus[r], result.revenue_change[r]});
    }
    return out;
  };
  constexpr std::size_t kPer = 6;
  const OutcomeRanges ranges =
      outcome_ranges(assumptions, gsim.n_draws, context, solve, shared, answer.name);
  const GsimResult result = result_at(central_values(assumptions));
  ResultTable regions{.id = "markets",
                      .title = "Who gains",
                      .note = "In the currency of the table; welfare is the sum of the three parts",
                      .columns = {{"region", "Region", ""},
                                  {"welfare", "Welfare", "currency"},
                                  {"low", "5%", "currency"},
                                  {"high", "95%", "currency"},
                                  {"producers", "Producers", "currency"},
                                  {"buyers", "Buyers", "currency"},
                                  {"duties", "Duties", "currency"},
                                  {"price_change", "World price", "fraction"},
                                  {"output_change", "Output", "fraction"}}};
  ResultTable picture{.id = "welfare",
                      .title = "Change of welfare, of what each market buys",
                      .note = "",
                      .columns = {{"economy", "Code", ""},
                                  {"name", "Region", ""},
                                  {"real_income_change", "Welfare", "fraction"},
                                  {"low", "5%", "fraction"},
                                  {"high", "95%", "fraction"}}};
  double gap = 0.0, flows = 0.0;
  std::string told;
  for (std::size_t r = 0; r < n; ++r) {
    const double* one = &ranges.central[kPer * r];
    regions.add({problem.regions[r], one[0], ranges.low[kPer * r], ranges.high[kPer * r], one[3],
                 one[4], one[5], one[1], one[2]});
    double bought = 0.0;
    for (std::size_t from = 0; from < n; ++from) bought += problem.trade[from * n + r];
    picture.add({problem.regions[r], problem.regions[r], one[0] / bought,
                 ranges.low[kPer * r] / bought, ranges.high[kPer * r] / bought});
    told += fmt::format("{}{} {:+.4g}", r == 0 ? "Welfare: " : "; ", problem.regions[r], one[0]);
    gap = std::max(gap, std::abs(one[2] - supply[r] * gsim.supply_elasticity * one[1]));
  }
  ResultTable trade{.id = "trade",
                    .title = "Flows",
                    .note = "At world prices, in the currency of the table",
                    .columns = {{"exporter", "Exporter", ""},
                                {"importer", "Importer", ""},
                                {"base", "Base", "currency"},
                                {"new", "New", "currency"},
                                {"quantity_change", "Quantity", "fraction"}}};
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    if (problem.trade[cell] == 0.0) continue;
    flows += problem.trade[cell];
    trade.add({problem.regions[cell / n], problem.regions[cell % n], problem.trade[cell],
               result.trade[cell], result.quantity_change[cell]});
  }
  answer.about = fmt::format("One industry in {} markets (GSIM), flows of {:.4g}.", n, flows);
  answer.summary.push_back(told + ".");
  answer.summary.emplace_back(
      "First order in the changes of prices; other industries and incomes stay as they are.");
  answer.certificates.push_back(identity("GSIM", "supply meets demand", gap, 1.0));
  answer.tables = {std::move(picture), std::move(regions), std::move(trade),
                   assumptions_table(assumptions)};
}

}  // namespace

std::vector<Field<SmartSection>> SmartSection::fields() {
  using S = SmartSection;
  return {
      make_field(&S::table, {.name = "table",
                             .doc = "exporter, value, tariff_pct, new_tariff_pct: the market's "
                                    "imports before duty"}),
      make_field(&S::demand_elasticity,
                 {.name = "demand_elasticity", .doc = "of imports to their price", .maximum = 0.0}),
      make_field(&S::demand_range, {.name = "demand_range", .doc = "its range for the draws"}),
      make_field(&S::substitution_elasticity,
                 {.name = "substitution_elasticity", .doc = "between partners", .minimum = 0.0}),
      make_field(&S::substitution_range,
                 {.name = "substitution_range", .doc = "its range for the draws"}),
      make_field(&S::supply_elasticity, {.name = "supply_elasticity",
                                         .doc = "of exports; 0 stands for supply without limit",
                                         .minimum = 0.0}),
      make_field(&S::n_draws, {.name = "n_draws",
                               .doc = "draws behind the intervals; 0 gives none",
                               .minimum = 0,
                               .maximum = 100000}),
      make_field(&S::source, {.name = "source", .doc = "where the elasticities come from"})};
}

std::vector<Field<GsimSection>> GsimSection::fields() {
  using S = GsimSection;
  return {
      make_field(&S::trade, {.name = "trade",
                             .doc = "exporter, importer, value, tariff_pct, new_tariff_pct, at "
                                    "world prices; domestic sales as exporter = importer"}),
      make_field(&S::elasticities,
                 {.name = "elasticities",
                  .doc = "region, demand, supply, substitution, where regions differ; ranges move "
                         "all of them in proportion"}),
      make_field(
          &S::demand_elasticity,
          {.name = "demand_elasticity", .doc = "of the industry in each market", .maximum = 0.0}),
      make_field(&S::demand_range, {.name = "demand_range", .doc = "its range for the draws"}),
      make_field(&S::supply_elasticity,
                 {.name = "supply_elasticity", .doc = "of each origin's exports", .minimum = 0.0}),
      make_field(&S::supply_range, {.name = "supply_range", .doc = "its range for the draws"}),
      make_field(&S::substitution_elasticity, {.name = "substitution_elasticity",
                                               .doc = "between origins in each market",
                                               .minimum = 0.0}),
      make_field(&S::substitution_range,
                 {.name = "substitution_range", .doc = "its range for the draws"}),
      make_field(&S::n_draws, {.name = "n_draws",
                               .doc = "draws behind the intervals; 0 gives none",
                               .minimum = 0,
                               .maximum = 100000}),
      make_field(&S::source, {.name = "source", .doc = "where the elasticities come from"})};
}

SimulatedScenario simulate_partial(const Study& study, Context& context, SharedDraws* shared) {
  DataSources sources(study);
  Study whole = study;
  whole.content = extended_content(study, sources);
  const bool smart = whole.content.contains("smart");
  const char* section = smart ? "smart" : "gsim";
  put_flags(whole, section);
  check_sections(whole, {"scenario", section, "flags", "file"});
  ScenarioAnswer answer;
  begin(answer, whole);
  const std::string where = fmt::format("{} [{}]", whole.where, section);
  json options;
  if (smart) {
    const auto read = read_section<SmartSection>(whole, section);
    options = options_to_json(read);
    add_smart(answer, read, where, sources, context, shared);
  } else {
    const auto read = read_section<GsimSection>(whole, section);
    options = options_to_json(read);
    add_gsim(answer, read, where, sources, context, shared);
  }
  return finished_run(std::move(answer), plain_answer_text, study, options, sources, context);
}

}  // namespace altyn::study
