#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"

namespace altyn::attribution {

/// Every assumption of a claim check that a reader may want to change. The report prints them.
struct CheckOptions {
  // The number.
  double number_tolerance_points = 0.02;
  double number_tolerance_share = 0.05;
  double hedge_band_share = 0.05;
  double window_gap_points = 0.10;
  Index base_years = 5;
  // The strength words.
  std::vector<std::string> strength_words = {"fully", "to a large extent", "mainly", "partly"};
  std::vector<double> strength_thresholds = {0.9, 0.5, 0.5, 0.1};
  double default_threshold = 0.5;
  // The draws.
  Index n_draws = 2000;
  Index n_equilibrium_draws = 2000;
  // The lines.
  Index max_lag_months = 3;
  Index synthetic_years_before = 4;
  Index comparison_pairs = 100;
  std::vector<std::string> agreements_in_estimate = {"EAEU", "EU"};
  std::vector<double> phase_in_years = {5.0, 10.0};
  double theta_low = 3.0;
  double theta_high = 8.0;
  // The verdict.
  double supported_above = 0.66;
  double not_supported_below = 0.33;
  double contradicted_below = 0.05;
  bool calibrate = true;

  static std::vector<Field<CheckOptions>> fields();
};

/// The share of growth a strength word stands for. Errors: InputError with the nearest word.
[[nodiscard]] double strength_threshold(const CheckOptions& options, const std::string& word,
                                        const std::string& where);

/// Checks what the field table cannot: lists of equal length, bounds in order.
void check_options(const CheckOptions& options);

}  // namespace altyn::attribution
