#include "altyn/study/ge_ppml_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "altyn/core/fields_json.h"
#include "altyn/data/pair_panel.h"
#include "altyn/equilibrium/ge_ppml.h"
#include "altyn/study/assumption_ranges.h"
#include "altyn/study/extends.h"
#include "altyn/study/located.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using attribution::ResultTable;
using equilibrium::GePpmlProblem;
using equilibrium::GePpmlResult;
using nlohmann::json;

constexpr const char* kSigmaName = "elasticity of substitution";

const data::Column& column(const data::Table& table, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const data::Column* found = table.find(name)) return *found;
  }
  throw InputError({.code = "no-such-column",
                    .what = fmt::format("the table has no column {}", *names.begin()),
                    .where = table.source(),
                    .why = "each row is one pair",
                    .fixes = {fmt::format("name the column {}", fmt::join(names, " or "))}});
}

// A world with the variables that its costs rest on.
struct GravityWorld {
  GePpmlProblem problem;
  std::vector<std::vector<double>> variables;  // [variable][cell]

  // The problem at other coefficients; a new one moves in proportion to the old one.
  [[nodiscard]] GePpmlProblem at(const GePpmlSection& section, const Values& values) const {
    GePpmlProblem drawn = problem;
    drawn.sigma = values.at(kSigmaName);
    for (auto* matrix : {&drawn.cost_log, &drawn.new_cost_log}) {
      matrix->assign(problem.trade.size(), 0.0);
    }
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const double old = section.coefficients[v];
      const double now = values.at(name_of(section.variables[v]));
      const double changed =
          old == 0.0 ? section.new_coefficients[v] : section.new_coefficients[v] / old * now;
      for (std::size_t cell = 0; cell < variables[v].size(); ++cell) {
        drawn.cost_log[cell] += now * variables[v][cell];
        drawn.new_cost_log[cell] += changed * variables[v][cell];
      }
    }
    return drawn;
  }
  static std::string name_of(const std::string& variable) { return "coefficient of " + variable; }
};

std::vector<Assumption> assumptions_of(const GePpmlSection& section, const std::string& where) {
  std::vector<Assumption> list = {
      ranged(kSigmaName, section.sigma, section.sigma_range, section.source, where)};
  for (std::size_t v = 0; v < section.variables.size(); ++v) {
    list.push_back({.name = GravityWorld::name_of(section.variables[v]),
                    .value = section.coefficients[v],
                    .low = section.coefficients[v],
                    .high = section.coefficients[v],
                    .se = section.coefficients_se.empty() ? 0.0 : section.coefficients_se[v],
                    .unit = "log trade",
                    .source = section.source});
  }
  return list;
}

GravityWorld world_of(const GePpmlSection& section, const std::string& where,
                      DataSources& sources) {
  const std::size_t n_variables = section.variables.size();
  if (n_variables == 0 || section.coefficients.size() != n_variables ||
      section.new_coefficients.size() != n_variables ||
      (!section.coefficients_se.empty() && section.coefficients_se.size() != n_variables)) {
    throw InputError(
        {.code = "wrong-shape",
         .what = fmt::format("{} variables, {} coefficients, {} new ones, {} standard errors",
                             n_variables, section.coefficients.size(),
                             section.new_coefficients.size(), section.coefficients_se.size()),
         .where = where,
         .why = "trade costs are coefficients times variables, before and after",
         .fixes = {"variables = [\"ln_dist\", \"border\"], coefficients = [-0.8, -2.5], "
                   "new_coefficients = [-0.8, 0.0]"}});
  }
  const data::Table table = sources.read(section.table);
  const data::TextColumn& exporters = table.texts(column(table, {"exporter", "origin"}).name);
  const data::TextColumn& importers = table.texts(column(table, {"importer", "destination"}).name);
  const data::NumberColumn& trade = table.numbers(column(table, {"trade", "value"}).name);
  const data::NumberColumn* years =
      section.year > 0.0 ? &table.numbers(column(table, {"year"}).name) : nullptr;
  std::vector<const data::NumberColumn*> variables;
  for (const std::string& name : section.variables) variables.push_back(&table.numbers(name));

  std::set<std::string> names;
  const auto wanted = [&](Index row) {
    return years == nullptr || (*years)[static_cast<std::size_t>(row)] == section.year;
  };
  for (Index row = 0; row < table.n_rows(); ++row) {
    if (!wanted(row)) continue;
    names.emplace(exporters.at(row));
    names.emplace(importers.at(row));
  }
  GravityWorld world;
  GePpmlProblem& problem = world.problem;
  problem.economies.assign(names.begin(), names.end());
  problem.reference = section.reference.empty() && !problem.economies.empty()
                          ? problem.economies.back()
                          : section.reference;
  const std::size_t n = problem.economies.size();
  problem.trade.assign(n * n, 0.0);
  world.variables.assign(n_variables, std::vector<double>(n * n, 0.0));
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(
        std::lower_bound(problem.economies.begin(), problem.economies.end(), name) -
        problem.economies.begin());
  };
  std::vector<bool> seen(n * n, false);
  for (Index row = 0; row < table.n_rows(); ++row) {
    if (!wanted(row)) continue;
    const auto at = static_cast<std::size_t>(row);
    const std::size_t cell = place(exporters.at(row)) * n + place(importers.at(row));
    const auto here = [&] { return fmt::format("{}, {}", table.source(), table.place_of(row)); };
    if (seen[cell]) {
      throw InputError({.code = "duplicate-row",
                        .what = "the same pair has a value already",
                        .where = here(),
                        .why = "it is not clear which of the two holds",
                        .fixes = {"year = 2006, where the table has several"}});
    }
    seen[cell] = true;
    problem.trade[cell] = trade[at];
    bool missing = data::is_missing(trade[at]);
    for (std::size_t v = 0; v < n_variables; ++v) {
      const double value = (*variables[v])[at];
      missing = missing || data::is_missing(value);
      world.variables[v][cell] = value;
    }
    if (trade[at] < 0.0) {
      throw InputError({.code = "negative-value",
                        .what = fmt::format("trade is {}", trade[at]),
                        .where = here(),
                        .why = "flows are zero or positive"});
    }
    if (missing) {
      throw InputError({.code = "missing-value",
                        .what = "a value is missing",
                        .where = here(),
                        .why = "an unknown value is no zero",
                        .fixes = {"fill it"}});
    }
  }
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    if (seen[cell]) continue;
    throw InputError({.code = "missing-pair",
                      .what = fmt::format("{} to {} is missing", problem.economies[cell / n],
                                          problem.economies[cell % n]),
                      .where = table.source(),
                      .why = "multilateral resistance needs every pair, domestic sales and zeros "
                             "included",
                      .fixes = {"add the row, with trade 0 where there is none"}});
  }
  return world;
}

ResultTable economies_table(const GePpmlProblem& problem, const GePpmlResult& r,
                            const OutcomeRanges& ranges, bool picture) {
  ResultTable table{.id = picture ? "real_income" : "economies",
                    .title = picture ? "Change of real output" : "All economies",
                    .note =
                        "Conditional: output and spending stay; full: they follow. Range: 5th to "
                        "95th percentile of the draws, where there are any",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"real_income_change", "Real output", "fraction"},
                                {"low", "Low", "fraction"},
                                {"high", "High", "fraction"},
                                {"price_change", "Factory gate prices", "fraction"},
                                {"price_index_change", "Consumer prices", "fraction"},
                                {"exports_conditional_change", "Exports, conditional", "fraction"},
                                {"exports_change", "Exports, full", "fraction"}}};
  std::vector<std::size_t> order(problem.economies.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (picture) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(std::log(r.real_output_hat[a])) > std::abs(std::log(r.real_output_hat[b]));
    });
    order.resize(std::min<std::size_t>(order.size(), 15));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return r.real_output_hat[a] > r.real_output_hat[b];
    });
  }
  for (const std::size_t i : order) {
    table.add({problem.economies[i], problem.economies[i], r.real_output_hat[i] - 1.0,
               ranges.low[i], ranges.high[i], r.price_hat[i] - 1.0, r.price_index_hat[i] - 1.0,
               r.exports_conditional[i] / r.exports_base[i] - 1.0,
               r.exports_full[i] / r.exports_base[i] - 1.0});
  }
  return table;
}

}  // namespace

std::vector<Field<GePpmlSection>> GePpmlSection::fields() {
  using S = GePpmlSection;
  return {
      make_field(&S::table, {.name = "table",
                             .doc = "exporter, importer, trade and the variables, every pair with "
                                    "domestic sales"}),
      make_field(&S::year, {.name = "year", .doc = "rows of this year; 0 takes all rows"}),
      make_field(&S::variables, {.name = "variables", .doc = "columns that trade costs rest on"}),
      make_field(&S::coefficients,
                 {.name = "coefficients", .doc = "their effects on log trade, from an estimate"}),
      make_field(&S::new_coefficients,
                 {.name = "new_coefficients",
                  .doc = "the same in the counterfactual; 0 takes a cost away"}),
      make_field(&S::coefficients_se,
                 {.name = "coefficients_se", .doc = "their standard errors, for the draws"}),
      make_field(&S::sigma,
                 {.name = "sigma", .doc = "elasticity of substitution", .minimum = 1.0001}),
      make_field(&S::sigma_range,
                 {.name = "sigma_range", .doc = "range of sigma for the draws", .minimum = 1.0001}),
      make_field(&S::reference, {.name = "reference",
                                 .doc = "the importer whose price index is 1; empty is the last"}),
      make_field(&S::tolerance,
                 {.name = "tolerance",
                  .doc = "largest change of a price between two rounds; published tables stop at "
                         "0.01, up to 0.2 points from the limit",
                  .minimum = 1e-13,
                  .maximum = 1.0,
                  .source = "Yotov, Piermartini, Monteiro and Larch (2016)"}),
      make_field(&S::n_draws, {.name = "n_draws",
                               .doc = "draws behind the intervals; 0 gives none",
                               .minimum = 0,
                               .maximum = 100000}),
      make_field(&S::source, {.name = "source", .doc = "where coefficients and sigma come from"})};
}

SimulatedScenario simulate_ge_ppml(const Study& study, Context& context, SharedDraws* shared) {
  DataSources sources(study);
  Study whole = study;
  whole.content = extended_content(study, sources);
  put_flags(whole, "ge_ppml");
  check_sections(whole, {"scenario", "ge_ppml", "flags", "file"});
  const auto section = read_section<GePpmlSection>(whole, "ge_ppml");
  const json head = whole.content.value("scenario", json::object());
  ScenarioAnswer answer;
  answer.name = head.value("name", std::string("ge-ppml"));
  answer.title = head.value("title", answer.name);
  const std::string where = whole.where + " [ge_ppml]";
  const GravityWorld world = world_of(section, where, sources);
  const std::vector<Assumption> assumptions = assumptions_of(section, where);
  const GePpmlProblem problem = world.at(section, central_values(assumptions));
  const auto solve = [&](const GePpmlProblem& one, Context& own) {
    return located(section.table, [&] {
      return equilibrium::solve_ge_ppml(one, {.tolerance = section.tolerance}, own);
    });
  };
  const GePpmlResult result = solve(problem, context);
  answer.certificates = {result.certificate};
  if (!result.certificate.holds()) {
    answer.failure = result.certificate.summary();
    return finished_run(std::move(answer), plain_answer_text, study, options_to_json(section),
                        sources, context);
  }
  answer.about = fmt::format(
      "GE-PPML, {} economies, elasticity of substitution {:g}, {} rounds to a change of prices "
      "below {:g}.",
      problem.economies.size(), section.sigma, result.rounds, section.tolerance);
  if (section.tolerance > 1e-6) {
    answer.notes.emplace_back(
        "At this tolerance prices are up to 0.2 points from where the rounds lead: it is that of "
        "published tables, for comparison with them.");
  }
  const OutcomeRanges ranges = outcome_ranges(
      assumptions, section.n_draws, context,
      [&](const Values& values) {
        Context own(1, context.seed);
        own.stop = context.stop;
        std::vector<double> change;
        const GePpmlResult drawn = solve(world.at(section, values), own);
        for (std::size_t i = 0; drawn.certificate.holds() && i < drawn.real_output_hat.size();
             ++i) {
          change.push_back(drawn.real_output_hat[i] - 1.0);
        }
        return change;
      },
      shared, answer.name);
  if (ranges.n_draws > 0) {
    answer.summary.push_back(fmt::format(
        "{} draws of coefficients and elasticity, each by itself; {} gave no answer and are left "
        "out. A new coefficient moves with the old one.",
        ranges.n_draws, ranges.n_failed));
  }
  answer.tables = {economies_table(problem, result, ranges, true),
                   economies_table(problem, result, ranges, false), assumptions_table(assumptions)};
  return finished_run(std::move(answer), plain_answer_text, study, options_to_json(section),
                      sources, context);
}

}  // namespace altyn::study
