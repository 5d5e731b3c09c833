#pragma once

#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// Coefficients of a gravity PPML net of the bias that many effects leave, and standard errors that
/// allow for the noise in them.
struct BiasCorrection {
  bool three_way = false;                ///< two-way estimates have no bias to correct
  std::vector<Coefficient> corrected{};  ///< with adjusted standard errors
  std::vector<double> uncorrected{};     ///< [k] as estimated
  std::vector<double> bias{};            ///< [k] subtracted
  std::vector<double> covariance{};      ///< [k * k] adjusted, row-major
  bool widened = true;                   ///< false: clustered by pair as usual, for want of memory
  std::string pair_name{};               ///< "exporter^importer"
  std::vector<Index> pair_keys{};        ///< its keys, positions in ModelFrame::keys
  Index n_pairs = 0;
  std::string method{};  ///< for a note: what was done, and whose
};

/// Corrects two- and three-way PPML estimates for the incidental parameters of exporter-year and
/// importer-year effects: analytical bias of the coefficients (three-way) and de-biased variance
/// clustered by pair (two- and three-way). Which effects play which part is found from their keys:
/// two effects share the time keys (exporter^year, importer^year; sectors may be among the keys of
/// both), the third, if any, is the pair; of several such readings the one with the fewest times
/// holds. Pairs need not be observed in every year.
///
/// The variance needs the leverage of every pair on itself. It comes from the inverse of the
/// Hessian of both effects net of the pairs while they have at most EstimateOptions::widen_levels
/// levels together, and from year blocks of any size in the two-way model. Beyond, it is not
/// widened, and `method` says so: every pair ties its years together, so that this inverse is
/// dense; 24 bytes times the square of the levels, and their cube in products.
///
/// Errors: InputError "no-bias-correction" when the family is not ppml or the effects are not as
/// above, "not-certified" when the fit's certificate does not hold.
/// Source: Weidner and Zylkin (2021), "Bias and consistency in three-way gravity models", equations
/// (10)-(13) and section 3.5; the two-way variance: Pfaffermayr (2019), Jochmans (2017).
[[nodiscard]] BiasCorrection correct_bias(const FittedModel& model, Context& context);

}  // namespace altyn::estimation
