#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What is asked of the registry: what binds a pair, how duties are shared, or what there is. The
/// section [agreements].
struct AgreementsStudy {
  std::string pair;
  std::string month;
  std::string set;
  std::string shares;
  std::vector<std::string> agreements;

  static std::vector<Field<AgreementsStudy>> fields();
};

/// Which agreements bound a pair in a month, and since when; how the duties of a union are shared
/// on a day; the members of a set; or all agreements. The value is a list, agreements.csv its rows
/// (of a set, one row per agreement and member). Errors: InputError "bad-pair"; "missing-option"
/// for a pair without a month; those of data::AgreementRegistry.
[[nodiscard]] StudyResult run_agreements(const Study& study, Context& context);

}  // namespace altyn::study
