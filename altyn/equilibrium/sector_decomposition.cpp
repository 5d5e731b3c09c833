#include "altyn/equilibrium/sector_decomposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"

namespace altyn::equilibrium {
namespace {

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

// One point of the way.
struct Node {
  MultiSectorShock shock;
  MultiSectorResult answer;
  std::vector<double> cost_log, price_log;  // [sector, economy]

  [[nodiscard]] double spending(std::size_t cell, std::size_t n) const {
    return answer.trade_share[cell] * answer.expenditure[cell / n];
  }
};

// Sums of the terms over segments of the way.
struct Terms {
  explicit Terms(std::size_t n, std::size_t n_sectors)
      : terms_by_partner(n * n),
        volume_by_partner(n * n),
        terms_by_sector(n * n_sectors),
        volume_by_sector(n * n_sectors),
        technology(n),
        scale(n),
        transfer(n),
        workers(n) {}
  std::vector<double> terms_by_partner, volume_by_partner, terms_by_sector, volume_by_sector;
  std::vector<double> technology, scale, transfer, workers;
};

// The trapezoid rule over one segment: average weights times exact differences of logs.
void add_segment(const MultiSectorBase& base, const Node& a, const Node& b, Terms& terms) {
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const bool scale = !base.entry.empty() || !base.selection.empty();
  const auto tariffs = [&](const Node& node) -> const std::vector<double>& {
    return node.shock.tariff.empty() ? base.tariff : node.shock.tariff;
  };
  const auto taxes = [&](const Node& node) -> const std::vector<double>& {
    return node.shock.export_tax.empty() ? base.export_tax : node.shock.export_tax;
  };
  const std::vector<double>&tariff_a = tariffs(a), &tariff_b = tariffs(b);
  const std::vector<double>&tax_a = taxes(a), &tax_b = taxes(b);
  const auto iceberg = [](const Node& node, std::size_t cell) {
    return node.shock.cost_hat.empty() ? 0.0 : std::log(node.shock.cost_hat[cell]);
  };
  for (std::size_t j = 0; j < n_sectors; ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const double buys_a = 0.5 / a.answer.income[importer];
      const double buys_b = 0.5 / b.answer.income[importer];
      double explained = 0.0;  // of the change of the price index, by costs
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        const double value_a = a.spending(cell, n);
        const double value_b = b.spending(cell, n);
        if (!(value_a > 0.0) || !(value_b > 0.0)) continue;
        const double t_a = rate(tariff_a, cell), t_b = rate(tariff_b, cell);
        const double x_a = rate(tax_a, cell), x_b = rate(tax_b, cell);
        const double landed_a = value_a / (1.0 + t_a), landed_b = value_b / (1.0 + t_b);
        const double cost = b.cost_log[base.at(j, exporter)] - a.cost_log[base.at(j, exporter)];
        const double tax = std::log((1.0 + x_b) / (1.0 + x_a));
        const double border = cost + tax;
        const double ice = iceberg(b, cell) - iceberg(a, cell);
        const double volume = std::log(landed_b / landed_a) - border;
        const double sells_a = 0.5 / a.answer.income[exporter];
        const double sells_b = 0.5 / b.answer.income[exporter];
        const double bought = (buys_a * landed_a + buys_b * landed_b) * border;
        const double sold = (sells_a * landed_a + sells_b * landed_b) * border;
        const double duty = (buys_a * t_a * landed_a + buys_b * t_b * landed_b) * volume;
        // Tax on exports is levied on the producer's value; its volume change is the same.
        const double levy =
            (sells_a * x_a * landed_a / (1.0 + x_a) + sells_b * x_b * landed_b / (1.0 + x_b)) *
            volume;
        terms.terms_by_partner[importer * n + exporter] -= bought;
        terms.terms_by_partner[exporter * n + importer] += sold;
        terms.terms_by_sector[base.at(j, importer)] -= bought;
        terms.terms_by_sector[base.at(j, exporter)] += sold;
        terms.volume_by_partner[importer * n + exporter] += duty;
        terms.volume_by_partner[exporter * n + importer] += levy;
        terms.volume_by_sector[base.at(j, importer)] += duty;
        terms.volume_by_sector[base.at(j, exporter)] += levy;
        const double share = buys_a * value_a + buys_b * value_b;
        terms.technology[importer] -= share * ice;
        if (scale) explained += share * (border + ice + std::log((1.0 + t_b) / (1.0 + t_a)));
      }
      const std::size_t at = base.at(j, importer);
      if (scale) {
        terms.scale[importer] +=
            explained - (buys_a * a.answer.expenditure[at] + buys_b * b.answer.expenditure[at]) *
                            (b.price_log[at] - a.price_log[at]);
      }
      if (b.shock.productivity_hat.empty()) continue;
      const double before = a.shock.productivity_hat.empty() ? 1.0 : a.shock.productivity_hat[at];
      terms.technology[importer] += (buys_a * a.answer.output[at] + buys_b * b.answer.output[at]) *
                                    std::log(b.shock.productivity_hat[at] / before);
    }
  }
  for (std::size_t e = 0; e < n; ++e) {
    const auto outside = [e](const MultiSectorResult& answer) {
      return answer.deficit[e] + answer.duty_received[e] - answer.duty_pooled[e];
    };
    terms.transfer[e] += (outside(b.answer) - outside(a.answer)) *
                         (0.5 / a.answer.income[e] + 0.5 / b.answer.income[e]);
    const std::size_t worker = base.mobile_factor * n + e;
    const auto earned = [&](const MultiSectorResult& answer) {
      return base.factor_income[worker] * answer.wage_hat[worker] * answer.workers_hat[e] /
             answer.income[e];
    };
    terms.workers[e] += 0.5 * (earned(a.answer) + earned(b.answer)) *
                        std::log(b.answer.workers_hat[e] / a.answer.workers_hat[e]);
  }
}

// New pools redirect duties at once. To walk there, members of old and new pools that overlap are
// joined into one pool each, whose keys reproduce the base at the start and the answer at the end.
struct PoolPath {
  std::vector<RevenuePool> from, to;

  [[nodiscard]] std::vector<RevenuePool> at(double t) const {
    std::vector<RevenuePool> pools = to;
    for (std::size_t p = 0; p < pools.size(); ++p) {
      for (std::size_t k = 0; k < pools[p].keys.size(); ++k) {
        pools[p].keys[k] = (1.0 - t) * from[p].keys[k] + t * to[p].keys[k];
      }
    }
    return pools;
  }
};

// Which of the joined pools each economy belongs to; -1 for none.
std::vector<int> joined_pools(const MultiSectorBase& base, const std::vector<RevenuePool>& pools) {
  const std::size_t n = base.economies.size();
  std::vector<int> joined(n, -1);
  int next = 0;
  for (const auto* list : {&base.pools, &pools}) {
    for (const PoolPlaces& pool : resolve_pools(*list, base.economies)) {
      const int id = next++;
      for (const std::size_t member : pool.members) {
        const int old = joined[member];
        if (old >= 0) std::replace(joined.begin(), joined.end(), old, id);
        joined[member] = id;
      }
    }
  }
  return joined;
}

// Keys that give every member of the joined pools what it keeps in `answer`.
std::vector<RevenuePool> equivalent_pools(const MultiSectorBase& base,
                                          const std::vector<int>& joined,
                                          const MultiSectorResult& answer) {
  const std::size_t n = base.economies.size();
  std::vector<RevenuePool> pools;
  for (int id = 0; id <= *std::max_element(joined.begin(), joined.end()); ++id) {
    RevenuePool pool{
        .name = fmt::format("joined {}", id), .members = {}, .keys = {}, .duties_inside_too = true};
    double total = 0.0;
    for (std::size_t e = 0; e < n; ++e) {
      if (joined[e] == id) total += answer.duty[e];
    }
    for (std::size_t e = 0; e < n; ++e) {
      if (joined[e] != id) continue;
      pool.members.push_back(base.economies[e]);
      const double kept = answer.duty[e] - answer.duty_pooled[e] + answer.duty_received[e];
      pool.keys.push_back(total > 0.0 ? kept / total : 0.0);
    }
    if (pool.members.empty()) continue;
    if (!(total > 0.0))
      pool.keys.assign(pool.keys.size(), 1.0 / static_cast<double>(pool.keys.size()));
    pools.push_back(std::move(pool));
  }
  return pools;
}

// fine + (fine - coarse) / 3: the error of the trapezoid rule falls with the square of the step.
void extrapolate(Terms& fine, const Terms& coarse) {
  for (auto part : {&Terms::terms_by_partner, &Terms::volume_by_partner, &Terms::terms_by_sector,
                    &Terms::volume_by_sector, &Terms::technology, &Terms::scale, &Terms::transfer,
                    &Terms::workers}) {
    std::vector<double>& to = fine.*part;
    const std::vector<double>& from = coarse.*part;
    for (std::size_t k = 0; k < to.size(); ++k) to[k] += (to[k] - from[k]) / 3.0;
  }
}

}  // namespace

std::vector<Field<DecompositionOptions>> DecompositionOptions::fields() {
  using S = DecompositionOptions;
  return {
      make_field(&S::steps, {.name = "steps",
                             .doc = "Solves along the way from the base to the shock (even).",
                             .minimum = 2}),
      make_field(&S::extrapolate,
                 {.name = "extrapolate",
                  .doc = "Remove the leading error term by comparing with half the steps.",
                  .source = "Richardson extrapolation of the trapezoid rule"}),
  };
}

MultiSectorShock part_of_shock(const MultiSectorBase& base, const MultiSectorShock& shock,
                               double t) {
  MultiSectorShock part = shock;
  if (t == 1.0) return part;
  const auto rates = [&](const std::vector<double>& from, std::vector<double>& to) {
    for (std::size_t k = 0; k < to.size(); ++k) {
      const double before = 1.0 + rate(from, k);
      const double after = 1.0 + to[k];
      if (before != after) to[k] = before * std::pow(after / before, t) - 1.0;
    }
  };
  rates(base.tariff, part.tariff);
  rates(base.export_tax, part.export_tax);
  for (double& value : part.cost_hat) value = std::pow(value, t);
  for (double& value : part.productivity_hat) value = std::pow(value, t);
  for (std::size_t e = 0; e < part.deficit.size(); ++e) {
    part.deficit[e] = (1.0 - t) * base.deficit[e] + t * shock.deficit[e];
  }
  return part;
}

WelfareDecomposition decompose_welfare(const MultiSectorModel& model, const MultiSectorShock& shock,
                                       const DecompositionOptions& options, Context& context) {
  const MultiSectorBase& base = model.base();
  check_shock(base, shock);
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  WelfareDecomposition result;
  result.n_steps = options.steps + options.steps % 2;

  MultiSectorWorkspace workspace;
  std::optional<PoolPath> pool_path;
  if (shock.pools) {
    MultiSectorResult end;
    model.solve(shock, workspace, end, context);
    result.status = end.status;
    result.message = end.message;
    if (end.status != SolveStatus::kConverged) return result;
    const std::vector<int> joined = joined_pools(base, *shock.pools);
    pool_path = PoolPath{equivalent_pools(base, joined, model.base_levels()),
                         equivalent_pools(base, joined, end)};
    workspace = MultiSectorWorkspace();
  }
  const auto solve = [&](double t) {
    Node node;
    node.shock = part_of_shock(base, shock, t);
    if (pool_path) node.shock.pools = pool_path->at(t);
    model.solve(node.shock, workspace, node.answer, context, {.warm = true});
    const auto logs = [](std::vector<double> values) {
      for (double& value : values) value = std::log(value);
      return values;
    };
    node.cost_log = logs(node.answer.cost_hat);
    node.price_log = logs(node.answer.price_hat);
    result.status = node.answer.status;
    result.message = node.answer.message;
    return node;
  };

  Terms fine(n, n_sectors);
  Terms coarse(n, n_sectors);
  Node before;  // two steps back
  Node last = solve(0.0);
  for (Index k = 1; k <= result.n_steps; ++k) {
    if (result.status != SolveStatus::kConverged) return result;
    context.report({.step = "welfare along the way", .iteration = k, .total = result.n_steps});
    Node next = solve(static_cast<double>(k) / static_cast<double>(result.n_steps));
    if (result.status != SolveStatus::kConverged) return result;
    add_segment(base, last, next, fine);
    if (k % 2 == 0) {
      if (options.extrapolate) add_segment(base, before, next, coarse);
    }
    before = std::move(last);
    last = std::move(next);
  }
  if (options.extrapolate) extrapolate(fine, coarse);

  result.terms_of_trade_by_partner = std::move(fine.terms_by_partner);
  result.volume_of_trade_by_partner = std::move(fine.volume_by_partner);
  result.terms_of_trade_by_sector = std::move(fine.terms_by_sector);
  result.volume_of_trade_by_sector = std::move(fine.volume_by_sector);
  result.technology = std::move(fine.technology);
  result.scale = std::move(fine.scale);
  result.transfer = std::move(fine.transfer);
  result.workers = std::move(fine.workers);
  result.terms_of_trade.assign(n, 0.0);
  result.volume_of_trade.assign(n, 0.0);
  result.welfare_log.resize(n);
  result.remainder.resize(n);
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t partner = 0; partner < n; ++partner) {
      result.terms_of_trade[e] += result.terms_of_trade_by_partner[e * n + partner];
      result.volume_of_trade[e] += result.volume_of_trade_by_partner[e * n + partner];
    }
    result.welfare_log[e] = std::log(last.answer.welfare_hat[e]);
    result.remainder[e] = result.welfare_log[e] - result.terms_of_trade[e] -
                          result.volume_of_trade[e] - result.technology[e] - result.scale[e] -
                          result.transfer[e] - result.workers[e];
  }
  return result;
}

}  // namespace altyn::equilibrium
