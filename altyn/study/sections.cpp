#include "altyn/study/sections.h"

#include <fmt/format.h>

#include <algorithm>

namespace altyn::study {

void check_sections(const Study& study, const std::vector<std::string>& known) {
  for (const auto& [key, value] : study.content.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      internal::fail_unknown_field(key, known, study.where);
    }
  }
}

}  // namespace altyn::study
