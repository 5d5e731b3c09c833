#pragma once

#include <string>

#include "altyn/study/study.h"

namespace altyn::study {

/// Part `part` (from 1) of `n_parts` of a scenario or of changes on a network: solves its share of
/// the draws of every scenario. The result's one file, parts/<part>-of-<n_parts>.parquet, has a row
/// for each value of a draw (a draw without an answer: one row without place; no draws: one row
/// without draw); with the record beside it, merge_parts() needs nothing else. Errors: InputError
/// "no-parts" for a study without draws to share, "bad-part" for a part that there is not.
[[nodiscard]] StudyResult run_part(const Study& study, Index part, Index n_parts, Context& context);

/// Writes what run_part() found into `folder`/parts, the record included: all of it or nothing.
void write_part(const Study& study, const StudyResult& result, Index part, Index n_parts,
                const std::string& folder, const Context& context);

/// The study from its parts in `folder`/parts: the same bytes as one run.
/// Errors: InputError "missing-part" naming the first one, "other-part" for parts of another study,
/// seed or version.
[[nodiscard]] StudyResult merge_parts(const Study& study, const std::string& folder,
                                      Context& context);

/// "3/8": part 3 of 8. Errors: InputError "bad-part".
struct PartName {
  Index part = 1;
  Index n_parts = 1;
};
[[nodiscard]] PartName read_part_name(const std::string& text);

}  // namespace altyn::study
