#include "altyn/core/version.h"

namespace altyn {

std::string_view version() { return ALTYN_VERSION; }

}  // namespace altyn
