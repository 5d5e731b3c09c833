// What is computed from a fit on demand: likelihoods, predictors, clustered scores, effects.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/cell_sets.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/net_regressors.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

namespace {

using numerics::RawVector;

constexpr Index kRowsPerTask = Index{1} << 16;
constexpr double kRecoverReduction = 1e-12;
constexpr Index kRecoverIterations = 20'000;

Index n_tasks_of(Index n) { return (n + kRowsPerTask - 1) / kRowsPerTask; }

/// Input row of a position of the fit order.
Index input_row(const AbsorptionPlan& plan, Index p) {
  return plan.rows().empty() ? p : static_cast<Index>(plan.rows()[at(p)]);
}

void for_each_task(Index n, Context& context, const std::function<void(Index, ShardRange)>& work) {
  const Index n_tasks = n_tasks_of(n);
  context.pool->for_each_shard(n_tasks,
                               [&](Index task) { work(task, shard_range(n, n_tasks, task)); });
}

/// y log(y / mu) with 0 log 0 = 0.
double entropy_term(double y, double mu) { return y > 0.0 ? y * std::log(y / mu) : 0.0; }

double deviance_term(Family family, double y, double mu) {
  switch (family) {
    case Family::kPoisson:
      return 2.0 * (entropy_term(y, mu) - (y - mu));
    case Family::kGaussian:
      return (y - mu) * (y - mu);
    case Family::kGamma:
      // Zeros have no saturated gamma model; their part of the deviance is 2 (log mu - 1), up to a
      // constant that no fit changes.
      return y > 0.0 ? 2.0 * ((y - mu) / mu - std::log(y / mu)) : 2.0 * (std::log(mu) - 1.0);
    case Family::kLogit:
      return 2.0 * (entropy_term(y, mu) + entropy_term(1.0 - y, 1.0 - mu));
  }
  return 0.0;
}

/// Log likelihood of one row; Gaussian and gamma (unit shape) at dispersion 1.
double likelihood_term(Family family, double y, double mu) {
  constexpr double kLog2Pi = 1.8378770664093453;
  switch (family) {
    case Family::kPoisson:
      return (y > 0.0 ? y * std::log(mu) : 0.0) - mu - std::lgamma(y + 1.0);
    case Family::kGaussian:
      return -0.5 * ((y - mu) * (y - mu) + kLog2Pi);
    case Family::kGamma:
      return -y / mu - std::log(mu);
    case Family::kLogit:
      return (y > 0.0 ? y * std::log(mu) : 0.0) + (y < 1.0 ? (1.0 - y) * std::log1p(-mu) : 0.0);
  }
  return 0.0;
}

double inverse_link(Family family, double eta) {
  switch (family) {
    case Family::kPoisson:
    case Family::kGamma:
      return std::exp(eta);
    case Family::kGaussian:
      return eta;
    case Family::kLogit:
      return 1.0 / (1.0 + std::exp(-eta));
  }
  return 0.0;
}

double score_term(Family family, double y, double mu) {
  return family == Family::kGamma ? (y - mu) / mu : y - mu;
}

struct RowValues {
  const GlmProblem& problem;
  [[nodiscard]] double weight(Index row) const {
    return problem.weights.empty() ? 1.0 : problem.weights[at(row)];
  }
  [[nodiscard]] double offset(Index row) const {
    return problem.offset.empty() ? 0.0 : problem.offset[at(row)];
  }
};

/// Sums of three row terms in a fixed order.
using Triple = std::array<double, 3>;
template <class Term>
Triple sum_triples(Index n, const comm::Ranks& ranks, Context& context, const Term& term) {
  std::vector<Triple> parts(at(n_tasks_of(n)), Triple{});
  for_each_task(n, context, [&](Index task, ShardRange range) {
    Triple sum{};
    for (Index i = range.begin; i < range.end; ++i) {
      const Triple t = term(i);
      for (std::size_t c = 0; c < 3; ++c) sum[c] += t[c];
    }
    parts[at(task)] = sum;
  });
  Triple total{};
  for (const Triple& part : parts) {
    for (std::size_t c = 0; c < 3; ++c) total[c] += part[c];
  }
  ranks.sum(total);
  return total;
}

/// The constant of the model with nothing but a constant and the offset.
double null_constant(const GlmProblem& problem, Context& context) {
  const RowValues rows{problem};
  const Index n = problem.n_rows();
  double constant = 0.0;
  for (int step = 0; step < 100; ++step) {
    const Triple sums = sum_triples(n, problem.ranks, context, [&](Index row) -> Triple {
      const double w = rows.weight(row);
      const double mu = inverse_link(problem.family, rows.offset(row) + constant);
      return {w * score_term(problem.family, problem.y[at(row)], mu),
              w * working_weight(problem.family, mu), w * mu};
    });
    double move = sums[1] > 0.0 ? sums[0] / sums[1] : 0.0;
    // The Poisson and gamma constants have closed forms; Newton would overshoot from far away.
    if (problem.family == Family::kPoisson) move = std::log1p(sums[0] / sums[2]);
    if (problem.family == Family::kGamma) move = std::log1p(sums[0] / sums[1]);
    if (problem.family == Family::kLogit) move = std::clamp(move, -2.0, 2.0);
    if (!std::isfinite(move)) return constant;
    constant += move;
    if (std::abs(move) <= 1e-13 * (1.0 + std::abs(constant))) break;
  }
  return constant;
}

}  // namespace

FitMeasures measure_fit(const GlmProblem& problem, const GlmFit& fit, Context& context) {
  const RowValues rows{problem};
  const Family family = problem.family;
  const double constant = null_constant(problem, context);
  const Triple sums = sum_triples(fit.n_rows(), problem.ranks, context, [&](Index p) -> Triple {
    const Index row = input_row(*fit.plan, p);
    const double w = rows.weight(row);
    if (w == 0.0) return {};
    const double y = problem.y[at(row)];
    const double mu = fit.mu[at(p)];
    return {w * deviance_term(family, y, mu), w * likelihood_term(family, y, mu),
            w * likelihood_term(family, y, inverse_link(family, constant + rows.offset(row)))};
  });
  return {.deviance = sums[0], .log_likelihood = sums[1], .null_log_likelihood = sums[2]};
}

namespace {

/// Adds w s x~ of the rows [begin, end) to sums [clusters * k]; `cluster` maps a position.
template <class ClusterOf>
void add_scores(const GlmProblem& problem, const GlmFit& fit, ShardRange range, Index first_cluster,
                const ClusterOf& cluster, double* sums) {
  const RowValues rows{problem};
  const std::size_t k = fit.coefficients.size();
  const auto n = at(fit.n_rows());
  for (Index p = range.begin; p < range.end; ++p) {
    const double s = rows.problem.weights.empty()
                         ? fit.residual[at(p)]
                         : fit.residual[at(p)] * rows.weight(input_row(*fit.plan, p));
    double* sum = sums + at(cluster(p) - first_cluster) * k;
    for (std::size_t j = 0; j < k; ++j) sum[j] += s * fit.partialled[j * n + at(p)];
  }
}

template <class ClusterOf>
std::vector<double> scores_by_cluster(const GlmProblem& problem, const GlmFit& fit,
                                      Index n_clusters, const ClusterOf& cluster,
                                      Context& context) {
  const std::size_t k = fit.coefficients.size();
  std::vector<double> result(at(n_clusters) * k);
  if (k == 0) return result;
  const Index n = fit.n_rows();
  constexpr Index kParts = 16;
  struct Part {
    Index low = std::numeric_limits<Index>::max();
    Index high = 0;
    RawVector<double> sums{};
  };
  std::vector<Part> parts(kParts);
  context.pool->for_each_shard(kParts, [&](Index i) {
    const ShardRange range = shard_range(n, kParts, i);
    Part& part = parts[at(i)];
    for (Index p = range.begin; p < range.end; ++p) {
      const Index c = cluster(p);
      part.low = std::min(part.low, c);
      part.high = std::max(part.high, c + 1);
    }
  });
  Index touched = 0;
  for (const Part& part : parts) touched += std::max<Index>(0, part.high - part.low);
  if (touched > 4 * n_clusters) {
    add_scores(problem, fit, {0, n}, 0, cluster, result.data());
    return result;
  }
  context.pool->for_each_shard(kParts, [&](Index i) {
    Part& part = parts[at(i)];
    if (part.low >= part.high) return;
    part.sums.assign(at(part.high - part.low) * k, 0.0);
    add_scores(problem, fit, shard_range(n, kParts, i), part.low, cluster, part.sums.data());
  });
  for (const Part& part : parts) {
    if (part.low >= part.high) continue;
    double* to = result.data() + at(part.low) * k;
    for (std::size_t i = 0; i < part.sums.size(); ++i) to[i] += part.sums[i];
  }
  return result;
}

/// The same for problems with cells, whose x~ are formed as they are summed.
std::vector<double> cell_scores(const GlmProblem& problem, const GlmFit& fit,
                                std::span<const GroupId> cluster, Index n_clusters,
                                Context& context) {
  const auto* layout = dynamic_cast<const AbsorbLayout*>(fit.plan.get());
  ALTYN_CHECK(layout != nullptr, "fits come from fit_glm");
  ALTYN_CHECK(fit.hessian.size() == fit.coefficients.size() * fit.coefficients.size(),
              "scores need a fit with row results");
  const RowValues rows{problem};
  RawVector<double> weights(at(fit.n_rows()));
  RawVector<double> scores(at(fit.n_rows()));
  for_each_task(fit.n_rows(), context, [&](Index, ShardRange range) {
    for (Index p = range.begin; p < range.end; ++p) {
      const double own = rows.weight(input_row(*fit.plan, p));
      weights[at(p)] = own * working_weight(fit.family, fit.mu[at(p)]);
      scores[at(p)] = own * fit.residual[at(p)];
    }
  });
  std::vector<RawVector<double>> copies(problem.regressors.size());
  std::vector<const double*> columns;
  for (std::size_t j = 0; j < problem.regressors.size(); ++j) {
    columns.push_back(layout->ordered(problem.regressors[j], copies[j], context).data());
  }
  const CellSets cells(problem, *layout, context);
  return sum_netted_scores(*layout, columns, cells.sets(), fit.regressor_levels,
                           WeightedRows(*layout, weights.data(), context), scores.data(), cluster,
                           n_clusters, context);
}

}  // namespace

std::vector<double> sum_scores(const GlmProblem& problem, const GlmFit& fit,
                               std::span<const GroupId> cluster_ids, Index n_clusters,
                               Context& context) {
  ALTYN_CHECK(static_cast<Index>(cluster_ids.size()) == fit.n_rows(), "one cluster per row");
  const std::span<const GroupId> order = fit.plan->rows();
  if (!problem.cells.empty()) {
    if (order.empty()) return cell_scores(problem, fit, cluster_ids, n_clusters, context);
    std::vector<GroupId> ordered(cluster_ids.size());
    for (std::size_t p = 0; p < ordered.size(); ++p) ordered[p] = cluster_ids[order[p]];
    return cell_scores(problem, fit, ordered, n_clusters, context);
  }
  if (order.empty()) {
    return scores_by_cluster(
        problem, fit, n_clusters, [&](Index p) { return Index{cluster_ids[at(p)]}; }, context);
  }
  return scores_by_cluster(
      problem, fit, n_clusters, [&](Index p) { return Index{cluster_ids[order[at(p)]]}; }, context);
}

std::vector<double> sum_scores_by_effect(const GlmProblem& problem, const GlmFit& fit, Index effect,
                                         Context& context) {
  const auto* layout = dynamic_cast<const AbsorbLayout*>(fit.plan.get());
  ALTYN_CHECK(layout != nullptr, "fits come from fit_glm");
  const Index n_clusters = layout->n_levels(effect);
  if (!problem.cells.empty()) {
    return cell_scores(problem, fit, layout->levels_in_fit_order(effect), n_clusters, context);
  }
  for (const KeptEffect& kept : layout->kept) {
    if (kept.effect != effect) continue;
    return scores_by_cluster(
        problem, fit, n_clusters, [&](Index p) { return Index{kept.levels[at(p)]} - kept.first; },
        context);
  }
  // Runs are the levels of the eliminated effect: each is summed by itself.
  const std::size_t k = fit.coefficients.size();
  std::vector<double> result(at(n_clusters) * k);
  context.pool->for_each_shard(layout->n_shards(), [&](Index shard) {
    for (Index run = layout->shards[at(shard)].run_begin; run < layout->shards[at(shard)].run_end;
         ++run) {
      add_scores(
          problem, fit, {layout->run_begin[at(run)], layout->run_begin[at(run + 1)]}, 0,
          [&](Index) { return run; }, result.data());
    }
  });
  return result;
}

void LinearPredictors::compute_effects(Index begin, std::span<double> out) const {
  const auto* layout = dynamic_cast<const AbsorbLayout*>(fit_.plan.get());
  ALTYN_CHECK(layout != nullptr, "fits come from fit_glm");
  std::fill(out.begin(), out.end(), 0.0);
  if (out.empty()) return;
  for (const KeptEffect& kept : layout->kept) {
    const std::vector<double>& values = fit_.level_values[at(kept.effect)];
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::size_t p = at(begin) + i;
      const double value = values[kept.levels[p] - kept.first];
      out[i] += kept.slope.empty() ? value : value * kept.slope[p];
    }
  }
  if (layout->eliminated < 0) return;
  const std::vector<double>& values = fit_.level_values[at(layout->eliminated)];
  const auto next = std::upper_bound(layout->run_begin.begin(), layout->run_begin.end(), begin);
  auto run = static_cast<std::size_t>(next - layout->run_begin.begin()) - 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    while (layout->run_begin[run + 1] <= begin + static_cast<Index>(i)) ++run;
    out[i] += values[run];
  }
}

void LinearPredictors::compute(Index begin, std::span<double> out) const {
  compute_effects(begin, out);
  const RowValues rows{problem_};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Index row = input_row(*fit_.plan, begin + static_cast<Index>(i));
    double sum = rows.offset(row);
    for (std::size_t j = 0; j < problem_.regressors.size(); ++j) {
      sum += fit_.coefficients[j] * problem_.regressors[j][at(row)];
    }
    std::size_t first = problem_.regressors.size();
    for (const CellRegressors& set : problem_.cells) {
      if (const GroupId cell = set.ids[at(row)]; cell != kNoGroup) {
        sum += fit_.coefficients[first + cell] * (set.values.empty() ? 1.0 : set.values[at(row)]);
      }
      first += set.names.size();
    }
    out[i] += sum;
  }
}

std::vector<double> effect_sum(const GlmProblem& problem, const GlmFit& fit, Context& context) {
  std::vector<double> sum(at(fit.n_rows()));
  const LinearPredictors predictors(problem, fit);
  for_each_task(fit.n_rows(), context, [&](Index, ShardRange range) {
    predictors.compute_effects(
        range.begin, std::span(sum).subspan(at(range.begin), at(range.end - range.begin)));
  });
  return sum;
}

std::vector<double> linear_predictor(const GlmProblem& problem, const GlmFit& fit,
                                     Context& context) {
  std::vector<double> eta(at(fit.n_rows()));
  const LinearPredictors predictors(problem, fit);
  for_each_task(fit.n_rows(), context, [&](Index, ShardRange range) {
    predictors.compute(range.begin,
                       std::span(eta).subspan(at(range.begin), at(range.end - range.begin)));
  });
  return eta;
}

// Conjugate gradients on D'D a = D'(effect sum) from zero, preconditioned by the diagonal, stay in
// the space where the wanted norm is least.
RecoveredEffects recover_effects(const GlmProblem& problem, const GlmFit& fit, Context& context) {
  const std::size_t n_effects = fit.level_values.size();
  const Index n = fit.n_rows();
  const std::vector<double> target = effect_sum(problem, fit, context);
  struct Part {
    std::vector<GroupId> levels;
    std::vector<double> slope;
    std::size_t first = 0;
  };
  std::vector<Part> parts(n_effects);
  std::size_t total = 0;
  for (std::size_t e = 0; e < n_effects; ++e) {
    parts[e].levels = fit.plan->levels_in_fit_order(static_cast<Index>(e));
    parts[e].first = total;
    total += fit.level_values[e].size();
    parts[e].slope.assign(at(n), 1.0);
    if (problem.effects[e].slope.empty()) continue;
    for (Index p = 0; p < n; ++p) {
      parts[e].slope[at(p)] = problem.effects[e].slope[at(input_row(*fit.plan, p))];
    }
  }
  const auto row_sum = [&](const std::vector<double>& a, std::size_t p) {
    double sum = 0.0;
    for (const Part& part : parts) sum += a[part.first + part.levels[p]] * part.slope[p];
    return sum;
  };
  const auto gather = [&](const std::function<double(std::size_t)>& value) {
    std::vector<double> sums(total);
    for (std::size_t p = 0; p < at(n); ++p) {
      const double v = value(p);
      for (const Part& part : parts) sums[part.first + part.levels[p]] += v * part.slope[p];
    }
    return sums;
  };
  std::vector<double> inverse(total);
  for (const Part& part : parts) {
    for (std::size_t p = 0; p < at(n); ++p) {
      inverse[part.first + part.levels[p]] += part.slope[p] * part.slope[p];
    }
  }
  for (double& d : inverse) d = d > 0.0 ? 1.0 / d : 0.0;
  std::vector<double> r = gather([&](std::size_t p) { return target[p]; });
  std::vector<double> x(total);
  std::vector<double> direction(total);
  const auto measure = [&] {
    double sum = 0.0;
    for (std::size_t i = 0; i < total; ++i) sum += r[i] * r[i] * inverse[i];
    return sum;
  };
  double rz = measure();
  const double goal = rz * kRecoverReduction * kRecoverReduction;
  double beta = 0.0;
  for (Index step = 0; rz > goal && step < kRecoverIterations; ++step) {
    for (std::size_t i = 0; i < total; ++i) {
      direction[i] = inverse[i] * r[i] + beta * direction[i];
    }
    const std::vector<double> image = gather([&](std::size_t p) { return row_sum(direction, p); });
    double curvature = 0.0;
    for (std::size_t i = 0; i < total; ++i) curvature += direction[i] * image[i];
    if (!(curvature > 0.0)) break;
    const double length = rz / curvature;
    for (std::size_t i = 0; i < total; ++i) {
      x[i] += length * direction[i];
      r[i] -= length * image[i];
    }
    const double before = rz;
    rz = measure();
    beta = rz / before;
  }
  RecoveredEffects result{.residual = 0.0};
  for (std::size_t p = 0; p < at(n); ++p) {
    result.residual = std::max(result.residual, std::abs(row_sum(x, p) - target[p]));
  }
  for (std::size_t e = 0; e < n_effects; ++e) {
    const auto first = x.begin() + static_cast<std::ptrdiff_t>(parts[e].first);
    result.values.emplace_back(first,
                               first + static_cast<std::ptrdiff_t>(fit.level_values[e].size()));
  }
  return result;
}

}  // namespace altyn::estimation
