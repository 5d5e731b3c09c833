#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/estimation/problem.h"

namespace altyn::estimation {

/// How effects are swept out of columns.
enum class AbsorbRoute {
  kAuto,     ///< probe the structure and choose
  kBlocks,   ///< two effects share a key (country-year): exact per-year blocks, conjugate gradients
             ///< on the other effects
  kGeneral,  ///< any effects: largest one eliminated, preconditioned conjugate gradients on the
             ///< rest
};

/// The structure of a set of effects over a set of rows: order, levels, blocks. It depends on
/// neither y, regressors nor weights, so it is built once and shared by every fit of the same rows.
/// Cost: a few passes over the rows; memory about 4 bytes * n * (1 + effects outside blocks).
class AbsorptionPlan {
 public:
  virtual ~AbsorptionPlan() = default;
  [[nodiscard]] virtual Index n_rows() const = 0;
  /// Input row of each position of the fit order; empty when the order is the input's.
  [[nodiscard]] virtual std::span<const GroupId> rows() const = 0;
  [[nodiscard]] virtual Index n_effects() const = 0;
  /// Levels of an effect that occur; they are numbered in the order of their key ids.
  [[nodiscard]] virtual GroupId n_levels(Index effect) const = 0;
  /// Key ids of one level, in the order of Effect::keys.
  [[nodiscard]] virtual std::vector<GroupId> level_key_ids(Index effect, GroupId level) const = 0;
  /// Level of every row of one effect, in fit order [n]. Cost: O(n), a new vector.
  [[nodiscard]] virtual std::vector<GroupId> levels_in_fit_order(Index effect) const = 0;
  /// What was found and chosen, for the reader: "80 year blocks of 250 x 250, ...".
  [[nodiscard]] virtual const std::string& route() const = 0;
};

/// Finds the structure. Errors: InputError when a key's ids are out of range or lengths differ, or
/// when kBlocks is asked for and no two effects form blocks.
/// With several ranks: the levels of an effect that lie on one rank each may be numbered there
/// alone; "too-many-ranks" when a rank has no rows.
[[nodiscard]] std::shared_ptr<const AbsorptionPlan> plan_absorption(std::span<const Key> keys,
                                                                    std::span<const Effect> effects,
                                                                    Index n_rows, AbsorbRoute route,
                                                                    Context& context,
                                                                    const comm::Ranks& ranks = {});

/// Columns from fit order to input order: out[plan.rows()[p]] = in[p].
[[nodiscard]] std::vector<double> in_input_order(const AbsorptionPlan& plan,
                                                 std::span<const double> in_fit_order);
/// Columns from input order to fit order.
[[nodiscard]] std::vector<double> in_fit_order(const AbsorptionPlan& plan,
                                               std::span<const double> in_input_order);

struct AbsorbOptions {
  double tolerance = 1e-10;
  Index max_iterations = 10'000;
  static std::vector<Field<AbsorbOptions>> fields();
};

struct AbsorbResult {
  SolveStatus status = SolveStatus::kNotRun;
  Index iterations = 0;    ///< most inner steps that a column needed
  double residual = -1.0;  ///< largest |weighted sum of a column in a level (times its slope)| over
                           ///< the column's sum of weight * |value| before
};

/// Replaces each column by its residual from a weighted regression on all effects.
/// Shapes: columns, each [n] in input order, in place; weights [n] >= 0 in input order, empty = 1.
/// Status: kConverged, kIterationLimit or kStalled (columns then hold the best residuals found).
/// Source: conjugate gradients on the normal equations, Hestenes and Stiefel (1952).
AbsorbResult absorb(const AbsorptionPlan& plan, std::span<const std::span<double>> columns,
                    std::span<const double> weights, const AbsorbOptions& options,
                    Context& context);

}  // namespace altyn::estimation
