#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What to check. The section [data] of a data check.
struct DataCheckStudy {
  std::string table = "world_trade";
  std::string reporter;
  std::string compare_with;
  std::vector<std::string> outputs;

  static std::vector<Field<DataCheckStudy>> fields();
};

/// Checks a trade table and says in plain words what is odd about it: sections [data], [columns]
/// (data::ColumnChoices) and [options] (data::CheckOptions). A table of one reporter's months is
/// told by its columns; every other is bilateral. Errors: InputError of reading.
[[nodiscard]] StudyResult run_data_check(const Study& study, Context& context);

}  // namespace altyn::study
