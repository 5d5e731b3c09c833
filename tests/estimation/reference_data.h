#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace altyn::estimation {

/// A file of the reference data, which is not part of the project.
inline std::string reference_path(const std::string& file) {
  const char* set = std::getenv("ALTYN_REFERENCE_DATA");
  const std::filesystem::path folder =
      set != nullptr ? std::filesystem::path(set)
                     : std::filesystem::path(ALTYN_SOURCE_DIR) / ".." / "shared/data/reference";
  return (folder / "gravity" / file).string();
}

#define REQUIRE_REFERENCE(file)                                                               \
  if (!std::filesystem::exists(::altyn::estimation::reference_path(file))) {                  \
    GTEST_SKIP() << "reference data not found: " << ::altyn::estimation::reference_path(file) \
                 << " (set ALTYN_REFERENCE_DATA)";                                            \
  }

}  // namespace altyn::estimation
