#include "altyn/equilibrium/base_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"
#include "altyn/equilibrium/sector_accounts.h"
#include "altyn/equilibrium/sector_system.h"
#include "altyn/numerics/fixed_point.h"

namespace altyn::equilibrium {
namespace {

// The largest gap of one block, with the place where it stands.
class Worst {
 public:
  void see(double value, std::size_t place) {
    if (!(value > largest_)) return;
    largest_ = value;
    place_ = place;
  }
  [[nodiscard]] double largest() const { return largest_; }
  [[nodiscard]] std::size_t place() const { return place_; }

 private:
  double largest_ = 0.0;
  std::size_t place_ = 0;
};

std::string place_name(const MultiSectorBase& base, std::size_t k) {
  const std::size_t n = base.economies.size();
  return fmt::format("{} in {}", base.sectors[k / n], base.economies[k % n]);
}

std::vector<double> spending_of(const MultiSectorBase& base) {
  ThreadPool alone(1);
  return base.expenditure.empty() ? sector::implied_expenditure(base, alone) : base.expenditure;
}

// Accumulates how far values moved.
class Movement {
 public:
  void see(double before, double after, std::size_t place) {
    if (!(before > 0.0) || !(after > 0.0)) return;
    const double change = std::log(after / before);
    if (std::abs(change) > largest_) {
      largest_ = std::abs(change);
      place_ = place;
    }
    before_ += before;
    after_ += after;
    weighted_ += after * std::abs(change);
    entropy_ += after * change;
  }
  void report(RepairedBase& repaired) const {
    repaired.largest_log_change = largest_;
    repaired.mean_log_change = weighted_ / after_;
    repaired.relative_entropy = entropy_ / after_ - std::log(after_ / before_);
  }
  [[nodiscard]] std::size_t place() const { return place_; }

 private:
  double largest_ = 0.0, before_ = 0.0, after_ = 0.0, weighted_ = 0.0, entropy_ = 0.0;
  std::size_t place_ = 0;
};

double log_or_zero(double value) { return value > 0.0 ? std::log(value) : 0.0; }

constexpr numerics::FixedPointOptions kRepairSearch{
    .tolerance = 1e-12, .max_iterations = 2000, .history = 12};

[[noreturn]] void fail_repair(const MultiSectorBase& base, const char* what, double residual,
                              std::size_t economy) {
  throw InputError({.code = "base-not-repairable",
                    .what = fmt::format("moving {} leaves a gap of {:.2g}, worst for {}", what,
                                        residual, base.economies[economy]),
                    .where = fmt::format("economy {}", base.economies[economy]),
                    .why = "no trade within the zeros of the table earns it its income",
                    .fixes = {"check its sales and its factor income",
                              "try the other kind of repair (trade_shares, income)"}});
}

// Sales of economy e are scaled by r_e in every sector and market, and each market's shares brought
// back to one, until producers pay out every economy's factor income.
void move_trade_shares(MultiSectorBase& base, std::vector<double>& expenditure) {
  const std::size_t n = base.economies.size();
  const std::size_t n_sectors = base.sectors.size();
  const std::vector<double> share = base.trade_share;
  std::vector<double> earned(n);
  for (std::size_t k = 0; k < base.factor_income.size(); ++k)
    earned[k % n] += base.factor_income[k];
  // How much of an own rise in r is taken back by lower shares of the own sales.
  std::vector<double> slack(n, 0.02);
  {
    const SectorAccounts accounts = accounts_of(base, expenditure);
    std::vector<double> sales(n);
    for (std::size_t k = 0; k < accounts.output.size(); ++k) sales[k % n] += accounts.output[k];
    for (std::size_t j = 0; j < n_sectors; ++j) {
      for (std::size_t importer = 0; importer < n; ++importer) {
        for (std::size_t i = 0; i < n; ++i) {
          const double pi = share[base.cell(j, importer, i)];
          slack[i] += pi * (1.0 - pi) * expenditure[base.at(j, importer)] / sales[i];
        }
      }
    }
  }
  const auto apply = [&](std::span<const double> x) {
    for (std::size_t j = 0; j < n_sectors; ++j) {
      for (std::size_t importer = 0; importer < n; ++importer) {
        const std::size_t first = base.cell(j, importer, 0);
        double sum = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
          sum += base.trade_share[first + i] = share[first + i] * std::exp(x[i]);
        }
        if (sum == 0.0) continue;
        for (std::size_t i = 0; i < n; ++i) base.trade_share[first + i] /= sum;
      }
    }
    for (std::size_t k = 0; k < expenditure.size(); ++k) {
      if (expenditure[k] > 0.0) expenditure[k] = std::exp(x[n + k]);
    }
  };
  std::vector<double> x(n + expenditure.size());
  for (std::size_t k = 0; k < expenditure.size(); ++k) x[n + k] = log_or_zero(expenditure[k]);
  std::size_t worst = 0;
  numerics::FixedPointWorkspace workspace;
  const auto map = [&](std::span<const double> at, std::span<double> image) {
    apply(at);
    const SectorAccounts accounts = accounts_of(base, expenditure);
    double residual = 0.0;
    for (std::size_t e = 0; e < n; ++e) {
      double paid = 0.0;
      for (std::size_t f = 0; f < base.factors.size(); ++f) paid += accounts.factor_use[f * n + e];
      const double gap = std::log(earned[e] / paid);
      image[e] = at[e] + gap / slack[e];
      if (!(std::abs(gap) <= residual)) {
        residual = std::abs(gap);
        worst = e;
      }
    }
    // Only ratios of r matter: keep their mean at one.
    double mean = 0.0;
    for (std::size_t e = 0; e < n; ++e) mean += (image[e] - at[e]) / static_cast<double>(n);
    for (std::size_t e = 0; e < n; ++e) image[e] -= mean;
    for (std::size_t k = 0; k < expenditure.size(); ++k) {
      image[n + k] = expenditure[k] > 0.0 ? log_or_zero(accounts.use[k]) : 0.0;
      residual = std::max(residual, std::abs(image[n + k] - at[n + k]));
    }
    return residual;
  };
  const numerics::FixedPointResult found =
      numerics::solve_fixed_point(map, x, kRepairSearch, workspace);
  if (!(found.residual >= 0.0) || found.residual > 1e-9) {
    fail_repair(base, "trade shares", found.residual, worst);
  }
  apply(x);
  // With several factors the sum over factors is what sales can match; its split follows the costs.
  base.factor_income = accounts_of(base, expenditure).factor_use;
}

// All shares stay; incomes and spending follow them, at the same world income.
void move_income(MultiSectorBase& base, std::vector<double>& expenditure) {
  const std::size_t n = base.economies.size();
  double world = 0.0;
  for (const double value : base.factor_income) world += value;
  std::vector<double>& income = base.factor_income;
  std::vector<double> x(income.size() + expenditure.size());
  for (std::size_t k = 0; k < income.size(); ++k) x[k] = log_or_zero(income[k]);
  for (std::size_t k = 0; k < expenditure.size(); ++k) {
    x[income.size() + k] = log_or_zero(expenditure[k]);
  }
  const auto apply = [&](std::span<const double> at) {
    for (std::size_t k = 0; k < income.size(); ++k) {
      if (income[k] > 0.0) income[k] = std::exp(at[k]);
    }
    for (std::size_t k = 0; k < expenditure.size(); ++k) {
      if (expenditure[k] > 0.0) expenditure[k] = std::exp(at[income.size() + k]);
    }
  };
  std::size_t worst = 0;
  numerics::FixedPointWorkspace workspace;
  const auto map = [&](std::span<const double> at, std::span<double> image) {
    apply(at);
    const SectorAccounts accounts = accounts_of(base, expenditure);
    double total = 0.0;
    for (const double value : accounts.factor_use) total += value;
    double residual = 0.0;
    const auto see = [&](std::size_t place, double value, bool active, std::size_t economy) {
      image[place] = active ? log_or_zero(value) : 0.0;
      const double gap = std::abs(image[place] - at[place]);
      if (gap <= residual) return;
      residual = gap;
      worst = economy;
    };
    for (std::size_t k = 0; k < income.size(); ++k) {
      see(k, accounts.factor_use[k] * world / total, income[k] > 0.0, k % n);
    }
    for (std::size_t k = 0; k < expenditure.size(); ++k) {
      see(income.size() + k, accounts.use[k], expenditure[k] > 0.0, k % n);
    }
    return residual;
  };
  const numerics::FixedPointResult found =
      numerics::solve_fixed_point(map, x, kRepairSearch, workspace);
  if (!(found.residual >= 0.0) || found.residual > 1e-9) {
    fail_repair(base, "factor income", found.residual, worst);
  }
  apply(x);
}

}  // namespace

std::string BaseCheck::to_text() const {
  std::string text;
  for (const CertificateBlock& block : blocks) {
    text += fmt::format("{:<14} {:.3g} ({}), worst: {}\n", block.name, block.residual,
                        block.measure, block.worst);
  }
  return text;
}

BaseCheck check_accounts(const MultiSectorBase& base, const std::vector<double>& expenditure,
                         double tolerance) {
  const std::size_t n = base.economies.size();
  const SectorAccounts accounts = accounts_of(base, expenditure);
  Worst spending;
  Worst relative;
  double largest_spending = 0.0;
  for (std::size_t k = 0; k < expenditure.size(); ++k) {
    largest_spending = std::max(largest_spending, expenditure[k]);
    const double gap = std::abs(accounts.use[k] - expenditure[k]);
    spending.see(gap, k);
    if (expenditure[k] > 0.0) relative.see(gap / expenditure[k], k);
  }
  Worst factor;
  double world = 0.0;
  for (std::size_t k = 0; k < base.factor_income.size(); ++k) {
    world += base.factor_income[k];
    if (base.factor_income[k] > 0.0) {
      factor.see(std::abs(accounts.factor_use[k] / base.factor_income[k] - 1.0), k);
    }
  }
  Worst balance;
  for (std::size_t e = 0; e < n; ++e) {
    const double transfer = accounts.duty_received[e] - accounts.duty_pooled[e];
    balance.see(
        std::abs(accounts.imports[e] - accounts.exports[e] - base.deficit[e] - transfer) / world,
        e);
  }
  BaseCheck check;
  check.blocks.push_back({"expenditure", spending.largest() / largest_spending, tolerance,
                          "max |uses - spending| / largest spending",
                          place_name(base, spending.place())});
  check.blocks.push_back({"factor income", factor.largest(), tolerance,
                          "max |payments / income - 1|",
                          fmt::format("{} of {}", base.factors[factor.place() / n],
                                      base.economies[factor.place() % n])});
  check.blocks.push_back({"deficits", balance.largest(), tolerance,
                          "max |imports - exports - deficit| / world income",
                          base.economies[balance.place()]});
  check.largest = 0.0;
  for (const CertificateBlock& block : check.blocks) {
    check.largest = std::max(check.largest, block.residual);
  }
  check.largest_relative_gap = relative.largest();
  check.worst_relative_place = place_name(base, relative.place());
  return check;
}

BaseCheck check_base_equilibrium(const MultiSectorBase& base, double tolerance) {
  const MultiSectorBase checked = checked_base(base);
  return check_accounts(checked, spending_of(checked), tolerance);
}

RepairedBase repair_base(const MultiSectorBase& base, BaseRepair repair, Context& context) {
  RepairedBase repaired;
  repaired.base = checked_base(base);
  context.throw_if_stopped();
  MultiSectorBase& moved = repaired.base;
  std::vector<double> expenditure = spending_of(moved);
  constexpr double kTolerance = 1e-9;
  repaired.before = check_accounts(moved, expenditure, kTolerance);
  const std::vector<double> before_spending = expenditure;
  const std::vector<double> before_share = moved.trade_share;
  const std::vector<double> before_income = moved.factor_income;
  Movement movement;
  const std::size_t n = moved.economies.size();
  if (repair == BaseRepair::kTradeShares) {
    move_trade_shares(moved, expenditure);
    for (std::size_t cell = 0; cell < before_share.size(); ++cell) {
      movement.see(before_share[cell] * before_spending[cell / n],
                   moved.trade_share[cell] * expenditure[cell / n], cell);
    }
    repaired.moved = "trade shares";
    repaired.worst_place = fmt::format("{}, {} -> {}", moved.sectors[movement.place() / n / n],
                                       moved.economies[movement.place() % n],
                                       moved.economies[movement.place() / n % n]);
  } else {
    move_income(moved, expenditure);
    for (std::size_t k = 0; k < before_income.size(); ++k) {
      movement.see(before_income[k], moved.factor_income[k], k);
    }
    repaired.moved = "factor income";
    repaired.worst_place = fmt::format("{} of {}", moved.factors[movement.place() / n],
                                       moved.economies[movement.place() % n]);
  }
  movement.report(repaired);
  moved.expenditure = expenditure;
  repaired.after = check_accounts(moved, expenditure, kTolerance);
  return repaired;
}

}  // namespace altyn::equilibrium
