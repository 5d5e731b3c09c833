#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector_base.h"

namespace altyn::equilibrium {

/// Cells of the trade table, by name; an empty list stands for all. Domestic sales are never
/// selected.
struct CellSelection {
  std::vector<std::string> importers{};
  std::vector<std::string> exporters{};
  std::vector<std::string> sectors{};
  bool both_ways = false;  ///< also with importers and exporters exchanged
};

/// How a rule makes a new rate from the present one.
enum class RateFormula {
  kSet,        ///< value
  kCap,        ///< the smaller of the present rate and value
  kCut,        ///< present * (1 - value): 0.3 cuts by 30 percent
  kSwiss,      ///< value * present / (value + present), the Swiss formula with coefficient value
  kAddPoints,  ///< present + value: 0.05 adds five percentage points
};

/// Import tariffs of the selected cells.
struct TariffRule {
  CellSelection cells{};
  RateFormula formula = RateFormula::kSet;
  double value = 0.0;
  std::string source{};  ///< where the assumption comes from; "" = unsourced
};

/// Export taxes of the selected cells, on the producer's price.
struct ExportTaxRule {
  CellSelection cells{};
  RateFormula formula = RateFormula::kSet;
  double value = 0.0;
  std::string source{};
};

/// Non-tariff, border or transport costs: `change` of the cost of delivery that uses up resources
/// (-0.05 cuts it by five percent). Rules add up in logs.
struct CostRule {
  CellSelection cells{};
  double change = 0.0;
  std::string source{};
};

/// One line of a tariff schedule. An empty exporter stands for all partners.
struct ScheduleLine {
  std::string importer{};
  std::string exporter{};
  std::string sector{};
  double rate = 0.0;
};

/// Turns policies, taken one after the other, into a shock on a base. Later rules start from what
/// earlier ones left.
class SectorPolicy {
 public:
  /// `base` must outlive the policy.
  explicit SectorPolicy(const MultiSectorBase& base);

  /// Errors of all: InputError for a name that the base does not have (with the nearest one), and
  /// for a rate at or below -100% ("tariff-range"), naming the cell.
  void apply(const TariffRule& rule);
  void apply(const ExportTaxRule& rule);
  void apply(const CostRule& rule);
  /// Sets tariffs line by line; later lines win over earlier ones.
  void apply(const std::vector<ScheduleLine>& schedule);
  /// Sets one tariff. Positions as in MultiSectorBase::cell.
  void set_tariff(std::size_t cell, double rate);
  /// The present tariff of a cell.
  [[nodiscard]] double tariff(std::size_t cell) const;
  /// Replaces the pools.
  void set_pools(std::vector<RevenuePool> pools);
  [[nodiscard]] std::vector<RevenuePool> pools() const;

  [[nodiscard]] const MultiSectorBase& base() const { return base_; }
  [[nodiscard]] const MultiSectorShock& shock() const { return shock_; }

  /// Position of a name. Errors: InputError ("unknown-economy", "unknown-sector").
  [[nodiscard]] std::size_t economy(const std::string& name) const;
  [[nodiscard]] std::size_t sector(const std::string& name) const;
  /// The selected cells, in order. Errors: InputError for unknown names.
  [[nodiscard]] std::vector<std::size_t> cells(const CellSelection& selection) const;

 private:
  std::string cell_name(std::size_t cell) const;
  double checked_rate(double rate, std::size_t cell) const;
  const MultiSectorBase& base_;
  MultiSectorShock shock_;
};

/// The name used in files: "set", "cap", "cut", "swiss", "add_points".
[[nodiscard]] const char* to_string(RateFormula formula);
/// Errors: InputError ("unknown-formula") with the nearest name.
[[nodiscard]] RateFormula rate_formula(const std::string& name, const std::string& where);

}  // namespace altyn::equilibrium
