#pragma once

#include <memory>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/equilibrium/base_check.h"
#include "altyn/equilibrium/sector_variant.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/kept.h"

namespace altyn::study {

/// How tariffs stand in their table.
enum class TariffForm { kFraction, kPercent, kFactor };
/// How trade elasticities stand in theirs.
enum class ElasticityForm { kPlain, kInverse };
/// What input shares are shares of.
enum class InputShareOf { kCost, kMaterials };
/// What to do with a base that is not an equilibrium.
enum class RepairChoice { kRefuse, kTradeShares, kIncome };

/// The section [sectors]: the tables of a world of many sectors (docs/simulate-sectors.md).
struct SectorTables {
  std::string trade;
  std::string trade_share;
  std::string tariff;
  TariffForm tariff_as = TariffForm::kFraction;
  std::string export_tax;
  std::string intermediate_use;
  std::string input_share;
  InputShareOf input_share_of = InputShareOf::kCost;
  std::string value_added;
  std::string value_added_share;
  std::string consumption_share;
  std::string expenditure;
  std::string factor_income;
  std::string deficit;
  std::string elasticities;
  ElasticityForm elasticity_as = ElasticityForm::kPlain;
  equilibrium::NegativeFinalUse negative_final_use = equilibrium::NegativeFinalUse::kRefuse;
  RepairChoice repair = RepairChoice::kRefuse;
  double theta = 0.0;
  Index year = 0;
  double base_tolerance = 1e-4;
  equilibrium::SectorVariant variant = equilibrium::SectorVariant::kFull;
  std::string region_output;
  std::string mobile_factor;

  static std::vector<Field<SectorTables>> fields();
};

/// A world read from tables.
struct SectorBase {
  equilibrium::MultiSectorBase base;
  std::vector<double> theta_log_sd;  ///< [sector] from the column log_sd; empty without
  std::vector<std::string> notes;    ///< sentences on what was assumed and repaired
};

/// Reads the tables, as values (`trade`, ...) or as shares (`trade_share`, ...), and repairs the
/// base where that is asked for. Economies and sectors are those of the trade table, in
/// alphabetical order; rows that are absent are zero. Columns are found by their usual names.
/// Without value added it is what sales leave after inputs. Errors: InputError of reading;
/// "missing-table"; "no-such-column"; "missing-value"; "negative-value"; "duplicate-row";
/// "unknown-economy", "unknown-sector" naming table and line; those of base_from_levels and
/// repair_base.
[[nodiscard]] SectorBase read_sector_base(const SectorTables& tables, const std::string& where,
                                          DataSources& sources, Context& context);

/// Worlds that were read, for the scenarios that come next. Thread-safe; forgets the one that was
/// not asked for longest.
class SectorTablesCache {
 public:
  explicit SectorTablesCache(std::size_t capacity = 8) : kept_(capacity) {}
  /// As read_sector_base; what was read before is remembered in `sources` as if read now. A file
  /// that changes on disk is not read again.
  [[nodiscard]] std::shared_ptr<const SectorBase> get(const SectorTables& tables,
                                                      const std::string& where,
                                                      DataSources& sources, Context& context);

 private:
  struct Entry {
    SectorBase world;
    std::vector<InputFile> inputs;
  };
  Kept<Entry> kept_;
};

}  // namespace altyn::study
