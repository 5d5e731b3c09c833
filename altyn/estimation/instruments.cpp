#include "altyn/estimation/instruments.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/distributions.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

// Notation: X exogenous and E endogenous regressors, Z excluded instruments, all net of effects at
// working weights w; W = [X, E], I = [X, Z]; W^ the projection of W on I.

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double kGrowth = 2.0;  // of the largest residual in a step
constexpr double kLeastShare = 1e-3;
constexpr double kStartTolerance = 1e-3;
constexpr double kLevelTolerance = 1e-13;

/// m' V^-1 m.
double square_norm(const Vector& moment, const Matrix& variance) {
  return moment.dot(Vector(numerics::solve_symmetric(variance, moment)));
}

class Instrumented {
 public:
  Instrumented(const ModelFrame& frame, Index n_endogenous, const GlmOptions& options,
               Context& context, const GlmFit* start)
      : frame_(frame),
        problem_(frame.problem()),
        options_(options),
        context_(context),
        n_(frame.n_rows()),
        k_(problem_.n_regressors()),
        n_exogenous_(k_ - n_endogenous) {
    if (frame.family != Family::kPoisson && frame.family != Family::kGaussian) {
      throw InputError({.code = "no-instruments-here",
                        .what = "instruments go with ppml and ols",
                        .where = frame.formula.to_string(),
                        .why = "the moments of the other families are not implied by exogeneity"});
    }
    if (static_cast<Index>(frame.instruments.size()) < n_endogenous) {
      throw InputError({.code = "too-few-instruments",
                        .what = fmt::format("{} instruments for {} endogenous regressors",
                                            frame.instruments.size(), n_endogenous),
                        .where = frame.formula.to_string(),
                        .why = "each endogenous regressor needs an instrument of its own"});
    }
    plan_ = start != nullptr
                ? start->plan
                : plan_absorption(problem_.keys, problem_.effects, n_, options.route, context);
    begin(start);
  }

  InstrumentedFit run() {
    GlmFit& fit = result_.fit;
    fit.family = frame_.family;
    fit.regressor_names = problem_.regressor_names;
    fit.redundant.assign(at(k_), false);
    fit.plan = plan_;
    fit.route =
        fmt::format("{} with instruments; {}",
                    frame_.family == Family::kPoisson ? "iterated 2SLS (additive GMM)" : "2SLS",
                    plan_->route());
    fit.status = SolveStatus::kIterationLimit;
    double last_gap = std::numeric_limits<double>::infinity();
    for (fit.iterations = 1; fit.iterations <= options_.max_iterations; ++fit.iterations) {
      if (context_.stop.stop_requested()) {
        fit.status = SolveStatus::kCancelled;
        break;
      }
      const Vector before = eta_;
      const Vector coefficients_before = coefficients_;
      step();
      const Vector after = eta_;
      const Vector coefficients_after = coefficients_;
      double gap = largest_residual();
      double share = 1.0;
      while (!(gap <= kGrowth * last_gap) && share > kLeastShare) {
        share *= 0.5;
        eta_ = before + share * (after - before);
        coefficients_ = coefficients_before + share * (coefficients_after - coefficients_before);
        update_means();
        gap = largest_residual();
      }
      last_gap = gap;
      if (!std::isfinite(gap)) {
        fit.status = SolveStatus::kNotFinite;
        break;
      }
      if (gap <= options_.tolerance) {
        fit.status = SolveStatus::kConverged;
        break;
      }
    }
    finish();
    return std::move(result_);
  }

 private:
  [[nodiscard]] double own_weight(Index row) const {
    return problem_.weights.empty() ? 1.0 : problem_.weights[at(row)];
  }
  [[nodiscard]] double offset(Index row) const {
    return problem_.offset.empty() ? 0.0 : problem_.offset[at(row)];
  }
  [[nodiscard]] bool poisson() const { return frame_.family == Family::kPoisson; }

  void begin(const GlmFit* start) {
    y_ = Eigen::Map<const Vector>(problem_.y.data(), n_);
    eta_ = Vector::Zero(n_);
    coefficients_ = Vector::Zero(k_);
    // From the fit that takes all regressors for exogenous, which always exists.
    if (start != nullptr) {
      begin_at(*start);
    } else if (poisson()) {
      const GlmFit nothing = empty_fit();
      GlmOptions loose = options_;
      loose.tolerance = kStartTolerance;
      loose.row_results = false;
      begin_at(fit_glm(problem_, loose, context_, &nothing));
    }
    update_means();
  }

  void begin_at(const GlmFit& fit) {
    const std::vector<double> eta =
        in_input_order(*plan_, linear_predictor(problem_, fit, context_));
    eta_ = Eigen::Map<const Vector>(eta.data(), n_);
    coefficients_ = Eigen::Map<const Vector>(fit.coefficients.data(), k_);
  }

  /// A fit of these rows in which every level is zero.
  [[nodiscard]] GlmFit empty_fit() const {
    GlmFit fit;
    fit.plan = plan_;
    for (Index e = 0; e < plan_->n_effects(); ++e) {
      fit.level_values.emplace_back(plan_->n_levels(e), 0.0);
    }
    return fit;
  }

  void update_means() {
    mu_ = poisson() ? Vector(eta_.array().exp()) : eta_;
    working_.resize(at(n_));
    for (Index row = 0; row < n_; ++row) {
      working_[at(row)] = own_weight(row) * (poisson() ? mu_(row) : 1.0);
    }
  }

  /// One round of weighted 2SLS on the working outcome.
  void step() {
    Vector z(n_);
    for (Index row = 0; row < n_; ++row) {
      if (own_weight(row) == 0.0) {
        z(row) = 0.0;
        continue;
      }
      z(row) = poisson() ? eta_(row) - offset(row) + (y_(row) - mu_(row)) / mu_(row)
                         : y_(row) - offset(row);
    }
    const auto n_instruments = static_cast<Index>(frame_.instruments.size());
    Matrix columns(n_, 1 + k_ + n_instruments);
    columns.col(0) = z;
    for (Index j = 0; j < k_; ++j) {
      columns.col(1 + j) = Eigen::Map<const Vector>(problem_.regressors[at(j)].data(), n_);
    }
    for (Index j = 0; j < n_instruments; ++j) {
      columns.col(1 + k_ + j) =
          Eigen::Map<const Vector>(frame_.instruments[at(j)].values.values.data(), n_);
    }
    if (!frame_.effects.empty()) {
      std::vector<std::span<double>> spans;
      for (Index j = 0; j < columns.cols(); ++j) spans.emplace_back(columns.col(j).data(), at(n_));
      (void)absorb(*plan_, spans, working_, AbsorbOptions{.tolerance = 1e-12}, context_);
    }
    const Eigen::Map<const Vector> w(working_.data(), n_);
    regressors_ = columns.middleCols(1, k_);
    instruments_.resize(n_, n_exogenous_ + n_instruments);
    instruments_ << regressors_.leftCols(n_exogenous_), columns.rightCols(n_instruments);
    const Vector root = w.array().sqrt();
    projected_ = instruments_ * numerics::solve_least_squares(root.asDiagonal() * instruments_,
                                                              root.asDiagonal() * regressors_);
    const Matrix cross = projected_.transpose() * w.asDiagonal() * regressors_;
    coefficients_ = numerics::solve_least_squares(
        cross, projected_.transpose() * w.asDiagonal() * columns.col(0));
    const Vector left = columns.col(0) - regressors_ * coefficients_;
    eta_ = z - left;
    for (Index row = 0; row < n_; ++row) eta_(row) += offset(row);
    update_means();
  }

  /// Certifies the present means; the largest residual of any block.
  double largest_residual() {
    if (!std::isfinite(eta_.sum())) return std::numeric_limits<double>::infinity();
    certify();
    double largest = 0.0;
    for (const CertificateBlock& block : result_.fit.certificate.blocks) {
      if (!(block.residual <= largest)) largest = block.residual;
    }
    return largest;
  }

  /// Scores of the levels and moments of the projected regressors at the present means.
  void certify() {
    Certificate& certificate = result_.fit.certificate;
    certificate = {};
    certificate.subject = poisson() ? "ppml with instruments" : "two-stage least squares";
    certificate.positive = true;
    double scale = 0.0;
    Vector score(n_);
    for (Index row = 0; row < n_; ++row) {
      score(row) = own_weight(row) * (y_(row) - mu_(row));
      scale += own_weight(row) * std::abs(y_(row));
    }
    if (!(scale > 0.0)) scale = 1.0;
    for (const FrameEffect& effect : frame_.effects) {
      const CombinedIds ids = frame_.ids_of(effect.group);
      std::vector<double> sums(ids.n_groups, 0.0);
      for (Index row = 0; row < n_; ++row) {
        sums[ids.ids[at(row)]] +=
            score(row) * (effect.slope.empty() ? 1.0 : effect.slope.values[at(row)]);
      }
      double worst = 0.0;
      for (const double sum : sums) worst = std::max(worst, std::abs(sum));
      certificate.blocks.push_back({.name = "score of " + effect.name,
                                    .residual = worst / scale,
                                    .tolerance = options_.tolerance,
                                    .measure = "max |sum of y - mu| / sum |y|",
                                    .worst = ""});
    }
    const Eigen::Map<const Vector> w(working_.data(), n_);
    double worst = 0.0;
    std::string name;
    for (Index j = 0; j < k_; ++j) {
      const double square = projected_.col(j).cwiseAbs2().dot(w);
      const double moment = std::abs(projected_.col(j).dot(score)) / std::sqrt(square * scale);
      if (!(moment > worst)) continue;
      worst = moment;
      name = problem_.regressor_names[at(j)];
    }
    certificate.blocks.push_back({.name = "moments of the projected regressors",
                                  .residual = worst,
                                  .tolerance = options_.tolerance,
                                  .measure = "max |x^'(y - mu)| / sqrt(x^'Wx^ sum |y|)",
                                  .worst = name});
  }

  void finish() {
    GlmFit& fit = result_.fit;
    fit.certificate.status = fit.status;
    fit.certificate.iterations = static_cast<int>(fit.iterations);
    fit.coefficients.assign(coefficients_.data(), coefficients_.data() + k_);
    if (!options_.row_results) return;
    const Eigen::Map<const Vector> w(working_.data(), n_);
    const Matrix hessian = projected_.transpose() * w.asDiagonal() * projected_;
    fit.hessian.assign(hessian.data(), hessian.data() + hessian.size());
    const auto ordered = [&](const Vector& v) {
      return in_fit_order(*plan_, std::span<const double>(v.data(), at(n_)));
    };
    const std::vector<double> mu = ordered(mu_);
    fit.mu.assign(mu.begin(), mu.end());
    const std::vector<double> residual = ordered(y_ - mu_);
    fit.residual.assign(residual.begin(), residual.end());
    for (Index j = 0; j < k_; ++j) {
      const std::vector<double> column = ordered(projected_.col(j));
      fit.partialled.insert(fit.partialled.end(), column.begin(), column.end());
    }
    recover_levels();
    test_instruments();
  }

  /// Levels of the effects from their sums, which the iterations leave: a regression that fits
  /// exactly.
  void recover_levels() {
    if (frame_.effects.empty()) return;
    Vector sums = eta_;
    for (Index j = 0; j < k_; ++j) {
      sums -= coefficients_(j) * Eigen::Map<const Vector>(problem_.regressors[at(j)].data(), n_);
    }
    for (Index row = 0; row < n_; ++row) sums(row) -= offset(row);
    GlmProblem problem{.family = Family::kGaussian,
                       .y = std::span<const double>(sums.data(), at(n_)),
                       .keys = problem_.keys,
                       .effects = problem_.effects};
    const GlmFit zero = empty_fit();
    result_.fit.level_values = zero.level_values;
    if (!sums.allFinite()) return;
    result_.fit.level_values =
        fit_glm(problem, {.tolerance = kLevelTolerance, .row_results = false}, context_, &zero)
            .level_values;
  }

  void test_instruments() {
    const Eigen::Map<const Vector> w(working_.data(), n_);
    const Index n_excluded = instruments_.cols() - n_exogenous_;
    const Matrix gram = instruments_.transpose() * w.asDiagonal() * instruments_;
    const Matrix inverse = numerics::inverse_symmetric(gram);
    for (Index j = n_exogenous_; j < k_; ++j) {
      const Vector target = regressors_.col(j);
      const Vector slope = inverse * (instruments_.transpose() * w.asDiagonal() * target);
      const Vector left = target - instruments_ * slope;
      const Matrix scores = Vector(w.array() * left.array()).asDiagonal() * instruments_;
      const Matrix covariance = inverse * scores.transpose() * scores * inverse;
      const Matrix block = covariance.bottomRightCorner(n_excluded, n_excluded);
      const Vector excluded = slope.tail(n_excluded);
      result_.tests.first_stage_f.push_back(square_norm(excluded, block) /
                                            static_cast<double>(n_excluded));
    }
    const Index extra = instruments_.cols() - k_;
    if (extra <= 0) return;
    // Wooldridge (1995): the surplus instruments, net of the projected regressors, must not move
    // with the residual.
    const Matrix surplus = instruments_.rightCols(extra);
    const Matrix square = projected_.transpose() * w.asDiagonal() * projected_;
    Matrix scores =
        surplus - projected_ * numerics::solve_symmetric(
                                   square, projected_.transpose() * w.asDiagonal() * surplus);
    for (Index row = 0; row < n_; ++row) scores.row(row) *= own_weight(row) * (y_(row) - mu_(row));
    const Vector moment = scores.colwise().sum().transpose();
    const Matrix meat = scores.transpose() * scores;
    result_.tests.overidentification = square_norm(moment, meat);
    result_.tests.overidentification_df = extra;
    result_.tests.overidentification_p =
        chi2_upper(result_.tests.overidentification, static_cast<double>(extra));
  }

  const ModelFrame& frame_;
  GlmProblem problem_;
  const GlmOptions& options_;
  Context& context_;
  Index n_;
  Index k_;
  Index n_exogenous_;
  std::shared_ptr<const AbsorptionPlan> plan_;
  Vector y_;
  Vector eta_;
  Vector mu_;
  std::vector<double> working_;
  Matrix regressors_;
  Matrix instruments_;
  Matrix projected_;
  Vector coefficients_;
  InstrumentedFit result_;
};

}  // namespace

InstrumentedFit fit_instrumented(const ModelFrame& frame, Index n_endogenous,
                                 const GlmOptions& options, Context& context, const GlmFit* start) {
  return Instrumented(frame, n_endogenous, options, context, start).run();
}

}  // namespace altyn::estimation
