#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/equilibrium/customs_union.h"
#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/sector_quota.h"
#include "altyn/study/optimal_policy.h"
#include "altyn/study/scenario_regions.h"
#include "altyn/study/sector_tables.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What a change of a sector scenario does.
enum class SectorChangeKind {
  kTariff,        ///< import duties by a formula
  kExportTax,     ///< export taxes by a formula
  kCost,          ///< delivery costs: non-tariff barriers, borders, transport
  kPreference,    ///< a lower duty for those who prove origin
  kQuota,         ///< an upper limit on volume
  kSchedule,      ///< duties line by line from a table
  kProductivity,  ///< output per unit of inputs
  kJoin,          ///< an economy joins a union
  kLeave,         ///< an economy leaves a union
};

/// One assumption of a sector scenario. The section [[change]].
struct SectorChange {
  std::string name;
  SectorChangeKind what = SectorChangeKind::kTariff;
  std::vector<std::string> importer;
  std::vector<std::string> exporter;
  std::vector<std::string> sector;
  bool both = false;
  equilibrium::RateFormula formula = equilibrium::RateFormula::kSet;
  double rate_pct = 0.0;
  std::vector<double> range_pct;
  std::vector<double> phase_in;
  double proof_cost_pct = 0.0;
  double use_pct = 100.0;
  double limit_pct = 100.0;
  bool rent_abroad = false;
  std::string table;
  std::string customs_union;
  std::string economy;
  equilibrium::ExitFallback fallback = equilibrium::ExitFallback::kFreeTrade;
  std::vector<std::string> key_members;
  std::vector<double> keys_pct;
  std::string source;

  static std::vector<Field<SectorChange>> fields();
  [[nodiscard]] bool uncertain() const { return !range_pct.empty(); }
};

/// A customs union. The section [[union]].
struct SectorUnion {
  std::string name;
  std::vector<std::string> members;
  std::vector<std::string> member_from;
  std::vector<std::string> member_to;
  double tariff_pct = -1.0;
  std::string tariff;
  std::vector<std::string> free_trade;
  bool in_base = false;
  std::string source;

  static std::vector<Field<SectorUnion>> fields();
};

/// Keys by which a union shares its duties from a month on. The section [[union_keys]].
struct SectorKeys {
  std::string customs_union;
  std::string from;
  std::vector<std::string> members;
  std::vector<double> keys_pct;
  std::string source;

  static std::vector<Field<SectorKeys>> fields();
};

/// A member's own rate for a time. The section [[union_exception]].
struct SectorException {
  std::string customs_union;
  std::string member;
  std::vector<std::string> sector;
  std::vector<std::string> partner;
  double rate_pct = 0.0;
  std::string from;
  std::string to;
  std::string source;

  static std::vector<Field<SectorException>> fields();
};

/// The section [scenario].
struct SectorHead {
  std::string name;
  std::string title;
  Index year = 0;
  std::string month;
  std::string extends;

  static std::vector<Field<SectorHead>> fields();
};

/// The section [model].
struct SectorModel {
  equilibrium::Closure deficits = equilibrium::Closure::kMultiplicative;
  std::string numeraire = "world";
  double theta_log_sd = 0.0;
  double theta_common_log_sd = 0.0;
  double trade_log_sd = 0.0;
  Index n_draws = 500;
  double level = 0.9;
  Index decomposition_steps = 40;

  static std::vector<Field<SectorModel>> fields();
};

/// How the tables of the answer are written. The section [output].
enum class TableFormat { kCsv, kJson, kParquet };
struct SectorOutput {
  TableFormat tables = TableFormat::kCsv;
  static std::vector<Field<SectorOutput>> fields();
};

struct SectorScenario {
  SectorHead head{};
  SectorTables tables{};
  SectorModel model{};
  SectorOutput output{};
  OptimalPolicy optimal{};
  ScenarioRegions regions{};
  std::vector<ScenarioRegion> region_list{};
  std::vector<SectorChange> changes{};
  std::vector<std::vector<equilibrium::ScheduleLine>> schedules{};  ///< [change]; empty without
  std::vector<equilibrium::CustomsUnion> unions{};
  std::vector<bool> in_base{};  ///< [union] the base's tariffs are those of the union already
};

/// Whether a simulation has many sectors: it or what it extends has a section [sectors].
[[nodiscard]] bool has_sectors(const nlohmann::json& content);

/// Reads the sections of a sector scenario. Errors: InputError of reading; "bad-change" for a
/// change that misses what its kind needs; "missing-month" for dates without a month to judge by.
[[nodiscard]] SectorScenario read_sector_scenario(const Study& whole);

/// Reads schedules and unions, once the base's sectors are known. Errors: InputError of reading;
/// "unknown-union".
void read_policies(SectorScenario& scenario, const Study& whole,
                   const std::vector<std::string>& sectors, DataSources& sources);

/// The month by which members and keys are judged; with neither year nor month every date counts as
/// past. Errors: InputError for text that is no month.
[[nodiscard]] data::Month month_of_scenario(const SectorHead& head, const std::string& where);

/// How much of a change is in force in the scenario's year.
[[nodiscard]] double part_in_force(const SectorChange& change, const SectorHead& head);

/// Pools of the unions that the base has.
[[nodiscard]] std::vector<equilibrium::RevenuePool> base_pools(const SectorScenario& scenario);

/// A scenario's policy on a base, for given sizes of the changes (in percent) and the changes that
/// are in force; quotas apart.
[[nodiscard]] equilibrium::MultiSectorShock build_shock(const SectorScenario& scenario,
                                                        const equilibrium::MultiSectorBase& base,
                                                        const std::vector<double>& sizes_pct,
                                                        const std::vector<bool>& active);
/// The scenario's quotas, with their change's number.
struct NumberedQuota {
  std::size_t change = 0;
  equilibrium::Quota quota;
};
[[nodiscard]] std::vector<NumberedQuota> quotas_of(const SectorScenario& scenario,
                                                   const equilibrium::MultiSectorBase& base);

}  // namespace altyn::study
