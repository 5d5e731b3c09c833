#include "altyn/equilibrium/multi_sector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"
#include "altyn/equilibrium/multi_sector_workspace.h"
#include "altyn/equilibrium/sector_answer.h"
#include "altyn/equilibrium/sector_decomposition.h"
#include "altyn/numerics/continuation.h"
#include "altyn/numerics/newton_krylov.h"

namespace altyn::equilibrium {
namespace {

using sector::System;
using sector::World;

constexpr Index kHistory = 8;
// An income that has fallen below this part of the base's where no solve leads further.
constexpr double kSpent = 0.2;

}  // namespace

std::vector<Field<MultiSectorOptions>> MultiSectorOptions::fields() {
  using S = MultiSectorOptions;
  return {
      make_enum_field<&S::closure>(
          {.name = "closure",
           .doc = "How deficits are closed: none (removed from the base first), additive (fixed in "
                  "the numeraire), world_share (fixed shares of world income), multiplicative "
                  "(proportional to factor income, with one world scalar), endogenous (a fixed "
                  "part of "
                  "each market's spending is earned there, whoever sells).",
           .source = "Caliendo and Parro (2015); Dekle, Eaton and Kortum (2008); Ignatenko, "
                     "Lashkaripour, Macedoni and Simonovska (2025)"},
          closure_names()),
      make_field(&S::numeraire,
                 {.name = "numeraire",
                  .doc = "What prices are measured in: world (world factor income is fixed) or an "
                         "economy's code (its factor income is)."}),
      make_field(&S::tolerance, {.name = "tolerance",
                                 .doc = "Largest log residual of any equation at the answer.",
                                 .minimum = 1e-13,
                                 .maximum = 1e-3}),
      make_field(&S::max_iterations,
                 {.name = "max_iterations",
                  .doc = "Sweeps before a solve gives up; a usual one takes 30.",
                  .minimum = 1}),
      make_field(&S::base_tolerance,
                 {.name = "base_tolerance",
                  .doc = "A base that misses its own equations by more than this is refused; one "
                         "that misses them by less is made exact first.",
                  .minimum = 0.0}),
  };
}

struct MultiSectorModel::State {
  MultiSectorBase base;
  MultiSectorOptions options;
  BaseCheck check;
  World world;
  sector::CoarseCorrection coarse;
  MultiSectorResult levels;

  // The base must not move once the world points at it.
  void set_world() {
    world = sector::make_world(base, options, base.expenditure);
    coarse = sector::CoarseCorrection(world);
  }

  numerics::FixedPointResult search(System& system, sector::SolveState& k, double tolerance,
                                    Context& context) const;
  void solve(const MultiSectorShock& shock, sector::SolveState& k, MultiSectorResult& result,
             double tolerance, SolveMode mode, Context& context) const;
  void solve_moving(const MultiSectorShock& shock, sector::SolveState& k, MultiSectorResult& result,
                    SolveMode mode, Context& context) const;
  void make_exact(Context& context);
};

numerics::FixedPointResult MultiSectorModel::State::search(System& system, sector::SolveState& k,
                                                           double tolerance,
                                                           Context& context) const {
  coarse.factorise(world, system.cost_power, k.factors);
  const auto map = [&](std::span<const double> x, std::span<double> image) {
    if (!system.sweep(x, *context.pool)) return std::numeric_limits<double>::infinity();
    const double residual = sector::largest_gap(x, system.next);
    for (std::size_t i = 0; i < x.size(); ++i) image[i] = system.next[i] - x[i];
    coarse.apply(world, k.factors, image);
    for (std::size_t i = 0; i < x.size(); ++i) image[i] += x[i];
    return residual;
  };
  numerics::FixedPointResult found = numerics::solve_fixed_point(
      map, k.x,
      {.tolerance = tolerance, .max_iterations = options.max_iterations, .history = kHistory},
      k.fixed_point, context.stop);
  if (found.status != SolveStatus::kStalled && found.status != SolveStatus::kIterationLimit) {
    return found;
  }
  numerics::NewtonProblem problem;
  problem.evaluate = [&](std::span<const double> x, std::span<double> gap) {
    if (!system.sweep(x, *context.pool)) return std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < x.size(); ++i) gap[i] = system.next[i] - x[i];
    return sector::largest_gap(x, system.next);
  };
  problem.slope = [&](std::span<const double> direction, std::span<double> out) {
    system.linear_sweep(direction, out, *context.pool);
  };
  problem.precondition = [&](std::span<double> gap) { coarse.apply(world, k.factors, gap); };
  const numerics::NewtonResult newton =
      numerics::solve_newton_krylov(problem, k.x, {.tolerance = tolerance}, context.stop);
  found.status = newton.status;
  found.residual = newton.residual;
  found.iterations += newton.evaluations + newton.products;
  return found;
}

void MultiSectorModel::State::solve(const MultiSectorShock& shock, sector::SolveState& k,
                                    MultiSectorResult& result, double tolerance, SolveMode mode,
                                    Context& context) const {
  if (mode.from != nullptr && mode.from->state().x.size() == world.state_size()) {
    k.x = mode.from->state().x;
  } else if (!mode.warm || k.x.size() != world.state_size()) {
    sector::start_at_base(world, k.x);
  }
  numerics::FixedPointResult found;
  const auto solve_at = [&](double t, std::vector<double>& x) {
    k.system.prepare(world, t == 1.0 ? shock : part_of_shock(base, shock, t), *context.pool);
    if (&x != &k.x) k.x = x;
    found = search(k.system, k, tolerance, context);
    if (&x != &k.x) x = k.x;
    return numerics::PathSolve{found.status, found.iterations};
  };
  const numerics::ContinuationResult path = numerics::follow_path(solve_at, k.x);
  found.status = path.status;
  found.iterations = path.iterations;

  // The search may end on a point that is not its last evaluation.
  const bool inside = k.system.sweep(k.x, *context.pool);
  const double residual = inside ? sector::largest_gap(k.x, k.system.next) : -1.0;
  found.residual = residual;
  result.status = found.status;
  MultiSectorOptions certified = options;
  certified.tolerance = tolerance;
  sector::fill_result(k.system, k.x, mode.trade_share, *context.pool, result);
  sector::certify(k.system, k.x, certified, found, result);
  result.message =
      found.status == SolveStatus::kConverged ? "" : sector::explain(k.system, found, k.x);
  if (found.status == SolveStatus::kStalled && path.reached > 0.0 && path.reached < 1.0 &&
      levels.income.size() == world.n) {
    // At the end of the path: where an income has all but run out there is nothing beyond.
    k.system.prepare(world, part_of_shock(base, shock, path.reached), *context.pool);
    if (!k.system.sweep(k.x, *context.pool)) return;
    std::size_t least = 0;
    const auto left = [&](std::size_t e) { return k.system.income[e] / levels.income[e]; };
    for (std::size_t e = 1; e < world.n; ++e) {
      if (left(e) < left(least)) least = e;
    }
    if (left(least) > kSpent) return;
    result.status = result.certificate.status = SolveStatus::kNoSolution;
    result.message = fmt::format(
        "there is no equilibrium past {:.0f}% of the shock with deficits {}: the income of {} has "
        "fallen to {:.0f}% of the base's; close deficits multiplicatively, or make the shock "
        "smaller",
        100.0 * path.reached, to_string(world.closure), base.economies[least], 100.0 * left(least));
  }
}

// Equation (16): workers move until their numbers are those that real rewards attract.
// More workers are workers that produce more, so that every trial is a solve with other
// productivity.
void MultiSectorModel::State::solve_moving(const MultiSectorShock& shock, sector::SolveState& k,
                                           MultiSectorResult& result, SolveMode mode,
                                           Context& context) const {
  const std::size_t n = world.n;
  const std::size_t mobile = base.mobile_factor;
  if (mode.from != nullptr) {
    k.workers_log = mode.from->state().workers_log;
  } else if (!mode.warm) {
    k.workers_log.clear();
  }
  k.workers_log.resize(n, 0.0);
  MultiSectorShock trial = shock;
  const std::vector<double> income(
      base.factor_income.begin() + static_cast<std::ptrdiff_t>(mobile * n),
      base.factor_income.begin() + static_cast<std::ptrdiff_t>((mobile + 1) * n));
  // Tighter than the search for numbers of workers, which rests on it.
  const double inner = std::max(0.1 * options.tolerance, 1e-13);
  std::vector<double> wanted(n), reward(n);
  const auto solve_with = [&](std::span<const double> moved) {
    trial.productivity_hat = shock.productivity_hat;
    trial.productivity_hat.resize(base.sectors.size() * n, 1.0);
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      for (std::size_t e = 0; e < n; ++e) {
        const double share = world.factor_cost[(mobile * world.n_sectors + j) * world.row + e];
        trial.productivity_hat[base.at(j, e)] *= std::exp(share * moved[e]);
      }
    }
    solve(trial, k, result, inner, mode, context);
    mode = {.warm = true, .trade_share = mode.trade_share};
    for (std::size_t e = 0; e < n; ++e) {
      reward[e] =
          std::log(result.wage_hat[mobile * n + e] / result.consumer_price_hat[e]) - moved[e];
    }
    move_workers(base.mobility, income, reward, wanted);
    double gap = 0.0;
    for (std::size_t e = 0; e < n; ++e) gap = std::max(gap, std::abs(wanted[e] - moved[e]));
    return result.status == SolveStatus::kConverged ? gap : std::numeric_limits<double>::infinity();
  };
  numerics::FixedPointWorkspace memory;
  const numerics::FixedPointResult found = numerics::solve_fixed_point(
      [&](std::span<const double> moved, std::span<double> image) {
        const double gap = solve_with(moved);
        std::copy(wanted.begin(), wanted.end(), image.begin());
        return gap;
      },
      k.workers_log, {.tolerance = options.tolerance, .max_iterations = 200, .history = kHistory},
      memory, context.stop);
  const double gap = solve_with(k.workers_log);
  for (std::size_t e = 0; e < n; ++e) {
    result.workers_hat[e] = std::exp(k.workers_log[e]);
    result.wage_hat[mobile * n + e] /= result.workers_hat[e];
  }
  for (CertificateBlock& block : result.certificate.blocks) {
    block.tolerance *= options.tolerance / inner;
  }
  std::size_t worst = 0;
  for (std::size_t e = 0; e < n; ++e) {
    if (std::abs(wanted[e] - k.workers_log[e]) > std::abs(wanted[worst] - k.workers_log[worst])) {
      worst = e;
    }
  }
  result.certificate.blocks.push_back(
      {"workers", gap, options.tolerance, "max |log residual|", base.economies[worst]});
  result.certificate.iterations += static_cast<int>(found.iterations);
  if (result.status == SolveStatus::kConverged && !(gap <= options.tolerance)) {
    result.status = result.certificate.status =
        found.status == SolveStatus::kConverged ? SolveStatus::kStalled : found.status;
    result.message = fmt::format(
        "workers of {} do not settle: their number and the one its real wage attracts "
        "differ by {:.2g} in logs",
        base.economies[worst], gap);
  }
}

// Solves the base without a shock, more tightly than any shock will be, and takes the outcome as
// the base.
void MultiSectorModel::State::make_exact(Context& context) {
  set_world();
  MultiSectorShock nothing;
  if (options.closure == Closure::kNone) {
    // Deficits are walked down to zero.
    world.closure = Closure::kAdditive;
    nothing.deficit.assign(world.n, 0.0);
  }
  sector::SolveState k;
  solve(nothing, k, levels, options.tolerance / 10.0, {}, context);
  if (levels.status == SolveStatus::kCancelled) throw Cancelled();
  if (levels.status != SolveStatus::kConverged) {
    throw InputError(
        {.code = "base-not-solvable",
         .what = "the base has no equilibrium without its shock: " + levels.message,
         .where = "base",
         .why = "changes are measured from an equilibrium",
         .fixes = {"repair the base (trade_shares or income)", "close deficits multiplicatively"}});
  }
  for (std::size_t f = 0; f < base.factor_income.size(); ++f) {
    base.factor_income[f] *= levels.wage_hat[f];
  }
  base.trade_share = levels.trade_share;
  base.expenditure = levels.expenditure;
  base.deficit = levels.deficit;
  set_world();
  solve({}, k, levels, options.tolerance, {}, context);
}

MultiSectorWorkspace::MultiSectorWorkspace() : state_(std::make_unique<sector::SolveState>()) {}
MultiSectorWorkspace::~MultiSectorWorkspace() = default;
MultiSectorWorkspace::MultiSectorWorkspace(MultiSectorWorkspace&&) noexcept = default;
MultiSectorWorkspace& MultiSectorWorkspace::operator=(MultiSectorWorkspace&&) noexcept = default;

MultiSectorModel::MultiSectorModel(MultiSectorBase base, MultiSectorOptions options,
                                   Context& context)
    : state_(std::make_unique<State>()) {
  state_->base = checked_base(std::move(base));
  state_->options = std::move(options);
  MultiSectorBase& checked = state_->base;
  if (checked.expenditure.empty()) {
    checked.expenditure = sector::implied_expenditure(checked, *context.pool);
  }
  state_->check = check_accounts(checked, checked.expenditure, state_->options.base_tolerance);
  if (state_->check.largest > state_->options.base_tolerance) {
    const CertificateBlock& worst =
        *std::max_element(state_->check.blocks.begin(), state_->check.blocks.end(),
                          [](const auto& a, const auto& b) { return a.residual < b.residual; });
    std::vector<std::string> lines;
    for (const CertificateBlock& block : state_->check.blocks) {
      lines.push_back(fmt::format("{}: {:.3g} ({}), worst: {}", block.name, block.residual,
                                  block.measure, block.worst));
    }
    throw InputError(
        {.code = "base-not-equilibrium",
         .what = fmt::format("the base misses its own equations by {:.3g} ({}, {})", worst.residual,
                             worst.name, worst.worst),
         .where = "base",
         .context = lines,
         .why = "every counterfactual would contain the jump back to an equilibrium",
         .fixes = {"repair the base: trade_shares keeps incomes, income keeps shares",
                   fmt::format("raise base_tolerance above {:.3g} to take the model's nearest "
                               "equilibrium as the base",
                               worst.residual)}});
  }
  state_->make_exact(context);
}

MultiSectorModel::~MultiSectorModel() = default;
MultiSectorModel::MultiSectorModel(MultiSectorModel&&) noexcept = default;
MultiSectorModel& MultiSectorModel::operator=(MultiSectorModel&&) noexcept = default;

const MultiSectorBase& MultiSectorModel::base() const { return state_->base; }
const MultiSectorOptions& MultiSectorModel::options() const { return state_->options; }
const BaseCheck& MultiSectorModel::base_check() const { return state_->check; }
const MultiSectorResult& MultiSectorModel::base_levels() const { return state_->levels; }
const sector::World& MultiSectorModel::world() const { return state_->world; }
const sector::CoarseCorrection& MultiSectorModel::coarse_correction() const {
  return state_->coarse;
}

void MultiSectorModel::solve(const MultiSectorShock& shock, MultiSectorWorkspace& workspace,
                             MultiSectorResult& result, Context& context, SolveMode mode) const {
  check_shock(state_->base, shock);
  if (state_->options.closure == Closure::kEndogenous && !shock.deficit.empty()) {
    throw InputError({.code = "deficits-follow",
                      .what = "new deficits are given, and deficits are endogenous",
                      .where = "shock.deficit",
                      .why = "endogenous deficits follow from trade",
                      .fixes = {"closure = additive", "leave new deficits out"}});
  }
  if (!state_->base.mobility.empty()) {
    state_->solve_moving(shock, *workspace.state_, result, mode, context);
    return;
  }
  state_->solve(shock, *workspace.state_, result, state_->options.tolerance, mode, context);
}

MultiSectorResult solve_multi_sector(const MultiSectorBase& base, const MultiSectorShock& shock,
                                     const MultiSectorOptions& options, Context& context) {
  const MultiSectorModel model(base, options, context);
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(shock, workspace, result, context);
  return result;
}

}  // namespace altyn::equilibrium
