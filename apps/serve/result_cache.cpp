#include "result_cache.h"

#include <algorithm>

namespace altyn::app {

std::size_t StoredResult::size() const {
  std::size_t bytes = answer.size();
  for (const File& file : files) bytes += file.bytes.size();
  return bytes;
}

std::shared_ptr<const StoredResult> ResultCache::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  found->second.used = ++clock_;
  return found->second.result;
}

void ResultCache::put(const std::string& id, std::shared_ptr<const StoredResult> result) {
  const std::lock_guard lock(mutex_);
  if (result->size() > capacity_ || entries_.contains(id)) return;
  bytes_ += result->size();
  entries_[id] = {.result = std::move(result), .used = ++clock_};
  while (bytes_ > capacity_) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    bytes_ -= oldest->second.result->size();
    entries_.erase(oldest);
  }
}

}  // namespace altyn::app
