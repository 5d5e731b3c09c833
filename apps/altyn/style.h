#pragma once

#include <string>
#include <string_view>

namespace altyn::app {

/// Colour codes for terminals; Session::print drops them elsewhere.
[[nodiscard]] inline std::string bold(std::string_view text) {
  return "\033[1m" + std::string(text) + "\033[0m";
}
[[nodiscard]] inline std::string dim(std::string_view text) {
  return "\033[2m" + std::string(text) + "\033[0m";
}

}  // namespace altyn::app
