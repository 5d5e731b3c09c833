#include "altyn/study/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

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
#include "altyn/study/monitor_study.h"
#include "altyn/study/regions_study.h"
#include "altyn/study/simulate_study.h"

namespace altyn::study {
namespace {

struct Kind {
  const char* name;
  StudyResult (*run)(const Study&, Context&);
};

constexpr Kind kKinds[] = {
    {"check", run_check},
    {"estimate", [](const Study& study, Context& context) { return run_estimate(study, context); }},
    {"simulate",
     [](const Study& study, Context& context) { return run_simulation(study, context); }},
    {"corridors", run_corridors},
    {"monitor", run_monitor},
    {"regions", run_regions},
    {"data_check", run_data_check},
    {"data_import", run_data_import},
    {"data_base", run_data_base},
    {"data_reconcile", run_data_reconcile},
    {"data_convert", run_data_convert},
    {"agreements", run_agreements},
};

const Kind& find_kind(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) {
    if (name == kind.name) return kind;
    names.emplace_back(kind.name);
  }
  throw InputError({.code = "unknown-study",
                    .what = fmt::format("there is no study of kind \"{}\"", name),
                    .where = where,
                    .why = "the kind says which sections the file has",
                    .fixes = {fmt::format("study = \"{}\"", nearest_names(name, names, 1)[0])}});
}

}  // namespace

bool StudyResult::certified() const {
  return std::all_of(certificates.begin(), certificates.end(),
                     [](const Certificate& certificate) { return certificate.holds(); });
}

Study read_study(const std::string& path) {
  const data::Document document = data::read_document(path);
  if (!document.value.contains("study") || !document.value["study"].is_string()) {
    throw InputError({.code = "unknown-study",
                      .what = "the file does not say what to run",
                      .where = path,
                      .why = "a study is a check, an estimate or a simulation",
                      .fixes = {"study = \"check\""}});
  }
  Study study;
  study.kind = document.value["study"].get<std::string>();
  find_kind(study.kind, document.where("/study"));
  study.content = document.value;
  study.content.erase("study");
  study.where = path;
  study.folder = std::filesystem::path(path).parent_path().string();
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
