#pragma once

#include <string>

/// Where tests find files. Compiled once, so that no test depends on where the project lies.
namespace altyn {

/// A path inside the project, such as "cases/tables".
[[nodiscard]] std::string project_path(const std::string& inside);

/// A path inside the reference data, which are not part of the project: the folder named by
/// ALTYN_REFERENCE_DATA, else the one beside the project. Tests skip where it is absent.
[[nodiscard]] std::string reference_data_path(const std::string& inside);

}  // namespace altyn
