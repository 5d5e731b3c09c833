#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/core/types.h"

namespace altyn::equilibrium {

/// How deficits are closed (docs/models/one-sector.md, equation 5).
enum class Closure {
  kNone,            ///< no deficits: the base is balanced first, and changes are from there
  kAdditive,        ///< fixed in units of the numeraire
  kWorldShare,      ///< fixed shares of world value added
  kMultiplicative,  ///< a fixed ratio to own value added, with one world scalar
  kEndogenous,      ///< a fixed part of each market's spending is earned there, whoever sells
};

/// The name used in options and certificates: "none", "additive", "world_share", "multiplicative",
/// "endogenous".
[[nodiscard]] const char* to_string(Closure closure);
[[nodiscard]] std::vector<std::string> closure_names();

/// Deficits in a new equilibrium. Shapes: all [n]; `left` is the part of base deficits that the
/// closure `none` has still to remove (0 when balanced). Returns the world scalar: of deficits
/// (world_share) or of ratios (multiplicative), else 1. Endogenous deficits follow from flows and
/// are left as they are.
double close_deficits(Closure closure, double left, std::span<const double> base_value_added,
                      std::span<const double> base_deficit, std::span<const double> value_added,
                      std::span<double> deficit);

/// The part of each market's spending that is earned in the market itself, whoever sells there
/// (closure `endogenous`), such that the base's deficits follow: with factory-gate flows X and
/// spending S, D_n = local_n S_n - sum_m local_m X_nm. Of the family of solutions the one whose
/// smallest part is zero. Shapes: flows [n * n] exporter rows; spending, deficit, result [n].
/// Errors: InputError "deficits-not-endogenous" when no parts between 0 and 1 exist.
/// Source: Ignatenko, Lashkaripour, Macedoni and Simonovska (2025).
[[nodiscard]] std::vector<double> local_parts(const std::vector<std::string>& economies,
                                              std::span<const double> flows,
                                              std::span<const double> spending,
                                              std::span<const double> deficit);

/// Workers who choose where to live among the regions of one nation, by real reward with Frechet
/// tastes: the number of workers of a region moves with (real reward)^elasticity.
struct LabourMobility {
  std::vector<Index> nation{};    ///< [n] the group a region belongs to, or -1 for immobile labour
  std::vector<double> workers{};  ///< [n] in the base, any unit; empty = as value added
  double elasticity = 0.0;        ///< shape of the Frechet tastes
  [[nodiscard]] bool empty() const { return nation.empty() || elasticity == 0.0; }
};

/// Checks shapes and range. Errors: InputError.
void check_mobility(const std::vector<std::string>& economies, const LabourMobility& mobility);

/// Logs of the change of workers per region given logs of the change of real rewards, with the
/// nation's number of workers unchanged. `value_added` stands in where base numbers of workers are
/// not given. Shapes: [n].
void move_workers(const LabourMobility& mobility, std::span<const double> value_added,
                  std::span<const double> real_reward_log, std::span<double> workers_log);

}  // namespace altyn::equilibrium
