#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <thread>

#include "altyn/core/context.h"

namespace altyn::app {

/// Work that takes longer than a blink, on a thread of its own behind everything interactive, and
/// what it says on the way.
class LongRun {
 public:
  struct Event {
    std::string name;  ///< "progress", "warning", "partial", "result" or "error"
    std::string data;  ///< one line of JSON
  };
  /// Tells something on the way: name and value.
  using Tell = std::function<void(const char*, const nlohmann::json&)>;
  /// Returns the last event; what it throws is turned into one by `failed`.
  using Work = std::function<Event(Context&, const Tell&)>;
  using Failed = std::function<Event(const std::exception_ptr&)>;

  LongRun(Work work, Failed failed, std::uint64_t seed, int n_threads, std::stop_token outer);
  /// Stops what still runs, and waits for it.
  ~LongRun();
  LongRun(const LongRun&) = delete;
  LongRun& operator=(const LongRun&) = delete;

  /// The next event, when one comes within `patience`. "result" or "error" is the last.
  [[nodiscard]] std::optional<Event> next(std::chrono::milliseconds patience);
  void stop() { stop_.request_stop(); }

 private:
  void push(Event event);
  void report(const Progress& progress);

  std::stop_source stop_;
  std::stop_callback<std::function<void()>> outer_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Event> events_;
  std::chrono::steady_clock::time_point begun_;
  std::string step_;
  std::chrono::steady_clock::time_point step_begun_;
  std::jthread thread_;
};

}  // namespace altyn::app
