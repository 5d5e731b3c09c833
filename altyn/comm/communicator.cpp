#include "altyn/comm/communicator.h"

#include <algorithm>

namespace altyn::comm {

bool Ranks::keep_together(std::span<const Index> combination) const {
  return std::all_of(keys.begin(), keys.end(), [&](Index key) {
    return std::find(combination.begin(), combination.end(), key) != combination.end();
  });
}

std::vector<std::string> Ranks::gather(std::string_view own) const {
  if (communicator == nullptr) return {std::string(own)};
  return communicator->gather(own);
}

}  // namespace altyn::comm
