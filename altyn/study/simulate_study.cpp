#include "altyn/study/simulate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/data/country_codes.h"
#include "altyn/study/world_base.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorModel;
using equilibrium::OneSectorResult;
using equilibrium::OneSectorShock;
using nlohmann::json;

constexpr std::uint32_t kDrawStream = 41;
constexpr std::array<double, 3> kQuantiles = {0.05, 0.50, 0.95};

double size_of(const ScenarioChange& change) {
  return change.what == ChangeKind::kAgreement ? change.effect : change.by_pct;
}

// The size of a change in one draw: an estimate varies by its standard error, an assumption
// uniformly over its range.
double drawn_size(const ScenarioChange& change, RandomStream& stream) {
  const double z = stream.uniform();
  if (change.what == ChangeKind::kAgreement) {
    return change.effect + change.effect_se * normal_quantile(z);
  }
  if (change.range_pct.empty()) return change.by_pct;
  return change.range_pct[0] + z * (change.range_pct[1] - change.range_pct[0]);
}

// The pairs each change touches, found once; a draw only scales them.
using Pattern = std::vector<std::vector<double>>;

void set_shock(const Scenario& scenario, const Pattern& pattern, const std::vector<double>& sizes,
               double theta, OneSectorShock& shock) {
  shock.theta = theta;
  shock.direct_log.assign(pattern.empty() ? 0 : pattern[0].size(), 0.0);
  for (std::size_t c = 0; c < scenario.changes.size(); ++c) {
    const double effect = direct_effect(scenario.changes[c], sizes[c], theta);
    for (std::size_t k = 0; k < shock.direct_log.size(); ++k) {
      shock.direct_log[k] += effect * pattern[c][k];
    }
  }
}

// Exports or imports of each economy, its trade with itself left out.
std::vector<double> foreign_trade(const std::vector<double>& trade, std::size_t n, bool exports) {
  std::vector<double> sums(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (i != j) sums[exports ? i : j] += trade[i * n + j];
    }
  }
  return sums;
}

// What is drawn of each economy, as changes in fractions.
enum Outcome { kRealIncome, kExports, kImports, kPrices, kOutcomes };

std::array<double, kOutcomes> outcomes_of(const OneSectorResult& result, std::size_t n,
                                          std::size_t economy,
                                          const std::vector<double>& base_exports,
                                          const std::vector<double>& base_imports) {
  double exports = 0.0;
  double imports = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    if (k == economy) continue;
    exports += result.trade[economy * n + k];
    imports += result.trade[k * n + economy];
  }
  return {result.welfare_hat[economy] - 1.0, exports / base_exports[economy] - 1.0,
          imports / base_imports[economy] - 1.0, result.price_hat[economy] - 1.0};
}

struct Draws {
  // [outcome][economy][draw that converged]
  std::array<std::vector<std::vector<double>>, kOutcomes> values;
  Index n_failed = 0;
  Index n_draws = 0;
};

Draws run_draws(const Scenario& scenario, const WorldBase& world, const Pattern& pattern,
                const equilibrium::OneSectorOptions& options, Context& context) {
  const std::vector<std::string>& economies = world.mid.economies;
  const std::size_t n = economies.size();
  Draws draws;
  draws.n_draws = scenario.model.n_draws;
  // Domestic trade is drawn among its low, central and high value: one prepared model each.
  const std::array<const equilibrium::OneSectorBase*, 3> bases = {&world.low, &world.mid,
                                                                  &world.high};
  std::vector<std::vector<std::array<double, kOutcomes>>> kept(
      static_cast<std::size_t>(draws.n_draws));
  for (std::size_t b = 0; b < bases.size(); ++b) {
    const OneSectorModel model(*bases[b], options);
    const std::vector<double> exports = foreign_trade(bases[b]->trade, n, true);
    const std::vector<double> imports = foreign_trade(bases[b]->trade, n, false);
    const auto draw_of = [b, &bases](Index k) {
      return static_cast<std::uint64_t>(k) * bases.size() + b;
    };
    const Index n_here = (draws.n_draws - static_cast<Index>(b) + 2) / 3;
    context.report({.step = "draws", .iteration = static_cast<Index>(b), .total = 3});
    draws.n_failed += equilibrium::solve_many(
        model, n_here,
        [&](Index k, OneSectorShock& shock) {
          RandomStream stream(context.seed, kDrawStream, draw_of(k));
          const double theta =
              scenario.model.theta_range[0] +
              stream.uniform() * (scenario.model.theta_range[1] - scenario.model.theta_range[0]);
          std::vector<double> sizes;
          for (const ScenarioChange& change : scenario.changes) {
            sizes.push_back(drawn_size(change, stream));
          }
          set_shock(scenario, pattern, sizes, theta, shock);
        },
        [&](Index k, const OneSectorResult& result) {
          if (result.status != SolveStatus::kConverged) return;
          auto& row = kept[draw_of(k)];
          for (std::size_t i = 0; i < n; ++i) {
            row.push_back(outcomes_of(result, n, i, exports, imports));
          }
        },
        context);
  }
  for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
    draws.values[outcome].resize(n);
    for (const auto& row : kept) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        draws.values[outcome][i].push_back(row[i][outcome]);
      }
    }
    for (std::vector<double>& values : draws.values[outcome]) {
      std::sort(values.begin(), values.end());
    }
  }
  return draws;
}

// Linear between order statistics; NaN without draws.
double quantile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return data::kMissing;
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

constexpr std::array<const char*, kOutcomes> kOutcomeNames = {
    "real_income_change", "exports_change", "imports_change", "price_index_change"};

data::Table economy_table(const WorldBase& world, const OneSectorResult& solved,
                          const Draws& draws) {
  const std::vector<std::string>& economies = world.mid.economies;
  const std::size_t n = economies.size();
  const std::vector<double> exports = foreign_trade(world.mid.trade, n, true);
  const std::vector<double> imports = foreign_trade(world.mid.trade, n, false);
  data::Table table("economies");
  table.add("economy", economies);
  std::vector<std::string> names;
  for (const std::string& economy : economies) names.push_back(data::economy_name(economy));
  table.add("name", names);
  for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
    data::NumberColumn point, low, high;
    for (std::size_t i = 0; i < n; ++i) {
      point.push_back(outcomes_of(solved, n, i, exports, imports)[outcome]);
      low.push_back(quantile(draws.values[outcome][i], kQuantiles[0]));
      high.push_back(quantile(draws.values[outcome][i], kQuantiles[2]));
    }
    const std::string name = kOutcomeNames[outcome];
    table.add(name, std::move(point), "fraction");
    table.add(name + "_low", std::move(low), "fraction");
    table.add(name + "_high", std::move(high), "fraction");
  }
  table.add("domestic_trade", world.domestic_flag);
  return table;
}

// The pairs whose own cost changes: the direct effect, with prices, and with incomes too.
data::Table pair_table(const OneSectorShock& shock, const std::vector<std::string>& economies,
                       const OneSectorResult& solved) {
  const std::size_t n = economies.size();
  std::vector<std::string> exporter, importer;
  data::NumberColumn base, direct, conditional, full;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t cell = i * n + j;
      if (shock.direct_log[cell] == 0.0 || solved.base_trade[cell] <= 0.0) continue;
      exporter.push_back(economies[i]);
      importer.push_back(economies[j]);
      base.push_back(solved.base_trade[cell]);
      direct.push_back(solved.direct_trade[cell] / solved.base_trade[cell] - 1.0);
      conditional.push_back(solved.conditional_trade[cell] / solved.base_trade[cell] - 1.0);
      full.push_back(solved.trade[cell] / solved.base_trade[cell] - 1.0);
    }
  }
  data::Table table("pairs");
  table.add("exporter", exporter);
  table.add("importer", importer);
  table.add("base_musd", std::move(base), "million USD");
  table.add("direct_change", std::move(direct), "fraction");
  table.add("conditional_change", std::move(conditional), "fraction");
  table.add("full_change", std::move(full), "fraction");
  return table;
}

std::string percent(double fraction) {
  return data::is_missing(fraction) ? "" : fmt::format("{:+.2f}", 100.0 * fraction);
}

// Economies by the size of their real income change, those of the scenario's pairs first.
std::vector<std::size_t> display_order(const data::Table& economies, const data::Table& pairs) {
  const data::NumberColumn& income = economies.numbers("real_income_change");
  const data::TextColumn& codes = economies.texts("economy");
  const data::TextColumn& exporters = pairs.texts("exporter");
  std::vector<std::size_t> order(income.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto involved = [&](std::size_t i) {
    const std::string_view code = codes.at(static_cast<Index>(i));
    return std::find(exporters.dictionary.begin(), exporters.dictionary.end(), code) !=
           exporters.dictionary.end();
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (involved(a) != involved(b)) return involved(a);
    return std::abs(income[a]) > std::abs(income[b]);
  });
  return order;
}

constexpr std::size_t kShownEconomies = 15;

std::string summary_text(const Scenario& scenario, const WorldBase& world,
                         const data::Table& economies, const data::Table& pairs, const Draws& draws,
                         const OneSectorResult& solved) {
  const std::string title = scenario.head.title.empty() ? scenario.head.name : scenario.head.title;
  std::string text = fmt::format("\033[1m{}\033[0m\n", title);
  text += fmt::format("One sector, {} economies, base {}, theta {:g}, deficits {}.\n\n",
                      economies.n_rows(), scenario.head.year, scenario.model.theta,
                      equilibrium::to_string(scenario.model.deficits));
  for (const ScenarioChange& change : scenario.changes) {
    text += change.what == ChangeKind::kAgreement
                ? fmt::format("  {} turned {}: effect on log trade {:+.4f} (se {:.4f})",
                              change.agreement, change.turn_on ? "on" : "off", change.effect,
                              change.effect_se)
                : fmt::format("  trade cost {:+g}% between {} and {}", change.by_pct,
                              fmt::join(change.from, ", "), fmt::join(change.with, ", "));
    text += change.source.empty() ? "\n      no source given\n"
                                  : fmt::format("\n      source: {}\n", change.source);
  }
  text += fmt::format("\n\033[1m{:<24}{:>24}{:>12}{:>12}\033[0m\n", "change in %",
                      "real income [5%, 95%]", "exports", "imports");
  const std::vector<std::size_t> order = display_order(economies, pairs);
  for (std::size_t k = 0; k < std::min(kShownEconomies, order.size()); ++k) {
    const std::size_t i = order[k];
    std::string income = percent(economies.numbers("real_income_change")[i]);
    const double low = economies.numbers("real_income_change_low")[i];
    if (!data::is_missing(low)) {
      income += fmt::format(" [{}, {}]", percent(low),
                            percent(economies.numbers("real_income_change_high")[i]));
    }
    text +=
        fmt::format("{:<24}{:>24}{:>12}{:>12}\n", economies.texts("name").at(static_cast<Index>(i)),
                    income, percent(economies.numbers("exports_change")[i]),
                    percent(economies.numbers("imports_change")[i]));
  }
  for (const std::string& note : world.notes) text += fmt::format("\n\033[2m{}\033[0m", note);
  if (draws.n_draws > 0) {
    text += fmt::format(
        "\n\033[2mIntervals: {} draws over the sizes above, theta in [{:g}, {:g}] and domestic "
        "trade; "
        "{} did not converge and are left out.\033[0m",
        draws.n_draws, scenario.model.theta_range[0], scenario.model.theta_range[1],
        draws.n_failed);
  }
  return text + fmt::format("\n\033[2m{}\033[0m\n", solved.certificate.summary());
}

}  // namespace

StudyResult run_simulate(const Study& study, Context& context) {
  DataSources sources(study.folder);
  const Scenario scenario = read_scenario(study, sources);
  std::vector<std::string> agreement_files;
  for (const std::string& name : scenario.world.agreements) {
    agreement_files.push_back(sources.find(name));
  }
  const auto registry = data::AgreementRegistry::read(agreement_files);
  WorldBase world = read_world_base(scenario.world.trade, scenario.world.gdp,
                                    static_cast<int>(scenario.head.year), sources);
  for (equilibrium::OneSectorBase* base : {&world.low, &world.mid, &world.high}) {
    base->theta = scenario.model.theta;
  }
  const equilibrium::OneSectorOptions options{.closure = scenario.model.deficits};

  std::vector<double> sizes;
  for (const ScenarioChange& change : scenario.changes) sizes.push_back(size_of(change));
  OneSectorShock shock;
  Pattern pattern;
  for (const ScenarioChange& change : scenario.changes) {
    pattern.push_back(
        touched_pairs(change, static_cast<int>(scenario.head.year), world.mid.economies, registry));
  }
  set_shock(scenario, pattern, sizes, scenario.model.theta, shock);
  const OneSectorResult solved = equilibrium::solve_one_sector(world.mid, shock, options, context);

  StudyResult result;
  result.certificates = {solved.certificate};
  result.inputs = sources.inputs();
  if (!solved.certificate.holds()) {
    result.text = fmt::format("No answer: {}\n{}\n", solved.message, solved.certificate.summary());
    return result;
  }
  const Draws draws = run_draws(scenario, world, pattern, options, context);
  const data::Table economies = economy_table(world, solved, draws);
  const data::Table pairs = pair_table(shock, world.mid.economies, solved);
  result.text = summary_text(scenario, world, economies, pairs, draws, solved);
  result.files.push_back({"report.md", without_colour(result.text)});
  result.files.push_back({"key_results.csv", economies});
  result.files.push_back({"trade.csv", pairs});
  return result;
}

}  // namespace altyn::study
