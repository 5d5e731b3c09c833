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
  double part = 1.0;     ///< of the way from the present rate to the new one: phase_share()
  std::string source{};  ///< where the assumption comes from; "" = unsourced
};

/// Export taxes of the selected cells, on the producer's price.
struct ExportTaxRule {
  CellSelection cells{};
  RateFormula formula = RateFormula::kSet;
  double value = 0.0;
  double part = 1.0;
  std::string source{};
};

/// Non-tariff, border or transport costs: `change` of the cost of delivery that uses up resources
/// (-0.05 cuts it by five percent). Rules add up in logs.
struct CostRule {
  CellSelection cells{};
  double change = 0.0;
  double part = 1.0;  ///< of the change in logs
  std::string source{};
};

/// A preferential rate that must be earned by proof of origin. Where the duty saved is worth less
/// than the proof, the present rate stays and nothing is spent; elsewhere `use` of the trade pays
/// the preferential rate and the cost, the rest the present rate.
struct PreferenceRule {
  CellSelection cells{};
  double rate = 0.0;
  double cost = 0.0;  ///< of proof, as a fraction of the cost of delivery
  double use = 1.0;   ///< share of trade that can meet the rules
  double part = 1.0;  ///< of the way from the present rate to the preferential one
  std::string source{};
};

/// How much of a measure is in force in a year, when it comes in equal annual steps of which the
/// first falls in `first_year` and the last in `full_year`: 0 before, 1 after. Errors: InputError
/// ("phase-range") when the full year comes first.
[[nodiscard]] double phase_share(int first_year, int full_year, int year);

/// One line of a tariff schedule. An empty name stands for all.
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

  /// Errors of all: InputError for a name that the base does not have (with the nearest one), for a
  /// rate at or below -100% ("tariff-range"), naming the cell, for a part outside 0 to 1
  /// ("phase-range"), and for costs at or below -100% ("cost-range").
  void apply(const TariffRule& rule);
  void apply(const ExportTaxRule& rule);
  void apply(const CostRule& rule);
  /// Returns the number of cells where the preference is worth its proof.
  std::size_t apply(const PreferenceRule& rule);
  /// Multiplies output per unit of inputs; empty lists stand for all. Errors also for a factor at
  /// or below zero ("cost-range").
  void raise_productivity(const std::vector<std::string>& economies,
                          const std::vector<std::string>& sectors, double factor);
  /// Sets tariffs line by line; an empty name stands for all; later lines win over earlier ones.
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
  template <class Find>
  static std::vector<std::size_t> places(const std::vector<std::string>& names, std::size_t count,
                                         const Find& find);
  std::string cell_name(std::size_t cell) const;
  double checked_rate(double rate, std::size_t cell) const;
  void change_cost(std::size_t cell, double factor);
  const MultiSectorBase& base_;
  MultiSectorShock shock_;
};

/// The name used in files: "set", "cap", "cut", "swiss", "add_points".
[[nodiscard]] const char* to_string(RateFormula formula);
/// Errors: InputError ("unknown-formula") with the nearest name.
[[nodiscard]] RateFormula rate_formula(const std::string& name, const std::string& where);

}  // namespace altyn::equilibrium
