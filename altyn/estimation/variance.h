#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/degrees_of_freedom.h"
#include "altyn/estimation/glm.h"
#include "altyn/estimation/model_frame.h"

namespace altyn::estimation {

/// Which errors the standard errors allow for.
enum class VarianceKind {
  kAuto,           ///< clustered when clusters are given, else robust
  kIid,            ///< the model's own variance
  kHc0,            ///< heteroskedasticity, without a factor
  kRobust,         ///< heteroskedasticity with the convention's factor (HC1)
  kHc2,            ///< squares of residuals divided by 1 - leverage
  kHc3,            ///< squares of residuals divided by (1 - leverage)^2
  kCluster,        ///< dependence within each of up to four groupings
  kDyadic,         ///< dependence between rows whose pairs share a member
  kDriscollKraay,  ///< dependence within a period and between periods near each other
  kConley,         ///< dependence between places near each other
};

/// Small-sample factors under the name of the program that uses them.
enum class SeConvention {
  kStata,   ///< reghdfe and ppmlhdfe: clusters G/(G-1), rows N/(N-1); OLS also (N-1)/(N-K)
  kFixest,  ///< fixest: clusters G/(G-1) times (N-1)/(N-K); rows N/(N-K)
  kNone,    ///< no factor
};
[[nodiscard]] std::string_view to_string(SeConvention convention);

/// What a row weight stands for.
enum class WeightMeaning {
  kSampling,   ///< each row is one observation that counts more or less
  kFrequency,  ///< a row stands for that many equal rows
};

enum class SpatialKernel { kUniform, kBartlett };

struct VarianceSpec {
  VarianceKind kind = VarianceKind::kAuto;
  SeConvention convention = SeConvention::kStata;
  WeightMeaning weight_meaning = WeightMeaning::kSampling;
  std::vector<KeyGroup> clusters{};    ///< for kDyadic the two members of a pair
  std::optional<KeyGroup> time{};      ///< periods of kDriscollKraay
  Index lags = -1;                     ///< -1: floor(4 (T / 100)^(2/9)), Newey and West (1994)
  std::span<const double> latitude{};  ///< [n] degrees, frame order; of kConley
  std::span<const double> longitude{};
  double cutoff_km = 0.0;
  SpatialKernel kernel = SpatialKernel::kUniform;
};

/// Leverages are computed for this many levels of all effects together; beyond, HC2 and HC3 are
/// refused (one effect alone has no limit).
inline constexpr Index kMaxLeverageLevels = 6000;

/// Covariance of the coefficients and what it rests on.
struct Variance {
  std::vector<double> covariance{};  ///< [k * k] row-major; rows of redundant regressors are 0
  double constant_variance = -1.0;   ///< of the mean effect; -1 when there is none
  std::string kind{};                ///< "clustered by exporter^importer", "robust", "iid"
  std::vector<Index> n_clusters{};   ///< per grouping
  double factor = 1.0;               ///< small-sample factor in the covariance
  double degrees_of_freedom = 0.0;   ///< of t tests; infinity where the normal is used
  bool made_semidefinite = false;    ///< negative eigenvalues of a multi-way sum were set to zero
};

/// Sandwich H^-1 M H^-1 with H the Hessian of the fit and M by kind: cross products of the scores
/// of rows or of clusters; several groupings enter by inclusion and exclusion. HC2, HC3 and none of
/// the conventions' factors go together: the leverages take their place. The other kinds of
/// dependence use the factor of clusters with the number of members, periods or (Conley) rows.
/// `constant_means`: means of the regressors with working weights when the variance of the mean
/// effect is wanted; empty otherwise.
/// Errors: InputError "too-few-clusters" when a grouping has fewer than two clusters,
/// "too-many-clusters" for more than four groupings; "no-clusters", "no-dyads", "no-periods",
/// "no-coordinates" when a kind lacks its columns; "too-many-levels" for HC2 and HC3.
/// Source: Cameron, Gelbach and Miller (2011); Correia (2016) for the conventions of `stata`.
/// A problem with cells takes kIid and kCluster alone.
/// Cost: one pass per grouping and per intersection of groupings.
[[nodiscard]] Variance estimate_variance(const ModelFrame& frame, const GlmProblem& problem,
                                         const GlmFit& fit, const AbsorbedFreedom& freedom,
                                         const VarianceSpec& spec,
                                         std::span<const double> constant_means, Context& context);

}  // namespace altyn::estimation
