#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What to reconcile. The section [reconcile] of a reconcile study.
struct DataReconcileStudy {
  std::string table;
  std::string distances = "geodist";
  std::vector<std::string> focus;
  std::string gdp;
  std::string output;
  std::vector<std::string> outputs;
  std::string reporters;
  std::string gaps;

  static std::vector<Field<DataReconcileStudy>> fields();
};

/// One figure with an interval for every flow that two sides record: sections [reconcile],
/// [columns] (data::ColumnChoices), [options] (estimation::ReconcileOptions) and, with a table of
/// GDP or output, [domestic] (data::DomesticOptions) for what economies sell at home.
/// Errors: InputError as data::load_pair_panel, estimation::reconcile_mirrors, data::build_world.
[[nodiscard]] StudyResult run_data_reconcile(const Study& study, Context& context);

}  // namespace altyn::study
