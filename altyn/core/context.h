#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "altyn/core/thread_pool.h"

namespace altyn {

/// One report of a long computation; the surface decides how to show it.
struct Progress {
  std::string_view step;  ///< "three-way PPML", "placebo 12 of 27"
  Index iteration = 0;    ///< iterations or items done
  Index total = 0;        ///< items in all; 0 when unknown
  double gap = -1.0;      ///< residual now; -1 when there is none
  double target = -1.0;   ///< residual at which the step ends
};

/// Everything a solver needs besides its problem and options. There are no globals: two contexts
/// never share state. The engine never prints; it calls these hooks, from one thread at a time.
struct Context {
  /// `n_threads` >= 1; 0 means one thread per processor.
  explicit Context(int n_threads = 0, std::uint64_t seed_in = 20171006);

  std::unique_ptr<ThreadPool> pool;
  std::uint64_t seed;    ///< of every random draw in the run
  std::stop_token stop;  ///< polled at least once per iteration
  std::function<void(const Progress&)> on_progress;
  std::function<void(std::string_view)> on_warning;  ///< one plain sentence per call

  void report(const Progress& progress) const {
    if (on_progress) on_progress(progress);
  }
  void warn(std::string_view sentence) const {
    if (on_warning) on_warning(sentence);
  }
  /// Throws Cancelled when a stop was requested. For code between solves; solvers return
  /// SolveStatus::kCancelled instead.
  void throw_if_stopped() const;
};

}  // namespace altyn
