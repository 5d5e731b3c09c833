#pragma once

#include <span>

#include "altyn/attribution/phrase.h"

namespace altyn::attribution {

/// Titles and columns of a check; tables of other studies share the columns.
[[nodiscard]] std::span<const Phrase> claim_labels();

}  // namespace altyn::attribution
