#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "altyn/comm/communicator.h"
#include "altyn/core/context.h"
#include "terminal.h"

namespace altyn::app {

/// What every command shares: the global flags and the context made from them.
class Session {
 public:
  /// `n_threads`: without --threads; 0 is one per processor.
  explicit Session(Index n_threads = 0);
  /// Adds --threads, --seed, --quiet and --no-color to the command.
  void add_global_flags(CLI::App& app);
  /// The context for this run; made once, after the flags are read.
  [[nodiscard]] Context& context();
  /// Prints to stdout, the progress bar removed first. Colour codes are dropped off a terminal.
  void print(const std::string& text);
  /// A status line for people on stderr; nothing when quiet.
  void note(const std::string& text);
  [[nodiscard]] bool colour() const;
  [[nodiscard]] bool quiet() const { return quiet_; }
  /// The command as the user typed it, for the run record.
  std::string command_line;
  /// The processes that share the work; null when this is the only one. Only the first one prints.
  comm::Communicator* ranks = nullptr;
  [[nodiscard]] bool speaks() const { return ranks == nullptr || ranks->rank() == 0; }

 private:
  InterruptWatch interrupt_;
  Index n_threads_;
  std::uint64_t seed_ = 20171006;
  bool quiet_ = false;
  bool no_colour_ = false;
  std::unique_ptr<ProgressDisplay> display_;
  std::unique_ptr<Context> context_;
};

/// Runs the command and turns what it throws into a message on stderr and an exit code:
/// 0 done, 1 wrong input, 2 no convergence, 3 the system or Altyn itself failed, 130 stopped.
[[nodiscard]] int guarded(Session& session, const std::function<int()>& command);

}  // namespace altyn::app
