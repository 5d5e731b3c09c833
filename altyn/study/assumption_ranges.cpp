#include "altyn/study/assumption_ranges.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/attribution/interval.h"
#include "altyn/core/errors.h"

namespace altyn::study {
namespace {

constexpr double kLow = 0.05;
constexpr double kHigh = 0.95;
constexpr Index kShards = 32;

}  // namespace

attribution::ResultTable assumptions_table(const std::vector<Assumption>& assumptions) {
  attribution::ResultTable table{.id = "assumptions",
                                 .title = "What is assumed",
                                 .note = "Half of the draws lie on each side of the value",
                                 .columns = {{"assumption", "Assumption", ""},
                                             {"value", "Value", "number"},
                                             {"low", "From", "number"},
                                             {"high", "To", "number"},
                                             {"se", "Standard error", "number"},
                                             {"unit", "Unit", ""},
                                             {"source", "Source", ""}}};
  for (const Assumption& one : assumptions) {
    const bool range = one.high > one.low;
    table.add({one.name, one.value, range ? one.low : data::kMissing,
               range ? one.high : data::kMissing, one.se > 0.0 ? one.se : data::kMissing, one.unit,
               one.source.empty() ? "no source given" : one.source});
  }
  return table;
}

Assumption ranged(const std::string& name, double value, const std::vector<double>& range,
                  const std::string& source, const std::string& where) {
  Assumption one{.name = name, .value = value, .low = value, .high = value, .source = source};
  if (range.empty()) return one;
  if (range.size() != 2 || range[0] > value || range[1] < value) {
    throw InputError(
        {.code = "bad-range",
         .what = fmt::format("the range of the {} is no two numbers around {:g}", name, value),
         .where = where,
         .why = "half of the draws lie on each side of the value",
         .fixes = {fmt::format("[{:g}, {:g}]", value - 0.5, value + 0.5)}});
  }
  one.low = range[0];
  one.high = range[1];
  return one;
}

OutcomeRanges outcome_ranges(const std::vector<Assumption>& assumptions, Index n_draws,
                             const Context& context,
                             const std::function<DrawValues(const Values&)>& outcomes,
                             SharedDraws* shared, const std::string& scenario) {
  OutcomeRanges ranges{.central = outcomes(central_values(assumptions))};
  const std::size_t n = ranges.central.size();
  ranges.low.assign(n, data::kMissing);
  ranges.high.assign(n, data::kMissing);
  const bool drawn = std::any_of(assumptions.begin(), assumptions.end(),
                                 [](const Assumption& one) { return one.drawn(); });
  if (!drawn || n_draws == 0) return ranges;
  ranges.n_draws = n_draws;
  std::vector<DrawValues> found(static_cast<std::size_t>(n_draws));
  const ShardRange mine =
      shared != nullptr ? shared->own(n_draws) : ShardRange{.begin = 0, .end = n_draws};
  const Index n_shards = std::min(mine.end - mine.begin, kShards);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange part = shard_range(mine.end - mine.begin, n_shards, shard);
    for (Index draw = mine.begin + part.begin; draw < mine.begin + part.end; ++draw) {
      if (context.stop.stop_requested()) return;
      found[static_cast<std::size_t>(draw)] =
          outcomes(drawn_values(assumptions, context.seed, static_cast<std::uint64_t>(draw)));
    }
  });
  context.throw_if_stopped();
  if (shared != nullptr && !shared->merging) {
    for (Index draw = mine.begin; draw < mine.end; ++draw) {
      shared->kept[scenario][draw] = std::move(found[static_cast<std::size_t>(draw)]);
    }
    return ranges;
  }
  if (shared != nullptr) found = shared->taken(scenario, n_draws);
  std::vector<std::vector<double>> values(n);
  for (const std::vector<double>& one : found) {
    if (one.size() != n) ++ranges.n_failed;
    for (std::size_t k = 0; k < one.size(); ++k) values[k].push_back(one[k]);
  }
  for (std::size_t k = 0; k < n && !values[k].empty(); ++k) {
    std::sort(values[k].begin(), values[k].end());
    ranges.low[k] = attribution::sorted_quantile(values[k], kLow);
    ranges.high[k] = attribution::sorted_quantile(values[k], kHigh);
  }
  return ranges;
}

}  // namespace altyn::study
