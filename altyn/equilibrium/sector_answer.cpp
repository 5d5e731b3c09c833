#include "altyn/equilibrium/sector_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace altyn::equilibrium::sector {
namespace {

std::string economy_name(const World& w, std::size_t e) { return w.base->economies[e]; }
std::string place_name(const World& w, std::size_t j, std::size_t e) {
  return fmt::format("{} in {}", w.base->sectors[j], w.base->economies[e]);
}

// The residual of each block of the unknown, in the equations' own terms.
struct BlockGap {
  double largest = 0.0;
  std::size_t first = 0;  // sector, or factor
  std::size_t economy = 0;
};

BlockGap block_gap(const World& w, const double* at, const double* next, std::size_t n_rows) {
  BlockGap gap;
  for (std::size_t r = 0; r < n_rows; ++r) {
    for (std::size_t e = 0; e < w.n; ++e) {
      const double value = std::abs(next[r * w.row + e] - at[r * w.row + e]);
      if (value <= gap.largest) continue;
      gap = {value, r, e};
    }
  }
  return gap;
}

std::vector<double> unpadded(const World& w, const double* rows, std::size_t n_rows) {
  std::vector<double> values(n_rows * w.n);
  for (std::size_t r = 0; r < n_rows; ++r) std::copy_n(rows + r * w.row, w.n, &values[r * w.n]);
  return values;
}

void exponentiate(std::vector<double>& values) {
  for (double& value : values) value = std::exp(value);
}

}  // namespace

double largest_gap(std::span<const double> at, std::span<const double> next) {
  // Eight running maxima: a fixed order that vectorises. A NaN survives as infinity.
  double largest[8] = {};
  for (std::size_t k = 0; k < at.size(); k += 8) {
    for (std::size_t l = 0; l < 8; ++l) {
      const double gap = std::abs(next[k + l] - at[k + l]);
      largest[l] = gap > largest[l] ? gap : largest[l];
      if (gap != gap) largest[l] = std::numeric_limits<double>::infinity();
    }
  }
  return *std::max_element(largest, largest + 8);
}

void start_at_base(const World& w, std::vector<double>& state) {
  state.assign(w.state_size(), 0.0);
  const StateView view{w};
  std::copy(w.expenditure_log.begin(), w.expenditure_log.end(),
            view.spending(std::span<double>(state)));
  if (w.has_entry()) {
    std::copy(w.output_log.begin(), w.output_log.end(), view.output(std::span<double>(state)));
  }
}

std::string explain(const System& system, const numerics::FixedPointResult& found,
                    std::span<const double> x) {
  const World& w = *system.world;
  if (found.status == SolveStatus::kCancelled) return "stopped on request";
  if (system.trouble == Trouble::kIncomeNotPositive) {
    const std::size_t e = system.troubled;
    return fmt::format(
        "{} would have no income left to spend: its deficit of {:.4g} exceeds what it earns; close "
        "deficits as shares (multiplicative) or remove them (none)",
        economy_name(w, e), system.deficit[e]);
  }
  const StateView view{w};
  const std::span<const double> next(system.next);
  const BlockGap spending = block_gap(w, view.spending(x), view.spending(next), w.n_sectors);
  const BlockGap wage = block_gap(w, view.wage(x), view.wage(next), w.n_factors);
  const std::string often = fmt::format("after {} sweeps", found.iterations);
  if (wage.largest >= spending.largest) {
    return fmt::format("the market for {} of {} does not clear {}: demand is {:.2g} of supply",
                       w.base->factors[wage.first], economy_name(w, wage.economy), often,
                       std::exp(wage.largest));
  }
  const double theta = system.theta[spending.first];
  return fmt::format(
      "the market for {} does not clear {}: uses and spending differ by {:.2g} in logs{}",
      place_name(w, spending.first, spending.economy), often, spending.largest,
      theta > 20.0 ? fmt::format("; the trade elasticity there is {:.3g}, where small cost changes "
                                 "move whole markets",
                                 theta)
                   : std::string());
}

void certify(const System& system, std::span<const double> x, const MultiSectorOptions& options,
             const numerics::FixedPointResult& found, MultiSectorResult& result) {
  const World& w = *system.world;
  const StateView view{w};
  const std::span<const double> next(system.next);
  Certificate& certificate = result.certificate;
  certificate = Certificate{};
  certificate.subject = "multi-sector equilibrium";
  certificate.status = found.status;
  certificate.iterations = static_cast<int>(found.iterations);
  certificate.closure = to_string(w.closure);
  certificate.numeraire =
      w.numeraire < 0
          ? "world factor income"
          : "factor income of " + economy_name(w, static_cast<std::size_t>(w.numeraire));
  constexpr const char* kMeasure = "max |log residual|";
  const auto add = [&](const char* name, const BlockGap& gap, std::string worst) {
    certificate.blocks.push_back(
        {name, gap.largest, options.tolerance, kMeasure, std::move(worst)});
  };
  const BlockGap cost = block_gap(w, view.input_cost(x), view.input_cost(next), w.n_sectors);
  add("unit cost", cost, place_name(w, cost.first, cost.economy));
  const BlockGap goods = block_gap(w, view.spending(x), view.spending(next), w.n_sectors);
  add("goods market", goods, place_name(w, goods.first, goods.economy));
  const BlockGap factor = block_gap(w, view.wage(x), view.wage(next), w.n_factors);
  add("factor market", factor,
      w.base->factors[factor.first] + " of " + economy_name(w, factor.economy));
  if (w.has_entry()) {
    const BlockGap entry = block_gap(w, view.output(x), view.output(next), w.n_sectors);
    add("free entry", entry, place_name(w, entry.first, entry.economy));
  }

  // Two blocks that the sweep does not iterate on: they follow from the others, and are computed
  // anew from the answer. Each adds up all equations of an economy, hence the wider tolerance.
  BlockGap index;
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    for (std::size_t e = 0; e < w.n; ++e) {
      const std::size_t at = j * w.row + e;
      if (w.bought[at] == 0.0) continue;
      const double power = -system.theta[j] * system.price[at] -
                           w.selection[j] * (view.spending(x)[at] - w.expenditure_log[at]);
      const double gap = std::abs(power - std::log(system.gross_dot[at]));
      if (gap > index.largest) index = {gap, j, e};
    }
  }
  add("price index", index, place_name(w, index.first, index.economy));
  BlockGap balance;
  for (std::size_t e = 0; e < w.n; ++e) {
    // Spending net of duties buys from producers everywhere; sales pay factors and inputs.
    double spent = 0.0;
    double sold = 0.0;
    for (std::size_t j = 0; j < w.n_sectors; ++j) {
      const std::size_t at = j * w.row + e;
      spent += system.spending[at];
      sold += system.made[at];
    }
    const double outside = system.income[e] - system.before_deficit[e];
    const double kept =
        system.pool_of[e] < 0 ? system.duty[e] : system.inside_duty[e] + system.received_duty[e];
    const double gap =
        std::abs(spent - kept - system.export_duty[e] - sold - outside) / system.income[e];
    if (gap > balance.largest) balance = {gap, 0, e};
  }
  certificate.blocks.push_back({"trade balance", balance.largest, 100.0 * options.tolerance,
                                "max |imports - exports - deficit| / income",
                                economy_name(w, balance.economy)});
  certificate.positive =
      std::isfinite(found.residual) && found.residual >= 0.0 && system.trouble == Trouble::kNothing;
  for (const double income : system.income) {
    certificate.positive = certificate.positive && std::isfinite(income) && income > 0.0;
  }
}

void fill_result(const System& system, std::span<const double> x, bool trade_share,
                 ThreadPool& pool, MultiSectorResult& result) {
  const World& w = *system.world;
  const StateView view{w};
  result.wage_hat = unpadded(w, view.wage(x), w.n_factors);
  exponentiate(result.wage_hat);
  result.workers_hat.assign(w.n, 1.0);
  result.cost_hat = unpadded(w, system.unit_cost.data(), w.n_sectors);
  exponentiate(result.cost_hat);
  result.price_hat = unpadded(w, system.price.data(), w.n_sectors);
  result.consumer_price_hat.assign(w.n, 0.0);
  for (std::size_t j = 0; j < w.n_sectors; ++j) {
    for (std::size_t e = 0; e < w.n; ++e) {
      result.consumer_price_hat[e] += w.consumption[j * w.row + e] * system.price[j * w.row + e];
    }
  }
  exponentiate(result.price_hat);
  exponentiate(result.consumer_price_hat);
  result.expenditure = unpadded(w, system.spending.data(), w.n_sectors);
  result.output = unpadded(w, system.made.data(), w.n_sectors);
  result.income = system.income;
  result.duty = system.duty;
  result.duty_received = system.received_duty;
  result.export_duty = system.export_duty;
  result.duty_pooled.assign(w.n, 0.0);
  result.deficit.resize(w.n);
  result.welfare_hat.resize(w.n);
  for (std::size_t e = 0; e < w.n; ++e) {
    if (system.pool_of[e] >= 0) result.duty_pooled[e] = system.duty[e] - system.inside_duty[e];
    result.deficit[e] = system.income[e] - system.before_deficit[e];
    result.welfare_hat[e] = system.income[e] / w.income[e] / result.consumer_price_hat[e];
  }
  result.deficit_scalar = system.deficit_scalar;
  result.trade_share.clear();
  if (!trade_share) return;
  result.trade_share.resize(w.n_sectors * w.n * w.n);
  pool.for_each_shard(static_cast<Index>(w.n_sectors), [&](Index shard) {
    const auto j = static_cast<std::size_t>(shard);
    const double* s = &system.scale[j * w.row];
    for (std::size_t importer = 0; importer < w.n; ++importer) {
      const double* a = &system.gross[(j * w.n + importer) * w.row];
      double* out = &result.trade_share[(j * w.n + importer) * w.n];
      const double q = system.gross_dot[j * w.row + importer];
      for (std::size_t i = 0; i < w.n; ++i) out[i] = a[i] == 0.0 ? 0.0 : a[i] * s[i] / q;
    }
  });
}

}  // namespace altyn::equilibrium::sector
