#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "altyn/core/context.h"

namespace altyn::app {

/// True when the stream is a terminal that shows colours (and NO_COLOR is not set).
[[nodiscard]] bool shows_colour(std::FILE* stream);

/// Columns of the terminal behind stdout, or 80.
[[nodiscard]] int terminal_width();

/// Shows progress on stderr: one rewritten bar on a terminal, plain lines elsewhere (one per step,
/// then one every few seconds), nothing when quiet.
class ProgressDisplay {
 public:
  explicit ProgressDisplay(bool quiet);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  void show(const Progress& progress);
  /// Removes the bar, so that other text starts on a clean line.
  void clear();
  void warn(std::string_view sentence);

 private:
  [[nodiscard]] std::string describe(const Progress& progress, double seconds) const;
  bool quiet_;
  bool terminal_;
  bool bar_visible_ = false;
  std::string step_;
  double step_started_ = 0.0;
  double last_shown_ = 0.0;
};

/// Turns Ctrl-C into a stop request; a second one ends the process. Construct it before any thread
/// starts: the signal is blocked in all of them and waited for in one.
class InterruptWatch {
 public:
  InterruptWatch();
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
};

}  // namespace altyn::app
