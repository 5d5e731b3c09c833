#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "altyn/attribution/check_result.h"

namespace altyn::attribution {

/// The Russian of a text that the engine wrote in English: whole, or sentence by sentence, by
/// translated(). Numbers, months and economies inside a sentence are put as Russian puts them.
/// A sentence without a Russian form stays as it is. Cost: phrases * length of the text.
[[nodiscard]] std::string in_russian(std::string_view english);

/// The same result with its titles, sentences and tables in Russian; keys, codes and the words of
/// sources stay.
[[nodiscard]] CheckResult in_russian(CheckResult english);

}  // namespace altyn::attribution
