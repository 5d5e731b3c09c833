#pragma once

#include "altyn/study/study.h"

namespace altyn::study {

struct SharedDraws;

/// A network of routes under a world of many sectors: the actions of corridors_study.h, where the
/// study has a section [sectors]. `whole` stands on top of what it extends; `world` is it without
/// the sections of the network. Changes of policy ([[change]], [[union]], ...) may stand beside
/// those of links. Errors: InputError of both, "congestion-with-quotas".
/// Draws of a run may be `shared` between several (null: they are not).
[[nodiscard]] StudyResult run_sector_corridors(const Study& whole, const Study& world,
                                               SharedDraws* shared, Context& context);

}  // namespace altyn::study
