#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/scenario_answer.h"

namespace altyn::study {

struct SharedDraws;

/// A world fitted by structural gravity, and what changes in it. The section [ge_ppml].
struct GePpmlSection {
  std::string table;
  double year = 0.0;
  std::vector<std::string> variables;
  std::vector<double> coefficients;
  std::vector<double> new_coefficients;
  std::vector<double> coefficients_se;
  double sigma = 7.0;
  std::vector<double> sigma_range;
  std::string reference;
  double tolerance = 1e-8;
  Index n_draws = 200;
  std::string source;

  static std::vector<Field<GePpmlSection>> fields();
};

/// GE-PPML (docs/models/ge-ppml.md) of a file with the section [ge_ppml]: in the limit, or with
/// tolerance = 0.01 as published tables have it. Tables: economies, with conditional and full
/// effects side by side and ranges over draws of coefficients and sigma; assumptions. A new
/// coefficient is drawn with the old one, in proportion.
/// Errors: InputError of reading; "missing-pair"; "duplicate-row"; "missing-value"; "wrong-shape"
/// of coefficients; those of solve_ge_ppml.
[[nodiscard]] SimulatedScenario simulate_ge_ppml(const Study& study, Context& context,
                                                 SharedDraws* shared = nullptr);

}  // namespace altyn::study
