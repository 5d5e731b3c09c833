#include "fetch_lock.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/data/output_files.h"

namespace altyn::app {

namespace fs = std::filesystem;

FetchLock::FetchLock(const std::string& path)
    : path_((fs::path(path).parent_path() / kName).string()) {
  read();
}

void FetchLock::read() {
  files_.clear();
  if (!fs::exists(path_)) return;
  std::ifstream stream(path_, std::ios::binary);
  const nlohmann::json lock = nlohmann::json::parse(stream, nullptr, false);
  const auto text = [](const nlohmann::json& entry, const char* name) {
    return entry.is_object() && entry.contains(name) && entry[name].is_string()
               ? entry[name].get<std::string>()
               : std::string();
  };
  bool whole = lock.is_object();
  if (whole) {
    for (const auto& [file, entry] : lock.items()) {
      LockedFile what{.url = text(entry, "url"), .sha256 = text(entry, "sha256")};
      whole = whole && !what.url.empty() && what.sha256.size() == 64;
      if (whole && entry.contains("bytes") && entry["bytes"].is_number_unsigned()) {
        what.bytes = entry["bytes"].get<std::uint64_t>();
      }
      files_.emplace(file, std::move(what));
    }
  }
  if (whole) return;
  throw InputError({.code = "bad-lock",
                    .what = "the record of what was fetched cannot be read",
                    .where = path_,
                    .why = "files are compared with what they were when they were first fetched",
                    .fixes = {"mend it", "remove it: what is fetched next is recorded anew"}});
}

std::optional<LockedFile> FetchLock::find(const std::string& file, const std::string& url) const {
  const auto found = files_.find(file);
  if (found == files_.end() || found->second.url != url) return std::nullopt;
  return found->second;
}

void FetchLock::record(const std::string& file, const LockedFile& what) {
  read();
  files_[file] = what;
  nlohmann::json lock = nlohmann::json::object();
  for (const auto& [name, entry] : files_) {
    lock[name] = {{"url", entry.url}, {"sha256", entry.sha256}, {"bytes", entry.bytes}};
  }
  data::write_text(lock.dump(2) + "\n", path_);
}

}  // namespace altyn::app
