#pragma once

#include <span>
#include <string_view>

namespace altyn::attribution {

/// A sentence of the report in both languages. {} stands for what the sentence is filled with.
struct Phrase {
  std::string_view english;
  std::string_view russian;
};

/// Every sentence, title and column of a check that has a Russian form.
[[nodiscard]] std::span<const Phrase> russian_phrases();

}  // namespace altyn::attribution
