#pragma once

#include <span>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

// Notation, for P lanes (4 or 8) at once
//   w [n] working weights, D_r the dummies (times slopes) of the kept effects, V [L x P]
//   M_0 subtracts the weighted mean of each run when an effect is eliminated, else the identity
//   S = D_r' W M_0 D_r, the normal matrix of the kept effects

/// Accumulators of one pass: each shard adds into its own part; parts are merged in shard order.
class LevelSums {
 public:
  LevelSums(const AbsorbLayout& layout, int n_lanes);
  /// Zeroes and returns the part of a shard. Level l of kept effect e stands at row
  /// l + shift(shard, e) of it.
  [[nodiscard]] double* open(Index shard);
  [[nodiscard]] Index shift(Index shard, std::size_t kept_effect) const;
  /// sums [L * P] over all shards, and over all ranks.
  void merge(double* sums, Context& context) const;

 private:
  const AbsorbLayout* layout_;
  std::size_t lanes_;
  std::vector<Index> start_;  // [n_shards + 1] rows of parts
  numerics::RawVector<double> parts_;
};

/// What a shard's kernel needs of one kept effect.
struct EffectRows {
  const GroupId* levels = nullptr;  ///< [n]
  const double* slope = nullptr;    ///< [n]; null for intercepts
  Index shift = 0;                  ///< of its levels within the shard's part of the sums
};
[[nodiscard]] std::vector<EffectRows> effect_rows(const AbsorbLayout& layout, const LevelSums& sums,
                                                  Index shard);

/// Intercepts before the first effect with a slope, two at most: kernels know these at compile
/// time.
[[nodiscard]] std::size_t leading_intercepts(std::span<const EffectRows> effects);

/// Rows and weights that sweeps run over.
struct WeightedRows {
  const AbsorbLayout* layout = nullptr;
  const double* weights = nullptr;           ///< [n] fit order
  std::vector<double> inverse_run_weight{};  ///< [n_runs] 1 / sum of weights, 0 when that is 0

  WeightedRows(const AbsorbLayout& layout_in, const double* weights_in, Context& context);
  WeightedRows(const AbsorbLayout& layout_in, const double* weights_in,
               std::vector<double> inverse_run_weight_in)
      : layout(&layout_in),
        weights(weights_in),
        inverse_run_weight(std::move(inverse_run_weight_in)) {}
};

/// normal_sums = S V. Cost: one pass over weights and levels.
void apply_normal_matrix(const WeightedRows& rows, int n_lanes, const double* v, LevelSums& sums,
                         double* normal_sums, Context& context);

/// The same in the calling thread, summed straight into `normal_sums`.
void apply_normal_matrix_alone(const WeightedRows& rows, int n_lanes, const double* v,
                               double* normal_sums);

/// residual = M_0 (x - D_r V) for up to n_lanes columns; level_sums = D_r' W residual. When `out`
/// is not empty the residuals are written there (out[j] may be columns[j]).
void sweep_columns(const WeightedRows& rows, int n_lanes, std::span<const double* const> columns,
                   const double* v, LevelSums& sums, double* level_sums,
                   std::span<double* const> out, Context& context);

}  // namespace altyn::estimation
