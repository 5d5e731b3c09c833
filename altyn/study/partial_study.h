#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/scenario_answer.h"

namespace altyn::study {

struct SharedDraws;

/// One product in one market. The section [smart].
struct SmartSection {
  std::string table;
  double demand_elasticity = -1.0;
  std::vector<double> demand_range;
  double substitution_elasticity = 1.5;
  std::vector<double> substitution_range;
  double supply_elasticity = 0.0;
  Index n_draws = 500;
  std::string source;

  static std::vector<Field<SmartSection>> fields();
};

/// One industry in all its markets. The section [gsim].
struct GsimSection {
  std::string trade;
  std::string elasticities;
  double demand_elasticity = -1.25;
  std::vector<double> demand_range;
  double supply_elasticity = 1.5;
  std::vector<double> supply_range;
  double substitution_elasticity = 5.0;
  std::vector<double> substitution_range;
  Index n_draws = 500;
  std::string source;

  static std::vector<Field<GsimSection>> fields();
};

/// Partial equilibrium (docs/models/partial-equilibrium.md) of a file with the section [smart] or
/// [gsim]: who gains, by how much, with ranges over the elasticities' ranges, each uniform with
/// half of its draws on each side of the value. Tables: partners and total of SMART; regions and
/// flows of GSIM. Errors: InputError of reading; "bad-range"; "duplicate-row"; "missing-value";
/// those of solve_smart and solve_gsim.
[[nodiscard]] SimulatedScenario simulate_partial(const Study& study, Context& context,
                                                 SharedDraws* shared = nullptr);

}  // namespace altyn::study
