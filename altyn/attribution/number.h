#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/attribution/pair_series.h"

namespace altyn::attribution {

/// Growth over one window against the same months `lag_months` earlier.
struct WindowGrowth {
  data::Window window{};
  Growth growth{};
  bool is_claimed = false;
  Index rank_same_length = 0;  ///< 1 for the highest growth among windows of this length
  Index n_same_length = 0;
};

/// Every window of 1 to 12 months that ends within a year of the claimed one, so that a choice of
/// window shows. Ordered by length, then by end.
struct WindowTable {
  std::vector<WindowGrowth> rows{};
  Index n_left_out = 0;  ///< windows with a blank month or a month outside the data
  [[nodiscard]] const WindowGrowth& claimed() const;
  /// The lowest and highest growth among windows of the claimed length.
  [[nodiscard]] const WindowGrowth& lowest() const;
  [[nodiscard]] const WindowGrowth& highest() const;
};
[[nodiscard]] WindowTable window_table(const PairSeries& series, Measure measure,
                                       const ClaimWindows& windows);

/// The claimed window against the same months of each earlier year.
struct BaseEffect {
  struct Year {
    int year = 0;
    double value_musd = 0.0;
    double claimed_over_it = 0.0;  ///< claimed value / that year's - 1
  };
  std::vector<Year> years{};               ///< rising; up to the window compared with
  std::vector<int> blank_years{};          ///< left out for a blank month
  std::optional<double> reference_musd{};  ///< mean of the base_years before the base window
  /// Share of the log growth that only regains the reference: ln(min(X1, ref) / X0) / ln(X1 / X0)
  /// within [0, 1]. Nothing when there is no earlier year or trade did not grow.
  std::optional<double> regained_share{};
};
[[nodiscard]] BaseEffect base_effect(const PairSeries& series, Measure measure,
                                     const ClaimWindows& windows, Index base_years);

/// The growths a figure with its rounding word covers: nearly 40% covers 38% to 40% when the band
/// is 5% of the figure; more than has no upper end. For a fall the figure's size is hedged.
struct FigureRange {
  double low = 0.0;
  double high = 0.0;
};
[[nodiscard]] FigureRange figure_range(double figure, Hedge hedge, double band_share);

/// How far growth lies outside the range: negative below, positive above, 0 inside.
[[nodiscard]] double gap_from(const FigureRange& range, double growth);

/// The verdict on the number. `table` is null when only the claimed windows themselves are known.
[[nodiscard]] NumberVerdict judge_number(const Claim& claim, const ClaimWindows& windows,
                                         const Growth& actual, const WindowTable* table,
                                         const CheckOptions& options);

/// What the base effect says, in one or two sentences; "" without an earlier year.
[[nodiscard]] std::string base_sentence(const BaseEffect& base, Index base_years);

/// The table "number" without rows: reporting side, period and flow against the stated figure.
[[nodiscard]] ResultTable empty_number_table();

/// The tables "number", "windows", "base_effect" and "series".
[[nodiscard]] std::vector<ResultTable> number_tables(const Claim& claim, const PairSeries& series,
                                                     const ClaimWindows& windows,
                                                     const WindowTable& table,
                                                     const BaseEffect& base,
                                                     const CheckOptions& options);

}  // namespace altyn::attribution
