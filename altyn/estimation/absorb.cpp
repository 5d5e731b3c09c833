#include "altyn/estimation/absorb.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/absorb_sweep.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/effect_solver.h"

namespace altyn::estimation {

namespace {

using numerics::RawVector;

constexpr int kLanes = 8;
constexpr double kInnerReduction = 1e-8;  // per round; a second round repairs its rounding
constexpr int kMaxRounds = 6;

const AbsorbLayout& layout_of(const AbsorptionPlan& plan) {
  const auto* layout = dynamic_cast<const AbsorbLayout*>(&plan);
  ALTYN_CHECK(layout != nullptr, "plans come from plan_absorption");
  return *layout;
}

/// D_r'W D_r on the diagonal [L].
std::vector<double> level_weights(const AbsorbLayout& layout, const double* weights) {
  std::vector<double> sums(layout.n_kept_levels);
  for (const KeptEffect& kept : layout.kept) {
    for (Index p = 0; p < layout.n; ++p) {
      const double s = kept.slope.empty() ? 1.0 : kept.slope[at(p)];
      sums[kept.levels[at(p)]] += weights[p] * s * s;
    }
  }
  layout.sum_levels(sums.data(), 1);
  return sums;
}

double absolute_sum(const double* column, const double* weights, Index n) {
  double sum = 0.0;
  for (Index p = 0; p < n; ++p) sum += weights[p] * std::abs(column[p]);
  return sum;
}

}  // namespace

std::vector<Field<AbsorbOptions>> AbsorbOptions::fields() {
  return {
      make_field(&AbsorbOptions::tolerance,
                 {.name = "tolerance",
                  .doc = "largest weighted sum of a column within a level that counts as zero, "
                         "relative to the column's total",
                  .minimum = 1e-15,
                  .maximum = 1e-2}),
      make_field(&AbsorbOptions::max_iterations,
                 {.name = "max_iterations", .doc = "inner steps at most", .minimum = 1.0}),
  };
}

std::shared_ptr<const AbsorptionPlan> plan_absorption(std::span<const Key> keys,
                                                      std::span<const Effect> effects, Index n_rows,
                                                      AbsorbRoute route, Context& context,
                                                      const comm::Ranks& ranks) {
  return build_layout(keys, effects, n_rows, route, context, ranks);
}

std::vector<double> in_input_order(const AbsorptionPlan& plan,
                                   std::span<const double> in_fit_order) {
  std::vector<double> result(in_fit_order.begin(), in_fit_order.end());
  const std::span<const GroupId> rows = plan.rows();
  for (std::size_t p = 0; p < rows.size(); ++p) result[rows[p]] = in_fit_order[p];
  return result;
}

std::vector<double> in_fit_order(const AbsorptionPlan& plan,
                                 std::span<const double> in_input_order) {
  std::vector<double> result(in_input_order.begin(), in_input_order.end());
  const std::span<const GroupId> rows = plan.rows();
  for (std::size_t p = 0; p < rows.size(); ++p) result[p] = in_input_order[rows[p]];
  return result;
}

AbsorbResult absorb(const AbsorptionPlan& plan, std::span<const std::span<double>> columns,
                    std::span<const double> weights, const AbsorbOptions& options,
                    Context& context) {
  const AbsorbLayout& layout = layout_of(plan);
  const Index n = layout.n;
  RawVector<double> w(at(n));
  for (Index p = 0; p < n; ++p) {
    w[at(p)] =
        weights.empty() ? 1.0 : weights[layout.row_of.empty() ? at(p) : layout.row_of[at(p)]];
  }
  const std::vector<double> sums = level_weights(layout, w.data());
  EffectSolver solver(layout);
  solver.use_weights({layout, w.data(), context}, sums.data(), 1, context);

  AbsorbResult result{.status = SolveStatus::kConverged, .residual = 0.0};
  const RawVector<double> zero(at(layout.n_kept_levels) * kLanes, 0.0);
  RawVector<double> v;
  RawVector<double> right(zero.size());
  for (std::size_t first = 0; first < columns.size(); first += kLanes) {
    const std::size_t count = std::min<std::size_t>(kLanes, columns.size() - first);
    std::vector<RawVector<double>> storage(count);
    std::vector<double*> out;
    std::vector<const double*> in;
    std::vector<double> totals;
    for (std::size_t j = 0; j < count; ++j) {
      const std::span<double> column = columns[first + j];
      if (!layout.row_of.empty()) {
        (void)layout.ordered(column, storage[j], context);
        out.push_back(storage[j].data());
      } else {
        out.push_back(column.data());
      }
      in.push_back(out.back());
      totals.push_back(layout.ranks.sum(absolute_sum(out.back(), w.data(), n)));
    }
    const auto worst_residual = [&] {
      double worst = 0.0;
      for (Index l = 0; l < layout.n_kept_levels; ++l) {
        for (std::size_t j = 0; j < count; ++j) {
          if (!(totals[j] > 0.0)) continue;
          worst = std::max(worst, std::abs(right[at(l) * kLanes + j]) / totals[j]);
        }
      }
      return worst;
    };
    // Each round solves for what the round before left, so rounding does not accumulate.
    sweep_columns(solver.rows(), kLanes, in, zero.data(), solver.sums(kLanes), right.data(), out,
                  context);
    Index used = 0;
    double residual = worst_residual();
    double best = residual;
    for (int round = 0; residual > options.tolerance; ++round) {
      if (context.stop.stop_requested()) {
        result.status = SolveStatus::kCancelled;
        break;
      }
      numerics::ConjugateGradientOptions inner{.max_iterations = options.max_iterations - used};
      inner.reductions.fill(kInnerReduction);
      const auto solved = solver.solve(kLanes, right, v, inner, context);
      used += solved.iterations;
      sweep_columns(solver.rows(), kLanes, in, v.data(), solver.sums(kLanes), right.data(), out,
                    context);
      residual = worst_residual();
      if (residual <= options.tolerance) break;
      if (used >= options.max_iterations) {
        result.status = SolveStatus::kIterationLimit;
        break;
      }
      if (round + 1 == kMaxRounds || residual > 0.5 * best) {
        result.status = SolveStatus::kStalled;
        break;
      }
      best = std::min(best, residual);
    }
    result.iterations = std::max(result.iterations, used);
    result.residual = std::max(result.residual, residual);
    if (!layout.row_of.empty()) {
      for (std::size_t j = 0; j < count; ++j) {
        for (Index p = 0; p < n; ++p) columns[first + j][layout.row_of[at(p)]] = storage[j][at(p)];
      }
    }
  }
  return result;
}

}  // namespace altyn::estimation
