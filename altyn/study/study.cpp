#include "altyn/study/study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "altyn/core/errors.h"
#include "altyn/data/document.h"
#include "altyn/study/agreements_study.h"
#include "altyn/study/check_study.h"
#include "altyn/study/corridors_study.h"
#include "altyn/study/data_base_study.h"
#include "altyn/study/data_check_study.h"
#include "altyn/study/data_convert_study.h"
#include "altyn/study/data_import_study.h"
#include "altyn/study/data_reconcile_study.h"
#include "altyn/study/estimate_study.h"
#include "altyn/study/extends.h"
#include "altyn/study/monitor_study.h"
#include "altyn/study/regions_study.h"
#include "altyn/study/simulate_study.h"

namespace altyn::study {
namespace {

using Names = std::vector<std::string_view>;

struct Kind {
  const char* name;
  StudyResult (*run)(const Study&, Context&);
  Names signs;            // sections that tell this kind where a file does not name it
  Names also{};           // signs of other kinds that it has besides
  bool is_named = false;  // its content says which file it is
};

const std::vector<Kind>& kinds() {
  // A claim file is flat, so that keys of it stand for a section.
  static const std::vector<Kind> all = {
      {"check", run_check, {"claim", "reporter", "window"}, {"data"}},
      {"estimate",
       [](const Study& study, Context& context) { return run_estimate(study, context); },
       {"estimate"}},
      {"simulate",
       [](const Study& study, Context& context) { return run_simulation(study, context); },
       {"scenario", "scenarios"},
       {},
       true},
      {"corridors",
       [](const Study& study, Context& context) { return run_corridors(study, context); },
       {"network", "link_change"},
       {"scenario"},
       true},
      {"monitor", run_monitor, {"plan", "goal"}, {"data"}, true},
      {"regions", run_regions, {"pair"}, {"data"}},
      {"data_check", run_data_check, {"data"}},
      {"data_import", run_data_import, {"import"}},
      {"data_base", run_data_base, {"base"}},
      {"data_reconcile", run_data_reconcile, {"reconcile"}},
      {"data_convert", run_data_convert, {"convert"}},
      {"agreements", run_agreements, {"agreements"}}};
  return all;
}

const Kind& find_kind(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) {
    if (name == kind.name) return kind;
    names.emplace_back(kind.name);
  }
  throw InputError({.code = "unknown-study",
                    .what = fmt::format("there is no study of kind \"{}\"", name),
                    .where = where,
                    .why = "the kind says which sections the file has",
                    .fixes = {fmt::format("study = \"{}\"", nearest_names(name, names, 1)[0])}});
}

// Signs of a kind among the sections of a file.
Names signs_in(const Kind& kind, const nlohmann::json& content) {
  Names found;
  std::copy_if(kind.signs.begin(), kind.signs.end(), std::back_inserter(found),
               [&](std::string_view sign) { return content.contains(sign); });
  return found;
}

// Whether another kind explains all signs of this one.
bool is_covered(const Names& signs, const Names& also) {
  return std::all_of(signs.begin(), signs.end(), [&](std::string_view sign) {
    return std::find(also.begin(), also.end(), sign) != also.end();
  });
}

// The kind that sections tell. Errors: "unknown-study" where none or several do.
const Kind& kind_by_sections(const nlohmann::json& content, const std::string& where) {
  std::vector<const Kind*> found;
  for (const Kind& kind : kinds()) {
    if (!signs_in(kind, content).empty()) found.push_back(&kind);
  }
  std::vector<const Kind*> left;
  for (const Kind* kind : found) {
    const bool covered = std::any_of(found.begin(), found.end(), [&](const Kind* other) {
      return is_covered(signs_in(*kind, content), other->also);
    });
    if (!covered) left.push_back(kind);
  }
  if (left.size() == 1) return *left.front();
  ErrorDetail error{.code = "unknown-study",
                    .what = left.empty() ? "no section tells what the file is to run"
                                         : "sections tell of studies of several kinds",
                    .where = where,
                    .why = "the kind says which sections the file has"};
  if (left.empty()) {
    for (const Kind& kind : kinds()) left.push_back(&kind);
  }
  for (const Kind* kind : left) {
    const Names signs = signs_in(*kind, content);
    error.context.push_back(fmt::format("\"{}\" is known by {}", kind->name,
                                        fmt::join(signs.empty() ? kind->signs : signs, ", ")));
    if (error.fixes.size() < 3) error.fixes.push_back(fmt::format("study = \"{}\"", kind->name));
  }
  throw InputError(std::move(error));
}

}  // namespace

bool StudyResult::certified() const {
  return std::all_of(certificates.begin(), certificates.end(),
                     [](const Certificate& certificate) { return certificate.holds(); });
}

Study read_study(const std::string& path) {
  const data::Document document = data::read_document(path);
  Study study{.kind = "",
              .content = document.value,
              .where = path,
              .folder = std::filesystem::path(path).parent_path().string()};
  const Kind* kind = nullptr;
  if (study.content.contains("study") && study.content["study"].is_string()) {
    kind = &find_kind(study.content["study"].get<std::string>(), document.where("/study"));
  } else {
    DataSources sources(study);
    kind = &kind_by_sections(extended_content(study, sources), path);
  }
  study.kind = kind->name;
  study.content.erase("study");
  if (kind->is_named) study.content["file"] = path;
  if (study.kind == "check" && !study.content.contains("claim")) {
    study.content = {{"claim", std::filesystem::path(path).filename().string()}};
  }
  return study;
}

StudyResult run_study(const Study& study, Context& context) {
  const Kind& kind = find_kind(study.kind, study.where);
  try {
    return kind.run(study, context);
  } catch (const nlohmann::json::exception& error) {
    throw InputError({.code = "wrong-type",
                      .what = "a part of the study is not of the kind that is wanted there",
                      .where = study.where,
                      .context = {error.what()},
                      .why = "sections are tables, lists of tables and plain values"});
  }
}

std::string without_colour(const std::string& text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      i = text.find('m', i);
      if (i == std::string::npos) break;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace altyn::study
