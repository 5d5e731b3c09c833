#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What to import. The section [import] of a data import.
struct DataImportStudy {
  std::string source;
  std::vector<std::string> files;
  std::string codes;
  std::vector<std::string> outputs;

  static std::vector<Field<DataImportStudy>> fields();
};

/// Reads files of a published data set into the project's own layout: sections [import] and
/// [options] (data::ImportOptions). Errors: InputError as data::import_source.
[[nodiscard]] StudyResult run_data_import(const Study& study, Context& context);

}  // namespace altyn::study
