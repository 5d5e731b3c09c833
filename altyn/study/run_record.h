#pragma once

#include <string>
#include <vector>

#include "altyn/study/study.h"

namespace altyn::study {

/// Writes a study's files and its run record into `folder`: all of them or none. `record` is the
/// record's name, such as run.json; "" writes none, as for a study on tables in memory, which
/// nobody else has. The record holds version, seed, the study with its absolute place, and digests
/// of every input and output; nothing in it depends on time or on the number of threads. It is put
/// in place last: a record beside files that are not its own tells of a run that was cut short.
/// Errors: SystemError when the folder cannot be written.
void write_outputs(const Study& study, const StudyResult& result, const std::string& folder,
                   const std::string& record, const Context& context);

/// What a repeated run found.
struct RerunResult {
  StudyResult result;
  std::vector<std::string> different;  ///< outputs whose bytes differ from the record's
  /// Files beside the record that are not those it lists: altered since, or left by a later run
  /// that was cut short while it put its files in place.
  std::vector<std::string> not_of_the_run;
};

/// Runs the study of a run record again with its seed, and compares the bytes of every output.
/// Outputs go to `folder`; "" compares only.
/// Errors: InputError "changed-input" naming each input whose digest is not the record's,
/// "other-version" when another version of Altyn made the record, "not-a-run-record" for any other
/// file, "damaged-record" for one that lacks a part.
[[nodiscard]] RerunResult rerun(const std::string& record_path, const std::string& folder,
                                Context& context);

}  // namespace altyn::study
