#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http.h"

namespace altyn::app {

/// Who may ask this server anything.
struct GatePolicy {
  std::vector<std::string> hosts;  ///< names under which it is asked, with port: "localhost:8017"
  std::string token;               ///< "" asks for none
};

/// Why a request is not let in.
struct GateRefusal {
  int status = 403;
  std::string code;
  std::string what;
  std::string why;
};

/// Checks a request's Host (a foreign name that was made to point here), its Origin and
/// Sec-Fetch-Site (a foreign page that sends requests here), and the token.
[[nodiscard]] std::optional<GateRefusal> check_gate(const GatePolicy& policy,
                                                    const HttpRequest& request);

/// The value of a cookie; "" without it.
[[nodiscard]] std::string cookie(const HttpRequest& request, const std::string& name);

/// Compares without telling by its duration where the difference is.
[[nodiscard]] bool same_secret(const std::string& a, const std::string& b);

inline constexpr const char* kTokenCookie = "altyn_token";
inline constexpr const char* kSessionCookie = "altyn_session";

}  // namespace altyn::app
