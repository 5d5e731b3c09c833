#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/trade_columns.h"
#include "altyn/equilibrium/capital.h"
#include "altyn/equilibrium/closure.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/optimal_policy.h"
#include "altyn/study/scenario_regions.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What a change does to the pairs it names.
enum class ChangeKind {
  kAgreement,   ///< an agreement's estimated effect on trade, turned off or on
  kBorderCost,  ///< trade costs up or down by a percentage
  kTariff,      ///< duties by a formula
  kColumn,      ///< an estimated coefficient of a column of the trade table
};

/// How a tariff change turns today's duty into the new one.
enum class TariffFormula {
  kSet,    ///< the rate itself
  kAdd,    ///< percentage points more, never below zero
  kCut,    ///< percent less
  kCap,    ///< no more than the rate
  kSwiss,  ///< a t / (a + t) with coefficient a
};

/// One assumption of a scenario. The section [[change]]; every one wants a source.
struct ScenarioChange {
  std::string name;
  ChangeKind what = ChangeKind::kAgreement;
  std::string agreement;
  std::string column;
  bool turn_on = false;
  std::vector<std::string> joining;
  double effect = 0.0;
  double effect_se = 0.0;
  std::vector<std::string> from;
  std::vector<std::string> with;
  bool both = true;
  double by_pct = 0.0;
  std::vector<double> range_pct;
  double level_pct = 0.0;
  std::vector<double> level_range_pct;
  std::vector<std::string> importer;
  std::vector<std::string> exporter;
  TariffFormula formula = TariffFormula::kSet;
  double rate_pct = 0.0;
  std::string same_as;
  std::vector<double> phase_in;
  std::string source;

  static std::vector<Field<ScenarioChange>> fields();
  /// How much of it is in force in a year of the path with capital.
  [[nodiscard]] double part_in(Index year) const;
};

/// Duties charged in the base. The section [[tariff]].
struct ScenarioTariff {
  std::string name;
  std::vector<std::string> importer;
  std::vector<std::string> exporter;
  double rate_pct = 0.0;
  std::vector<double> range_pct;
  std::string source;

  static std::vector<Field<ScenarioTariff>> fields();
};

/// Who shares customs revenue with whom. The section [revenue].
struct ScenarioRevenue {
  std::string pool;
  std::string date;
  bool dissolve = false;
  std::vector<std::string> leave;
  std::vector<std::string> join;
  double join_share_pct = 0.0;
  std::vector<double> join_share_range_pct;
  std::string source;

  static std::vector<Field<ScenarioRevenue>> fields();
};

/// The section [scenario].
struct ScenarioHead {
  std::string name;
  std::string title;
  Index year = 2016;
  std::string extends;
  std::string versus;

  static std::vector<Field<ScenarioHead>> fields();
};

/// The section [world]: where the base comes from.
struct ScenarioWorld {
  std::string trade = "world_trade";
  std::string gdp = "gdp";
  std::vector<std::string> agreements = {"agreements_eaeu", "agreements_world"};

  static std::vector<Field<ScenarioWorld>> fields();
};

/// The section [model].
struct ScenarioModel {
  double theta = 5.0;
  std::vector<double> theta_range = {3.0, 8.0};
  std::string theta_source;
  equilibrium::Closure deficits = equilibrium::Closure::kMultiplicative;
  std::string numeraire = "world";
  double value_added_share = 1.0;
  double supply_elasticity = 0.0;
  double phase_in = 1.0;
  Index n_draws = 500;

  static std::vector<Field<ScenarioModel>> fields();
};

struct Scenario {
  ScenarioHead head{};
  ScenarioWorld world{};
  data::ColumnChoices columns{};  ///< of the trade table; the section [columns]
  ScenarioModel model{};
  ScenarioRevenue revenue{};
  ScenarioRegions regions{};
  OptimalPolicy optimal{};
  std::optional<equilibrium::CapitalOptions> capital{};  ///< the section [capital], where given
  std::vector<ScenarioTariff> tariffs{};
  std::vector<ScenarioRegion> region_list{};
  std::vector<ScenarioChange> changes{};
  std::string where{};  ///< the file, for messages
};

/// Reads the sections of a scenario; with `extends`, on top of another scenario file: sections key
/// by key, lists appended, where an entry of the same name takes the other's place. The section
/// [flags] of a study holds keys of [model] that were given beside the file.
/// Errors: InputError of reading; "extends-itself"; "bad-change" for one that names no pairs or no
/// size; "bad-range" for a range that is no two numbers around its value; "duplicate-name";
/// "missing-key"; "no-changes" for a scenario that changes nothing.
[[nodiscard]] Scenario read_scenario(const Study& study, DataSources& sources);

/// The same for a study whose changes are not pairs but something that costs of pairs follow from:
/// its sections [scenario], [world], [model], [tariff], [revenue], [regions] and [region].
/// Errors: as read_scenario, but for "no-changes".
[[nodiscard]] Scenario read_world(const Study& study, DataSources& sources);

/// The scenario that another file of the same base describes, for comparison: the head's `versus`.
/// A file without changes is the base itself. Errors: as read_scenario; "other-base" where its
/// year, world, tariffs or regions are not those of `scenario`.
[[nodiscard]] Scenario read_versus(const Scenario& scenario, const Study& study,
                                   DataSources& sources);

}  // namespace altyn::study
