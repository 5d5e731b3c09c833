#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/comm/communicator.h"
#include "altyn/core/context.h"
#include "altyn/core/types.h"

namespace altyn::estimation {

// Notation of this folder
//   n rows, k regressors, E effects; every row belongs to one level of every effect
//   eta = x'b + offset + sum of the effects of the row; mu = mean(eta) by family
//   fit order: the order in which the kernel keeps rows (AbsorptionPlan::rows maps it to input
//   rows)

/// A column coded as dense ids, not copied. Effects are combinations of keys, so that neither
/// strings nor ids of combinations are ever built by the caller.
struct Key {
  std::string name{};              ///< "exporter"
  std::span<const GroupId> ids{};  ///< [n], in 0 .. n_levels - 1
  GroupId n_levels = 0;            ///< levels that never occur cost little
};

/// An absorbed effect: one unrestricted coefficient per combination of its keys that occurs.
struct Effect {
  std::string name{};               ///< "exporter^year"
  std::vector<Index> keys{};        ///< positions in the list of keys, at least one
  std::span<const double> slope{};  ///< [n] or empty; with a slope the effect of a row is
                                    ///< coefficient(level) * slope(row): `f[x]` is the effect f and
                                    ///< a second effect with slope x
};

/// Regressors that exclude each other: a row has its value in the column of its cell and zero in
/// all others. One code per row takes the place of a column per cell, so hundreds of treatment
/// cells cost little more than one effect.
struct CellRegressors {
  std::vector<std::string> names{};  ///< [n_cells]
  std::span<const GroupId> ids{};    ///< [n] in 0 .. n_cells - 1; kNoGroup: zero in every column
  std::span<const double> values{};  ///< [n]; empty = 1
};

/// The conditional mean and the quasi-likelihood whose score is set to zero.
enum class Family {
  kPoisson,   ///< log link; score y - mu; also the PPML estimator for any y >= 0
  kGaussian,  ///< identity link; score y - mu; solved by one linear step
  kGamma,     ///< log link; score (y - mu) / mu; gamma PML for any y >= 0
  kLogit,     ///< logistic link; score y - mu; y in [0, 1]
};

/// The name used in options and tables: "poisson", "gaussian", "gamma", "logit".
[[nodiscard]] std::string_view to_string(Family family);

/// What is estimated. Spans are in input order, must outlive the fit, and are not modified. With
/// several ranks the rows are those of one; n counts them, and every sum is over all of them.
struct GlmProblem {
  Family family = Family::kPoisson;
  std::span<const double> y{};                        ///< [n]
  std::vector<std::span<const double>> regressors{};  ///< k columns [n]; a constant is one of them
  std::vector<std::string> regressor_names{};         ///< [k]
  std::vector<CellRegressors> cells{};                ///< further regressors, numbered behind these
  std::span<const double> weights{};                  ///< [n] >= 0, finite; empty = 1. A row of
                                                      ///< weight zero takes no part
  std::span<const double> offset{};                   ///< [n]; empty = 0
  std::vector<Key> keys{};
  std::vector<Effect> effects{};
  comm::Ranks ranks{};  ///< who has the other rows; ids mean the same on every rank

  [[nodiscard]] Index n_rows() const { return static_cast<Index>(y.size()); }
  /// Columns and cells.
  [[nodiscard]] Index n_regressors() const;
  /// Names in the order of the coefficients: columns, then the cells of each set.
  [[nodiscard]] std::vector<std::string> all_names() const;
};

/// Checks lengths, finiteness, cell codes and the range of y under the family; O(n (k + 2)).
/// Errors: InputError naming the column and the first offending row.
void check_problem(const GlmProblem& problem, Context& context);
/// Checks row weights for `n_rows` rows as check_problem does.
void check_weights(std::span<const double> weights, std::size_t n_rows);

}  // namespace altyn::estimation
