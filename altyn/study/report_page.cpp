#include "altyn/study/report_page.h"

#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"

namespace altyn::study {
namespace {

constexpr std::string_view kPlace = "__ALTYN_RESULT__";

void append_script_safe(std::string& page, std::string_view text) {
  // In JSON a "<" stands only inside a string, where its escape means the same. Without it there is
  // no "</script" and no "<!--". The two line separators are legal in JSON but not in every reader.
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (text[at] == '<') {
      page += "\\u003c";
    } else if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      page += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      page += text[at];
    }
  }
}

}  // namespace

std::string report_html(const nlohmann::json& result) {
  const std::size_t place = kReportPage.find(kPlace);
  ALTYN_CHECK(place != std::string_view::npos, "the embedded page has no place for a result");
  const std::string text = result.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string page;
  page.reserve(kReportPage.size() + text.size() + text.size() / 8);
  page += kReportPage.substr(0, place);
  append_script_safe(page, text);
  page += kReportPage.substr(place + kPlace.size());
  return page;
}

}  // namespace altyn::study
