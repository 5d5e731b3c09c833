#pragma once

#include <string>
#include <string_view>

namespace altyn::attribution {

enum class Tongue { kRussian, kKazakh };

/// What the engine wrote in English in another language: whole, or sentence by sentence, by
/// claim_phrases(), claim_labels() and study_phrases(). Numbers, months and economies inside a
/// sentence are put as the language puts them; names in Kazakh are left to who shows them. A
/// sentence without a form in the language stays as it is. Cost: phrases * length of the text.
[[nodiscard]] std::string translated(std::string_view english, Tongue tongue);

/// A cell of a table in the language, where all of it has a form there: what a source says in its
/// own words stays.
[[nodiscard]] std::string translated_cell(std::string_view cell, Tongue tongue);

}  // namespace altyn::attribution
