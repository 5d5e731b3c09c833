#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/core/certificate.h"
#include "altyn/study/scenario_draws.h"

namespace altyn::study {

/// A solved scenario, ready for every surface (docs/simulate.md).
struct ScenarioAnswer {
  std::string name{};
  std::string title{};
  std::string about{};  ///< one sentence: model, base year, what is compared with
  std::vector<Certificate> certificates{};
  std::string failure{};                 ///< why there is no answer; "" when there is one
  std::vector<std::string> summary{};    ///< paragraphs, no stronger than the intervals
  std::vector<std::string> concerned{};  ///< codes of economies that the scenario names
  std::vector<std::string> notes{};      ///< what the base assumes
  /// real_income, revenue, drivers, pairs, economies, assumptions
  std::vector<attribution::ResultTable> tables{};
  [[nodiscard]] const attribution::ResultTable& table(const std::string& id) const;
};

/// What an answer is made from; `versus` is null without a comparison.
struct SolvedScenario {
  const Scenario& scenario;
  const ScenarioSetting& setting;
  const std::vector<Assumption>& assumptions;
  const ScenarioInstance& instance;
  const equilibrium::OneSectorResult& result;
  const equilibrium::OneSectorResult* versus;
  const ScenarioDraws& draws;
};

/// Tables and sentences of an answer.
[[nodiscard]] ScenarioAnswer answer_of(const SolvedScenario& solved);

/// One row per scenario and economy that any of them concerns: side by side.
[[nodiscard]] attribution::ResultTable comparison_of(const std::vector<ScenarioAnswer>& answers);

/// For a terminal, with colour codes.
[[nodiscard]] std::string answer_text(const ScenarioAnswer& answer);
[[nodiscard]] std::string comparison_text(const std::vector<ScenarioAnswer>& answers);

/// The result in the form of docs/simulate.md, without sources and run.
[[nodiscard]] nlohmann::json to_json(const ScenarioAnswer& answer);

}  // namespace altyn::study
