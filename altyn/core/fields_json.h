#pragma once

#include <nlohmann/json.hpp>

#include "altyn/core/fields.h"

namespace altyn {

template <class S>
nlohmann::json options_to_json(const S& options) {
  nlohmann::json object = nlohmann::json::object();
  for (const Field<S>& field : fields_of<S>()) {
    object[std::string(field.info.name)] = value_to_json(field.get(field, options));
  }
  return object;
}

template <class S>
void options_from_json(S& options, const nlohmann::json& object, const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    const Field<S>* found = nullptr;
    std::vector<std::string> known;
    for (const Field<S>& field : fields_of<S>()) {
      if (field.info.name == key) found = &field;
      known.emplace_back(field.info.name);
    }
    if (found == nullptr) internal::fail_unknown_field(key, known, where);
    const std::string place = where + " " + key;
    set_field(options, key, value_from_json(found->info, found->get(*found, options), value, place),
              place);
  }
}

/// The table as a JSON schema fragment: {"type": "object", "properties": {...}}.
template <class S>
nlohmann::json fields_schema() {
  nlohmann::json properties = nlohmann::json::object();
  const S defaults{};
  for (const Field<S>& field : fields_of<S>()) {
    nlohmann::json entry;
    const FieldValue value = field.get(field, defaults);
    static constexpr const char* kTypes[] = {"boolean", "integer", "number",
                                             "string",  "array",   "array"};
    entry["type"] = kTypes[value.index()];
    entry["default"] = value_to_json(value);
    entry["description"] = field.info.doc;
    if (!field.info.unit.empty()) entry["unit"] = field.info.unit;
    if (!field.info.source.empty()) entry["source"] = field.info.source;
    if (field.info.minimum) entry["minimum"] = *field.info.minimum;
    if (field.info.maximum) entry["maximum"] = *field.info.maximum;
    if (!field.choices.empty()) entry["enum"] = field.choices;
    properties[std::string(field.info.name)] = entry;
  }
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

}  // namespace altyn
