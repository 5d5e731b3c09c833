#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/partner_line.h"
#include "altyn/attribution/synthetic_control.h"
#include "altyn/data/month.h"

namespace altyn::attribution {

/// Monthly log trade of one reporter with its partners, ready for synthetic controls.
struct MonthlyLogPanel {
  SyntheticPanel panel{};
  std::vector<data::Month> months{};        ///< [n_periods]
  std::vector<std::string> donors{};        ///< [n_donors]
  std::vector<std::string> treated{};       ///< [n_treated]
  std::vector<data::Month> blank_months{};  ///< left out: a treated unit has no trade recorded
  std::vector<std::string> blank_donors{};  ///< left out: no trade recorded in another month
};

/// Log trade over the months of `period` that every treated partner has; donors without one of
/// them are left out. `start`: the first month of the treatment. Donors keep the panel's order.
[[nodiscard]] MonthlyLogPanel monthly_log_panel(const PartnerPanel& partners, Measure measure,
                                                data::Window period, data::Month start,
                                                const std::vector<std::string>& treated,
                                                const std::set<std::string>& not_donors);

/// The months the control is fitted on: `years_before` years before the start to the end of the
/// claimed window's calendar year, as far as the series goes.
[[nodiscard]] data::Window synthetic_period(const PairSeries& series, data::Month start,
                                            data::Month claimed_last, Index years_before);

/// Mean of an effect path over the claimed window less that over the window compared with.
[[nodiscard]] double between_windows(const SyntheticFit& fit,
                                     const std::vector<data::Month>& months,
                                     const ClaimWindows& windows);

/// Who is compared with whom.
struct SyntheticDesign {
  std::string other{};                   ///< the claimed pair's other country in the panel
  Measure measure = Measure::kTurnover;  ///< as the panel's reporter sees it
  std::set<std::string> members{};       ///< bound with the reporter; never donors
  std::set<std::string> cohort{};        ///< bound since the same month as the claimed pair
  std::optional<data::Month> start{};    ///< of the agreement itself for the claimed pair
};

/// L3, synthetic control: the pair against a mixture of the same reporter's partners outside the
/// agreement that moved with it before the agreement began.
/// s = (d - e) / gamma, d the pair's effect in the claimed window less that in the one compared
/// with, e the same of a partner drawn at random that is treated as if it had joined.
/// Tables: "synthetic_path", "synthetic_weights", "synthetic_estimates", "synthetic_placebo". Left
/// out, with the reason, without a panel (null), without an agreement that began between the two
/// ends of the data, or with fewer than five donors.
/// Source: Arkhangelsky et al. (2021); Abadie, Diamond and Hainmueller (2010).
[[nodiscard]] LineResult synthetic_line(const ClaimCase& claim_case, const PartnerPanel* panel,
                                        const SyntheticDesign& design);

}  // namespace altyn::attribution
