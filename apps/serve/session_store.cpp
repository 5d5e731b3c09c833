#include "session_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "altyn/core/errors.h"
#include "altyn/data/leftovers.h"
#include "altyn/data/output_files.h"
#include "altyn/data/provenance.h"
#include "altyn/data/read_table.h"

namespace altyn::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPurpose = "altyn-serve";

// Endings that a table may have; what stands before is a plain name.
constexpr std::array<std::string_view, 5> kEndings = {".csv", ".tsv", ".csv.gz", ".tsv.gz",
                                                      ".parquet"};

std::string_view ending_of(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string_view ending =
      dot == std::string::npos ? std::string_view() : std::string_view(name).substr(dot);
  const bool plain =
      dot != std::string::npos && dot > 0 && dot <= 63 && name[0] != '-' && name[0] != '_' &&
      name.substr(0, dot).find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
  if (plain && std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end()) return ending;
  throw InputError({.code = "bad-name",
                    .what = fmt::format("a table cannot be named \"{}\"", name.substr(0, 80)),
                    .where = "name",
                    .why = "studies name it by this",
                    .fixes = {fmt::format("letters, digits, - and _, then one of {}",
                                          fmt::join(kEndings, " "))}});
}

[[noreturn]] void fail_full(const std::string& what) {
  throw InputError({.code = "too-many-tables",
                    .what = what,
                    .where = "name",
                    .why = "uploads take room on this machine until their session ends",
                    .fixes = {"delete an upload that is no longer needed"}});
}

}  // namespace

std::string random_name() {
  std::random_device device;
  std::string name;
  for (int k = 0; k < 4; ++k) name += fmt::format("{:08x}", device());
  return name;
}

struct SessionStore::StoredFile {
  explicit StoredFile(std::string path_in) : path(std::move(path_in)) {}
  StoredFile(const StoredFile&) = delete;
  StoredFile& operator=(const StoredFile&) = delete;
  ~StoredFile() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  std::string path;
};

SessionStore::SessionStore(const SessionLimits& limits) : limits_(limits) {
  // Uploads of servers that were killed go when the next one starts.
  data::remove_leftovers(fs::temp_directory_path().string(), kPurpose);
  std::string pattern =
      (fs::temp_directory_path() / (data::own_mark(kPurpose) + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw SystemError({.code = "cannot-write",
                       .what = "no folder can be made for uploads",
                       .where = fs::temp_directory_path().string(),
                       .why = "uploads are kept there until their session ends"});
  }
  folder_ = pattern;
}

SessionStore::~SessionStore() {
  std::error_code ignored;
  sessions_.clear();
  fs::remove_all(folder_, ignored);
}

std::string SessionStore::scratch(const std::string& ending) {
  const std::lock_guard lock(mutex_);
  return fmt::format("{}/{}{}", folder_, ++next_file_, ending);
}

nlohmann::json SessionStore::put(std::string& session, const std::string& name,
                                 const std::string& bytes) {
  const auto file = std::make_shared<StoredFile>(scratch(std::string(ending_of(name))));
  data::write_text(bytes, file->path);
  nlohmann::json columns = nlohmann::json::array();
  data::Table table;
  try {
    table = data::read_table(file->path);
  } catch (const InputError& error) {
    ErrorDetail detail = error.detail();
    for (std::string* text : {&detail.what, &detail.where}) {
      for (std::size_t at; (at = text->find(file->path)) != std::string::npos;) {
        text->replace(at, file->path.size(), name);
      }
    }
    throw InputError(std::move(detail));
  }
  for (const data::Column& column : table.columns()) {
    columns.push_back({{"name", column.name},
                       {"type", column.is_number() ? "number" : "text"},
                       {"unit", column.unit}});
  }
  Upload upload{.name = name,
                .path = file->path,
                .sha256 = data::sha256_of_text(bytes),
                .bytes = bytes.size(),
                .about = {}};
  upload.about = {{"name", name},
                  {"n_rows", table.n_rows()},
                  {"columns", std::move(columns)},
                  {"bytes", bytes.size()},
                  {"sha256", upload.sha256}};

  const std::lock_guard lock(mutex_);
  forget_idle();
  std::size_t stored = bytes.size();
  for (const auto& [id, other] : sessions_) {
    for (const auto& [key, held] : other.uploads) stored += held.first.bytes;
  }
  if (stored > limits_.all_bytes) fail_full("there is no room for more tables");
  if (!sessions_.contains(session)) {
    if (sessions_.size() >= limits_.sessions) fail_full("too many sessions have tables here");
    session = random_name();
  }
  Session& mine = sessions_[session];
  mine.used = std::chrono::steady_clock::now();
  if (!mine.uploads.contains(name) && mine.uploads.size() >= limits_.tables_per_session) {
    fail_full(fmt::format("{} tables are here already", mine.uploads.size()));
  }
  nlohmann::json about = upload.about;
  mine.uploads[name] = {std::move(upload), file};
  return about;
}

bool SessionStore::remove(const std::string& session, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  return found != sessions_.end() && found->second.uploads.erase(name) > 0;
}

std::vector<SessionStore::Upload> SessionStore::list(const std::string& session) {
  const std::lock_guard lock(mutex_);
  std::vector<Upload> uploads;
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return uploads;
  found->second.used = std::chrono::steady_clock::now();
  for (const auto& [name, held] : found->second.uploads) uploads.push_back(held.first);
  return uploads;
}

std::shared_ptr<const study::Shelf> SessionStore::shelf(const std::string& session) {
  struct Held {
    study::Shelf names;
    std::vector<std::shared_ptr<StoredFile>> files;
  };
  auto held = std::make_shared<Held>();
  const std::lock_guard lock(mutex_);
  if (const auto found = sessions_.find(session); found != sessions_.end()) {
    found->second.used = std::chrono::steady_clock::now();
    for (const auto& [name, upload] : found->second.uploads) {
      held->names[name] = upload.first.path;
      held->files.push_back(upload.second);
    }
  }
  return {held, &held->names};
}

std::size_t SessionStore::n_sessions() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

void SessionStore::forget_idle() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(sessions_,
                [&](const auto& session) { return now - session.second.used > limits_.idle; });
}

}  // namespace altyn::app
