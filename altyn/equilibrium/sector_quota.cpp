#include "altyn/equilibrium/sector_quota.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

constexpr double kClosed = 1e-8;
constexpr Index kMaxSolves = 100;

double rate_of(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

[[noreturn]] void fail(const std::string& what, const std::string& where, const char* why) {
  throw InputError({.code = "quota-range", .what = what, .where = where, .why = why});
}

struct Volumes {
  const MultiSectorModel& model;

  [[nodiscard]] double base(const Quota& quota) const {
    const MultiSectorBase& b = model.base();
    const std::size_t n = b.economies.size();
    double sum = 0.0;
    for (const std::size_t cell : quota.cells) {
      sum += b.trade_share[cell] * b.expenditure[cell / n] / (1.0 + rate_of(b.tariff, cell)) /
             (1.0 + rate_of(b.export_tax, cell));
    }
    return sum;
  }
  [[nodiscard]] double after(const Quota& quota, const MultiSectorShock& shock,
                             const MultiSectorResult& result) const {
    const std::size_t n = model.base().economies.size();
    double sum = 0.0;
    for (const std::size_t cell : quota.cells) {
      const std::size_t exporter = cell % n;
      const std::size_t j = cell / n / n;
      const double cost = shock.cost_hat.empty() ? 1.0 : shock.cost_hat[cell];
      sum += result.trade_share[cell] * result.expenditure[cell / n] /
             (1.0 + rate_of(shock.tariff, cell)) / (1.0 + rate_of(shock.export_tax, cell)) /
             (result.cost_hat[j * n + exporter] * cost);
    }
    return sum;
  }
};

void check(const MultiSectorModel& model, std::span<const Quota> quotas) {
  std::set<std::size_t> taken;
  for (const Quota& quota : quotas) {
    const std::string where = "quota " + quota.name;
    if (!(quota.limit > 0.0) || !std::isfinite(quota.limit)) {
      fail(fmt::format("a limit of {}", quota.limit), where,
           "a limit is a positive fraction of the base's volume; a ban is a prohibitive tariff");
    }
    if (!(Volumes{model}.base(quota) > 0.0)) {
      fail("nothing is traded under the quota", where, "a limit is relative to the base's volume");
    }
    for (const std::size_t cell : quota.cells) {
      if (taken.insert(cell).second) continue;
      fail("some of its trade is under another quota too", where,
           "with two limits on one flow their rates are not determined");
    }
  }
}

}  // namespace

QuotaEquivalents quota_equivalents(const MultiSectorModel& model, const MultiSectorShock& shock,
                                   std::span<const Quota> quotas, Context& context) {
  check(model, quotas);
  const MultiSectorBase& base = model.base();
  const std::size_t n = base.economies.size();
  const Volumes volumes{model};
  // Rates are logs of the price gap; excess is the log of volume over limit.
  const std::size_t count = quotas.size();
  std::vector<double> gap(count, 0.0), last_gap(count, 0.0), excess(count), last_excess(count, 0.0);
  std::vector<double> reaction(count), usual(count, 0.0);
  for (std::size_t q = 0; q < count; ++q) {
    for (const std::size_t cell : quotas[q].cells) {
      usual[q] += base.theta[cell / n / n] / static_cast<double>(quotas[q].cells.size());
    }
    reaction[q] = usual[q];
  }
  MultiSectorShock given = shock;
  if (given.tariff.empty()) given.tariff = base.tariff;
  if (given.tariff.empty()) given.tariff.assign(base.trade_share.size(), 0.0);
  if (given.export_tax.empty()) given.export_tax = base.export_tax;
  if (given.export_tax.empty() &&
      std::any_of(quotas.begin(), quotas.end(), [](const Quota& q) { return q.rent_abroad; })) {
    given.export_tax.assign(base.trade_share.size(), 0.0);
  }

  QuotaEquivalents found;
  found.rate.assign(count, 0.0);
  found.volume.assign(count, 0.0);
  MultiSectorWorkspace workspace;
  while (found.n_solves < kMaxSolves) {
    found.shock = given;
    for (std::size_t q = 0; q < count; ++q) {
      for (const std::size_t cell : quotas[q].cells) {
        double& rate =
            quotas[q].rent_abroad ? found.shock.export_tax[cell] : found.shock.tariff[cell];
        rate = (1.0 + rate) * std::exp(gap[q]) - 1.0;
      }
    }
    model.solve(found.shock, workspace, found.result, context, {.warm = found.n_solves > 0});
    ++found.n_solves;
    found.status = found.result.status;
    found.message = found.result.message;
    if (found.status != SolveStatus::kConverged) return found;
    std::size_t worst = count;
    double worst_size = kClosed;
    for (std::size_t q = 0; q < count; ++q) {
      found.volume[q] =
          volumes.after(quotas[q], found.shock, found.result) / volumes.base(quotas[q]);
      found.rate[q] = std::expm1(gap[q]);
      excess[q] = std::log(found.volume[q] / quotas[q].limit);
      const double size = gap[q] > 0.0 ? std::abs(excess[q]) : excess[q];
      if (size <= worst_size) continue;
      worst_size = size;
      worst = q;
    }
    if (worst == count) return found;
    found.message = fmt::format("quota {} is off its limit by {:.2g} in logs after {} solves",
                                quotas[worst].name, worst_size, found.n_solves);
    for (std::size_t q = 0; q < count; ++q) {
      // The reaction seen in the last step, within what a demand curve can do.
      const double moved = gap[q] - last_gap[q];
      if (found.n_solves > 1 && std::abs(moved) > 1e-12) {
        reaction[q] = std::clamp((last_excess[q] - excess[q]) / moved, 0.2 * usual[q] + 0.1,
                                 3.0 * usual[q] + 2.0);
      }
      last_gap[q] = gap[q];
      last_excess[q] = excess[q];
      gap[q] = std::max(0.0, gap[q] + excess[q] / reaction[q]);
    }
  }
  found.status = SolveStatus::kIterationLimit;
  return found;
}

}  // namespace altyn::equilibrium
