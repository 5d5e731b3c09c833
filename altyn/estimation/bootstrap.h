#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/data/table.h"
#include "altyn/estimation/estimate.h"

namespace altyn::estimation {

/// Random weights of clusters in the score bootstrap.
enum class WildWeights {
  kRademacher,  ///< -1 or 1
  kWebb,        ///< six values; for few clusters
};

struct BootstrapOptions {
  Index draws = 999;
  double draw_tolerance = 1e-7;
  WildWeights wild_weights = WildWeights::kRademacher;
  static std::vector<Field<BootstrapOptions>> fields();
};

/// Estimates on resampled clusters. With fewer than two certified draws there are no coefficients.
struct BootstrapResult {
  std::vector<std::string> names{};         ///< [k]
  std::vector<double> draws{};              ///< [n_done * k] coefficients, row-major, in draw order
  Index n_done = 0;                         ///< draws with a certified fit
  Index n_failed = 0;                       ///< draws without; they are left out and counted here
  std::vector<Coefficient> coefficients{};  ///< estimates with bootstrap standard errors and the
                                            ///< interval between quantiles of the draws
  std::vector<double> covariance{};         ///< [k * k] of the draws
};

/// Pairs bootstrap: clusters (rows when there are none) are drawn with replacement, every draw is a
/// weighted fit that starts from the estimate. Groups left without a positive outcome take no part
/// in a draw, as in the estimate itself. Draw d depends on (seed, d) alone; draws run in parallel.
/// With several groupings the first is resampled. With instruments a draw iterates 2SLS from the
/// estimate. Cost: columns are put in order once, then as refit() for each draw.
[[nodiscard]] BootstrapResult bootstrap_pairs(const FittedModel& model,
                                              const BootstrapOptions& options, Context& context);

/// A test by resampling.
struct BootstrapTest {
  std::string name{};
  double statistic = 0.0;  ///< t of the estimate against the hypothesis
  double p = 1.0;          ///< share of draws with a statistic at least as large, two-sided
  double low = 0.0;        ///< interval by inverting the draws' t (equal tails)
  double high = 0.0;
  Index draws = 0;
};

/// Score (wild cluster) bootstrap of one coefficient: scores of clusters are multiplied by random
/// weights, no model is fitted again. The hypothesis coefficient = `value` is imposed: the scores
/// are those of the model with that coefficient held there (one fit).
/// Errors: as Estimate::coefficient; InputError "no-clusters", "too-many-clusters" for more than
/// one grouping, "no-instruments-here". Source: Kline and Santos (2012); Webb (2014) for the
/// six-point weights.
[[nodiscard]] BootstrapTest bootstrap_score(const FittedModel& model, const Estimate& estimate,
                                            std::string_view name, double value,
                                            const BootstrapOptions& options, Context& context);

struct JackknifeOptions {
  std::vector<std::string> split{};
  Index splits = 20;
  double split_tolerance = 1e-8;
  static std::vector<Field<JackknifeOptions>> fields();
};

struct JackknifeResult {
  std::vector<std::string> names{};
  std::vector<double> uncorrected{};
  std::vector<double> corrected{};  ///< 2 b - mean of the sub-panels' b
  std::vector<double> bias{};       ///< b - corrected
  Index n_done = 0;                 ///< halvings with a certified fit of every part
  Index n_failed = 0;               ///< halvings without; they are left out
};

/// Split-panel jackknife: the levels of each column in `split` are halved at random, the model is
/// estimated on every combination of halves, and the bias that shrinks with the number of levels is
/// extrapolated away; averaged over `splits` random halvings. For three-way gravity split exporter
/// and importer: the same halves are used for both, so that sub-panels are worlds of their own.
/// Errors: InputError "bad-option" when a column is not a key of the model.
/// Cost: columns are put in order once, then as refit() for each part of each halving.
/// Source: Dhaene and Jochmans (2015); Weidner and Zylkin (2021), section 3.4.
[[nodiscard]] JackknifeResult jackknife_split_panel(const FittedModel& model,
                                                    const JackknifeOptions& options,
                                                    Context& context);

}  // namespace altyn::estimation
