#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/data/table.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// An average over treatment cells, on the scale of the coefficients and in percent.
struct AveragedEffect {
  double at = 0.0;               ///< event time, cohort or period; 0 for the overall average
  Coefficient log_effect{};      ///< weighted mean of the cells' coefficients
  Coefficient percent_effect{};  ///< weighted mean of exp(coefficient) - 1, as a fraction
  double n_treated = 0.0;        ///< weight of the rows behind it
};

/// The cells of i(), sunab() or etwfe() put together. Cells weigh by their rows (times weights).
/// Standard errors follow from the covariance of the coefficients (delta method for percent) and so
/// include the uncertainty of the absorbed effects; the weights are taken as given.
struct EventStudy {
  std::string variable{};                       ///< "event_time", or the period of the cohorts
  double reference = 0.0;                       ///< event time whose effect is zero by definition
  bool has_reference = false;                   ///< false for etwfe(): all earlier times are
  std::vector<AveragedEffect> by_event_time{};  ///< increasing; leads included
  std::vector<double> event_time_covariance{};  ///< [n * n] of their log effects, in their order
  std::vector<AveragedEffect> by_cohort{};      ///< from the start on; empty for i()
  std::vector<AveragedEffect> by_period{};      ///< calendar, from the start on; empty for i()
  AveragedEffect overall{};   ///< from the start on: the average effect on treated
  WaldTest leads{};           ///< that all effects before the start are zero
  Index n_dropped_cells = 0;  ///< cells without a coefficient of their own

  /// Plot data: time, value, low, high, percent, percent_low, percent_high, is_reference,
  /// n_treated; the reference has value 0.
  [[nodiscard]] data::Table to_table() const;
};

/// Averages the treatment cells of a model. With several i() terms, `variable` chooses one; ""
/// takes the first. Event times at or after 0 count as treated; for i() over calendar years the
/// caller gives the first treated year as `start`. Errors: InputError "no-event-study" when the
/// formula has no such term, "not-certified". Source: Sun and Abraham (2021); Wooldridge (2023);
/// Nagengast and Yotov (2025) for gravity.
[[nodiscard]] EventStudy event_study(const FittedModel& model, const Estimate& estimate,
                                     const std::string& variable = "", double start = 0.0);

/// Adds a column with the first period in which each unit is treated (missing for units that never
/// are): the cohort that sunab() and etwfe() take. A unit is a combination of `units` columns; it
/// counts as treated where column `treatment` is not zero.
/// Errors: InputError of Table::column; "no-such-column".
void add_cohort(data::Table& table, std::string name, std::string_view treatment,
                std::span<const std::string> units, std::string_view period);

}  // namespace altyn::estimation
