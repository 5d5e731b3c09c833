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
