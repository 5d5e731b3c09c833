#include "terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace altyn::app {
namespace {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr double kBarInterval = 0.1;
constexpr double kLineInterval = 5.0;

}  // namespace

bool shows_colour(std::FILE* stream) {
  const char* terminal = std::getenv("TERM");
  return isatty(fileno(stream)) != 0 && std::getenv("NO_COLOR") == nullptr &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

int terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

ProgressDisplay::ProgressDisplay(bool quiet) : quiet_(quiet), terminal_(shows_colour(stderr)) {}

ProgressDisplay::~ProgressDisplay() { clear(); }

std::string ProgressDisplay::describe(const Progress& progress, double seconds) const {
  std::string text(progress.step);
  if (progress.total > 0) {
    const double done = std::clamp(
        static_cast<double>(progress.iteration) / static_cast<double>(progress.total), 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(std::lround(20.0 * done));
    if (terminal_) {
      text += "  ";
      for (std::size_t i = 0; i < 20; ++i) text += i < filled ? "━" : "╌";
    }
    text += fmt::format(" {}/{}", progress.iteration, progress.total);
    if (done > 0.0 && done < 1.0 && seconds > 1.0) {
      text += fmt::format("  {:.0f} s left", seconds / done * (1.0 - done));
    }
  } else if (progress.iteration > 0) {
    text += fmt::format("  iteration {}", progress.iteration);
  }
  if (progress.gap >= 0.0) text += fmt::format("  gap {:.1e}", progress.gap);
  if (progress.target > 0.0) text += fmt::format(" (to {:.0e})", progress.target);
  return text;
}

void ProgressDisplay::show(const Progress& progress) {
  if (quiet_) return;
  const double now = now_seconds();
  const bool new_step = progress.step != step_;
  if (new_step) {
    step_ = progress.step;
    step_started_ = now;
  }
  if (!terminal_) {
    if (new_step || now - last_shown_ > kLineInterval) {
      fmt::print(stderr, "{}\n", describe(progress, now - step_started_));
      last_shown_ = now;
    }
    return;
  }
  if (!new_step && now - last_shown_ < kBarInterval) return;
  fmt::print(stderr, "\r\033[K{}", describe(progress, now - step_started_));
  std::fflush(stderr);
  bar_visible_ = true;
  last_shown_ = now;
}

void ProgressDisplay::clear() {
  if (!bar_visible_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  bar_visible_ = false;
}

void ProgressDisplay::warn(std::string_view sentence) {
  clear();
  if (terminal_) {
    fmt::print(stderr, "\033[33mwarning:\033[0m {}\n", sentence);
  } else {
    fmt::print(stderr, "warning: {}\n", sentence);
  }
}

InterruptWatch::InterruptWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([source = source_, signals]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    source.request_stop();
    sigwait(&signals, &signal);
    std::_Exit(130);
  }).detach();
}

}  // namespace altyn::app
