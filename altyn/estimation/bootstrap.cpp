#include "altyn/estimation/bootstrap.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/instruments.h"
#include "altyn/estimation/refit.h"
#include "altyn/estimation/score_moments.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr std::uint32_t kPairsStream = 0x70616972;
constexpr std::uint32_t kWildStream = 0x77696c64;
constexpr std::uint32_t kSplitStream = 0x73706c74;

CombinedIds resampled_units(const FittedModel& model) {
  if (!model.options.cluster.empty()) return model.frame.ids_of(model.frame.groups.front());
  CombinedIds rows;
  rows.ids.resize(at(model.frame.n_rows()));
  std::iota(rows.ids.begin(), rows.ids.end(), GroupId{0});
  rows.n_groups = static_cast<GroupId>(model.frame.n_rows());
  return rows;
}

/// A model ready to be fitted again and again under other weights of its rows.
class Resampled {
 public:
  Resampled(const FittedModel& model, double tolerance, Context& context)
      : model_(model),
        context_(context),
        problem_(model.frame.problem()),
        prepared_(problem_, model.fit, context),
        options_{.tolerance = tolerance,
                 .max_iterations = model.options.max_iterations,
                 .row_results = false} {
    for (std::size_t j = 0; j < model.fit.redundant.size(); ++j) {
      if (!model.fit.redundant[j]) kept_.push_back(j);
    }
  }

  /// Columns of the model's regressors with a coefficient.
  [[nodiscard]] const std::vector<std::size_t>& kept() const { return kept_; }

  /// Their coefficients under other weights; empty without a certified fit that determines them
  /// all. The fit runs in the calling thread and reports nothing.
  [[nodiscard]] std::vector<double> coefficients(const std::vector<double>& weights) const {
    Context own(1, context_.seed);
    own.stop = context_.stop;
    const GlmFit fit =
        model_.instruments ? instrumented(weights, own) : refit(prepared_, weights, options_, own);
    std::vector<double> values;
    if (!fit.certificate.holds()) return values;
    for (const std::size_t j : kept_) {
      if (fit.redundant[j]) return {};
      values.push_back(fit.coefficients[j]);
    }
    return values;
  }

 private:
  [[nodiscard]] GlmFit instrumented(const std::vector<double>& weights, Context& own) const {
    ModelFrame frame = model_.frame;
    frame.weights = SharedColumn<double>(usable_weights(prepared_, weights));
    const auto n_endogenous = static_cast<Index>(model_.instruments->first_stage_f.size());
    return fit_instrumented(frame, n_endogenous, options_, own, &model_.fit).fit;
  }

  const FittedModel& model_;
  const Context& context_;
  GlmProblem problem_;
  RefitProblem prepared_;
  GlmOptions options_;
  std::vector<std::size_t> kept_;
};

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return data::kMissing;
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor(place));
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
}

double wild_weight(RandomStream& random, WildWeights kind) {
  if (kind == WildWeights::kRademacher) return (random.bits() & 1U) != 0 ? 1.0 : -1.0;
  static constexpr double kHalves[] = {0.5, 1.0, 1.5};
  const std::uint32_t pick = random.below(6);
  const double size = std::sqrt(kHalves[pick % 3]);
  return pick < 3 ? -size : size;
}

}  // namespace

std::vector<Field<BootstrapOptions>> BootstrapOptions::fields() {
  using O = BootstrapOptions;
  return {
      make_field(&O::draws,
                 {.name = "draws", .doc = "resampled panels", .minimum = 2, .maximum = 1000000}),
      make_field(&O::draw_tolerance,
                 {.name = "draw_tolerance",
                  .doc = "score at which the fit of a draw is accepted; far below the spread "
                         "between draws",
                  .minimum = 1e-13,
                  .maximum = 1e-3}),
      make_enum_field<&O::wild_weights>(
          {.name = "wild_weights",
           .doc = "random weights of clusters in the score bootstrap; webb for fewer than 12 "
                  "clusters",
           .source = "Webb (2014)"},
          {"rademacher", "webb"})};
}

std::vector<Field<JackknifeOptions>> JackknifeOptions::fields() {
  using O = JackknifeOptions;
  return {
      make_field(&O::split,
                 {.name = "split", .doc = "columns whose levels are halved: exporter,importer"}),
      make_field(&O::splits, {.name = "splits",
                              .doc = "random halvings to average over",
                              .minimum = 1,
                              .maximum = 10000}),
      make_field(&O::split_tolerance, {.name = "split_tolerance",
                                       .doc = "score at which the fit of a sub-panel is accepted",
                                       .minimum = 1e-13,
                                       .maximum = 1e-3})};
}

BootstrapResult bootstrap_pairs(const FittedModel& model, const BootstrapOptions& options,
                                Context& context) {
  const ModelFrame& frame = model.frame;
  const CombinedIds units = resampled_units(model);
  const Resampled resampled(model, options.draw_tolerance, context);
  const std::vector<std::size_t>& kept = resampled.kept();
  const std::size_t k = kept.size();
  std::vector<std::vector<double>> results(at(options.draws));
  context.pool->for_each_shard(options.draws, [&](Index draw) {
    if (context.stop.stop_requested()) return;
    RandomStream random(context.seed, kPairsStream, static_cast<std::uint64_t>(draw));
    std::vector<double> times(units.n_groups, 0.0);
    for (GroupId pick = 0; pick < units.n_groups; ++pick)
      times[random.below(units.n_groups)] += 1.0;
    std::vector<double> weights(units.ids.size());
    for (std::size_t row = 0; row < weights.size(); ++row) {
      weights[row] =
          times[units.ids[row]] * (frame.weights.empty() ? 1.0 : frame.weights.values[row]);
    }
    results[at(draw)] = resampled.coefficients(weights);
  });
  context.throw_if_stopped();

  BootstrapResult result;
  for (const std::vector<double>& values : results) {
    if (values.size() != k) {
      ++result.n_failed;
      continue;
    }
    ++result.n_done;
    result.draws.insert(result.draws.end(), values.begin(), values.end());
  }
  const Index n = result.n_done;
  if (n < 2) return result;  // no spread without draws
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>
      draws(result.draws.data(), n, static_cast<Index>(k));
  const Matrix centred = draws.rowwise() - draws.colwise().mean();
  const Matrix covariance =
      centred.transpose() * centred / std::max(1.0, static_cast<double>(n) - 1.0);
  const double tail = 0.5 * (1.0 - model.options.confidence_level);
  for (std::size_t a = 0; a < k; ++a) {
    const auto i = static_cast<Index>(a);
    result.names.push_back(model.fit.regressor_names[kept[a]]);
    Coefficient row = make_coefficient(result.names.back(), model.fit.coefficients[kept[a]],
                                       covariance(i, i), INFINITY, model.options.confidence_level);
    std::vector<double> column;
    for (Index d = 0; d < n; ++d) column.push_back(draws(d, i));
    row.low = quantile(column, tail);
    row.high = quantile(column, 1.0 - tail);
    result.coefficients.push_back(std::move(row));
    for (std::size_t b = 0; b < k; ++b) {
      result.covariance.push_back(covariance(i, static_cast<Index>(b)));
    }
  }
  return result;
}

BootstrapTest bootstrap_score(const FittedModel& model, const Estimate& estimate,
                              std::string_view name, double value, const BootstrapOptions& options,
                              Context& context) {
  if (model.options.cluster.empty()) {
    throw InputError({.code = "no-clusters",
                      .what = "the score bootstrap reweighs clusters and there are none",
                      .where = "cluster",
                      .why = "rows of one cluster keep their dependence in every draw",
                      .fixes = {"--cluster exporter^importer"}});
  }
  if (model.frame.groups.size() > 1) {
    throw InputError({.code = "too-many-clusters",
                      .what = fmt::format("{} groupings of clusters", model.frame.groups.size()),
                      .where = "cluster",
                      .why = "one random weight per cluster keeps one kind of dependence",
                      .fixes = {"--cluster exporter^importer"}});
  }
  if (model.instruments) {
    throw InputError({.code = "no-instruments-here",
                      .what = "the score bootstrap is for models without instruments",
                      .where = model.frame.formula.to_string(),
                      .why = "its scores are those of the model without them",
                      .fixes = {"--bootstrap pairs"}});
  }
  if (!model.frame.cells.empty()) {
    return bootstrap_score(with_columns(model, context), estimate, name, value, options, context);
  }
  if (!estimate.bias.empty()) {
    throw InputError({.code = "unused-option",
                      .what = "the score bootstrap is of the uncorrected estimate",
                      .where = "bias_correction",
                      .why = "its statistic has the standard error of the scores",
                      .fixes = {"leave --bias-correction out"}});
  }
  const Coefficient& row = estimate.coefficient(name);
  const ModelFrame& frame = model.frame;
  const CombinedIds clusters = frame.ids_of(frame.groups.front());

  // The restricted model: the regressor moves into the offset at the hypothesised value. Its scores
  // are then taken for all regressors, net of the effects at the restricted weights.
  GlmProblem full = frame.problem();
  GlmProblem restricted = full;
  std::vector<std::size_t> kept;
  std::size_t own = 0;
  std::vector<std::span<const double>> others;
  std::vector<std::string> other_names;
  for (std::size_t j = 0; j < full.regressor_names.size(); ++j) {
    if (model.fit.redundant[j]) continue;
    if (full.regressor_names[j] == row.name) {
      own = kept.size();
    } else {
      others.push_back(full.regressors[j]);
      other_names.push_back(full.regressor_names[j]);
    }
    kept.push_back(j);
  }
  const std::size_t column = kept[own];
  std::vector<double> offset(full.y.size());
  for (std::size_t r = 0; r < offset.size(); ++r) {
    offset[r] = (full.offset.empty() ? 0.0 : full.offset[r]) + value * full.regressors[column][r];
  }
  restricted.regressors = others;
  restricted.regressor_names = other_names;
  restricted.offset = offset;
  const GlmFit null_fit = fit_glm(restricted, {.tolerance = options.draw_tolerance}, context);
  if (!null_fit.certificate.holds()) {
    throw InputError(
        {.code = "not-certified",
         .what = fmt::format("the model with {} held at {} has no certified fit", name, value),
         .where = estimate.formula,
         .context = {null_fit.certificate.summary()},
         .why = "the test imposes the hypothesis"});
  }
  const std::vector<double> mu = in_input_order(*null_fit.plan, null_fit.mu);
  std::vector<double> score = in_input_order(*null_fit.plan, null_fit.residual);
  std::vector<double> working(mu.size());
  for (std::size_t r = 0; r < mu.size(); ++r) {
    const double weight = full.weights.empty() ? 1.0 : full.weights[r];
    working[r] = weight * working_weight(frame.family, mu[r]);
    score[r] *= weight;
  }
  std::vector<std::vector<double>> swept;
  std::vector<std::span<double>> columns;
  for (const std::size_t j : kept) {
    swept.emplace_back(full.regressors[j].begin(), full.regressors[j].end());
  }
  RowScores scores{.columns = {}, .score = score, .rows = {}};
  for (std::vector<double>& c : swept) columns.emplace_back(c);
  if (!frame.effects.empty()) (void)absorb(*null_fit.plan, columns, working, {}, context);
  for (const std::vector<double>& c : swept) scores.columns.push_back(c.data());
  const auto k = static_cast<Index>(kept.size());
  Matrix x(static_cast<Index>(mu.size()), k);
  for (Index j = 0; j < k; ++j) {
    x.col(j) = Eigen::Map<const Vector>(swept[at(j)].data(), static_cast<Index>(mu.size()));
  }
  const Eigen::Map<const Vector> w(working.data(), static_cast<Index>(working.size()));
  const Matrix hessian = x.transpose() * w.asDiagonal() * x;
  const std::vector<double> sums = group_sums(scores, clusters.ids, clusters.n_groups, context);
  const Eigen::Map<const Matrix> s(sums.data(), static_cast<Index>(clusters.n_groups), k);
  // Influence of each cluster on the coefficient.
  const Vector influence =
      s * numerics::solve_symmetric(hessian, Vector::Unit(k, static_cast<Index>(own)));

  const double factor = estimate.se_factor;
  BootstrapTest test{.name = row.name, .draws = options.draws};
  test.statistic = (row.value - value) / row.se;
  std::vector<double> statistics(at(options.draws));
  context.pool->for_each_shard(options.draws, [&](Index draw) {
    RandomStream random(context.seed, kWildStream, static_cast<std::uint64_t>(draw));
    double sum = 0.0;
    double square = 0.0;
    std::vector<double> parts(clusters.n_groups);
    for (GroupId g = 0; g < clusters.n_groups; ++g) {
      parts[g] = wild_weight(random, options.wild_weights) * influence(static_cast<Index>(g));
      sum += parts[g];
    }
    // The draw's own variance, about its mean score, as the estimate's is about zero.
    const double mean = sum / static_cast<double>(clusters.n_groups);
    for (const double part : parts) square += (part - mean) * (part - mean);
    statistics[at(draw)] = sum / std::sqrt(factor * square);
  });
  Index beyond = 0;
  for (const double t : statistics) beyond += std::abs(t) >= std::abs(test.statistic) ? 1 : 0;
  test.p = static_cast<double>(beyond + 1) / static_cast<double>(options.draws + 1);
  const double tail = 0.5 * (1.0 - estimate.confidence_level);
  test.low = row.value - quantile(statistics, 1.0 - tail) * row.se;
  test.high = row.value - quantile(statistics, tail) * row.se;
  return test;
}

JackknifeResult jackknife_split_panel(const FittedModel& model, const JackknifeOptions& options,
                                      Context& context) {
  const ModelFrame& frame = model.frame;
  std::vector<std::size_t> keys;
  for (const std::string& name : options.split) {
    std::vector<std::string> known;
    std::size_t found = frame.keys.size();
    for (std::size_t k = 0; k < frame.keys.size(); ++k) {
      if (frame.keys[k].name == name) found = k;
      known.push_back(frame.keys[k].name);
    }
    if (found == frame.keys.size()) {
      throw InputError({.code = "bad-option",
                        .what = fmt::format("{} is no key of the model", name),
                        .where = "split",
                        .context = {fmt::format("keys: {}", fmt::join(known, ", "))},
                        .why = "halves are made of the levels of effects"});
    }
    keys.push_back(found);
  }
  if (keys.empty()) {
    throw InputError({.code = "bad-option",
                      .what = "no column to split",
                      .where = "split",
                      .why = "the panel is halved by the levels of a column",
                      .fixes = {"--split exporter,importer"}});
  }
  const Resampled resampled(model, options.split_tolerance, context);
  const std::vector<std::size_t>& kept = resampled.kept();
  const Index n_parts = Index{1} << keys.size();
  std::vector<std::vector<double>> results(at(options.splits * n_parts));
  context.pool->for_each_shard(options.splits * n_parts, [&](Index task) {
    if (context.stop.stop_requested()) return;
    const Index split = task / n_parts;
    const Index part = task % n_parts;
    std::vector<double> weights(at(frame.n_rows()));
    for (std::size_t row = 0; row < weights.size(); ++row) {
      weights[row] = frame.weights.empty() ? 1.0 : frame.weights.values[row];
    }
    // One assignment of labels to halves, shared by all split columns: an economy is in the same
    // half as exporter and as importer.
    std::map<std::string, bool> upper;
    for (const std::size_t key : keys) {
      for (GroupId level = 0; level < frame.keys[key].n_levels; ++level) {
        upper.try_emplace(frame.keys[key].label(level), false);
      }
    }
    std::vector<std::string> labels;
    for (const auto& [label, side] : upper) labels.push_back(label);
    RandomStream random(context.seed, kSplitStream, static_cast<std::uint64_t>(split));
    for (std::size_t k = labels.size(); k > 1; --k) {
      std::swap(labels[k - 1], labels[random.below(static_cast<std::uint32_t>(k))]);
    }
    for (std::size_t k = 0; k < labels.size(); ++k) upper[labels[k]] = k < labels.size() / 2;
    for (std::size_t q = 0; q < keys.size(); ++q) {
      const CodedColumn& key = frame.keys[keys[q]];
      const bool wanted = (part >> q & 1) != 0;
      std::vector<char> in(key.n_levels);
      for (GroupId level = 0; level < key.n_levels; ++level) {
        in[level] = upper.at(key.label(level)) == wanted ? 1 : 0;
      }
      for (std::size_t row = 0; row < weights.size(); ++row) {
        if (!in[key.ids.values[row]]) weights[row] = 0.0;
      }
    }
    results[at(task)] = resampled.coefficients(weights);
  });
  context.throw_if_stopped();
  JackknifeResult result;
  std::vector<double> mean(kept.size(), 0.0);
  for (Index split = 0; split < options.splits; ++split) {
    const auto first = results.begin() + split * n_parts;
    // Halves without a fit are not like the others: a halving counts with all its parts or not.
    const bool whole = std::all_of(first, first + n_parts, [&](const std::vector<double>& values) {
      return values.size() == kept.size();
    });
    if (!whole) {
      ++result.n_failed;
      continue;
    }
    ++result.n_done;
    for (auto part = first; part != first + n_parts; ++part) {
      for (std::size_t j = 0; j < kept.size(); ++j) {
        mean[j] += (*part)[j] / static_cast<double>(n_parts);
      }
    }
  }
  for (std::size_t j = 0; j < kept.size(); ++j) {
    const double value = model.fit.coefficients[kept[j]];
    const double part = result.n_done > 0 ? mean[j] / static_cast<double>(result.n_done) : value;
    result.names.push_back(model.fit.regressor_names[kept[j]]);
    result.uncorrected.push_back(value);
    result.corrected.push_back(2.0 * value - part);
    result.bias.push_back(part - value);
  }
  return result;
}

}  // namespace altyn::estimation
