#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "places.h"

namespace altyn::estimation {

/// A file of the reference data, which is not part of the project.
inline std::string reference_path(const std::string& file) {
  return reference_data_path("gravity/" + file);
}

#define REQUIRE_REFERENCE(file)                                                               \
  if (!std::filesystem::exists(::altyn::estimation::reference_path(file))) {                  \
    GTEST_SKIP() << "reference data not found: " << ::altyn::estimation::reference_path(file) \
                 << " (set ALTYN_REFERENCE_DATA)";                                            \
  }

}  // namespace altyn::estimation
