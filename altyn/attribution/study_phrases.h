#pragma once

#include <span>
#include <string_view>

namespace altyn::attribution {

/// What studies other than checks say, in both languages. {} stands for what it is filled with, in
/// the same order; a phrase that begins with … is a part of others.
struct StudyPhrase {
  std::string_view english;
  std::string_view russian;
  std::string_view kazakh;
};

/// Every sentence, title and name of scenarios, estimates and data checks that has such forms.
[[nodiscard]] std::span<const StudyPhrase> study_phrases();

}  // namespace altyn::attribution
