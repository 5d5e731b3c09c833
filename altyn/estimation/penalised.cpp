#include "altyn/estimation/penalised.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/score_moments.h"

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double kPluginScale = 1.1;
constexpr int kPluginRounds = 15;
constexpr double kPluginSettled = 1e-3;

class Penalised {
 public:
  Penalised(const FittedModel& model, const PenalisedOptions& options, Context& context)
      : model_(model),
        frame_(model.frame),
        problem_(model.frame.problem()),
        options_(options),
        context_(context),
        n_(model.frame.n_rows()),
        k_(problem_.n_regressors()) {
    if (frame_.family != Family::kPoisson) {
      throw InputError({.code = "no-penalty-here",
                        .what = "penalised estimation is for ppml",
                        .where = frame_.formula.to_string(),
                        .why = "its penalties follow from the scores of ppml"});
    }
    if (options.penalty_kind != PenaltyKind::kPlugin && !(options.penalty > 0.0)) {
      throw InputError({.code = "bad-option",
                        .what = "no penalty is set",
                        .where = "penalty",
                        .why = "lasso and adaptive shrink by a penalty of your choice",
                        .fixes = {"--penalty 0.01", "--penalty-kind plugin"}});
    }
    free_.assign(at(k_), false);
    for (const std::string& name : options.penalty_keep) {
      const auto place =
          std::find(problem_.regressor_names.begin(), problem_.regressor_names.end(), name);
      if (place == problem_.regressor_names.end()) {
        const std::string near = nearest_name(name, problem_.regressor_names);
        throw InputError({.code = "bad-option",
                          .what = fmt::format("{} is no regressor of the model", name),
                          .where = "penalty_keep",
                          .why = "kept regressors are not penalised",
                          .fixes = near.empty() ? std::vector<std::string>{}
                                                : std::vector<std::string>{"write " + near}});
      }
      free_[static_cast<std::size_t>(place - problem_.regressor_names.begin())] = true;
    }
    b_ = Vector::Zero(k_);
    y_ = Eigen::Map<const Vector>(problem_.y.data(), n_);
    eta_ = Eigen::Map<const Vector>(
        in_input_order(*model.fit.plan, linear_predictor(problem_, model.fit, context)).data(), n_);
  }

  PenalisedFit run() {
    PenalisedFit result;
    result.names = problem_.regressor_names;
    if (options_.penalty_kind == PenaltyKind::kPlugin) {
      // Start from the scores of the model without penalised regressors, then update.
      loadings_ = Vector::Constant(k_, INFINITY);
      solve(result);
      for (int round = 0; round < kPluginRounds; ++round) {
        const Vector before = round == 0 ? Vector::Zero(k_) : loadings_;
        loadings_ = plugin_loadings();
        solve(result);
        if (result.status != SolveStatus::kConverged) break;
        if ((loadings_ - before).cwiseAbs().maxCoeff() <=
            kPluginSettled * loadings_.cwiseAbs().maxCoeff()) {
          break;
        }
      }
    } else {
      loadings_ = fixed_loadings();
      solve(result);
    }
    result.coefficients.assign(b_.data(), b_.data() + k_);
    result.loadings.assign(loadings_.data(), loadings_.data() + k_);
    for (Index j = 0; j < k_; ++j) {
      if (b_(j) != 0.0) result.selected.push_back(problem_.regressor_names[at(j)]);
    }
    refit(result);
    return result;
  }

 private:
  [[nodiscard]] double own_weight(Index row) const {
    return problem_.weights.empty() ? 1.0 : problem_.weights[at(row)];
  }

  void update_means() {
    mu_ = eta_.array().exp();
    working_.resize(at(n_));
    for (Index row = 0; row < n_; ++row) working_[at(row)] = own_weight(row) * mu_(row);
  }

  /// Regressors (and the working outcome, as the last column) net of effects at working weights.
  void sweep() {
    swept_.resize(n_, k_ + 1);
    for (Index j = 0; j < k_; ++j) {
      swept_.col(j) = Eigen::Map<const Vector>(problem_.regressors[at(j)].data(), n_);
    }
    for (Index row = 0; row < n_; ++row) {
      const double offset = problem_.offset.empty() ? 0.0 : problem_.offset[at(row)];
      swept_(row, k_) = eta_(row) - offset + (y_(row) - mu_(row)) / mu_(row);
    }
    working_outcome_ = swept_.col(k_);
    if (frame_.effects.empty()) return;
    std::vector<std::span<double>> spans;
    for (Index j = 0; j <= k_; ++j) spans.emplace_back(swept_.col(j).data(), at(n_));
    (void)absorb(*model_.fit.plan, spans, working_, AbsorbOptions{.tolerance = 1e-11}, context_);
  }

  void solve(PenalisedFit& result) {
    result.status = SolveStatus::kIterationLimit;
    for (Index step = 0; step < options_.penalty_steps; ++step) {
      if (context_.stop.stop_requested()) {
        result.status = SolveStatus::kCancelled;
        return;
      }
      ++result.iterations;
      update_means();
      if (!std::isfinite(mu_.sum())) {
        result.status = SolveStatus::kNotFinite;
        return;
      }
      sweep();
      certify(result);
      if (step > 0 &&
          std::all_of(result.certificate.blocks.begin(), result.certificate.blocks.end(),
                      [](const CertificateBlock& block) { return block.holds(); })) {
        result.status = SolveStatus::kConverged;
        break;
      }
      descend();
      const Vector left = swept_.col(k_) - swept_.leftCols(k_) * b_;
      eta_ = working_outcome_ - left;
      for (Index row = 0; row < n_ && !problem_.offset.empty(); ++row) {
        eta_(row) += problem_.offset[at(row)];
      }
    }
    result.certificate.status = result.status;
    result.certificate.iterations = static_cast<int>(result.iterations);
  }

  /// Coordinate descent on the weighted least squares problem with its penalties.
  void descend() {
    const Eigen::Map<const Vector> w(working_.data(), n_);
    const Matrix x = swept_.leftCols(k_);
    const Matrix gram = x.transpose() * w.asDiagonal() * x;
    const Vector right = x.transpose() * w.asDiagonal() * swept_.col(k_);
    constexpr int kSweeps = 10000;
    for (int sweep_count = 0; sweep_count < kSweeps; ++sweep_count) {
      double moved = 0.0;
      for (Index j = 0; j < k_; ++j) {
        if (!(gram(j, j) > 0.0)) continue;
        const double pull = right(j) - gram.col(j).dot(b_) + gram(j, j) * b_(j);
        const double penalty = free_[at(j)] ? 0.0 : loadings_(j);
        double next = 0.0;
        if (std::abs(pull) > penalty) {
          next = (pull - std::copysign(penalty, pull)) / gram(j, j);
        }
        moved = std::max(moved, std::abs(next - b_(j)) * std::sqrt(gram(j, j)));
        b_(j) = next;
      }
      if (moved <= 1e-12 * std::sqrt(y_.cwiseAbs().sum() + 1.0)) break;
    }
  }

  /// The subgradient conditions: |score_j| <= loading_j, with equality and the sign of b_j where
  /// b_j is not zero; scores of the effects are zero.
  void certify(PenalisedFit& result) {
    Vector score(n_);
    double scale = 0.0;
    for (Index row = 0; row < n_; ++row) {
      score(row) = own_weight(row) * (y_(row) - mu_(row));
      scale += own_weight(row) * std::abs(y_(row));
    }
    if (!(scale > 0.0)) scale = 1.0;
    const Eigen::Map<const Vector> w(working_.data(), n_);
    result.certificate = {};
    result.certificate.subject = "penalised ppml";
    result.certificate.positive = true;
    double worst = 0.0;
    std::string name;
    for (Index j = 0; j < k_; ++j) {
      const double own = swept_.col(j).dot(score);
      const double penalty = free_[at(j)] ? 0.0 : loadings_(j);
      const double miss = b_(j) != 0.0 ? std::abs(own - std::copysign(penalty, b_(j)))
                                       : std::max(0.0, std::abs(own) - penalty);
      const double square = swept_.col(j).cwiseAbs2().dot(w);
      const double relative = square > 0.0 ? miss / std::sqrt(square * scale) : 0.0;
      if (!(relative > worst)) continue;
      worst = relative;
      name = problem_.regressor_names[at(j)];
    }
    result.certificate.blocks.push_back(
        {.name = "subgradients",
         .residual = worst,
         .tolerance = options_.penalty_tolerance,
         .measure = "max |x~'e - penalty sign(b)| / sqrt(x~'Wx~ sum |y|)",
         .worst = name});
    for (const FrameEffect& effect : frame_.effects) {
      const CombinedIds ids = frame_.ids_of(effect.group);
      std::vector<double> sums(ids.n_groups, 0.0);
      for (Index row = 0; row < n_; ++row) {
        sums[ids.ids[at(row)]] +=
            score(row) * (effect.slope.empty() ? 1.0 : effect.slope.values[at(row)]);
      }
      double largest = 0.0;
      for (const double sum : sums) largest = std::max(largest, std::abs(sum));
      result.certificate.blocks.push_back({.name = "score of " + effect.name,
                                           .residual = largest / scale,
                                           .tolerance = options_.penalty_tolerance,
                                           .measure = "max |sum of y - mu| / sum |y|",
                                           .worst = ""});
    }
  }

  [[nodiscard]] Vector fixed_loadings() {
    update_means();
    sweep();
    const Eigen::Map<const Vector> w(working_.data(), n_);
    Vector loadings(k_);
    for (Index j = 0; j < k_; ++j) {
      const double deviation = std::sqrt(swept_.col(j).cwiseAbs2().dot(w) * w.sum());
      loadings(j) = options_.penalty * deviation;
      if (options_.penalty_kind == PenaltyKind::kAdaptive) {
        const double size = std::abs(model_.fit.coefficients[at(j)]);
        loadings(j) = size > 0.0 ? options_.penalty * w.sum() / size : INFINITY;
      }
    }
    return loadings;
  }

  [[nodiscard]] Vector plugin_loadings() {
    CombinedIds clusters;
    if (!model_.options.cluster.empty()) {
      clusters = frame_.ids_of(frame_.groups.front());
    } else {
      clusters.ids.resize(at(n_));
      std::iota(clusters.ids.begin(), clusters.ids.end(), GroupId{0});
      clusters.n_groups = static_cast<GroupId>(n_);
    }
    std::vector<double> score(at(n_));
    for (Index row = 0; row < n_; ++row) score[at(row)] = own_weight(row) * (y_(row) - mu_(row));
    RowScores scores{.columns = {}, .score = score, .rows = {}};
    for (Index j = 0; j < k_; ++j) scores.columns.push_back(swept_.col(j).data());
    const std::vector<double> sums = group_sums(scores, clusters.ids, clusters.n_groups, context_);
    const double n = static_cast<double>(n_);
    const double level = 0.1 / std::log(n) / (2.0 * static_cast<double>(k_));
    const double quantile = normal_quantile(1.0 - level);
    Vector loadings(k_);
    for (Index j = 0; j < k_; ++j) {
      double square = 0.0;
      for (GroupId g = 0; g < clusters.n_groups; ++g) {
        const double sum = sums[at(j) * clusters.n_groups + g];
        square += sum * sum;
      }
      loadings(j) = kPluginScale * quantile * std::sqrt(square);
    }
    return loadings;
  }

  void refit(PenalisedFit& result) {
    GlmProblem problem = problem_;
    problem.regressors.clear();
    problem.regressor_names.clear();
    for (Index j = 0; j < k_; ++j) {
      if (b_(j) == 0.0) continue;
      problem.regressors.push_back(problem_.regressors[at(j)]);
      problem.regressor_names.push_back(problem_.regressor_names[at(j)]);
    }
    const GlmFit fit =
        fit_glm(problem, {.tolerance = model_.options.tolerance}, context_, &model_.fit);
    if (fit.certificate.holds()) result.post_coefficients = fit.coefficients;
  }

  const FittedModel& model_;
  const ModelFrame& frame_;
  GlmProblem problem_;
  const PenalisedOptions& options_;
  Context& context_;
  Index n_;
  Index k_;
  std::vector<bool> free_;
  Vector b_;
  Vector y_;
  Vector eta_;
  Vector mu_;
  std::vector<double> working_;
  Vector working_outcome_;
  Matrix swept_;
  Vector loadings_;
};

}  // namespace

std::vector<Field<PenalisedOptions>> PenalisedOptions::fields() {
  using O = PenalisedOptions;
  return {make_enum_field<&O::penalty_kind>(
              {.name = "penalty_kind",
               .doc = "lasso, plugin (penalties from the scores, no tuning) or adaptive",
               .source = "Breinlich et al. (2022)"},
              {"lasso", "plugin", "adaptive"}),
          make_field(&O::penalty,
                     {.name = "penalty",
                      .doc = "of lasso and adaptive, per standard deviation of a regressor net of "
                             "the effects",
                      .minimum = 0,
                      .maximum = 1e6}),
          make_field(&O::penalty_keep,
                     {.name = "penalty_keep", .doc = "regressors that are not penalised"}),
          make_field(&O::penalty_tolerance, {.name = "penalty_tolerance",
                                             .doc = "subgradient at which the fit is certified",
                                             .minimum = 1e-13,
                                             .maximum = 1e-3}),
          make_field(&O::penalty_steps, {.name = "penalty_steps",
                                         .doc = "weighted least squares steps",
                                         .minimum = 1,
                                         .maximum = 100000})};
}

PenalisedFit fit_penalised(const FittedModel& model, const PenalisedOptions& options,
                           Context& context) {
  if (!model.frame.cells.empty()) {
    return Penalised(with_columns(model, context), options, context).run();
  }
  return Penalised(model, options, context).run();
}

}  // namespace altyn::estimation
