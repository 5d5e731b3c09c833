#include "altyn/core/thread_pool.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "altyn/core/errors.h"

namespace altyn {

ShardRange shard_range(Index n, Index n_shards, Index shard) {
  const Index base = n / n_shards;
  const Index extra = n % n_shards;
  const Index begin = shard * base + (shard < extra ? shard : extra);
  return {begin, begin + base + (shard < extra ? 1 : 0)};
}

namespace {
thread_local bool inside_shard = false;
}  // namespace

// A job is published under the mutex; shards are handed out by one atomic counter. Workers that
// wake late find the counter exhausted and go back to sleep.
struct ThreadPool::State {
  int n_threads = 1;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable finished;
  const std::function<void(Index)>* work = nullptr;
  Index n_shards = 0;
  std::uint64_t job = 0;
  int n_busy = 0;
  bool stopping = false;
  std::atomic<Index> next{0};
  std::exception_ptr error;
  std::vector<std::jthread> threads;

  void drain() {
    inside_shard = true;
    for (Index shard = next.fetch_add(1); shard < n_shards; shard = next.fetch_add(1)) {
      try {
        (*work)(shard);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
    }
    inside_shard = false;
  }

  void worker() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || job != seen; });
      if (stopping) return;
      seen = job;
      if (work == nullptr) continue;
      ++n_busy;
      lock.unlock();
      drain();
      lock.lock();
      if (--n_busy == 0) finished.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int n_threads) : state_(std::make_unique<State>()) {
  if (n_threads < 1) {
    throw InputError({.code = "bad-threads",
                      .what = "the number of threads must be at least 1",
                      .where = "threads",
                      .fixes = {"--threads 1"}});
  }
  state_->n_threads = n_threads;
  for (int i = 1; i < n_threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->worker(); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
}

int ThreadPool::n_threads() const { return state_->n_threads; }

void ThreadPool::for_each_shard(Index n_shards, const std::function<void(Index)>& work) {
  if (n_shards <= 0) return;
  State& state = *state_;
  if (inside_shard || state.threads.empty() || n_shards == 1) {
    const bool outer = inside_shard;
    inside_shard = true;
    try {
      for (Index shard = 0; shard < n_shards; ++shard) work(shard);
    } catch (...) {
      inside_shard = outer;
      throw;
    }
    inside_shard = outer;
    return;
  }
  {
    const std::lock_guard lock(state.mutex);
    state.work = &work;
    state.n_shards = n_shards;
    state.next = 0;
    state.error = nullptr;
    ++state.job;
  }
  state.wake.notify_all();
  state.drain();
  std::unique_lock lock(state.mutex);
  // All shards are handed out; wait for workers still inside one. `work` is cleared under the
  // mutex, so a worker that wakes later cannot start on a job that is over.
  state.finished.wait(lock, [&] { return state.n_busy == 0; });
  state.work = nullptr;
  if (state.error) std::rethrow_exception(std::exchange(state.error, nullptr));
}

}  // namespace altyn
