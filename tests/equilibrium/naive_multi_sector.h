#pragma once

#include <cmath>
#include <complex>
#include <vector>

#include "altyn/equilibrium/multi_sector_base.h"

/// The obvious solver: equations written out with powers and loops, nested damped iterations, any
/// scalar. With complex numbers a step of 1e-30 along the imaginary axis differentiates it to the
/// last digit. Additive deficits, one factor, no export taxes.
namespace altyn::testing {

template <class T>
struct NaiveShock {
  std::vector<T> wedge;         // [cell] new 1 + tariff
  std::vector<T> cost;          // [cell] iceberg
  std::vector<T> productivity;  // [sector, economy]
  std::vector<T> theta;         // [sector]
  std::vector<T> deficit;       // [economy]
};

template <class T>
struct NaiveAnswer {
  std::vector<T> wage, price, unit_cost, spending, output, income, welfare, duty;
};

inline double magnitude(double x) { return std::abs(x); }
inline double magnitude(const std::complex<double>& x) { return std::abs(x.real()); }

template <class T>
NaiveShock<T> naive_shock(const equilibrium::MultiSectorBase& base,
                          const equilibrium::MultiSectorShock& shock) {
  NaiveShock<T> naive;
  const std::size_t cells = base.trade_share.size();
  for (std::size_t k = 0; k < cells; ++k) {
    const double old_rate = base.tariff.empty() ? 0.0 : base.tariff[k];
    naive.wedge.push_back(1.0 + (shock.tariff.empty() ? old_rate : shock.tariff[k]));
    naive.cost.push_back(shock.cost_hat.empty() ? 1.0 : shock.cost_hat[k]);
  }
  const std::size_t places = base.sectors.size() * base.economies.size();
  for (std::size_t k = 0; k < places; ++k) {
    naive.productivity.push_back(shock.productivity_hat.empty() ? 1.0 : shock.productivity_hat[k]);
  }
  naive.theta.assign(base.theta.begin(), base.theta.end());
  naive.deficit.assign(base.deficit.begin(), base.deficit.end());
  return naive;
}

template <class T>
NaiveAnswer<T> solve_naive(const equilibrium::MultiSectorBase& base, const NaiveShock<T>& shock) {
  using std::exp;
  using std::log;
  using std::pow;
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const std::size_t places = n * n_sectors;
  NaiveAnswer<T> a;
  a.wage.assign(n, T(1.0));
  a.price.assign(places, T(1.0));
  a.unit_cost.assign(places, T(1.0));
  a.spending.assign(base.expenditure.begin(), base.expenditure.end());
  a.output.assign(places, T(0.0));
  a.income.assign(n, T(0.0));
  a.duty.assign(n, T(0.0));
  std::vector<T> share(base.trade_share.size(), T(0.0));
  double world = 0.0;
  for (const double income : base.factor_income) world += income;
  for (int round = 0; round < 3000; ++round) {
    // (1), (2): prices given wages.
    for (int inner = 0; inner < 400; ++inner) {
      double moved = 0.0;
      for (std::size_t j = 0; j < n_sectors; ++j) {
        for (std::size_t e = 0; e < n; ++e) {
          T cost = base.value_added_share[base.at(j, e)] * log(a.wage[e]) -
                   log(shock.productivity[base.at(j, e)]);
          for (std::size_t k = 0; k < n_sectors; ++k) {
            cost += base.input_share[base.input_at(e, k, j)] * log(a.price[base.at(k, e)]);
          }
          a.unit_cost[base.at(j, e)] = exp(cost);
        }
      }
      for (std::size_t j = 0; j < n_sectors; ++j) {
        for (std::size_t e = 0; e < n; ++e) {
          T sum(0.0);
          for (std::size_t i = 0; i < n; ++i) {
            const std::size_t cell = base.cell(j, e, i);
            const double old_wedge = 1.0 + (base.tariff.empty() ? 0.0 : base.tariff[cell]);
            share[cell] =
                base.trade_share[cell] *
                pow(shock.wedge[cell] / old_wedge * shock.cost[cell] * a.unit_cost[base.at(j, i)],
                    -shock.theta[j]);
            sum += share[cell];
          }
          for (std::size_t i = 0; i < n; ++i) share[base.cell(j, e, i)] /= sum;
          const T price = pow(sum, T(-1.0) / shock.theta[j]);
          moved = std::max(moved, magnitude(price / a.price[base.at(j, e)] - 1.0));
          a.price[base.at(j, e)] = price;
        }
      }
      if (moved < 1e-15) break;
    }
    // (4), (5), (6): spending given prices.
    for (int inner = 0; inner < 400; ++inner) {
      for (T& value : a.output) value = T(0.0);
      for (T& value : a.duty) value = T(0.0);
      for (std::size_t cell = 0; cell < share.size(); ++cell) {
        const std::size_t to = cell / n;  // sector, importer
        const T value = share[cell] * a.spending[to];
        a.output[to / n * n + cell % n] += value / shock.wedge[cell];
        a.duty[to % n] += value - value / shock.wedge[cell];
      }
      double moved = 0.0;
      for (std::size_t e = 0; e < n; ++e) {
        a.income[e] = a.wage[e] * base.factor_income[e] + a.duty[e] + shock.deficit[e];
      }
      for (std::size_t k = 0; k < n_sectors; ++k) {
        for (std::size_t e = 0; e < n; ++e) {
          T use = base.consumption_share[base.at(k, e)] * a.income[e];
          for (std::size_t j = 0; j < n_sectors; ++j) {
            use += base.input_share[base.input_at(e, k, j)] * a.output[base.at(j, e)];
          }
          T& spent = a.spending[base.at(k, e)];
          moved = std::max(moved, magnitude(use - spent) / world);
          spent = use;
        }
      }
      if (moved < 1e-16) break;
    }
    // (7): wages move against excess demand.
    double gap = 0.0;
    T total(0.0);
    for (std::size_t e = 0; e < n; ++e) {
      T paid(0.0);
      for (std::size_t j = 0; j < n_sectors; ++j) {
        paid += base.value_added_share[base.at(j, e)] * a.output[base.at(j, e)];
      }
      const T excess = log(paid / (a.wage[e] * base.factor_income[e]));
      gap = std::max(gap, magnitude(excess));
      a.wage[e] *= exp(0.15 * excess);
      total += a.wage[e] * base.factor_income[e];
    }
    for (std::size_t e = 0; e < n; ++e) a.wage[e] *= world / total;
    if (gap < 1e-14 && round > 300) break;  // the imaginary part needs its rounds too
  }
  for (std::size_t e = 0; e < n; ++e) {
    T index(0.0);
    for (std::size_t j = 0; j < n_sectors; ++j) {
      index += base.consumption_share[base.at(j, e)] * log(a.price[base.at(j, e)]);
    }
    a.welfare.push_back(log(a.income[e]) - index);  // up to the base's constant
  }
  return a;
}

}  // namespace altyn::testing
