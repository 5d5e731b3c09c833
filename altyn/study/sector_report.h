#pragma once

#include <array>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "altyn/equilibrium/policy_shapley.h"
#include "altyn/equilibrium/sector_decomposition.h"
#include "altyn/equilibrium/sector_draws.h"
#include "altyn/equilibrium/sector_stages.h"
#include "altyn/equilibrium/sector_welfare.h"
#include "altyn/equilibrium/trade_shift.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/sector_scenario.h"

namespace altyn::study {

/// What intervals are given for, as changes in fractions.
enum SectorOutcome {
  kSectorIncome,
  kSectorExports,
  kSectorImports,
  kSectorPrices,
  kSectorOutcomes
};

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
  std::vector<double> sizes{};  ///< percent, of each change
  std::vector<NumberedQuota> quotas{};
  std::vector<double> quota_rates{};  ///< at the central sizes
  equilibrium::MultiSectorShock shock{};
  equilibrium::MultiSectorResult result{};
  std::optional<SectorRoutes> routes{};

  /// The shock at other sizes, or with some changes only; quotas at their tariff equivalents,
  /// routes as they are or with other costs.
  [[nodiscard]] equilibrium::MultiSectorShock shock_at(
      const std::vector<double>& sizes_pct, const std::vector<bool>& active,
      const std::vector<double>* route_cost_hat = nullptr) const;
  [[nodiscard]] equilibrium::MultiSectorShock shock_at(const std::vector<double>& sizes_pct) const;
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
  std::vector<std::size_t> shown;  ///< economies by size of their real income change
  std::vector<equilibrium::DeltaDeviation> deltas;  ///< of those, of ln real income

  [[nodiscard]] const equilibrium::DeltaDeviation* delta_of(std::size_t economy) const;
};

/// The tables of an answer, each with its name as source.
[[nodiscard]] std::vector<data::Table> sector_tables(const SectorRun& run,
                                                     const SectorAnswers& answers);
/// For a terminal, with colour codes.
[[nodiscard]] std::string sector_text(const SectorRun& run, const SectorBase& world,
                                      const SectorAnswers& answers);
/// The result in the form of docs/simulate.md (schema altyn.scenario/1), with quotas and the number
/// of failed draws; sources and run apart.
[[nodiscard]] nlohmann::json sector_value(const SectorRun& run, const SectorBase& world,
                                          const SectorAnswers& answers);

}  // namespace altyn::study
