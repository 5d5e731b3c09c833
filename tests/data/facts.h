#pragma once

#include <filesystem>
#include <string>

#include "places.h"

namespace altyn::data {

/// A bundled table, such as "world_trade".
inline std::string bundled_table(const std::string& name) {
  return project_path("cases/tables/" + name + ".csv.gz");
}

/// True where the bundled tables are there.
inline bool has_bundled_tables() { return std::filesystem::exists(bundled_table("world_trade")); }

}  // namespace altyn::data

/// Skips a test on the bundled tables in a tree that has none.
#define ALTYN_NEED_BUNDLED_TABLES() \
  if (!::altyn::data::has_bundled_tables()) GTEST_SKIP() << "cases/tables is not in this tree"
