#include "live_channel.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#include <cerrno>
#include <chrono>
#include <deque>
#include <memory>

namespace altyn::app {
namespace {

using Clock = std::chrono::steady_clock;

// One channel, as wslay's callbacks see it.
struct Channel {
  const LiveConnection& connection;
  std::deque<std::string> messages;
  bool took_one = false;  // in this round of reading
};

ssize_t receive(wslay_event_context_ptr context, std::uint8_t* place, std::size_t size, int,
                void* user) {
  Channel& channel = *static_cast<Channel*>(user);
  // Whoever sends without end is answered all the same, one message after the other.
  if (!channel.took_one) {
    const ssize_t got = ::recv(channel.connection.socket, place, size, MSG_DONTWAIT);
    if (got > 0) return got;
    if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
      wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
      return -1;
    }
  }
  wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
  return -1;
}

ssize_t send(wslay_event_context_ptr context, const std::uint8_t* bytes, std::size_t size, int,
             void* user) {
  const Channel& channel = *static_cast<Channel*>(user);
  if (channel.connection.write({reinterpret_cast<const char*>(bytes), size})) {
    return static_cast<ssize_t>(size);
  }
  wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
  return -1;
}

void take(wslay_event_context_ptr context, const wslay_event_on_msg_recv_arg* message, void* user) {
  Channel& channel = *static_cast<Channel*>(user);
  if (message->opcode == WSLAY_TEXT_FRAME) {
    channel.took_one = true;
    channel.messages.emplace_back(reinterpret_cast<const char*>(message->msg), message->msg_length);
  } else if (message->opcode == WSLAY_BINARY_FRAME) {
    wslay_event_queue_close(context, WSLAY_CODE_UNSUPPORTED_DATA, nullptr, 0);
  }
}

bool readable(int socket, int milliseconds) {
  pollfd poller{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&poller, 1, milliseconds) > 0;
}

}  // namespace

std::string websocket_acceptance(const std::string& key) {
  if (key.size() != 24) return "";
  const std::string salted = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
  unsigned char text[4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1];
  const int size = EVP_EncodeBlock(text, digest, SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

void serve_live(const LiveConnection& connection, std::size_t most_bytes,
                const std::function<std::string(std::string_view message)>& answer) {
  Channel channel{.connection = connection, .messages = {}};
  wslay_event_callbacks callbacks{};
  callbacks.recv_callback = receive;
  callbacks.send_callback = send;
  callbacks.on_msg_recv_callback = take;
  wslay_event_context_ptr context = nullptr;
  if (wslay_event_context_server_init(&context, &callbacks, &channel) != 0) return;
  const std::unique_ptr<wslay_event_context, void (*)(wslay_event_context_ptr)> owner(
      context, wslay_event_context_free);
  wslay_event_config_set_max_recv_msg_length(context, most_bytes);
  auto last = Clock::now();
  while (wslay_event_want_read(context) != 0 || wslay_event_want_write(context) != 0) {
    const std::chrono::duration<double> silent = Clock::now() - last;
    const bool too_long = silent.count() > connection.patience_seconds();
    const bool closing = wslay_event_get_close_sent(context) != 0;
    if (!closing && (too_long || connection.stopping())) {
      wslay_event_queue_close(context, WSLAY_CODE_GOING_AWAY, nullptr, 0);
    } else if (closing && too_long) {
      return;  // who does not say goodbye is left without
    } else if (readable(connection.socket, 200)) {
      channel.took_one = false;
      if (wslay_event_recv(context) != 0) return;
    }
    for (; !channel.messages.empty(); channel.messages.pop_front()) {
      const std::string text = answer(channel.messages.front());
      const wslay_event_msg reply{.opcode = WSLAY_TEXT_FRAME,
                                  .msg = reinterpret_cast<const std::uint8_t*>(text.data()),
                                  .msg_length = text.size()};
      if (wslay_event_queue_msg(context, &reply) != 0) return;
      last = Clock::now();
    }
    if (wslay_event_send(context) != 0) return;
  }
}

}  // namespace altyn::app
