#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/core/types.h"
#include "altyn/equilibrium/closure.h"
#include "altyn/equilibrium/revenue_pool.h"

/// One-sector general equilibrium in changes: Armington or Eaton-Kortum with deficits, tariffs,
/// roundabout intermediates and an elastic supply, each of them off by default.
/// Equations: docs/models/one-sector.md.
namespace altyn::equilibrium {

/// The observed world. Matrices are row-major, exporter row, importer column; n economies.
struct OneSectorBase {
  std::vector<std::string> economies{};     ///< [n] distinct codes
  std::vector<double> trade{};              ///< [n * n] spending of the importer, tariff included,
                                            ///< domestic sales on the diagonal; any one currency
  double theta = 5.0;                       ///< trade elasticity, sigma - 1
  std::vector<double> tariff{};             ///< [n * n] ad-valorem rates (0.05 = 5%); empty = none
  std::vector<double> value_added_share{};  ///< [n] of gross output, in (0, 1]; empty = 1
  double supply_elasticity = 0.0;           ///< of factor supply to its real reward (psi)
  std::vector<RevenuePool> pools{};         ///< duties shared in the base
  LabourMobility mobility{};                ///< of workers between regions; empty = none
};

/// What changes. Empty vectors mean no change.
struct OneSectorShock {
  std::vector<double> cost_hat{};    ///< [n * n] iceberg cost, new over old
  std::vector<double> direct_log{};  ///< [n * n] direct effect on log trade, -theta ln cost_hat:
                                     ///< an estimated coefficient times the change of its
                                     ///< variable; adds to cost_hat
  std::vector<double> tariff{};      ///< [n * n] new rates; empty = those of the base
  std::vector<double> productivity_hat{};  ///< [n]
  std::vector<double> endowment_hat{};     ///< [n] of factors: workers, capital
  double theta = 0.0;  ///< another trade elasticity for this solve; 0 = the base's
  /// New pools instead of the base's; an empty list ends sharing.
  std::optional<std::vector<RevenuePool>> pools{};
};

struct OneSectorOptions {
  Closure closure = Closure::kMultiplicative;
  std::string numeraire = "world";  ///< "world": world income is fixed; or an economy: its wage is
  double tolerance = 1e-10;
  Index max_iterations = 2000;
  static std::vector<Field<OneSectorOptions>> fields();
};

/// The new equilibrium. All hats are new over old; values are in the base's currency, measured in
/// the numeraire. Unless `status` is kConverged the numbers are those of the last iterate and only
/// `message` and `certificate` should be shown.
struct OneSectorResult {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message;  ///< "" when converged, else which market failed and why
  Certificate certificate;
  double theta = 0.0;  ///< used in this solve

  std::vector<double> wage_hat;            ///< [n] reward of one unit of the factor
  std::vector<double> producer_price_hat;  ///< [n] factory gate
  std::vector<double> price_hat;           ///< [n] price index of spending
  std::vector<double> output_hat;          ///< [n] value of sales at the factory gate
  std::vector<double> expenditure_hat;     ///< [n]
  std::vector<double> workers_hat;         ///< [n] 1 where they do not move
  std::vector<double> welfare_hat;         ///< [n] real income: factor income, revenue and deficit
                                           ///< over the price index

  std::vector<double> base_trade;  ///< [n * n] what the hats compare with
  std::vector<double> base_output, base_expenditure, base_deficit;    ///< [n]
  std::vector<double> base_revenue_collected, base_revenue_received;  ///< [n]
  std::vector<double> base_domestic_share;                            ///< [n] of spending
  std::vector<double> trade;                         ///< [n * n] new spending, tariff included
  std::vector<double> output, expenditure, deficit;  ///< [n]
  std::vector<double> revenue_collected, revenue_received;  ///< [n] before and after pooling
  std::vector<double> domestic_share;                       ///< [n]
  double deficit_scalar = 1.0;  ///< world scalar of the multiplicative closure

  /// [n * n] the same shock when nothing but the pair's own cost responds (direct), and when prices
  /// adjust but every economy's output and spending stay (conditional); `trade` is the full effect.
  /// Filled by solve_one_sector only. The conditional effect has its own certificate: it fails in
  /// places where the full one does not (trade that all but vanishes while deficits stay).
  std::vector<double> direct_trade, conditional_trade;
  Certificate conditional_certificate;
};

class OneSectorModel;

/// Memory of one thread's solves; reuse it and a solve allocates nothing.
class OneSectorWorkspace {
 public:
  OneSectorWorkspace();
  ~OneSectorWorkspace();
  OneSectorWorkspace(OneSectorWorkspace&&) noexcept;
  OneSectorWorkspace& operator=(OneSectorWorkspace&&) noexcept;

 private:
  friend class OneSectorModel;
  struct State;
  std::unique_ptr<State> state_;
};

/// A checked base with everything that repeated solves share. Immutable after construction, so one
/// model serves many threads.
class OneSectorModel {
 public:
  /// Errors: InputError, naming the economy, for a base that is not square, has duplicate codes, a
  /// negative or missing flow, an economy that buys or sells nothing or trades only with itself,
  /// theta or a value added share out of range, a tariff at or below -100%, deficits that exceed
  /// income, an unknown numeraire.
  OneSectorModel(OneSectorBase base, OneSectorOptions options);
  ~OneSectorModel();
  OneSectorModel(OneSectorModel&&) noexcept;
  OneSectorModel& operator=(OneSectorModel&&) noexcept;

  [[nodiscard]] const OneSectorBase& base() const;
  [[nodiscard]] const OneSectorOptions& options() const;

  /// Solves one shock. Errors: InputError for a shock of the wrong shape or out of range.
  /// Cost: about 15 sweeps of 2 n^2 multiplications and 3 n exponentials.
  void solve(const OneSectorShock& shock, OneSectorWorkspace& workspace, OneSectorResult& result,
             const std::stop_token& stop = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Solves one shock and adds the direct and conditional effects.
/// Errors: as OneSectorModel and its solve.
[[nodiscard]] OneSectorResult solve_one_sector(const OneSectorBase& base,
                                               const OneSectorShock& shock,
                                               const OneSectorOptions& options, Context& context);

/// Solves draws 0 .. n_draws - 1 of shocks on one base over the context's threads.
/// `set_shock(draw, shock)` writes the draw into `shock`, which arrives as the previous draw of the
/// same shard left it; `take_result(draw, result)` keeps what is wanted. Both are called from
/// several threads at once and must touch only what belongs to their draw. Every draw is solved
/// from the base, so its bits depend on nothing but itself.
/// Returns the number of draws that did not converge. Errors: Cancelled; those of the callbacks.
Index solve_many(const OneSectorModel& model, Index n_draws,
                 const std::function<void(Index draw, OneSectorShock& shock)>& set_shock,
                 const std::function<void(Index draw, const OneSectorResult& result)>& take_result,
                 Context& context);

/// Gain of today's trade over autarky, 1 - lambda_nn^(1/theta_eff) per economy: the part of real
/// income that autarky would cost, where theta_eff is theta times the value added share over one
/// plus the supply elasticity. Exact when there are no tariffs and deficits.
/// Source: Arkolakis, Costinot and Rodriguez-Clare (2012).
[[nodiscard]] std::vector<double> gains_from_trade(const OneSectorBase& base);

}  // namespace altyn::equilibrium
