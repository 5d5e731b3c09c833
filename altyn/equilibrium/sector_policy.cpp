#include "altyn/equilibrium/sector_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

constexpr const char* kFormulaNames[] = {"set", "cap", "cut", "swiss", "add_points"};

std::size_t position(const std::vector<std::string>& names, const std::string& name,
                     const char* code, const char* kind) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string near = nearest_name(name, names);
  throw InputError({.code = code,
                    .what = fmt::format("the base has no {} \"{}\"", kind, name),
                    .where = fmt::format("{} {}", kind, name),
                    .why = "a rule acts on economies and sectors of the base",
                    .fixes = near.empty()
                                 ? std::vector<std::string>{}
                                 : std::vector<std::string>{fmt::format("write {}", near)}});
}

double new_rate(RateFormula formula, double present, double value) {
  switch (formula) {
    case RateFormula::kSet:
      return value;
    case RateFormula::kCap:
      return std::min(present, value);
    case RateFormula::kCut:
      return present * (1.0 - value);
    case RateFormula::kSwiss:
      return present == 0.0 ? 0.0 : value * present / (value + present);
    case RateFormula::kAddPoints:
      return present + value;
  }
  return present;
}

// Between the present rate and the new one.
double phased_rate(RateFormula formula, double present, double value, double part) {
  return present + part * (new_rate(formula, present, value) - present);
}

void check_part(double part) {
  if (part >= 0.0 && part <= 1.0) return;
  throw InputError({.code = "phase-range",
                    .what = fmt::format("{} of a measure is in force", part),
                    .where = "part",
                    .why = "a phase-in goes from 0 (not begun) to 1 (complete)"});
}

void check_cost(double change, const char* field) {
  if (change > -1.0 && std::isfinite(change)) return;
  throw InputError({.code = "cost-range",
                    .what = fmt::format("a cost change of {}", change),
                    .where = field,
                    .why = "a change is a fraction above -1 (-0.05 cuts delivery costs by 5%)"});
}

}  // namespace

double phase_share(int first_year, int full_year, int year) {
  if (full_year < first_year) {
    throw InputError({.code = "phase-range",
                      .what = fmt::format("a phase-in from {} to {}", first_year, full_year),
                      .where = "phase_in",
                      .why = "the first step comes before the last",
                      .fixes = {fmt::format("phase_in = [{}, {}]", full_year, first_year)}});
  }
  const double steps = full_year - first_year + 1;
  return std::clamp((year - first_year + 1) / steps, 0.0, 1.0);
}

const char* to_string(RateFormula formula) {
  return kFormulaNames[static_cast<std::size_t>(formula)];
}

RateFormula rate_formula(const std::string& name, const std::string& where) {
  for (std::size_t k = 0; k < std::size(kFormulaNames); ++k) {
    if (name == kFormulaNames[k]) return static_cast<RateFormula>(k);
  }
  const std::string near = nearest_name(name, {std::begin(kFormulaNames), std::end(kFormulaNames)});
  throw InputError({.code = "unknown-formula",
                    .what = fmt::format("there is no tariff formula \"{}\"", name),
                    .where = where,
                    .context = {"formulas: set, cap, cut, swiss, add_points"},
                    .why = "the formula says how the new rate follows from the present one",
                    .fixes = near.empty()
                                 ? std::vector<std::string>{}
                                 : std::vector<std::string>{fmt::format("write {}", near)}});
}

SectorPolicy::SectorPolicy(const MultiSectorBase& base) : base_(base) {}

std::size_t SectorPolicy::economy(const std::string& name) const {
  return position(base_.economies, name, "unknown-economy", "economy");
}

std::size_t SectorPolicy::sector(const std::string& name) const {
  return position(base_.sectors, name, "unknown-sector", "sector");
}

std::string SectorPolicy::cell_name(std::size_t cell) const {
  const std::size_t n = base_.economies.size();
  return fmt::format("{}, {} -> {}", base_.sectors[cell / n / n], base_.economies[cell % n],
                     base_.economies[cell / n % n]);
}

double SectorPolicy::checked_rate(double rate, std::size_t cell) const {
  if (rate > -1.0 && std::isfinite(rate)) return rate;
  throw InputError({.code = "tariff-range",
                    .what = fmt::format("the rate of {} would be {}", cell_name(cell), rate),
                    .where = cell_name(cell),
                    .why = "a rate is a fraction above -1 (0.05 is 5%)"});
}

// Positions of names; all of them when none is given.
template <class Find>
std::vector<std::size_t> SectorPolicy::places(const std::vector<std::string>& names,
                                              std::size_t count, const Find& find) {
  std::vector<std::size_t> all;
  if (names.empty()) {
    all.resize(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
  }
  for (const std::string& name : names) all.push_back(find(name));
  return all;
}

std::vector<std::size_t> SectorPolicy::cells(const CellSelection& selection) const {
  const std::size_t n = base_.economies.size();
  const auto by_name = [this](const std::string& name) { return economy(name); };
  const std::vector<std::size_t> importers = places(selection.importers, n, by_name);
  const std::vector<std::size_t> exporters = places(selection.exporters, n, by_name);
  const std::vector<std::size_t> sectors =
      places(selection.sectors, base_.sectors.size(),
             [this](const std::string& name) { return sector(name); });
  std::vector<std::size_t> found;
  for (const std::size_t j : sectors) {
    for (const std::size_t importer : importers) {
      for (const std::size_t exporter : exporters) {
        if (importer == exporter) continue;
        found.push_back(base_.cell(j, importer, exporter));
        if (selection.both_ways) found.push_back(base_.cell(j, exporter, importer));
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

double SectorPolicy::tariff(std::size_t cell) const {
  if (!shock_.tariff.empty()) return shock_.tariff[cell];
  return base_.tariff.empty() ? 0.0 : base_.tariff[cell];
}

void SectorPolicy::set_tariff(std::size_t cell, double rate) {
  if (shock_.tariff.empty()) {
    shock_.tariff =
        base_.tariff.empty() ? std::vector<double>(base_.trade_share.size(), 0.0) : base_.tariff;
  }
  shock_.tariff[cell] = checked_rate(rate, cell);
}

void SectorPolicy::apply(const TariffRule& rule) {
  check_part(rule.part);
  for (const std::size_t cell : cells(rule.cells)) {
    set_tariff(cell, phased_rate(rule.formula, tariff(cell), rule.value, rule.part));
  }
}

void SectorPolicy::apply(const ExportTaxRule& rule) {
  check_part(rule.part);
  if (shock_.export_tax.empty()) {
    shock_.export_tax = base_.export_tax.empty()
                            ? std::vector<double>(base_.trade_share.size(), 0.0)
                            : base_.export_tax;
  }
  for (const std::size_t cell : cells(rule.cells)) {
    double& rate = shock_.export_tax[cell];
    rate = checked_rate(phased_rate(rule.formula, rate, rule.value, rule.part), cell);
  }
}

void SectorPolicy::change_cost(std::size_t cell, double factor) {
  if (shock_.cost_hat.empty()) shock_.cost_hat.assign(base_.trade_share.size(), 1.0);
  shock_.cost_hat[cell] *= factor;
}

void SectorPolicy::apply(const CostRule& rule) {
  check_cost(rule.change, "change");
  check_part(rule.part);
  const double factor = std::pow(1.0 + rule.change, rule.part);
  for (const std::size_t cell : cells(rule.cells)) change_cost(cell, factor);
}

std::size_t SectorPolicy::apply(const PreferenceRule& rule) {
  check_cost(rule.cost, "cost");
  check_part(rule.part);
  check_part(rule.use);
  std::size_t in_use = 0;
  for (const std::size_t cell : cells(rule.cells)) {
    const double present = tariff(cell);
    const double rate =
        checked_rate(phased_rate(RateFormula::kCap, present, rule.rate, rule.part), cell);
    if ((1.0 + present) / (1.0 + rate) <= 1.0 + rule.cost) continue;
    set_tariff(cell, present + rule.use * (rate - present));
    change_cost(cell, std::pow(1.0 + rule.cost, rule.use));
    ++in_use;
  }
  return in_use;
}

void SectorPolicy::raise_productivity(const std::vector<std::string>& economies,
                                      const std::vector<std::string>& sectors, double factor) {
  check_cost(factor - 1.0, "productivity");
  if (shock_.productivity_hat.empty()) {
    shock_.productivity_hat.assign(base_.sectors.size() * base_.economies.size(), 1.0);
  }
  const auto made_in = places(economies, base_.economies.size(),
                              [this](const std::string& name) { return economy(name); });
  for (const std::size_t j : places(sectors, base_.sectors.size(),
                                    [this](const std::string& name) { return sector(name); })) {
    for (const std::size_t e : made_in) shock_.productivity_hat[base_.at(j, e)] *= factor;
  }
}

void SectorPolicy::apply(const std::vector<ScheduleLine>& schedule) {
  const auto one = [](const std::string& name) {
    return name.empty() ? std::vector<std::string>{} : std::vector<std::string>{name};
  };
  for (const ScheduleLine& line : schedule) {
    const CellSelection selection{.importers = one(line.importer),
                                  .exporters = one(line.exporter),
                                  .sectors = one(line.sector)};
    for (const std::size_t cell : cells(selection)) set_tariff(cell, line.rate);
  }
}

void SectorPolicy::set_pools(std::vector<RevenuePool> pools) {
  static_cast<void>(resolve_pools(pools, base_.economies));
  shock_.pools = std::move(pools);
}

std::vector<RevenuePool> SectorPolicy::pools() const {
  return shock_.pools ? *shock_.pools : base_.pools;
}

}  // namespace altyn::equilibrium
