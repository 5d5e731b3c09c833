#pragma once

#include <string>
#include <string_view>

#include "http.h"

namespace altyn::app {

/// The Content-Security-Policy of a page of one file: its own inline scripts by their digests, its
/// own server to ask, and nothing else from anywhere.
[[nodiscard]] std::string content_policy(std::string_view page);

/// What every answer carries: no guessing of media types, no frames, no referrer; a policy under
/// which nothing runs, where the answer has none of its own.
void add_security_headers(HttpResponse& response);

}  // namespace altyn::app
