#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace altyn::study {

/// What was made before, by what it was made of. Thread-safe; forgets the value that was not asked
/// for longest.
template <class Value>
class Kept {
 public:
  explicit Kept(std::size_t capacity) : capacity_(capacity) {}

  /// Null where there is none.
  [[nodiscard]] std::shared_ptr<const Value> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.used = ++clock_;
    return found->second.value;
  }

  /// Two callers may make the same value at once; the last one stays.
  void put(const std::string& key, std::shared_ptr<const Value> value) {
    const std::lock_guard lock(mutex_);
    entries_[key] = {.value = std::move(value), .used = ++clock_};
    if (entries_.size() <= capacity_) return;
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    std::uint64_t used = 0;
  };
  std::size_t capacity_;
  std::mutex mutex_;
  std::uint64_t clock_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace altyn::study
