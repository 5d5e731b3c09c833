#pragma once

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
  kAuto,     ///< clustered when clusters are given, else robust
  kIid,      ///< the model's own variance
  kHc0,      ///< heteroskedasticity, without a factor
  kRobust,   ///< heteroskedasticity with the convention's factor (HC1)
  kCluster,  ///< dependence within each of up to four groupings
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

struct VarianceSpec {
  VarianceKind kind = VarianceKind::kAuto;
  SeConvention convention = SeConvention::kStata;
  WeightMeaning weight_meaning = WeightMeaning::kSampling;
  std::vector<KeyGroup> clusters{};
};

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
/// of rows or of clusters; several groupings enter by inclusion and exclusion.
/// `constant_means`: means of the regressors with working weights when the variance of the mean
/// effect is wanted; empty otherwise.
/// Errors: InputError "too-few-clusters" when a grouping has fewer than two clusters,
/// "too-many-clusters" for more than four groupings.
/// Source: Cameron, Gelbach and Miller (2011); Correia (2016) for the conventions of `stata`.
/// Cost: one pass per grouping and per intersection of groupings.
[[nodiscard]] Variance estimate_variance(const ModelFrame& frame, const GlmProblem& problem,
                                         const GlmFit& fit, const AbsorbedFreedom& freedom,
                                         const VarianceSpec& spec,
                                         std::span<const double> constant_means, Context& context);

}  // namespace altyn::estimation
