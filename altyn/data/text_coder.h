#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "altyn/data/table.h"

namespace altyn::data::internal {

/// Codes texts in the order they first appear, then sorts the dictionary once at the end. An open
/// hash table over views into the dictionary: no allocation for a text that was seen before.
class TextCoder {
 public:
  [[nodiscard]] GroupId code(const char* data, std::size_t size);
  /// Hands over the column with its dictionary sorted.
  [[nodiscard]] TextColumn finish(std::vector<GroupId> codes);

 private:
  void grow();

  std::vector<std::string> texts_;
  std::vector<GroupId> slots_ = std::vector<GroupId>(1024, kNoGroup);
  GroupId last_ = kNoGroup;
};

}  // namespace altyn::data::internal
