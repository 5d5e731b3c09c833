#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "altyn/comm/communicator.h"
#include "altyn/core/context.h"

namespace altyn::app {

/// What every step of a fit moved between the ranks, and how long it took.
class StepLog {
 public:
  explicit StepLog(comm::Communicator& ranks) : ranks_(ranks) {}
  /// Notes the traffic and the time whenever a step is reported.
  void watch(Context& context);
  /// A line per step and one for the whole run; bytes are those of all ranks. Every rank calls.
  [[nodiscard]] std::string text() const;

 private:
  struct Step {
    Index iteration = 0;
    double gap = 0.0;
    std::chrono::steady_clock::time_point time{};
    comm::Traffic traffic{};
  };
  [[nodiscard]] Step now() const;
  comm::Communicator& ranks_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<Step> steps_;
};

}  // namespace altyn::app
