#include "altyn/equilibrium/one_sector_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

std::string pair_name(const OneSectorBase& base, std::size_t cell) {
  const std::size_t n = base.economies.size();
  return fmt::format("{} -> {}", base.economies[cell / n], base.economies[cell % n]);
}

void check_size(std::size_t size, std::size_t wanted, bool may_be_empty, const char* field) {
  if (size == wanted || (may_be_empty && size == 0)) return;
  throw InputError({.code = "wrong-shape",
                    .what = fmt::format("{} has {} values, expected {}", field, size, wanted),
                    .where = field,
                    .why = "every economy, and every pair of a matrix, needs one value"});
}

void check_rates(const OneSectorBase& base, const std::vector<double>& tariff, const char* field) {
  check_size(tariff.size(), base.economies.size() * base.economies.size(), true, field);
  for (std::size_t cell = 0; cell < tariff.size(); ++cell) {
    if (tariff[cell] > -1.0 && std::isfinite(tariff[cell])) continue;
    throw InputError(
        {.code = "tariff-range",
         .what = fmt::format("the tariff {} is {}", pair_name(base, cell), tariff[cell]),
         .where = fmt::format("{} {}", field, pair_name(base, cell)),
         .why = "a rate is a fraction above -1 (0.05 is 5%)"});
  }
}

void check_positive(const OneSectorBase& base, const std::vector<double>& values, bool pairs,
                    const char* field) {
  const std::size_t n = base.economies.size();
  check_size(values.size(), pairs ? n * n : n, true, field);
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] > 0.0 && std::isfinite(values[k])) continue;
    const std::string place = pairs ? pair_name(base, k) : base.economies[k];
    throw InputError({.code = "shock-range",
                      .what = fmt::format("{} of {} is {}", field, place, values[k]),
                      .where = fmt::format("{} {}", field, place),
                      .why = "a change is the new value over the old one, above zero and finite"});
  }
}

[[noreturn]] void fail_economy(const char* code, const std::string& economy, std::string what,
                               std::string why, std::vector<std::string> fixes = {}) {
  throw InputError({.code = code,
                    .what = std::move(what),
                    .where = fmt::format("economy {}", economy),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

// Economies without any trade between them have no common price level.
void check_connected(const OneSectorBase& base) {
  const std::size_t n = base.economies.size();
  std::vector<std::size_t> reached = {0};
  std::vector<bool> seen(n, false);
  seen[0] = true;
  for (std::size_t k = 0; k < reached.size(); ++k) {
    const std::size_t from = reached[k];
    for (std::size_t to = 0; to < n; ++to) {
      if (seen[to] || !(base.trade[from * n + to] > 0.0 || base.trade[to * n + from] > 0.0))
        continue;
      seen[to] = true;
      reached.push_back(to);
    }
  }
  if (reached.size() == n) return;
  // Name the smaller side.
  const bool name_seen = reached.size() * 2 <= n;
  std::string names;
  std::size_t count = 0;
  std::size_t first = n;
  for (std::size_t i = 0; i < n; ++i) {
    if (seen[i] != name_seen) continue;
    if (first == n) first = i;
    if (++count <= 5) names += (names.empty() ? "" : ", ") + base.economies[i];
  }
  fail_economy(
      "economy-isolated", base.economies[first],
      fmt::format("{} {} not trade with any other economy", names, count == 1 ? "does" : "do"),
      "prices of economies that never meet cannot be compared",
      {"leave them out, or merge them into a region"});
}

}  // namespace

OneSectorAccounts check_base(const OneSectorBase& base) {
  const std::size_t n = base.economies.size();
  if (n < 2) {
    throw InputError({.code = "too-few-economies",
                      .what = fmt::format("the base has {} economies", n),
                      .where = "economies",
                      .why = "trade needs at least two"});
  }
  std::unordered_map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < n; ++i) {
    const auto [found, added] = place.emplace(base.economies[i], i);
    if (!added) {
      fail_economy("duplicate-economy", base.economies[i],
                   fmt::format("economy {} appears twice, at {} and {}", base.economies[i],
                               found->second, i),
                   "every economy is one row and one column");
    }
  }
  if (base.trade.size() != n * n) {
    throw InputError({.code = "trade-not-square",
                      .what = fmt::format("trade has {} values, {} economies need {}",
                                          base.trade.size(), n, n * n),
                      .where = "trade",
                      .why = "prices respond to every pair, zeros and domestic sales included"});
  }
  for (std::size_t cell = 0; cell < n * n; ++cell) {
    if (base.trade[cell] >= 0.0 && std::isfinite(base.trade[cell])) continue;
    throw InputError(
        {.code = "trade-range",
         .what = fmt::format("trade {} is {}", pair_name(base, cell), base.trade[cell]),
         .where = pair_name(base, cell),
         .why = "spending is zero or positive; missing values must be filled first"});
  }
  if (!(base.theta > 0.0) || !std::isfinite(base.theta)) {
    throw InputError({.code = "theta-range",
                      .what = fmt::format("theta is {}", base.theta),
                      .where = "theta",
                      .why = "the trade elasticity (sigma - 1) is above zero, usually 3 to 8"});
  }
  if (!(base.supply_elasticity >= 0.0) || !std::isfinite(base.supply_elasticity)) {
    throw InputError({.code = "supply-elasticity-range",
                      .what = fmt::format("supply_elasticity is {}", base.supply_elasticity),
                      .where = "supply_elasticity",
                      .why = "supply cannot fall when its reward rises"});
  }
  check_rates(base, base.tariff, "tariff");
  check_size(base.value_added_share.size(), n, true, "value_added_share");
  for (std::size_t i = 0; i < base.value_added_share.size(); ++i) {
    const double share = base.value_added_share[i];
    if (share > 0.0 && share <= 1.0) continue;
    fail_economy("value-added-share-range", base.economies[i],
                 fmt::format("the value added share of {} is {}", base.economies[i], share),
                 "value added is a part of gross output, above 0 and at most 1");
  }

  OneSectorAccounts accounts;
  accounts.output.assign(n, 0.0);
  accounts.expenditure.assign(n, 0.0);
  accounts.spending.assign(n, 0.0);
  accounts.collected.resize(n);
  accounts.received.resize(n);
  accounts.value_added.resize(n);
  accounts.deficit.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double value = base.trade[i * n + j];
      const double factory = base.tariff.empty() ? value : value / (1.0 + base.tariff[i * n + j]);
      accounts.output[i] += factory;
      accounts.spending[j] += factory;
      accounts.expenditure[j] += value;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& name = base.economies[i];
    if (!(accounts.output[i] > 0.0)) {
      fail_economy("zero-output", name, fmt::format("{} sells nothing, not even at home", name),
                   "an economy without output has no income",
                   {"drop it, or add its domestic sales"});
    }
    if (!(accounts.expenditure[i] > 0.0)) {
      fail_economy("zero-expenditure", name, fmt::format("{} buys nothing, not even at home", name),
                   "an economy without spending has no price index",
                   {"drop it, or add its domestic sales"});
    }
    const double share = base.value_added_share.empty() ? 1.0 : base.value_added_share[i];
    accounts.value_added[i] = share * accounts.output[i];
    const double income = accounts.expenditure[i] - (1.0 - share) * accounts.output[i];
    if (!(income > 0.0)) {
      fail_economy(
          "income-not-positive", name,
          fmt::format("final spending of {} would be {:.6g}: its spending is {:.6g} and its "
                      "intermediate use {:.6g}",
                      name, income, accounts.expenditure[i], (1.0 - share) * accounts.output[i]),
          "real income is final spending over the price index",
          {"raise its value added share, or check its domestic sales"});
    }
  }
  check_connected(base);
  accounts.pools = resolve_pools(base.pools, base.economies);
  check_mobility(base.economies, base.mobility);
  std::vector<double> tax(n * n, 0.0);
  for (std::size_t cell = 0; cell < base.tariff.size(); ++cell) {
    tax[cell] = base.trade[cell] * base.tariff[cell] / (1.0 + base.tariff[cell]);
  }
  share_duties(accounts.pools, tax, accounts.collected, accounts.received);
  for (std::size_t i = 0; i < n; ++i) {
    accounts.deficit[i] = accounts.expenditure[i] - accounts.output[i] - accounts.received[i];
  }
  return accounts;
}

void share_duties(const std::vector<PoolPlaces>& pools, std::span<const double> tax,
                  std::span<double> collected, std::span<double> received) {
  const std::size_t n = collected.size();
  std::fill(collected.begin(), collected.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) collected[k] += tax[i * n + k];
  }
  std::copy(collected.begin(), collected.end(), received.begin());
  for (const PoolPlaces& pool : pools) {
    double shared = 0.0;
    for (const std::size_t k : pool.members) {
      double own = 0.0;  // duties on members' goods that stay with the collector
      for (const std::size_t i : pool.members) {
        if (!pool.duties_inside_too) own += tax[i * n + k];
      }
      shared += collected[k] - own;
      received[k] = own;
    }
    for (std::size_t m = 0; m < pool.members.size(); ++m) {
      received[pool.members[m]] += pool.keys[m] * shared;
    }
  }
}

void check_shock(const OneSectorBase& base, const OneSectorShock& shock) {
  const std::size_t n = base.economies.size();
  check_positive(base, shock.cost_hat, true, "cost_hat");
  check_positive(base, shock.productivity_hat, false, "productivity_hat");
  check_positive(base, shock.endowment_hat, false, "endowment_hat");
  check_rates(base, shock.tariff, "tariff");
  check_size(shock.direct_log.size(), n * n, true, "direct_log");
  for (std::size_t cell = 0; cell < shock.direct_log.size(); ++cell) {
    if (std::isfinite(shock.direct_log[cell])) continue;
    throw InputError({.code = "shock-range",
                      .what = fmt::format("direct_log of {} is {}", pair_name(base, cell),
                                          shock.direct_log[cell]),
                      .where = fmt::format("direct_log {}", pair_name(base, cell)),
                      .why = "the direct effect on log trade must be a number"});
  }
  if (!(shock.theta >= 0.0) || !std::isfinite(shock.theta)) {
    throw InputError({.code = "theta-range",
                      .what = fmt::format("theta is {}", shock.theta),
                      .where = "theta",
                      .why = "the trade elasticity is above zero; 0 stands for the base's"});
  }
}

}  // namespace altyn::equilibrium
