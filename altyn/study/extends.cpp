#include "altyn/study/extends.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/document.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using nlohmann::json;

void put_on_top(json& below, const json& own, const std::string& where) {
  for (const auto& [section, content] : own.items()) {
    if (content.is_structured() && below.contains(section) &&
        below[section].type() != content.type()) {
      throw InputError(
          {.code = "wrong-type",
           .what = fmt::format("{} is a {} here and a {} in the file it extends", section,
                               content.type_name(), below[section].type_name()),
           .where = where,
           .why = "a section goes on top of one of its kind",
           .fixes = {"write both as [name], or both as [[name]]"}});
    }
    if (content.is_object()) {
      for (const auto& [key, value] : content.items()) below[section][key] = value;
    } else if (content.is_array()) {
      json& entries = below[section];
      const auto n_below = static_cast<std::ptrdiff_t>(entries.size());
      for (const json& entry : content) {
        const auto end = entries.begin() + n_below;
        const auto same = std::find_if(entries.begin(), end, [&](const json& other) {
          const std::string name = text_under(entry, "name");
          return !name.empty() && text_under(other, "name") == name;
        });
        if (same == end) {
          entries.push_back(entry);
        } else {
          *same = entry;
        }
      }
    } else {
      below[section] = content;
    }
  }
}

// Tables that a file names lie in its folder, which is not that of the study; a bundled one has a
// name that holds everywhere.
void place_tables(json& value, const std::filesystem::path& folder, const data::CaseFile* bundled,
                  const DataSources& sources) {
  if (value.is_structured()) {
    for (json& part : value) place_tables(part, folder, bundled, sources);
    return;
  }
  if (!value.is_string()) return;
  const std::filesystem::path name(value.get_ref<const std::string&>());
  const std::string text = name.string();
  for (const char* ending : {".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".json"}) {
    if (!name.is_absolute() && text.ends_with(ending)) {
      if (bundled != nullptr) {
        const auto beside = std::filesystem::path(bundled->file).parent_path() / name;
        for (const data::CaseFile& file : sources.cases().files()) {
          if (file.file != beside.lexically_normal().string()) continue;
          value = file.name;
          return;
        }
      }
      value = (folder / name).lexically_normal().string();
      return;
    }
  }
}

// `within` is where the file stands, relative to the folder of the study.
json with_extended(const json& content, const std::string& where,
                   const std::filesystem::path& within, DataSources& sources,
                   std::vector<std::string> seen) {
  std::string file;
  if (content.contains("scenario") && content["scenario"].is_object()) {
    const json& head = content["scenario"];
    if (head.contains("extends") && head["extends"].is_string()) file = head["extends"];
  }
  if (file.empty()) return content;
  file = (within / file).lexically_normal().string();
  const std::string path = sources.find(file);
  if (std::find(seen.begin(), seen.end(), path) != seen.end()) {
    throw InputError({.code = "extends-itself",
                      .what = fmt::format("{} extends itself", file),
                      .where = where,
                      .why = "a scenario needs a first one to stand on",
                      .fixes = {"remove the line extends = ..."}});
  }
  seen.push_back(path);
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  json content_below = data::read_document(path).value;
  const data::CaseFile* bundled = sources.bundled(path);
  if (bundled != nullptr || !folder.empty()) {
    place_tables(content_below, folder, bundled, sources);
  }
  json below = with_extended(content_below, path, folder, sources, seen);
  below.erase("study");
  put_on_top(below, content, where);
  return below;
}

}  // namespace

json extended_content(const Study& study, DataSources& sources, const std::string& within) {
  return with_extended(study.content, study.where, within, sources, {});
}

}  // namespace altyn::study
