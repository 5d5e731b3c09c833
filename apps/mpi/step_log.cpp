#include "step_log.h"

#include <fmt/format.h>

namespace altyn::app {
namespace {

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

StepLog::Step StepLog::now() const {
  return {.time = std::chrono::steady_clock::now(), .traffic = ranks_.traffic()};
}

void StepLog::watch(Context& context) {
  context.on_progress = [this, shown = context.on_progress](const Progress& progress) {
    if (progress.step == "estimate") {
      Step step = now();
      step.iteration = progress.iteration;
      step.gap = progress.gap;
      steps_.push_back(step);
    }
    if (shown) shown(progress);
  };
}

std::string StepLog::text() const {
  const Step last = now();
  std::string text =
      fmt::format("\n{} ranks\nstep  largest score   seconds  exchanging  exchanges  MB moved\n",
                  ranks_.size());
  const auto line = [&](const std::string& name, const Step& from, const Step& to) {
    return fmt::format("{:<18} {:>10.3f} {:>11.3f} {:>10} {:>9.2f}\n", name,
                       seconds(to.time - from.time), to.traffic.seconds - from.traffic.seconds,
                       to.traffic.calls - from.traffic.calls,
                       (to.traffic.bytes - from.traffic.bytes) * 1e-6 * ranks_.size());
  };
  for (std::size_t s = 0; s + 1 < steps_.size(); ++s) {
    if (steps_[s + 1].iteration <= steps_[s].iteration) continue;  // another fit began
    text += line(fmt::format("{:>4}  {:>12.3g}", steps_[s].iteration, steps_[s].gap), steps_[s],
                 steps_[s + 1]);
  }
  text += line("all", {.time = start_}, last);
  return text;
}

}  // namespace altyn::app
