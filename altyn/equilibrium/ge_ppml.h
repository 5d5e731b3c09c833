#pragma once

#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/core/types.h"

/// General equilibrium by repeated Poisson fits (GE-PPML), as the WTO/UNCTAD guide runs it: for
/// comparison with published results. one_sector.h solves the same economy directly.
/// Equations: docs/models/ge-ppml.md.
namespace altyn::equilibrium {

/// A world fitted by structural gravity. n economies; matrices row-major, exporter row.
struct GePpmlProblem {
  std::vector<std::string> economies;  ///< [n]
  std::vector<double> trade;           ///< [n * n] observed, domestic sales included; only its
                                       ///< row and column sums matter
  std::vector<double> cost_log;        ///< [n * n] coefficients times variables, ln t^(1-sigma)
  std::vector<double> new_cost_log;    ///< [n * n] the same in the counterfactual
  double sigma = 7.0;                  ///< elasticity of substitution, above 1
  std::string reference;               ///< the importer whose price index is 1
};

struct GePpmlOptions {
  /// Largest change of a factory-gate price, and its standard deviation over pairs, between two
  /// rounds. The guide stops at 0.01, which leaves prices up to 0.2 points from the limit.
  double tolerance = 1e-8;
  Index max_rounds = 1000;
  static std::vector<Field<GePpmlOptions>> fields();
};

/// Levels: multilateral resistances in the power 1 - sigma as the fits give them; exports without
/// domestic sales. Changes are new over old.
struct GePpmlResult {
  SolveStatus status = SolveStatus::kNotRun;
  Certificate certificate;
  Index rounds = 0;
  std::vector<double> omr_base, omr_conditional, omr_full;              ///< [n]
  std::vector<double> imr_base, imr_conditional, imr_full;              ///< [n]
  std::vector<double> exports_base, exports_conditional, exports_full;  ///< [n]
  std::vector<double> output_base, output_full;                         ///< [n]
  std::vector<double> price_hat;                                        ///< [n] factory gate
  std::vector<double> price_index_hat;                                  ///< [n] of consumers
  std::vector<double> real_output_hat;                                  ///< [n]
  std::vector<double> trade_base, trade_conditional, trade_full;        ///< [n * n]
};

/// Runs the rounds. Errors: InputError for shapes, sigma, an unknown reference, or margins that are
/// not positive. Cost: n^2 per round, because each round's fit is exact in closed form.
/// Source: Anderson, Larch and Yotov (2018); Yotov, Piermartini, Monteiro and Larch (2016), ch. 2.
[[nodiscard]] GePpmlResult solve_ge_ppml(const GePpmlProblem& problem, const GePpmlOptions& options,
                                         Context& context);

}  // namespace altyn::equilibrium
