#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace altyn::app {

/// A finished study as it is sent.
struct StoredResult {
  std::string answer;  ///< JSON
  struct File {
    std::string name;
    std::string media_type;
    std::string bytes;
  };
  std::vector<File> files;
  [[nodiscard]] std::size_t size() const;
};

/// Finished studies by the digest of what was asked. Thread-safe; forgets those not asked for
/// longest when they take more than `capacity` bytes together.
class ResultCache {
 public:
  explicit ResultCache(std::size_t capacity) : capacity_(capacity) {}
  /// Null where it is not known.
  [[nodiscard]] std::shared_ptr<const StoredResult> find(const std::string& id);
  void put(const std::string& id, std::shared_ptr<const StoredResult> result);

 private:
  struct Entry {
    std::shared_ptr<const StoredResult> result;
    std::uint64_t used = 0;
  };
  std::size_t capacity_;
  std::mutex mutex_;
  std::uint64_t clock_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace altyn::app
