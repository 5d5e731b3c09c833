#pragma once

#include <string>
#include <string_view>

namespace altyn::data {

/// A text in UTF-8 with its Latin and Cyrillic letters, those of Kazakh among them, in lower case;
/// spaces that do not break become plain ones, other letters stay.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace altyn::data
