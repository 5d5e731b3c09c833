#pragma once

#include <string_view>

namespace altyn::app {

/// The workbench of web/ as it was built: one HTML file.
extern const std::string_view kWorkbenchPage;

/// docs/api/openapi.json.
extern const std::string_view kOpenApi;

}  // namespace altyn::app
