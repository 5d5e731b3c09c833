#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What to convert. The section [convert] of a convert study.
struct DataConvertStudy {
  std::string table;
  std::vector<std::string> map;
  std::vector<std::string> outputs;

  static std::vector<Field<DataConvertStudy>> fields();
};

/// Gives the codes of a table new names, splits or groups them: sections [convert] and [options]
/// (data::ConvertOptions). Errors: InputError as data::convert_codes; "bad-option" for a map that
/// is no COLUMN=TABLE.
[[nodiscard]] StudyResult run_data_convert(const Study& study, Context& context);

}  // namespace altyn::study
