#pragma once

#include <span>

#include "altyn/attribution/phrase.h"

namespace altyn::attribution {

/// Every sentence of a check, in the order of the report.
[[nodiscard]] std::span<const Phrase> claim_phrases();

}  // namespace altyn::attribution
