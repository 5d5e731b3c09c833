#pragma once

#include <string>
#include <vector>

#include "altyn/core/status.h"

namespace altyn {

/// One block of equations and how well the answer satisfies it, in the equations' own terms (never
/// the size of the last step).
struct CertificateBlock {
  std::string name{};       ///< such as "market clearing" or "score of exporter^year"
  double residual = -1.0;   ///< largest absolute residual; -1 when never evaluated
  double tolerance = -1.0;  ///< the residual may not exceed this
  std::string measure{};    ///< what the residual is: "max |log residual|", "max |score| / sum(y)"
  std::string worst{};      ///< the equation where it occurs: "KAZ", "RUS-2015"
  [[nodiscard]] bool holds() const { return residual >= 0.0 && residual <= tolerance; }
};

/// What every solve carries. A number without a certificate that holds is not printed.
struct Certificate {
  std::string subject;  ///< "three-way PPML", "one-sector equilibrium"
  SolveStatus status = SolveStatus::kNotRun;
  std::vector<CertificateBlock> blocks;  ///< one per block of equations
  bool positive = false;                 ///< every price, wage or mean is finite and above zero
  std::string closure;                   ///< how deficits are closed; "" for an estimate
  std::string numeraire;                 ///< what the prices are measured in; "" for an estimate
  int iterations = 0;
  /// Converged, positive, and every block within its tolerance.
  [[nodiscard]] bool holds() const;
  /// One line for a terminal: "certified: market clearing 3e-12, ..." or what failed and where.
  [[nodiscard]] std::string summary() const;
};

}  // namespace altyn
