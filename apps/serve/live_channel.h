#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace altyn::app {

/// What a live channel needs of the connection it runs on.
struct LiveConnection {
  int socket = -1;
  std::function<bool(std::string_view bytes)> write;  ///< false: the client takes no more
  std::function<bool()> stopping;
  std::function<double()> patience_seconds;  ///< with a client that says nothing
};

/// The headers that accept an upgrade to WebSocket with this Sec-WebSocket-Key; "" where the key is
/// none. Source: RFC 6455, 4.2.2.
[[nodiscard]] std::string websocket_acceptance(const std::string& key);

/// Answers text messages until the client closes, sends nonsense, a message of more than
/// `most_bytes`, or none for too long. One message is answered after the other. The framing is
/// wslay's.
void serve_live(const LiveConnection& connection, std::size_t most_bytes,
                const std::function<std::string(std::string_view message)>& answer);

}  // namespace altyn::app
