#include "altyn/estimation/bias_correction.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/gravity_structure.h"
#include "altyn/estimation/pivoted_inverse.h"
#include "altyn/numerics/dense_solve.h"

namespace altyn::estimation {
namespace {

// Notation (Weidner and Zylkin 2021, written for any units and unbalanced panels)
//   unit p     a level of the pair effect (in two-way models an exporter-importer pair); rows r in
//   p mu, e      fitted mean and y - mu of a row, both times the row's weight; sum of e over a unit
//              is 0 in three-way models
//   M_p        sum of mu over the unit
//   x          regressors net of all effects; mu-weighted sums over levels are 0
//   H_p        diag(mu) - mu mu' / M_p: Hessian of the unit's profile likelihood (three-way);
//              diag(mu) (two-way)
//   side       one of the two effects with time keys; its groups i are levels of its other keys
//   H_i, S_i   sums over the group's units of H_p and of e e', by time [T x T]

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

[[noreturn]] void fail_structure(std::string what) {
  throw InputError(
      {.code = "no-bias-correction",
       .what = std::move(what),
       .where = "bias correction",
       .why = "the correction is known for ppml with exporter-year and importer-year effects, with "
              "or without pair effects",
       .fixes = {"trade ~ x | exporter^year + importer^year + exporter^importer"}});
}

GravityStructure structure_of(const ModelFrame& frame) {
  if (frame.family != Family::kPoisson) fail_structure("the family is not ppml");
  std::optional<GravityStructure> found = find_gravity_structure(frame);
  if (!found) fail_structure("no two effects are exporter-year and importer-year");
  return *found;
}

bool contains(const std::vector<Index>& keys, Index key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

class Correction {
 public:
  Correction(const FittedModel& model, Context& context)
      : model_(model),
        frame_(model.frame),
        context_(context),
        structure_(structure_of(model.frame)) {
    if (model.instruments) fail_structure("the model has instruments");
    if (!model.fit.certificate.holds()) {
      throw InputError({.code = "not-certified",
                        .what = "the fit is not certified",
                        .where = "bias correction",
                        .context = {model.fit.certificate.summary()},
                        .why = "a correction of numbers that solve nothing means nothing"});
    }
    read_rows();
    code_rows();
  }

  BiasCorrection run() {
    result_.three_way = structure_.pair.has_value();
    result_.n_pairs = static_cast<Index>(unit_start_.size()) - 1;
    make_hessian();
    Vector bias = Vector::Zero(k());
    if (result_.three_way) {
      Vector score = Vector::Zero(k());
      for (std::size_t side = 0; side < 2; ++side) score += side_score(side);
      bias = inverse_ * score;
    }
    const Matrix covariance = adjusted_covariance();
    write(bias, covariance);
    return std::move(result_);
  }

 private:
  [[nodiscard]] Index k() const { return static_cast<Index>(kept_.size()); }

  // ---- rows, sorted by unit

  void read_rows() {
    const GlmFit& fit = model_.fit;
    const std::size_t n = fit.mu.size();
    for (std::size_t j = 0; j < fit.redundant.size(); ++j) {
      if (!fit.redundant[j]) kept_.push_back(j);
    }
    mu_ = in_input_order(*fit.plan, fit.mu);
    e_ = in_input_order(*fit.plan, fit.residual);
    x_.resize(static_cast<Index>(n), k());
    for (Index j = 0; j < k(); ++j) {
      const std::vector<double> column =
          in_input_order(*fit.plan, fit.partialled_column(static_cast<Index>(kept_[at(j)])));
      x_.col(j) = Eigen::Map<const Vector>(column.data(), static_cast<Index>(n));
    }
    if (frame_.weights.empty()) return;
    for (std::size_t row = 0; row < n; ++row) {
      mu_[row] *= frame_.weights.values[row];
      e_[row] *= frame_.weights.values[row];
    }
  }

  void code_rows() {
    KeyGroup unit{.name = "pair", .keys = {}};
    if (structure_.pair) {
      unit.keys = frame_.effects[*structure_.pair].group.keys;
    } else {
      unit.keys = structure_.group_keys[0];
      for (const Index key : structure_.group_keys[1]) {
        if (!contains(unit.keys, key)) unit.keys.push_back(key);
      }
    }
    result_.pair_keys = unit.keys;
    std::vector<std::string> names;
    for (const Index key : unit.keys) names.push_back(frame_.keys[at(key)].name);
    result_.pair_name = fmt::format("{}", fmt::join(names, "^"));
    const CombinedIds units = frame_.ids_of(unit);
    unit_rows_.resize(units.ids.size());
    unit_start_.assign(std::size_t{units.n_groups} + 1, 0);
    for (const GroupId id : units.ids) ++unit_start_[id + std::size_t{1}];
    std::partial_sum(unit_start_.begin(), unit_start_.end(), unit_start_.begin());
    std::vector<std::size_t> next(unit_start_.begin(), unit_start_.end() - 1);
    for (std::size_t row = 0; row < units.ids.size(); ++row)
      unit_rows_[next[units.ids[row]]++] = row;
    unit_of_ = units.ids;
    unit_mu_.assign(units.n_groups, 0.0);
    for (std::size_t row = 0; row < mu_.size(); ++row) unit_mu_[units.ids[row]] += mu_[row];
    time_ = structure_.time_keys.empty()
                ? CombinedIds{.ids = numerics::RawVector<GroupId>(mu_.size(), 0), .n_groups = 1}
                : frame_.ids_of({.name = "time", .keys = structure_.time_keys});
    for (std::size_t s = 0; s < 2; ++s) {
      group_[s] = frame_.ids_of({.name = "group", .keys = structure_.group_keys[s]});
      level_[s] = frame_.ids_of(frame_.effects[structure_.sides[s]].group);
    }
  }

  void make_hessian() {
    const Eigen::Map<const Vector> mu(mu_.data(), static_cast<Index>(mu_.size()));
    const Matrix hessian = x_.transpose() * mu.asDiagonal() * x_;
    inverse_ = numerics::inverse_symmetric(hessian);
  }

  // ---- bias of one side: N / (N - 1) * (-sum_i B1_i + sum_i B2_i / 2)

  Vector side_score(std::size_t side) {
    const CombinedIds& groups = group_[side];
    std::vector<std::vector<std::size_t>> rows_of(groups.n_groups);
    // Rows of a group stand unit by unit.
    for (const std::size_t row : unit_rows_) rows_of[groups.ids[row]].push_back(row);
    std::vector<Vector> parts(groups.n_groups);
    context_.pool->for_each_shard(static_cast<Index>(groups.n_groups),
                                  [&](Index i) { parts[at(i)] = group_score(rows_of[at(i)]); });
    Vector sum = Vector::Zero(k());
    for (const Vector& part : parts) sum += part;
    const auto n = static_cast<double>(groups.n_groups);
    return n / (n - 1.0) * sum;
  }

  [[nodiscard]] Vector group_score(const std::vector<std::size_t>& rows) const {
    // Only the times in which the group has rows.
    std::vector<GroupId> times;
    for (const std::size_t row : rows) times.push_back(time_.ids[row]);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    const auto place = [&](std::size_t row) {
      return static_cast<Index>(std::lower_bound(times.begin(), times.end(), time_.ids[row]) -
                                times.begin());
    };
    const auto n_times = static_cast<Index>(times.size());
    Matrix h = Matrix::Zero(n_times, n_times);
    Matrix s = Matrix::Zero(n_times, n_times);
    std::vector<Matrix> g(at(k()), Matrix::Zero(n_times, n_times));
    for (std::size_t first = 0; first < rows.size();) {
      std::size_t last = first;
      while (last < rows.size() && unit_of_[rows[last]] == unit_of_[rows[first]]) ++last;
      const double total = unit_mu_[unit_of_[rows[first]]];
      for (std::size_t a = first; a < last; ++a) {
        const Index t = place(rows[a]);
        h(t, t) += mu_[rows[a]];
        for (Index j = 0; j < k(); ++j) {
          g[at(j)](t, t) -= mu_[rows[a]] * x_(static_cast<Index>(rows[a]), j);
        }
        for (std::size_t b = first; b < last; ++b) {
          const Index u = place(rows[b]);
          const double joint = mu_[rows[a]] * mu_[rows[b]] / total;
          h(t, u) -= joint;
          s(t, u) += e_[rows[a]] * e_[rows[b]];
          for (Index j = 0; j < k(); ++j) {
            g[at(j)](t, u) +=
                joint * (x_(static_cast<Index>(rows[a]), j) + x_(static_cast<Index>(rows[b]), j));
          }
        }
      }
      first = last;
    }
    const Matrix inverse = pseudo_inverse(h);
    const Matrix outer = inverse * s * inverse;
    Vector score = Vector::Zero(k());
    for (Index j = 0; j < k(); ++j) score(j) += 0.5 * g[at(j)].cwiseProduct(outer).sum();
    // B1: sum over units of e' H_i^+ (H_p x), and H_p x = mu x because the unit mean of x is zero.
    for (std::size_t first = 0; first < rows.size();) {
      std::size_t last = first;
      while (last < rows.size() && unit_of_[rows[last]] == unit_of_[rows[first]]) ++last;
      for (std::size_t a = first; a < last; ++a) {
        const Index t = place(rows[a]);
        for (std::size_t b = first; b < last; ++b) {
          const double cross = e_[rows[b]] * inverse(place(rows[b]), t) * mu_[rows[a]];
          score -= cross * x_.row(static_cast<Index>(rows[a])).transpose();
        }
      }
      first = last;
    }
    return score;
  }

  static Matrix pseudo_inverse(const Matrix& h) {
    const auto [values, vectors] = numerics::eigen_symmetric(h);
    const double edge = 1e-10 * values.cwiseAbs().maxCoeff();
    const Vector inverted = values.unaryExpr([edge](double v) { return v > edge ? 1.0 / v : 0.0; });
    return vectors * inverted.asDiagonal() * vectors.transpose();
  }

  // ---- variance: P / (P - 1) H^-1 sum_p x'(I - L_p)^-1 e e'x H^-1

  Matrix adjusted_covariance() {
    const auto n_levels =
        static_cast<Index>(level_[0].n_groups) + static_cast<Index>(level_[1].n_groups);
    result_.widened = !structure_.pair || n_levels <= model_.options.widen_levels;
    const Matrix meat = !result_.widened  ? plain_meat()
                        : structure_.pair ? exact_meat(whole_inverse())
                                          : exact_meat(time_inverses());
    const auto p = static_cast<double>(result_.n_pairs);
    const Matrix covariance = p / (p - 1.0) * inverse_ * meat * inverse_;
    return 0.5 * (covariance + covariance.transpose());
  }

  /// Generalised inverses of the Hessian of both sides' levels, block by block: `place` gives the
  /// position of a level (side 1 after side 0) within its block.
  struct FreedBlocks {
    std::vector<Matrix> inverses;
    std::vector<std::size_t> block;
    std::vector<Index> place;
  };

  [[nodiscard]] std::size_t node(std::size_t side, std::size_t row) const {
    return level_[side].ids[row] + (side == 1 ? std::size_t{level_[0].n_groups} : 0);
  }

  static Matrix inverse_of(const Matrix& hessian) {
    const std::vector<double> inverse =
        pivoted_inverse({hessian.data(), hessian.data() + hessian.size()}, hessian.rows());
    return Eigen::Map<const Matrix>(inverse.data(), hessian.rows(), hessian.cols());
  }

  /// Net of the pair effects everything hangs together: one block.
  FreedBlocks whole_inverse() {
    const std::size_t n = std::size_t{level_[0].n_groups} + level_[1].n_groups;
    FreedBlocks blocks{
        .inverses = {}, .block = std::vector<std::size_t>(n, 0), .place = std::vector<Index>(n)};
    std::iota(blocks.place.begin(), blocks.place.end(), Index{0});
    Matrix hessian = Matrix::Zero(static_cast<Index>(n), static_cast<Index>(n));
    for (std::size_t p = 0; p + 1 < unit_start_.size(); ++p) {
      for (std::size_t a = unit_start_[p]; a < unit_start_[p + 1]; ++a) {
        const std::size_t r = unit_rows_[a];
        for (std::size_t s = 0; s < 2; ++s) {
          for (std::size_t other = 0; other < 2; ++other) {
            hessian(static_cast<Index>(node(s, r)), static_cast<Index>(node(other, r))) += mu_[r];
          }
        }
        for (std::size_t b = unit_start_[p]; b < unit_start_[p + 1]; ++b) {
          const std::size_t q = unit_rows_[b];
          const double joint = mu_[r] * mu_[q] / unit_mu_[p];
          for (std::size_t s = 0; s < 2; ++s) {
            for (std::size_t other = 0; other < 2; ++other) {
              hessian(static_cast<Index>(node(s, r)), static_cast<Index>(node(other, q))) -= joint;
            }
          }
        }
      }
    }
    blocks.inverses.push_back(inverse_of(hessian));
    return blocks;
  }

  /// Without pair effects times do not touch each other.
  FreedBlocks time_inverses() {
    const std::size_t n = std::size_t{level_[0].n_groups} + level_[1].n_groups;
    FreedBlocks blocks{.inverses = std::vector<Matrix>(time_.n_groups),
                       .block = std::vector<std::size_t>(n, 0),
                       .place = std::vector<Index>(n, -1)};
    std::vector<Index> sizes(time_.n_groups, 0);
    for (std::size_t s = 0; s < 2; ++s) {
      for (std::size_t row = 0; row < mu_.size(); ++row) {
        const std::size_t v = node(s, row);
        if (blocks.place[v] >= 0) continue;
        blocks.block[v] = time_.ids[row];
        blocks.place[v] = sizes[time_.ids[row]]++;
      }
    }
    std::vector<Matrix> hessians;
    for (const Index size : sizes) hessians.push_back(Matrix::Zero(size, size));
    for (std::size_t row = 0; row < mu_.size(); ++row) {
      for (std::size_t s = 0; s < 2; ++s) {
        for (std::size_t other = 0; other < 2; ++other) {
          hessians[time_.ids[row]](blocks.place[node(s, row)], blocks.place[node(other, row)]) +=
              mu_[row];
        }
      }
    }
    context_.pool->for_each_shard(static_cast<Index>(hessians.size()), [&](Index t) {
      blocks.inverses[at(t)] = inverse_of(hessians[at(t)]);
    });
    return blocks;
  }

  [[nodiscard]] double level_covariance(const FreedBlocks& blocks, std::size_t a,
                                        std::size_t b) const {
    if (blocks.block[a] != blocks.block[b]) return 0.0;
    return blocks.inverses[blocks.block[a]](blocks.place[a], blocks.place[b]);
  }

  Matrix exact_meat(const FreedBlocks& blocks) {
    const auto n_units = static_cast<Index>(unit_start_.size()) - 1;
    constexpr Index kShards = 64;
    std::vector<Matrix> parts(at(kShards), Matrix::Zero(k(), k()));
    context_.pool->for_each_shard(kShards, [&](Index shard) {
      const ShardRange range = shard_range(n_units, kShards, shard);
      for (Index p = range.begin; p < range.end; ++p) parts[at(shard)] += unit_meat(blocks, at(p));
    });
    Matrix meat = Matrix::Zero(k(), k());
    for (const Matrix& part : parts) meat += part;
    return meat;
  }

  /// x'(I - L)^-1 e e'x of one unit, L = H_p (x V x' + covariance of the unit's effects).
  [[nodiscard]] Matrix unit_meat(const FreedBlocks& blocks, std::size_t p) const {
    const auto size = static_cast<Index>(unit_start_[p + 1] - unit_start_[p]);
    Matrix x(size, k());
    Vector e(size);
    Vector mu(size);
    Matrix spread(size, size);
    for (Index a = 0; a < size; ++a) {
      const std::size_t r = unit_rows_[unit_start_[p] + at(a)];
      x.row(a) = x_.row(static_cast<Index>(r));
      e(a) = e_[r];
      mu(a) = mu_[r];
      for (Index b = 0; b < size; ++b) {
        const std::size_t q = unit_rows_[unit_start_[p] + at(b)];
        spread(a, b) = level_covariance(blocks, node(0, r), node(0, q)) +
                       level_covariance(blocks, node(0, r), node(1, q)) +
                       level_covariance(blocks, node(1, r), node(0, q)) +
                       level_covariance(blocks, node(1, r), node(1, q));
      }
    }
    spread += x * inverse_ * x.transpose();
    Matrix leverage = mu.asDiagonal() * spread;
    if (structure_.pair) leverage -= mu * (mu.transpose() * spread) / unit_mu_[p];
    const Vector freed = numerics::solve_general(Matrix::Identity(size, size) - leverage, e);
    const Vector left = x.transpose() * freed;
    const Vector right = x.transpose() * e;
    return left * right.transpose();
  }

  /// x'e e'x of every unit: the usual clustered moment.
  Matrix plain_meat() {
    Matrix meat = Matrix::Zero(k(), k());
    for (std::size_t p = 0; p + 1 < unit_start_.size(); ++p) {
      Vector score = Vector::Zero(k());
      for (std::size_t a = unit_start_[p]; a < unit_start_[p + 1]; ++a) {
        const std::size_t r = unit_rows_[a];
        score += e_[r] * x_.row(static_cast<Index>(r)).transpose();
      }
      meat += score * score.transpose();
    }
    return meat;
  }

  // ---- result

  void write(const Vector& bias, const Matrix& covariance) {
    const double infinite = std::numeric_limits<double>::infinity();
    for (Index j = 0; j < k(); ++j) {
      const std::size_t column = kept_[at(j)];
      const double value = model_.fit.coefficients[column];
      result_.uncorrected.push_back(value);
      result_.bias.push_back(bias(j));
      result_.corrected.push_back(make_coefficient(model_.fit.regressor_names[column],
                                                   value - bias(j), covariance(j, j), infinite,
                                                   model_.options.confidence_level));
      for (Index other = 0; other < k(); ++other)
        result_.covariance.push_back(covariance(j, other));
    }
    result_.method =
        fmt::format("clustered by {}{}; {} (Weidner and Zylkin 2021)", result_.pair_name,
                    result_.widened ? ", widened for the noise in the effects"
                                    : fmt::format(", not widened: above {} levels (widen_levels)",
                                                  model_.options.widen_levels),
                    result_.three_way ? "coefficients net of three-way bias"
                                      : "two-way coefficients have no bias");
  }

  const FittedModel& model_;
  const ModelFrame& frame_;
  Context& context_;
  GravityStructure structure_;
  std::vector<std::size_t> kept_;
  std::vector<double> mu_;
  std::vector<double> e_;
  Matrix x_;
  std::vector<std::size_t> unit_rows_;   // rows, unit by unit
  std::vector<std::size_t> unit_start_;  // [units + 1]
  numerics::RawVector<GroupId> unit_of_;
  std::vector<double> unit_mu_;
  CombinedIds time_;
  CombinedIds group_[2];
  CombinedIds level_[2];
  Matrix inverse_;
  BiasCorrection result_;
};

}  // namespace

BiasCorrection correct_bias(const FittedModel& model, Context& context) {
  if (!model.frame.cells.empty()) {
    return Correction(with_columns(model, context), context).run();
  }
  return Correction(model, context).run();
}

}  // namespace altyn::estimation
