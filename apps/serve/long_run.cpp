#include "long_run.h"

#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace altyn::app {
namespace {

constexpr std::size_t kMostEvents = 200;
constexpr int kNiceness = 5;

double since(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

}  // namespace

LongRun::LongRun(Work work, Failed failed, std::uint64_t seed, int n_threads, std::stop_token outer)
    : outer_(std::move(outer), [this] { stop_.request_stop(); }),
      begun_(std::chrono::steady_clock::now()),
      step_begun_(begun_),
      thread_([this, work = std::move(work), failed = std::move(failed), seed, n_threads] {
        // Of this thread and those it starts: whoever drags a slider goes first.
        (void)::setpriority(PRIO_PROCESS, 0, kNiceness);
        try {
          Context context(n_threads, seed);
          context.stop = stop_.get_token();
          context.on_progress = [this](const Progress& progress) { report(progress); };
          context.on_warning = [this](std::string_view sentence) {
            push({"warning", nlohmann::json{{"sentence", sentence}}.dump()});
          };
          push(work(context, [this](const char* name, const nlohmann::json& value) {
            push({name, value.dump()});
          }));
        } catch (...) {
          push(failed(std::current_exception()));
        }
      }) {}

LongRun::~LongRun() { stop_.request_stop(); }

std::optional<LongRun::Event> LongRun::next(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!came_.wait_for(lock, patience, [this] { return !events_.empty(); })) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

// A newer event of a passing kind takes the place of one that nobody has taken yet.
void LongRun::push(Event event) {
  const std::lock_guard lock(mutex_);
  const bool passing = event.name == "progress" || event.name == "partial";
  for (Event& waiting : events_) {
    if (passing && waiting.name == event.name) {
      waiting = std::move(event);
      return;
    }
  }
  if (event.name == "warning" && events_.size() >= kMostEvents) return;
  events_.push_back(std::move(event));
  came_.notify_all();
}

void LongRun::report(const Progress& progress) {
  if (step_ != progress.step) {
    step_ = progress.step;
    step_begun_ = std::chrono::steady_clock::now();
  }
  nlohmann::json left;
  if (progress.total > 0 && progress.iteration > 0) {
    const auto done = static_cast<double>(progress.iteration);
    left = since(step_begun_) * (static_cast<double>(progress.total) - done) / done;
  }
  const auto known = [](double value) {
    return value < 0.0 ? nlohmann::json() : nlohmann::json(value);
  };
  push({"progress", nlohmann::json{{"step", progress.step},
                                   {"iteration", progress.iteration},
                                   {"total", progress.total},
                                   {"gap", known(progress.gap)},
                                   {"target", known(progress.target)},
                                   {"seconds", since(begun_)},
                                   {"seconds_left", left}}
                        .dump()});
}

}  // namespace altyn::app
