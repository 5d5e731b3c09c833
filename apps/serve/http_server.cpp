#include "http_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "altyn/core/errors.h"
#include "live_channel.h"

namespace altyn::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAtTheDoor = 512;

Clock::duration seconds(double count) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
}

// Waits until the socket is ready for `events` or the time has come.
bool wait_for(int socket, short events, Clock::time_point until) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd poller{.fd = socket, .events = events, .revents = 0};
    const int ready = ::poll(&poller, 1, static_cast<int>(std::min<long long>(left, 60000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// One connection's bytes, with a time and a number of bytes for every request.
class Connection final : public httplib::Stream {
 public:
  Connection(int socket, const HttpLimits& limits) : socket_(socket), limits_(limits) {}

  /// A new request may be read: its head.
  void begin_head() {
    understood_ = false;
    budget_ = limits_.head_bytes;
    until_ = Clock::now() + seconds(limits_.head_seconds);
  }
  /// Reads a body of `size` bytes. False where the client does not send them in time.
  bool read_body(std::size_t size, std::string& body) {
    budget_ = size;
    until_ = Clock::now() + seconds(limits_.body_seconds);
    char piece[65536];
    while (body.size() < size) {
      const ssize_t got = read(piece, std::min(sizeof piece, size - body.size()));
      if (got <= 0) return false;
      body.append(piece, static_cast<std::size_t>(got));
    }
    return true;
  }
  /// Waits for the first byte of a request; gives up when `stopping` or after a while.
  bool wait_for_request(const std::atomic<bool>& stopping, double idle_seconds) const {
    const auto until = Clock::now() + seconds(idle_seconds);
    while (!stopping && Clock::now() < until) {
      if (wait_for(socket_, POLLIN, Clock::now() + std::chrono::milliseconds(200))) return true;
    }
    return false;
  }
  [[nodiscard]] bool client_left() const {
    pollfd poller{.fd = socket_, .events = POLLRDHUP, .revents = 0};
    return ::poll(&poller, 1, 0) > 0 && (poller.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }
  /// The bytes after this request are not to be understood as another one.
  void close_after() { closing_ = true; }
  /// What is written from now on is not sent: the connection has served another protocol.
  void silence() { silent_ = true; }
  /// The head was a request's.
  void understand() { understood_ = true; }
  [[nodiscard]] bool understood() const { return understood_; }
  [[nodiscard]] bool closing() const { return closing_; }
  [[nodiscard]] bool broken() const { return broken_; }

  bool is_readable() const override { return wait_for(socket_, POLLIN, until_); }
  bool is_writable() const override { return !broken_ && !client_left(); }
  ssize_t read(char* place, std::size_t size) override {
    if (budget_ == 0 || !wait_for(socket_, POLLIN, until_)) {
      broken_ = true;
      return -1;
    }
    const ssize_t got = ::recv(socket_, place, std::min(size, budget_), 0);
    if (got > 0) budget_ -= static_cast<std::size_t>(got);
    if (got <= 0) broken_ = true;
    return got;
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    if (silent_) return static_cast<ssize_t>(size);
    std::size_t sent = 0;
    while (sent < size) {
      if (!wait_for(socket_, POLLOUT, Clock::now() + seconds(limits_.write_seconds))) break;
      const ssize_t step = ::send(socket_, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (step < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) continue;
      if (step <= 0) break;
      sent += static_cast<std::size_t>(step);
    }
    if (sent == size) return static_cast<ssize_t>(size);
    broken_ = true;
    return -1;
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return socket_; }

 private:
  int socket_;
  const HttpLimits& limits_;
  std::size_t budget_ = 0;
  Clock::time_point until_{};
  bool closing_ = false;
  bool understood_ = false;
  bool broken_ = false;
  bool silent_ = false;
};

// What the thread that serves a connection needs where httplib has no argument for it.
thread_local Connection* current = nullptr;
thread_local bool one_too_many = false;

// Tells the client that no more comes, and takes what it is still sending for a moment: a close
// with unread bytes would destroy the answer on its way.
void close_gently(int socket, double patience) {
  ::shutdown(socket, SHUT_WR);
  const auto until = Clock::now() + seconds(patience);
  char piece[65536];
  while (wait_for(socket, POLLIN, until) && ::recv(socket, piece, sizeof piece, 0) > 0) {
  }
  ::close(socket);
}

HttpRequest request_of(const httplib::Request& from, const Connection& connection) {
  HttpRequest request{
      .method = from.method, .path = from.path, .query = {}, .headers = {}, .body = {}};
  for (const auto& [name, value] : from.params) request.query[name] = value;
  for (const auto& [name, value] : from.headers) {
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers.emplace(std::move(lower), value);
  }
  request.client_left = [&connection] { return connection.client_left(); };
  return request;
}

void fill(HttpResponse&& from, httplib::Response& to, const HttpRequest& request) {
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  if (from.stream) {
    auto stream = std::make_shared<decltype(from.stream)>(std::move(from.stream));
    to.set_chunked_content_provider(from.media_type, [stream](std::size_t,
                                                              httplib::DataSink& sink) {
      (*stream)([&sink](std::string_view piece) { return sink.write(piece.data(), piece.size()); });
      sink.done();
      return true;
    });
    return;
  }
  to.body = std::move(from.body);
  if (from.status != 204 && from.status != 304) to.set_header("Content-Type", from.media_type);
  if (request.method == "HEAD") to.body.clear();
}

// The length that a request announces; nothing where it is no plain number.
std::optional<std::size_t> announced_length(const HttpRequest& request) {
  const std::size_t n = request.headers.count("content-length");
  if (n == 0) return 0;
  const std::string text = request.header("content-length");
  if (text.empty() || text.size() > 15 ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(std::stoull(text));
}

}  // namespace

struct HttpServer::State {
  // Threads that come and go with their connections.
  class Threads final : public httplib::TaskQueue {
   public:
    explicit Threads(State& state) : state_(state) {}
    void enqueue(std::function<void()> work) override {
      std::unique_lock lock(mutex_);
      if (state_.n_connections >= state_.limits.connections) {
        lock.unlock();
        one_too_many = true;
        work();
        one_too_many = false;
        return;
      }
      ++state_.n_connections;
      std::thread([this, work = std::move(work)] {
        work();
        const std::lock_guard done(mutex_);
        --state_.n_connections;
        if (state_.n_connections == 0) all_done_.notify_all();
      }).detach();
    }
    void shutdown() override {
      std::unique_lock lock(mutex_);
      all_done_.wait(lock, [&] { return state_.n_connections == 0; });
    }

   private:
    State& state_;
    std::mutex mutex_;
    std::condition_variable all_done_;
  };

  class Listener final : public httplib::Server {
   public:
    explicit Listener(State& state) : state_(state) {
      new_task_queue = [&state] { return new Threads(state); };
      set_pre_routing_handler([&state](const httplib::Request& from, httplib::Response& to) {
        state.handle(from, to);
        return HandlerResponse::Handled;
      });
      set_socket_options([](socket_t socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      });
      set_tcp_nodelay(true);
    }

    /// httplib lets five clients wait at the door; a crowd needs more.
    void widen_door() { (void)::listen(svr_sock_, kAtTheDoor); }

   private:
    bool process_and_close_socket(socket_t socket) override {
      if (one_too_many) {
        const HttpResponse response = state_.site.refuse(429, "too many connections");
        const std::string text = fmt::format(
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
            "Connection: close\r\nContent-Length: {}\r\n\r\n{}",
            response.body.size(), response.body);
        (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        close_gently(socket, 0.02);
        return false;
      }
      Connection connection(socket, state_.limits);
      current = &connection;
      while (!connection.closing() && !connection.broken()) {
        const double idle = state_.crowded() ? 0.5 : state_.limits.idle_seconds;
        if (!connection.wait_for_request(state_.stopping, idle)) break;
        connection.begin_head();
        bool closed = false;
        const bool answered =
            process_request(connection, state_.stopping, closed, [](httplib::Request& request) {
              // Answers are neither packed nor cut: a loopback gains nothing by it.
              request.headers.erase("Accept-Encoding");
              request.headers.erase("Range");
              request.ranges.clear();
            });
        // After what was no request, nothing that follows can be trusted to be one.
        if (!answered || closed || !connection.understood() || state_.stopping) break;
      }
      current = nullptr;
      close_gently(socket, connection.closing() ? 2.0 : 0.05);
      return true;
    }

    State& state_;
  };

  State(Site site_in, const HttpLimits& limits_in)
      : site(std::move(site_in)), limits(limits_in), listener(*this) {}

  void handle(const httplib::Request& from, httplib::Response& to) {
    Connection& connection = *current;
    connection.understand();
    HttpRequest request = request_of(from, connection);
    const auto refuse = [&](HttpResponse response) {
      connection.close_after();
      response.headers.emplace_back("Connection", "close");
      fill(std::move(response), to, request);
    };
    if (stopping) return refuse(site.refuse(503, "the server is stopping"));
    const Admission admission = site.admit(request);
    if (request.headers.contains("transfer-encoding")) {
      return refuse(site.refuse(411, "a body needs a Content-Length"));
    }
    const std::optional<std::size_t> length = announced_length(request);
    if (!length) return refuse(site.refuse(400, "the Content-Length is no number"));
    if (admission.refusal) {
      if (*length > 0) return refuse(*admission.refusal);
      return fill(HttpResponse(*admission.refusal), to, request);
    }
    if (*length > admission.body_limit) {
      return refuse(site.refuse(413, fmt::format("the body has {} bytes, {} are taken here",
                                                 *length, admission.body_limit)));
    }
    if (admission.live) return serve_channel(connection, request, admission.body_limit);
    if (!connection.read_body(*length, request.body)) {
      return refuse(site.refuse(408, "the body did not come in time"));
    }
    fill(site.answer(request), to, request);
  }

  // Few places left: nobody keeps one for later.
  [[nodiscard]] bool crowded() const { return n_connections > limits.connections * 3 / 4; }

  // The rest of a connection that has become a live channel.
  void serve_channel(Connection& connection, const HttpRequest& opening, std::size_t most_bytes) {
    const auto write = [&connection](std::string_view bytes) {
      return connection.write(bytes.data(), bytes.size()) >= 0;
    };
    write(
        fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
                    websocket_acceptance(opening.header("sec-websocket-key"))));
    const auto answer = [&](std::string_view message) {
      const std::size_t end = std::min(message.find(' '), message.size());
      const std::string_view number = message.substr(0, end);
      if (number.empty() || number.size() > 15 ||
          number.find_first_not_of("0123456789") != std::string_view::npos) {
        return "0 400 " + site.refuse(400, "a message begins with its number").body;
      }
      HttpRequest one = opening;
      one.method = "POST";
      one.body = message.substr(std::min(end + 1, message.size()));
      HttpResponse response = site.answer(one);
      return fmt::format("{} {} ", number, response.status) + response.body;
    };
    serve_live(
        {.socket = connection.socket(),
         .write = write,
         .stopping = [this] { return stopping.load(); },
         .patience_seconds =
             [this] { return crowded() ? limits.live_seconds / 24.0 : limits.live_seconds; }},
        most_bytes, answer);
    connection.silence();
    connection.close_after();
  }

  Site site;
  HttpLimits limits;
  std::atomic<bool> stopping{false};
  std::atomic<int> n_connections{0};
  Listener listener;
};

HttpServer::HttpServer(Site site, const HttpLimits& limits)
    : state_(std::make_unique<State>(std::move(site), limits)) {}

HttpServer::~HttpServer() = default;

int HttpServer::bind(const std::string& host, int port) {
  const int taken = port == 0 ? state_->listener.bind_to_any_port(host)
                              : (state_->listener.bind_to_port(host, port) ? port : -1);
  if (taken > 0) {
    state_->listener.widen_door();
    return taken;
  }
  throw InputError({.code = "port-taken",
                    .what = fmt::format("cannot listen on {} port {}", host, port),
                    .where = "--host, --port",
                    .why = "another program has the port, or the address is not of this machine",
                    .fixes = {"altyn serve --port 0", "altyn serve --host 127.0.0.1"}});
}

void HttpServer::run() {
  // Closes the door once, after it was opened, whenever stop() came.
  const std::jthread porter([this](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      if (state_->stopping && state_->listener.is_running()) {
        state_->listener.stop();
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  state_->listener.listen_after_bind();
}

void HttpServer::stop() { state_->stopping = true; }

int HttpServer::n_connections() const { return state_->n_connections; }

}  // namespace altyn::app
