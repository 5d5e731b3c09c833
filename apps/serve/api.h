#pragma once

#include <future>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "desk.h"
#include "gate.h"
#include "http.h"
#include "library.h"
#include "long_run.h"
#include "result_cache.h"
#include "session_store.h"

namespace altyn::app {

struct ApiOptions {
  GatePolicy gate;
  std::uint64_t seed = 20171006;  ///< of requests that name none
  int n_threads = 1;              ///< of one long run, and of all quick ones together
  std::size_t json_bytes = std::size_t{4} << 20;
  SessionLimits sessions{};
  Index most_draws = 5000;
  std::size_t cache_bytes = std::size_t{128} << 20;
  std::size_t waiting_quick = 64;  ///< more are told to come back
  std::size_t waiting_long = 16;
  double longest_run_seconds = 600.0;
};

/// The interface of docs/api/openapi.json. Thread-safe. No number is computed here: what a study
/// says is what altyn/study says.
class Api {
 public:
  /// `stopping` ends long runs.
  Api(ApiOptions options, std::stop_token stopping);
  ~Api();
  /// Returns once what is prepared in the background at the start is ready, or was stopped.
  void wait_until_prepared() const { warm_.wait(); }

  [[nodiscard]] Admission admit(const HttpRequest& request);
  [[nodiscard]] HttpResponse answer(HttpRequest& request);
  [[nodiscard]] HttpResponse refuse(int status, const std::string& what) const;
  /// For /api/health.
  void count_connections(std::function<int()> count) { n_connections_ = std::move(count); }

 private:
  using Parts = std::vector<std::string>;  ///< what stands for {id} and {name} in the path
  using Handler = HttpResponse (Api::*)(HttpRequest&, const Parts&);
  enum class Body { kNone, kJson, kTable, kLive };
  struct Route {
    const char* method;
    const char* path;
    Body body;
    Handler handler;
  };
  struct Asked;  // a study that was asked for
  static const std::vector<Route>& routes();
  static const Route* find_route(const std::string& method, const std::string& path, Parts& parts,
                                 std::string& allowed);

  HttpResponse page(HttpRequest&, const Parts&);
  HttpResponse document(HttpRequest&, const Parts&);
  HttpResponse health(HttpRequest&, const Parts&);
  HttpResponse catalogue(HttpRequest&, const Parts&);
  HttpResponse world(HttpRequest&, const Parts&);
  HttpResponse first(HttpRequest&, const Parts&);
  HttpResponse run_kind(HttpRequest&, const Parts&);
  HttpResponse solve(HttpRequest&, const Parts&);
  HttpResponse no_channel(HttpRequest&, const Parts&);
  HttpResponse report(HttpRequest&, const Parts&);
  HttpResponse result(HttpRequest&, const Parts&);
  HttpResponse result_file(HttpRequest&, const Parts&);
  HttpResponse write_toml(HttpRequest&, const Parts&);
  HttpResponse read_toml(HttpRequest&, const Parts&);
  HttpResponse translate(HttpRequest&, const Parts&);
  HttpResponse series(HttpRequest&, const Parts&);
  HttpResponse agreements(HttpRequest&, const Parts&);
  HttpResponse tables(HttpRequest&, const Parts&);
  HttpResponse table_rows(HttpRequest&, const Parts&);
  HttpResponse put_table(HttpRequest&, const Parts&);
  HttpResponse delete_table(HttpRequest&, const Parts&);

  [[nodiscard]] Asked read_asked(const HttpRequest& request, const std::string& kind,
                                 const nlohmann::json& body) const;
  [[nodiscard]] study::Study study_of(const std::string& kind, nlohmann::json content,
                                      const std::string& session) const;
  [[nodiscard]] std::unique_ptr<LongRun> start(const Asked& asked);
  [[nodiscard]] LongRun::Event work(const Asked& asked, Context& context,
                                    const LongRun::Tell& tell);
  [[nodiscard]] std::shared_ptr<const StoredResult> finished(const Asked& asked,
                                                             HttpRequest& request);
  const std::string& catalogue_text();
  [[nodiscard]] Desk::Place quick_place(HttpRequest& request);
  [[nodiscard]] HttpResponse failure(const std::exception_ptr& thrown) const;
  [[nodiscard]] LongRun::Event failed_event(const std::exception_ptr& thrown) const;

  ApiOptions options_;
  std::stop_token stopping_;
  std::chrono::steady_clock::time_point begun_;
  std::string page_tag_;
  std::string page_policy_;
  Library library_;
  mutable SessionStore sessions_;
  ResultCache results_;
  Desk quick_;
  Desk long_;
  std::once_flag catalogue_once_;
  std::string catalogue_;
  std::function<int()> n_connections_ = [] { return 0; };
  std::shared_future<void> warm_;  ///< the flagship claim, checked at the start
};

}  // namespace altyn::app
