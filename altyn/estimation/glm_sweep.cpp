#include "altyn/estimation/glm_sweep.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/numerics/simd.h"

namespace altyn::estimation {

namespace {

using numerics::exp_lanes;
using numerics::Lanes;
using numerics::Lanes8;
using numerics::load;
using numerics::log_lanes;
using numerics::RawVector;
using numerics::store;
using numerics::sum_lanes;

constexpr Index kRowsPerTask = Index{1} << 16;
constexpr double kFarBelow = 708.0;  // eta of a run whose mean is zero lies this far down

/// Row buffers of one run, each padded to a multiple of eight.
struct RunBuffers {
  double* rows = nullptr;  // [padded * P] x - D_r V
  double* eta = nullptr;   // [padded]
  double* mu = nullptr;
  double* score = nullptr;   // with the rows' own weights
  double* weight = nullptr;  // working weight with the rows' own
};

struct ShardTask {
  const GlmRows* rows;
  Index run_begin;
  Index run_end;
  std::span<const EffectRows> effects;
  const double* coefficients;
  const double* v;
  double* alpha;  // null when no effect is eliminated
  double* inverse_run_weight;
  double* sums;
  const GlmColumns* columns;
  RunBuffers buffers;
  // results
  double* gram;  // [P * P]
  double objective = 0.0;
  double total_weight = 0.0;
  double largest_run_score = 0.0;
  Index worst_run = 0;
};

/// Eight elements of a column from row p on; beyond `count` they are zero.
ALTYN_INLINE Lanes8 load_upto(const double* column, Index count) {
  if (count >= 8) return load<8>(column);
  alignas(64) double part[8] = {};
  for (Index i = 0; i < count; ++i) part[i] = column[i];
  return load<8>(part);
}

ALTYN_INLINE Lanes8 ones_upto(Index count) {
  alignas(64) static constexpr double kOnes[16] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  return load<8>(kOnes + (count >= 8 ? 0 : 8 - count));
}

ALTYN_INLINE double largest(const double* values, Index padded) {
  Lanes8 most = load<8>(values);
  for (Index i = 8; i < padded; i += 8) {
    const Lanes8 next = load<8>(values + i);
    most = next > most ? next : most;
  }
  double result = most[0];
  for (int i = 1; i < 8; ++i) result = most[i] > result ? most[i] : result;
  return result;
}

/// Sums of a run, eight at a time.
struct RunView {
  const double* y;
  const double* own_weights;  // null = 1
  Index count;
  Index padded;
  ALTYN_INLINE Lanes8 y_at(Index i) const { return load_upto(y + i, count - i); }
  ALTYN_INLINE Lanes8 weight_at(Index i) const {
    return own_weights != nullptr ? load_upto(own_weights + i, count - i) : ones_upto(count - i);
  }
};

/// Poisson: mu = exp(eta). With an eliminated effect, alpha makes sum w (y - mu) zero.
ALTYN_INLINE double poisson_means(const RunView& run, const RunBuffers& b, double* alpha) {
  double shift = 0.0;
  double factor = 1.0;
  if (alpha != nullptr) {
    shift = largest(b.eta, run.padded);
    Lanes8 sum_y{};
    Lanes8 sum_mu{};
    for (Index i = 0; i < run.padded; i += 8) {
      const Lanes8 w = run.weight_at(i);
      const Lanes8 mu = exp_lanes(load<8>(b.eta + i) - shift);
      store<8>(b.mu + i, mu);
      sum_y += w * run.y_at(i);
      sum_mu += w * mu;
    }
    const double total = sum_lanes(sum_y);
    factor = total > 0.0 ? total / sum_lanes(sum_mu) : 0.0;
    *alpha = total > 0.0 ? std::log(factor) - shift : -kFarBelow - shift;
    shift = -*alpha;
  }
  Lanes8 objective{};
  for (Index i = 0; i < run.padded; i += 8) {
    const Lanes8 w = run.weight_at(i);
    const Lanes8 y = run.y_at(i);
    const Lanes8 eta = load<8>(b.eta + i) - shift;
    const Lanes8 mu = alpha != nullptr ? load<8>(b.mu + i) * factor : exp_lanes(eta);
    store<8>(b.mu + i, mu);
    store<8>(b.score + i, w * (y - mu));
    store<8>(b.weight + i, w * mu);
    objective += w * (y * eta - mu);
  }
  return sum_lanes(objective);
}

ALTYN_INLINE double gaussian_means(const RunView& run, const RunBuffers& b, double* alpha) {
  double shift = 0.0;
  if (alpha != nullptr) {
    Lanes8 sum_w{};
    Lanes8 sum_r{};
    for (Index i = 0; i < run.padded; i += 8) {
      const Lanes8 w = run.weight_at(i);
      sum_w += w;
      sum_r += w * (run.y_at(i) - load<8>(b.eta + i));
    }
    const double total = sum_lanes(sum_w);
    *alpha = shift = total > 0.0 ? sum_lanes(sum_r) / total : 0.0;
  }
  Lanes8 objective{};
  for (Index i = 0; i < run.padded; i += 8) {
    const Lanes8 w = run.weight_at(i);
    const Lanes8 mu = load<8>(b.eta + i) + shift;
    const Lanes8 residual = run.y_at(i) - mu;
    store<8>(b.mu + i, mu);
    store<8>(b.score + i, w * residual);
    store<8>(b.weight + i, w);
    objective -= w * residual * residual;
  }
  return 0.5 * sum_lanes(objective);
}

/// Gamma: alpha makes sum w (y / mu - 1) zero. 1 / mu is formed from exp(-eta) <= 1 after a shift.
ALTYN_INLINE double gamma_means(const RunView& run, const RunBuffers& b, double* alpha) {
  for (Index i = 0; i < run.padded; i += 8) store<8>(b.mu + i, -load<8>(b.eta + i));
  double shift = 0.0;
  double mean_ratio = 1.0;
  if (alpha != nullptr) {
    shift = largest(b.mu, run.padded);
    Lanes8 sum_w{};
    Lanes8 sum_ratio{};
    for (Index i = 0; i < run.padded; i += 8) {
      const Lanes8 w = run.weight_at(i);
      sum_w += w;
      sum_ratio += w * run.y_at(i) * exp_lanes(load<8>(b.mu + i) - shift);
    }
    const double total = sum_lanes(sum_w);
    mean_ratio = total > 0.0 ? sum_lanes(sum_ratio) / total : 0.0;
    *alpha = mean_ratio > 0.0 ? std::log(mean_ratio) + shift : -kFarBelow + shift;
  }
  const double added = alpha != nullptr ? *alpha : 0.0;
  const bool empty = !(mean_ratio > 0.0);
  Lanes8 objective{};
  for (Index i = 0; i < run.padded; i += 8) {
    const Lanes8 w = empty ? Lanes8{} : run.weight_at(i);
    const Lanes8 eta = added - load<8>(b.mu + i);
    // A mean of zero makes the ratio infinite; its weight is zero, and so is its part.
    const Lanes8 ratio = w > 0.0 ? run.y_at(i) * exp_lanes(-eta) : Lanes8{} + 1.0;
    store<8>(b.mu + i, exp_lanes(eta));
    store<8>(b.score + i, w * (ratio - 1.0));
    store<8>(b.weight + i, w);
    objective -= w * (ratio + eta);
  }
  return sum_lanes(objective);
}

/// Logit: alpha by Newton's method on its one score equation, started where it last stood.
ALTYN_INLINE double logit_means(const RunView& run, const RunBuffers& b, double* alpha) {
  constexpr int kMaxSteps = 100;
  constexpr double kLongestStep = 4.0;
  constexpr double kRounding = 1e-15;
  double added = 0.0;
  bool empty = false;
  if (alpha != nullptr) {
    added = *alpha;
    Lanes8 sum_w{};
    Lanes8 sum_y{};
    for (Index i = 0; i < run.padded; i += 8) {
      const Lanes8 w = run.weight_at(i);
      sum_w += w;
      sum_y += w * run.y_at(i);
    }
    const double total = sum_lanes(sum_w);
    const double successes = sum_lanes(sum_y);
    empty = successes <= 0.0 || successes >= total;
    if (empty) added = successes <= 0.0 ? -kFarBelow : kFarBelow;
    for (int step = 0; !empty && step < kMaxSteps; ++step) {
      Lanes8 score{};
      Lanes8 curvature{};
      for (Index i = 0; i < run.padded; i += 8) {
        const Lanes8 w = run.weight_at(i);
        const Lanes8 p = 1.0 / (1.0 + exp_lanes(-(load<8>(b.eta + i) + added)));
        score += w * (run.y_at(i) - p);
        curvature += w * p * (1.0 - p);
      }
      const double f = sum_lanes(score);
      const double h = sum_lanes(curvature);
      if (std::abs(f) <= kRounding * total) break;
      const double full = h > 0.0 ? f / h : std::copysign(kLongestStep, f);
      added += std::clamp(full, -kLongestStep, kLongestStep);
    }
    *alpha = added;
  }
  Lanes8 objective{};
  for (Index i = 0; i < run.padded; i += 8) {
    const Lanes8 w = empty ? Lanes8{} : run.weight_at(i);
    const Lanes8 y = run.y_at(i);
    const Lanes8 eta = load<8>(b.eta + i) + added;
    const Lanes8 size = eta < 0.0 ? -eta : eta;
    const Lanes8 tail = exp_lanes(-size);  // in (0, 1]
    const Lanes8 p = (eta < 0.0 ? tail : Lanes8{} + 1.0) / (1.0 + tail);
    store<8>(b.mu + i, p);
    store<8>(b.score + i, w * (y - p));
    store<8>(b.weight + i, w * tail / ((1.0 + tail) * (1.0 + tail)));
    // y log p + (1 - y) log(1 - p) = y eta - max(eta, 0) - log(1 + exp(-|eta|))
    objective += w * (y * eta - (eta > 0.0 ? eta : Lanes8{}) - log_lanes(1.0 + tail));
  }
  return sum_lanes(objective);
}

/// Of a family that is no Poisson. One function for all widths: the sweep is compiled many times
/// over, with Poisson's loops inside, and these would double that work for a call saved per run.
ALTYN_CLONES double other_means(Family family, const RunView& run, const RunBuffers& b,
                                double* alpha) {
  if (family == Family::kGaussian) return gaussian_means(run, b, alpha);
  return family == Family::kGamma ? gamma_means(run, b, alpha) : logit_means(run, b, alpha);
}

/// Row p of the swept regressors in lanes 1 .. kSwept.
template <int kLanes, int kSwept>
ALTYN_INLINE Lanes<kLanes> regressor_lanes(const double* const* columns, Index p) {
  Lanes<kLanes> x{};
  for (int j = 0; j < kSwept; ++j) x[j + 1] = columns[j][p];
  return x;
}

/// A run without weight adds nothing to any sum: a bootstrap draw leaves out a third of the pairs.
/// Where rows are asked for, it is worked through as any other.
ALTYN_INLINE bool fill_left_out(ShardTask& task, Index run, Index begin, Index end) {
  if (task.columns->mu != nullptr || !task.columns->partialled.empty()) return false;
  const double* own = task.rows->weights.data();
  for (Index p = begin; p < end; ++p) {
    if (own[p] != 0.0) return false;
  }
  if (task.alpha != nullptr) task.inverse_run_weight[run] = 0.0;
  if (task.columns->working_weights != nullptr) {
    std::fill(task.columns->working_weights + begin, task.columns->working_weights + end, 0.0);
  }
  if (task.columns->weighted_score != nullptr) {
    std::fill(task.columns->weighted_score + begin, task.columns->weighted_score + end, 0.0);
  }
  return true;
}

/// kEffects intercepts come first; with kMore, any number of other effects, slopes included,
/// follow.
template <int kLanes, int kSwept, int kEffects, bool kMore>
ALTYN_INLINE void glm_runs(ShardTask& task) {
  using V = Lanes<kLanes>;
  const GlmRows& rows = *task.rows;
  const RunBuffers& b = task.buffers;
  // Locals, because the compiler must assume that every store may change what `task` points at.
  const GroupId* levels[kEffects + 1] = {};
  double* sums[kEffects + 1] = {};
  const std::span<const EffectRows> more = task.effects.subspan(kEffects);
  for (std::size_t e = 0; e < kEffects; ++e) {
    levels[e] = task.effects[e].levels;
    sums[e] = task.sums + task.effects[e].shift * kLanes;
  }
  const double* const v = task.v;
  const double* regressors[kSwept + 1] = {};
  for (int j = 0; j < kSwept; ++j) regressors[j] = rows.regressors[static_cast<std::size_t>(j)];
  double* const eta = b.eta;
  double* const d_rows = b.rows;
  const double* const weight = b.weight;
  const double* const score = b.score;
  const double* offset = rows.offset.empty() ? nullptr : rows.offset.data();
  const double* own_weights = rows.weights.empty() ? nullptr : rows.weights.data();
  V gram[kLanes] = {};
  for (Index run = task.run_begin; run < task.run_end; ++run) {
    const Index begin = rows.layout->run_begin[at(run)];
    const Index end = rows.layout->run_begin[at(run + 1)];
    const Index count = end - begin;
    const Index padded = (count + 7) / 8 * 8;
    if (own_weights != nullptr && fill_left_out(task, run, begin, end)) continue;

    // x - D_r V, and eta without the eliminated effect
    double* d_row = d_rows;
    for (Index p = begin; p < end; ++p, d_row += kLanes) {
      V d{};
      for (std::size_t e = 0; e < kEffects; ++e) {
        d += load<kLanes>(v + Index{levels[e][p]} * kLanes);
      }
      if constexpr (kMore) {
        for (const EffectRows& effect : more) {
          const V value = load<kLanes>(v + Index{effect.levels[p]} * kLanes);
          d += effect.slope != nullptr ? value * effect.slope[p] : value;
        }
      }
      eta[p - begin] = d[0];
      store<kLanes>(d_row, regressor_lanes<kLanes, kSwept>(regressors, p) - d);
    }
    for (Index i = count; i < padded; ++i) b.eta[i] = b.eta[0];
    for (std::size_t j = 0; j < rows.regressors.size(); ++j) {
      const double coefficient = task.coefficients[j];
      const double* x = rows.regressors[j] + begin;
      for (Index i = 0; i < padded; i += 8) {
        store<8>(b.eta + i, load<8>(b.eta + i) + coefficient * load_upto(x + i, count - i));
      }
    }
    if (offset != nullptr) {
      for (Index i = 0; i < padded; i += 8) {
        store<8>(b.eta + i, load<8>(b.eta + i) + load_upto(offset + begin + i, count - i));
      }
    }
    // Padding must not win the largest eta of the run.
    for (Index i = count; i < padded; ++i) b.eta[i] = b.eta[0];

    const RunView view{.y = rows.y.data() + begin,
                       .own_weights = own_weights != nullptr ? own_weights + begin : nullptr,
                       .count = count,
                       .padded = padded};
    double* alpha = task.alpha != nullptr ? task.alpha + run : nullptr;
    task.objective += rows.family == Family::kPoisson ? poisson_means(view, b, alpha)
                                                      : other_means(rows.family, view, b, alpha);

    Lanes8 weight_sum{};
    for (Index i = 0; i < padded; i += 8) weight_sum += load<8>(weight + i);
    const double total = sum_lanes(weight_sum);
    task.total_weight += total;
    V mean{};
    if (alpha != nullptr) {
      double run_score = 0.0;
      for (Index i = 0; i < count; ++i) {
        mean += load<kLanes>(d_rows + i * kLanes) * weight[i];
        run_score += score[i];
      }
      const double inverse = total > 0.0 ? 1.0 / total : 0.0;
      mean *= inverse;
      task.inverse_run_weight[run] = inverse;
      if (!(std::abs(run_score) <= task.largest_run_score)) {
        task.largest_run_score = std::abs(run_score);
        task.worst_run = run;
      }
    }

    for (Index i = 0; i < count; ++i) {
      const Index p = begin + i;
      const V d = load<kLanes>(d_rows + i * kLanes) - mean;
      const double w = weight[i];
      V weighted = d * w;
      weighted[0] = score[i];
      weighted[kLanes - 1] = w;
      for (int lane = 1; lane <= kSwept; ++lane) gram[lane] += weighted * d[lane];
      for (std::size_t e = 0; e < kEffects; ++e) {
        double* sum = sums[e] + Index{levels[e][p]} * kLanes;
        store<kLanes>(sum, load<kLanes>(sum) + weighted);
      }
      if constexpr (kMore) {
        for (const EffectRows& effect : more) {
          double* sum = task.sums + (Index{effect.levels[p]} + effect.shift) * kLanes;
          V term = weighted;
          if (effect.slope != nullptr) {
            term *= effect.slope[p];
            term[kLanes - 1] *= effect.slope[p];
          }
          store<kLanes>(sum, load<kLanes>(sum) + term);
        }
      }
    }
    for (std::size_t j = 0; j < task.columns->partialled.size(); ++j) {
      double* column = task.columns->partialled[j] + begin;
      for (Index i = 0; i < count; ++i) {
        column[i] = d_rows[i * kLanes + static_cast<Index>(j) + 1] - mean[static_cast<int>(j) + 1];
      }
    }
    if (task.columns->working_weights != nullptr) {
      std::copy_n(b.weight, count, task.columns->working_weights + begin);
    }
    if (task.columns->weighted_score != nullptr) {
      std::copy_n(b.score, count, task.columns->weighted_score + begin);
    }
    if (task.columns->mu != nullptr) {
      std::copy_n(b.mu, count, task.columns->mu + begin);
      for (Index i = 0; i < count; ++i) {
        const double y = rows.y[at(begin + i)];
        const double mu = b.mu[i];
        task.columns->residual[begin + i] =
            rows.family == Family::kGamma ? (mu > 0.0 ? (y - mu) / mu : 0.0) : y - mu;
      }
    }
  }
  for (int lane = 0; lane < kLanes; ++lane) store<kLanes>(task.gram + lane * kLanes, gram[lane]);
}

template <int kLanes, int kSwept>
ALTYN_INLINE void glm_any(ShardTask& task) {
  if (leading_intercepts(task.effects) < 2) return glm_runs<kLanes, kSwept, 0, true>(task);
  if (task.effects.size() == 2) return glm_runs<kLanes, kSwept, 2, false>(task);
  return glm_runs<kLanes, kSwept, 2, true>(task);
}

ALTYN_CLONES void glm_0(ShardTask& task) { glm_any<4, 0>(task); }
ALTYN_CLONES void glm_1(ShardTask& task) { glm_any<4, 1>(task); }
ALTYN_CLONES void glm_2(ShardTask& task) { glm_any<4, 2>(task); }
ALTYN_CLONES void glm_3(ShardTask& task) { glm_any<8, 3>(task); }
ALTYN_CLONES void glm_4(ShardTask& task) { glm_any<8, 4>(task); }
ALTYN_CLONES void glm_5(ShardTask& task) { glm_any<8, 5>(task); }
ALTYN_CLONES void glm_6(ShardTask& task) { glm_any<8, 6>(task); }
constexpr std::array<void (*)(ShardTask&), 7> kGlmBySwept = {glm_0, glm_1, glm_2, glm_3,
                                                             glm_4, glm_5, glm_6};

struct LinearStart {
  Family family;
  const double* y;
  const double* own_weights;
  const double* offset;
  double mean;  // of y
  Index count;
  double* w;
  double* z;
};

ALTYN_CLONES void start_rows(const LinearStart& task) {
  for (Index i = 0; i < task.count; i += 8) {
    const Index left = task.count - i;
    const Lanes8 y = load_upto(task.y + i, left);
    const Lanes8 own =
        task.own_weights != nullptr ? load_upto(task.own_weights + i, left) : ones_upto(left);
    Lanes8 w = own;
    Lanes8 z = y;
    if (task.family == Family::kPoisson || task.family == Family::kGamma) {
      const Lanes8 mu = 0.5 * (y + task.mean) + 1e-300;
      z = log_lanes(mu) + (y - mu) / mu;
      if (task.family == Family::kPoisson) w = own * mu;
    } else if (task.family == Family::kLogit) {
      const Lanes8 mu = 0.5 * (y + 0.5);
      w = own * mu * (1.0 - mu);
      z = log_lanes(mu / (1.0 - mu)) + (y - mu) / (mu * (1.0 - mu));
    }
    if (task.offset != nullptr) z -= load_upto(task.offset + i, left);
    alignas(64) double w_out[8];
    alignas(64) double z_out[8];
    store<8>(w_out, w);
    store<8>(z_out, z);
    std::copy_n(w_out, std::min<Index>(left, 8), task.w + i);
    std::copy_n(z_out, std::min<Index>(left, 8), task.z + i);
  }
}

/// Sums a function of rows in a fixed order; term(begin, end) returns a partial sum.
double sum_rows(const GlmRows& rows, Context& context,
                const std::function<double(Index, Index)>& term) {
  const auto n = static_cast<Index>(rows.y.size());
  const Index n_tasks = (n + kRowsPerTask - 1) / kRowsPerTask;
  std::vector<double> parts(at(n_tasks));
  context.pool->for_each_shard(n_tasks, [&](Index task) {
    const ShardRange range = shard_range(n, n_tasks, task);
    parts[at(task)] = term(range.begin, range.end);
  });
  double sum = 0.0;
  for (const double part : parts) sum += part;
  return rows.layout->ranks.sum(sum);
}

/// sum w f(y) in a fixed order; `apply` turns eight outcomes into f of them.
template <class Apply>
double weighted_sum(const GlmRows& rows, Context& context, const Apply& apply) {
  return sum_rows(rows, context, [&](Index begin, Index end) {
    Lanes8 sum{};
    for (Index p = begin; p < end; p += 8) {
      Lanes8 term = load_upto(rows.y.data() + p, end - p);
      apply(term);
      sum += term * (rows.weights.empty() ? ones_upto(end - p)
                                          : load_upto(rows.weights.data() + p, end - p));
    }
    return sum_lanes(sum);
  });
}

}  // namespace

GlmRows::GlmRows(const GlmProblem& problem, const AbsorbLayout& layout_in, Context& context)
    : layout(&layout_in), family(problem.family) {
  copies_.resize(problem.regressors.size() + 3);
  y = layout->ordered(problem.y, copies_[0], context);
  weights = layout->ordered(problem.weights, copies_[1], context);
  offset = layout->ordered(problem.offset, copies_[2], context);
  for (std::size_t j = 0; j < problem.regressors.size(); ++j) {
    regressors.push_back(layout->ordered(problem.regressors[j], copies_[j + 3], context).data());
  }
}

GlmRows GlmRows::with_weights(std::span<const double> w) const {
  GlmRows rows = linear(y, w);
  rows.family = family;
  rows.offset = offset;
  return rows;
}

GlmRows GlmRows::linear(std::span<const double> z, std::span<const double> w) const {
  GlmRows rows;
  rows.layout = layout;
  rows.y = z;
  rows.weights = w;
  rows.regressors = regressors;
  return rows;
}

void sweep_glm(const GlmRows& rows, int n_lanes, std::size_t n_swept, GlmPoint& point,
               LevelSums& sums, GlmSums& found, const GlmColumns& columns, Context& context) {
  ALTYN_CHECK(n_swept < kGlmBySwept.size() && n_lanes == (n_swept <= 2 ? 4 : 8),
              "four lanes for up to two regressors, eight for up to six");
  const AbsorbLayout& layout = *rows.layout;
  const Index n_shards = layout.n_shards();
  if (layout.eliminated >= 0) found.inverse_run_weight.resize(at(layout.n_runs()));
  const std::size_t gram_size = at(n_lanes * n_lanes);
  RawVector<double> grams(at(n_shards) * gram_size);
  std::vector<std::array<double, 3>> scalars(at(n_shards));  // objective, run score, weight
  std::vector<Index> worst(at(n_shards));
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const std::vector<EffectRows> effects = effect_rows(layout, sums, shard);
    const std::size_t padded = at((layout.longest_run + 7) / 8 * 8);
    RawVector<double> buffer(padded * (at(n_lanes) + 4));
    double* rest = buffer.data() + padded * at(n_lanes);
    ShardTask task{.rows = &rows,
                   .run_begin = layout.shards[at(shard)].run_begin,
                   .run_end = layout.shards[at(shard)].run_end,
                   .effects = effects,
                   .coefficients = point.coefficients.data(),
                   .v = point.v.data(),
                   .alpha = layout.eliminated >= 0 ? point.alpha.data() : nullptr,
                   .inverse_run_weight = found.inverse_run_weight.data(),
                   .sums = sums.open(shard),
                   .columns = &columns,
                   .buffers = {.rows = buffer.data(),
                               .eta = rest,
                               .mu = rest + padded,
                               .score = rest + 2 * padded,
                               .weight = rest + 3 * padded},
                   .gram = grams.data() + at(shard) * gram_size};
    kGlmBySwept[n_swept](task);
    scalars[at(shard)] = {task.objective, task.largest_run_score, task.total_weight};
    worst[at(shard)] = task.worst_run;
  });
  found.levels.resize(at(layout.n_kept_levels) * at(n_lanes));
  sums.merge(found.levels.data(), context);
  found.gram.assign(gram_size, 0.0);
  found.objective = 0.0;
  found.total_weight = 0.0;
  found.largest_run_score = 0.0;
  for (Index shard = 0; shard < n_shards; ++shard) {
    for (std::size_t i = 0; i < gram_size; ++i) {
      found.gram[i] += grams[at(shard) * gram_size + i];
    }
    found.objective += scalars[at(shard)][0];
    found.total_weight += scalars[at(shard)][2];
    if (!(scalars[at(shard)][1] <= found.largest_run_score)) {
      found.largest_run_score = scalars[at(shard)][1];
      found.worst_run = worst[at(shard)];
    }
  }
  if (layout.ranks.several()) {
    found.gram.push_back(found.objective);
    found.gram.push_back(found.total_weight);
    layout.ranks.sum(found.gram);
    found.total_weight = found.gram[gram_size + 1];
    found.objective = found.gram[gram_size];
    found.gram.resize(gram_size);
    const double own = found.largest_run_score;
    found.largest_run_score = layout.ranks.max(own);
    if (own < found.largest_run_score) found.worst_run = -1;  // on another rank
  }
  found.finite = std::isfinite(found.objective);
  // (0, j) is computed as (j, 0): lane 0 of the weighted row is its score.
  for (int j = 1; j < n_lanes; ++j) found.gram[at(j)] = found.gram[at(j * n_lanes)];
}

void start_margins(const GlmRows& rows, const double* means, LevelSums& sums, GlmPoint& point,
                   Context& context) {
  constexpr int kLanes = 4;
  constexpr double kLeastShare = 1e-10;  // a level without outcome starts this far below the mean
  const AbsorbLayout& layout = *rows.layout;
  std::vector<double> factor(layout.n_kept_levels, 1.0);
  std::vector<const GroupId*> intercepts;
  for (const KeptEffect& kept : layout.kept) {
    if (kept.slope.empty()) intercepts.push_back(kept.levels.data());
  }
  // Mean of a row, by its weight, at the factors found so far.
  const auto weighted_mean = [&](Index p, double w) {
    double mean = w;
    if (means != nullptr) {
      mean *= means[p];
    } else if (!rows.offset.empty()) {
      mean *= std::exp(rows.offset[at(p)]);
    }
    for (const GroupId* levels : intercepts) mean *= factor[levels[p]];
    return mean;
  };
  RawVector<double> found(at(layout.n_kept_levels) * kLanes);
  const auto match = [&](std::size_t e) {
    context.pool->for_each_shard(layout.n_shards(), [&](Index shard) {
      double* part = sums.open(shard) + sums.shift(shard, e) * kLanes;
      const GroupId* levels = layout.kept[e].levels.data();
      const Shard& runs = layout.shards[at(shard)];
      for (Index p = layout.run_begin[at(runs.run_begin)]; p < layout.run_begin[at(runs.run_end)];
           ++p) {
        const double w = rows.weights.empty() ? 1.0 : rows.weights[at(p)];
        if (w == 0.0) continue;
        double* sum = part + Index{levels[p]} * kLanes;
        sum[0] += w * rows.y[at(p)];
        sum[1] += weighted_mean(p, w);
      }
    });
    sums.merge(found.data(), context);
    double outcome = 0.0;
    double mean = 0.0;
    const auto first = at(Index{layout.kept[e].first});
    const auto last = first + layout.kept[e].n_levels;
    for (std::size_t l = first; l < last; ++l) {
      outcome += found[l * kLanes];
      mean += found[l * kLanes + 1];
    }
    if (!(outcome > 0.0) || !(mean > 0.0) || !std::isfinite(outcome) || !std::isfinite(mean))
      return false;
    for (std::size_t l = first; l < last; ++l) {
      if (means != nullptr && !(found[l * kLanes + 1] > 0.0)) continue;
      const double share = found[l * kLanes] / found[l * kLanes + 1];
      const double least = kLeastShare * (outcome / mean);
      factor[l] *= share >= least ? share : least;
    }
    return true;
  };
  for (std::size_t e = 0; e < layout.kept.size(); ++e) {
    if (layout.kept[e].slope.empty() && !match(e)) return;
  }
  const std::size_t lanes = factor.empty() ? 0 : point.v.size() / factor.size();
  for (std::size_t l = 0; l < factor.size(); ++l) point.v[l * lanes] += std::log(factor[l]);
}

void start_linear(const GlmRows& rows, double* w, double* z, Context& context) {
  const auto n = static_cast<Index>(rows.y.size());
  const double total = weighted_sum(rows, context, [](Lanes8& y) { y = Lanes8{} + 1.0; });
  const double mean = total > 0.0 ? weighted_sum(rows, context, [](Lanes8&) {}) / total : 0.0;
  const Index n_tasks = (n + kRowsPerTask - 1) / kRowsPerTask;
  context.pool->for_each_shard(n_tasks, [&](Index task) {
    const ShardRange range = shard_range(n, n_tasks, task);
    start_rows({.family = rows.family,
                .y = rows.y.data() + range.begin,
                .own_weights = rows.weights.empty() ? nullptr : rows.weights.data() + range.begin,
                .offset = rows.offset.empty() ? nullptr : rows.offset.data() + range.begin,
                .mean = mean,
                .count = range.end - range.begin,
                .w = w + range.begin,
                .z = z + range.begin});
  });
}

std::vector<double> weighted_squares(const GlmRows& rows, const double* w, Context& context) {
  std::vector<double> result;
  for (const double* x : rows.regressors) {
    result.push_back(sum_rows(rows, context, [&](Index begin, Index end) {
      Lanes8 sum{};
      for (Index p = begin; p < end; p += 8) {
        const Lanes8 value = load_upto(x + p, end - p);
        sum += load_upto(w + p, end - p) * value * value;
      }
      return sum_lanes(sum);
    }));
  }
  return result;
}

double score_scale(const GlmRows& rows, Context& context) {
  const bool sizes = rows.family == Family::kPoisson || rows.family == Family::kGaussian;
  const double sum = weighted_sum(rows, context, [&](Lanes8& y) {
    if (sizes) {
      y = y < 0.0 ? -y : y;
    } else {
      y = Lanes8{} + 1.0;
    }
  });
  return sum > 0.0 ? sum : 1.0;
}

}  // namespace altyn::estimation
