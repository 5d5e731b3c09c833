#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Refuses sections that this kind of study does not have. Errors: InputError "unknown-key".
void check_sections(const Study& study, const std::vector<std::string>& known);

/// Refuses a range that is not empty and not two numbers around its value. Errors: "bad-range".
void check_range(const std::vector<double>& range, double value, const std::string& where,
                 const std::string& field);

/// Refuses an empty value. Errors: "missing-key".
void need_key(const std::string& value, const char* key, const std::string& where);

/// The text under a key of an entry; "" where there is none, or something else.
[[nodiscard]] std::string text_under(const nlohmann::json& entry, const char* key);

/// What the caller asks for beside the study, its section `flags`, goes over another section.
/// Errors: "wrong-type" when that is no table.
void put_flags(Study& study, const std::string& section);

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
