#pragma once

#include <memory>
#include <string>

#include "http.h"

namespace altyn::app {

struct HttpLimits {
  int connections = 256;        ///< more are told to come back
  double idle_seconds = 20.0;   ///< of a connection between two requests
  double head_seconds = 5.0;    ///< to send a request's head
  double body_seconds = 60.0;   ///< to send its body
  double write_seconds = 10.0;  ///< without a byte of an answer taken
  double live_seconds = 120.0;  ///< of a live channel between two messages
  std::size_t head_bytes = 32768;
};

/// An HTTP/1.1 server over cpp-httplib, one thread per connection. Whoever sends too slowly, too
/// much or nonsense loses the connection; the others notice nothing.
class HttpServer {
 public:
  HttpServer(Site site, const HttpLimits& limits);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes the port; 0 takes any that is free. Returns the port. Errors: SystemError "port-taken".
  int bind(const std::string& host, int port);
  /// Serves until stop(); requests that have begun are answered first.
  void run();
  /// Ends run(), once it has begun or before; may be called from any thread.
  void stop();
  [[nodiscard]] int n_connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace altyn::app
