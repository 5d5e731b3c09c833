#include "altyn/equilibrium/one_sector.h"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/one_sector_check.h"
#include "altyn/numerics/continuation.h"
#include "altyn/numerics/dense_kernels.h"
#include "altyn/numerics/fixed_point.h"
#include "altyn/numerics/matrix_balance.h"

// Notation (docs/models/one-sector.md; i exporter, n importer, all in logs unless a value):
//   x = ln p-hat producer prices [n], the unknown;   P = ln price index hats [n];
//   a = shares times cost changes^-theta, b = a over the new tariff factor [n x stride];
//   s = exp(-theta x) [n];  q = a^T s [n];  Q output, S spending at the factory gate, E spending.
namespace altyn::equilibrium {
namespace {

using Vector = std::vector<double>;

constexpr Index kNoNumeraire = -1;

enum class Trouble { kNothing, kSpendingNotPositive, kNotFinite };

// What does not change between solves of one model.
struct World {
  std::size_t n = 0;
  std::size_t stride = 0;
  OneSectorAccounts accounts;
  Vector value_added_share;  // beta [n]
  Vector supply_exponent;    // (1 + psi) / beta [n]: of the real producer price in real output
  LabourMobility mobility;
  double world_value_added = 0.0;
  Index numeraire = kNoNumeraire;  // an economy, or none: world value added
  Closure closure = Closure::kMultiplicative;
  Vector local_part;  // of spending that is earned in the market itself [n] (closure endogenous)
};

// The equations of one shock, evaluated at producer prices x.
struct System {
  const World* world = nullptr;
  double theta = 0.0;
  const double* a = nullptr;
  const double* b = nullptr;  // equals a when there are no tariffs
  Vector productivity_log;    // [n]
  const std::vector<PoolPlaces>* pools = nullptr;
  Vector endowment;  // [n] values of the change

  Vector price, index, wage, workers;     // logs, in the numeraire [n]
  Vector scale, demand_share, per_price;  // s [n], q [stride], E / q [stride]
  Vector factory_share;                   // b^T s [stride]; q when there are no tariffs
  Vector output, value_added, deficit;    // values [n]
  Vector spending, expenditure, sales, received;
  Vector residual;    // ln(demand / supply) [n]
  Vector step_scale;  // [n]
  double deficit_scalar = 1.0;
  double deficit_left = 0.0;  // closure none: part of the deficits on the way to balance
  double worst_residual = -1.0;
  Index worst = -1;
  Trouble trouble = Trouble::kNothing;
  Index troubled = -1;

  void resize(const World& w) {
    world = &w;
    for (Vector* v : {&productivity_log, &endowment, &price, &index, &wage, &workers, &scale,
                      &output, &value_added, &deficit, &spending, &expenditure, &sales, &received,
                      &residual, &step_scale}) {
      v->resize(w.n);
    }
    for (Vector* v : {&demand_share, &per_price, &factory_share}) v->assign(w.stride, 0.0);
  }

  double evaluate(std::span<const double> x);
  void set_spending(bool tariffs);
  void set_local_deficits();
  [[nodiscard]] double kept_duty(const PoolPlaces& pool, std::size_t k) const;
  void set_pool_spending(const PoolPlaces& pool);
  void set_step_scale();
};

// The part of member k's spending that is duty on members' goods and stays with it.
double System::kept_duty(const PoolPlaces& pool, std::size_t k) const {
  if (pool.duties_inside_too) return 0.0;
  double kept = 0.0;
  for (const std::size_t i : pool.members) {
    const std::size_t cell = i * world->stride + k;
    kept += (a[cell] - b[cell]) * scale[i];
  }
  return kept / demand_share[k];
}

// Spending of a pool's members. Of every unit that member k spends, `kept` is duty on members'
// goods that it keeps and `shared` goes to the pool; what comes back depends on all members'
// spending, one linear equation.
void System::set_pool_spending(const PoolPlaces& pool) {
  double collected = 0.0, left = 1.0;
  for (std::size_t m = 0; m < pool.members.size(); ++m) {
    const std::size_t k = pool.members[m];
    const double kept = kept_duty(pool, k);
    const double shared = 1.0 - spending[k] - kept;
    collected += shared * (output[k] + deficit[k]) / (1.0 - kept);
    left -= shared * pool.keys[m] / (1.0 - kept);
  }
  for (std::size_t m = 0; m < pool.members.size(); ++m) {
    const std::size_t k = pool.members[m];
    expenditure[k] =
        (output[k] + deficit[k] + pool.keys[m] * collected / left) / (1.0 - kept_duty(pool, k));
  }
}

// Closure endogenous, equation (10): spending at the factory gate S solves one linear system in
// output, and deficits follow from it. Columns sum to one, so that the world's deficits are zero.
void System::set_local_deficits() {
  const World& w = *world;
  const auto size = static_cast<Eigen::Index>(w.n);
  const Vector& factory = b != a ? factory_share : demand_share;
  Eigen::MatrixXd earned(size, size);  // of a unit spent in the column's market, outside it
  Eigen::VectorXd made(size);
  for (std::size_t n = 0; n < w.n; ++n) {
    const double unit = w.local_part[n] / factory[n];
    for (std::size_t i = 0; i < w.n; ++i) {
      earned(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(n)) =
          b[i * w.stride + n] * scale[i] * unit;
    }
    made(static_cast<Eigen::Index>(n)) = output[n];
  }
  Eigen::MatrixXd system = earned;
  for (Eigen::Index n = 0; n < size; ++n) {
    system(n, n) += 1.0 - w.local_part[static_cast<std::size_t>(n)];
  }
  for (const PoolPlaces& pool : *pools) {
    for (const std::size_t k : pool.members) {
      const double part = factory[k] / demand_share[k];
      const double shared = (1.0 - part - kept_duty(pool, k)) / part;
      const auto column = static_cast<Eigen::Index>(k);
      system(column, column) += shared;
      for (std::size_t m = 0; m < pool.members.size(); ++m) {
        system(static_cast<Eigen::Index>(pool.members[m]), column) -= pool.keys[m] * shared;
      }
    }
  }
  const Eigen::VectorXd spent = system.partialPivLu().solve(made);
  const Eigen::VectorXd elsewhere = earned * spent;
  for (std::size_t n = 0; n < w.n; ++n) {
    const auto row = static_cast<Eigen::Index>(n);
    deficit[n] = w.local_part[n] * spent(row) - elsewhere(row);
  }
}

// Equations (4) and (5): deficits, revenue, spending. Shares of spending fix the part 1 - F of an
// economy's spending that is revenue, so that incomes follow without iteration even when revenue
// is pooled.
void System::set_spending(bool tariffs) {
  const World& w = *world;
  deficit_scalar = close_deficits(w.closure, deficit_left, w.accounts.value_added,
                                  w.accounts.deficit, value_added, deficit);
  if (w.closure == Closure::kEndogenous) set_local_deficits();
  for (std::size_t n = 0; n < w.n; ++n) {
    spending[n] = tariffs ? factory_share[n] / demand_share[n] : 1.0;  // F
    expenditure[n] = (output[n] + deficit[n]) / spending[n];
  }
  if (tariffs) {
    for (const PoolPlaces& pool : *pools) set_pool_spending(pool);
  }
  for (std::size_t n = 0; n < w.n; ++n) {
    spending[n] *= expenditure[n];
    received[n] = expenditure[n] - output[n] - deficit[n];
    if (!(spending[n] > 0.0) && trouble == Trouble::kNothing) {
      trouble = std::isfinite(spending[n]) ? Trouble::kSpendingNotPositive : Trouble::kNotFinite;
      troubled = static_cast<Index>(n);
    }
    per_price[n] = expenditure[n] / demand_share[n];
  }
}

double System::evaluate(std::span<const double> x) {
  const World& w = *world;
  const bool tariffs = b != a;
  trouble = Trouble::kNothing;
  for (std::size_t i = 0; i < w.n; ++i) scale[i] = std::exp(-theta * x[i]);
  numerics::multiply_transposed(a, scale, demand_share);
  if (tariffs) numerics::multiply_transposed(b, scale, factory_share);

  // (1), (2): price indices, wages and output at x, then everything into the numeraire.
  for (std::size_t i = 0; i < w.n; ++i) {
    index[i] = -std::log(demand_share[i]) / theta;
    const double real_price = x[i] + productivity_log[i] - index[i];
    residual[i] = real_price / w.value_added_share[i];  // the real reward, for a moment
    wage[i] = index[i] + residual[i];
    output[i] = w.accounts.output[i] * std::exp(index[i] + w.supply_exponent[i] * real_price);
  }
  move_workers(w.mobility, w.accounts.value_added, residual, workers);
  double world_value_added = 0.0;
  for (std::size_t i = 0; i < w.n; ++i) {
    output[i] *= endowment[i];
    if (!w.mobility.empty()) output[i] *= std::exp(workers[i]);
    value_added[i] = w.value_added_share[i] * output[i];
    world_value_added += value_added[i];
  }
  const double unit = w.numeraire == kNoNumeraire
                          ? std::log(world_value_added / w.world_value_added)
                          : wage[static_cast<std::size_t>(w.numeraire)];
  const double rescale = std::exp(-unit);
  for (std::size_t i = 0; i < w.n; ++i) {
    price[i] = x[i] - unit;
    index[i] -= unit;
    wage[i] -= unit;
    output[i] *= rescale;
    value_added[i] *= rescale;
  }
  set_spending(tariffs);
  if (trouble != Trouble::kNothing) return std::numeric_limits<double>::infinity();

  // (6): market clearing.
  numerics::multiply(b, per_price, sales);
  worst_residual = 0.0;
  for (std::size_t i = 0; i < w.n; ++i) {
    sales[i] *= scale[i];
    residual[i] = std::log(sales[i] / output[i]);
    if (!(std::abs(residual[i]) <= worst_residual)) {
      worst_residual = std::abs(residual[i]);
      worst = static_cast<Index>(i);
    }
  }
  if (!std::isfinite(worst_residual)) {
    trouble = Trouble::kNotFinite;
    troubled = worst;
  }
  return worst_residual;
}

// One over the fall of ln(demand / supply) when the own producer price rises: the diagonal of the
// Jacobian at the last evaluated point, other prices and incomes held.
void System::set_step_scale() {
  const World& w = *world;
  for (std::size_t i = 0; i < w.n; ++i) {
    double own_share = 0.0;
    for (std::size_t n = 0; n < w.n; ++n) {
      own_share += a[i * w.stride + n] * b[i * w.stride + n] * per_price[n] / demand_share[n];
    }
    own_share *= scale[i] * scale[i] / sales[i];
    const double home = b[i * w.stride + i] * scale[i] * per_price[i] / sales[i];
    const double slope = theta * (1.0 - own_share) + w.supply_exponent[i] * (1.0 - home);
    step_scale[i] = 1.0 / std::max(slope, 1e-3);
  }
}

}  // namespace

struct OneSectorWorkspace::State {
  System system;
  numerics::FixedPointWorkspace fixed_point;
  Vector shares, factory_shares;  // a and b of the shock [n * stride]
  Vector unknown;                 // x [n]
  // The point that hats compare with: zero prices, or the balanced base.
  Vector price, index, wage, workers, income;
  Vector sold, bought, tax;       // sums of the reported flows, duties by pair
  std::vector<PoolPlaces> pools;  // of a shock with pools of its own
};

OneSectorWorkspace::OneSectorWorkspace() : state_(std::make_unique<State>()) {}
OneSectorWorkspace::~OneSectorWorkspace() = default;
OneSectorWorkspace::OneSectorWorkspace(OneSectorWorkspace&&) noexcept = default;
OneSectorWorkspace& OneSectorWorkspace::operator=(OneSectorWorkspace&&) noexcept = default;

struct OneSectorModel::State {
  OneSectorBase base;
  OneSectorOptions options;
  World world;
  Vector shares, factory_shares;  // a and b without a shock [n * stride]; the second empty when
                                  // there are no tariffs
  Vector balanced;                // x of the balanced base (closure none)
};

namespace {

numerics::FixedPointResult solve_system(System& system, Vector& x,
                                        numerics::FixedPointWorkspace& workspace,
                                        const OneSectorOptions& options,
                                        const std::stop_token& stop) {
  // The first evaluation also gives the scale of steps.
  if (std::isfinite(system.evaluate(x))) {
    system.set_step_scale();
  } else {
    std::fill(system.step_scale.begin(), system.step_scale.end(), 1.0 / (1.0 + system.theta));
  }
  const auto map = [&system](std::span<const double> at, std::span<double> image) {
    const double residual = system.evaluate(at);
    for (std::size_t i = 0; i < image.size(); ++i) {
      image[i] = system.price[i] + system.step_scale[i] * system.residual[i];
    }
    return residual;
  };
  const numerics::FixedPointOptions search = {.tolerance = options.tolerance,
                                              .max_iterations = options.max_iterations};
  return numerics::solve_fixed_point(std::ref(map), x, search, workspace, stop);
}

// Closure none: the base without deficits, which shrink along the path.
numerics::ContinuationResult balance(System& system, Vector& x,
                                     numerics::FixedPointWorkspace& workspace,
                                     const OneSectorOptions& options, const std::stop_token& stop) {
  const auto solve_part = [&](double t, Vector& at) -> numerics::PathSolve {
    system.deficit_left = 1.0 - t;
    const auto solved = solve_system(system, at, workspace, options, stop);
    return {solved.status, solved.iterations};
  };
  const auto balanced = numerics::follow_path(solve_part, x);
  system.deficit_left = 0.0;
  return balanced;
}

// Why a solve that walked `reached` of its path did not finish. The system is at that point.
std::string explain(const System& system, double reached, SolveStatus& status,
                    const OneSectorBase& base) {
  if (status == SolveStatus::kConverged) return {};
  if (status == SolveStatus::kCancelled) return "stopped on request";
  const World& w = *system.world;
  if (status == SolveStatus::kStalled && w.closure != Closure::kMultiplicative) {
    std::size_t least = 0;
    const auto ratio = [&](std::size_t i) { return system.spending[i] / system.output[i]; };
    for (std::size_t i = 1; i < w.n; ++i) {
      if (ratio(i) < ratio(least)) least = i;
    }
    status = SolveStatus::kNoSolution;
    return fmt::format(
        "there is no equilibrium past {:.0f}% of the shock with deficits {}: the spending of {} "
        "has "
        "fallen to {:.1f}% of its output; use the multiplicative closure or a smaller shock",
        100.0 * reached, to_string(w.closure), base.economies[least], 100.0 * ratio(least));
  }
  const Index worst = system.trouble == Trouble::kNothing ? system.worst : system.troubled;
  return fmt::format("the market of {} does not clear: ln(demand / supply) is off by {:.1e}",
                     worst < 0 ? "?" : base.economies[static_cast<std::size_t>(worst)],
                     system.worst_residual);
}

}  // namespace

std::vector<Field<OneSectorOptions>> OneSectorOptions::fields() {
  return {
      make_enum_field<&OneSectorOptions::closure>(
          {.name = "closure",
           .doc = "How trade deficits are closed: none (the base is balanced first), additive "
                  "(fixed in units of the numeraire), world_share (fixed shares of world income), "
                  "multiplicative (spending proportional to own output, with one world scalar) or "
                  "endogenous (a fixed part of each market's spending is earned there).",
           .source = "Dekle, Eaton and Kortum (2008)"},
          closure_names()),
      make_field(
          &OneSectorOptions::numeraire,
          {.name = "numeraire",
           .doc = "What values are measured in: world (world income is fixed) or the code of "
                  "an economy (its wage is fixed). Real results depend on it only under the "
                  "additive closure."}),
      make_field(&OneSectorOptions::tolerance,
                 {.name = "tolerance",
                  .doc = "Largest residual of any equation, as |log(demand / supply)|.",
                  .minimum = 1e-13,
                  .maximum = 1e-2}),
      make_field(&OneSectorOptions::max_iterations,
                 {.name = "max_iterations",
                  .doc = "Evaluations of the equations before giving up; 20 are usual.",
                  .minimum = 1}),
  };
}

OneSectorModel::OneSectorModel(OneSectorBase base, OneSectorOptions options)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  World& w = s.world;
  w.accounts = check_base(base);
  w.n = base.economies.size();
  w.stride = static_cast<std::size_t>(numerics::padded_stride(static_cast<Index>(w.n)));
  w.closure = options.closure;
  w.value_added_share = base.value_added_share;
  if (w.value_added_share.empty()) w.value_added_share.assign(w.n, 1.0);
  w.supply_exponent.resize(w.n);
  for (std::size_t i = 0; i < w.n; ++i) {
    w.supply_exponent[i] = (1.0 + base.supply_elasticity) / w.value_added_share[i];
    w.world_value_added += w.accounts.value_added[i];
  }
  w.mobility = base.mobility;
  if (options.numeraire != "world") {
    const auto found = std::find(base.economies.begin(), base.economies.end(), options.numeraire);
    if (found == base.economies.end()) {
      throw InputError(
          {.code = "unknown-numeraire",
           .what = fmt::format("numeraire {} is not an economy of the base", options.numeraire),
           .where = "numeraire",
           .why = "values are measured in world income or in the wage of one economy",
           .fixes = {
               "numeraire = world",
               fmt::format("numeraire = {}", nearest_name(options.numeraire, base.economies))}});
    }
    w.numeraire = found - base.economies.begin();
  }

  s.shares.assign(w.n * w.stride, 0.0);
  if (!base.tariff.empty()) s.factory_shares.assign(w.n * w.stride, 0.0);
  for (std::size_t i = 0; i < w.n; ++i) {
    for (std::size_t n = 0; n < w.n; ++n) {
      const double share = base.trade[i * w.n + n] / w.accounts.expenditure[n];
      s.shares[i * w.stride + n] = share;
      if (!base.tariff.empty()) {
        s.factory_shares[i * w.stride + n] = share / (1.0 + base.tariff[i * w.n + n]);
      }
    }
  }
  if (w.closure == Closure::kEndogenous) {
    Vector flows = base.trade;
    for (std::size_t cell = 0; cell < base.tariff.size(); ++cell) {
      flows[cell] /= 1.0 + base.tariff[cell];
    }
    w.local_part = local_parts(base.economies, flows, w.accounts.spending, w.accounts.deficit);
  }
  s.base = std::move(base);
  s.options = std::move(options);
  s.balanced.assign(w.n, 0.0);
  if (w.closure == Closure::kNone) {
    OneSectorWorkspace workspace;
    System& system = workspace.state_->system;
    system.resize(w);
    system.theta = s.base.theta;
    system.a = s.shares.data();
    system.b = s.factory_shares.empty() ? system.a : s.factory_shares.data();
    system.pools = &w.accounts.pools;
    std::fill(system.endowment.begin(), system.endowment.end(), 1.0);
    // A failure shows again, with its message, in every solve.
    (void)balance(system, s.balanced, workspace.state_->fixed_point, s.options, {});
  }
}

OneSectorModel::~OneSectorModel() = default;
OneSectorModel::OneSectorModel(OneSectorModel&&) noexcept = default;
OneSectorModel& OneSectorModel::operator=(OneSectorModel&&) noexcept = default;
const OneSectorBase& OneSectorModel::base() const { return state_->base; }
const OneSectorOptions& OneSectorModel::options() const { return state_->options; }

namespace {

// a and b of equations (2) to (4) at the part t of a shock, in logs: shares times cost
// changes^-theta.
void apply_shock(const OneSectorBase& base, const OneSectorShock& shock, double theta, double t,
                 const World& w, Vector& a, Vector& b) {
  const std::size_t n = w.n;
  const bool new_tariffs = !shock.tariff.empty();
  const auto before = [&](std::size_t cell) {
    return base.tariff.empty() ? 0.0 : base.tariff[cell];
  };
  if (!shock.cost_hat.empty() || !shock.direct_log.empty() || new_tariffs) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k) {
        const std::size_t cell = i * n + k;
        double log_effect = shock.direct_log.empty() ? 0.0 : shock.direct_log[cell];
        if (!shock.cost_hat.empty() && shock.cost_hat[cell] != 1.0) {
          log_effect -= theta * std::log(shock.cost_hat[cell]);
        }
        if (new_tariffs && shock.tariff[cell] != before(cell)) {
          log_effect -= theta * std::log((1.0 + shock.tariff[cell]) / (1.0 + before(cell)));
        }
        if (log_effect != 0.0) a[i * w.stride + k] *= std::exp(t * log_effect);
      }
    }
  }
  if (!new_tariffs && base.tariff.empty()) {
    b.clear();
    return;
  }
  b.assign(n * w.stride, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t cell = i * n + k;
      double factor = 1.0 + (new_tariffs ? shock.tariff[cell] : before(cell));
      if (t != 1.0) factor = std::pow(factor, t) * std::pow(1.0 + before(cell), 1.0 - t);
      b[i * w.stride + k] = a[i * w.stride + k] / factor;
    }
  }
}

// Spending by pair, equation (3), and the shares it implies at home.
void write_trade(const System& system, Vector& trade, Vector& domestic_share) {
  const World& w = *system.world;
  trade.resize(w.n * w.n);
  domestic_share.resize(w.n);
  for (std::size_t i = 0; i < w.n; ++i) {
    const double* row = system.a + i * w.stride;
    double* to = trade.data() + i * w.n;
    for (std::size_t n = 0; n < w.n; ++n) to[n] = row[n] * system.scale[i] * system.per_price[n];
    domestic_share[i] = to[i] / system.expenditure[i];
  }
}

// Final income: spending less intermediate use.
double final_income(const System& system, std::size_t i) {
  return system.expenditure[i] - (1.0 - system.world->value_added_share[i]) * system.output[i];
}

struct Worst {
  double residual = 0.0;
  std::size_t at = 0;
  void see(double value, std::size_t i) {
    // What is no number is worse than any number, and stays.
    if (std::isnan(residual) || std::abs(value) <= residual) return;
    residual = std::abs(value);
    at = i;
  }
};

// Every block of equations from the reported flows, not from the search's own quantities.
void certify(const System& system, const OneSectorBase& base, const OneSectorShock& shock,
             const OneSectorOptions& options, Vector& sold, Vector& bought, Vector& tax,
             OneSectorResult& result) {
  const World& w = *system.world;
  const Vector& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  result.revenue_collected.resize(w.n);
  result.revenue_received.resize(w.n);
  result.deficit = system.deficit;
  tax.assign(w.n * w.n, 0.0);
  sold.assign(w.n, 0.0);
  bought.assign(w.n, 0.0);
  for (std::size_t i = 0; i < w.n; ++i) {
    for (std::size_t n = 0; n < w.n; ++n) {
      const double value = result.trade[i * w.n + n];
      bought[n] += value;
      if (tariff.empty()) {
        sold[i] += value;
      } else {
        const double factory = value / (1.0 + tariff[i * w.n + n]);
        sold[i] += factory;
        tax[i * w.n + n] = value - factory;
      }
    }
  }
  share_duties(*system.pools, tax, result.revenue_collected, result.revenue_received);
  Worst market, budget, prices;
  double deficit_sum = 0.0;
  double world_output = 0.0;
  double world_value_added = 0.0;
  result.certificate.positive = true;
  for (std::size_t i = 0; i < w.n; ++i) {
    deficit_sum += result.deficit[i];
    world_output += system.output[i];
    world_value_added += system.value_added[i];
    market.see(std::log(sold[i] / system.output[i]), i);
    budget.see(std::log(system.expenditure[i] /
                        (system.output[i] + result.revenue_received[i] + result.deficit[i])),
               i);
    prices.see(std::log(bought[i] / system.expenditure[i]), i);
    const double values[] = {system.wage[i], system.price[i], system.index[i]};
    for (const double value : values) {
      result.certificate.positive = result.certificate.positive && std::isfinite(value);
    }
    result.certificate.positive = result.certificate.positive && system.output[i] > 0.0 &&
                                  system.expenditure[i] > 0.0 && final_income(system, i) > 0.0;
  }
  const double unit = w.numeraire == kNoNumeraire
                          ? std::log(world_value_added / w.world_value_added)
                          : system.wage[static_cast<std::size_t>(w.numeraire)];
  // Sums and logarithms of flows that theta raises to a power carry rounding of about this size.
  const double tolerance = std::max(options.tolerance, 1e-15 * static_cast<double>(w.n));
  const auto block = [&](std::size_t k, const char* name, double residual, const char* measure,
                         const std::string& worst) {
    CertificateBlock& entry = result.certificate.blocks[k];
    entry.name = name;
    entry.residual = residual;
    entry.tolerance = tolerance;
    entry.measure = measure;
    entry.worst = worst;
  };
  result.certificate.blocks.resize(5);
  block(0, "market clearing", market.residual, "max |ln(sales / output)|",
        base.economies[market.at]);
  block(1, "budgets", budget.residual, "max |ln(spending / income)|", base.economies[budget.at]);
  block(2, "price indices", prices.residual, "max |ln(sum of shares)|", base.economies[prices.at]);
  block(3, "deficits", std::abs(deficit_sum) / world_output, "|sum| / world output", "");
  block(4, "numeraire", std::abs(unit), "|ln|", "");
  result.certificate.subject = "one-sector equilibrium";
  result.certificate.closure = to_string(w.closure);
  result.certificate.numeraire =
      w.numeraire == kNoNumeraire
          ? "world income"
          : "wage of " + base.economies[static_cast<std::size_t>(w.numeraire)];
}

}  // namespace

void OneSectorModel::solve(const OneSectorShock& shock, OneSectorWorkspace& workspace,
                           OneSectorResult& result, const std::stop_token& stop) const {
  const State& s = *state_;
  const World& w = s.world;
  OneSectorWorkspace::State& k = *workspace.state_;
  System& system = k.system;
  check_shock(s.base, shock);
  system.resize(w);
  system.pools = &w.accounts.pools;
  std::fill(system.endowment.begin(), system.endowment.end(), 1.0);
  system.theta = shock.theta > 0.0 ? shock.theta : s.base.theta;
  result.theta = system.theta;

  // What hats compare with.
  for (Vector* v : {&k.price, &k.index, &k.wage, &k.workers}) v->assign(w.n, 0.0);
  k.income.resize(w.n);
  result.base_trade.resize(w.n * w.n);
  if (w.closure == Closure::kNone) {
    std::fill(system.productivity_log.begin(), system.productivity_log.end(), 0.0);
    system.a = s.shares.data();
    system.b = s.factory_shares.empty() ? system.a : s.factory_shares.data();
    k.unknown = s.balanced;
    const auto balanced = balance(system, k.unknown, k.fixed_point, s.options, stop);
    result.certificate.iterations = static_cast<int>(balanced.iterations);
    (void)system.evaluate(k.unknown);
    k.price = system.price;
    k.index = system.index;
    k.wage = system.wage;
    k.workers = system.workers;
    result.base_output = system.output;
    result.base_expenditure = system.expenditure;
    result.base_revenue_collected.resize(w.n);
    result.base_revenue_received = system.received;
    result.base_deficit = system.deficit;
    for (std::size_t i = 0; i < w.n; ++i) {
      result.base_revenue_collected[i] = system.expenditure[i] - system.spending[i];
      k.income[i] = final_income(system, i);
    }
    write_trade(system, result.base_trade, result.base_domestic_share);
    if (balanced.status != SolveStatus::kConverged) {
      result.status = balanced.status;
      result.message =
          "balancing the base: " + explain(system, balanced.reached, result.status, s.base);
      result.certificate.status = result.status;
      result.certificate.positive = false;
      result.certificate.blocks.clear();
      return;
    }
  } else {
    result.certificate.iterations = 0;
    result.base_output = w.accounts.output;
    result.base_expenditure = w.accounts.expenditure;
    result.base_revenue_collected = w.accounts.collected;
    result.base_revenue_received = w.accounts.received;
    result.base_deficit = w.accounts.deficit;
    result.base_trade = s.base.trade;
    result.base_domestic_share.resize(w.n);
    for (std::size_t i = 0; i < w.n; ++i) {
      result.base_domestic_share[i] = s.shares[i * w.stride + i];
      k.income[i] =
          w.accounts.expenditure[i] - (1.0 - w.value_added_share[i]) * w.accounts.output[i];
    }
    k.unknown.assign(w.n, 0.0);
  }

  // The shock.
  if (shock.pools) {
    k.pools = resolve_pools(*shock.pools, s.base.economies);
    system.pools = &k.pools;
  }
  const auto set_part = [&](double t) {
    k.shares = s.shares;
    apply_shock(s.base, shock, system.theta, t, w, k.shares, k.factory_shares);
    system.a = k.shares.data();
    system.b = k.factory_shares.empty() ? system.a : k.factory_shares.data();
    for (std::size_t i = 0; i < w.n; ++i) {
      system.productivity_log[i] =
          shock.productivity_hat.empty() ? 0.0 : t * std::log(shock.productivity_hat[i]);
      system.endowment[i] = shock.endowment_hat.empty() ? 1.0 : std::pow(shock.endowment_hat[i], t);
    }
  };
  const auto solve_part = [&](double t, Vector& x) -> numerics::PathSolve {
    set_part(t);
    const auto solved = solve_system(system, x, k.fixed_point, s.options, stop);
    return {solved.status, solved.iterations};
  };
  const auto solved = numerics::follow_path(solve_part, k.unknown);
  result.status = solved.status;
  if (solved.reached < 1.0) set_part(solved.reached);
  (void)system.evaluate(k.unknown);
  result.message = explain(system, solved.reached, result.status, s.base);
  for (std::size_t i = 0; i < w.n && result.status == SolveStatus::kConverged; ++i) {
    if (final_income(system, i) > 0.0) continue;
    result.status = SolveStatus::kNoSolution;
    result.message = fmt::format(
        "{} would have to consume less than nothing: its deficit, held {}, and its new income "
        "leave "
        "{:.3g}; use the multiplicative closure or a smaller shock",
        s.base.economies[i], to_string(w.closure), final_income(system, i));
  }

  for (Vector* v :
       {&result.wage_hat, &result.producer_price_hat, &result.price_hat, &result.output_hat,
        &result.expenditure_hat, &result.workers_hat, &result.welfare_hat}) {
    v->resize(w.n);
  }
  result.output = system.output;
  result.expenditure = system.expenditure;
  result.deficit_scalar = system.deficit_scalar;
  for (std::size_t i = 0; i < w.n; ++i) {
    result.wage_hat[i] = std::exp(system.wage[i] - k.wage[i]);
    result.workers_hat[i] = std::exp(system.workers[i] - k.workers[i]);
    result.producer_price_hat[i] = std::exp(system.price[i] - k.price[i]);
    result.price_hat[i] = std::exp(system.index[i] - k.index[i]);
    result.output_hat[i] = system.output[i] / result.base_output[i];
    result.expenditure_hat[i] = system.expenditure[i] / result.base_expenditure[i];
    result.welfare_hat[i] = final_income(system, i) / k.income[i] / result.price_hat[i];
  }
  write_trade(system, result.trade, result.domestic_share);
  certify(system, s.base, shock, s.options, k.sold, k.bought, k.tax, result);
  result.certificate.status = result.status;
  result.certificate.iterations += static_cast<int>(solved.iterations);
}

OneSectorResult solve_one_sector(const OneSectorBase& base, const OneSectorShock& shock,
                                 const OneSectorOptions& options, Context& context) {
  const OneSectorModel model(base, options);
  OneSectorWorkspace workspace;
  OneSectorResult result;
  model.solve(shock, workspace, result, context.stop);
  if (result.base_trade.empty()) return result;

  // Direct: the pair's own cost; conditional: margins at the factory gate held (equation 8).
  const std::size_t n = base.economies.size();
  const Vector& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  result.direct_trade = result.base_trade;
  OneSectorBase reference = base;
  reference.trade = result.base_trade;
  const OneSectorAccounts accounts = check_base(reference);
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    double log_effect = shock.direct_log.empty() ? 0.0 : shock.direct_log[cell];
    if (!shock.cost_hat.empty()) log_effect -= result.theta * std::log(shock.cost_hat[cell]);
    const double before = base.tariff.empty() ? 0.0 : base.tariff[cell];
    const double after = tariff.empty() ? 0.0 : tariff[cell];
    log_effect -= result.theta * std::log((1.0 + after) / (1.0 + before));
    result.direct_trade[cell] *= std::exp(log_effect);
  }
  result.conditional_trade = result.direct_trade;
  for (std::size_t cell = 0; cell < tariff.size(); ++cell) {
    result.conditional_trade[cell] /= 1.0 + tariff[cell];
  }
  const numerics::BalanceResult balanced = numerics::balance_matrix(
      result.conditional_trade, accounts.output, accounts.spending,
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations});
  for (std::size_t cell = 0; cell < tariff.size(); ++cell) {
    result.conditional_trade[cell] *= 1.0 + tariff[cell];
  }
  result.conditional_certificate.subject = "conditional effect";
  result.conditional_certificate.status = balanced.status;
  result.conditional_certificate.positive = true;
  result.conditional_certificate.iterations = static_cast<int>(balanced.iterations);
  result.conditional_certificate.blocks = {
      {.name = "output",
       .residual = balanced.residual,
       .tolerance = options.tolerance,
       .measure = "max |ln(row sum / output)|",
       .worst = balanced.worst_row < 0
                    ? ""
                    : base.economies[static_cast<std::size_t>(balanced.worst_row)]}};
  return result;
}

Index solve_many(const OneSectorModel& model, Index n_draws,
                 const std::function<void(Index, OneSectorShock&)>& set_shock,
                 const std::function<void(Index, const OneSectorResult&)>& take_result,
                 Context& context) {
  constexpr Index kShards = 64;
  const Index n_shards = std::min(n_draws, kShards);
  std::vector<Index> failed(static_cast<std::size_t>(std::max<Index>(n_shards, 0)), 0);
  context.pool->for_each_shard(n_shards, [&](Index shard) {
    const ShardRange range = shard_range(n_draws, n_shards, shard);
    OneSectorWorkspace workspace;
    OneSectorShock shock;
    OneSectorResult result;
    for (Index draw = range.begin; draw < range.end; ++draw) {
      if (context.stop.stop_requested()) return;
      set_shock(draw, shock);
      model.solve(shock, workspace, result, context.stop);
      if (result.status != SolveStatus::kConverged) ++failed[static_cast<std::size_t>(shard)];
      take_result(draw, result);
    }
  });
  context.throw_if_stopped();
  return std::accumulate(failed.begin(), failed.end(), Index{0});
}

std::vector<double> gains_from_trade(const OneSectorBase& base) {
  const OneSectorAccounts accounts = check_base(base);
  const std::size_t n = base.economies.size();
  std::vector<double> gains(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double share = base.trade[i * n + i] / accounts.expenditure[i];
    const double beta = base.value_added_share.empty() ? 1.0 : base.value_added_share[i];
    gains[i] = 1.0 - std::pow(share, (1.0 + base.supply_elasticity) / (beta * base.theta));
  }
  return gains;
}

}  // namespace altyn::equilibrium
