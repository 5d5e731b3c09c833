#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "altyn/study/study.h"

namespace altyn::app {

struct SessionLimits {
  std::size_t table_bytes = std::size_t{64} << 20;
  std::size_t tables_per_session = 20;
  std::size_t sessions = 1000;
  std::size_t all_bytes = std::size_t{1} << 30;  ///< of all tables of all sessions
  std::chrono::minutes idle = std::chrono::minutes(120);
};

/// Tables that visitors brought, each visitor's apart from the others', in a folder that only this
/// process reads and that ends with it. Thread-safe.
class SessionStore {
 public:
  explicit SessionStore(const SessionLimits& limits);
  ~SessionStore();
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  /// What a session has brought.
  struct Upload {
    std::string name;
    std::string path;
    std::string sha256;
    std::size_t bytes = 0;
    nlohmann::json about;  ///< `Upload` of docs/api/openapi.json
  };

  /// Keeps a table under `name` and returns what it is. `session` is "" or unknown for a new
  /// visitor and is then set. Errors: InputError "bad-name"; "too-many-tables"; of reading it.
  nlohmann::json put(std::string& session, const std::string& name, const std::string& bytes);
  /// False where there is no such upload.
  bool remove(const std::string& session, const std::string& name);
  [[nodiscard]] std::vector<Upload> list(const std::string& session);
  /// Names and paths for a study; the files stay as long as the shelf does.
  [[nodiscard]] std::shared_ptr<const study::Shelf> shelf(const std::string& session);
  [[nodiscard]] std::size_t n_sessions() const;
  /// A path in the folder that nothing else has.
  [[nodiscard]] std::string scratch(const std::string& ending);

 private:
  struct StoredFile;
  struct Session {
    std::map<std::string, std::pair<Upload, std::shared_ptr<StoredFile>>> uploads;
    std::chrono::steady_clock::time_point used;
  };
  void forget_idle();

  SessionLimits limits_;
  std::string folder_;
  mutable std::mutex mutex_;
  std::uint64_t next_file_ = 0;
  std::map<std::string, Session> sessions_;
};

/// 128 random bits as text.
[[nodiscard]] std::string random_name();

}  // namespace altyn::app
