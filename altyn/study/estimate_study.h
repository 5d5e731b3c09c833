#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Which table, with which columns added, under which formulas. The section [estimate] of a study;
/// [options] holds those of estimation::EstimateOptions.
struct EstimateStudy {
  std::string data;
  std::vector<std::string> formulas;
  std::vector<std::string> agreements;
  std::vector<std::string> agreement_files;
  std::string reported = "importer_first";
  std::vector<std::string> outputs;
  double theta = 5.0;
  std::string stars = "0.01,0.05,0.10";

  static std::vector<Field<EstimateStudy>> fields();
};

/// Runs the estimates of a study: one table, one or several formulas.
/// Errors: InputError of reading, of the formula and of the options.
[[nodiscard]] StudyResult run_estimate(const Study& study, Context& context);

}  // namespace altyn::study
