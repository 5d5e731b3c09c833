#include "api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "altyn/attribution/result_json.h"
#include "altyn/attribution/translation.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/document.h"
#include "altyn/data/provenance.h"
#include "altyn/data/read_table.h"
#include "altyn/data/write_table.h"
#include "altyn/study/live_solve.h"
#include "altyn/study/section_list.h"
#include "altyn/study/simulate_study.h"
#include "embedded.h"
#include "live_channel.h"
#include "policy.h"

namespace altyn::app {

using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kQuickPatience{900};
constexpr milliseconds kLongPatience{60000};
constexpr int kDeepestJson = 16;
constexpr std::size_t kLongestPath = 1024;
constexpr std::size_t kMostTexts = 400;
constexpr std::size_t kLongestText = 4000;

// A request that is wrong before any study is looked at, or that cannot be served now.
class RequestError : public Error {
 public:
  RequestError(int status, ErrorDetail detail) : Error(std::move(detail)), status_(status) {}
  [[nodiscard]] int status() const { return status_; }

 private:
  int status_;
};

[[noreturn]] void fail(int status, const char* code, std::string what, std::string where = "",
                       std::string why = "", std::vector<std::string> fixes = {}) {
  throw RequestError(status, {.code = code,
                              .what = std::move(what),
                              .where = std::move(where),
                              .why = std::move(why),
                              .fixes = std::move(fixes)});
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The last number of "formula, character 12" or the last two of "mine.toml:3:7".
void add_place(json& error, const std::string& where) {
  const std::string marker = "character ";
  if (const std::size_t at = where.rfind(marker); at != std::string::npos) {
    if (const int column = std::atoi(where.c_str() + at + marker.size()); column > 0) {
      error["column"] = column;
    }
    return;
  }
  const std::size_t last = where.rfind(':');
  if (last == std::string::npos || last == 0) return;
  const std::size_t before = where.rfind(':', last - 1);
  if (before == std::string::npos) return;
  const int line = std::atoi(where.c_str() + before + 1);
  const int column = std::atoi(where.c_str() + last + 1);
  if (line > 0 && column > 0) {
    error["line"] = line;
    error["column"] = column;
  }
}

json error_value(const ErrorDetail& detail) {
  json error = {{"code", detail.code},       {"what", detail.what}, {"where", detail.where},
                {"context", detail.context}, {"why", detail.why},   {"fixes", detail.fixes}};
  add_place(error, detail.where);
  return {{"error", std::move(error)}};
}

HttpResponse json_response(const json& value, int status = 200) {
  return {.status = status, .body = dumped(value)};
}

json parse_body(const HttpRequest& request) {
  json value;
  try {
    value = json::parse(request.body, [](int depth, json::parse_event_t, json&) {
      if (depth > kDeepestJson) fail(400, "bad-json", "the body is nested too deeply");
      return true;
    });
  } catch (const json::exception& error) {
    std::string what = error.what();
    if (const std::size_t colon = what.find("] "); colon != std::string::npos) {
      what.erase(0, colon + 2);
    }
    fail(400, "bad-json", what, "body", "the body must be JSON");
  }
  if (!value.is_object()) fail(400, "bad-json", "the body is no JSON object", "body");
  return value;
}

void check_members(const json& body, const std::vector<std::string>& known) {
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest_name(key, known);
    fail(400, "unknown-key", fmt::format("there is no \"{}\" in this request", key), "body", "",
         {fmt::format("one of {}", fmt::join(known, ", "))});
  }
}

json content_of(const json& body) {
  if (!body.contains("content") || !body["content"].is_object()) {
    fail(400, "missing-key", "the body has no object \"content\"", "body",
         "it holds the sections of the study", {"{\"content\": {...}}"});
  }
  for (const auto& [key, value] : body["content"].items()) {
    // Every section is a table, a list of tables, or (claim) the name of a bundled one.
    const bool list = value.is_array() &&
                      std::all_of(value.begin(), value.end(),
                                  [](const json& v) { return v.is_object() || v.is_string(); });
    if (value.is_object() || value.is_string() || list) continue;
    fail(400, "bad-json", fmt::format("the section {} is no table", key), key,
         "a study is made of tables");
  }
  return body["content"];
}

std::string text_member(const json& body, const char* name, const std::string& otherwise) {
  if (!body.contains(name)) return otherwise;
  if (!body[name].is_string()) fail(400, "bad-json", fmt::format("{} is no text", name), name);
  return body[name].get<std::string>();
}

bool flag_member(const json& body, const char* name, bool otherwise) {
  if (!body.contains(name)) return otherwise;
  if (!body[name].is_boolean()) {
    fail(400, "bad-json", fmt::format("{} is neither true nor false", name), name);
  }
  return body[name].get<bool>();
}

// Numbers of draws are what makes a study long; what else is long ends by time.
void check_draws(const json& value, Index most) {
  for (const auto& [key, one] : value.items()) {
    if (one.is_structured()) check_draws(one, most);
    if ((key == "n_draws" || key == "draws") && one.is_number() &&
        one.get<double>() > static_cast<double>(most)) {
      fail(422, "too-many-draws",
           fmt::format("{} draws are asked for, {} are made here", one.get<double>(), most), key,
           "others want to work too", {"run it on the command line"});
    }
  }
}

std::string query(const HttpRequest& request, const char* name, const char* otherwise = nullptr) {
  const auto found = request.query.find(name);
  if (found != request.query.end() && !found->second.empty()) return found->second;
  if (otherwise != nullptr) return otherwise;
  fail(400, "missing-parameter", fmt::format("{} is missing", name), name);
}

Index whole_number(const HttpRequest& request, const char* name, const char* otherwise, Index low,
                   Index high) {
  const std::string text = query(request, name, otherwise);
  Index value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && low <= value && value <= high) {
    return value;
  }
  fail(400, "bad-parameter",
       fmt::format("{} must be a whole number from {} to {}", name, low, high), name);
}

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string media_type_of(const std::string& name) {
  const auto ends = [&name](const char* ending) { return name.ends_with(ending); };
  if (ends(".html")) return "text/html; charset=utf-8";
  if (ends(".json")) return "application/json";
  if (ends(".csv")) return "text/csv; charset=utf-8";
  if (ends(".md")) return "text/markdown; charset=utf-8";
  if (ends(".svg")) return "image/svg+xml";
  if (ends(".txt") || ends(".tex") || ends(".typ")) return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

// A name that a header and any disk can hold.
std::string safe_name(const std::string& name) {
  std::string safe =
      name.substr(name.find_last_of("/\\") == std::string::npos ? 0 : name.find_last_of("/\\") + 1);
  for (char& c : safe) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  }
  return safe.empty() ? "file" : safe.substr(0, 120);
}

HttpResponse attachment(const StoredResult::File& file) {
  return {.media_type = file.media_type,
          .body = file.bytes,
          .headers = {{"Content-Disposition",
                       fmt::format("attachment; filename=\"{}\"", safe_name(file.name))}}};
}

const StoredResult::File* find_file(const StoredResult& result, const std::string& name) {
  for (const StoredResult::File& file : result.files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

// The bytes of an output as the command line would write them.
std::string bytes_of(const study::OutputFile& file, SessionStore& sessions) {
  if (const auto* text = std::get_if<std::string>(&file.content)) return *text;
  constexpr const char* kEndings[] = {".csv.gz", ".csv", ".parquet", ".json"};
  std::string ending = ".csv";
  for (const char* one : kEndings) {
    if (file.name.ends_with(one)) {
      ending = one;
      break;
    }
  }
  const std::string path = sessions.scratch(ending);
  data::write_table(std::get<data::Table>(file.content), path);
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return bytes.str();
}

std::string event_text(const std::string& name, const std::string& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, data);
}

// What is left open in a stored answer is closed here.
std::string closed_answer(const StoredResult& result, bool cached, double seconds) {
  return fmt::format("{},\"cached\":{},\"seconds\":{:.6f}}}", result.answer,
                     cached ? "true" : "false", seconds);
}

// Source: RFC 6455, 4.2.1.
bool opens_channel(const HttpRequest& request) {
  std::string upgrade = request.header("upgrade");
  for (char& c : upgrade) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return upgrade == "websocket" && request.header("sec-websocket-version") == "13" &&
         !websocket_acceptance(request.header("sec-websocket-key")).empty();
}

double since(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

json table_columns(const data::Table& table) {
  json columns = json::array();
  for (const data::Column& column : table.columns()) {
    columns.push_back({{"name", column.name},
                       {"type", column.is_number() ? "number" : "text"},
                       {"unit", column.unit}});
  }
  return columns;
}

}  // namespace

struct Api::Asked {
  std::string kind;
  study::Study study;
  std::uint64_t seed = 0;
  std::string id;
};

const std::vector<Api::Route>& Api::routes() {
  static const std::vector<Route> table = {
      {"GET", "/", Body::kNone, &Api::page},
      {"GET", "/api/openapi.json", Body::kNone, &Api::document},
      {"GET", "/api/health", Body::kNone, &Api::health},
      {"GET", "/api/catalogue", Body::kNone, &Api::catalogue},
      {"GET", "/api/world", Body::kNone, &Api::world},
      {"GET", "/api/first", Body::kNone, &Api::first},
      {"POST", "/api/check", Body::kJson, &Api::run_kind},
      {"POST", "/api/article", Body::kJson, &Api::run_kind},
      {"POST", "/api/estimate", Body::kJson, &Api::run_kind},
      {"POST", "/api/simulate", Body::kJson, &Api::run_kind},
      {"POST", "/api/regions", Body::kJson, &Api::run_kind},
      {"POST", "/api/data_check", Body::kJson, &Api::run_kind},
      {"POST", "/api/solve", Body::kJson, &Api::solve},
      {"GET", "/api/solve", Body::kLive, &Api::no_channel},
      {"POST", "/api/report", Body::kJson, &Api::report},
      {"GET", "/api/results/{id}", Body::kNone, &Api::result},
      {"GET", "/api/results/{id}/files/{name}", Body::kNone, &Api::result_file},
      {"POST", "/api/toml/write", Body::kJson, &Api::write_toml},
      {"POST", "/api/toml/read", Body::kJson, &Api::read_toml},
      {"POST", "/api/translate", Body::kJson, &Api::translate},
      {"GET", "/api/series", Body::kNone, &Api::series},
      {"GET", "/api/agreements", Body::kNone, &Api::agreements},
      {"GET", "/api/tables", Body::kNone, &Api::tables},
      {"POST", "/api/tables", Body::kTable, &Api::put_table},
      {"GET", "/api/tables/{name}", Body::kNone, &Api::table_rows},
      {"DELETE", "/api/tables/{name}", Body::kNone, &Api::delete_table}};
  return table;
}

const Api::Route* Api::find_route(const std::string& method, const std::string& path, Parts& parts,
                                  std::string& allowed) {
  const Parts asked = segments(path);
  for (const Route& route : routes()) {
    const Parts known = segments(route.path);
    if (known.size() != asked.size()) continue;
    parts.clear();
    bool same = true;
    for (std::size_t k = 0; k < known.size() && same; ++k) {
      if (known[k].starts_with("{")) {
        parts.push_back(asked[k]);
      } else {
        same = known[k] == asked[k];
      }
    }
    if (!same) continue;
    if (method == route.method || (method == "HEAD" && route.method == std::string("GET"))) {
      return &route;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return nullptr;
}

Api::Api(ApiOptions options, std::stop_token stopping)
    : options_(std::move(options)),
      stopping_(std::move(stopping)),
      begun_(std::chrono::steady_clock::now()),
      page_tag_("\"" + data::sha256_of_text(kWorkbenchPage).substr(0, 32) + "\""),
      page_policy_(content_policy(kWorkbenchPage)),
      sessions_(options_.sessions),
      results_(options_.cache_bytes),
      quick_(options_.n_threads, options_.waiting_quick),
      long_(std::max(1, options_.n_threads / 2), options_.waiting_long) {
  warm_ = std::async(std::launch::async, [this] {
            try {
              catalogue_text();  // no page is drawn without it
              const Asked asked =
                  read_asked({}, "check", {{"content", {{"claim", "lavrov-2017"}}}});
              const std::unique_ptr<LongRun> run = start(asked);
              while (true) {
                const auto event = run->next(milliseconds(1000));
                if (event && (event->name == "result" || event->name == "error")) return;
              }
            } catch (const std::exception&) {
              // Whoever asks for it is told what is wrong.
            }
          }).share();
}

Api::~Api() { wait_until_prepared(); }

Admission Api::admit(const HttpRequest& request) {
  Admission admission;
  const auto refusal = [](int status, const char* code, std::string what, std::string why = "") {
    HttpResponse response = json_response(
        error_value(
            {.code = code, .what = std::move(what), .where = "request", .why = std::move(why)}),
        status);
    add_security_headers(response);
    return response;
  };
  if (const auto reason = check_gate(options_.gate, request)) {
    admission.refusal = refusal(reason->status, reason->code.c_str(), reason->what, reason->why);
    if (reason->status == 401) {
      admission.refusal->headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    return admission;
  }
  Parts parts;
  std::string allowed;
  const Route* route = request.path.size() > kLongestPath
                           ? nullptr
                           : find_route(request.method, request.path, parts, allowed);
  if (route == nullptr && !allowed.empty()) {
    admission.refusal = refusal(405, "wrong-method", "this address takes " + allowed);
    admission.refusal->headers.emplace_back("Allow", allowed);
    return admission;
  }
  if (route == nullptr) {
    admission.refusal = refusal(404, "no-such-address", "there is nothing at this address");
    return admission;
  }
  if (route->body == Body::kLive) {
    admission.live = opens_channel(request);
    admission.body_limit = admission.live ? options_.json_bytes : 0;
    return admission;
  }
  const std::string type = request.header("content-type");
  const char* wanted = route->body == Body::kJson ? "application/json" : "application/octet-stream";
  if (route->body != Body::kNone && type != wanted &&
      !type.starts_with(wanted + std::string(";"))) {
    admission.refusal = refusal(415, "wrong-media-type", fmt::format("the body must be {}", wanted),
                                "a foreign page could send any other kind without asking");
    return admission;
  }
  if (request.headers.contains("content-encoding")) {
    admission.refusal = refusal(415, "wrong-media-type", "the body must not be packed");
    return admission;
  }
  admission.body_limit = route->body == Body::kJson    ? options_.json_bytes
                         : route->body == Body::kTable ? options_.sessions.table_bytes
                                                       : 0;
  return admission;
}

HttpResponse Api::answer(HttpRequest& request) {
  Parts parts;
  std::string allowed;
  HttpResponse response;
  try {
    const Route* route = find_route(request.method, request.path, parts, allowed);
    response = (this->*route->handler)(request, parts);
  } catch (...) {
    response = failure(std::current_exception());
  }
  add_security_headers(response);
  return response;
}

HttpResponse Api::refuse(int status, const std::string& what) const {
  const char* code = status == 413   ? "body-too-long"
                     : status == 429 ? "too-busy"
                     : status == 503 ? "stopping"
                                     : "bad-request";
  HttpResponse response =
      json_response(error_value({.code = code, .what = what, .where = "request"}), status);
  if (status == 429) response.headers.emplace_back("Retry-After", "1");
  add_security_headers(response);
  return response;
}

HttpResponse Api::failure(const std::exception_ptr& thrown) const {
  ErrorDetail detail;
  int status = 500;
  try {
    std::rethrow_exception(thrown);
  } catch (const RequestError& error) {
    status = error.status();
    detail = error.detail();
  } catch (const InputError& error) {
    status = 422;
    detail = error.detail();
  } catch (const Cancelled& error) {
    status = 503;
    detail = error.detail();
  } catch (const Error& error) {
    detail = error.detail();
  } catch (const json::exception& error) {
    status = 422;
    detail = {.code = "bad-content",
              .what = "a part of the content is not of the kind that is wanted there",
              .where = "content",
              .context = {error.what()},
              .why = "sections are tables, lists of tables and plain values"};
  } catch (const std::exception& error) {
    detail = {.code = "internal",
              .what = error.what(),
              .why = "this is a bug in Altyn, not in your input"};
  }
  // Where the bundled files lie on this machine is nobody's business.
  const auto conceal = [this](std::string& text) {
    const std::string& path = library_.cases().path();
    for (std::size_t at; (at = text.find(path)) != std::string::npos;) {
      text.replace(at, path.size(), "bundled");
    }
  };
  conceal(detail.what);
  conceal(detail.where);
  for (std::string& line : detail.context) conceal(line);
  HttpResponse response = json_response(error_value(detail), status);
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

LongRun::Event Api::failed_event(const std::exception_ptr& thrown) const {
  return {.name = "error", .data = failure(thrown).body};
}

Desk::Place Api::quick_place(HttpRequest& request) {
  std::optional<Desk::Place> place = quick_.take(kQuickPatience, request.client_left);
  if (place) return std::move(*place);
  fail(429, "too-busy", "too many others are asking at this moment", "request",
       "this machine does one thing after another", {"ask again in a second"});
}

study::Study Api::study_of(const std::string& kind, json content,
                           const std::string& session) const {
  return {.kind = kind,
          .content = std::move(content),
          .where = kind + ".toml",
          .folder = "",
          .shelf = sessions_.shelf(session)};
}

Api::Asked Api::read_asked(const HttpRequest& request, const std::string& kind,
                           const json& body) const {
  const std::string session = cookie(request, kSessionCookie);
  Asked asked{.kind = kind, .study = {}, .seed = options_.seed, .id = {}};
  json content = content_of(body);
  check_draws(content, options_.most_draws);
  if (body.contains("seed")) {
    if (!body["seed"].is_number_unsigned()) {
      fail(400, "bad-json", "the seed is no whole number from 0", "seed");
    }
    asked.seed = body["seed"].get<std::uint64_t>();
  }
  if (kind == "article") {
    const json claim = content.value("claim", json());
    if (!claim.is_object() || !claim.contains("text") || !claim["text"].is_string()) {
      fail(422, "no-text", "content.claim.text is missing", "claim", "it is the article");
    }
  }
  std::string key = fmt::format("{}\n{}\n{}", kind, asked.seed, dumped(content));
  for (const SessionStore::Upload& upload : sessions_.list(session)) {
    if (key.find(upload.name) != std::string::npos) key += "\n" + upload.name + upload.sha256;
  }
  asked.id = data::sha256_of_text(key);
  asked.study = study_of(kind == "article" ? "check" : kind, std::move(content), session);
  return asked;
}

LongRun::Event Api::work(const Asked& asked, Context& context, const LongRun::Tell& tell) {
  study::StudyResult found;
  if (asked.kind == "simulate") {
    const study::SimulateCaller caller{.tables = &library_.scenario_tables(),
                                       .on_draws = [&tell](const study::ScenarioSetting& setting,
                                                           const study::ScenarioDraws& draws) {
                                         tell("partial", study::draws_value(setting, draws));
                                       }};
    found = study::run_simulation(asked.study, context, caller);
  } else {
    found = study::run_study(asked.study, context);
  }
  context.throw_if_stopped();  // what was cut short is no result, and must not be kept as one
  auto stored = std::make_shared<StoredResult>();
  json files = json::array(), certificates = json::array();
  for (const study::OutputFile& file : found.files) {
    stored->files.push_back({.name = file.name,
                             .media_type = media_type_of(file.name),
                             .bytes = bytes_of(file, sessions_)});
    const StoredResult::File& last = stored->files.back();
    files.push_back(
        {{"name", last.name}, {"media_type", last.media_type}, {"size", last.bytes.size()}});
  }
  for (const Certificate& one : found.certificates) {
    certificates.push_back(attribution::to_json(one));
  }
  stored->answer = dumped({{"id", asked.id},
                           {"kind", asked.kind},
                           {"certified", found.certified()},
                           {"certificates", std::move(certificates)},
                           {"value", std::move(found.value)},
                           {"text", study::without_colour(found.text)},
                           {"files", std::move(files)}});
  stored->answer.pop_back();
  results_.put(asked.id, stored);
  return {.name = "result", .data = stored->answer};
}

std::unique_ptr<LongRun> Api::start(const Asked& asked) {
  return std::make_unique<LongRun>(
      [this, asked](Context& context, const LongRun::Tell& tell) {
        return work(asked, context, tell);
      },
      [this](const std::exception_ptr& thrown) { return failed_event(thrown); }, asked.seed,
      options_.n_threads, stopping_);
}

namespace {

[[noreturn]] void fail_busy() {
  fail(429, "too-busy", "too many long runs are waiting", "request",
       "this machine does one thing after another", {"ask again in a few seconds"});
}

// Ends a run that nobody waits for, or that takes too long.
class Watch {
 public:
  Watch(std::function<bool()> client_left, double longest_seconds)
      : client_left_(std::move(client_left)), longest_seconds_(longest_seconds) {}
  void look(LongRun& run) {
    if (client_left_()) left_ = true;
    if (since(begun_) > longest_seconds_) late_ = true;
    if (left_ || late_) run.stop();
  }
  [[nodiscard]] double seconds() const { return since(begun_); }
  [[nodiscard]] bool late() const { return late_; }

 private:
  std::function<bool()> client_left_;
  double longest_seconds_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  bool left_ = false;
  bool late_ = false;
};

const ErrorDetail kTooLong = {.code = "too-long",
                              .what = "the run took longer than this server allows",
                              .where = "request",
                              .why = "others want to work too",
                              .fixes = {"run it on the command line"}};

}  // namespace

std::shared_ptr<const StoredResult> Api::finished(const Asked& asked, HttpRequest& request) {
  if (auto known = results_.find(asked.id)) return known;
  const auto place = long_.take(kLongPatience, request.client_left);
  if (!place) fail_busy();
  if (auto known = results_.find(asked.id)) return known;
  const std::unique_ptr<LongRun> run = start(asked);
  Watch watch(request.client_left, options_.longest_run_seconds);
  while (true) {
    const std::optional<LongRun::Event> event = run->next(milliseconds(100));
    if (event && event->name == "result") {
      if (auto known = results_.find(asked.id)) return known;
      auto stored = std::make_shared<StoredResult>();  // too large to be kept
      stored->answer = event->data;
      return stored;
    }
    if (event && event->name == "error") {
      if (watch.late()) throw RequestError(503, kTooLong);
      const json error = json::parse(event->data)["error"];
      const int status = error["code"] == "cancelled"  ? 503
                         : error["code"] == "internal" ? 500
                                                       : 422;
      throw RequestError(status, {.code = error["code"],
                                  .what = error["what"],
                                  .where = error["where"],
                                  .context = error["context"],
                                  .why = error["why"],
                                  .fixes = error["fixes"]});
    }
    watch.look(*run);
  }
}

HttpResponse Api::run_kind(HttpRequest& request, const Parts&) {
  const auto begun = std::chrono::steady_clock::now();
  const json body = parse_body(request);
  check_members(body, {"content", "seed"});
  const Asked asked = read_asked(request, request.path.substr(5), body);
  const bool events = request.header("accept").find("text/event-stream") != std::string::npos;
  if (!events) {
    const bool cached = results_.find(asked.id) != nullptr;
    return {.body = closed_answer(*finished(asked, request), cached, since(begun))};
  }
  if (const auto known = results_.find(asked.id)) {
    return {.media_type = "text/event-stream",
            .headers = {{"Cache-Control", "no-store"}},
            .stream = [known](const auto& write) {
              write(event_text("result", closed_answer(*known, true, 0.0)));
            }};
  }
  auto place =
      std::make_shared<std::optional<Desk::Place>>(long_.take(kLongPatience, request.client_left));
  if (!*place) fail_busy();
  return {
      .media_type = "text/event-stream",
      .headers = {{"Cache-Control", "no-store"}},
      .stream = [this, asked, place, begun, client_left = request.client_left](const auto& write) {
        const std::unique_ptr<LongRun> run = start(asked);
        Watch watch(client_left, options_.longest_run_seconds);
        auto spoken = std::chrono::steady_clock::now();
        while (true) {
          const std::optional<LongRun::Event> event = run->next(milliseconds(100));
          watch.look(*run);
          if (!event) {
            if (since(spoken) > 1.0) {
              spoken = std::chrono::steady_clock::now();
              if (!write(": still at it\n\n")) return;
            }
            continue;
          }
          std::string data = event->data;
          if (event->name == "result") {
            data += fmt::format(",\"cached\":false,\"seconds\":{:.6f}}}", since(begun));
          }
          if (event->name == "error" && watch.late()) data = dumped(error_value(kTooLong));
          const bool taken = write(event_text(event->name, data));
          if (!taken || event->name == "result" || event->name == "error") return;
        }
      }};
}

HttpResponse Api::page(HttpRequest& request, const Parts&) {
  if (request.query.contains("token")) {
    // The token moves from the address, which is seen and kept, to a cookie, which is not.
    return {.status = 303,
            .media_type = "text/plain",
            .headers = {{"Location", "/"},
                        {"Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict",
                                                   kTokenCookie, options_.gate.token)}}};
  }
  HttpResponse response{.media_type = "text/html; charset=utf-8",
                        .headers = {{"ETag", page_tag_},
                                    {"Cache-Control", "no-cache"},
                                    {"Content-Security-Policy", page_policy_}}};
  if (request.header("if-none-match") == page_tag_) {
    response.status = 304;
  } else {
    response.body = std::string(kWorkbenchPage);
  }
  return response;
}

HttpResponse Api::document(HttpRequest&, const Parts&) { return {.body = std::string(kOpenApi)}; }

HttpResponse Api::health(HttpRequest&, const Parts&) {
  return json_response({{"version", version()},
                        {"seconds_up", since(begun_)},
                        {"working", quick_.n_working() + long_.n_working()},
                        {"waiting", quick_.n_waiting() + long_.n_waiting()},
                        {"connections", n_connections_()},
                        {"sessions", sessions_.n_sessions()}});
}

HttpResponse Api::catalogue(HttpRequest&, const Parts&) { return {.body = catalogue_text()}; }

const std::string& Api::catalogue_text() {
  std::call_once(catalogue_once_, [this] {
    json value = library_.catalogue();
    value["limits"] = {{"json_bytes", options_.json_bytes},
                       {"table_bytes", options_.sessions.table_bytes},
                       {"tables_per_session", options_.sessions.tables_per_session},
                       {"n_draws", options_.most_draws}};
    catalogue_ = dumped(value);
  });
  return catalogue_;
}

HttpResponse Api::world(HttpRequest& request, const Parts&) {
  const std::string trade = query(request, "trade", "world_trade");
  const Index asked = whole_number(request, "year", "0", 0, 3000);
  const study::Study study = study_of("simulate", json::object(), cookie(request, kSessionCookie));
  const Desk::Place place = quick_place(request);
  study::DataSources sources(study, library_.cases());
  return json_response(library_.world(trade, asked, query(request, "inputs", ""),
                                      query(request, "elasticities", ""), sources));
}

HttpResponse Api::first(HttpRequest& request, const Parts&) {
  const auto begun = std::chrono::steady_clock::now();
  while (warm_.wait_for(milliseconds(100)) != std::future_status::ready) {
    if (request.client_left() || stopping_.stop_requested()) throw Cancelled();
  }
  const Asked asked = read_asked({}, "check", {{"content", {{"claim", "lavrov-2017"}}}});
  return {.body = closed_answer(*finished(asked, request), true, since(begun))};
}

HttpResponse Api::solve(HttpRequest& request, const Parts&) {
  const json body = parse_body(request);
  check_members(body, {"content", "flows", "tables"});
  const study::LiveParts parts{.tables = flag_member(body, "tables", true),
                               .flows = flag_member(body, "flows", false)};
  const study::Study study =
      study_of("simulate", content_of(body), cookie(request, kSessionCookie));
  const Desk::Place place = quick_place(request);
  Context context(1, options_.seed);
  context.stop = stopping_;
  study::DataSources sources(study, library_.cases());
  return json_response(
      study::solve_scenario(study, parts, sources, library_.live_tables(), context));
}

HttpResponse Api::no_channel(HttpRequest&, const Parts&) {
  HttpResponse response = json_response(
      error_value({.code = "no-websocket",
                   .what = "this address is read over a WebSocket",
                   .where = "request",
                   .why = "a control that is being moved asks many times a second",
                   .fixes = {"Connection: Upgrade, Upgrade: websocket, Sec-WebSocket-Version: 13",
                             "POST the same body for one answer"}}),
      426);
  response.headers.emplace_back("Upgrade", "websocket");
  return response;
}

HttpResponse Api::report(HttpRequest& request, const Parts&) {
  const json body = parse_body(request);
  check_members(body, {"kind", "content", "seed", "file"});
  const std::string kind = text_member(body, "kind", "");
  if (std::find(kServedKinds.begin(), kServedKinds.end(), kind) == kServedKinds.end()) {
    fail(400, "unknown-study", fmt::format("there is no study of kind \"{}\"", kind), "kind", "",
         {fmt::format("one of {}", fmt::join(kServedKinds, ", "))});
  }
  const std::string name = text_member(body, "file", "report.html");
  const auto result = finished(read_asked(request, kind, body), request);
  if (const StoredResult::File* file = find_file(*result, name)) return attachment(*file);
  std::vector<std::string> names;
  for (const StoredResult::File& file : result->files) names.push_back(file.name);
  fail(422, "no-such-file", fmt::format("this study makes no {}", name.substr(0, 80)), "file", "",
       {fmt::format("its files: {}", fmt::join(names, ", "))});
}

HttpResponse Api::result(HttpRequest&, const Parts& parts) {
  if (const auto known = results_.find(parts[0])) return {.body = closed_answer(*known, true, 0.0)};
  fail(404, "no-such-result", "this result is not kept here", "id",
       "results are forgotten when memory for them runs out", {"run the study again"});
}

HttpResponse Api::result_file(HttpRequest&, const Parts& parts) {
  const auto known = results_.find(parts[0]);
  const StoredResult::File* file = known ? find_file(*known, parts[1]) : nullptr;
  if (file != nullptr) return attachment(*file);
  fail(404, "no-such-result", "this file is not kept here", "id",
       "results are forgotten when memory for them runs out", {"run the study again"});
}

HttpResponse Api::write_toml(HttpRequest& request, const Parts&) {
  const json body = parse_body(request);
  check_members(body, {"content"});
  const json content = content_of(body);
  const char* kind = content.contains("scenario")                              ? "simulate"
                     : content.contains("claim")                               ? "check"
                     : content.contains("pair")                                ? "regions"
                     : content.contains("estimate")                            ? "estimate"
                     : content.contains("columns") || content.contains("data") ? "data_check"
                                                                               : "simulate";
  return json_response({{"toml", study::study_toml(kind, content)}});
}

HttpResponse Api::read_toml(HttpRequest& request, const Parts&) {
  const json body = parse_body(request);
  check_members(body, {"toml"});
  if (!body.contains("toml")) fail(400, "missing-key", "the body has no \"toml\"", "body");
  return json_response(
      {{"content", data::parse_document(text_member(body, "toml", ""), "study.toml").value}});
}

HttpResponse Api::translate(HttpRequest& request, const Parts&) {
  const json body = parse_body(request);
  check_members(body, {"language", "texts"});
  const std::string language = text_member(body, "language", "");
  if (language != "ru" && language != "kk") {
    fail(400, "bad-parameter", "the language is neither ru nor kk", "language");
  }
  const json texts = body.value("texts", json());
  if (!texts.is_array() || texts.size() > kMostTexts) {
    fail(400, "bad-json", fmt::format("texts is no list of at most {}", kMostTexts), "texts");
  }
  const auto tongue =
      language == "ru" ? attribution::Tongue::kRussian : attribution::Tongue::kKazakh;
  const Desk::Place place = quick_place(request);
  json said = json::array();
  for (const json& one : texts) {
    if (!one.is_string() || one.get_ref<const std::string&>().size() > kLongestText) {
      fail(400, "bad-json", fmt::format("a text is no string of at most {} bytes", kLongestText),
           "texts");
    }
    const auto& text = one.get_ref<const std::string&>();
    std::string sentences = attribution::translated(text, tongue);
    if (sentences == text) sentences = attribution::translated_cell(text, tongue);
    said.push_back(std::move(sentences));
  }
  return json_response({{"texts", std::move(said)}});
}

HttpResponse Api::series(HttpRequest& request, const Parts&) {
  const std::string pair = query(request, "pair");
  const Desk::Place place = quick_place(request);
  return json_response(library_.series(pair));
}

HttpResponse Api::agreements(HttpRequest& request, const Parts&) {
  const std::string pair = query(request, "pair"), month = query(request, "month");
  const Desk::Place place = quick_place(request);
  return json_response(library_.agreements(pair, month));
}

HttpResponse Api::tables(HttpRequest& request, const Parts&) {
  json uploaded = json::array();
  for (const SessionStore::Upload& one : sessions_.list(cookie(request, kSessionCookie))) {
    uploaded.push_back(one.about);
  }
  return json_response({{"bundled", library_.bundled_tables()}, {"uploaded", uploaded}});
}

HttpResponse Api::table_rows(HttpRequest& request, const Parts& parts) {
  const Index from = whole_number(request, "from", "0", 0, Index{1} << 40);
  const Index n_rows = whole_number(request, "rows", "100", 0, 1000);
  const study::Study study =
      study_of("data_check", json::object(), cookie(request, kSessionCookie));
  const Desk::Place place = quick_place(request);
  study::DataSources sources(study, library_.cases());
  data::Table table;
  try {
    table = sources.read(parts[0]);
  } catch (const InputError& error) {
    if (error.detail().code != "not-on-the-shelf") throw;
    throw RequestError(404, error.detail());
  }
  json rows = json::array();
  for (Index row = from; row < std::min(from + n_rows, table.n_rows()); ++row) {
    json cells = json::array();
    for (const data::Column& column : table.columns()) {
      if (column.is_number()) {
        const double value =
            std::get<data::NumberColumn>(column.values)[static_cast<std::size_t>(row)];
        cells.push_back(std::isfinite(value) ? json(value) : json());
      } else {
        cells.push_back(std::get<data::TextColumn>(column.values).at(row));
      }
    }
    rows.push_back(std::move(cells));
  }
  return json_response({{"name", parts[0]},
                        {"columns", table_columns(table)},
                        {"n_rows", table.n_rows()},
                        {"from", from},
                        {"rows", std::move(rows)}});
}

HttpResponse Api::put_table(HttpRequest& request, const Parts&) {
  const std::string name = query(request, "name");
  const Desk::Place place = quick_place(request);
  const std::string before = cookie(request, kSessionCookie);
  std::string session = before;
  HttpResponse response = json_response(sessions_.put(session, name, request.body), 201);
  if (session != before) {
    response.headers.emplace_back(
        "Set-Cookie",
        fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", kSessionCookie, session));
  }
  return response;
}

HttpResponse Api::delete_table(HttpRequest& request, const Parts& parts) {
  if (sessions_.remove(cookie(request, kSessionCookie), parts[0])) return {.status = 204};
  fail(404, "no-such-table", "this session has no such upload", "name");
}

}  // namespace altyn::app
