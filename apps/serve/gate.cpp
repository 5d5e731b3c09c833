#include "gate.h"

#include <algorithm>
#include <cctype>

namespace altyn::app {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool knows(const GatePolicy& policy, const std::string& host) {
  return std::find(policy.hosts.begin(), policy.hosts.end(), lower(host)) != policy.hosts.end();
}

bool has_token(const GatePolicy& policy, const HttpRequest& request) {
  const std::string bearer = "Bearer ";
  const std::string header = request.header("authorization");
  if (header.starts_with(bearer)) return same_secret(header.substr(bearer.size()), policy.token);
  if (const std::string held = cookie(request, kTokenCookie); !held.empty()) {
    if (same_secret(held, policy.token)) return true;
  }
  // The address that `altyn serve` prints: the page itself takes the token once.
  const auto asked = request.query.find("token");
  return request.path == "/" && asked != request.query.end() &&
         same_secret(asked->second, policy.token);
}

}  // namespace

bool same_secret(const std::string& a, const std::string& b) {
  unsigned difference = a.size() == b.size() ? 0U : 1U;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const char other = b.empty() ? '\0' : b[k % b.size()];
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[k] ^ other));
  }
  return difference == 0;
}

std::string cookie(const HttpRequest& request, const std::string& name) {
  const std::string all = request.header("cookie");
  std::size_t begin = 0;
  while (begin < all.size()) {
    std::size_t end = all.find(';', begin);
    if (end == std::string::npos) end = all.size();
    while (begin < end && all[begin] == ' ') ++begin;
    const std::string one = all.substr(begin, end - begin);
    if (one.starts_with(name + "=")) return one.substr(name.size() + 1);
    begin = end + 1;
  }
  return "";
}

std::optional<GateRefusal> check_gate(const GatePolicy& policy, const HttpRequest& request) {
  if (!knows(policy, request.header("host"))) {
    return GateRefusal{403, "wrong-host", "the request is for another host",
                       "a page that made its own name point here must not read this server"};
  }
  const std::string origin = request.header("origin");
  const bool foreign_origin =
      request.headers.contains("origin") &&
      (!origin.starts_with("http://") || !knows(policy, origin.substr(7))) &&
      (!origin.starts_with("https://") || !knows(policy, origin.substr(8)));
  const std::string site = request.header("sec-fetch-site");
  // A link that leads to the page from elsewhere is no request of a foreign script.
  const bool follows_link = request.method == "GET" && request.path == "/" &&
                            request.header("sec-fetch-mode") == "navigate";
  const bool foreign_site = (site == "cross-site" || site == "same-site") && !follows_link;
  if (foreign_origin || foreign_site) {
    return GateRefusal{403, "wrong-origin", "the request comes from a page of another site",
                       "only the workbench's own page may use this server"};
  }
  if (!policy.token.empty() && !has_token(policy, request)) {
    return GateRefusal{401, "no-token", "the token is missing or wrong",
                       "an address that others can reach is open to those who have the token"};
  }
  return std::nullopt;
}

}  // namespace altyn::app
