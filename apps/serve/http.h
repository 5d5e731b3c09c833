#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace altyn::app {

/// A request as it came; names of headers in lower case.
struct HttpRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;
  std::multimap<std::string, std::string> headers;
  std::string body;
  /// Whether the client has closed its connection; asks the socket.
  std::function<bool()> client_left = [] { return false; };

  /// The header's only value, or "" without one. Two of a kind count as none.
  [[nodiscard]] std::string header(const std::string& name) const {
    return headers.count(name) == 1 ? headers.find(name)->second : "";
  }
};

/// An answer: a body, or a stream of pieces.
struct HttpResponse {
  int status = 200;
  std::string media_type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  /// Writes pieces until it returns or a write fails, which says that the client has left.
  std::function<void(const std::function<bool(std::string_view)>& write)> stream{};
};

/// What is decided before the body of a request is read.
struct Admission {
  std::optional<HttpResponse> refusal;  ///< when set, the body is not read
  std::size_t body_limit = 0;           ///< bytes
  /// The connection becomes a live channel: messages "NUMBER BODY", each answered as a POST of BODY
  /// to the same address by "NUMBER STATUS BODY". `body_limit` is that of a message.
  bool live = false;
};

/// What a server serves. Both are called from many threads at once and do not throw.
struct Site {
  std::function<Admission(const HttpRequest&)> admit;
  std::function<HttpResponse(HttpRequest&)> answer;
  /// Answers where the request cannot be handed to `answer`: too long a body, too many connections.
  std::function<HttpResponse(int status, const std::string& what)> refuse;
};

}  // namespace altyn::app
