#include "altyn/core/context.h"

#include <algorithm>
#include <thread>

#include "altyn/core/errors.h"

namespace altyn {

Context::Context(int n_threads, std::uint64_t seed_in) : seed(seed_in) {
  const int available = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  pool = std::make_unique<ThreadPool>(n_threads == 0 ? available : n_threads);
}

void Context::throw_if_stopped() const {
  if (stop.stop_requested()) throw Cancelled();
}

}  // namespace altyn
