#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace altyn::study {

/// What was made before, by what it was made of. Thread-safe; forgets those that were not asked for
/// longest when all together exceed `capacity`, in the unit of `size`: one each, unless told.
template <class Value>
class Kept {
 public:
  using Size = std::function<std::size_t(const Value&)>;
  explicit Kept(
      std::size_t capacity, Size size = [](const Value&) -> std::size_t { return 1; })
      : capacity_(capacity), size_(std::move(size)) {}

  /// Null where there is none.
  [[nodiscard]] std::shared_ptr<const Value> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.used = ++clock_;
    return found->second.value;
  }

  /// Two callers may make the same value at once; the first one stays. One that is too large is not
  /// kept.
  void put(const std::string& key, std::shared_ptr<const Value> value) {
    const std::size_t size = size_(*value);
    const std::lock_guard lock(mutex_);
    if (size > capacity_ || entries_.contains(key)) return;
    total_ += size;
    entries_[key] = {.value = std::move(value), .size = size, .used = ++clock_};
    while (total_ > capacity_) {
      const auto oldest = std::min_element(
          entries_.begin(), entries_.end(),
          [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
      total_ -= oldest->second.size;
      entries_.erase(oldest);
    }
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    std::size_t size = 0;
    std::uint64_t used = 0;
  };
  std::size_t capacity_;
  Size size_;
  std::size_t total_ = 0;
  std::mutex mutex_;
  std::uint64_t clock_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace altyn::study
