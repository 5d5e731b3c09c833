#include "altyn/study/capital_answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/attribution/interval.h"
#include "altyn/core/errors.h"
#include "altyn/equilibrium/capital.h"

namespace altyn::study {
namespace {

using attribution::ResultTable;
using equilibrium::CapitalOptions;
using equilibrium::CapitalPath;
using equilibrium::OneSectorOptions;
using equilibrium::OneSectorShock;

constexpr Index kMostDraws = 200;
constexpr Index kShards = 32;
constexpr double kLow = 0.05;
constexpr double kHigh = 0.95;

// Steady-state real income over the draws: [economy] sorted values of those that have one.
std::vector<std::vector<double>> drawn_steady_states(const ScenarioSetting& setting,
                                                     const std::vector<Assumption>& assumptions,
                                                     CapitalOptions capital, Index n_draws,
                                                     const OneSectorOptions& options,
                                                     Context& context) {
  capital.n_years = 1;
  std::vector<std::vector<double>> kept(static_cast<std::size_t>(n_draws));
  const Index n_shards = std::min(n_draws, kShards);
  context.report({.step = "draws of the long run", .total = n_draws});
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(n_draws, n_shards, shard);
    Context own(1, context.seed);
    own.stop = context.stop;
    for (Index draw = range.begin; draw < range.end; ++draw) {
      if (context.stop.stop_requested()) return;
      try {
        const ScenarioInstance instance =
            setting.at(drawn_values(assumptions, context.seed, static_cast<std::uint64_t>(draw)));
        const CapitalPath path = solve_capital_path(
            instance.base, [&](Index, OneSectorShock& shock) { shock = instance.shock; }, capital,
            options, own);
        if (path.certificate.holds()) {
          kept[static_cast<std::size_t>(draw)] = path.steady_state.welfare_hat;
        }
      } catch (const InputError&) {
        // These values leave no base; the draw is left out.
      }
    }
  });
  context.throw_if_stopped();
  std::vector<std::vector<double>> sorted(setting.economies().size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (const auto& one : kept) {
      if (!one.empty()) sorted[i].push_back(one[i] - 1.0);
    }
    std::sort(sorted[i].begin(), sorted[i].end());
  }
  return sorted;
}

double quantile(const std::vector<double>& sorted, double p) {
  return sorted.empty() ? data::kMissing : attribution::sorted_quantile(sorted, p);
}

}  // namespace

void add_capital_path(ScenarioAnswer& answer, const ScenarioSetting& setting,
                      const std::vector<Assumption>& assumptions, const CapitalOptions& capital,
                      Index first_year, Index n_draws, const OneSectorOptions& options,
                      Context& context) {
  const Values values = central_values(assumptions);
  const ScenarioInstance whole = setting.at(values);
  const CapitalPath path = solve_capital_path(
      whole.base,
      [&](Index year, OneSectorShock& shock) {
        shock = setting.at(values, first_year + year).shock;
      },
      capital, options, context);
  answer.certificates.push_back(path.certificate);
  if (!path.certificate.holds()) {
    answer.failure = "no path with capital was found: " + path.message;
    return;
  }
  const std::vector<std::vector<double>> draws = drawn_steady_states(
      setting, assumptions, capital, std::min(n_draws, kMostDraws), options, context);

  ResultTable years{.id = "path",
                    .title = "The years after",
                    .note = "Changes against the base; capital is what the year starts with",
                    .columns = {{"year", "Year", "number"},
                                {"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"real_income_change", "Real income", "fraction"},
                                {"capital_change", "Capital", "fraction"},
                                {"price_index_change", "Prices", "fraction"}}};
  ResultTable ends{.id = "long_run",
                   .title = "Real income when capital has adjusted",
                   .note =
                       "First year: with the base's capital. Worth of the path: the constant "
                       "change that is worth as much to its households, discounted",
                   .columns = {{"economy", "Code", ""},
                               {"name", "Economy", ""},
                               {"real_income_change", "Long run", "fraction"},
                               {"low", "5%", "fraction"},
                               {"high", "95%", "fraction"},
                               {"first_year_change", "First year", "fraction"},
                               {"discounted_change", "Worth of the path", "fraction"},
                               {"capital_change", "Capital", "fraction"}}};
  std::string told;
  for (const std::string& code : answer.concerned) {
    const auto at = static_cast<std::size_t>(
        std::find(setting.economies().begin(), setting.economies().end(), code) -
        setting.economies().begin());
    const std::string& name = setting.names()[at];
    for (std::size_t year = 0; year < path.welfare_hat.size(); ++year) {
      years.add({static_cast<double>(first_year) + static_cast<double>(year), code, name,
                 path.welfare_hat[year][at] - 1.0, path.capital_hat[year][at] - 1.0,
                 path.price_hat[year][at] - 1.0});
    }
    const double steady = path.steady_state.welfare_hat[at] - 1.0;
    ends.add({code, name, steady, quantile(draws[at], kLow), quantile(draws[at], kHigh),
              path.welfare_hat.front()[at] - 1.0, path.discounted_welfare_hat[at] - 1.0,
              path.steady_capital_hat[at] - 1.0});
    if (ends.rows.size() <= 3) {
      told += fmt::format("{}{} {:+.2f}% (first year {:+.2f}%)", told.empty() ? "" : "; ", name,
                          100.0 * steady, 100.0 * (path.welfare_hat.front()[at] - 1.0));
    }
  }
  answer.summary.push_back(
      fmt::format("When capital has adjusted, real income moves by: {}. Capital is {:g} of value "
                  "added, {:g} of it is replaced in a year.",
                  told, capital.capital_share, capital.depreciation));
  answer.tables.push_back(std::move(ends));
  answer.tables.push_back(std::move(years));
}

}  // namespace altyn::study
