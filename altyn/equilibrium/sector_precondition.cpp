#include "altyn/equilibrium/sector_precondition.h"

#include <algorithm>
#include <cmath>

#include "altyn/equilibrium/sector_kernels.h"

namespace altyn::equilibrium::sector {
namespace {

// A mode that barely leaks (a nearly closed economy) is amplified at most twentyfold: the rest of
// the world, which the small systems do not see, holds it.
constexpr double kTrust = 0.95;

// Solves A X = B for small dense matrices in place (rows of `m`), with row pivots; B becomes X.
// False when singular.
bool solve_small(std::vector<double>& a, std::vector<double>& b, std::size_t m) {
  for (std::size_t c = 0; c < m; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c + 1; r < m; ++r) {
      if (std::abs(a[r * m + c]) > std::abs(a[pivot * m + c])) pivot = r;
    }
    if (!(std::abs(a[pivot * m + c]) > 1e-12)) return false;
    if (pivot != c) {
      std::swap_ranges(&a[c * m], &a[c * m] + m, &a[pivot * m]);
      std::swap_ranges(&b[c * m], &b[c * m] + m, &b[pivot * m]);
    }
    for (std::size_t r = 0; r < m; ++r) {
      if (r == c) continue;
      const double ratio = a[r * m + c] / a[c * m + c];
      for (std::size_t k = 0; k < m; ++k) {
        a[r * m + k] -= ratio * a[c * m + k];
        b[r * m + k] -= ratio * b[c * m + k];
      }
    }
  }
  for (std::size_t r = 0; r < m; ++r) {
    for (std::size_t k = 0; k < m; ++k) b[r * m + k] /= a[r * m + r];
  }
  return true;
}

}  // namespace

CoarseCorrection::CoarseCorrection(const World& w) {
  for (Block* block :
       {&cost_shape_, &cost_weight_, &spending_shape_, &spending_weight_, &home_price_,
        &home_sales_, &self_, &cost_reaction_, &spending_reaction_, &duty_rate_}) {
    block->assign(w.block(), 0.0);
  }
  income_reaction_.assign(w.n, 0.0);
  const MultiSectorBase& base = *w.base;
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    for (std::size_t importer = 0; importer < w.n; ++importer) {
      const double* share = &w.share[(j * w.n + importer) * w.row];
      const std::size_t to = j * w.row + importer;
      const double spent = w.expenditure[to];
      double kept = 0.0;
      for (std::size_t i = 0; i < w.n; ++i) {
        const std::size_t cell = base.cell(j, importer, i);
        double net = share[i];
        if (!base.tariff.empty()) net /= 1.0 + base.tariff[cell];
        kept += share[i] - net;
        if (!base.export_tax.empty()) net /= 1.0 + base.export_tax[cell];
        const std::size_t from = j * w.row + i;
        if (w.made[from] == 0.0) continue;
        const double sale = net * spent / w.output[from];
        self_[from] += sale * share[i];
        if (i == importer) {
          home_price_[from] = share[i];
          home_sales_[from] = sale;
        }
      }
      duty_rate_[to] = kept * spent;
    }
  }

  Block x(w.io_row, 0.0), y(w.io_row, 0.0), rows(w.io_row, 0.0), columns(w.io_row, 0.0);
  for (std::size_t e = 0; e < w.n; ++e) {
    const double* inputs = &w.input_share[e * w.n_sectors * w.io_row];
    const auto products = [&](const auto& right, const auto& left) {
      for (std::size_t j = 0; j < w.n_sectors; ++j) {
        x[j] = right(j * w.row + e);
        y[j] = left(j * w.row + e);
      }
      kernels::two_products(inputs, w.n_sectors, w.io_row, x.data(), y.data(), rows.data(),
                            columns.data());
    };
    const auto each = [&](const auto& work) {
      for (std::size_t j = 0; j < w.n_sectors; ++j) work(j, j * w.row + e);
    };
    const auto normalise = [&](Block& shape, Block& weight) {
      double product = 0.0;
      each([&](std::size_t, std::size_t at) { product += shape[at] * weight[at]; });
      const double scale = product > 1e-12 ? 1.0 / product : 0.0;
      each([&](std::size_t, std::size_t at) {
        weight[at] *= scale;
        if (scale == 0.0) shape[at] = 0.0;
      });
    };
    products([](std::size_t) { return 1.0; }, [&](std::size_t at) { return home_price_[at]; });
    each([&](std::size_t j, std::size_t at) {
      cost_shape_[at] = columns[j];
      cost_weight_[at] = home_price_[at] * rows[j];
    });
    normalise(cost_shape_, cost_weight_);

    double duties = 0.0;
    each([&](std::size_t, std::size_t at) { duties += duty_rate_[at]; });
    products([&](std::size_t at) { return w.output[at] * home_sales_[at]; },
             [](std::size_t) { return 1.0; });
    each([&](std::size_t j, std::size_t at) {
      if (w.bought[at] == 0.0) return;
      spending_shape_[at] = (rows[j] + w.consumption[at] * duties) / w.expenditure[at];
      spending_weight_[at] = columns[j] * w.output[at] * home_sales_[at] + duty_rate_[at];
    });
    normalise(spending_shape_, spending_weight_);

    products([&](std::size_t at) { return cost_weight_[at]; },
             [&](std::size_t at) {
               return w.bought[at] == 0.0 ? 0.0 : spending_weight_[at] / w.expenditure[at];
             });
    each([&](std::size_t j, std::size_t at) {
      cost_reaction_[at] = home_price_[at] * rows[j];
      spending_reaction_[at] = columns[j] * w.output[at];
      if (w.bought[at] != 0.0) {
        income_reaction_[e] += spending_weight_[at] / w.expenditure[at] * w.consumption[at];
      }
    });
  }
}

void CoarseCorrection::factorise(const World& w, std::span<const double> cost_power,
                                 Factors& factors) const {
  const std::size_t m = 2 + w.n_factors;
  factors.gain.assign(w.n * m * m, 0.0);
  std::vector<double> used(w.n_factors * w.n, 0.0);  // base factor demand [F][n]
  for (std::size_t f = 0; f < w.n_factors; ++f) {
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      for (std::size_t e = 0; e < w.n; ++e) {
        used[f * w.n + e] +=
            w.factor_cost[(f * w.n_sectors + j) * w.row + e] * w.output[j * w.row + e];
      }
    }
  }
  std::vector<double> reaction(m * m);
  std::vector<double> left(m * m);
  std::vector<double> right(m * m);
  for (std::size_t e = 0; e < w.n; ++e) {
    std::fill(reaction.begin(), reaction.end(), 0.0);
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      const std::size_t at = j * w.row + e;
      const double elasticity = cost_power[j] * (1.0 - self_[at]);
      for (std::size_t c = 0; c < m; ++c) {
        const double cost = c == 0   ? cost_shape_[at]
                            : c == 1 ? 0.0
                                     : w.factor_cost[((c - 2) * w.n_sectors + j) * w.row + e];
        const double spending = c == 1 ? spending_shape_[at] : 0.0;
        const double sold = -elasticity * cost + home_sales_[at] * spending;
        reaction[c] += cost_reaction_[at] * cost;
        reaction[m + c] +=
            spending_reaction_[at] * sold + income_reaction_[e] * duty_rate_[at] * spending;
        for (std::size_t f = 0; f < w.n_factors; ++f) {
          if (used[f * w.n + e] <= 0.0) continue;
          reaction[(2 + f) * m + c] += w.factor_cost[(f * w.n_sectors + j) * w.row + e] *
                                       w.output[at] / used[f * w.n + e] * sold;
        }
      }
    }
    for (std::size_t f = 0; f < w.n_factors; ++f) {
      reaction[m + 2 + f] += income_reaction_[e] * w.factor_income[f * w.row + e];
    }
    for (std::size_t r = 0; r < m; ++r) {
      for (std::size_t c = 0; c < m; ++c) {
        right[r * m + c] = kTrust * reaction[r * m + c];
        left[r * m + c] = (r == c ? 1.0 : 0.0) - right[r * m + c];
      }
    }
    if (solve_small(left, right, m)) std::copy_n(right.begin(), m * m, &factors.gain[e * m * m]);
  }
  factors.damping.clear();
  if (w.has_entry()) {
    factors.damping.assign(w.block(), 1.0);
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      for (std::size_t e = 0; e < w.n; ++e) {
        const std::size_t at = j * w.row + e;
        factors.damping[at] = 1.0 / (1.0 - kTrust * w.entry[j] * (1.0 - self_[at]));
      }
    }
  }
}

namespace {

// sums[k][e] += weights . part, and part += shapes * moves: the two halves of a correction.
void project(const World& w, const Block& weight, const double* part, double* sums) {
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    const double* a = &weight[j * w.row];
    const double* b = part + j * w.row;
    for (std::size_t e = 0; e < w.row; ++e) sums[e] += a[e] * b[e];
  }
}

void spread(const World& w, const Block& shape, const double* moves, double* part) {
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    const double* a = &shape[j * w.row];
    double* b = part + j * w.row;
    for (std::size_t e = 0; e < w.row; ++e) b[e] += a[e] * moves[e];
  }
}

void correct(const World& w, const std::vector<double>& gain, bool transpose,
             const Block& cost_weight, const Block& spending_weight, const Block& cost_shape,
             const Block& spending_shape, std::span<double> residual) {
  const std::size_t m = 2 + w.n_factors;
  double* costs = residual.data();
  double* spending = costs + w.block();
  double* wages = spending + w.block();
  Block sums(m * w.row, 0.0);
  project(w, cost_weight, costs, &sums[0]);
  project(w, spending_weight, spending, &sums[w.row]);
  std::copy_n(wages, w.n_factors * w.row, &sums[2 * w.row]);
  Block moves(m * w.row, 0.0);
  for (std::size_t e = 0; e < w.n; ++e) {
    const double* g = &gain[e * m * m];
    for (std::size_t r = 0; r < m; ++r) {
      double value = 0.0;
      for (std::size_t c = 0; c < m; ++c) {
        value += (transpose ? g[c * m + r] : g[r * m + c]) * sums[c * w.row + e];
      }
      moves[r * w.row + e] = value;
    }
  }
  spread(w, cost_shape, &moves[0], costs);
  spread(w, spending_shape, &moves[w.row], spending);
  for (std::size_t k = 0; k < w.n_factors * w.row; ++k) wages[k] += moves[2 * w.row + k];
}

void dampen(const World& w, const Block& damping, std::span<double> residual) {
  if (damping.empty()) return;
  double* output = residual.data() + 2 * w.block() + w.n_factors * w.row;
  for (std::size_t k = 0; k < w.block(); ++k) output[k] *= damping[k];
}

}  // namespace

void CoarseCorrection::apply(const World& w, const Factors& factors,
                             std::span<double> residual) const {
  correct(w, factors.gain, false, cost_weight_, spending_weight_, cost_shape_, spending_shape_,
          residual);
  dampen(w, factors.damping, residual);
}

void CoarseCorrection::apply_transposed(const World& w, const Factors& factors,
                                        std::span<double> weight) const {
  correct(w, factors.gain, true, cost_shape_, spending_shape_, cost_weight_, spending_weight_,
          weight);
  dampen(w, factors.damping, weight);
}

}  // namespace altyn::equilibrium::sector
