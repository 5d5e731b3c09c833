#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "altyn/core/context.h"

namespace altyn::bench {

inline double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Of this process so far, all threads together.
inline double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Largest resident set of this process so far, in MB.
inline long peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// Name of the processor, as the system gives it.
inline std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Bytes per second of a plain sum over `bytes` of memory by all threads: the bound every pass is
/// held against.
inline double read_bandwidth(std::size_t bytes, Context& context) {
  constexpr Index kTasks = 64;
  constexpr Index kLanes = 32;
  const std::vector<double> block(bytes / sizeof(double), 1.0);
  std::vector<double> sums(static_cast<std::size_t>(kTasks * kLanes));
  double best = 1e9;
  for (int repeat = 0; repeat < 9; ++repeat) {
    const double start = wall_seconds();
    context.pool->for_each_shard(kTasks, [&](Index task) {
      const auto range = shard_range(static_cast<Index>(block.size()), kTasks, task);
      double partial[kLanes] = {};
      for (Index i = range.begin; i + kLanes <= range.end; i += kLanes) {
        for (Index l = 0; l < kLanes; ++l) partial[l] += block[static_cast<std::size_t>(i + l)];
      }
      for (Index l = 0; l < kLanes; ++l) {
        sums[static_cast<std::size_t>(task * kLanes + l)] += partial[l];
      }
    });
    best = std::min(best, wall_seconds() - start);
  }
  return static_cast<double>(bytes) / best;
}

}  // namespace altyn::bench
