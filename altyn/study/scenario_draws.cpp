#include "altyn/study/scenario_draws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/attribution/interval.h"
#include "altyn/core/errors.h"
#include "altyn/data/table.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorModel;
using equilibrium::OneSectorResult;
using equilibrium::OneSectorWorkspace;

// Trade across national borders at the factory gate: [n] exports, [n] imports.
struct ForeignTrade {
  std::vector<double> exports, imports;
};

ForeignTrade foreign_trade(const std::vector<double>& trade, const std::vector<double>& tariff,
                           const std::vector<std::size_t>& parents) {
  const std::size_t n = parents.size();
  ForeignTrade sums{std::vector<double>(n, 0.0), std::vector<double>(n, 0.0)};
  std::vector<double> row(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double* sold = &trade[i * n];
    if (tariff.empty()) {
      std::copy(sold, sold + n, row.begin());
    } else {
      const double* rate = &tariff[i * n];
      for (std::size_t k = 0; k < n; ++k) row[k] = sold[k] / (1.0 + rate[k]);
    }
    double exports = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      if (parents[i] == parents[k]) row[k] = 0.0;
      exports += row[k];
    }
    sums.exports[i] = exports;
    for (std::size_t k = 0; k < n; ++k) sums.imports[k] += row[k];
  }
  return sums;
}

constexpr Index kShards = 64;
constexpr Index kBatch = 50;

// Squared correlations of one outcome with every assumption that is drawn.
std::vector<Driver> drivers_of(const std::vector<std::vector<double>>& inputs,
                               const std::vector<double>& outcome) {
  const auto n = static_cast<double>(outcome.size());
  const auto mean = [n](const std::vector<double>& values) {
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum / n;
  };
  const double centre = mean(outcome);
  double spread = 0.0;
  for (const double value : outcome) spread += (value - centre) * (value - centre);
  std::vector<Driver> drivers;
  for (std::size_t a = 0; a < inputs.size(); ++a) {
    if (inputs[a].empty()) continue;
    const double middle = mean(inputs[a]);
    double own = 0.0, both = 0.0;
    for (std::size_t d = 0; d < outcome.size(); ++d) {
      own += (inputs[a][d] - middle) * (inputs[a][d] - middle);
      both += (inputs[a][d] - middle) * (outcome[d] - centre);
    }
    if (!(own > 0.0) || !(spread > 0.0)) continue;
    drivers.push_back({.assumption = a,
                       .share = both * both / (own * spread),
                       .direction = both > 0.0 ? 1.0 : -1.0});
  }
  std::stable_sort(drivers.begin(), drivers.end(),
                   [](const Driver& a, const Driver& b) { return a.share > b.share; });
  return drivers;
}

// What the first draws say. A draw that failed has no outcomes.
ScenarioDraws draws_of(const std::vector<Outcomes>& kept, Index n_draws, std::size_t n,
                       const std::vector<Assumption>& assumptions, std::uint64_t seed) {
  ScenarioDraws draws{.n_draws = n_draws};
  std::vector<const Outcomes*> solved;
  std::vector<std::vector<double>> inputs(assumptions.size());
  for (std::size_t d = 0; d < static_cast<std::size_t>(n_draws); ++d) {
    if (kept[d].empty()) {
      ++draws.n_failed;
      continue;
    }
    solved.push_back(&kept[d]);
    for (std::size_t a = 0; a < assumptions.size(); ++a) {
      if (assumptions[a].drawn()) inputs[a].push_back(assumptions[a].at(seed, d));
    }
  }
  for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
    draws.sorted[outcome].resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double>& values = draws.sorted[outcome][i];
      for (const Outcomes* one : solved) values.push_back((*one)[i][outcome]);
      if (outcome == kRealIncome) draws.drivers.push_back(drivers_of(inputs, values));
      std::sort(values.begin(), values.end());
    }
  }
  return draws;
}

// Outcomes as shared draws hold them, and back.
DrawValues packed(const Outcomes& outcomes) {
  DrawValues values;
  for (const auto& one : outcomes) values.insert(values.end(), one.begin(), one.end());
  return values;
}

Outcomes unpacked(const DrawValues& values) {
  Outcomes outcomes(values.size() / kOutcomes);
  for (std::size_t k = 0; k < values.size(); ++k)
    outcomes[k / kOutcomes][k % kOutcomes] = values[k];
  return outcomes;
}

}  // namespace

Outcomes outcomes_of(const ScenarioInstance& instance, const std::vector<std::size_t>& parents,
                     const OneSectorResult& result, const OneSectorResult* versus) {
  const std::size_t n = parents.size();
  const auto tariff = [&](const equilibrium::OneSectorShock& shock) -> const std::vector<double>& {
    return shock.tariff.empty() ? instance.base.tariff : shock.tariff;
  };
  const ForeignTrade now = foreign_trade(result.trade, tariff(instance.shock), parents);
  const ForeignTrade before = versus == nullptr
                                  ? foreign_trade(result.base_trade, instance.base.tariff, parents)
                                  : foreign_trade(versus->trade, tariff(instance.versus), parents);
  const auto hat = [&](const std::vector<double>& mine, const std::vector<double>* other,
                       std::size_t i) { return mine[i] / (other ? (*other)[i] : 1.0) - 1.0; };
  Outcomes outcomes(n);
  for (std::size_t i = 0; i < n; ++i) {
    outcomes[i] = {hat(result.welfare_hat, versus ? &versus->welfare_hat : nullptr, i),
                   now.exports[i] / before.exports[i] - 1.0,
                   now.imports[i] / before.imports[i] - 1.0,
                   hat(result.price_hat, versus ? &versus->price_hat : nullptr, i),
                   result.revenue_collected[i] -
                       (versus ? versus->revenue_collected : result.base_revenue_collected)[i],
                   result.revenue_received[i] -
                       (versus ? versus->revenue_received : result.base_revenue_received)[i]};
  }
  return outcomes;
}

double ScenarioDraws::quantile(Outcome outcome, std::size_t economy, double p) const {
  const std::vector<double>& values = sorted[outcome][economy];
  if (values.empty()) return data::kMissing;
  return attribution::sorted_quantile(values, p);
}

ScenarioDraws run_draws(const std::function<ScenarioInstance(const Values&)>& instance_at,
                        const std::vector<std::size_t>& parents,
                        const std::vector<Assumption>& assumptions, bool compares, Index n_draws,
                        const equilibrium::OneSectorOptions& options, Context& context,
                        const DrawsSoFar& on_draws, SharedDraws* shared,
                        const std::string& scenario) {
  if (shared != nullptr && shared->merging) {
    std::vector<Outcomes> taken;
    for (const DrawValues& one : shared->taken(scenario, n_draws)) taken.push_back(unpacked(one));
    return draws_of(taken, n_draws, parents.size(), assumptions, context.seed);
  }
  std::vector<Outcomes> kept(static_cast<std::size_t>(n_draws));
  const ShardRange mine =
      shared != nullptr ? shared->own(n_draws) : ShardRange{.begin = 0, .end = n_draws};
  const auto solve = [&](ShardRange range) {
    OneSectorWorkspace workspace;
    OneSectorResult result, versus;
    for (Index draw = range.begin; draw < range.end; ++draw) {
      if (context.stop.stop_requested()) return;
      try {
        ScenarioInstance instance =
            instance_at(drawn_values(assumptions, context.seed, static_cast<std::uint64_t>(draw)));
        const OneSectorModel model(instance.base, options);
        model.solve(instance.shock, workspace, result, context.stop);
        if (!result.certificate.holds()) continue;
        if (compares) {
          model.solve(instance.versus, workspace, versus, context.stop);
          if (!versus.certificate.holds()) continue;
        }
        kept[static_cast<std::size_t>(draw)] =
            outcomes_of(instance, parents, result, compares ? &versus : nullptr);
      } catch (const InputError&) {
        // These values leave no base; the draw counts as failed.
      }
    }
  };
  const Index n_batch = on_draws ? kBatch : std::max<Index>(n_draws, 1);
  for (Index begin = mine.begin; begin < mine.end; begin += n_batch) {
    if (begin > 0 && on_draws)
      on_draws(draws_of(kept, begin, parents.size(), assumptions, context.seed));
    context.report({.step = "draws", .iteration = begin, .total = n_draws});
    const Index size = std::min(n_batch, mine.end - begin);
    const Index n_shards = std::min(size, kShards);
    context.pool->for_each_shard(n_shards, [&](Index shard) {
      const ShardRange range = shard_range(size, n_shards, shard);
      solve({.begin = begin + range.begin, .end = begin + range.end});
    });
    context.throw_if_stopped();
  }
  for (Index draw = mine.begin; shared != nullptr && draw < mine.end; ++draw) {
    shared->kept[scenario][draw] = packed(kept[static_cast<std::size_t>(draw)]);
  }
  // A part's own answer has no ranges: they come when all parts are there.
  if (shared != nullptr) return draws_of({}, 0, parents.size(), assumptions, context.seed);
  return draws_of(kept, n_draws, parents.size(), assumptions, context.seed);
}

}  // namespace altyn::study
