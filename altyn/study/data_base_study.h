#pragma once

#include <string>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What to build a base from. The section [base] of a base study.
struct DataBaseStudy {
  std::string source;
  std::string file;
  std::string sheet;
  std::string economies;
  std::string sectors;
  std::string elasticities;
  double theta = 0.0;
  std::string tariffs;
  std::string duty_type = "AHS";
  Index tariff_year = 0;
  Index year = 0;
  std::string tables = "csv";

  static std::vector<Field<DataBaseStudy>> fields();
};

/// Turns a published input-output table into the tables of a world of many sectors, with a study
/// file (base.toml) that scenarios extend: sections [base] and [options]
/// (equilibrium::IoBaseOptions). Errors: InputError as data::read_io_table, data::io_duties and
/// equilibrium::io_base; "missing-option" without elasticities; "unknown-sector".
[[nodiscard]] StudyResult run_data_base(const Study& study, Context& context);

}  // namespace altyn::study
