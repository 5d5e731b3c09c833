#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/equilibrium/one_sector.h"

/// Capital accumulation in the one-sector world: a path from one steady state to another.
/// Equations, re-derived from the households' problem: docs/models/capital.md.
namespace altyn::equilibrium {

struct CapitalOptions {
  double capital_share = 0.35;  ///< of capital in value added (alpha)
  double depreciation = 0.06;   ///< part of capital replaced in a year (delta)
  double discount = 0.97;       ///< of utility, per year (beta)
  Index n_years = 100;          ///< of the path
  static std::vector<Field<CapitalOptions>> fields();
};

/// A path of equilibria, one per year, and where it ends. Hats compare with the base, which is a
/// steady state. Year 0 is the first year of the shock, with the base's capital.
struct CapitalPath {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message;
  Certificate certificate;  ///< of the worst year, with the steady state's own equation
  std::vector<std::vector<double>> capital_hat;  ///< [year][n]
  std::vector<std::vector<double>> welfare_hat;  ///< [year][n] real income of the year
  std::vector<std::vector<double>> price_hat;    ///< [year][n]
  std::vector<std::vector<double>> output_hat;   ///< [year][n] value of sales
  std::vector<OneSectorResult> kept;             ///< the first and the last year in full
  std::vector<double> steady_capital_hat;        ///< [n] where the path leads, solved directly
  OneSectorResult steady_state;
  /// [n] the constant change of real income that is worth as much as the path, discounted; after
  /// the last year the steady state goes on.
  std::vector<double> discounted_welfare_hat;
};

/// The shock of a year; called with year 0, 1, ... and a shock without changes. The shock of the
/// last year stays in force for ever.
using ShockOfYear = std::function<void(Index year, OneSectorShock& shock)>;

/// Solves the path. Households with log utility save a constant part of real spending, so each year
/// is one static equilibrium given capital, and
///   K_hat(t + 1) = K_hat(t)^(1 - delta) (E_hat(t) / P_hat(t))^delta.
/// Errors: InputError for options out of range; as OneSectorModel. A year that does not converge
/// ends the path with its status and message.
/// Cost: n_years solves and one more.
/// Source: Anderson, Larch and Yotov (2020), "Transitional growth and trade with frictions".
[[nodiscard]] CapitalPath solve_capital_path(const OneSectorBase& base, const ShockOfYear& shock,
                                             const CapitalOptions& capital,
                                             const OneSectorOptions& options, Context& context);

}  // namespace altyn::equilibrium
