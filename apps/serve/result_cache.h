#pragma once

#include <string>
#include <vector>

#include "altyn/study/kept.h"

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

/// Finished studies by the digest of what was asked; their capacity is in bytes.
class ResultCache : public study::Kept<StoredResult> {
 public:
  explicit ResultCache(std::size_t bytes) : Kept(bytes, &StoredResult::size) {}
};

}  // namespace altyn::app
