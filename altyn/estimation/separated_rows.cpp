#include "altyn/estimation/separated_rows.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "altyn/estimation/at.h"
#include "altyn/estimation/net_regressors.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double kMoved = 0.1;           // of a linear predictor in one Newton step
constexpr double kNullShare = 1e-10;     // of a regressor's sum of squares
constexpr double kNetted = 1e-8;         // error of regressors net of effects
constexpr double kRectifierZero = 1e-4;  // fits closer to zero count as zero
constexpr int kRectifierSteps = 100;
constexpr double kCertificateShare = 1e-6;
constexpr double kTinyMean = 1e-6;

bool log_link(Family family) { return family == Family::kPoisson || family == Family::kGamma; }

bool any_zero(const ModelFrame& frame) {
  return frame.ranks.any(std::find(frame.y.values.begin(), frame.y.values.end(), 0.0) !=
                         frame.y.values.end());
}

/// Calls visit(frame row, place in fit order, change of its linear predictor in one more Newton
/// step), some thousand rows after the other.
template <class Visit>
void for_each_move(const ModelFrame& frame, const GlmFit& fit, Context& context,
                   const Visit& visit) {
  const GlmProblem problem = frame.problem();
  const GlmFit next = fit_glm(
      problem, {.tolerance = 0.0, .max_iterations = 1, .row_results = false}, context, &fit);
  const std::span<const GroupId> rows = fit.plan->rows();
  const LinearPredictors before(problem, fit);
  const LinearPredictors after(problem, next);
  constexpr Index kAtOnce = 8192;
  std::vector<double> from(kAtOnce);
  std::vector<double> to(kAtOnce);
  for (Index begin = 0; begin < fit.n_rows(); begin += kAtOnce) {
    const auto count = at(std::min(kAtOnce, fit.n_rows() - begin));
    before.compute(begin, std::span(from).first(count));
    after.compute(begin, std::span(to).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = at(begin) + i;
      visit(rows.empty() ? place : std::size_t{rows[place]}, place, to[i] - from[i]);
    }
  }
}

/// A column of the fit in the order of the frame: itself where the orders agree.
std::span<const double> in_frame_order(const GlmFit& fit, const Column& column, Column& storage) {
  const std::span<const GroupId> rows = fit.plan->rows();
  if (rows.empty()) return column;
  storage.resize(column.size());
  for (std::size_t place = 0; place < rows.size(); ++place) storage[rows[place]] = column[place];
  return storage;
}

// ------------------------------------------------------------------------------------- simplex

/// Sum of squares of every regressor.
Vector sums_of_squares(const GlmProblem& problem) {
  Vector squares = Vector::Zero(problem.n_regressors());
  Index j = 0;
  for (const std::span<const double> column : problem.regressors) {
    for (const double value : column) squares(j) += value * value;
    ++j;
  }
  for (const CellRegressors& set : problem.cells) {
    for (std::size_t row = 0; row < set.ids.size(); ++row) {
      if (set.ids[row] == kNoGroup) continue;
      const double value = set.values.empty() ? 1.0 : set.values[row];
      squares(j + set.ids[row]) += value * value;
    }
    j += static_cast<Index>(set.names.size());
  }
  return squares;
}

/// Combinations of the regressors [n x m] with weights [k x m].
Matrix combinations(const GlmProblem& problem, const Matrix& weights) {
  Matrix result = Matrix::Zero(problem.n_rows(), weights.cols());
  Index j = 0;
  for (const std::span<const double> column : problem.regressors) {
    result += Eigen::Map<const Vector>(column.data(), problem.n_rows()) * weights.row(j++);
  }
  for (const CellRegressors& set : problem.cells) {
    for (std::size_t row = 0; row < set.ids.size(); ++row) {
      if (set.ids[row] == kNoGroup) continue;
      const double value = set.values.empty() ? 1.0 : set.values[row];
      result.row(static_cast<Index>(row)) += value * weights.row(j + set.ids[row]);
    }
    j += static_cast<Index>(set.names.size());
  }
  return result;
}

/// Maximises the sum of Z c over c with Z c >= 0 and |c_j| <= 1 by the simplex method on its dual,
/// minimise sum(p + q) subject to p - q - Z'l = Z'1 with p, q, l >= 0, whose basis has as many rows
/// as Z has columns. Returns c, or nothing when the pivots run out.
std::optional<Vector> positive_combination(const Matrix& z) {
  const Index n = z.rows();
  const Index m = z.cols();
  const Vector right = z.colwise().sum().transpose();
  std::vector<Index> basis(at(m));  // j < m: p_j; j < 2m: q_(j - m); else l_(j - 2m)
  for (Index j = 0; j < m; ++j) basis[at(j)] = right(j) >= 0.0 ? j : m + j;
  const auto column = [&](Index variable) -> Vector {
    if (variable < m) return Vector::Unit(m, variable);
    if (variable < 2 * m) return -Vector::Unit(m, variable - m);
    return -z.row(variable - 2 * m).transpose();
  };
  constexpr double kReduced = 1e-9;
  const Index limit = 100 * (m + 10);
  for (Index pivot = 0; pivot < limit; ++pivot) {
    Matrix b(m, m);
    Vector cost(m);
    for (Index j = 0; j < m; ++j) {
      b.col(j) = column(basis[at(j)]);
      cost(j) = basis[at(j)] < 2 * m ? 1.0 : 0.0;
    }
    const Vector c = numerics::solve_general(b.transpose(), cost);
    const Vector x = numerics::solve_general(b, right);
    // Reduced costs: z_i'c of l_i, 1 - c_j of p_j, 1 + c_j of q_j. The most negative enters; after
    // many pivots the first (Bland), which cannot cycle.
    const bool bland = pivot > limit / 2;
    Index entering = -1;
    double worst = -kReduced;
    const auto consider = [&](Index variable, double reduced) {
      if (reduced >= worst || (bland && entering >= 0)) return;
      worst = bland ? -kReduced : reduced;
      entering = variable;
    };
    for (Index j = 0; j < m; ++j) {
      consider(j, 1.0 - c(j));
      consider(m + j, 1.0 + c(j));
    }
    const Vector along = z * c;
    for (Index i = 0; i < n; ++i) consider(2 * m + i, along(i));
    if (entering < 0) return c;
    const Vector direction = numerics::solve_general(b, column(entering));
    Index leaving = -1;
    double step = std::numeric_limits<double>::infinity();
    for (Index j = 0; j < m; ++j) {
      if (direction(j) <= 1e-11) continue;
      const double ratio = std::max(x(j), 0.0) / direction(j);
      if (ratio < step || (ratio == step && basis[at(j)] < basis[at(leaving)])) {
        step = ratio;
        leaving = j;
      }
    }
    if (leaving < 0) return std::nullopt;
    basis[at(leaving)] = entering;
  }
  return std::nullopt;
}

/// All rows of Z that some combination makes positive while no row is negative.
std::vector<char> coverable_rows(Matrix z) {
  std::vector<char> covered(at(z.rows()), 0);
  std::vector<Index> left;
  for (Index i = 0; i < z.rows(); ++i) {
    const double size = z.row(i).cwiseAbs().maxCoeff();
    if (size < 1e-9) continue;  // no combination reaches this row
    z.row(i) /= size;
    left.push_back(i);
  }
  while (!left.empty()) {
    Matrix rest(static_cast<Index>(left.size()), z.cols());
    for (std::size_t k = 0; k < left.size(); ++k) rest.row(static_cast<Index>(k)) = z.row(left[k]);
    const std::optional<Vector> c = positive_combination(rest);
    if (!c) return covered;
    const Vector along = rest * *c;
    constexpr double kPositive = 1e-7;
    std::vector<Index> still;
    for (std::size_t k = 0; k < left.size(); ++k) {
      if (along(static_cast<Index>(k)) > kPositive) {
        covered[at(left[k])] = 1;
      } else {
        still.push_back(left[k]);
      }
    }
    if (still.size() == left.size()) return covered;
    // Rows covered now no longer bind: adding enough of this certificate keeps them positive.
    left = std::move(still);
  }
  return covered;
}

}  // namespace

bool may_be_separated(const ModelFrame& frame, const GlmFit& fit, Context& context) {
  if (!log_link(frame.family) || !any_zero(frame)) return false;
  if (fit.status == SolveStatus::kCancelled) return false;
  if (fit.status != SolveStatus::kConverged) return true;
  // Collinear regressors left before the fit: one that is collinear at the fitted weights alone
  // differs from the others only in rows whose means have vanished.
  if (std::find(fit.redundant.begin(), fit.redundant.end(), true) != fit.redundant.end()) {
    return true;
  }
  bool moves = false;
  for_each_move(frame, fit, context, [&](std::size_t row, std::size_t, double move) {
    moves = moves || (frame.y.values[row] == 0.0 && !(std::abs(move) <= kMoved));
  });
  return frame.ranks.any(moves);
}

std::vector<char> separated_by_simplex(const ModelFrame& frame, const AbsorptionPlan& plan,
                                       Context& context) {
  const std::span<const double> y = frame.y.values;
  std::vector<char> separated(y.size(), 0);
  const GlmProblem problem = frame.problem();
  const Index k = problem.n_regressors();
  if (k == 0) return separated;
  Column positive(y.size());
  for (std::size_t row = 0; row < y.size(); ++row) positive[row] = y[row] > 0.0 ? 1.0 : 0.0;
  // In units in which every regressor has a mean square of one.
  Vector unit = sums_of_squares(problem);
  frame.ranks.sum(std::span(unit.data(), static_cast<std::size_t>(k)));
  const auto n_all = static_cast<double>(frame.ranks.sum(problem.n_rows()));
  unit /= n_all;
  unit = unit.unaryExpr([](double square) { return square > 0.0 ? 1.0 / std::sqrt(square) : 1.0; });
  const std::vector<double> products =
      net_regressors(problem, plan, positive, kNetted, context).hessian;
  const Matrix moments = unit.asDiagonal() * Eigen::Map<const Matrix>(products.data(), k, k) *
                         unit.asDiagonal() / n_all;
  const auto [roots, vectors] = numerics::eigen_symmetric(moments);
  Index m = 0;
  while (m < k && roots(m) < kNullShare) ++m;
  // The linear program sees all rows at once. Several ranks leave them to the rectifier, which
  // finds whatever the regressors separate.
  if (m == 0 || frame.ranks.several()) return separated;
  // The combinations themselves, extended by the effects that fit them in the positive rows.
  Matrix combined = combinations(problem, unit.asDiagonal() * vectors.leftCols(m));
  std::vector<std::span<double>> columns;
  for (Index j = 0; j < m; ++j) columns.emplace_back(combined.col(j).data(), y.size());
  if (!frame.effects.empty()) (void)absorb(plan, columns, positive, AbsorbOptions{}, context);
  std::vector<std::size_t> zero_rows;
  for (std::size_t row = 0; row < y.size(); ++row) {
    if (y[row] == 0.0) zero_rows.push_back(row);
  }
  Matrix z(static_cast<Index>(zero_rows.size()), m);
  for (std::size_t i = 0; i < zero_rows.size(); ++i) {
    z.row(static_cast<Index>(i)) = combined.row(static_cast<Index>(zero_rows[i]));
  }
  const std::vector<char> covered = coverable_rows(std::move(z));
  for (std::size_t i = 0; i < zero_rows.size(); ++i) separated[zero_rows[i]] = covered[i];
  return separated;
}

std::vector<char> separated_by_rectifier(const ModelFrame& frame, Context& context) {
  const std::span<const double> y = frame.y.values;
  std::vector<char> separated(y.size(), 0);
  Column target(y.size());
  Column weights(y.size());
  Column storage;
  const comm::Ranks& ranks = frame.ranks;
  const double n_zero = ranks.sum(static_cast<double>(std::count(y.begin(), y.end(), 0.0)));
  if (n_zero == 0.0) return separated;
  const double held = std::clamp(1e5 * n_zero, 1e7, 1e10);
  for (std::size_t row = 0; row < y.size(); ++row) {
    target[row] = y[row] == 0.0 ? 1.0 : 0.0;
    weights[row] = y[row] == 0.0 ? 1.0 : held;
  }
  GlmProblem problem = frame.problem();
  problem.family = Family::kGaussian;
  problem.y = target;
  problem.weights = weights;
  problem.offset = {};
  // Scores are measured against the zero rows: the held rows' weights leave rounding of their own.
  const GlmOptions options{.tolerance = 1e-7};
  std::optional<GlmFit> fit;
  bool settled = false;
  for (int step = 0; step < kRectifierSteps && !settled; ++step) {
    std::optional<GlmFit> next =
        fit_glm(problem, options, context, fit.has_value() ? &*fit : nullptr);
    fit = std::move(next);
    if (fit->status != SolveStatus::kConverged) return separated;
    const std::span<const double> fitted = in_frame_order(*fit, fit->mu, storage);
    settled = true;
    bool any = false;
    for (std::size_t row = 0; row < y.size(); ++row) {
      if (y[row] > 0.0) continue;
      const double value = std::abs(fitted[row]) < kRectifierZero ? 0.0 : fitted[row];
      settled = settled && value >= 0.0;
      any = any || value > 0.0;
      target[row] = std::max(value, 0.0);
    }
    settled = !ranks.any(!settled);
    if (!ranks.any(any)) return separated;
  }
  if (!settled) return separated;
  // The certificate regression: with every other row held at zero, the positive part must stay.
  double largest = 0.0;
  for (std::size_t row = 0; row < y.size(); ++row) {
    weights[row] = target[row] > 0.0 ? 1.0 : held;
    largest = std::max(largest, target[row]);
  }
  largest = ranks.max(largest);
  const GlmFit proof = fit_glm(problem, options, context, &*fit);
  if (proof.status != SolveStatus::kConverged) return separated;
  const std::span<const double> fitted = in_frame_order(proof, proof.mu, storage);
  const double edge = kCertificateShare * largest;
  bool proven = true;
  for (std::size_t row = 0; row < y.size() && proven; ++row) {
    proven = target[row] > 0.0 ? fitted[row] > edge : std::abs(fitted[row]) <= edge;
  }
  if (ranks.any(!proven)) return separated;
  for (std::size_t row = 0; row < y.size(); ++row) separated[row] = target[row] > 0.0 ? 1 : 0;
  return separated;
}

std::vector<char> separated_by_means(const ModelFrame& frame, const GlmFit& fit, Context& context) {
  const std::span<const double> y = frame.y.values;
  std::vector<char> separated(y.size(), 0);
  double smallest = std::numeric_limits<double>::infinity();
  for (const double value : y) {
    if (value > 0.0) smallest = std::min(smallest, value);
  }
  smallest = -frame.ranks.max(-smallest);
  for_each_move(frame, fit, context, [&](std::size_t row, std::size_t place, double move) {
    separated[row] = y[row] == 0.0 && move < -0.5 && fit.mu[place] < kTinyMean * smallest ? 1 : 0;
  });
  return separated;
}

}  // namespace altyn::estimation
