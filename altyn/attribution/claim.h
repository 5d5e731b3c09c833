#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/month.h"
#include "altyn/data/monthly_trade.h"

namespace altyn::attribution {

/// What is counted, seen from the claim's reporter.
using Measure = data::Flow;

/// The rounding word in front of a figure.
enum class Hedge { kExactly, kNearly, kAbout, kMoreThan, kLessThan };
[[nodiscard]] std::string_view to_string(Hedge hedge);

/// A public statement that trade of a pair grew by a figure, and why; as a claim file writes it.
struct Claim {
  std::string id;
  std::string title;            ///< the question of the report; written from the fields when blank
  std::string title_ru;         ///< the same in Russian
  std::string title_kk;         ///< the same in Kazakh
  std::string in_our_words;     ///< what was said, never the outlet's own sentence
  std::string in_our_words_ru;  ///< the same in Russian
  std::string in_our_words_kk;  ///< the same in Kazakh
  std::string speaker;
  std::string speaker_role;
  std::string date;  ///< of the statement, 2017-10-06
  std::string outlet;
  std::string address;
  std::string second_outlet;  ///< that printed the same, "" when none is known
  std::string second_address;
  std::string reporter;  ///< ISO3; exports and imports are seen from here
  std::string partner;   ///< ISO3
  Measure measure = Measure::kTurnover;
  std::string window;   ///< "2017-02..2017-07"
  std::string versus;   ///< the months compared with; the same a year earlier when blank
  double figure = 0.0;  ///< 0.40 for "40%"; negative for a fall
  Hedge hedge = Hedge::kExactly;
  std::string agreement;  ///< id in the agreements registry; blank when no cause is claimed
  std::string cause;      ///< the cause in our words
  std::vector<std::string> alternatives;  ///< what else may have done it, in our words
  std::string strength;                   ///< how much of it: "to a large extent"
  double threshold = 0.0;  ///< share of growth meant by `strength`; 0 takes it from the options

  static std::vector<Field<Claim>> fields();
};

/// The two windows of a claim, of equal length.
struct ClaimWindows {
  data::Window claimed;
  data::Window versus;
  /// Months between the two, 12 for a year-on-year figure.
  [[nodiscard]] int lag_months() const { return claimed.first.count - versus.first.count; }
};

/// Checks what a claim says of itself: pair, windows, figure, date. Errors: InputError naming the
/// field of `where` (the claim file).
[[nodiscard]] ClaimWindows check_claim(const Claim& claim, const std::string& where);

}  // namespace altyn::attribution
