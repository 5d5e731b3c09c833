#pragma once

#include <string_view>

namespace altyn::attribution {

/// What the engine says, in its three languages. {} stands for what it is filled with, in the same
/// order; a phrase that begins with … is a part of others.
struct Phrase {
  std::string_view english;
  std::string_view russian;
  std::string_view kazakh;
};

}  // namespace altyn::attribution
