#include "policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/data/provenance.h"

namespace altyn::app {
namespace {

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// RFC 4648, of 64 hexadecimal digits.
std::string base64_of_hex(const std::string& hex) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  // Three hexadecimal digits are two letters; 64 leave one digit.
  for (std::size_t k = 0; k < hex.size(); k += 3) {
    const std::size_t n = std::min<std::size_t>(3, hex.size() - k);
    int bits = 0;
    for (std::size_t d = 0; d < 3; ++d) bits = bits * 16 + (d < n ? digit(hex[k + d]) : 0);
    text += kLetters[static_cast<std::size_t>(bits >> 6)];
    if (n > 1) text += kLetters[static_cast<std::size_t>(bits & 63)];
  }
  while (text.size() % 4 != 0) text += '=';
  return text;
}

}  // namespace

std::string content_policy(std::string_view page) {
  std::string scripts;
  for (std::size_t at = 0; (at = page.find("<script", at)) != std::string_view::npos;) {
    const std::size_t begin = page.find('>', at);
    const std::size_t end = page.find("</script", at);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) break;
    const std::string digest = data::sha256_of_text(page.substr(begin + 1, end - begin - 1));
    scripts += fmt::format(" 'sha256-{}'", base64_of_hex(digest));
    at = end;
  }
  return fmt::format(
      "default-src 'none'; script-src{}; style-src 'unsafe-inline'; img-src data: blob:; font-src "
      "data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      scripts.empty() ? " 'none'" : scripts);
}

void add_security_headers(HttpResponse& response) {
  const auto has = [&](const char* name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& header) { return header.first == name; });
  };
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (!has("Content-Security-Policy")) {
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; frame-ancestors 'none'; sandbox");
  }
  if (!has("Cache-Control")) response.headers.emplace_back("Cache-Control", "no-store");
}

}  // namespace altyn::app
