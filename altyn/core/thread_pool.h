#pragma once

#include <functional>
#include <memory>

#include "altyn/core/types.h"

namespace altyn {

/// The half-open range of elements of one shard.
struct ShardRange {
  Index begin = 0;
  Index end = 0;
};

/// Shard `shard` of `n_shards` nearly equal parts of 0 .. n - 1.
[[nodiscard]] ShardRange shard_range(Index n, Index n_shards, Index shard);

/// Threads that work through numbered shards. The number of shards is fixed by the problem, never
/// by the number of threads: whoever merges shard results in shard order gets the same bits for
/// any thread count.
class ThreadPool {
 public:
  /// `n_threads` >= 1, the caller included: with 1, everything runs in the calling thread.
  explicit ThreadPool(int n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int n_threads() const;

  /// Calls work(shard) once for each shard in 0 .. n_shards - 1 and returns when all are done. The
  /// first exception is rethrown here, after the others have finished. A call from within a
  /// shard runs its shards in the calling thread.
  void for_each_shard(Index n_shards, const std::function<void(Index)>& work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace altyn
