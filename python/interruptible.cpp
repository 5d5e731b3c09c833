#include "interruptible.h"

#include <nanobind/stl/string.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace altyn::python {
namespace {

namespace nb = nanobind;

struct SeenProgress {
  std::string step;
  Progress numbers;
};

/// What the working thread leaves for this one. Of several reports the last one counts.
struct Mailbox {
  std::mutex mutex;
  std::condition_variable filled;
  std::optional<SeenProgress> progress;
  std::vector<std::string> warnings;
  bool done = false;
};

void deliver(const SeenProgress& seen, const nb::object& on_progress) {
  const Progress& p = seen.numbers;
  nb::dict report;
  report["step"] = seen.step;
  report["iteration"] = p.iteration;
  report["total"] = p.total;
  report["gap"] = p.gap < 0.0 ? nb::none() : nb::object(nb::float_(p.gap));
  report["target"] = p.target < 0.0 ? nb::none() : nb::object(nb::float_(p.target));
  on_progress(report);
}

}  // namespace

void run_interruptible(Context& context, const nb::object& on_progress,
                       const nb::object& on_warning, const std::function<void()>& work) {
  using namespace std::chrono_literals;
  Mailbox box;
  std::stop_source stop;
  context.stop = stop.get_token();
  context.on_progress = [&box](const Progress& progress) {
    const std::lock_guard lock(box.mutex);
    box.progress = SeenProgress{std::string(progress.step), progress};
    box.filled.notify_one();
  };
  context.on_warning = [&box](std::string_view sentence) {
    const std::lock_guard lock(box.mutex);
    box.warnings.emplace_back(sentence);
    box.filled.notify_one();
  };
  std::exception_ptr failure;
  std::jthread worker([&] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(box.mutex);
    box.done = true;
    box.filled.notify_one();
  });

  std::exception_ptr raised;
  bool done = false;
  while (!done) {
    std::optional<SeenProgress> progress;
    std::vector<std::string> warnings;
    {
      const nb::gil_scoped_release release;
      std::unique_lock lock(box.mutex);
      box.filled.wait_for(lock, 20ms, [&box] { return box.done || !box.warnings.empty(); });
      done = box.done;
      progress.swap(box.progress);
      warnings.swap(box.warnings);
    }
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (!on_warning.is_none()) {
        for (const std::string& sentence : warnings) on_warning(sentence);
      }
      if (progress && !on_progress.is_none()) deliver(*progress, on_progress);
    } catch (const nb::python_error&) {
      raised = std::current_exception();
      stop.request_stop();
      break;
    }
  }
  {
    const nb::gil_scoped_release release;
    worker.join();
  }
  if (raised) std::rethrow_exception(raised);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace altyn::python
