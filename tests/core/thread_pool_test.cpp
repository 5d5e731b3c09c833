#include "altyn/core/thread_pool.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace altyn {
namespace {

double sharded_sum(int n_threads, Index n) {
  ThreadPool pool(n_threads);
  std::vector<double> partial(16);
  pool.for_each_shard(16, [&](Index shard) {
    const ShardRange range = shard_range(n, 16, shard);
    for (Index i = range.begin; i < range.end; ++i) {
      partial[static_cast<std::size_t>(shard)] += std::sin(static_cast<double>(i));
    }
  });
  return std::accumulate(partial.begin(), partial.end(), 0.0);
}

TEST(ThreadPool, SameBitsForAnyThreadCount) {
  const double one = sharded_sum(1, 100'003);
  for (const int n_threads : {2, 3, 8}) EXPECT_EQ(one, sharded_sum(n_threads, 100'003));
}

TEST(ThreadPool, ShardsCoverEveryElementOnce) {
  for (const Index n : {0, 1, 15, 16, 17, 1000}) {
    Index expected = 0;
    for (Index shard = 0; shard < 16; ++shard) {
      const ShardRange range = shard_range(n, 16, shard);
      EXPECT_EQ(range.begin, expected);
      expected = range.end;
    }
    EXPECT_EQ(expected, n);
  }
}

TEST(ThreadPool, RethrowsTheErrorOfAShardAndStaysUsable) {
  ThreadPool pool(4);
  EXPECT_THROW(pool.for_each_shard(100,
                                   [](Index shard) {
                                     if (shard == 57) throw std::runtime_error("57");
                                   }),
               std::runtime_error);
  std::vector<int> done(100);
  pool.for_each_shard(100, [&](Index shard) { done[static_cast<std::size_t>(shard)] = 1; });
  EXPECT_EQ(std::accumulate(done.begin(), done.end(), 0), 100);
}

TEST(ThreadPool, ManyShortJobsInARowAllFinish) {
  ThreadPool pool(4);
  for (int job = 0; job < 2000; ++job) {
    std::vector<int> done(7);
    pool.for_each_shard(7, [&](Index shard) { ++done[static_cast<std::size_t>(shard)]; });
    ASSERT_EQ(done, std::vector<int>(7, 1));
  }
}

TEST(ThreadPool, ACallFromWithinAShardRunsInPlace) {
  ThreadPool pool(2);
  std::vector<int> done(12);
  pool.for_each_shard(3, [&](Index outer) {
    pool.for_each_shard(4,
                        [&](Index inner) { ++done[static_cast<std::size_t>(outer * 4 + inner)]; });
  });
  EXPECT_EQ(done, std::vector<int>(12, 1));
}

}  // namespace
}  // namespace altyn
