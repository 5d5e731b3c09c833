#include "download.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/provenance.h"

namespace altyn::app {
namespace {

namespace fs = std::filesystem;

constexpr int kMostRedirections = 5;

struct Address {
  std::string host;  ///< scheme, name and port: "https://example.org:443"
  std::string path;  ///< with the query
};

Address address_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::string name = url.substr(0, scheme);
  if (scheme == std::string::npos || (name != "https" && name != "http") ||
      url.find_first_of(" \r\n\t") != std::string::npos || url.size() <= scheme + 3) {
    throw InputError({.code = "bad-url",
                      .what = fmt::format("\"{}\" is no address", url),
                      .where = "url",
                      .why = "files are fetched by http and https"});
  }
  const std::size_t path = url.find('/', scheme + 3);
  if (path == std::string::npos) return {url, "/"};
  return {url.substr(0, path), url.substr(path)};
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

// Seconds that the server asks for: a number, or a date.
std::optional<double> retry_after(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    return static_cast<double>(number_of(text));
  }
  std::tm parts{};
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return std::max(0.0, std::difftime(timegm(&parts), std::time(nullptr)));
}

// Archives and tables begin with bytes of their own; a page that stands in for one does not.
bool looks_like(const std::string& path, const std::string& name) {
  std::ifstream stream(path, std::ios::binary);
  char start[4] = {};
  stream.read(start, 4);
  const std::string_view bytes(start, static_cast<std::size_t>(stream.gcount()));
  if (name.ends_with(".zip") || name.ends_with(".xlsx")) return bytes.starts_with("PK");
  if (name.ends_with(".xls")) return bytes.starts_with("\xD0\xCF") || bytes.starts_with("PK");
  if (name.ends_with(".gz")) return bytes.starts_with("\x1f\x8b");
  if (name.ends_with(".parquet")) return bytes == "PAR1";
  if (name.ends_with(".json")) return bytes.find_first_of("{[") != std::string_view::npos;
  if (name.ends_with(".csv") || name.ends_with(".txt")) return !bytes.starts_with('<');
  return true;
}

// What is known of the file that the part belongs to: a line of the address, a line of the
// validator that the server gave it.
struct PartRecord {
  std::string url, validator;

  static PartRecord read(const std::string& path) {
    PartRecord record;
    std::ifstream stream(path);
    std::getline(stream, record.url);
    std::getline(stream, record.validator);
    return record;
  }
  void write(const std::string& path) const {
    std::ofstream(path, std::ios::trunc) << url << '\n' << validator << '\n';
  }
};

class Transfer {
 public:
  Transfer(const Download& wanted, const DownloadWatch& watch)
      : wanted_(wanted), watch_(watch), part_(wanted.path + ".part"), record_(part_ + ".from") {}

  Downloaded run() {
    (void)address_of(wanted_.url);
    const fs::path folder = fs::path(wanted_.path).parent_path();
    std::error_code error;
    if (!folder.empty()) fs::create_directories(folder, error);
    for (int attempt = 1;; ++attempt) {
      result_.attempts = attempt;
      pause_ = wanted_.pause_seconds * static_cast<double>(1 << std::min(attempt - 1, 16));
      if (try_once()) break;
      if (attempt >= wanted_.attempts) {
        throw SystemError(
            {.code = "download-failed",
             .what =
                 fmt::format("{} attempts did not bring the file: {}", wanted_.attempts, reason_),
             .where = wanted_.url,
             .why = "the server or the connection failed",
             .fixes = {"run it again later: it goes on where it stopped", "--attempts 20"}});
      }
      wait();
    }
    verify();
    return result_;
  }

 private:
  void note(const std::string& sentence) const {
    if (watch_.note) watch_.note(sentence);
  }

  void forget_part() const {
    std::error_code ignored;
    fs::remove(part_, ignored);
    fs::remove(record_, ignored);
  }

  void wait() {
    const double seconds = asked_pause_.value_or(pause_);
    if (seconds > wanted_.longest_pause_seconds) {
      throw SystemError({.code = "download-failed",
                         .what = fmt::format("the server asks to wait {:.0f} seconds", seconds),
                         .where = wanted_.url,
                         .context = {reason_},
                         .why = "it limits how often it is asked",
                         .fixes = {"run it again after that time: it goes on where it stopped"}});
    }
    note(fmt::format("{}; asking again in {:.1f} s", reason_, seconds));
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
      if (watch_.stop.stop_requested()) throw Cancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  bool fail(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }

  // Whether the file is whole now. Leaves `reason_` and `asked_pause_` otherwise.
  bool try_once() {
    asked_pause_.reset();
    std::string url = wanted_.url;
    const std::string first_host = address_of(url).host;
    for (int step = 0; step <= kMostRedirections; ++step) {
      const Address address = address_of(url);
      std::string location;
      const bool done = ask(address, address.host == first_host, location);
      if (location.empty()) return done;
      if (location.starts_with('/')) location = address.host + location;
      if (url.starts_with("https://") && !location.starts_with("https://")) {
        throw InputError({.code = "bad-url",
                          .what = "the server sends on to an address that is not encrypted",
                          .where = wanted_.url,
                          .context = {location},
                          .why = "what comes from there may be anybody's"});
      }
      url = location;
    }
    throw InputError(
        {.code = "http-status",
         .what = fmt::format("the server sends on more than {} times", kMostRedirections),
         .where = wanted_.url,
         .why = "it goes in circles"});
  }

  bool ask(const Address& address, bool own_host, std::string& location) {
    std::uint64_t held = size_of(part_);
    const PartRecord before = PartRecord::read(record_);
    if (held > 0 && (before.url != wanted_.url || before.validator.empty())) {
      forget_part();
      held = 0;
    }
    httplib::Headers headers = {{"User-Agent", fmt::format("altyn/{}", version())},
                                {"Accept-Encoding", "identity"}};
    if (own_host) {
      for (const auto& [name, value] : wanted_.headers) headers.emplace(name, value);
    }
    if (held > 0) {
      headers.emplace("Range", fmt::format("bytes={}-", held));
      headers.emplace("If-Range", before.validator);
    }
    httplib::Client client(address.host);
    client.set_connection_timeout(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::duration<double>(wanted_.timeout_seconds)));
    client.set_read_timeout(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::duration<double>(wanted_.timeout_seconds)));
    client.set_url_encode(false);
    std::ofstream out;
    std::uint64_t received = 0, total = 0;
    bool cannot_write = false, wanted_answer = false;
    const auto head = [&](const httplib::Response& response) {
      const bool part = response.status == 206;
      wanted_answer = response.status == 200 || part;
      if (!wanted_answer) return true;  // its body is read and thrown away
      if (part && !continues(response, held)) return false;
      if (!part) held = 0;
      result_.resumed = result_.resumed || part;
      result_.media_type = response.get_header_value("Content-Type");
      result_.etag = response.get_header_value("ETag");
      result_.last_modified = response.get_header_value("Last-Modified");
      const bool weak = result_.etag.starts_with("W/") || result_.etag.empty();
      PartRecord{wanted_.url, weak ? result_.last_modified : result_.etag}.write(record_);
      total = held + number_of(response.get_header_value("Content-Length"));
      has_length_ = response.has_header("Content-Length");
      out.open(part_, std::ios::binary | (part ? std::ios::app : std::ios::trunc));
      cannot_write = !out;
      return !cannot_write;
    };
    const auto body = [&](const char* bytes, std::size_t size) {
      if (watch_.stop.stop_requested()) return false;
      if (!wanted_answer) return true;
      out.write(bytes, static_cast<std::streamsize>(size));
      received += size;
      cannot_write = !out;
      if (watch_.progress) watch_.progress(held + received, total);
      return !cannot_write;
    };
    const httplib::Result answer = client.Get(address.path, headers, head, body);
    if (out.is_open()) {
      out.close();
      cannot_write = cannot_write || !out;
    }
    if (watch_.stop.stop_requested()) throw Cancelled();
    if (cannot_write) {
      throw SystemError({.code = "cannot-write",
                         .what = "the file cannot be written",
                         .where = part_,
                         .why = "the disk is full, or the folder is not ours",
                         .fixes = {"make room, then run it again: it goes on where it stopped"}});
    }
    if (!answer) {
      if (refused_part_) {
        refused_part_ = false;
        forget_part();
        return fail("the server answered with another part than was asked for");
      }
      return fail(fmt::format("the connection failed ({}) after {} bytes",
                              httplib::to_string(answer.error()), held + received));
    }
    return judge(*answer, held + received, total, location);
  }

  // A part must begin where ours ends, in a file of the same size.
  bool continues(const httplib::Response& response, std::uint64_t held) {
    const std::string range = response.get_header_value("Content-Range");  // bytes 5-9/10
    refused_part_ = !range.starts_with(fmt::format("bytes {}-", held));
    return !refused_part_;
  }

  bool judge(const httplib::Response& response, std::uint64_t size, std::uint64_t total,
             std::string& location) {
    const int status = response.status;
    if (status == 200 || status == 206) {
      if (has_length_ && size != total) {
        return fail(fmt::format("{} of {} bytes came", size, total));
      }
      result_.bytes = size;
      return true;
    }
    if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
      location = response.get_header_value("Location");
      if (!location.empty()) return false;
    }
    if (status == 416) {  // our part is longer than the file
      forget_part();
      return fail("the server has no more of the file than we hold");
    }
    if (status == 408 || status == 429 || status >= 500) {
      asked_pause_ = retry_after(response.get_header_value("Retry-After"));
      return fail(fmt::format("the server answered {}", status));
    }
    const char* fix = status == 401 || status == 403
                          ? "the provider wants a key or a login: see its page"
                          : "the file may have moved: see the provider's page, then --url ADDRESS";
    throw InputError({.code = "http-status",
                      .what = fmt::format("the server answered {}", status),
                      .where = wanted_.url,
                      .why = "asking again would not change that",
                      .fixes = {fix}});
  }

  void verify() {
    result_.sha256 = data::sha256_of_file(part_);
    const auto refuse = [&](const char* code, std::string what) {
      forget_part();
      throw InputError({.code = code,
                        .what = std::move(what),
                        .where = wanted_.url,
                        .why = "it is not the file that was asked for; nothing was kept",
                        .fixes = {"look at the provider's page: a new release has a new checksum",
                                  "fetch it again"}});
    };
    if (wanted_.bytes > 0 && result_.bytes != wanted_.bytes) {
      refuse("size-mismatch",
             fmt::format("the file has {} bytes, not {}", result_.bytes, wanted_.bytes));
    }
    if (!wanted_.sha256.empty() && result_.sha256 != wanted_.sha256) {
      refuse("checksum-mismatch",
             fmt::format("its SHA-256 is {}, not {}", result_.sha256, wanted_.sha256));
    }
    if (!looks_like(part_, wanted_.path)) {
      refuse("not-the-file",
             fmt::format("what came is no {} ({})", fs::path(wanted_.path).extension().string(),
                         result_.media_type.empty() ? "unknown type" : result_.media_type));
    }
    std::error_code error;
    fs::rename(part_, wanted_.path, error);
    if (error) {
      throw SystemError({.code = "cannot-write",
                         .what = error.message(),
                         .where = wanted_.path,
                         .why = "the file is whole but cannot be put in its place"});
    }
    fs::remove(record_, error);
  }

  const Download& wanted_;
  const DownloadWatch& watch_;
  std::string part_, record_;
  Downloaded result_;
  std::string reason_;
  double pause_ = 1.0;
  std::optional<double> asked_pause_;
  bool has_length_ = false, refused_part_ = false;
};

}  // namespace

Downloaded download(const Download& wanted, const DownloadWatch& watch) {
  return Transfer(wanted, watch).run();
}

}  // namespace altyn::app
