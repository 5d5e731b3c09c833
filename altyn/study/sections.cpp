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

std::string text_under(const nlohmann::json& entry, const char* key) {
  const bool there = entry.is_object() && entry.contains(key) && entry.at(key).is_string();
  return there ? entry.at(key).get<std::string>() : std::string();
}

void put_flags(Study& study, const std::string& section) {
  const nlohmann::json flags = study.content.value("flags", nlohmann::json::object());
  if (flags.empty()) return;
  nlohmann::json& below = study.content[section];
  if (!below.is_null() && !below.is_object()) {
    throw InputError({.code = "wrong-type",
                      .what = fmt::format("{} is a {}, not a table", section, below.type_name()),
                      .where = study.where,
                      .why = "what is asked for beside the study goes on top of it",
                      .fixes = {fmt::format("write [{}]", section)}});
  }
  for (const auto& [key, value] : flags.items()) below[key] = value;
}

void check_range(const std::vector<double>& range, double value, const std::string& where,
                 const std::string& field) {
  if (range.empty()) return;
  if (range.size() == 2 && range[0] <= value && value <= range[1]) return;
  throw InputError(
      {.code = "bad-range",
       .what = fmt::format("{} must be two numbers around the value {:g}", field, value),
       .where = where,
       .why = "draws lie between them, half of them on each side of the value",
       .fixes = {fmt::format("{} = [{:g}, {:g}]", field, 0.5 * value, 1.5 * value)}});
}

void need_key(const std::string& value, const char* key, const std::string& where) {
  if (!value.empty()) return;
  throw InputError({.code = "missing-key",
                    .what = fmt::format("{} is missing", key),
                    .where = where,
                    .why = "results and draws are told apart by it"});
}

}  // namespace altyn::study
