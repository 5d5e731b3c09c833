#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "altyn/core/fields.h"

namespace altyn::study {

/// One field of a section, as controls and documents need it.
struct SectionField {
  FieldInfo info;
  std::vector<std::string> choices;
  FieldValue value;  ///< the default
};

/// A section of a study file.
struct Section {
  std::string name;
  bool is_list = false;  ///< an array of tables
  std::vector<SectionField> fields;
};

/// A section by the field table of S.
template <class S>
[[nodiscard]] Section section_of_fields(const char* name, bool is_list = false) {
  Section found{.name = name, .is_list = is_list, .fields = {}};
  const S defaults{};
  for (const Field<S>& field : fields_of<S>()) {
    found.fields.push_back(
        {.info = field.info, .choices = field.choices, .value = field.get(field, defaults)});
  }
  return found;
}

/// The sections of a kind of study, in the order that a file has them; those of a one-sector world
/// for "simulate", of its network for "corridors"; "read_table" has the options of reading. Errors:
/// InputError "unknown-study".
[[nodiscard]] const std::vector<Section>& sections_of(const std::string& kind);

/// Sections for controls and documents: [{"name", "list", "fields": [{"name", "type", "doc",
/// "unit", "default", "minimum", "maximum", "choices", "source"}]}], the last four where there are.
[[nodiscard]] nlohmann::json sections_value(const std::vector<Section>& sections);

/// The kinds that a page lets its reader set up.
[[nodiscard]] const std::vector<std::string>& section_kinds();

/// A study as a TOML file: sections and fields in the order of sections_of(), what else there is
/// after them. `kind` may be "": the order is then that of the names. What TOML cannot hold (null)
/// is left out. read_document() gives the same content back.
[[nodiscard]] std::string study_toml(const std::string& kind, const nlohmann::json& content);

}  // namespace altyn::study
