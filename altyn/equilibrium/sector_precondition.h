#pragma once

#include <span>
#include <vector>

#include "altyn/equilibrium/sector_world.h"

namespace altyn::equilibrium::sector {

/// What slows a sweep down is each economy on its own: its price level feeds its own costs, its
/// spending its own income, and its wages move against its exports. This corrects a residual for
/// those few modes (one of costs, one of spending, one per factor) by a small linear system per
/// economy, at the cost of a few passes over the state. It halves the number of sweeps and leaves
/// the solution alone. Source: a two-level (coarse grid) correction with Perron-like shapes.
class CoarseCorrection {
 public:
  CoarseCorrection() = default;
  /// Shapes and weights from the base. Cost: one pass over the trade shares, three over the inputs.
  explicit CoarseCorrection(const World& world);

  /// Per-economy systems for a solve whose trade shares react to unit costs with `cost_power` [J].
  struct Factors {
    std::vector<double> gain;  ///< [n][m][m], m = 2 + factors
    Block damping;             ///< of the output part of the state [J][row]; empty without entry
  };
  void factorise(const World& world, std::span<const double> cost_power, Factors& factors) const;

  /// residual += correction, in place.
  void apply(const World& world, const Factors& factors, std::span<double> residual) const;
  /// The transpose of apply.
  void apply_transposed(const World& world, const Factors& factors, std::span<double> weight) const;

 private:
  Block cost_shape_, cost_weight_, spending_shape_, spending_weight_;  // [J][row]
  Block home_price_;  // own share of spending [J][row]
  Block home_sales_;  // share of output sold at home [J][row]
  Block self_;        // own price's weight in the demand for own output [J][row]
  Block cost_reaction_, spending_reaction_;  // [J][row]
  Block duty_rate_;                          // duty per unit of spending, times spending [J][row]
  std::vector<double> income_reaction_;      // of the spending mode to income [n]
};

}  // namespace altyn::equilibrium::sector
