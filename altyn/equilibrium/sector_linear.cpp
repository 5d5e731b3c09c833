#include <algorithm>
#include <cmath>

#include "altyn/equilibrium/sector_system.h"

// The derivative of a sweep and its transpose, both at the sweep's last point. Each line mirrors a
// line of sector_system.cpp; bars are adjoints.
namespace altyn::equilibrium::sector {

void System::linear_sweep(std::span<const double> dx, std::span<double> out, ThreadPool& pool) {
  const World& w = *world;
  const StateView view{w};
  const std::size_t row = w.row;
  for (Block* block : {&tangent_, &tangent_dot_, &tangent_net_, &tangent_z_, &tangent_u_,
                       &tangent_v_, &tangent_received_, &tangent_output_, &tangent_local_}) {
    block->resize(w.block());
  }
  const bool entry = w.has_entry();
  over_sectors(pool, [&](std::size_t j) {
    const std::size_t start = j * row;
    double* ds = &tangent_[start];  // d ln c, then ds
    std::copy_n(view.input_cost(dx) + start, row, ds);
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      const double* share = &w.factor_cost[(f * w.n_sectors + j) * row];
      const double* wage = view.wage(dx) + f * row;
      for (std::size_t e = 0; e < row; ++e) ds[e] += share[e] * wage[e];
    }
    for (std::size_t e = 0; e < row; ++e) ds[e] *= -cost_power[j];
    if (w.entry[j] != 0.0) {
      const double* sold = view.output(dx) + start;
      for (std::size_t e = 0; e < row; ++e) ds[e] += w.entry[j] * sold[e];
    }
    double* scale_log = &tangent_output_[start];  // d ln s for now
    for (std::size_t e = 0; e < row; ++e) {
      scale_log[e] = ds[e];
      ds[e] *= scale[start + e];
    }
    const double* spent = view.spending(dx) + start;
    double* dq = &tangent_dot_[start];
    double* dphi = &tangent_net_[start];
    double* dz = &tangent_z_[start];
    double* sum = &tangent_received_[start];
    double* u = &tangent_u_[start];
    double* v = &tangent_v_[start];
    for (std::size_t e = 0; e < row; ++e) {
      u[e] = per_share[start + e] * spent[e];
      v[e] = gross_dot[start + e] > 0.0 ? -per_share[start + e] / gross_dot[start + e] : 0.0;
    }
    const kernels::SectorMatrices m = matrices(j);
    std::fill(sum, sum + row, 0.0);
    if (owns_diagonal(j)) {
      for (std::size_t e = 0; e < w.n; ++e) {
        const double own = m.gross[e * row + e];
        dq[e] = dphi[e] = own * ds[e];
        dz[e] = u[e] + v[e] * dq[e];
        sum[e] = dz[e] * own;
      }
    } else {
      kernels::linear_pass(m, ds, u, v, dq, dphi, dz, sum);
      for (const TaxCell& cell : cells[j]) dphi[cell.importer] += cell.landed * ds[cell.exporter];
    }
    if (endogenous()) {
      double* local_sum = &tangent_local_[start];
      std::fill(local_sum, local_sum + row, 0.0);
      add_local(j, ds, u, v, local_sum);
    }
    // From here `u` is d ln P, `v` the change of duty, `scale_log` the change of output.
    for (std::size_t e = 0; e < w.n; ++e) {
      const std::size_t at = start + e;
      u[e] = w.bought[at] == 0.0 || gross_dot[at] == 0.0
                 ? 0.0
                 : -(dq[e] / gross_dot[at] + w.selection[j] * spent[e]) / theta[j];
      v[e] = taxed[j] != 0 ? spending[at] * spent[e] - dz[e] * net_dot[at] - per_share[at] * dphi[e]
                           : 0.0;
      const double change = made[at] * scale_log[e] + scale[at] * sum[e];
      if (entry) view.output(out)[at] = is_open(at) ? change / made[at] : 0.0;
      scale_log[e] = change;
    }
    for (std::size_t e = w.n; e < row; ++e) {
      u[e] = v[e] = scale_log[e] = 0.0;
      if (entry) view.output(out)[start + e] = 0.0;
    }
  });

  std::vector<double> d_duty(w.n, 0.0), d_inside(w.n, 0.0), d_export(w.n, 0.0), d_income(w.n, 0.0);
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    if (taxed[j] == 0) continue;
    for (std::size_t e = 0; e < w.n; ++e) d_duty[e] += tangent_v_[j * row + e];
    for (const TaxCell& cell : cells[j]) {
      const std::size_t to = j * row + cell.importer;
      const std::size_t from = j * row + cell.exporter;
      const double flow = tangent_z_[to] * scale[from] + per_share[to] * tangent_[from];
      d_inside[cell.importer] += flow * cell.inside_duty;
      d_export[cell.exporter] += flow * cell.landed;
    }
  }
  std::vector<double> d_earned(w.n, 0.0);
  double d_total = 0.0;
  double d_weighted = 0.0;
  double total = 0.0;
  double weighted = 0.0;
  for (std::size_t e = 0; e < w.n; ++e) {
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      d_earned[e] +=
          w.factor_income[f * row + e] * wage_level[f * row + e] * view.wage(dx)[f * row + e];
    }
    d_total += d_earned[e];
    d_weighted += spending_ratio[e] * d_earned[e];
    total += earned[e];
    weighted += spending_ratio[e] * earned[e];
    d_income[e] = d_earned[e] + d_export[e] + (pool_of[e] < 0 ? d_duty[e] : d_inside[e]);
  }
  for (const PoolPlaces& place : pools) {
    double paid = 0.0;
    for (const std::size_t member : place.members) paid += d_duty[member] - d_inside[member];
    for (std::size_t k = 0; k < place.members.size(); ++k) {
      d_income[place.members[k]] += place.keys[k] * paid;
    }
  }
  std::vector<double> d_deficit(w.n, 0.0);
  if (endogenous()) {
    for (std::size_t e = 0; e < w.n; ++e) d_deficit[e] = -w.local_part[e] * d_duty[e];
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      const std::size_t start = j * row;
      for (std::size_t e = 0; e < w.n; ++e) {
        const std::size_t at = start + e;
        d_deficit[e] += w.local_part[e] * spending[at] * w.bought[at] * view.spending(dx)[at] -
                        tangent_[at] * local_received[at] - scale[at] * tangent_local_[at];
      }
      for (const TaxCell& cell : cells[j]) {
        const std::size_t to = start + cell.importer;
        const std::size_t from = start + cell.exporter;
        d_deficit[cell.exporter] -= w.local_part[cell.importer] * cell.landed *
                                    (tangent_z_[to] * scale[from] + per_share[to] * tangent_[from]);
      }
    }
  }
  double d_scalar = 0.0;
  if (w.closure == Closure::kWorldShare) d_scalar = d_total / w.world_income;
  if (w.closure == Closure::kMultiplicative) {
    d_scalar = d_total / weighted - total / weighted * d_weighted / weighted;
  }
  for (std::size_t e = 0; e < w.n; ++e) {
    d_income[e] += w.closure == Closure::kEndogenous ? d_deficit[e]
                   : w.closure == Closure::kMultiplicative
                       ? (deficit_scalar * spending_ratio[e] - 1.0) * d_earned[e] +
                             d_scalar * spending_ratio[e] * earned[e]
                       : d_scalar * deficit[e];
  }

  Block demand(w.n_factors * row, 0.0);
  double* out_input = view.input_cost(out);
  double* out_spending = view.spending(out);
  over_economies(pool, [&](std::size_t first, std::size_t count, const EconomyBlock& block) {
    const std::size_t io_row = w.io_row;
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      for (std::size_t j = 0; j < w.n_sectors; ++j) {
        const double* share = &w.factor_cost[(f * w.n_sectors + j) * row + first];
        const double* sold = &tangent_output_[j * row + first];
        for (std::size_t l = 0; l < kLanes; ++l) demand[f * row + first + l] += share[l] * sold[l];
      }
    }
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      for (std::size_t l = 0; l < count; ++l) {
        block.output[l * io_row + j] = tangent_output_[j * row + first + l];
        block.price[l * io_row + j] = tangent_u_[j * row + first + l];
      }
    }
    for (std::size_t l = 0; l < count; ++l) {
      kernels::two_products(&w.input_share[(first + l) * w.n_sectors * io_row], w.n_sectors, io_row,
                            block.output + l * io_row, block.price + l * io_row,
                            block.use + l * io_row, block.cost + l * io_row);
    }
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        const std::size_t at = j * row + first + l;
        out_input[at] = l < count ? block.cost[l * io_row + j] : 0.0;
        out_spending[at] =
            l < count && w.bought[at] != 0.0
                ? (block.use[l * io_row + j] + w.consumption[at] * d_income[first + l]) *
                      use_inverse(at)
                : 0.0;
      }
    }
  });
  double d_unit = 0.0;
  double unit = 0.0;
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t e = 0; e < w.n; ++e) {
      if (w.numeraire >= 0 && w.numeraire != static_cast<Index>(e)) continue;
      d_unit += demand[f * row + e];
      unit += factor_demand[f * row + e];
    }
  }
  for (std::size_t k = 0; k < w.n_factors * row; ++k) {
    view.wage(out)[k] =
        w.factor_income[k] > 0.0 ? demand[k] / factor_demand[k] - d_unit / unit : 0.0;
  }
}

// out[m] = nu_m b_m . t, where t is the weight of what exporters lose to endogenous deficits.
void System::dot_local(std::size_t j, Block& out) const {
  const World& w = *world;
  const kernels::SectorMatrices m = matrices(j);
  Block t(w.row, 0.0);
  for (std::size_t e = 0; e < w.n; ++e) t[e] = -scale[j * w.row + e] * income_weight[e];
  if (owns_diagonal(j)) {
    for (std::size_t e = 0; e < w.n; ++e) out[e] = m.gross[e * w.row + e] * t[e];
  } else {
    const Block nothing(w.row, 0.0);
    Block gross_part(w.row), z(w.row), sums(w.row, 0.0);
    kernels::linear_pass(m, t.data(), nothing.data(), nothing.data(), gross_part.data(), out.data(),
                         z.data(), sums.data());
  }
  for (std::size_t e = 0; e < w.n; ++e) out[e] *= local(e);
}

void System::transposed_sweep(std::span<const double> weight, const Seeds* seeds,
                              std::span<double> out, ThreadPool& pool) {
  const World& w = *world;
  const StateView view{w};
  const std::size_t row = w.row;
  for (Block* block :
       {&gross_weight, &net_weight, &received_weight, &scale_weight, &cost_weight, &price_weight,
        &spending_weight, &output_weight, &tangent_u_, &tangent_v_, &tangent_dot_}) {
    block->resize(w.block());
  }
  for (auto* vector : {&income_weight, &duty_weight, &inside_weight, &export_weight}) {
    vector->assign(w.n, 0.0);
  }

  // Factor markets: d ln w = dV / V - d(unit).
  double unit = 0.0;
  double unit_weight = 0.0;
  Block demand_weight(w.n_factors * row, 0.0);
  for (std::size_t k = 0; k < w.n_factors * row; ++k) {
    if (!(w.factor_income[k] > 0.0)) continue;
    demand_weight[k] = view.wage(weight)[k] / factor_demand[k];
    unit_weight += view.wage(weight)[k];
  }
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t e = 0; e < w.n; ++e) {
      if (w.numeraire < 0 || w.numeraire == static_cast<Index>(e))
        unit += factor_demand[f * row + e];
    }
  }
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t e = 0; e < w.n; ++e) {
      if (w.numeraire < 0 || w.numeraire == static_cast<Index>(e)) {
        demand_weight[f * row + e] -= unit_weight / unit;
      }
    }
  }

  // Economies: uses of output and costs of inputs, transposed.
  over_economies(pool, [&](std::size_t first, std::size_t count, const EconomyBlock& block) {
    const std::size_t io_row = w.io_row;
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      for (std::size_t l = 0; l < count; ++l) {
        const std::size_t at = j * row + first + l;
        const double use = w.bought[at] != 0.0 ? view.spending(weight)[at] * use_inverse(at) : 0.0;
        block.price[l * io_row + j] = use;                           // row weights
        block.output[l * io_row + j] = view.input_cost(weight)[at];  // column vector
        income_weight[first + l] += w.consumption[at] * use;
      }
    }
    for (std::size_t l = 0; l < count; ++l) {
      kernels::two_products(&w.input_share[(first + l) * w.n_sectors * io_row], w.n_sectors, io_row,
                            block.output + l * io_row, block.price + l * io_row,
                            block.use + l * io_row, block.cost + l * io_row);
    }
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        const std::size_t at = j * row + first + l;
        price_weight[at] = l < count ? block.use[l * io_row + j] : 0.0;
        output_weight[at] = l < count ? block.cost[l * io_row + j] : 0.0;
      }
    }
  });
  if (seeds != nullptr) {
    for (std::size_t k = 0; k < w.block(); ++k) {
      price_weight[k] += seeds->price[k];
      output_weight[k] += seeds->output[k];
    }
    for (std::size_t e = 0; e < w.n; ++e) income_weight[e] += seeds->income[e];
  }

  // Income: the closure, pools and duties.
  double* out_wage = view.wage(out);
  std::fill(out_wage, out_wage + w.n_factors * row, 0.0);
  double weighted = 0.0;
  double total = 0.0;
  double scalar_weight = 0.0;
  for (std::size_t e = 0; e < w.n; ++e) {
    weighted += spending_ratio[e] * earned[e];
    total += earned[e];
    scalar_weight +=
        income_weight[e] *
        (w.closure == Closure::kMultiplicative ? spending_ratio[e] * earned[e] : deficit[e]);
  }
  for (std::size_t e = 0; e < w.n; ++e) {
    double earned_weight = income_weight[e];
    if (w.closure == Closure::kMultiplicative) {
      earned_weight =
          deficit_scalar * spending_ratio[e] * income_weight[e] +
          scalar_weight * (1.0 / weighted - total / weighted * spending_ratio[e] / weighted);
    } else if (w.closure == Closure::kWorldShare) {
      earned_weight += scalar_weight / w.world_income;
    }
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      const std::size_t at = f * row + e;
      out_wage[at] = earned_weight * w.factor_income[at] * wage_level[at];
    }
    duty_weight[e] = income_weight[e];
    export_weight[e] = income_weight[e];
    inside_weight[e] = 0.0;
  }
  for (const PoolPlaces& place : pools) {
    double shared = 0.0;
    for (std::size_t k = 0; k < place.members.size(); ++k) {
      shared += place.keys[k] * (income_weight[place.members[k]] +
                                 (seeds != nullptr ? seeds->received[place.members[k]] : 0.0));
    }
    for (const std::size_t member : place.members) {
      duty_weight[member] = shared;
      inside_weight[member] = income_weight[member] - shared;
    }
  }
  if (seeds != nullptr) {
    for (std::size_t e = 0; e < w.n; ++e) {
      duty_weight[e] += seeds->duty[e];
      export_weight[e] += seeds->export_duty[e];
    }
    for (std::size_t k = 0; k < w.n_factors * row; ++k) out_wage[k] += seeds->wage[k];
  }

  const bool entry = w.has_entry();
  over_sectors(pool, [&](std::size_t j) {
    const std::size_t start = j * row;
    double* sold = &output_weight[start];
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      const double* share = &w.factor_cost[(f * w.n_sectors + j) * row];
      for (std::size_t e = 0; e < w.n; ++e) sold[e] += share[e] * demand_weight[f * row + e];
    }
    if (entry) {
      for (std::size_t e = 0; e < w.n; ++e) {
        if (is_open(start + e)) sold[e] += view.output(weight)[start + e] / made[start + e];
      }
    }
    double* t = &received_weight[start];
    double* s_log = &scale_weight[start];
    double* u = &tangent_u_[start];
    double* v = &tangent_v_[start];
    double* phi = &net_weight[start];
    double* dots = &tangent_dot_[start];
    double* q = &gross_weight[start];
    double* s = &cost_weight[start];  // adjoint of s for now
    std::fill(s, s + row, 0.0);
    // What a unit of z adds to income elsewhere through deficits: the part earned locally is lost
    // to the exporters.
    Block local_dots(endogenous() ? row : 0, 0.0);
    if (endogenous()) dot_local(j, local_dots);
    for (std::size_t e = 0; e < row; ++e) {
      const std::size_t at = start + e;
      t[e] = scale[at] * sold[e];
      s_log[e] = made[at] * sold[e];
      const double z = per_share[at];
      const double duty_bar = e < w.n ? landed_weight(e) : 0.0;
      phi[e] = -z * duty_bar;
      u[e] = v[e] = 0.0;
      if (w.bought[at] == 0.0 || !(gross_dot[at] > 0.0)) continue;
      v[e] = -z / gross_dot[at];
      u[e] = -price_weight[at] / (theta[j] * gross_dot[at]) - v[e] * net_dot[at] * duty_bar;
      if (endogenous()) u[e] += v[e] * local_dots[e];
    }
    if (endogenous()) {
      for (std::size_t e = 0; e < w.n; ++e) {
        s_log[e] -= scale[start + e] * local_received[start + e] * income_weight[e];
      }
    }
    for (const TaxCell& cell : cells[j]) {
      const std::size_t to = start + cell.importer;
      const std::size_t from = start + cell.exporter;
      const double per_flow = cell.landed * sale_weight(cell.importer, cell.exporter) +
                              cell.inside_duty * inside_weight[cell.importer];
      // z s (landed, inside) and the export tax part of phi.
      u[cell.importer] += v[cell.importer] * scale[from] * per_flow;
      s[cell.exporter] += per_share[to] * per_flow + phi[cell.importer] * cell.landed;
    }
    const kernels::SectorMatrices m = matrices(j);
    if (owns_diagonal(j)) {
      for (std::size_t e = 0; e < w.n; ++e) {
        const double own = m.gross[e * row + e];
        dots[e] = own * t[e];
        q[e] = u[e] + v[e] * dots[e];
        s[e] += own * (q[e] + phi[e]);
      }
    } else {
      kernels::transposed_pass(m, t, u, v, phi, dots, q, s);
    }
    // X = z q: its own adjoint, from z and from duties.
    double* spent = &spending_weight[start];
    double* out_spending = view.spending(out) + start;
    for (std::size_t e = 0; e < row; ++e) {
      const std::size_t at = start + e;
      const double duty_bar = e < w.n ? landed_weight(e) : 0.0;
      double flows = dots[e] - net_dot[at] * duty_bar;
      if (endogenous()) flows += local_dots[e];
      spent[e] =
          gross_dot[at] > 0.0 && w.bought[at] != 0.0
              ? flows / gross_dot[at] + (e < w.n ? duty_bar + local(e) * income_weight[e] : 0.0)
              : 0.0;
      if (seeds != nullptr) spent[e] += seeds->spending[at];
    }
    for (const TaxCell& cell : cells[j]) {
      const std::size_t to = start + cell.importer;
      if (!(gross_dot[to] > 0.0)) continue;
      spent[cell.importer] += scale[start + cell.exporter] *
                              (cell.landed * sale_weight(cell.importer, cell.exporter) +
                               cell.inside_duty * inside_weight[cell.importer]) /
                              gross_dot[to];
    }
    for (std::size_t e = 0; e < row; ++e) {
      const std::size_t at = start + e;
      out_spending[e] = spending[at] * spent[e] - w.selection[j] * price_weight[at] / theta[j];
      if (w.bought[at] == 0.0) out_spending[e] = 0.0;
      s_log[e] += scale[at] * s[e];
      s[e] = -cost_power[j] * s_log[e];  // now the adjoint of ln c
      view.input_cost(out)[at] = s[e];
      if (entry) view.output(out)[at] = w.entry[j] * s_log[e];
    }
  });
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      const double* share = &w.factor_cost[(f * w.n_sectors + j) * row];
      for (std::size_t e = 0; e < w.n; ++e)
        out_wage[f * row + e] += share[e] * cost_weight[j * row + e];
    }
  }
}

}  // namespace altyn::equilibrium::sector
