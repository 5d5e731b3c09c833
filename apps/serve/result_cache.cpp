#include "result_cache.h"

namespace altyn::app {

std::size_t StoredResult::size() const {
  std::size_t bytes = answer.size();
  for (const File& file : files) bytes += file.bytes.size();
  return bytes;
}

}  // namespace altyn::app
