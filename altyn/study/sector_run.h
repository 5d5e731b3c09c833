#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "altyn/equilibrium/policy_shapley.h"
#include "altyn/equilibrium/sector_decomposition.h"
#include "altyn/equilibrium/sector_draws.h"
#include "altyn/equilibrium/sector_stages.h"
#include "altyn/equilibrium/sector_welfare.h"
#include "altyn/equilibrium/trade_shift.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/optimal_policy.h"
#include "altyn/study/sector_regions.h"
#include "altyn/study/sector_scenario.h"

namespace altyn::study {

/// What intervals are given for: changes in fractions, then in the currency of the tables.
enum SectorOutcome {
  kSectorIncome,
  kSectorExports,
  kSectorImports,
  kSectorPrices,
  kSectorFractions,
  kSectorCollected = kSectorFractions,  ///< duties at the border
  kSectorReceived,                      ///< duties kept and paid out by a pool
  kSectorOutcomes
};

/// Their names in tables.
inline constexpr std::array<const char*, kSectorOutcomes> kSectorOutcomeNames = {
    "real_income_change", "exports_change",        "imports_change",
    "price_index_change", "duty_collected_change", "duty_received_change"};

/// What a network of routes does to the costs of delivery, [sector, importer, exporter], on top of
/// the changes (docs/corridors.md).
struct SectorRoutes {
  std::vector<double> cost_hat{};
  std::vector<Assumption> assumptions{};
  /// Costs with one assumption a standard deviation higher, an entry for each that is drawn, in
  /// their order.
  std::vector<std::vector<double>> one_sd{};
  std::function<std::vector<double>(RandomStream&)> drawn{};
};

/// A solved scenario of many sectors.
struct SectorRun {
  const SectorScenario& scenario;
  const equilibrium::MultiSectorModel& model;
  const SectorRegions* regions = nullptr;  ///< null where no economy is split
  std::vector<double> sizes{};             ///< percent, of each change
  std::vector<NumberedQuota> quotas{};
  std::vector<double> quota_rates{};  ///< at the central sizes
  ChosenTariffs chosen{};             ///< in force when every change is
  equilibrium::MultiSectorShock shock{};
  equilibrium::MultiSectorResult result{};

  std::optional<SectorRoutes> routes{};

  /// The shock at other sizes, or with some changes only; quotas at their tariff equivalents,
  /// routes as they are or with other costs.
  [[nodiscard]] equilibrium::MultiSectorShock shock_at(
      const std::vector<double>& sizes_pct, const std::vector<bool>& active,
      const std::vector<double>* route_cost_hat = nullptr) const;
  [[nodiscard]] equilibrium::MultiSectorShock shock_at(const std::vector<double>& sizes_pct) const;
  /// Assumptions of the routes; none without them.
  [[nodiscard]] const std::vector<Assumption>& route_assumptions() const;
  /// Assumptions of the regions; none without them.
  [[nodiscard]] const std::vector<Assumption>& region_assumptions() const;
  /// The economy of the tables that one belongs to.
  [[nodiscard]] const std::string& nation(std::size_t economy) const;
  /// Places of an economy: one, or those of its regions. Errors: "unknown-economy".
  [[nodiscard]] std::vector<std::size_t> places_of(const std::string& name) const;
};

/// Everything that is said about it. N economies.
struct SectorAnswers {
  std::vector<double> outcomes;  ///< [SectorOutcome, economy]
  equilibrium::LinearWelfare linear;
  std::optional<equilibrium::WelfareDecomposition> parts;
  equilibrium::TradeShift shift;
  std::vector<double> real_wage;  ///< [factor, economy] new over old
  std::vector<double> gains;      ///< [economy]; empty when autarky has no price for some good
  equilibrium::SectorStages stages;
  std::optional<equilibrium::SectorDraws> draws;  ///< of the outcomes
  std::optional<equilibrium::PolicyShapley> shapley;
  /// Economies that change something first, each group by size of its real income change.
  std::vector<std::size_t> shown;
  std::size_t n_involved = 0;                       ///< of these
  std::vector<equilibrium::DeltaDeviation> deltas;  ///< of those, of ln real income
  /// Change of ln real income [economy] with one assumption of the regions a standard deviation
  /// higher, an entry for each that is drawn, in their order.
  std::vector<std::vector<double>> region_steps;

  [[nodiscard]] const equilibrium::DeltaDeviation* delta_of(std::size_t economy) const;
};

}  // namespace altyn::study
