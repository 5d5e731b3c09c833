#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/attribution/interval.h"
#include "altyn/data/month.h"

namespace altyn::attribution {

/// How numbers, months and probabilities are written in every sentence of a report.

[[nodiscard]] std::string percent_text(double fraction, int decimals = 1);         ///< "38.4%"
[[nodiscard]] std::string signed_percent_text(double fraction, int decimals = 1);  ///< "+38.4%"
[[nodiscard]] std::string musd_text(double musd);                                  ///< "6,182.9"
[[nodiscard]] std::string count_text(double count);                                ///< "11,568"
[[nodiscard]] std::string probability_text(double p);        ///< "below 1%", "21%", "above 99%"
[[nodiscard]] std::string month_text(data::Month month);     ///< "July 2017"
[[nodiscard]] std::string window_text(data::Window window);  ///< "February-July 2017"
[[nodiscard]] std::string ordinal_text(long rank);           ///< "2nd"
/// What follows the names of political regressors wherever they stand. Source: Angrist and Pischke
/// (2009), Mostly Harmless Econometrics, section 3.2.3.
inline constexpr std::string_view kBadControls =
    "may be bad controls: joining organisations and voting alike can follow from an agreement, and "
    "from trade itself. Where they do, holding them fixed takes out a part of the agreement's "
    "effect and can bias the rest. Compare with the same model without them.";
/// "a, b and c".
[[nodiscard]] std::string list_text(const std::vector<std::string>& words);
/// "-12% to 64%, middle 28%": shares of growth.
[[nodiscard]] std::string share_text(const Interval& share);
/// The calibrated word for a probability: "likely", "very unlikely", ... Source: Mastrandrea et al.
/// (2010), IPCC uncertainty guidance note, table 1.
[[nodiscard]] std::string_view likelihood_word(double probability);

}  // namespace altyn::attribution
