#include "altyn/study/ge_ppml_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "altyn/core/fields_json.h"
#include "altyn/data/pair_panel.h"
#include "altyn/equilibrium/ge_ppml.h"
#include "altyn/study/extends.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using attribution::ResultTable;
using equilibrium::GePpmlProblem;
using equilibrium::GePpmlResult;
using nlohmann::json;

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

GePpmlProblem problem_of(const GePpmlSection& section, const std::string& where,
                         DataSources& sources) {
  const std::size_t n_variables = section.variables.size();
  if (n_variables == 0 || section.coefficients.size() != n_variables ||
      section.new_coefficients.size() != n_variables) {
    throw InputError(
        {.code = "wrong-shape",
         .what = fmt::format("{} variables, {} coefficients, {} new ones", n_variables,
                             section.coefficients.size(), section.new_coefficients.size()),
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
  GePpmlProblem problem;
  problem.economies.assign(names.begin(), names.end());
  problem.sigma = section.sigma;
  problem.reference = section.reference.empty() && !problem.economies.empty()
                          ? problem.economies.back()
                          : section.reference;
  const std::size_t n = problem.economies.size();
  for (auto* matrix : {&problem.trade, &problem.cost_log, &problem.new_cost_log}) {
    matrix->assign(n * n, 0.0);
  }
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
    for (std::size_t v = 0; v < n_variables; ++v) {
      const double value = (*variables[v])[at];
      problem.cost_log[cell] += section.coefficients[v] * value;
      problem.new_cost_log[cell] += section.new_coefficients[v] * value;
    }
    if (std::isnan(problem.cost_log[cell]) || data::is_missing(trade[at])) {
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
  return problem;
}

ResultTable economies_table(const GePpmlProblem& problem, const GePpmlResult& r, bool picture) {
  ResultTable table{.id = picture ? "real_income" : "economies",
                    .title = picture ? "Change of real output" : "All economies",
                    .note = "Conditional: output and spending stay; full: they follow",
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
               data::kMissing, data::kMissing, r.price_hat[i] - 1.0, r.price_index_hat[i] - 1.0,
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
      make_field(&S::sigma,
                 {.name = "sigma", .doc = "elasticity of substitution", .minimum = 1.0001}),
      make_field(&S::reference, {.name = "reference",
                                 .doc = "the importer whose price index is 1; empty is the last"}),
      make_field(&S::tolerance,
                 {.name = "tolerance",
                  .doc = "largest change of a price between two rounds; published tables stop at "
                         "0.01, up to 0.2 points from the limit",
                  .minimum = 1e-13,
                  .maximum = 1.0,
                  .source = "Yotov, Piermartini, Monteiro and Larch (2016)"})};
}

SimulatedScenario simulate_ge_ppml(const Study& study, Context& context) {
  DataSources sources(study);
  Study whole = study;
  whole.content = extended_content(study, sources);
  check_sections(whole, {"scenario", "ge_ppml", "file"});
  const auto section = read_section<GePpmlSection>(whole, "ge_ppml");
  const json head = whole.content.value("scenario", json::object());
  ScenarioAnswer answer;
  answer.name = head.value("name", std::string("ge-ppml"));
  answer.title = head.value("title", answer.name);
  const GePpmlProblem problem = problem_of(section, whole.where + " [ge_ppml]", sources);
  const GePpmlResult result =
      equilibrium::solve_ge_ppml(problem, {.tolerance = section.tolerance}, context);
  answer.certificates = {result.certificate};
  if (!result.certificate.holds()) {
    answer.failure = result.certificate.summary();
    return plain_run(std::move(answer), study, options_to_json(section), sources, context);
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
  answer.tables = {economies_table(problem, result, true), economies_table(problem, result, false)};
  return plain_run(std::move(answer), study, options_to_json(section), sources, context);
}

}  // namespace altyn::study
