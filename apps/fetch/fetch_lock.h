#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace altyn::app {

/// What a file was when it was first fetched.
struct LockedFile {
  std::string url;
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// The file altyn-fetch.lock.json beside fetched files: providers publish no checksums, so the
/// first download records what came, and later ones of the same address must bring the same.
class FetchLock {
 public:
  static constexpr const char* kName = "altyn-fetch.lock.json";

  /// Of the folder that `path` lies in. Errors: InputError "bad-lock".
  explicit FetchLock(const std::string& path);

  /// What is recorded of a file, by its name without the folder; nothing for another address.
  [[nodiscard]] std::optional<LockedFile> find(const std::string& file,
                                               const std::string& url) const;
  /// Records a file, with what other processes recorded meanwhile. Errors: as data::write_text.
  void record(const std::string& file, const LockedFile& what);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void read();
  std::string path_;
  std::map<std::string, LockedFile> files_;
};

}  // namespace altyn::app
