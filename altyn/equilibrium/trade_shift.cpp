#include "altyn/equilibrium/trade_shift.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

}  // namespace

TradeShift trade_shift(const MultiSectorModel& model, const MultiSectorShock& shock,
                       const MultiSectorResult& result, const std::vector<bool>& favoured) {
  const MultiSectorBase& base = model.base();
  const MultiSectorResult& before = model.base_levels();
  const std::size_t n = base.economies.size();
  if (favoured.size() != n * n) {
    throw InputError(
        {.code = "wrong-shape",
         .what = fmt::format("favoured has {} values, expected {}", favoured.size(), n * n),
         .where = "favoured",
         .why = "every pair is favoured or not"});
  }
  const std::vector<double>& tariff = shock.tariff.empty() ? base.tariff : shock.tariff;
  const std::size_t places = base.sectors.size() * n;
  TradeShift shift{std::vector<double>(places), std::vector<double>(places),
                   std::vector<double>(places), std::vector<double>(places)};
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t importer = 0; importer < n; ++importer) {
      const std::size_t to = base.at(j, importer);
      for (std::size_t exporter = 0; exporter < n; ++exporter) {
        const std::size_t cell = base.cell(j, importer, exporter);
        const double change =
            result.trade_share[cell] * result.expenditure[to] / (1.0 + rate(tariff, cell)) -
            before.trade_share[cell] * before.expenditure[to] / (1.0 + rate(base.tariff, cell));
        if (importer == exporter) {
          shift.domestic[to] += change;
          continue;
        }
        shift.creation[to] += change;
        (favoured[importer * n + exporter] ? shift.favoured : shift.diversion)[to] +=
            favoured[importer * n + exporter] ? change : -change;
      }
    }
  }
  return shift;
}

std::vector<bool> favoured_suppliers(const MultiSectorBase& base, const MultiSectorShock& shock) {
  const std::size_t n = base.economies.size();
  std::vector<bool> favoured(n * n, false);
  for (std::size_t pair = 0; pair < n * n; ++pair) {
    bool falls = false;
    bool rises = false;
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      const std::size_t cell = j * n * n + pair;
      double change = shock.cost_hat.empty() ? 1.0 : shock.cost_hat[cell];
      if (!shock.tariff.empty()) {
        change *= (1.0 + shock.tariff[cell]) / (1.0 + rate(base.tariff, cell));
      }
      if (!shock.export_tax.empty()) {
        change *= (1.0 + shock.export_tax[cell]) / (1.0 + rate(base.export_tax, cell));
      }
      falls = falls || change < 1.0;
      rises = rises || change > 1.0;
    }
    favoured[pair] = falls && !rises && pair / n != pair % n;
  }
  return favoured;
}

}  // namespace altyn::equilibrium
