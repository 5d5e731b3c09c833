#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/claim.h"
#include "altyn/data/month.h"

namespace altyn::attribution {

/// Monthly trade of one pair as one side reports it, in million USD. A blank month is NaN: it was
/// never published, which is not zero.
struct PairSeries {
  std::string reporter{};  ///< ISO3
  std::string partner{};   ///< ISO3
  std::string source{};    ///< who publishes it, for tables and messages
  data::Month first{};
  std::vector<double> exports_musd{};
  std::vector<double> imports_musd{};

  [[nodiscard]] data::Month last() const;
  /// NaN when the month is blank or outside the series.
  [[nodiscard]] double at(Measure measure, data::Month month) const;
  /// The same trade seen from the partner: its exports are the reporter's imports. The reporting
  /// side stays the same.
  [[nodiscard]] PairSeries mirrored() const;
};

/// Sum over a window; nothing when a month is blank or outside the series.
[[nodiscard]] std::optional<double> window_sum(const PairSeries& series, Measure measure,
                                               data::Window window);

/// Trade in a base window and in the one compared with it.
struct Growth {
  double base_musd = 0.0;
  double value_musd = 0.0;
  [[nodiscard]] double growth() const { return value_musd / base_musd - 1.0; }
  [[nodiscard]] double log_growth() const;
};

/// Growth between two windows; nothing when either sum is missing or not positive.
[[nodiscard]] std::optional<Growth> growth_between(const PairSeries& series, Measure measure,
                                                   data::Window versus, data::Window window);

/// As growth_between, for the claimed windows themselves. Errors: InputError "window-outside-data"
/// with the months there are, "blank-month" naming the blank months and the nearest window of the
/// same length without one, "no-trade" when a sum is zero.
[[nodiscard]] Growth claimed_growth(const PairSeries& series, Measure measure,
                                    const ClaimWindows& windows);

}  // namespace altyn::attribution
