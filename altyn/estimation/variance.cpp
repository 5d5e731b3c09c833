#include "altyn/estimation/variance.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/leverage.h"
#include "altyn/estimation/score_moments.h"
#include "altyn/estimation/weighted_gram.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

// Notation: k regressors with a coefficient, one more column of ones when the mean effect is
// wanted (p = k or k + 1); S [G x p] score sums of G clusters; T [p x p] takes score sums to
// influences on the coefficients and the mean effect.

using Matrix = Eigen::MatrixXd;
constexpr std::size_t kMaxGroupings = 4;

class Sandwich {
 public:
  Sandwich(const ModelFrame& frame, const GlmProblem& problem, const GlmFit& fit,
           const AbsorbedFreedom& freedom, const VarianceSpec& spec,
           std::span<const double> constant_means, Context& context)
      : frame_(frame),
        problem_(problem),
        fit_(fit),
        freedom_(freedom),
        spec_(spec),
        context_(context),
        has_constant_(!constant_means.empty() || problem.n_regressors() == 0) {
    for (Index j = 0; j < problem.n_regressors(); ++j) {
      if (!fit.redundant[at(j)]) kept_.push_back(j);
    }
    count_rows();
    score_weights();
    make_transform(constant_means);
  }

  Variance run() {
    VarianceKind kind = spec_.kind;
    if (kind == VarianceKind::kAuto) {
      kind = spec_.clusters.empty() ? VarianceKind::kRobust : VarianceKind::kCluster;
    }
    result_.degrees_of_freedom = std::numeric_limits<double>::infinity();
    Matrix covariance;
    switch (kind) {
      case VarianceKind::kIid:
        covariance = iid();
        break;
      case VarianceKind::kHc2:
      case VarianceKind::kHc3:
        covariance = by_leverage(kind == VarianceKind::kHc3);
        break;
      case VarianceKind::kCluster:
        covariance = clustered();
        break;
      case VarianceKind::kDyadic:
        covariance = dyadic();
        break;
      case VarianceKind::kDriscollKraay:
        covariance = driscoll_kraay();
        break;
      case VarianceKind::kConley:
        covariance = conley();
        break;
      default:
        covariance = robust(kind == VarianceKind::kRobust);
    }
    write(covariance);
    return std::move(result_);
  }

 private:
  [[nodiscard]] Index p() const {
    return static_cast<Index>(kept_.size()) + (has_constant_ ? 1 : 0);
  }
  [[nodiscard]] bool gaussian() const { return frame_.family == Family::kGaussian; }

  void count_rows() {
    n_ = static_cast<double>(frame_.n_all_rows());
    if (spec_.weight_meaning == WeightMeaning::kFrequency && !problem_.weights.empty()) {
      n_ = 0.0;
      for (const double weight : problem_.weights) n_ += weight;
      n_ = frame_.ranks.sum(n_);
    }
    // When all effects are nested in clusters, the mean still counts.
    const bool only_nested = freedom_.any_nested && freedom_.n_absorbed == 0;
    const Index absorbed = spec_.convention == SeConvention::kFixest ? freedom_.n_absorbed_simple
                                                                     : freedom_.n_absorbed;
    n_parameters_ = static_cast<double>(kept_.size()) + static_cast<double>(absorbed) +
                    (only_nested ? 1.0 : 0.0);
  }

  /// Weighted score of every row, in fit order.
  void score_weights() {
    score_.assign(fit_.residual.begin(), fit_.residual.end());
    if (problem_.weights.empty()) return;
    const std::span<const GroupId> rows = fit_.plan->rows();
    weights_.assign(problem_.weights.begin(), problem_.weights.end());
    for (std::size_t p = 0; p < rows.size(); ++p) weights_[p] = problem_.weights[rows[p]];
    for (std::size_t row = 0; row < score_.size(); ++row) score_[row] *= weights_[row];
  }

  void make_transform(std::span<const double> means) {
    const auto k = static_cast<Index>(kept_.size());
    const Index all = problem_.n_regressors();
    Matrix hessian(k, k);
    for (Index a = 0; a < k; ++a) {
      for (Index b = 0; b < k; ++b) {
        hessian(a, b) = fit_.hessian[at(kept_[at(a)] * all + kept_[at(b)])];
      }
    }
    // Scaled to a unit diagonal: regressors may differ by many orders of magnitude.
    const Eigen::VectorXd scale = hessian.diagonal().array().rsqrt();
    const Matrix scaled = scale.asDiagonal() * hessian * scale.asDiagonal();
    inverse_ = scale.asDiagonal() * numerics::inverse_symmetric(scaled) * scale.asDiagonal();
    transform_ = Matrix::Zero(p(), p());
    transform_.topLeftCorner(k, k) = inverse_;
    if (!has_constant_) return;
    Eigen::VectorXd mean(k);
    for (Index a = 0; a < k; ++a) mean(a) = means[at(kept_[at(a)])];
    total_weight_ = 0.0;
    for (std::size_t row = 0; row < fit_.mu.size(); ++row) {
      total_weight_ +=
          working_weight(frame_.family, fit_.mu[row]) * (weights_.empty() ? 1.0 : weights_[row]);
    }
    total_weight_ = frame_.ranks.sum(total_weight_);
    transform_.block(k, 0, 1, k) = -mean.transpose() * inverse_;
    transform_(k, k) = 1.0 / total_weight_;
  }

  [[nodiscard]] RowScores row_scores() const {
    ALTYN_CHECK(problem_.cells.empty(), "scores by row need regressors net of effects");
    RowScores scores{
        .columns = {}, .score = score_, .rows = fit_.plan->rows(), .ranks = frame_.ranks};
    for (const Index j : kept_) scores.columns.push_back(fit_.partialled_column(j).data());
    if (has_constant_) scores.columns.push_back(nullptr);
    return scores;
  }

  [[nodiscard]] Matrix sandwich(const std::vector<double>& moment) const {
    const Eigen::Map<const Matrix> meat(moment.data(), p(), p());
    return result_.factor * transform_ * meat * transform_.transpose();
  }

  /// The factor of `groups` independent units, and the degrees of freedom that go with it.
  void use_factor(double groups) {
    if (spec_.convention != SeConvention::kNone) {
      result_.factor = groups / (groups - 1.0);
      if (gaussian() || spec_.convention == SeConvention::kFixest) {
        result_.factor *= (n_ - 1.0) / (n_ - n_parameters_);
      }
    }
    if (gaussian()) result_.degrees_of_freedom = std::min(groups - 1.0, n_ - n_parameters_);
  }

  // ---- kinds

  Matrix iid() {
    result_.kind = "iid";
    const auto k = static_cast<Index>(kept_.size());
    double dispersion = 1.0;
    if (gaussian() || frame_.family == Family::kGamma) {
      double square = 0.0;  // Pearson: (y - mu)^2 / variance function; the score is (y - mu) / mu
      for (std::size_t row = 0; row < score_.size(); ++row) {
        square += score_[row] * fit_.residual[row];
      }
      square = frame_.ranks.sum(square);
      const double rest = spec_.convention == SeConvention::kNone ? n_ : n_ - n_parameters_;
      dispersion = square / rest;
      if (gaussian()) result_.degrees_of_freedom = n_ - n_parameters_;
    } else if (spec_.convention == SeConvention::kFixest) {
      dispersion = (n_ - 1.0) / (n_ - n_parameters_);
    }
    result_.factor = dispersion;
    Matrix bread = Matrix::Zero(p(), p());
    bread.topLeftCorner(k, k) = inverse_;
    if (has_constant_) {
      const Matrix row = transform_.block(k, 0, 1, k);
      bread.block(k, 0, 1, k) = row;
      bread.block(0, k, k, 1) = row.transpose();
      // mean' H^-1 mean, from the transform row -mean' H^-1
      bread(k, k) =
          1.0 / total_weight_ + (row * numerics::solve_symmetric(inverse_, row.transpose()))(0, 0);
    }
    return dispersion * bread;
  }

  Matrix robust(bool with_factor) {
    result_.kind = with_factor ? "robust" : "robust, no factor (HC0)";
    if (with_factor && spec_.convention != SeConvention::kNone) {
      const bool small = gaussian() || spec_.convention == SeConvention::kFixest;
      result_.factor = n_ / (n_ - (small ? n_parameters_ : 1.0));
    }
    return heteroskedastic({});
  }

  Matrix by_leverage(bool full) {
    result_.kind = full ? "robust by leverage (HC3)" : "robust by leverage (HC2)";
    const std::vector<double> inverse(inverse_.data(), inverse_.data() + inverse_.size());
    std::vector<double> divisor = leverages(frame_, problem_, fit_, kept_, inverse);
    for (double& value : divisor) {
      const double rest = 1.0 - value;
      // A row that its effects fit perfectly has no residual and nothing to divide.
      value = rest < 1e-10 ? 1.0 : full ? rest * rest : rest;
    }
    return heteroskedastic(divisor);
  }

  /// Cross products of the rows' scores, each square divided by its divisor when there are any.
  Matrix heteroskedastic(const std::vector<double>& divisor) {
    Column square(score_.size());
    for (std::size_t row = 0; row < square.size(); ++row) {
      // A row of frequency w is w rows with the score of one.
      square[row] = spec_.weight_meaning == WeightMeaning::kFrequency
                        ? score_[row] * fit_.residual[row]
                        : score_[row] * score_[row];
      if (!divisor.empty()) square[row] /= divisor[row];
    }
    std::vector<const double*> columns = row_scores().columns;
    const Column ones(has_constant_ ? score_.size() : 0, 1.0);
    if (has_constant_) columns.back() = ones.data();
    if (gaussian()) result_.degrees_of_freedom = n_ - n_parameters_;
    std::vector<double> meat = weighted_gram(columns, static_cast<Index>(score_.size()),
                                             square.data(), score_.data(), context_)
                                   .products;
    frame_.ranks.sum(meat);
    return sandwich(meat);
  }

  Matrix clustered() {
    if (spec_.clusters.empty()) {
      throw InputError({.code = "no-clusters",
                        .what = "clustered standard errors need a cluster variable",
                        .where = "cluster",
                        .why = "rows of one cluster may depend on each other",
                        .fixes = {"--cluster exporter^importer"}});
    }
    if (spec_.clusters.size() > kMaxGroupings) {
      throw InputError(
          {.code = "too-many-clusters",
           .what = fmt::format("{} groupings of clusters", spec_.clusters.size()),
           .where = "cluster",
           .why = fmt::format("inclusion and exclusion is done for up to {}", kMaxGroupings)});
    }
    const std::size_t q = spec_.clusters.size();
    std::vector<double> meat(static_cast<std::size_t>(p() * p()), 0.0);
    double fewest = std::numeric_limits<double>::infinity();
    std::vector<std::string> names;
    for (unsigned subset = 1; subset < (1U << q); ++subset) {
      KeyGroup group;
      for (std::size_t c = 0; c < q; ++c) {
        if ((subset >> c & 1U) == 0) continue;
        for (const Index key : spec_.clusters[c].keys) {
          if (std::find(group.keys.begin(), group.keys.end(), key) == group.keys.end()) {
            group.keys.push_back(key);
          }
        }
      }
      const CombinedIds clusters = frame_.ids_of(group);
      const std::vector<double> moment = problem_.cells.empty()
                                             ? cluster_moment(row_scores(), clusters, context_)
                                             : cell_moment(clusters);
      const double sign = std::popcount(subset) % 2 == 1 ? 1.0 : -1.0;
      for (std::size_t k = 0; k < meat.size(); ++k) meat[k] += sign * moment[k];
      if (std::popcount(subset) != 1) continue;
      const auto c = static_cast<std::size_t>(std::countr_zero(subset));
      const Index n_clusters = frame_.count_groups(clusters);
      if (n_clusters < 2) fail_few(spec_.clusters[c].name);
      fewest = std::min(fewest, static_cast<double>(n_clusters));
      result_.n_clusters.push_back(n_clusters);
      names.push_back(spec_.clusters[c].name);
    }
    result_.kind = fmt::format("clustered by {}", fmt::join(names, " and "));
    use_factor(fewest);
    Matrix covariance = sandwich(meat);
    if (q > 1) make_semidefinite(covariance);
    return covariance;
  }

  /// cluster_moment of a fit with cells, whose x~ are formed as they are summed.
  [[nodiscard]] std::vector<double> cell_moment(const CombinedIds& clusters) const {
    const auto n_groups = static_cast<Index>(clusters.n_groups);
    const std::vector<double> sums = sum_scores(problem_, fit_, clusters.ids, n_groups, context_);
    const Index all = problem_.n_regressors();
    const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>
        every(sums.data(), n_groups, all);
    Matrix s(n_groups, p());
    for (std::size_t a = 0; a < kept_.size(); ++a) {
      s.col(static_cast<Index>(a)) = every.col(kept_[a]);
    }
    if (has_constant_) {
      const RowScores ones{.columns = {nullptr}, .score = score_, .rows = fit_.plan->rows()};
      const std::vector<double> own = group_sums(ones, clusters.ids, clusters.n_groups, context_);
      s.col(p() - 1) = Eigen::Map<const Eigen::VectorXd>(own.data(), n_groups);
    }
    const Matrix moment = s.transpose() * s;
    return {moment.data(), moment.data() + moment.size()};
  }

  Matrix dyadic() {
    if (spec_.clusters.size() != 2 || spec_.clusters[0].keys.size() != 1 ||
        spec_.clusters[1].keys.size() != 1) {
      throw InputError({.code = "no-dyads",
                        .what = "dyadic standard errors need the two members of a pair",
                        .where = "cluster",
                        .why = "pairs that share a member may depend on each other",
                        .fixes = {"--cluster \"exporter + importer\" --variance dyadic"}});
    }
    const CodedColumn& first = frame_.keys[at(spec_.clusters[0].keys[0])];
    const CodedColumn& second = frame_.keys[at(spec_.clusters[1].keys[0])];
    // One numbering for both columns: an economy is the same on either side.
    std::map<std::string, GroupId> members;
    const auto numbered = [&](const CodedColumn& column) {
      std::vector<GroupId> number(column.n_levels);
      for (GroupId level = 0; level < column.n_levels; ++level) {
        const auto next = static_cast<GroupId>(members.size());
        number[level] = members.try_emplace(column.label(level), next).first->second;
      }
      std::vector<GroupId> ids(column.ids.values.size());
      for (std::size_t row = 0; row < ids.size(); ++row) ids[row] = number[column.ids.values[row]];
      return ids;
    };
    const std::vector<GroupId> a = numbered(first);
    const std::vector<GroupId> b = numbered(second);
    std::vector<char> occurs(members.size(), 0);
    for (const auto* ids : {&a, &b}) {
      for (const GroupId id : *ids) occurs[id] = 1;
    }
    const auto n_members = std::count(occurs.begin(), occurs.end(), char{1});
    if (n_members < 2) fail_few(fmt::format("{} + {}", first.name, second.name));
    result_.kind = fmt::format("dyadic-robust by {} and {}", first.name, second.name);
    result_.n_clusters = {static_cast<Index>(n_members)};
    use_factor(static_cast<double>(n_members));
    Matrix covariance =
        sandwich(dyadic_moment(row_scores(), a, b, static_cast<GroupId>(members.size()), context_));
    make_semidefinite(covariance);
    return covariance;
  }

  Matrix driscoll_kraay() {
    if (!spec_.time) {
      throw InputError(
          {.code = "no-periods",
           .what = "Driscoll-Kraay standard errors need the column of periods",
           .where = "time",
           .why = "rows of one period, and of periods near it, may depend on each other",
           .fixes = {"--variance driscoll_kraay --time year"}});
    }
    const CombinedIds periods = frame_.ids_of(*spec_.time);
    if (periods.n_groups < 2) fail_few(spec_.time->name);
    const double t = periods.n_groups;
    const Index lags = spec_.lags >= 0
                           ? spec_.lags
                           : static_cast<Index>(std::floor(4.0 * std::pow(t / 100.0, 2.0 / 9.0)));
    result_.kind = fmt::format("Driscoll-Kraay by {}, {} lags", spec_.time->name, lags);
    result_.n_clusters = {static_cast<Index>(periods.n_groups)};
    use_factor(t);
    return sandwich(serial_moment(row_scores(), periods, lags, context_));
  }

  Matrix conley() {
    if (spec_.latitude.empty() || spec_.longitude.empty() || !(spec_.cutoff_km > 0.0)) {
      throw InputError(
          {.code = "no-coordinates",
           .what = "Conley standard errors need coordinates and a distance",
           .where = "latitude, longitude, cutoff_km",
           .why = "rows of places within the distance may depend on each other",
           .fixes = {"--variance conley --latitude lat --longitude lon --cutoff-km 500"}});
    }
    const bool bartlett = spec_.kernel == SpatialKernel::kBartlett;
    result_.kind = fmt::format("Conley within {:g} km, {} kernel", spec_.cutoff_km,
                               bartlett ? "Bartlett" : "uniform");
    use_factor(n_);
    Matrix covariance = sandwich(spatial_moment(row_scores(), spec_.latitude, spec_.longitude,
                                                spec_.cutoff_km, bartlett, context_));
    make_semidefinite(covariance);
    return covariance;
  }

  [[noreturn]] static void fail_few(const std::string& name) {
    throw InputError({.code = "too-few-clusters",
                      .what = fmt::format("{} has a single cluster", name),
                      .where = "cluster",
                      .why = "a variance between clusters needs at least two"});
  }

  /// Sets negative eigenvalues to zero. Source: Cameron, Gelbach and Miller (2011), section 2.3.
  void make_semidefinite(Matrix& covariance) {
    const auto k = static_cast<Index>(kept_.size());
    if (k == 0) return;
    const auto [roots, vectors] = numerics::eigen_symmetric(covariance.topLeftCorner(k, k));
    if (roots(0) >= 0.0) return;
    result_.made_semidefinite = true;
    covariance.topLeftCorner(k, k) =
        vectors * roots.cwiseMax(0.0).asDiagonal() * vectors.transpose();
  }

  void write(const Matrix& covariance) {
    const Index all = problem_.n_regressors();
    result_.covariance.assign(at(all * all), 0.0);
    for (std::size_t a = 0; a < kept_.size(); ++a) {
      for (std::size_t b = 0; b < kept_.size(); ++b) {
        const auto i = static_cast<Index>(a);
        const auto j = static_cast<Index>(b);
        result_.covariance[at(kept_[a] * all + kept_[b])] =
            0.5 * (covariance(i, j) + covariance(j, i));
      }
    }
    if (has_constant_) result_.constant_variance = covariance(p() - 1, p() - 1);
  }

  const ModelFrame& frame_;
  const GlmProblem& problem_;
  const GlmFit& fit_;
  const AbsorbedFreedom& freedom_;
  const VarianceSpec& spec_;
  Context& context_;
  bool has_constant_;
  std::vector<Index> kept_;
  double n_ = 0.0;
  double n_parameters_ = 0.0;
  double total_weight_ = 0.0;
  Column weights_;  // fit order; empty = 1
  Column score_;    // weight * residual, fit order
  Matrix inverse_;
  Matrix transform_;
  Variance result_;
};

}  // namespace

std::string_view to_string(SeConvention convention) {
  switch (convention) {
    case SeConvention::kStata:
      return "stata";
    case SeConvention::kFixest:
      return "fixest";
    default:
      return "none";
  }
}

Variance estimate_variance(const ModelFrame& frame, const GlmProblem& problem, const GlmFit& fit,
                           const AbsorbedFreedom& freedom, const VarianceSpec& spec,
                           std::span<const double> constant_means, Context& context) {
  return Sandwich(frame, problem, fit, freedom, spec, constant_means, context).run();
}

}  // namespace altyn::estimation
