#pragma once

#include "altyn/study/study.h"

namespace altyn::study {

/// Solves a scenario. Errors: InputError of the scenario file and the base.
[[nodiscard]] StudyResult run_simulate(const Study& study, Context& context);

}  // namespace altyn::study
