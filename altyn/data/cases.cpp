#include "altyn/data/cases.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "altyn/core/errors.h"
#include "altyn/data/document.h"
#include "altyn/data/entry.h"
#include "altyn/data/provenance.h"

namespace altyn::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.toml";

/// Where the folder may be when the caller names none, best first.
std::vector<std::string> usual_places() {
  std::vector<std::string> places;
  // Inside another program, such as Python: beside the shared object that holds this code. Of the
  // program itself only the name it was called by is known.
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&kManifest), &here) != 0 &&
      fs::path(here.dli_fname).is_absolute()) {
    places.push_back((fs::path(here.dli_fname).parent_path() / "cases").string());
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    places.push_back((program.parent_path().parent_path() / "share/altyn/cases").string());
  }
  places.emplace_back(ALTYN_INSTALLED_CASES);
  places.emplace_back(ALTYN_SOURCE_CASES);
  return places;
}

CaseFile read_case_file(const Entry& entry) {
  entry.allow_only({"name", "file", "what", "provider", "licence", "address", "unit", "period",
                    "rows", "sha256"});
  return {entry.text("name"),     entry.text("file"),    entry.text("what"),
          entry.text("provider"), entry.text("licence"), entry.text_if("address"),
          entry.text("unit"),     entry.text("period"),  entry.whole_number_if("rows"),
          entry.text("sha256")};
}

}  // namespace

CasesFolder CasesFolder::find(const std::string& path) {
  const std::vector<std::string> places = path.empty() ? usual_places() : std::vector{path};
  const auto found = std::find_if(places.begin(), places.end(), [](const std::string& place) {
    std::error_code error;
    return fs::is_regular_file(fs::path(place) / kManifest, error);
  });
  if (found == places.end()) {
    throw InputError({.code = "no-cases",
                      .what = "the bundled cases were not found",
                      .where = fmt::format("{}", fmt::join(places, ", ")),
                      .why = fmt::format("a cases folder holds a {}", kManifest),
                      .fixes = {"name the folder: --cases FOLDER"}});
  }
  CasesFolder folder;
  folder.path_ = *found;
  const Document manifest = read_document((fs::path(*found) / kManifest).string());
  const Entry top(manifest);
  top.allow_only({"file"});
  for (const Entry& entry : top.entries_if("file")) {
    CaseFile file = read_case_file(entry);
    if (std::any_of(folder.files_.begin(), folder.files_.end(),
                    [&](const CaseFile& other) { return other.name == file.name; })) {
      throw InputError({.code = "duplicate-case",
                        .what = fmt::format("{} stands twice in the manifest", file.name),
                        .where = entry.where("name")});
    }
    folder.files_.push_back(std::move(file));
  }
  return folder;
}

const CaseFile& CasesFolder::file(std::string_view name) const {
  std::vector<std::string> names;
  for (const CaseFile& file : files_) {
    if (file.name == name) return file;
    names.push_back(file.name);
  }
  const std::string nearest = nearest_name(name, names);
  throw InputError({.code = "unknown-case",
                    .what = fmt::format("there is no bundled case \"{}\"", name),
                    .where = path_,
                    .fixes = {nearest.empty() ? fmt::format("one of: {}", fmt::join(names, ", "))
                                              : fmt::format("did you mean {}?", nearest)}});
}

std::string CasesFolder::open(std::string_view name) const {
  const std::string path = (fs::path(path_) / file(name).file).string();
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    throw InputError({.code = "case-missing",
                      .what = fmt::format("the bundled case {} is not there", name),
                      .where = path,
                      .fixes = {"restore the file, or name a complete folder: --cases FOLDER"}});
  }
  const std::string actual = sha256_of_file(path);
  if (actual == file(name).sha256) return path;
  throw InputError({.code = "case-changed",
                    .what = fmt::format("the bundled file {} is not what its manifest says", name),
                    .where = path,
                    .context = {fmt::format("manifest {}", file(name).sha256),
                                fmt::format("file     {}", actual)},
                    .why = "results would not be those of the data they name",
                    .fixes = {"restore the file: git checkout, or install again",
                              "copy it under another name to work on a version of your own",
                              "after an intended change: cases/checksums.py --write"}});
}

void CasesFolder::verify(std::string_view name) const { (void)open(name); }

}  // namespace altyn::data
