#include "altyn/equilibrium/sector_system.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/core/errors.h"
#include "altyn/numerics/fixed_point.h"

namespace altyn::equilibrium::sector {
namespace {

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

}  // namespace

void Seeds::reset(const World& world) {
  for (Block* block : {&price, &output, &spending}) block->assign(world.block(), 0.0);
  for (auto* vector : {&income, &duty, &received, &export_duty}) vector->assign(world.n, 0.0);
  wage.assign(world.n_factors * world.row, 0.0);
}

void System::prepare_common(const World& w, const MultiSectorShock& shock) {
  world = &w;
  const MultiSectorBase& base = *w.base;
  const std::size_t n = w.n;
  const std::size_t n_sectors = w.n_sectors;
  theta = shock.theta.empty() ? w.theta : shock.theta;
  wedge_power.resize(n_sectors);
  cost_power.resize(n_sectors);
  for (std::size_t j = 0; j < n_sectors; ++j) {
    wedge_power[j] = theta[j] + w.selection[j];
    cost_power[j] = theta[j] + w.selection[j] + w.entry[j];
  }
  pools = shock.pools ? resolve_pools(*shock.pools, base.economies) : w.pools;
  pool_of.assign(n, -1);
  for (std::size_t p = 0; p < pools.size(); ++p) {
    for (const std::size_t member : pools[p].members) pool_of[member] = static_cast<int>(p);
  }
  deficit = shock.deficit.empty() ? w.deficit : shock.deficit;
  if (w.closure == Closure::kNone) deficit.assign(n, 0.0);
  spending_ratio.resize(n);
  for (std::size_t e = 0; e < n; ++e) {
    double factors = 0.0;
    for (std::size_t f = 0; f < w.n_factors; ++f) factors += w.factor_income[f * w.row + e];
    spending_ratio[e] = 1.0 + deficit[e] / factors;
  }
  productivity_log.clear();
  if (!shock.productivity_hat.empty()) {
    productivity_log.assign(w.block(), 0.0);
    for (std::size_t j = 0; j < n_sectors; ++j) {
      for (std::size_t e = 0; e < n; ++e) {
        productivity_log[j * w.row + e] = std::log(shock.productivity_hat[base.at(j, e)]);
      }
    }
  }
  for (Block* block : {&unit_cost, &scale, &spending, &made, &gross_dot, &net_dot, &per_share,
                       &received, &price, &tangent_u_}) {
    block->assign(w.block(), 0.0);
  }
  next.assign(w.state_size(), 0.0);
  if (endogenous()) local_received.assign(w.block(), 0.0);
  for (Block* block : {&wage_level, &factor_demand}) block->assign(w.n_factors * w.row, 0.0);
  for (auto* vector :
       {&duty, &inside_duty, &export_duty, &received_duty, &earned, &before_deficit, &income}) {
    vector->assign(n, 0.0);
  }
  gathered_.assign(w.row / kLanes * 5 * kLanes * w.io_row, 0.0);

  export_tax = shock.export_tax.empty() ? base.export_tax : shock.export_tax;
  taxed.assign(n_sectors, 0);
  cells.assign(n_sectors, {});
}

void System::prepare(const World& w, const MultiSectorShock& shock, ThreadPool& pool) {
  prepare_common(w, shock);
  own_rows.clear();
  gross.resize(w.n_sectors * w.n * w.row);
  net.resize(gross.size());
  over_sectors(pool, [&](std::size_t j) {
    for (std::size_t importer = 0; importer < w.n; ++importer) {
      const std::size_t at = (j * w.n + importer) * w.row;
      prepare_row(j, importer, shock, {&gross[at], w.row}, {&net[at], w.row});
    }
  });
}

void System::prepare_own_rows(const World& w, const MultiSectorShock& shock) {
  prepare_common(w, shock);
  const MultiSectorBase& base = *w.base;
  const std::size_t n = w.n;
  // Export taxes and duties inside a pool are accounted for cell by cell, which is done per row.
  const bool every_row = !export_tax.empty();
  const auto same = [&](const std::vector<double>& now, const std::vector<double>& before,
                        std::size_t first) {
    if (now.empty()) return true;
    for (std::size_t i = first; i < first + n; ++i) {
      if (now[i] != rate(before, i)) return false;
    }
    return true;
  };
  own_rows.assign(w.n_sectors, {});
  std::size_t count = 0;
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const std::size_t first = base.cell(j, importer, 0);
      const double* cost = shock.cost_hat.empty() ? nullptr : &shock.cost_hat[first];
      const bool plain = !every_row && pool_of[importer] < 0 &&
                         same(shock.tariff, base.tariff, first) &&
                         (cost == nullptr ||
                          std::all_of(cost, cost + n, [](double change) { return change == 1.0; }));
      if (!plain) own_rows[j].push_back(importer);
    }
    count += own_rows[j].size();
  }
  gross.resize(count * w.row);
  net.resize(count * w.row);
  std::size_t at = 0;
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    for (const std::size_t importer : own_rows[j]) {
      prepare_row(j, importer, shock, {&gross[at], w.row}, {&net[at], w.row});
      at += w.row;
    }
  }
}

// One row of a and b. Marks the sector as taxed and lists the cells that need more than sums.
void System::prepare_row(std::size_t j, std::size_t importer, const MultiSectorShock& shock,
                         std::span<double> a, std::span<double> b) {
  const World& w = *world;
  const MultiSectorBase& base = *w.base;
  const std::size_t n = w.n;
  const std::size_t first = base.cell(j, importer, 0);
  const std::span<const double> share(&w.share[(j * n + importer) * w.row], w.row);
  const std::vector<double>& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  const bool wedges_move = !shock.tariff.empty() || !shock.export_tax.empty();
  if (!wedges_move && shock.cost_hat.empty()) {
    std::copy(share.begin(), share.end(), a.begin());
  } else {
    // The changes of the row, kept in b until they are folded in.
    std::fill(b.begin(), b.end(), 1.0);
    for (std::size_t i = 0; i < n && wedges_move; ++i) {
      if (!shock.tariff.empty()) {
        b[i] = (1.0 + tariff[first + i]) / (1.0 + rate(base.tariff, first + i));
      }
      if (!shock.export_tax.empty()) {
        b[i] *= (1.0 + export_tax[first + i]) / (1.0 + rate(base.export_tax, first + i));
      }
    }
    // Where firms select into exporting, tariffs and iceberg costs have different powers.
    const bool separate = !shock.cost_hat.empty() && w.selection[j] != 0.0;
    if (separate) {
      kernels::scaled_shares(share, b, wedge_power[j], a);
      std::copy_n(&shock.cost_hat[first], n, b.begin());
      kernels::scaled_shares(a, b, theta[j], a);
    } else {
      for (std::size_t i = 0; i < n && !shock.cost_hat.empty(); ++i) {
        b[i] *= shock.cost_hat[first + i];
      }
      kernels::scaled_shares(share, b, wedge_power[j], a);
    }
  }
  std::copy(a.begin(), a.end(), b.begin());
  if (tariff.empty() && export_tax.empty()) return;
  for (std::size_t i = 0; i < n; ++i) {
    const double landed = 1.0 + rate(tariff, first + i);
    const double levied = 1.0 + rate(export_tax, first + i);
    if (a[i] == 0.0 || (landed == 1.0 && levied == 1.0)) continue;
    taxed[j] = 1;
    b[i] = a[i] / (landed * levied);
    const bool inside = landed != 1.0 && keeps_inside(importer, i);
    if (levied == 1.0 && !inside) continue;
    cells[j].push_back({importer, i, a[i] / landed - b[i], inside ? a[i] - a[i] / landed : 0.0});
  }
}

double System::cost_change(const MultiSectorShock& shock, std::size_t cell) const {
  const MultiSectorBase& base = *world->base;
  double change = shock.cost_hat.empty() ? 1.0 : shock.cost_hat[cell];
  if (!shock.tariff.empty()) {
    change *= (1.0 + shock.tariff[cell]) / (1.0 + rate(base.tariff, cell));
  }
  if (!shock.export_tax.empty()) {
    change *= (1.0 + shock.export_tax[cell]) / (1.0 + rate(base.export_tax, cell));
  }
  return change;
}

void System::begin_sector(std::size_t j, std::span<const double> x) {
  const World& w = *world;
  const StateView view{w};
  const std::size_t row = w.row;
  const std::size_t start = j * row;
  double* cost = &unit_cost[start];
  double* power = &tangent_u_[start];
  const double* inputs = view.input_cost(x) + start;
  for (std::size_t e = 0; e < row; ++e) cost[e] = inputs[e];
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    const double* share = &w.factor_cost[(f * w.n_sectors + j) * row];
    const double* wage = view.wage(x) + f * row;
    for (std::size_t e = 0; e < row; ++e) cost[e] += share[e] * wage[e];
  }
  if (!productivity_log.empty()) {
    for (std::size_t e = 0; e < row; ++e) cost[e] -= productivity_log[start + e];
  }
  for (std::size_t e = 0; e < row; ++e) power[e] = -cost_power[j] * cost[e];
  if (w.entry[j] != 0.0) {
    const double* sold = view.output(x) + start;
    for (std::size_t e = 0; e < row; ++e) {
      power[e] += w.entry[j] * (sold[e] - w.output_log[start + e]);
    }
  }
  kernels::exp_into({power, row}, {&scale[start], row});
  const double* spent_log = view.spending(x) + start;
  kernels::exp_into({spent_log, row}, {&spending[start], row});
  for (std::size_t e = 0; e < row; ++e) spending[start + e] *= w.bought[start + e];
}

void System::pass_sector(std::size_t j) {
  const World& w = *world;
  const std::size_t row = w.row;
  const std::size_t start = j * row;
  const kernels::SectorMatrices m = matrices(j);
  double* q = &gross_dot[start];
  double* phi = &net_dot[start];
  double* z = &per_share[start];
  double* sum = &received[start];
  const double* s = &scale[start];
  if (owns_diagonal(j)) {
    for (std::size_t e = 0; e < w.n; ++e) {
      const double own = m.gross[e * row + e];
      q[e] = phi[e] = own * s[e];
      z[e] = spending[start + e] == 0.0 ? 0.0 : spending[start + e] / q[e];
      sum[e] = z[e] * own;
    }
  } else {
    std::fill(sum, sum + row, 0.0);
    kernels::share_pass(m, s, &spending[start], q, phi, z, sum);
  }
}

void System::add_local(std::size_t j, const double* s, const double* u, const double* v,
                       double* sums) const {
  const World& w = *world;
  const kernels::SectorMatrices m = matrices(j);
  if (owns_diagonal(j)) {
    for (std::size_t e = 0; e < w.n; ++e) {
      const double own = m.gross[e * w.row + e];
      sums[e] += local(e) * (u[e] + v[e] * own * s[e]) * own;
    }
    return;
  }
  Block scaled_u(w.row, 0.0), scaled_v(w.row, 0.0), gross_part(w.row), net_part(w.row), z(w.row);
  for (std::size_t e = 0; e < w.n; ++e) {
    scaled_u[e] = local(e) * u[e];
    scaled_v[e] = local(e) * v[e];
  }
  kernels::linear_pass(m, s, scaled_u.data(), scaled_v.data(), gross_part.data(), net_part.data(),
                       z.data(), sums);
}

// The sums over markets that endogenous deficits need: sales weighted by the parts earned locally.
void System::pass_local(std::size_t j) {
  const World& w = *world;
  const std::size_t start = j * w.row;
  const Block nothing(w.row, 0.0);
  double* sums = &local_received[start];
  std::fill(sums, sums + w.row, 0.0);
  add_local(j, &scale[start], &per_share[start], nothing.data(), sums);
}

void System::finish_sector(std::size_t j, std::span<const double> x) {
  const World& w = *world;
  const StateView view{w};
  const std::size_t row = w.row;
  const std::size_t start = j * row;
  const double* s = &scale[start];
  const double* q = &gross_dot[start];
  const double* sum = &received[start];
  double* power = &tangent_u_[start];
  for (const TaxCell& cell : cells[j]) {
    net_dot[start + cell.importer] += cell.landed * s[cell.exporter];
  }
  double* index = &price[start];
  for (std::size_t e = 0; e < row; ++e) {
    made[start + e] = s[e] * sum[e];
    power[e] = q[e] * w.bought[start + e] + (1.0 - w.bought[start + e]);
  }
  kernels::log_into({power, row}, {index, row});
  if (w.selection[j] != 0.0) {
    for (std::size_t e = 0; e < row; ++e) {
      index[e] += w.selection[j] * (view.spending(x)[start + e] - w.expenditure_log[start + e]);
    }
  }
  for (std::size_t e = 0; e < row; ++e) index[e] /= -theta[j];
  if (w.has_entry()) {
    for (std::size_t e = 0; e < row; ++e) {
      power[e] = made[start + e] + (1.0 - w.made[start + e]);
    }
    double* sold = view.output(std::span<double>(next)) + start;
    kernels::log_into({power, row}, {sold, row});
    // With entry a sector may leave an economy altogether: free entry holds as an inequality there.
    for (std::size_t e = 0; e < row; ++e) {
      sold[e] = std::max(sold[e], w.output_log[start + e] - kShutDown);
    }
  }
}

// Equation (6): duties, pools and the closure.
bool System::close_income() {
  const World& w = *world;
  const std::size_t n = w.n;
  std::fill(duty.begin(), duty.end(), 0.0);
  std::fill(inside_duty.begin(), inside_duty.end(), 0.0);
  std::fill(export_duty.begin(), export_duty.end(), 0.0);
  std::fill(received_duty.begin(), received_duty.end(), 0.0);
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    if (taxed[j] == 0) continue;
    const std::size_t start = j * w.row;
    for (std::size_t e = 0; e < n; ++e) {
      duty[e] += spending[start + e] - per_share[start + e] * net_dot[start + e];
    }
    for (const TaxCell& cell : cells[j]) {
      const double flow = per_share[start + cell.importer] * scale[start + cell.exporter];
      inside_duty[cell.importer] += flow * cell.inside_duty;
      export_duty[cell.exporter] += flow * cell.landed;
    }
  }
  for (const PoolPlaces& pool : pools) {
    double paid = 0.0;
    for (const std::size_t member : pool.members) paid += duty[member] - inside_duty[member];
    for (std::size_t k = 0; k < pool.members.size(); ++k) {
      received_duty[pool.members[k]] = pool.keys[k] * paid;
    }
  }
  double total = 0.0;
  double weighted = 0.0;
  for (std::size_t e = 0; e < n; ++e) {
    earned[e] = 0.0;
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      earned[e] += w.factor_income[f * w.row + e] * wage_level[f * w.row + e];
    }
    total += earned[e];
    weighted += spending_ratio[e] * earned[e];
    const double kept = pool_of[e] < 0 ? duty[e] : inside_duty[e] + received_duty[e];
    before_deficit[e] = earned[e] + kept + export_duty[e];
  }
  deficit_scalar = 1.0;
  if (w.closure == Closure::kWorldShare) deficit_scalar = total / w.world_income;
  if (w.closure == Closure::kMultiplicative) deficit_scalar = total / weighted;
  if (w.closure == Closure::kEndogenous) {
    for (std::size_t e = 0; e < n; ++e) deficit[e] = -w.local_part[e] * duty[e];
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      const std::size_t start = j * w.row;
      for (std::size_t e = 0; e < n; ++e) {
        deficit[e] += w.local_part[e] * spending[start + e] * w.bought[start + e] -
                      scale[start + e] * local_received[start + e];
      }
      for (const TaxCell& cell : cells[j]) {
        deficit[cell.exporter] -= w.local_part[cell.importer] * per_share[start + cell.importer] *
                                  scale[start + cell.exporter] * cell.landed;
      }
    }
  }
  trouble = Trouble::kNothing;
  for (std::size_t e = 0; e < n; ++e) {
    income[e] = before_deficit[e] + (w.closure == Closure::kMultiplicative
                                         ? (deficit_scalar * spending_ratio[e] - 1.0) * earned[e]
                                         : deficit_scalar * deficit[e]);
    if (income[e] > 0.0 && std::isfinite(income[e])) continue;
    trouble = std::isfinite(income[e]) ? Trouble::kIncomeNotPositive : Trouble::kNotFinite;
    troubled = e;
    return false;
  }
  return true;
}

void System::begin_sweep(std::span<const double> x) {
  const World& w = *world;
  kernels::exp_into({StateView{w}.wage(x), w.n_factors * w.row}, wage_level);
}

bool System::sweep(std::span<const double> x, ThreadPool& pool) {
  begin_sweep(x);
  over_sectors(pool, [&](std::size_t j) {
    begin_sector(j, x);
    pass_sector(j);
    if (endogenous()) pass_local(j);
    finish_sector(j, x);
  });
  if (!close_income()) return false;
  over_economies(pool, [&](std::size_t first, std::size_t count, const EconomyBlock& block) {
    gather(first, count, block);
    const World& w = *world;
    for (std::size_t l = 0; l < count; ++l) {
      kernels::two_products(&w.input_share[(first + l) * w.n_sectors * w.io_row], w.n_sectors,
                            w.io_row, block.output + l * w.io_row, block.price + l * w.io_row,
                            block.use + l * w.io_row, block.cost + l * w.io_row);
    }
    scatter(first, count, block);
  });
  finish_sweep();
  return true;
}

// Factor demand, and output and prices by economy, for the uses and costs of inputs.
void System::gather(std::size_t first, std::size_t count, const EconomyBlock& block) {
  const World& w = *world;
  const std::size_t io_row = w.io_row;
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    double* demand = &factor_demand[f * w.row + first];
    std::fill(demand, demand + kLanes, 0.0);
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      const double* share = &w.factor_cost[(f * w.n_sectors + j) * w.row + first];
      const double* sold = &made[j * w.row + first];
      for (std::size_t l = 0; l < kLanes; ++l) demand[l] += share[l] * sold[l];
    }
  }
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    for (std::size_t l = 0; l < count; ++l) {
      block.output[l * io_row + j] = made[j * w.row + first + l];
      block.price[l * io_row + j] = price[j * w.row + first + l];
    }
  }
}

// Equations (5) and (1): spending and the cost of inputs of a block.
void System::scatter(std::size_t first, std::size_t count, const EconomyBlock& block) {
  const World& w = *world;
  const StateView view{w};
  const std::size_t io_row = w.io_row;
  double* next_input = view.input_cost(std::span<double>(next));
  double* next_spending = view.spending(std::span<double>(next));
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    const std::size_t start = j * w.row + first;
    double* lanes = block.lanes + j * kLanes;
    for (std::size_t l = 0; l < kLanes; ++l) {
      if (l < count) {
        next_input[start + l] = block.cost[l * io_row + j];
        lanes[l] = (block.use[l * io_row + j] + w.consumption[start + l] * income[first + l]) *
                       w.bought[start + l] +
                   (1.0 - w.bought[start + l]);
      } else {
        lanes[l] = 1.0;
      }
    }
  }
  kernels::log_into({block.lanes, w.n_sectors * kLanes}, {block.lanes, w.n_sectors * kLanes});
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    std::copy_n(block.lanes + j * kLanes, kLanes, next_spending + j * w.row + first);
  }
}

// Equations (7) and (8).
void System::finish_sweep() {
  const World& w = *world;
  const StateView view{w};
  double total = 0.0;
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t e = 0; e < w.n; ++e) {
      if (w.numeraire < 0 || w.numeraire == static_cast<Index>(e)) {
        total += factor_demand[f * w.row + e];
      }
    }
  }
  const double unit = std::log(total / w.numeraire_income);
  double* next_wage = view.wage(std::span<double>(next));
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t e = 0; e < w.n; ++e) {
      const std::size_t at = f * w.row + e;
      next_wage[at] = w.factor_income[at] > 0.0
                          ? std::log(factor_demand[at] / w.factor_income[at]) - unit
                          : 0.0;
    }
  }
}

std::vector<double> implied_expenditure(const MultiSectorBase& base, ThreadPool& pool) {
  const std::size_t n = base.economies.size();
  std::vector<double> spending(base.sectors.size() * n);
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t e = 0; e < n; ++e) {
      double income = 0.0;
      for (std::size_t f = 0; f < base.factors.size(); ++f) income += base.factor_income[f * n + e];
      spending[base.at(j, e)] = (base.consumption_share[base.at(j, e)] + 1e-3) * income;
    }
  }
  // Deficits stay as they are, whatever closure a later solve uses.
  const World world = make_world(base, {.closure = Closure::kAdditive}, spending);
  System system;
  system.prepare(world, {}, pool);
  const StateView view{world};
  std::vector<double> state(world.state_size(), 0.0);
  const std::span<double> part(view.spending(std::span<double>(state)), world.block());
  std::copy(world.expenditure_log.begin(), world.expenditure_log.end(), part.begin());
  if (world.has_entry()) {
    std::copy(world.output_log.begin(), world.output_log.end(),
              view.output(std::span<double>(state)));
  }
  const std::span<const double> next(view.spending(std::span<double>(system.next)), world.block());
  numerics::FixedPointWorkspace workspace;
  std::vector<double> unknown(part.begin(), part.end());
  const numerics::FixedPointResult found = numerics::solve_fixed_point(
      [&](std::span<const double> x, std::span<double> image) {
        std::copy(x.begin(), x.end(), part.begin());
        if (!system.sweep(state, pool)) return std::numeric_limits<double>::infinity();
        double residual = 0.0;
        for (std::size_t k = 0; k < x.size(); ++k) {
          image[k] = next[k];
          residual = std::max(residual, std::abs(next[k] - x[k]));
        }
        return residual;
      },
      unknown, {.tolerance = 1e-12, .max_iterations = 300}, workspace);
  ALTYN_CHECK(found.residual >= 0.0 && found.residual < 1e-8,
              "the spending that a base implies was not found");
  for (std::size_t j = 0; j < world.n_sectors; ++j) {
    for (std::size_t e = 0; e < n; ++e) {
      const std::size_t at = j * world.row + e;
      spending[base.at(j, e)] = world.bought[at] == 0.0 ? 0.0 : std::exp(unknown[at]);
    }
  }
  return spending;
}

}  // namespace altyn::equilibrium::sector
