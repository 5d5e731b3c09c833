#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What a simulation found, whatever its model: sentences and tables, ready for every surface
/// (docs/simulate.md).
struct ScenarioAnswer {
  std::string name{};
  std::string title{};
  std::string about{};  ///< one sentence: model, base year, what is compared with
  std::vector<Certificate> certificates{};
  std::string failure{};                 ///< why there is no answer; "" when there is one
  std::vector<std::string> summary{};    ///< paragraphs, no stronger than the intervals
  std::vector<std::string> concerned{};  ///< codes of economies that the scenario names
  std::vector<std::string> notes{};      ///< what the base assumes
  /// real_income and economies begin with code, name, change of real income, low and high.
  std::vector<attribution::ResultTable> tables{};
  /// Errors: InternalError without a table of that id.
  [[nodiscard]] const attribution::ResultTable& table(const std::string& id) const;
};

/// One scenario run: its answer for the comparison with others, and all it writes. Without files
/// where the answer has a failure.
struct SimulatedScenario {
  ScenarioAnswer answer;
  StudyResult result;
};

/// Cells as a report reads them: NaN and "" where the cell is of another kind.
[[nodiscard]] double number_of(const attribution::Cell& cell);
[[nodiscard]] std::string text_of(const attribution::Cell& cell);

/// A change with its sign; none where nothing but zeros is shown.
[[nodiscard]] std::string signed_text(double value, int decimals);

/// A table in aligned columns for a terminal, with colour codes; fractions and shares in percent.
/// `max_rows` cuts it off and says so.
[[nodiscard]] std::string aligned_text(const attribution::ResultTable& table, std::size_t max_rows);

/// Title, model, every table but `economies`, sentences and certificates, for a terminal.
[[nodiscard]] std::string plain_answer_text(const ScenarioAnswer& answer);

/// A change of real income as sentences tell it.
struct IncomeLine {
  std::string name{};
  double change = 0.0;  ///< fraction
  double low = 0.0;     ///< NaN without an interval
  double high = 0.0;
  std::string rests_on{};  ///< what drives its range: "A (70% of the variance) and B (12% ...)"
};

/// The first six changes with their ranges and whether the sign is open; what the first three
/// ranges rest on. Empty without lines.
[[nodiscard]] std::vector<std::string> income_sentences(const std::vector<IncomeLine>& lines);

/// One sentence for each change whose range leaves what trade policy has been found to do to a
/// whole economy (5%), naming what makes it so large.
[[nodiscard]] std::vector<std::string> large_change_sentences(const std::vector<IncomeLine>& lines);

/// The largest of these shares of a variance in words: at most two, none below a tenth.
[[nodiscard]] std::string driver_words(const std::vector<std::pair<std::string, double>>& drivers);

/// One row per scenario and economy that any of them concerns: side by side.
[[nodiscard]] attribution::ResultTable comparison_of(const std::vector<ScenarioAnswer>& answers);
[[nodiscard]] std::string comparison_text(const std::vector<ScenarioAnswer>& answers);

/// The result in the form of docs/simulate.md, without sources and run.
[[nodiscard]] nlohmann::json to_json(const ScenarioAnswer& answer);

/// What makes a result repeatable: sources and run go into `result.value`. `files` are the scenario
/// files as they were named, `options` what they and the flags set.
void add_record(StudyResult& result, const Study& study, const std::string& files,
                const nlohmann::json& options, const DataSources& sources, const Context& context);

/// The files that every simulation has, report.html, report.md and result.json, of `result.value`
/// and `result.text` as they are.
void add_report_files(StudyResult& result);

/// How an answer is told in a terminal.
using AnswerText = std::string(const ScenarioAnswer& answer);

/// The run of an answer: its text, result and files, every table in one called <id>.csv, but
/// key_results.csv for `economies` and trade.csv for `pairs`; `real_income` is the picture of the
/// first. A failed answer gives its text alone.
[[nodiscard]] SimulatedScenario finished_run(ScenarioAnswer answer, AnswerText* text,
                                             const Study& study, const nlohmann::json& options,
                                             const DataSources& sources, const Context& context);

}  // namespace altyn::study
