#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace altyn::app {

/// A file to fetch.
struct Download {
  std::string url;
  std::string path;         ///< where it goes; until it is whole it is called `path`.part
  std::string sha256;       ///< what it must be; "" when not known
  std::uint64_t bytes = 0;  ///< what it must be; 0 when not known
  std::vector<std::pair<std::string, std::string>> headers{};  ///< sent to the url's host alone
  int attempts = 5;
  double pause_seconds = 1.0;  ///< before the second attempt, doubled for each further one
  double longest_pause_seconds = 120.0;
  double timeout_seconds = 30.0;  ///< without a byte
};

/// What came of it.
struct Downloaded {
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string media_type;
  std::string etag;
  std::string last_modified;
  int attempts = 1;
  bool resumed = false;  ///< bytes of an earlier attempt were used
};

/// What a download tells while it runs.
struct DownloadWatch {
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<void(const std::string& sentence)> note;
  std::stop_token stop;
};

/// Fetches a file whole or not at all. A transfer that breaks off is taken up where it ended when
/// the server's ETag or date says that the file is the same, in this run or a later one; otherwise
/// it starts again. The server is asked again after 408, 429 and 5xx answers and after broken
/// connections, at the time its Retry-After says, else after pauses that double. Redirections are
/// followed five times, never from https to http, and headers of ours stay with the first host.
/// Errors: InputError "bad-url"; "http-status" for an answer that asking again does not change;
/// "checksum-mismatch", "size-mismatch", "not-the-file" (a page instead of an archive), after which
/// nothing is kept. SystemError "download-failed" when the attempts are used up (the part stays for
/// the next run), "cannot-write". Cancelled.
[[nodiscard]] Downloaded download(const Download& wanted, const DownloadWatch& watch);

}  // namespace altyn::app
