#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "altyn/data/agreements.h"
#include "altyn/data/domestic_trade.h"
#include "altyn/equilibrium/one_sector.h"
#include "altyn/equilibrium/regions.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/scenario.h"

namespace altyn::study {

/// A scenario as the equilibrium takes it, at one set of values of its assumptions.
struct ScenarioInstance {
  equilibrium::OneSectorBase base;
  equilibrium::OneSectorShock shock;
  equilibrium::OneSectorShock versus;  ///< of the scenario that is compared with
};

/// A scenario with its tables read and its economies, unions and pairs found: what is the same in
/// every draw.
class ScenarioSetting {
 public:
  /// Errors: InputError of reading; "no-such-year"; those of the domestic trade rule; "no-pairs"
  /// for a change that touches nothing in this world; "no-such-column"; "not-in-world" for an
  /// economy that is not in it; "no-duty-shares" where none are known for the day; those of
  /// split_into_regions().
  ScenarioSetting(const Scenario& scenario, const std::optional<Scenario>& versus,
                  DataSources& sources);
  ScenarioSetting(const ScenarioSetting&) = delete;
  ScenarioSetting& operator=(const ScenarioSetting&) = delete;

  /// The year of the base.
  [[nodiscard]] int year() const { return year_; }
  /// Economies of the world, regions in place of those that are split.
  [[nodiscard]] const std::vector<std::string>& economies() const { return economies_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// [n] the economy of the trade table that each belongs to.
  [[nodiscard]] const std::vector<std::size_t>& parents() const { return parents_; }
  /// [n] how its domestic trade was found.
  [[nodiscard]] std::string domestic_flag(std::size_t economy) const;
  /// [n] named by a change, or a member of a pool that changes.
  [[nodiscard]] const std::vector<bool>& involved() const { return involved_; }
  /// [n] GDP of its economy in the base year, million USD; NaN where the table lacks it.
  [[nodiscard]] const std::vector<double>& gdp_musd() const { return gdp_musd_; }
  /// What the base assumes, in sentences.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  /// Duty shares in the base; null without a pool.
  [[nodiscard]] const data::DutyShares* duty_shares() const { return shares_; }

  /// Errors: InputError where these values leave no base (regions that nothing can reach, shares of
  /// regions above 100%).
  [[nodiscard]] ScenarioInstance at(const Values& values) const;
  /// The same with the changes as far in force as they are in `year` (phase_in).
  [[nodiscard]] ScenarioInstance at(const Values& values, Index year) const;

  /// [n * n] exporter rows: trade that the importer charges duties on, being across a border and
  /// without a preference in the base year.
  [[nodiscard]] std::vector<bool> taxed() const;
  /// The economies behind a name: one, its regions, or the members of a union with theirs.
  [[nodiscard]] std::vector<std::size_t> places_of(const std::string& name,
                                                   const std::string& where) const;
  /// Rates that stand in place of those of the changes from now on, by cell of the [n * n] world.
  void set_rates(std::vector<std::pair<std::size_t, double>> rates) { chosen_ = std::move(rates); }

 private:
  struct Part {  // a change with the pairs it touches
    ScenarioChange change{};
    std::vector<double> pairs{};       // [n * n] signs or steps, of the world with regions
    std::vector<std::size_t> cells{};  // of a tariff: places in the national matrix
  };
  struct Changes {
    std::vector<Part> parts;
    ScenarioRevenue revenue;
  };

  [[nodiscard]] equilibrium::RegionalWorld world_at(const Values& values,
                                                    std::vector<double>& rates) const;
  [[nodiscard]] equilibrium::OneSectorShock shock_at(const Changes& changes, const Values& values,
                                                     const equilibrium::RegionalWorld& world,
                                                     std::vector<double> rates,
                                                     std::optional<Index> year) const;
  [[nodiscard]] ScenarioInstance instance_at(const Values& values, std::optional<Index> year) const;
  [[nodiscard]] std::vector<std::string> codes_of(const std::vector<std::string>& list,
                                                  const std::string& where) const;
  [[nodiscard]] std::vector<bool> named(const std::vector<std::string>& list,
                                        const std::string& where) const;
  [[nodiscard]] std::vector<std::size_t> tariff_cells(const std::vector<std::string>& importer,
                                                      const std::vector<std::string>& exporter,
                                                      const std::string& where) const;
  [[nodiscard]] std::vector<double> signs_of(const ScenarioChange& change,
                                             const std::string& where) const;
  [[nodiscard]] std::vector<double> column_steps(const ScenarioChange& change,
                                                 const data::PairPanel& panel,
                                                 const std::string& where) const;
  [[nodiscard]] Changes found(const Scenario& scenario, const data::PairPanel& panel) const;
  void read_flows(DataSources& sources);
  void mark_involved(const Changes& changes);

  Scenario scenario_;
  int year_ = 0;
  data::AgreementRegistry registry_;
  data::World world_;
  const data::DutyShares* shares_ = nullptr;
  std::vector<std::vector<std::size_t>> base_tariff_cells_;
  bool has_tariffs_ = false;
  std::vector<std::string> economies_, names_, notes_;
  std::vector<std::size_t> parents_;
  std::vector<bool> involved_;
  std::vector<double> gdp_musd_;
  Changes changes_;
  std::optional<Changes> versus_;
  std::map<std::pair<std::string, std::string>, double> flows_;  // seller, buyer; empty: distances
  std::vector<std::pair<std::size_t, double>> chosen_;
};

}  // namespace altyn::study
