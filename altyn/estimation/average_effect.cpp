#include "altyn/estimation/average_effect.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

// Notation: theta = (b, effects), z a row of regressors and dummies, q(theta) the average. With
// H = sum z z' w and score s = sum z e, theta moves by H^-1 s, so q moves by g'H^-1 s for the
// gradient g. When g = sum z c (plus a direct part in b), g'H^-1 z is the projection of c / w on
// regressors and effects. With instruments, z in the score is a row of instruments and dummies; net
// of effects b moves by (x^'Wx^)^-1 x^'s, with x^ the regressors projected on the instruments.

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

double mean_of(Family family, double eta) {
  switch (family) {
    case Family::kGaussian:
      return eta;
    case Family::kLogit:
      return 1.0 / (1.0 + std::exp(-eta));
    default:
      return std::exp(eta);
  }
}

/// d mean / d eta at a mean.
double slope_of(Family family, double mu) {
  switch (family) {
    case Family::kGaussian:
      return 1.0;
    case Family::kLogit:
      return mu * (1.0 - mu);
    default:
      return mu;
  }
}

/// d slope / d eta.
double curvature_of(Family family, double mu) {
  switch (family) {
    case Family::kGaussian:
      return 0.0;
    case Family::kLogit:
      return mu * (1.0 - mu) * (1.0 - 2.0 * mu);
    default:
      return mu;
  }
}

class Averaging {
 public:
  Averaging(const FittedModel& model, const Estimate& estimate, std::string_view name,
            AverageOver over, Context& context)
      : model_(model),
        frame_(model.frame),
        fit_(model.fit),
        problem_(model.frame.problem()),
        estimate_(estimate),
        over_(over),
        context_(context) {
    const Coefficient& row = estimate.coefficient(name);
    if (!estimate.certified()) {
      throw InputError({.code = "not-certified",
                        .what = "the estimate is not certified",
                        .where = estimate.formula,
                        .context = {estimate.certificate.summary()},
                        .why = "an average of numbers that solve nothing means nothing"});
    }
    if (!estimate.bias.empty()) {
      throw InputError({.code = "no-average-effect",
                        .what = "no average effect of bias-corrected coefficients",
                        .where = estimate.formula,
                        .why = "the effects that go with them are not known",
                        .fixes = {"leave --bias-correction out"}});
    }
    for (std::size_t j = 0; j < fit_.regressor_names.size(); ++j) {
      if (!fit_.redundant[j]) kept_.push_back(j);
      if (fit_.regressor_names[j] == row.name) column_ = j;
    }
    result_.name = row.name;
    b_ = fit_.coefficients[column_];
  }

  AverageEffect run() {
    const std::vector<double> eta =
        in_input_order(*fit_.plan, linear_predictor(problem_, fit_, context_));
    const std::span<const double> x = problem_.regressors[column_];
    result_.is_switch =
        std::all_of(x.begin(), x.end(), [](double v) { return v == 0.0 || v == 1.0; });
    const std::size_t n = eta.size();
    Sum effect{.slope = std::vector<double>(n, 0.0)};
    Sum base{.slope = std::vector<double>(n, 0.0)};
    double total = 0.0;
    for (std::size_t row = 0; row < n; ++row) {
      if (over_ == AverageOver::kTreated && x[row] == 0.0) continue;
      const double weight = problem_.weights.empty() ? 1.0 : problem_.weights[row];
      total += weight;
      ++result_.n_rows;
      if (result_.is_switch) {
        const double off = mean_of(frame_.family, eta[row] - b_ * x[row]);
        const double on = mean_of(frame_.family, eta[row] + b_ * (1.0 - x[row]));
        effect.value += weight * (on - off);
        effect.slope[row] = weight * (slope_of(frame_.family, on) - slope_of(frame_.family, off));
        // Both ends move with every coefficient through eta at the row's own regressors; the
        // switch itself enters with 1 - x and -x more.
        effect.direct += weight * (slope_of(frame_.family, on) * (1.0 - x[row]) +
                                   slope_of(frame_.family, off) * x[row]);
        base.value += weight * off;
        base.slope[row] = weight * slope_of(frame_.family, off);
        base.direct -= weight * slope_of(frame_.family, off) * x[row];
      } else {
        const double mu = mean_of(frame_.family, eta[row]);
        effect.value += weight * b_ * slope_of(frame_.family, mu);
        effect.slope[row] = weight * b_ * curvature_of(frame_.family, mu);
        effect.direct += weight * slope_of(frame_.family, mu);
        base.value += weight * mu;
        base.slope[row] = weight * slope_of(frame_.family, mu);
      }
    }
    if (total == 0.0) {
      throw InputError({.code = "no-average-effect",
                        .what = fmt::format("{} is zero in every row", result_.name),
                        .where = estimate_.formula,
                        .why = "there is no treated row to average over"});
    }
    // Ratio first, while both sums are at hand: d(e / m) = (de - (e / m) dm) / m.
    Sum ratio{.value = effect.value / base.value, .slope = effect.slope};
    for (std::size_t row = 0; row < n; ++row) {
      ratio.slope[row] = (effect.slope[row] - ratio.value * base.slope[row]) / base.value;
    }
    ratio.direct = (effect.direct - ratio.value * base.direct) / base.value;
    for (double& value : effect.slope) value /= total;
    effect.value /= total;
    effect.direct /= total;
    const std::vector<double> variances = variance_of({&effect, &ratio});
    result_.in_units = make_coefficient(result_.name, effect.value, variances[0],
                                        estimate_.degrees_of_freedom, estimate_.confidence_level);
    result_.relative = make_coefficient(result_.name, ratio.value, variances[1],
                                        estimate_.degrees_of_freedom, estimate_.confidence_level);
    return std::move(result_);
  }

 private:
  /// A function of the parameters: its value, its derivative with respect to each row's linear
  /// predictor, and what the coefficient of the regressor adds directly.
  struct Sum {
    double value = 0.0;
    std::vector<double> slope{};
    double direct = 0.0;
  };

  /// Influence of every row on each function, then the moment of the model's variance kind.
  std::vector<double> variance_of(const std::vector<const Sum*>& functions) {
    const std::size_t n = fit_.mu.size();
    const std::vector<double> mu = in_input_order(*fit_.plan, fit_.mu);
    const std::vector<double> residual = in_input_order(*fit_.plan, fit_.residual);
    std::vector<double> working(n);
    std::vector<double> score(n);
    for (std::size_t row = 0; row < n; ++row) {
      const double weight = problem_.weights.empty() ? 1.0 : problem_.weights[row];
      working[row] = weight * working_weight(frame_.family, mu[row]);
      score[row] = weight * residual[row];
    }
    const auto k = static_cast<Index>(kept_.size());
    Matrix x(static_cast<Index>(n), k);
    Index own = 0;
    for (Index j = 0; j < k; ++j) {
      if (kept_[at(j)] == column_) own = j;
      const std::vector<double> column =
          in_input_order(*fit_.plan, fit_.partialled_column(static_cast<Index>(kept_[at(j)])));
      x.col(j) = Eigen::Map<const Vector>(column.data(), static_cast<Index>(n));
    }
    const Eigen::Map<const Vector> w(working.data(), static_cast<Index>(n));
    const Matrix hessian = x.transpose() * w.asDiagonal() * x;
    std::vector<std::vector<double>> influence;
    std::vector<std::vector<double>> swept;
    std::vector<std::span<double>> columns;
    for (const Sum* function : functions) {
      std::vector<double> target(n);
      for (std::size_t row = 0; row < n; ++row) {
        target[row] = working[row] > 0.0 ? function->slope[row] / working[row] : 0.0;
      }
      influence.push_back(target);
      swept.push_back(std::move(target));
    }
    // Regressors net of effects: with instruments x is their projection.
    if (model_.instruments) {
      for (const std::size_t j : kept_) {
        swept.emplace_back(problem_.regressors[j].begin(), problem_.regressors[j].end());
      }
    }
    for (std::vector<double>& column : swept) columns.emplace_back(column);
    if (!frame_.effects.empty()) (void)absorb(*fit_.plan, columns, working, {}, context_);
    Matrix netted = x;
    for (Index j = 0; j < k && model_.instruments; ++j) {
      netted.col(j) =
          Eigen::Map<const Vector>(swept[functions.size() + at(j)].data(), static_cast<Index>(n));
    }
    for (std::size_t f = 0; f < functions.size(); ++f) {
      const Eigen::Map<const Vector> rest(swept[f].data(), static_cast<Index>(n));
      Vector right = netted.transpose() * w.asDiagonal() * rest;
      right(own) += functions[f]->direct;
      const Vector along = x * numerics::solve_symmetric(hessian, right);
      for (std::size_t row = 0; row < n; ++row) {
        // projection on the effects (target minus what is left) and on the regressors
        const double projected = influence[f][row] - swept[f][row] + along(static_cast<Index>(row));
        influence[f][row] = projected * score[row];
      }
    }
    return moments(influence);
  }

  [[nodiscard]] std::vector<double> moments(
      const std::vector<std::vector<double>>& influence) const {
    std::vector<double> result(influence.size(), 0.0);
    const bool clustered = !estimate_.cluster_name.empty();
    const bool robust = estimate_.se_kind.starts_with("robust") &&
                        model_.options.variance != VarianceKind::kHc2 &&
                        model_.options.variance != VarianceKind::kHc3;
    if (!clustered && !robust) {
      throw InputError(
          {.code = "no-average-effect",
           .what = fmt::format("no average effect with standard errors {}", estimate_.se_kind),
           .where = "variance",
           .why = "its standard error is known for robust and clustered errors",
           .fixes = {"--variance robust", "--cluster exporter^importer"}});
    }
    const std::size_t q = clustered ? cluster_count() : 0;
    for (std::size_t f = 0; f < influence.size(); ++f) {
      if (!clustered) {
        // A row of frequency w is w rows with the influence of one.
        const bool frequency =
            model_.options.weight_meaning == WeightMeaning::kFrequency && !problem_.weights.empty();
        for (std::size_t row = 0; row < influence[f].size(); ++row) {
          const double square = influence[f][row] * influence[f][row];
          result[f] += frequency ? square / problem_.weights[row] : square;
        }
      }
      for (unsigned subset = 1; subset < (1U << q); ++subset) {
        KeyGroup group;
        int size = 0;
        for (std::size_t c = 0; c < q; ++c) {
          if ((subset >> c & 1U) == 0) continue;
          ++size;
          for (const Index key : frame_.groups[c].keys) {
            if (std::find(group.keys.begin(), group.keys.end(), key) == group.keys.end()) {
              group.keys.push_back(key);
            }
          }
        }
        const CombinedIds ids = frame_.ids_of(group);
        std::vector<double> sums(ids.n_groups, 0.0);
        for (std::size_t row = 0; row < influence[f].size(); ++row) {
          sums[ids.ids[row]] += influence[f][row];
        }
        double square = 0.0;
        for (const double sum : sums) square += sum * sum;
        result[f] += size % 2 == 1 ? square : -square;
      }
      result[f] = std::max(result[f], 0.0) * estimate_.se_factor;
    }
    return result;
  }

  [[nodiscard]] std::size_t cluster_count() const {
    return frame_.groups.size() - (model_.options.time.empty() ? 0 : 1);
  }

  const FittedModel& model_;
  const ModelFrame& frame_;
  const GlmFit& fit_;
  GlmProblem problem_;
  const Estimate& estimate_;
  AverageOver over_;
  Context& context_;
  std::vector<std::size_t> kept_;
  std::size_t column_ = 0;
  double b_ = 0.0;
  AverageEffect result_;
};

}  // namespace

AverageEffect average_effect(const FittedModel& model, const Estimate& estimate,
                             std::string_view name, AverageOver over, Context& context) {
  if (!model.frame.cells.empty()) {
    return Averaging(with_columns(model, context), estimate, name, over, context).run();
  }
  return Averaging(model, estimate, name, over, context).run();
}

}  // namespace altyn::estimation
