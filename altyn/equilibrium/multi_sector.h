#pragma once

#include <memory>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/core/types.h"
#include "altyn/equilibrium/base_check.h"
#include "altyn/equilibrium/multi_sector_base.h"
#include "altyn/equilibrium/one_sector.h"

/// Many sectors with input-output links, tariffs and their revenue, in changes. Switches: several
/// factors, no inputs, entry and selection of firms (Krugman, Melitz), export taxes, pooled
/// revenue. Equations and their numbers: docs/models/multi-sector.md.
namespace altyn::equilibrium {

struct MultiSectorOptions {
  Closure closure = Closure::kMultiplicative;
  std::string numeraire = "world";  ///< "world": world factor income is fixed; or an economy's
  double tolerance = 1e-10;         ///< on max |log residual| of every block of equations
  Index max_iterations = 1000;
  double base_tolerance = 1e-4;  ///< a base off its own equations by more than this is refused
  static std::vector<Field<MultiSectorOptions>> fields();
};

/// The new equilibrium. Hats are new over old; values are in the base's currency, measured in the
/// numeraire. Unless `status` is kConverged the numbers are those of the last iterate and only
/// `message` and `certificate` should be shown. Shapes as in the base.
struct MultiSectorResult {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message;  ///< "" when converged, else which market failed and why
  Certificate certificate;

  std::vector<double> wage_hat;            ///< [factor, economy]
  std::vector<double> workers_hat;         ///< [economy] 1 where they do not move
  std::vector<double> cost_hat;            ///< [sector, economy] unit cost
  std::vector<double> price_hat;           ///< [sector, economy] price index of what is bought
  std::vector<double> consumer_price_hat;  ///< [economy]
  std::vector<double> expenditure;         ///< [sector, economy] tariff included
  std::vector<double> output;              ///< [sector, economy] at the producer's price
  std::vector<double> trade_share;         ///< [sector, importer, exporter]

  std::vector<double> income;         ///< [economy] final spending
  std::vector<double> duty;           ///< [economy] import duties collected
  std::vector<double> duty_pooled;    ///< [economy] of these, paid into a pool
  std::vector<double> duty_received;  ///< [economy] from a pool
  std::vector<double> export_duty;    ///< [economy] export taxes collected
  std::vector<double> deficit;        ///< [economy]
  double deficit_scalar = 1.0;        ///< world scalar of the multiplicative closure
  std::vector<double> welfare_hat;    ///< [economy] real income, exact: equation (12)
};

class MultiSectorModel;
class MultiSectorWorkspace;

struct SolveMode {
  bool warm = false;        ///< start from the workspace's last solution (whose shock was near)
                            ///< instead of the base; the last digits then depend on it
  bool trade_share = true;  ///< fill MultiSectorResult::trade_share
  const MultiSectorWorkspace* from = nullptr;  ///< start from the solution held here instead
};

namespace sector {
struct World;
struct SolveState;
class CoarseCorrection;
}  // namespace sector

/// Memory of one thread's solves; reuse it and a solve allocates little.
class MultiSectorWorkspace {
 public:
  MultiSectorWorkspace();
  ~MultiSectorWorkspace();
  MultiSectorWorkspace(MultiSectorWorkspace&&) noexcept;
  MultiSectorWorkspace& operator=(MultiSectorWorkspace&&) noexcept;
  /// The equations at the last answer (multi_sector_workspace.h), for derivatives.
  [[nodiscard]] sector::SolveState& state() { return *state_; }
  [[nodiscard]] const sector::SolveState& state() const { return *state_; }

 private:
  friend class MultiSectorModel;
  std::unique_ptr<sector::SolveState> state_;
};

/// A checked base that is an equilibrium, with everything that repeated solves share. Immutable
/// after construction, so one model serves many threads.
///
/// A base within `base_tolerance` of its equations is solved once without any change and the
/// outcome becomes the base, so that hats measure the shock alone; with closure kNone deficits are
/// removed in the same step. A base further off is refused: see base_check.h for repair.
class MultiSectorModel {
 public:
  /// Errors: InputError naming economy and sector for wrong shapes, names twice, negative shares,
  /// shares that do not sum, zero expenditure, an economy that trades with itself only, a sector
  /// without suppliers, theta at or below zero, a tariff at or below -100%, deficits that do not
  /// sum to zero, revenue keys that do not sum to one, a base that is not an equilibrium
  /// ("base-not-equilibrium").
  MultiSectorModel(MultiSectorBase base, MultiSectorOptions options, Context& context);
  ~MultiSectorModel();
  MultiSectorModel(MultiSectorModel&&) noexcept;
  MultiSectorModel& operator=(MultiSectorModel&&) noexcept;

  /// The base that hats compare with: the given one, made exact.
  [[nodiscard]] const MultiSectorBase& base() const;
  [[nodiscard]] const MultiSectorOptions& options() const;
  /// How far the given base was from an equilibrium.
  [[nodiscard]] const BaseCheck& base_check() const;
  /// Levels of the base: the result of no shock.
  [[nodiscard]] const MultiSectorResult& base_levels() const;
  /// Internals, for derivatives and batches of the same model.
  [[nodiscard]] const sector::World& world() const;
  [[nodiscard]] const sector::CoarseCorrection& coarse_correction() const;

  /// Solves one shock. Errors: InputError for a shock of the wrong shape or out of range.
  /// Cost: about 30 sweeps, each one pass over two arrays of N * N * J and one of N * J * J; about
  /// five times that where workers move.
  void solve(const MultiSectorShock& shock, MultiSectorWorkspace& workspace,
             MultiSectorResult& result, Context& context, SolveMode mode = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One solve: builds the model and solves the shock. Errors: as MultiSectorModel and its solve.
[[nodiscard]] MultiSectorResult solve_multi_sector(const MultiSectorBase& base,
                                                   const MultiSectorShock& shock,
                                                   const MultiSectorOptions& options,
                                                   Context& context);

}  // namespace altyn::equilibrium
