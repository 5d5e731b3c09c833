#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/equilibrium/one_sector.h"
#include "altyn/equilibrium/sector_decomposition.h"
#include "altyn/study/assumptions.h"
#include "altyn/study/optimal_policy.h"
#include "altyn/study/scenario.h"
#include "altyn/study/scenario_report.h"
#include "altyn/study/scenario_world.h"

namespace altyn::study {

/// Which effects on trade are found: all three stages, or the full effect alone, in three quarters
/// of the time.
enum class Effects : std::uint8_t { kAllStages, kFullOnly };

/// A scenario, with the one it is compared with, read and solved at the central values of its
/// assumptions.
class CentralSolve {
 public:
  /// `tables` keeps what is read; null reads anew. Errors: InputError of the scenario files and
  /// their base; "duplicate-name" where the two give one assumption two values; Cancelled.
  CentralSolve(const Study& study, DataSources& sources, ScenarioTablesCache* tables,
               Effects effects, Context& context);
  CentralSolve(const CentralSolve&) = delete;
  CentralSolve& operator=(const CentralSolve&) = delete;

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const ScenarioSetting& setting() const { return setting_; }
  [[nodiscard]] const std::vector<Assumption>& assumptions() const { return assumptions_; }
  [[nodiscard]] const ScenarioInstance& instance() const { return instance_; }
  /// Direct and conditional trade are empty where the full effect alone was asked for.
  [[nodiscard]] const equilibrium::OneSectorResult& result() const { return result_; }
  /// Null without a comparison.
  [[nodiscard]] const equilibrium::OneSectorResult* versus() const {
    return versus_ ? &other_ : nullptr;
  }
  [[nodiscard]] equilibrium::OneSectorOptions options() const;
  [[nodiscard]] std::vector<Certificate> certificates() const;
  /// Why there is no answer; "" when there is one.
  [[nodiscard]] std::string failure() const;
  /// Where real income comes from, exactly; nothing with a comparison, or where the equations of
  /// many sectors cannot say. Cost: 20 solves.
  [[nodiscard]] std::optional<equilibrium::WelfareDecomposition> parts(Context& context) const;
  /// Tariffs are chosen after the changes.
  [[nodiscard]] bool chooses() const;
  [[nodiscard]] SolvedScenario with(const ScenarioDraws& draws,
                                    const equilibrium::WelfareDecomposition* parts = nullptr) const;

 private:
  Scenario scenario_;
  std::optional<Scenario> versus_;
  std::vector<Assumption> assumptions_;
  ScenarioSetting setting_;
  ScenarioInstance instance_;
  ChosenTariffs chosen_;
  equilibrium::OneSectorResult result_, other_;
};

}  // namespace altyn::study
