#include <fmt/format.h>

#include <cstdio>
#include <thread>

#include "../serve/api.h"
#include "../serve/http_server.h"
#include "altyn/core/errors.h"
#include "commands.h"

namespace altyn::app {
namespace {

struct ServeRequest {
  std::string host = "127.0.0.1";
  int port = 8017;
  std::string token;
  std::vector<std::string> names;
};

constexpr std::size_t kShortestToken = 16;

bool is_loopback(const std::string& host) {
  return host == "127.0.0.1" || host == "localhost" || host == "::1";
}

void check(const ServeRequest& request) {
  if (!is_loopback(request.host) && request.token.empty()) {
    throw InputError(
        {.code = "no-token",
         .what = fmt::format("{} can be reached by others, and there is no token", request.host),
         .where = "--host",
         .why = "whoever reaches the address could make this machine work",
         .fixes = {"--token with at least 16 characters that nobody guesses",
                   "leave --host out: only this machine reaches it then"}});
  }
  const bool plain =
      request.token.find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
  if (!request.token.empty() && (request.token.size() < kShortestToken || !plain)) {
    throw InputError({.code = "bad-token",
                      .what = "the token must have at least 16 letters, digits, - or _",
                      .where = "--token",
                      .why = "it travels in addresses and cookies, and must not be guessed",
                      .fixes = {"--token $(openssl rand -hex 16)"}});
  }
}

std::string in_address(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

// The names under which pages of this server are asked for.
std::vector<std::string> known_hosts(const ServeRequest& request, int port) {
  std::vector<std::string> names = request.names;
  names.push_back(in_address(request.host));
  if (is_loopback(request.host)) names.insert(names.end(), {"127.0.0.1", "localhost", "[::1]"});
  std::vector<std::string> hosts;
  for (const std::string& name : names) {
    hosts.push_back(fmt::format("{}:{}", name, port));
    if (port == 80) hosts.push_back(name);
  }
  for (const std::string& name : request.names) hosts.push_back(name);  // behind another server
  return hosts;
}

int run_serve(Session& session, const ServeRequest& request) {
  check(request);
  Context& context = session.context();
  std::unique_ptr<Api> api;
  HttpServer server(
      {.admit = [&api](const HttpRequest& asked) { return api->admit(asked); },
       .answer = [&api](HttpRequest& asked) { return api->answer(asked); },
       .refuse = [&api](int status, const std::string& what) { return api->refuse(status, what); }},
      {});
  const int port = server.bind(request.host, request.port);
  ApiOptions options;
  options.gate = {.hosts = known_hosts(request, port), .token = request.token};
  options.seed = context.seed;
  options.n_threads = context.pool->n_threads();
  api = std::make_unique<Api>(options, context.stop);
  api->count_connections([&server] { return server.n_connections(); });

  session.print(fmt::format("http://{}:{}/{}\n", in_address(request.host), port,
                            request.token.empty() ? "" : "?token=" + request.token));
  std::fflush(stdout);
  session.note("The workbench is open at this address. Ctrl-C closes it.");
  const std::stop_callback close(context.stop, [&server] { server.stop(); });
  server.run();
  session.note("Closed.");
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, Session& session, const Finish& finish) {
  auto request = std::make_shared<ServeRequest>();
  CLI::App* command = app.add_subcommand(
      "serve", "Open the workbench: claims, scenarios and estimates in a browser");
  command->add_option("--port", request->port, "port to listen on; 0 takes a free one [8017]")
      ->check(CLI::Range(0, 65535));
  command->add_option("--host", request->host,
                      "address to listen on; others than this machine's own need a token "
                      "[127.0.0.1]");
  command->add_option("--token", request->token,
                      "what a visitor must show; the address that is printed carries it");
  command->add_option("--name", request->names,
                      "a name under which others reach this machine: trade.example.org:8017");
  command->footer(
      "\nExamples:\n  altyn serve\n"
      "  altyn serve --host 0.0.0.0 --name trade.example.org:8017 --token $(openssl rand -hex 16)");
  command->callback([&session, finish, request] {
    finish([&session, request] { return run_serve(session, *request); });
  });
}

}  // namespace altyn::app
