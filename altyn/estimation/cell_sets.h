#pragma once

#include <vector>

#include "altyn/core/context.h"
#include "altyn/estimation/absorb_layout.h"
#include "altyn/estimation/problem.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

/// One set of cells in fit order.
struct CellSet {
  const GroupId* ids = nullptr;    ///< [n]; kNoGroup outside
  const double* values = nullptr;  ///< [n]; null = 1
  std::size_t first = 0;           ///< its first column among all regressors
  std::size_t count = 0;

  [[nodiscard]] double value(Index p) const { return values != nullptr ? values[p] : 1.0; }
};

/// The cells of a problem in fit order, copied only where the orders differ.
class CellSets {
 public:
  CellSets(const GlmProblem& problem, const AbsorbLayout& layout, Context& context);
  [[nodiscard]] const std::vector<CellSet>& sets() const { return sets_; }

 private:
  std::vector<CellSet> sets_;
  std::vector<numerics::RawVector<GroupId>> ids_;
  std::vector<numerics::RawVector<double>> values_;
};

/// A layout in which every set of cells is one more kept effect with a slope: Newton's method then
/// finds coefficients of cells as it finds those of levels. Cells number behind the levels, in
/// order. Cost: a copy of the layout.
[[nodiscard]] AbsorbLayout with_cells(const AbsorbLayout& layout, const std::vector<CellSet>& sets,
                                      Context& context);

}  // namespace altyn::estimation
