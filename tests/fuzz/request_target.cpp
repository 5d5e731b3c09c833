#include <nlohmann/json.hpp>

#include "api.h"
#include "reading.h"
#include "targets.h"

namespace altyn::fuzz {
namespace {

/// A server that is about to end: requests are read and understood, long work stops at once. What
/// it prepares is ready before the first request, so that each is judged by itself: memory that
/// another thread holds inside the database looks lost.
app::Api& server() {
  static const std::stop_token stopped = [] {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
  }();
  static app::Api api({.gate = {.hosts = {"localhost:8017"}, .token = ""}}, stopped);
  static const bool prepared = (api.wait_until_prepared(), true);
  (void)prepared;
  return api;
}

}  // namespace

/// The first line is an address, the rest the body: "POST /api/solve". Every answer is either what
/// was asked for or an error in words, and never a failure of the server's own.
void answer_request(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view line = bytes.substr(0, end);
  const std::size_t space = std::min(line.find(' '), line.size());
  app::HttpRequest request;
  request.method = line.substr(0, space);
  request.path = line.substr(std::min(space + 1, line.size()));
  request.headers = {
      {"host", "localhost:8017"},
      {"content-type",
       request.path.starts_with("/api/tables") ? "application/octet-stream" : "application/json"}};
  if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
    request.query["name"] = request.path.substr(mark + 1);
    request.path.resize(mark);
  }
  request.body = bytes.substr(std::min(end + 1, bytes.size()));
  app::Admission admitted = server().admit(request);
  const app::HttpResponse answer = admitted.refusal ? *admitted.refusal : server().answer(request);
  if (answer.status < 400 || answer.media_type != "application/json") return;
  const auto error = nlohmann::json::parse(answer.body, nullptr, false);
  if (!error.is_object() || !error.contains("error") || error["error"]["code"] == "" ||
      error["error"]["what"] == "") {
    fail("an error without words: " + answer.body);
  }
  if (answer.status == 500) fail("the server failed: " + answer.body);
}

}  // namespace altyn::fuzz
