#include "altyn/equilibrium/sector_variant.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"
#include "altyn/equilibrium/multi_sector_check.h"
#include "altyn/equilibrium/sector_system.h"

namespace altyn::equilibrium {
namespace {

struct Sizes {
  std::size_t n, n_sectors, n_factors;
  explicit Sizes(const MultiSectorLevels& levels)
      : n(levels.economies.size()),
        n_sectors(levels.sectors.size()),
        n_factors(levels.factors.size()) {}
  [[nodiscard]] std::size_t cells() const { return n_sectors * n * n; }
  [[nodiscard]] std::size_t block() const { return n_sectors * n; }
};

// Adds to the value added of a sector, its factors by their shares.
void give_to_factors(MultiSectorLevels& levels, std::size_t sector, std::size_t economy,
                     double value) {
  if (value == 0.0) return;
  const Sizes size(levels);
  const std::size_t at = sector * size.n + economy;
  double factors = 0.0;
  for (std::size_t f = 0; f < size.n_factors; ++f) {
    factors += levels.value_added[f * size.block() + at];
  }
  if (factors == 0.0 && size.n_factors == 1) {
    levels.value_added[at] = value;
    return;
  }
  if (!(factors > 0.0)) {
    throw InputError(
        {.code = "no-value-added",
         .what = fmt::format("{} in {} records inputs but no value added", levels.sectors[sector],
                             levels.economies[economy]),
         .where = fmt::format("value_added: {} in {}", levels.sectors[sector],
                              levels.economies[economy]),
         .why = "without those inputs several factors have no shares to take their place by"});
  }
  for (std::size_t f = 0; f < size.n_factors; ++f) {
    levels.value_added[f * size.block() + at] *= 1.0 + value / factors;
  }
}

void drop_inputs(MultiSectorLevels& levels, bool keep_own) {
  if (levels.intermediate_use.empty()) return;
  const Sizes size(levels);
  for (std::size_t e = 0; e < size.n; ++e) {
    for (std::size_t output = 0; output < size.n_sectors; ++output) {
      double dropped = 0.0;
      for (std::size_t input = 0; input < size.n_sectors; ++input) {
        if (keep_own && input == output) continue;
        double& use =
            levels.intermediate_use[(e * size.n_sectors + input) * size.n_sectors + output];
        dropped += use;
        use = 0.0;
      }
      give_to_factors(levels, output, e, dropped);
    }
  }
  if (!keep_own) levels.intermediate_use.clear();
}

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

MultiSectorLevels merged(const MultiSectorLevels& levels) {
  const Sizes size(levels);
  const std::size_t n = size.n;
  MultiSectorLevels one{.economies = levels.economies,
                        .sectors = {"goods"},
                        .factors = levels.factors,
                        .pools = levels.pools};
  one.trade.assign(n * n, 0.0);
  std::vector<double> duty(n * n, 0.0), levied(n * n, 0.0), abroad(size.n_sectors, 0.0);
  for (std::size_t cell = 0; cell < size.cells(); ++cell) {
    const std::size_t pair = cell % (n * n);
    const double value = levels.trade[cell];
    const double export_tax = rate(levels.export_tax, cell);
    one.trade[pair] += value;
    duty[pair] += value * rate(levels.tariff, cell);
    levied[pair] += value * export_tax / (1.0 + export_tax);
    if (pair / n != pair % n) abroad[cell / (n * n)] += value;
  }
  const auto rates = [&](const std::vector<double>& collected, bool of_producers) {
    std::vector<double> found(n * n, 0.0);
    for (std::size_t pair = 0; pair < n * n; ++pair) {
      const double on = one.trade[pair] - (of_producers ? collected[pair] : 0.0);
      if (collected[pair] != 0.0) found[pair] = collected[pair] / on;
    }
    return found;
  };
  if (!levels.tariff.empty()) one.tariff = rates(duty, false);
  if (!levels.export_tax.empty()) one.export_tax = rates(levied, true);
  if (!levels.intermediate_use.empty()) {
    one.intermediate_use.assign(n, 0.0);
    for (std::size_t k = 0; k < levels.intermediate_use.size(); ++k) {
      one.intermediate_use[k / (size.n_sectors * size.n_sectors)] += levels.intermediate_use[k];
    }
  }
  one.value_added.assign(size.n_factors * n, 0.0);
  for (std::size_t k = 0; k < levels.value_added.size(); ++k) {
    one.value_added[k / size.block() * n + k % n] += levels.value_added[k];
  }
  const auto average = [&](const std::vector<double>& by_sector) {
    if (by_sector.empty()) return by_sector;
    double sum = 0.0, weight = 0.0;
    for (std::size_t j = 0; j < size.n_sectors; ++j) {
      sum += abroad[j] * by_sector[j];
      weight += abroad[j];
    }
    return std::vector<double>{sum / weight};
  };
  one.theta = average(levels.theta);
  one.entry = average(levels.entry);
  one.selection = average(levels.selection);
  return one;
}

}  // namespace

const char* to_string(SectorVariant variant) {
  constexpr const char* kNames[] = {"full", "no_links", "no_inputs", "one_sector"};
  return kNames[static_cast<std::size_t>(variant)];
}

std::vector<std::string> sector_variant_names() {
  return {to_string(SectorVariant::kFull), to_string(SectorVariant::kNoLinks),
          to_string(SectorVariant::kNoInputs), to_string(SectorVariant::kOneSector)};
}

MultiSectorLevels as_variant(MultiSectorLevels levels, SectorVariant variant) {
  switch (variant) {
    case SectorVariant::kFull:
      break;
    case SectorVariant::kNoLinks:
    case SectorVariant::kNoInputs:
      drop_inputs(levels, variant == SectorVariant::kNoLinks);
      break;
    case SectorVariant::kOneSector:
      return merged(levels);
  }
  return levels;
}

MultiSectorLevels levels_of(const MultiSectorBase& given) {
  const MultiSectorBase base = checked_base(given);
  const std::size_t n = base.economies.size();
  ThreadPool alone(1);
  const std::vector<double> expenditure =
      base.expenditure.empty() ? sector::implied_expenditure(base, alone) : base.expenditure;
  MultiSectorLevels levels{.economies = base.economies,
                           .sectors = base.sectors,
                           .factors = base.factors,
                           .trade = base.trade_share,
                           .tariff = base.tariff,
                           .export_tax = base.export_tax,
                           .intermediate_use = base.input_share,
                           .theta = base.theta,
                           .entry = base.entry,
                           .selection = base.selection,
                           .pools = base.pools,
                           .mobility = base.mobility,
                           .mobile_factor = base.mobile_factor};
  std::vector<double> output(base.sectors.size() * n, 0.0);
  for (std::size_t cell = 0; cell < levels.trade.size(); ++cell) {
    levels.trade[cell] *= expenditure[cell / n] / (1.0 + rate(base.tariff, cell));
    output[cell / n / n * n + cell % n] += levels.trade[cell] / (1.0 + rate(base.export_tax, cell));
  }
  for (std::size_t e = 0; e < n && !levels.intermediate_use.empty(); ++e) {
    for (std::size_t input = 0; input < base.sectors.size(); ++input) {
      for (std::size_t j = 0; j < base.sectors.size(); ++j) {
        levels.intermediate_use[base.input_at(e, input, j)] *= output[base.at(j, e)];
      }
    }
  }
  for (std::size_t f = 0; f < base.factors.size(); ++f) {
    for (std::size_t at = 0; at < output.size(); ++at) {
      const double share =
          base.factor_share.empty() ? 1.0 : base.factor_share[f * output.size() + at];
      levels.value_added.push_back(share * base.value_added_share[at] * output[at]);
    }
  }
  return levels;
}

}  // namespace altyn::equilibrium
