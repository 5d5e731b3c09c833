#include "places.h"

#include <cstdlib>

namespace altyn {

std::string project_path(const std::string& inside) { return ALTYN_SOURCE_DIR "/" + inside; }

std::string reference_data_path(const std::string& inside) {
  const char* folder = std::getenv("ALTYN_REFERENCE_DATA");
  return (folder != nullptr ? folder : project_path("../shared/data/reference")) + "/" + inside;
}

}  // namespace altyn
