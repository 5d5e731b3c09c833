#pragma once

#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/corridors/link_value.h"
#include "altyn/study/corridors_scenario.h"

namespace altyn::study {

/// Rows of a network's table: what its links cost in the base.
[[nodiscard]] attribution::ResultTable links_table(const CorridorSetting& setting,
                                                   const Values& values,
                                                   const std::vector<double>& cost_log);

/// The value of trade on each row, both ways, by `before` and `after` [links], largest change
/// first; `after` is null without a change.
[[nodiscard]] attribution::ResultTable traffic_table(const corridors::Network& network,
                                                     const std::vector<double>& before,
                                                     const std::vector<double>* after);

/// What the map is drawn from: every row with the coordinates of its ends and its traffic. `focus`
/// [nodes] are those that the picture must hold, `touched` [rows] those that a change names.
[[nodiscard]] attribution::ResultTable map_table(const corridors::Network& network,
                                                 const std::vector<double>& before,
                                                 const std::vector<double>& after,
                                                 const std::vector<bool>& focus,
                                                 const std::vector<bool>& touched);

/// What 1% less of every row's cost is worth, million USD a year, both ways.
/// `slope` [links] is the derivative of a weighted mean of ln real income by ln t, `spending_musd`
/// that of the weighted.
[[nodiscard]] std::vector<double> row_values(const corridors::Network& network,
                                             const std::vector<double>& cost_log,
                                             const std::vector<double>& slope,
                                             double spending_musd);

/// Which links are worth most to whom.
struct LinkLeague {
  std::string whose{};  ///< "KAZ, RUS"
  double spending_musd = 0.0;
  Certificate certificate{};
  std::vector<double> cost_log{};    ///< [links]
  std::vector<double> value_musd{};  ///< [rows] of row_values()
  Index n_draws = 0;
  std::vector<std::vector<double>> draws{};  ///< [draws that succeeded][rows]
};

/// That the adjoint equations hold.
[[nodiscard]] Certificate adjoint_certificate(const corridors::LinkValue& value);

/// Answers with text, tables and files, whatever the world above the network.
[[nodiscard]] StudyResult links_answer(const CorridorSetting& setting, const Values& values,
                                       const std::vector<std::size_t>& places);
/// `trade` [n * n] with the exporter's row.
[[nodiscard]] StudyResult traffic_answer(const corridors::CorridorProblem& problem,
                                         const std::vector<double>& trade, Context& context);
[[nodiscard]] StudyResult values_answer(const corridors::Network& network,
                                        const LinkLeague& league);

/// The first `shown` rows for a terminal, with colour codes.
[[nodiscard]] std::string table_text(const attribution::ResultTable& table, std::size_t shown);

/// One sentence on the links whose traffic changes most.
[[nodiscard]] std::string traffic_sentence(const attribution::ResultTable& traffic);

/// How many rows a terminal shows.
inline constexpr std::size_t kShownLinks = 20;

}  // namespace altyn::study
