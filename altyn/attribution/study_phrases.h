#pragma once

#include <span>

#include "altyn/attribution/phrase.h"

namespace altyn::attribution {

/// What scenarios, estimates and data checks say besides: sentences, titles and names.
[[nodiscard]] std::span<const Phrase> study_phrases();

}  // namespace altyn::attribution
