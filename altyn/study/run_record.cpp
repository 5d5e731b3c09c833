#include "altyn/study/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/document.h"
#include "altyn/data/output_files.h"
#include "altyn/data/provenance.h"
#include "altyn/data/write_table.h"

namespace altyn::study {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSchema = "altyn.run/1";

void write_file(const OutputFile& file, const std::string& path) {
  if (const auto* text = std::get_if<std::string>(&file.content)) {
    data::write_text(*text, path);
  } else {
    data::write_table(std::get<data::Table>(file.content), path);
  }
}

json record_of(const Study& study, const StudyResult& result, const Context& context,
               const json& outputs) {
  json inputs = json::array();
  for (const InputFile& input : result.inputs) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  }
  return {{"schema", kSchema},
          {"version", version()},
          {"seed", context.seed},
          {"study", study.kind},
          {"content", study.content},
          {"folder", (fs::current_path() / study.folder).lexically_normal().string()},
          {"inputs", inputs},
          {"outputs", outputs}};
}

// Stages every file where `place_of` puts its name, and returns name and digest of each.
template <class PlaceOf>
json stage_files(const StudyResult& result, const PlaceOf& place_of, data::OutputFiles& files) {
  json outputs = json::array();
  for (const OutputFile& file : result.files) {
    const std::string staged = files.stage(place_of(file.name).string());
    write_file(file, staged);
    outputs.push_back({{"name", file.name}, {"sha256", data::sha256_of_file(staged)}});
  }
  return outputs;
}

// A record may come from elsewhere: whatever it names, its files stay in the folder that was asked.
fs::path place_below(const std::string& folder, const std::string& name) {
  const fs::path inside = fs::path(name).lexically_normal();
  const bool leaves =
      inside.is_absolute() || inside.begin() == inside.end() || *inside.begin() == "..";
  return fs::path(folder) / (leaves ? inside.filename() : inside);
}

// Outputs are named from the record's folder, or, with the record, from the one the run started in.
fs::path place_beside(const std::string& record_path, const std::string& name) {
  const std::string folder = fs::path(record_path).parent_path().string();
  fs::path place = place_below(folder, name);
  std::error_code error;
  return fs::exists(place, error) ? place : fs::path(folder) / fs::path(name).filename();
}

bool is_file_list(const json& value, const char* name) {
  const auto has_text = [](const json& file, const char* key) {
    return file.contains(key) && file.at(key).is_string();
  };
  return value.is_array() && std::all_of(value.begin(), value.end(), [&](const json& file) {
           return file.is_object() && has_text(file, name) && has_text(file, "sha256");
         });
}

bool is_whole(const json& record) {
  const auto part = [&record](const char* key) { return record.value(key, json()); };
  return part("study").is_string() && part("content").is_object() && part("folder").is_string() &&
         part("seed").is_number_unsigned() && is_file_list(part("inputs"), "path") &&
         is_file_list(part("outputs"), "name");
}

json read_record(const std::string& path) {
  const data::Document document = data::read_document(path);
  const json& value = document.value;
  const auto part = [&value](const char* key) {
    return value.contains(key) && value.at(key).is_string() ? value.at(key).get<std::string>() : "";
  };
  if (!value.is_object() || part("schema") != kSchema) {
    throw InputError({.code = "not-a-run-record",
                      .what = fmt::format("{} is no record of an Altyn run", path),
                      .where = path,
                      .why = "a run is repeated from its record",
                      .fixes = {"name the run.json that a run wrote into its output folder"}});
  }
  if (part("version") != version()) {
    throw InputError({.code = "other-version",
                      .what = fmt::format("the record is of version \"{}\", this is {}",
                                          part("version"), version()),
                      .where = path,
                      .why = "another version may give other digits",
                      .fixes = {"run the study again with this version"}});
  }
  if (!is_whole(value)) {
    throw InputError({.code = "damaged-record",
                      .what = "the record of the run lacks a part",
                      .where = path,
                      .why = "study, seed, inputs and outputs are what a run is repeated from",
                      .fixes = {"run the study again"}});
  }
  return value;
}

void check_inputs(const json& record, const StudyResult& result, const std::string& path) {
  std::vector<std::string> changed;
  for (const json& input : record.at("inputs")) {
    for (const InputFile& now : result.inputs) {
      if (input.at("path") == now.path && input.at("sha256") != now.sha256) {
        changed.push_back(now.path);
      }
    }
  }
  if (changed.empty()) return;
  throw InputError({.code = "changed-input",
                    .what = fmt::format("changed since the run: {}", fmt::join(changed, ", ")),
                    .where = path,
                    .why = "other inputs give other results",
                    .fixes = {"restore the files, or run the study anew"}});
}

}  // namespace

void write_outputs(const Study& study, const StudyResult& result, const std::string& folder,
                   const std::string& record, const Context& context) {
  data::OutputFiles files;
  const json outputs =
      stage_files(result, [&](const std::string& name) { return fs::path(folder) / name; }, files);
  if (!record.empty()) {
    const std::string staged = files.stage((fs::path(folder) / record).string());
    data::write_text(record_of(study, result, context, outputs).dump(2) + "\n", staged);
  }
  files.commit();
}

RerunResult rerun(const std::string& record_path, const std::string& folder, Context& context) {
  const json record = read_record(record_path);
  const Study study = {.kind = record.at("study"),
                       .content = record.at("content"),
                       .where = record_path,
                       .folder = record.at("folder")};
  context.seed = record.at("seed");
  RerunResult repeated;
  for (const json& output : record.at("outputs")) {
    const auto name = output.at("name").get<std::string>();
    const fs::path path = place_beside(record_path, name);
    std::error_code error;
    if (fs::is_regular_file(path, error) &&
        output.at("sha256") != data::sha256_of_file(path.string())) {
      repeated.not_of_the_run.push_back(name);
    }
  }
  repeated.result = run_study(study, context);
  check_inputs(record, repeated.result, record_path);

  // Without a folder the files are written beside the record, compared and taken away again.
  const std::string target = folder.empty() ? fs::path(record_path).parent_path().string() : folder;
  data::OutputFiles files;
  const json outputs = stage_files(
      repeated.result, [&](const std::string& name) { return place_below(target, name); }, files);
  for (const json& before : record.at("outputs")) {
    const bool same =
        std::any_of(outputs.begin(), outputs.end(), [&](const json& now) { return now == before; });
    if (!same) repeated.different.push_back(before.at("name"));
  }
  if (!folder.empty()) {
    const std::string staged =
        files.stage((fs::path(folder) / fs::path(record_path).filename()).string());
    data::write_text(record_of(study, repeated.result, context, outputs).dump(2) + "\n", staged);
    files.commit();
  }
  return repeated;
}

}  // namespace altyn::study
