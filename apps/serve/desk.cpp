#include "desk.h"

#include <algorithm>

namespace altyn::app {

std::optional<Desk::Place> Desk::take(std::chrono::milliseconds patience,
                                      const std::function<bool()>& give_up) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  if (free_ == 0 && queue_.size() >= most_waiting_) return std::nullopt;
  const std::uint64_t ticket = next_++;
  queue_.push_back(ticket);
  const auto my_turn = [&] { return free_ > 0 && queue_.front() == ticket; };
  while (!my_turn()) {
    moved_.wait_for(lock, std::chrono::milliseconds(100), my_turn);
    if (my_turn()) break;
    if (std::chrono::steady_clock::now() < until && !give_up()) continue;
    queue_.erase(std::find(queue_.begin(), queue_.end(), ticket));
    moved_.notify_all();
    return std::nullopt;
  }
  queue_.pop_front();
  --free_;
  ++working_;
  moved_.notify_all();
  return Place(this);
}

void Desk::leave() {
  const std::lock_guard lock(mutex_);
  ++free_;
  --working_;
  moved_.notify_all();
}

std::size_t Desk::n_waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

int Desk::n_working() const {
  const std::lock_guard lock(mutex_);
  return working_;
}

}  // namespace altyn::app
