#include "altyn/equilibrium/multi_sector_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

[[noreturn]] void fail(const char* code, std::string what, std::string where, std::string why,
                       std::vector<std::string> fixes = {}) {
  throw InputError({.code = code,
                    .what = std::move(what),
                    .where = std::move(where),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

// Names of places: "Food in KAZ", "Food, RUS -> KAZ" (exporter to importer).
class Places {
 public:
  explicit Places(const MultiSectorBase& base) : base_(base) {}
  [[nodiscard]] std::string at(std::size_t k) const {
    const std::size_t n = base_.economies.size();
    return fmt::format("{} in {}", base_.sectors[k / n], base_.economies[k % n]);
  }
  [[nodiscard]] std::string cell(std::size_t k) const {
    const std::size_t n = base_.economies.size();
    return fmt::format("{}, {} -> {}", base_.sectors[k / n / n], base_.economies[k % n],
                       base_.economies[k / n % n]);
  }
  [[nodiscard]] std::string input(std::size_t k) const {
    const std::size_t j = base_.sectors.size();
    return fmt::format("{} used by {} in {}", base_.sectors[k / j % j], base_.sectors[k % j],
                       base_.economies[k / j / j]);
  }
  [[nodiscard]] std::string factor(std::size_t k) const {
    const std::size_t n = base_.economies.size();
    return fmt::format("{} of {}", base_.factors[k / n], base_.economies[k % n]);
  }

 private:
  const MultiSectorBase& base_;
};

void check_size(std::size_t size, std::size_t wanted, bool may_be_empty, const char* field) {
  if (size == wanted || (may_be_empty && size == 0)) return;
  fail("wrong-shape", fmt::format("{} has {} values, expected {}", field, size, wanted), field,
       "every place of a table needs one value");
}

void check_names(const std::vector<std::string>& names, const char* field, const char* code) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto [found, added] = seen.emplace(names[k], k);
    if (!added) {
      fail(code, fmt::format("\"{}\" appears twice, at {} and {}", names[k], found->second, k),
           field, "every name stands for one row");
    }
  }
}

template <class Name>
void check_shares(const std::vector<double>& shares, const char* field, const Name& name) {
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (shares[k] >= 0.0 && std::isfinite(shares[k])) continue;
    fail("share-range", fmt::format("{} is {} for {}", field, shares[k], name(k)),
         fmt::format("{}: {}", field, name(k)), "a share is zero or positive",
         {"set small negative entries to zero: the rest is rescaled"});
  }
}

void check_rates(const std::vector<double>& rates, std::size_t wanted, const char* field,
                 const Places& places) {
  check_size(rates.size(), wanted, true, field);
  for (std::size_t k = 0; k < rates.size(); ++k) {
    if (rates[k] > -1.0 && std::isfinite(rates[k])) continue;
    fail("tariff-range", fmt::format("{} is {} for {}", field, rates[k], places.cell(k)),
         fmt::format("{}: {}", field, places.cell(k)),
         "a rate is a fraction above -1 (0.05 is 5%)");
  }
}

void check_theta(const std::vector<double>& theta, const MultiSectorBase& base, bool may_be_empty) {
  check_size(theta.size(), base.sectors.size(), may_be_empty, "theta");
  for (std::size_t j = 0; j < theta.size(); ++j) {
    if (theta[j] > 0.0 && std::isfinite(theta[j])) continue;
    fail("theta-range", fmt::format("theta is {} in {}", theta[j], base.sectors[j]),
         fmt::format("theta: {}", base.sectors[j]),
         "the trade elasticity is above zero, usually 2 to 15");
  }
}

// Rescales `shares` to sum to `wanted`. Callers decide what an empty row means.
template <class Name>
void rescale(std::vector<double*>& shares, double wanted, const char* field, const Name& name) {
  double sum = 0.0;
  for (const double* share : shares) sum += *share;
  if (std::abs(sum - wanted) > kShareTolerance || (sum == 0.0 && wanted > 0.0)) {
    fail("shares-do-not-sum",
         fmt::format("{} sums to {:.6g} for {}, expected {:.6g}", field, sum, name(), wanted),
         fmt::format("{}: {}", field, name()),
         "spending or cost that belongs to nothing would vanish from the model");
  }
  if (sum == wanted || sum == 0.0) return;
  for (double* share : shares) *share *= wanted / sum;
}

void check_trade(MultiSectorBase& base, const Places& places) {
  const std::size_t n = base.economies.size();
  std::vector<double*> row(n);
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      double* first = &base.trade_share[base.cell(j, importer, 0)];
      const double sum = std::accumulate(first, first + n, 0.0);
      bool used = base.consumption_share[base.at(j, importer)] > 0.0;
      for (std::size_t output = 0; output < base.sectors.size() && !base.input_share.empty();
           ++output) {
        used = used || base.input_share[base.input_at(importer, j, output)] > 0.0;
      }
      if (sum == 0.0) {
        if (!used) continue;
        fail("no-suppliers",
             fmt::format("nobody supplies {}, which is bought there",
                         places.at(base.at(j, importer))),
             fmt::format("trade_share: {}", places.at(base.at(j, importer))),
             "buyers of a good without suppliers have no price",
             {"add its domestic sales, or set the shares of the sector in spending and cost to "
              "zero"});
      }
      for (std::size_t i = 0; i < n; ++i) row[i] = first + i;
      rescale(row, 1.0, "trade_share", [&] { return places.at(base.at(j, importer)); });
    }
  }
  for (std::size_t e = 0; e < n; ++e) {
    bool trades = false;
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      for (std::size_t other = 0; other < n; ++other) {
        if (other == e) continue;
        trades = trades || base.trade_share[base.cell(j, e, other)] > 0.0 ||
                 base.trade_share[base.cell(j, other, e)] > 0.0;
      }
    }
    if (trades) continue;
    fail("economy-isolated", fmt::format("{} trades with itself only", base.economies[e]),
         fmt::format("economy {}", base.economies[e]),
         "prices of economies that never meet cannot be compared",
         {"leave it out, or merge it into a region"});
  }
}

bool is_made(const MultiSectorBase& base, std::size_t sector, std::size_t economy) {
  for (std::size_t importer = 0; importer < base.economies.size(); ++importer) {
    if (base.trade_share[base.cell(sector, importer, economy)] > 0.0) return true;
  }
  return false;
}

void check_costs(MultiSectorBase& base, const Places& places) {
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  std::vector<double*> column;
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t j = 0; j < n_sectors; ++j) {
      double& value_added = base.value_added_share[base.at(j, e)];
      column.clear();
      for (std::size_t input = 0; input < n_sectors && !base.input_share.empty(); ++input) {
        column.push_back(&base.input_share[base.input_at(e, input, j)]);
      }
      if (!is_made(base, j, e)) {
        // Costs of what is not made have no meaning; these keep the sums right.
        value_added = 1.0;
        for (double* share : column) *share = 0.0;
      }
      rescale(column, 1.0 - value_added, "input_share",
              [&] { return places.at(base.at(j, e)) + " (one minus its value added share)"; });
      if (base.factor_share.empty()) continue;
      column.clear();
      if (!is_made(base, j, e)) {
        for (std::size_t f = 0; f < base.factors.size(); ++f) {
          base.factor_share[f * n_sectors * n + base.at(j, e)] = f == 0 ? 1.0 : 0.0;
        }
      }
      for (std::size_t f = 0; f < base.factors.size(); ++f) {
        column.push_back(&base.factor_share[f * n_sectors * n + base.at(j, e)]);
      }
      rescale(column, 1.0, "factor_share", [&] { return places.at(base.at(j, e)); });
    }
  }
}

void check_incomes(MultiSectorBase& base, const Places& places) {
  const std::size_t n = base.economies.size();
  double world = 0.0;
  for (std::size_t k = 0; k < base.factor_income.size(); ++k) {
    const double value = base.factor_income[k];
    if (!(value >= 0.0) || !std::isfinite(value)) {
      fail("income-not-positive", fmt::format("the income of {} is {}", places.factor(k), value),
           fmt::format("factor_income: {}", places.factor(k)), "income is zero or positive");
    }
    world += value;
  }
  for (std::size_t e = 0; e < n; ++e) {
    double sum = 0.0;
    for (std::size_t f = 0; f < base.factors.size(); ++f) sum += base.factor_income[f * n + e];
    if (sum > 0.0) continue;
    fail("income-not-positive", fmt::format("{} has no factor income", base.economies[e]),
         fmt::format("factor_income: {}", base.economies[e]),
         "an economy without income buys nothing", {"leave it out"});
  }
  double sum = 0.0;
  double size = 0.0;
  for (std::size_t e = 0; e < n; ++e) {
    if (!std::isfinite(base.deficit[e])) {
      fail("deficit-range",
           fmt::format("the deficit of {} is {}", base.economies[e], base.deficit[e]),
           fmt::format("deficit: {}", base.economies[e]), "a deficit is a number");
    }
    sum += base.deficit[e];
    size += std::abs(base.deficit[e]);
  }
  if (std::abs(sum) > kShareTolerance * world) {
    fail("deficits-do-not-sum",
         fmt::format("deficits sum to {:.6g}, {:.2g} of world income", sum, sum / world), "deficit",
         "what one economy overspends another must lend",
         {"take deficits from the trade table: imports less exports"});
  }
  for (double& value : base.deficit) value -= sum * std::abs(value) / std::max(size, 1e-300);
}

}  // namespace

MultiSectorBase checked_base(MultiSectorBase base) {
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const std::size_t n_factors = base.factors.size();
  const Places places(base);
  if (n < 2 || n_sectors < 1 || n_factors < 1) {
    fail("too-few-economies",
         fmt::format("the base has {} economies, {} sectors and {} factors", n, n_sectors,
                     n_factors),
         "economies", "trade needs two economies, one sector and one factor");
  }
  check_names(base.economies, "economies", "duplicate-economy");
  check_names(base.sectors, "sectors", "duplicate-sector");
  check_names(base.factors, "factors", "duplicate-factor");
  const std::size_t places_two = n_sectors * n;
  check_size(base.trade_share.size(), places_two * n, false, "trade_share");
  check_size(base.input_share.size(), n * n_sectors * n_sectors, true, "input_share");
  check_size(base.value_added_share.size(), places_two, true, "value_added_share");
  check_size(base.factor_share.size(), n_factors * places_two, n_factors == 1, "factor_share");
  check_size(base.consumption_share.size(), places_two, false, "consumption_share");
  check_size(base.factor_income.size(), n_factors * n, false, "factor_income");
  check_size(base.deficit.size(), n, true, "deficit");
  check_size(base.expenditure.size(), places_two, true, "expenditure");
  check_theta(base.theta, base, false);
  check_rates(base.tariff, places_two * n, "tariff", places);
  check_rates(base.export_tax, places_two * n, "export_tax", places);
  const auto at = [&](std::size_t k) { return places.at(k % places_two); };
  check_shares(base.trade_share, "trade_share", [&](std::size_t k) { return places.cell(k); });
  check_shares(base.input_share, "input_share", [&](std::size_t k) { return places.input(k); });
  check_shares(base.value_added_share, "value_added_share", at);
  check_shares(base.factor_share, "factor_share", at);
  check_shares(base.consumption_share, "consumption_share", at);
  for (const auto* exponents : {&base.entry, &base.selection}) {
    const bool is_entry = exponents == &base.entry;
    check_size(exponents->size(), n_sectors, true, is_entry ? "entry" : "selection");
    for (std::size_t j = 0; j < exponents->size(); ++j) {
      const double value = (*exponents)[j];
      if (value >= 0.0 && std::isfinite(value) && (!is_entry || value <= 1.0)) continue;
      fail("scale-range",
           fmt::format("{} is {} in {}", is_entry ? "entry" : "selection", value, base.sectors[j]),
           fmt::format("{}: {}", is_entry ? "entry" : "selection", base.sectors[j]),
           is_entry
               ? "an exponent of entry above 1 has no stable equilibrium; Krugman and Melitz are 1"
               : "theta / (sigma - 1) - 1 is zero or positive");
    }
  }

  if (base.value_added_share.empty()) base.value_added_share.assign(places_two, 1.0);
  if (base.deficit.empty()) base.deficit.assign(n, 0.0);
  check_costs(base, places);
  std::vector<double*> column(n_sectors);
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t j = 0; j < n_sectors; ++j) column[j] = &base.consumption_share[base.at(j, e)];
    rescale(column, 1.0, "consumption_share", [&] { return base.economies[e]; });
  }
  check_trade(base, places);
  check_incomes(base, places);
  for (std::size_t k = 0; k < base.expenditure.size(); ++k) {
    const double value = base.expenditure[k];
    if (value > 0.0 || (value == 0.0 && !(base.consumption_share[k] > 0.0))) continue;
    fail("zero-expenditure", fmt::format("spending on {} is {}", places.at(k), value),
         fmt::format("expenditure: {}", places.at(k)),
         "final buyers want the good, so somebody spends on it",
         {"correct it, or leave expenditure out: it is implied by the shares and incomes"});
  }
  static_cast<void>(resolve_pools(base.pools, base.economies));
  check_mobility(base.economies, base.mobility);
  if (base.mobile_factor >= n_factors) {
    fail("unknown-factor", fmt::format("factor {} of {} moves", base.mobile_factor, n_factors),
         "mobile_factor", "workers are one of the factors");
  }
  return base;
}

void check_shock(const MultiSectorBase& base, const MultiSectorShock& shock) {
  const std::size_t n = base.economies.size();
  const std::size_t n_cells = base.trade_share.size();
  const Places places(base);
  check_rates(shock.tariff, n_cells, "tariff", places);
  check_rates(shock.export_tax, n_cells, "export_tax", places);
  check_theta(shock.theta, base, true);
  const auto check_hats = [](const std::vector<double>& hats, std::size_t wanted, const char* field,
                             const auto& name) {
    check_size(hats.size(), wanted, true, field);
    for (std::size_t k = 0; k < hats.size(); ++k) {
      if (hats[k] > 0.0 && std::isfinite(hats[k])) continue;
      fail("shock-range", fmt::format("{} is {} for {}", field, hats[k], name(k)),
           fmt::format("{}: {}", field, name(k)),
           "a change is the new value over the old one, above zero and finite");
    }
  };
  check_hats(shock.cost_hat, n_cells, "cost_hat", [&](std::size_t k) { return places.cell(k); });
  check_hats(shock.productivity_hat, base.sectors.size() * n, "productivity_hat",
             [&](std::size_t k) { return places.at(k); });
  check_size(shock.deficit.size(), n, true, "deficit");
  double sum = 0.0;
  double world = 0.0;
  for (std::size_t e = 0; e < shock.deficit.size(); ++e) {
    if (!std::isfinite(shock.deficit[e])) {
      fail("deficit-range",
           fmt::format("the deficit of {} is {}", base.economies[e], shock.deficit[e]),
           fmt::format("deficit: {}", base.economies[e]), "a deficit is a number");
    }
    sum += shock.deficit[e];
  }
  for (const double value : base.factor_income) world += value;
  if (std::abs(sum) > 1e-9 * world) {
    fail("deficits-do-not-sum",
         fmt::format("new deficits sum to {:.6g}, {:.2g} of world income", sum, sum / world),
         "deficit", "what one economy overspends another must lend");
  }
}

}  // namespace altyn::equilibrium
