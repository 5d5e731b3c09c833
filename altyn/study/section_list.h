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

/// The sections of a kind of study, in the order that a file has them; those of a one-sector world
/// for "simulate"; "read_table" has the options of reading. Errors: InternalError for another kind.
[[nodiscard]] const std::vector<Section>& sections_of(const std::string& kind);

/// The same for controls and documents: [{"name", "list", "fields": [{"name", "type", "doc",
/// "unit", "default", "minimum", "maximum", "choices", "source"}]}], the last four where there are.
[[nodiscard]] nlohmann::json sections_value(const std::string& kind);

/// The kinds that a page lets its reader set up.
[[nodiscard]] const std::vector<std::string>& section_kinds();

/// A study as a TOML file: sections and fields in the order of sections_of(), what else there is
/// after them. `kind` may be "": the order is then that of the names. What TOML cannot hold (null)
/// is left out. read_document() gives the same content back.
[[nodiscard]] std::string study_toml(const std::string& kind, const nlohmann::json& content);

}  // namespace altyn::study
