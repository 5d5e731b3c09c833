#include "altyn/study/data_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "altyn/core/errors.h"
#include "altyn/data/provenance.h"
#include "altyn/data/source_file.h"

namespace altyn::study {

namespace fs = std::filesystem;

namespace {
const std::string kCasesPrefix = "cases/";

[[noreturn]] void fail_shelf(const std::string& name, const std::vector<std::string>& names) {
  const std::string near = nearest_name(name, names);
  throw InputError({.code = "not-on-the-shelf",
                    .what = fmt::format("there is no bundled or uploaded file {}", name),
                    .where = name,
                    .why = "a study from elsewhere reads bundled files and its own uploads only",
                    .fixes = {near.empty() ? "upload the table first" : "write " + near}});
}

// A study with a shelf has no say in where the bundled files lie.
data::CasesFolder find_cases(const Study& study, const std::string& cases) {
  if (study.shelf != nullptr && !cases.empty()) fail_shelf(cases, {});
  return data::CasesFolder::find(cases);
}

}  // namespace

DataSources::DataSources(const Study& study, const std::string& cases)
    : DataSources(study, find_cases(study, cases)) {
  if (shelf_ != nullptr) return;
  // The study itself was read before its sources were known.
  if (const data::CaseFile* file = bundled(study.where)) cases_.verify(file->name);
}

DataSources::DataSources(const Study& study, data::CasesFolder cases)
    : folder_(study.folder), shelf_(study.shelf), tables_(study.tables), cases_(std::move(cases)) {}

std::string DataSources::find(const std::string& name_or_path) {
  std::string path = locate(name_or_path);
  const std::string whole = data::archive_path(path).file;
  InputFile input{.path = shown_name(whole, data::archive_path(name_or_path).file), .sha256 = ""};
  const bool known = std::any_of(inputs_.begin(), inputs_.end(),
                                 [&](const InputFile& one) { return one.path == input.path; });
  if (known) return path;
  input.sha256 = data::sha256_of_file(whole);
  const data::CaseFile* file = bundled(input);
  if (file != nullptr && file->sha256 != input.sha256) cases_.verify(file->name);
  inputs_.push_back(std::move(input));
  return path;
}

std::string DataSources::locate(const std::string& name_or_path) const {
  std::vector<std::string> names;
  // Without a look inside: find() does that.
  const auto place_of = [this](const data::CaseFile& file) {
    std::string place = (fs::path(cases_.path()) / file.file).string();
    return fs::is_regular_file(place) ? place : cases_.open(file.name);
  };
  for (const data::CaseFile& file : cases_.files()) {
    if (file.name == name_or_path) return place_of(file);
    names.push_back(file.name);
  }
  if (shelf_ != nullptr) {
    const auto found = shelf_->find(name_or_path);
    if (found != shelf_->end()) return found->second;
    // A study without a folder names the bundled files as they name each other.
    for (const data::CaseFile& file : cases_.files()) {
      if (fs::path(file.file).filename() == name_or_path) return place_of(file);
    }
    for (const auto& [name, path] : *shelf_) names.push_back(name);
    fail_shelf(name_or_path, names);
  }
  // A study's own folder comes first, then the folder the command runs in.
  const fs::path beside = fs::path(folder_) / name_or_path;
  const auto there = [](const std::string& file) {
    std::error_code ignored;  // a name too long for any disk is no file
    return fs::exists(data::archive_path(file).file, ignored);
  };
  std::string path = there(beside.string()) ? beside.string() : name_or_path;
  if (!there(path)) {
    // A study copied out of cases/ names the studies it stands on as they name each other. A table
    // that is missing is never replaced by one that happens to have its name.
    for (const data::CaseFile& file : cases_.files()) {
      const fs::path name = fs::path(file.file).filename();
      if (name == name_or_path && name.extension() == ".toml") return place_of(file);
    }
    const std::string near = nearest_name(name_or_path, names);
    throw InputError(
        {.code = "file-not-found",
         .what = fmt::format("there is no file {}", name_or_path),
         .where = folder_.empty() ? name_or_path : beside.string(),
         .why = "nothing can be read from it",
         .fixes = {near.empty() ? fmt::format("bundled tables: {}", fmt::join(names, ", "))
                                : fmt::format("write {}, a bundled table", near)}});
  }
  return path;
}

DataSources DataSources::unread() const {
  DataSources copy = *this;
  copy.inputs_.clear();
  return copy;
}

void DataSources::add_inputs(const std::vector<InputFile>& inputs) {
  for (const InputFile& one : inputs) {
    const bool known = std::any_of(inputs_.begin(), inputs_.end(),
                                   [&](const InputFile& input) { return input.path == one.path; });
    if (!known) inputs_.push_back(one);
  }
}

data::Table DataSources::read(const std::string& name_or_path, const data::ReadOptions& options,
                              data::SampleLedger* ledger) {
  if (const auto held = tables_.find(name_or_path); held != tables_.end()) {
    data::Table table = held->second(name_or_path);
    data::settle_typed(table, options);
    if (ledger != nullptr) *ledger = data::SampleLedger(table.n_rows());
    return table;
  }
  const std::string path = find(name_or_path);
  data::Table table = data::read_table(path, options, ledger);
  table.set_source(shown_name(path, name_or_path));
  return table;
}

std::string DataSources::shown_name(const std::string& path, const std::string& asked) const {
  const data::CaseFile* file = bundled(path);
  return file == nullptr ? asked : kCasesPrefix + file->file;
}

const data::CaseFile* DataSources::bundled(const std::string& path) const {
  const fs::path folder(cases_.path());
  for (const data::CaseFile& file : cases_.files()) {
    if ((folder / file.file).native() == path) return &file;  // as locate() has it
  }
  std::error_code ignored;
  for (const data::CaseFile& file : cases_.files()) {
    if (fs::equivalent(folder / file.file, path, ignored)) return &file;
  }
  return nullptr;
}

const data::CaseFile* DataSources::bundled(const InputFile& input) const {
  for (const data::CaseFile& file : cases_.files()) {
    if (kCasesPrefix + file.file == input.path) return &file;
  }
  return nullptr;
}

attribution::Source source_of(const DataSources& sources, const InputFile& input) {
  const data::CaseFile* file = sources.bundled(input);
  if (file == nullptr) return {.file = input.path, .sha256 = input.sha256};
  return {.file = file->file,
          .provider = file->provider,
          .licence = file->licence,
          .sha256 = input.sha256,
          .what = file->what};
}

std::pair<std::string, std::string> split_name(const std::string& text, const std::string& field) {
  const std::size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == text.size()) {
    throw InputError({.code = "bad-option",
                      .what = fmt::format("\"{}\" does not say whose table it is", text),
                      .where = field,
                      .why = "a table of this kind belongs to one economy, price or agreement",
                      .fixes = {"write RUS=table.csv"}});
  }
  return {text.substr(0, sign), text.substr(sign + 1)};
}

}  // namespace altyn::study
