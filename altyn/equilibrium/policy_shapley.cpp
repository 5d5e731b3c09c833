#include "altyn/equilibrium/policy_shapley.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"

namespace altyn::equilibrium {
namespace {

constexpr std::uint32_t kOrderStream = 4101;  // of random orders; draws elsewhere use others

using Combination = std::vector<bool>;

// The combinations that a set of orders visits, with the average of each policy's marginal effect
// as weights: share[p] = sum over (combination without p) of weight * (value with p - without).
std::vector<std::vector<std::size_t>> orders_of(Index n_policies, const ShapleyOptions& options,
                                                std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> orders;
  for (Index k = 0; k < options.orders; ++k) {
    std::vector<std::size_t> order(static_cast<std::size_t>(n_policies));
    std::iota(order.begin(), order.end(), std::size_t{0});
    RandomStream random(seed, kOrderStream, static_cast<std::uint64_t>(k));
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }
    orders.push_back(std::move(order));
  }
  return orders;
}

}  // namespace

std::vector<Field<ShapleyOptions>> ShapleyOptions::fields() {
  using S = ShapleyOptions;
  return {
      make_field(&S::exact_up_to, {.name = "exact_up_to",
                                   .doc = "Policies up to which every combination is solved.",
                                   .minimum = 1,
                                   .maximum = 16}),
      make_field(
          &S::orders,
          {.name = "orders", .doc = "Random orders that are averaged beyond that.", .minimum = 1}),
  };
}

PolicyShapley shapley_of_policies(
    const MultiSectorModel& model, Index n_policies,
    const std::function<MultiSectorShock(const std::vector<bool>&)>& build,
    const std::function<std::vector<double>(const MultiSectorResult&)>& outcomes,
    const ShapleyOptions& options, Context& context) {
  return shapley_of_outcomes(
      n_policies,
      [&](const std::vector<bool>& active) {
        MultiSectorWorkspace workspace;
        MultiSectorResult answer;
        model.solve(build(active), workspace, answer, context);
        PolicyOutcome found{.status = answer.status, .message = answer.message};
        if (answer.status == SolveStatus::kConverged) found.value = outcomes(answer);
        return found;
      },
      options, context);
}

PolicyShapley shapley_of_outcomes(
    Index n_policies, const std::function<PolicyOutcome(const std::vector<bool>&)>& outcome,
    const ShapleyOptions& options, Context& context) {
  if (n_policies < 1) {
    throw InputError({.code = "no-policies",
                      .what = fmt::format("{} policies to share an effect between", n_policies),
                      .where = "policies",
                      .why = "contributions need at least one policy"});
  }
  const auto m = static_cast<std::size_t>(n_policies);
  PolicyShapley result;
  result.exact = n_policies <= options.exact_up_to;

  // Every combination that is needed, in a fixed order.
  std::map<Combination, std::size_t> place;
  const auto need = [&](const Combination& combination) { place.emplace(combination, 0); };
  std::vector<std::vector<std::size_t>> orders;
  if (result.exact) {
    for (std::size_t bits = 0; bits < (std::size_t{1} << m); ++bits) {
      Combination combination(m);
      for (std::size_t p = 0; p < m; ++p) combination[p] = (bits >> p & 1U) != 0;
      need(combination);
    }
  } else {
    orders = orders_of(n_policies, options, context.seed);
    need(Combination(m, true));
    need(Combination(m, false));
    for (std::size_t p = 0; p < m; ++p) {
      Combination alone(m, false);
      alone[p] = true;
      need(alone);
    }
    for (const auto& order : orders) {
      Combination combination(m, false);
      for (const std::size_t p : order) {
        combination[p] = true;
        need(combination);
      }
    }
  }
  std::vector<const Combination*> combinations;
  for (auto& [combination, at] : place) {
    at = combinations.size();
    combinations.push_back(&combination);
  }
  std::vector<PolicyOutcome> found(combinations.size());
  context.pool->for_each_shard(static_cast<Index>(combinations.size()), [&](Index shard) {
    const auto k = static_cast<std::size_t>(shard);
    if (context.stop.stop_requested()) {
      found[k].status = SolveStatus::kCancelled;
      return;
    }
    found[k] = outcome(*combinations[k]);
  });
  result.n_solves = static_cast<Index>(combinations.size());
  result.status = SolveStatus::kConverged;
  for (const PolicyOutcome& one : found) {
    if (one.status == SolveStatus::kConverged) continue;
    result.status = one.status;
    result.message = one.message;
    return result;
  }

  const auto of = [&](const Combination& combination) -> const std::vector<double>& {
    return found[place.at(combination)].value;
  };
  const std::vector<double>& nothing = of(Combination(m, false));
  const std::vector<double>& everything = of(Combination(m, true));
  const std::size_t n_outcomes = nothing.size();
  result.total.resize(n_outcomes);
  result.share.assign(m * n_outcomes, 0.0);
  result.alone.assign(m * n_outcomes, 0.0);
  for (std::size_t o = 0; o < n_outcomes; ++o) result.total[o] = everything[o] - nothing[o];
  const auto add = [&](std::size_t p, const Combination& with, const Combination& without,
                       double weight) {
    for (std::size_t o = 0; o < n_outcomes; ++o) {
      result.share[p * n_outcomes + o] += weight * (of(with)[o] - of(without)[o]);
    }
  };
  for (std::size_t p = 0; p < m; ++p) {
    Combination alone(m, false);
    alone[p] = true;
    for (std::size_t o = 0; o < n_outcomes; ++o) {
      result.alone[p * n_outcomes + o] = of(alone)[o] - nothing[o];
    }
  }
  if (result.exact) {
    // Weight of a combination of size s without p: s! (m - s - 1)! / m!.
    std::vector<double> weight(m);
    weight[0] = 1.0 / static_cast<double>(m);
    for (std::size_t s = 1; s < m; ++s) {
      weight[s] = weight[s - 1] * static_cast<double>(s) / static_cast<double>(m - s);
    }
    for (const Combination* without : combinations) {
      const auto size =
          static_cast<std::size_t>(std::count(without->begin(), without->end(), true));
      for (std::size_t p = 0; p < m; ++p) {
        if ((*without)[p]) continue;
        Combination with = *without;
        with[p] = true;
        add(p, with, *without, weight[size]);
      }
    }
  } else {
    for (const auto& order : orders) {
      Combination without(m, false);
      for (const std::size_t p : order) {
        Combination with = without;
        with[p] = true;
        add(p, with, without, 1.0 / static_cast<double>(orders.size()));
        without = with;
      }
    }
  }
  return result;
}

}  // namespace altyn::equilibrium
