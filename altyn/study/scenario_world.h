#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "altyn/data/agreements.h"
#include "altyn/data/domestic_trade.h"
#include "altyn/data/pair_panel.h"
#include "altyn/data/trade_columns.h"
#include "altyn/equilibrium/one_sector.h"
#include "altyn/equilibrium/regions.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/kept.h"
#include "altyn/study/scenario.h"

namespace altyn::study {

/// A scenario as the equilibrium takes it, at one set of values of its assumptions.
struct ScenarioInstance {
  equilibrium::OneSectorBase base;
  equilibrium::OneSectorShock shock;
  equilibrium::OneSectorShock versus;  ///< of the scenario that is compared with
};

/// What is read for a scenario: the same for all of one year on the same tables.
struct ScenarioTables {
  data::AgreementRegistry registry;
  data::World world;
  data::PairPanel panel;          ///< the trade table's rows of the year, with all its columns
  std::vector<int> years;         ///< that the trade table has
  std::vector<double> gdp_musd;   ///< [n] of world.economies in the year; NaN where unknown
  std::vector<bool> preferred;    ///< [n * n] exporter rows: a preference is in force in the year
  std::vector<InputFile> inputs;  ///< the files behind it

  /// `year` 0 takes the last one of the trade table. Errors: InputError of reading;
  /// "no-such-year"; those of the domestic trade rule.
  [[nodiscard]] static std::shared_ptr<const ScenarioTables> read(
      const ScenarioWorld& world, const data::ColumnChoices& columns, Index year,
      DataSources& sources);
};

/// Tables that were read, for the scenarios that come next. Thread-safe; forgets the one that was
/// not asked for longest.
class ScenarioTablesCache {
 public:
  explicit ScenarioTablesCache(std::size_t capacity = 8) : kept_(capacity) {}
  /// As ScenarioTables::read; what was read before is remembered in `sources` as if read now. A
  /// file that changes on disk is not read again. A table in memory always is, and is not kept: its
  /// name says nothing of what another study has under it.
  [[nodiscard]] std::shared_ptr<const ScenarioTables> get(const ScenarioWorld& world,
                                                          const data::ColumnChoices& columns,
                                                          Index year, DataSources& sources);

 private:
  Kept<ScenarioTables> kept_;
};

/// A scenario with its tables read and its economies, unions and pairs found: what is the same in
/// every draw.
class ScenarioSetting {
 public:
  /// Errors: InputError of reading; "no-such-year"; those of the domestic trade rule; "no-pairs"
  /// for a change that touches nothing in this world; "no-such-column"; "not-in-world" for an
  /// economy that is not in it; "no-duty-shares" where none are known for the day; those of
  /// split_into_regions(). `tables` keeps what is read for the scenarios that come next; null reads
  /// anew.
  ScenarioSetting(const Scenario& scenario, const std::optional<Scenario>& versus,
                  DataSources& sources, ScenarioTablesCache* tables = nullptr);
  ScenarioSetting(const ScenarioSetting&) = delete;
  ScenarioSetting& operator=(const ScenarioSetting&) = delete;

  /// The year of the base.
  [[nodiscard]] int year() const { return year_; }
  /// Economies of the world, regions in place of those that are split.
  [[nodiscard]] const std::vector<std::string>& economies() const { return economies_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// [n] the economy of the trade table that each belongs to.
  [[nodiscard]] const std::vector<std::size_t>& parents() const { return parents_; }
  /// The code of the economy of the trade table that one belongs to.
  [[nodiscard]] const std::string& nation(std::size_t economy) const {
    return world_.economies[parents_[economy]];
  }
  /// [n] how its domestic trade was found.
  [[nodiscard]] std::string domestic_flag(std::size_t economy) const;
  /// [n] its domestic trade was filled in by a rule.
  [[nodiscard]] bool imputed(std::size_t economy) const;
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

  /// What the scenario does, by name: its changes, then that of a pool of duties where there is
  /// one.
  [[nodiscard]] std::vector<std::string> policies() const;
  /// The shock with some of these policies only; no rates of set_rates.
  [[nodiscard]] equilibrium::OneSectorShock shock_of(const Values& values,
                                                     const std::vector<bool>& active) const;

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
    [[nodiscard]] bool shares_anew() const {
      return revenue.dissolve || !revenue.leave.empty() || !revenue.join.empty();
    }
  };
  /// How far a change is in force, by its number; of the pool of duties by the number after theirs.
  using InForce = std::function<double(const Changes& changes, std::size_t policy)>;

  [[nodiscard]] equilibrium::RegionalWorld world_at(const Values& values,
                                                    std::vector<double>& rates) const;
  [[nodiscard]] equilibrium::OneSectorShock shock_at(const Changes& changes, const Values& values,
                                                     const equilibrium::RegionalWorld& world,
                                                     std::vector<double> rates,
                                                     const InForce& in_force) const;
  [[nodiscard]] ScenarioInstance instance_at(const Values& values, const InForce& in_force) const;
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
                                                 const std::string& where) const;
  [[nodiscard]] Changes found(const Scenario& scenario) const;
  void mark_involved(const Changes& changes);

  Scenario scenario_;
  std::shared_ptr<const ScenarioTables> tables_;
  const data::AgreementRegistry& registry_;
  const data::World& world_;
  int year_ = 0;
  const data::DutyShares* shares_ = nullptr;
  std::vector<std::vector<std::size_t>> base_tariff_cells_;
  bool has_tariffs_ = false;
  std::vector<std::string> economies_, names_, notes_;
  std::vector<std::size_t> parents_;
  std::vector<bool> involved_;
  std::vector<double> gdp_musd_;
  Changes changes_;
  std::optional<Changes> versus_;
  RegionTrade region_trade_;
  std::vector<std::pair<std::size_t, double>> chosen_;
};

}  // namespace altyn::study
