#pragma once

#include <string>
#include <vector>

#include "altyn/comm/communicator.h"
#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Whose report becomes `trade` where a table holds both sides' reports.
enum class Reported { kImporterFirst, kExporterFirst, kImporterOnly, kExporterOnly };

/// Which table, with which columns added, under which formulas and in which samples. The section
/// [estimate] of a study; [options] holds those of estimation::EstimateOptions, [table] those of
/// RegressionTableOptions, [follow_up] and its parts what comes after (follow_up.h).
struct EstimateStudy {
  std::string data;
  std::vector<std::string> formulas;
  std::vector<std::string> samples;
  std::vector<std::string> join;
  std::vector<std::string> agreements;
  std::vector<std::string> agreement_files;
  std::string memberships;
  std::string alignment;
  Reported reported = Reported::kImporterFirst;
  std::vector<std::string> cohorts;
  std::vector<std::string> cohort_units{"exporter", "importer"};
  std::string cohort_period = "year";
  std::vector<std::string> outputs;

  static std::vector<Field<EstimateStudy>> fields();
};

/// Runs the estimates of a study: one table, the models that the formulas stand for, in every
/// sample. With a memory limit among the options, or with several ranks, the table is a Parquet
/// file read in parts, and nothing is added to it or follows: "needs-memory".
/// Errors: InputError of reading, of the formula and of the options.
[[nodiscard]] StudyResult run_estimate(const Study& study, Context& context,
                                       comm::Communicator* ranks = nullptr);

}  // namespace altyn::study
