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
  std::string sheet;
  std::string split_by;
  std::vector<std::string> outputs;

  static std::vector<Field<DataConvertStudy>> fields();
};

/// Gives the codes of a table new names, splits or groups them: sections [convert] and [options]
/// (data::ConvertOptions). A map is COLUMN=TABLE or, where codes go on through several tables,
/// COLUMN=TABLE,TABLE; reverse:TABLE is read from right to left. Errors: InputError as
/// data::read_concordance, data::check_chain and data::convert_codes; "bad-option" for a map that
/// is none; "ambiguous-column" when the trade to split by has several columns of amounts.
[[nodiscard]] StudyResult run_data_convert(const Study& study, Context& context);

}  // namespace altyn::study
