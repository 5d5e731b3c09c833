#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace altyn::study {

/// The page of web/ as it was built: one HTML file with the words __ALTYN_RESULT__ where the result
/// goes. Embedded by cmake/report_bundle.cmake.
extern const std::string_view kReportPage;

/// The self-contained report of a check: the page with the result (docs/check-result.md) inside.
/// No text in the result can end the element it stands in or open a comment.
/// Cost: linear in the size of page and result.
[[nodiscard]] std::string report_html(const nlohmann::json& result);

}  // namespace altyn::study
