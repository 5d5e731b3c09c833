#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/types.h"

namespace altyn::attribution {

/// A balanced panel of one outcome: donors first, then the treated units; periods before the
/// treatment first.
struct SyntheticPanel {
  Index n_donors = 0;
  Index n_treated = 0;
  Index n_periods = 0;
  Index n_before = 0;             ///< periods before the treatment
  std::vector<double> outcome{};  ///< [(n_donors + n_treated) * n_periods], unit by unit
  [[nodiscard]] double at(Index unit, Index period) const {
    return outcome[static_cast<std::size_t>(unit * n_periods + period)];
  }
  [[nodiscard]] Index n_units() const { return n_donors + n_treated; }
};

enum class SyntheticMethod {
  kDifferenceInDifferences,  ///< every donor and every earlier period weigh the same
  kSyntheticControl,         ///< donors weighted to follow the treated units' level
  kSyntheticDifference,      ///< donors and periods weighted, levels free
};
[[nodiscard]] std::string_view to_string(SyntheticMethod method);

/// A weighted difference of differences.
struct SyntheticFit {
  SyntheticMethod method = SyntheticMethod::kSyntheticDifference;
  std::vector<double> donor_weights{};   ///< [n_donors], sum one
  std::vector<double> period_weights{};  ///< [n_before]; sum one, or all zero for the classic one
  std::vector<double> path{};            ///< [n_periods]: treated less synthetic, less its mean
                                         ///< before by the period weights
  double effect = 0.0;                   ///< mean of the path from the treatment on
  double miss_before = 0.0;              ///< root mean square of the path before it, about its mean
  std::vector<Certificate> certificates{};
  [[nodiscard]] bool certified() const;
};

/// Fits the weights. Donor weights carry the ridge zeta^2 on mean squares, zeta = (N1 T1)^(1/4)
/// times the standard deviation of the donors' changes from period to period before the treatment;
/// period weights and the classic control a ridge that only makes the answer unique (1e-6 of that
/// deviation).
/// Source: Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), algorithm 1; Abadie, Diamond
/// and Hainmueller (2010). Errors: InternalError without two donors, two periods before and one
/// after. Cost: n_donors^3 and n_before^3 times the weights that are not zero.
[[nodiscard]] SyntheticFit fit_synthetic(const SyntheticPanel& panel, SyntheticMethod method);

/// The panel of the units and periods kept, in the order given; donors must come before treated
/// units. `n_before`: of the periods kept.
[[nodiscard]] SyntheticPanel sub_panel(const SyntheticPanel& panel,
                                       const std::vector<Index>& donors,
                                       const std::vector<Index>& treated,
                                       const std::vector<Index>& periods, Index n_before);

/// Every donor in turn as if it were treated, the others its donors: what the method finds where
/// there was no treatment. One fit per donor, in the donors' order.
/// Source: Arkhangelsky et al. (2021), algorithm 4, over all donors in place of random ones.
[[nodiscard]] std::vector<SyntheticFit> placebo_fits(const SyntheticPanel& panel,
                                                     SyntheticMethod method);

/// Every donor with a weight left out in turn; nothing for the others.
[[nodiscard]] std::vector<std::optional<SyntheticFit>> leave_one_out_fits(
    const SyntheticPanel& panel, const SyntheticFit& fit);

/// Standard error of the effect by leaving out one unit at a time at fixed weights; nothing with
/// a single treated unit, for which it is not defined.
/// Source: Arkhangelsky et al. (2021), algorithm 3.
[[nodiscard]] std::optional<double> jackknife_se(const SyntheticPanel& panel,
                                                 const SyntheticFit& fit);

/// Standard deviation of the placebo effects about their mean.
[[nodiscard]] double placebo_se(const std::vector<SyntheticFit>& placebos);

}  // namespace altyn::attribution
