#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Refuses sections that this kind of study does not have. Errors: InputError "unknown-key".
void check_sections(const Study& study, const std::vector<std::string>& known);

/// Reads one section into a struct by its field table; an absent section leaves the defaults.
template <class S>
[[nodiscard]] S read_section(const Study& study, const std::string& name) {
  S options;
  if (study.content.contains(name)) {
    options_from_json(options, study.content.at(name), study.where + " [" + name + "]");
  }
  return options;
}

}  // namespace altyn::study
