#include "interruptible.h"

#include <nanobind/stl/string.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
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
  std::exception_ptr failure;
  bool done = false;
};

struct Abandoned {
  std::thread thread;
  std::shared_ptr<Mailbox> box;
};

// Guarded by the GIL.
std::vector<Abandoned>& abandoned() {
  static std::vector<Abandoned> list;
  return list;
}

void join(std::thread& thread) {
  const nb::gil_scoped_release release;  // the work may hand memory back to Python
  thread.join();
}

void join_finished() {
  std::erase_if(abandoned(), [](Abandoned& one) {
    {
      const std::lock_guard lock(one.box->mutex);
      if (!one.box->done) return false;
    }
    one.thread.join();
    return true;
  });
}

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

void run_interruptible(const std::shared_ptr<Context>& context, const nb::object& on_progress,
                       const nb::object& on_warning, std::function<void()> work) {
  using namespace std::chrono_literals;
  join_finished();
  const auto box = std::make_shared<Mailbox>();
  std::stop_source stop;
  context->stop = stop.get_token();
  context->on_progress = [box](const Progress& progress) {
    const std::lock_guard lock(box->mutex);
    box->progress = SeenProgress{std::string(progress.step), progress};
    box->filled.notify_one();
  };
  context->on_warning = [box](std::string_view sentence) {
    const std::lock_guard lock(box->mutex);
    box->warnings.emplace_back(sentence);
    box->filled.notify_one();
  };
  std::thread worker([box, work = std::move(work)]() mutable {
    std::exception_ptr failure;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    work = nullptr;  // what it owns is gone when it is done
    const std::lock_guard lock(box->mutex);
    box->failure = failure;
    box->done = true;
    box->filled.notify_one();
  });

  bool done = false;
  while (!done) {
    std::optional<SeenProgress> progress;
    std::vector<std::string> warnings;
    {
      const nb::gil_scoped_release release;
      std::unique_lock lock(box->mutex);
      box->filled.wait_for(lock, 20ms, [&] { return box->done || !box->warnings.empty(); });
      done = box->done;
      progress.swap(box->progress);
      warnings.swap(box->warnings);
    }
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (!on_warning.is_none()) {
        for (const std::string& sentence : warnings) on_warning(sentence);
      }
      if (progress && !on_progress.is_none()) deliver(*progress, on_progress);
    } catch (const nb::python_error&) {
      stop.request_stop();
      {
        const nb::gil_scoped_release release;
        std::unique_lock lock(box->mutex);
        done = box->filled.wait_for(lock, 50ms, [&] { return box->done; });
      }
      if (done) {
        join(worker);
      } else {
        abandoned().push_back({std::move(worker), box});
      }
      throw;
    }
  }
  join(worker);
  if (box->failure) std::rethrow_exception(box->failure);
}

void join_abandoned() {
  for (Abandoned& one : abandoned()) join(one.thread);
  abandoned().clear();
}

}  // namespace altyn::python
