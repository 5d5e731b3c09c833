#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace altyn::app {

/// A number of places to work at, with a queue of limited length before them: first come, first
/// served.
class Desk {
 public:
  Desk(int n_places, std::size_t n_waiting) : free_(n_places), most_waiting_(n_waiting) {}

  /// A place that is held until it is destroyed.
  class Place {
   public:
    explicit Place(Desk* desk) : desk_(desk) {}
    Place(Place&& other) noexcept : desk_(std::exchange(other.desk_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (desk_ != nullptr) desk_->leave();
    }

   private:
    Desk* desk_;
  };

  /// Waits for a place. Nothing when too many wait already, when `patience` has run out, or when
  /// `give_up` (asked ten times a second) says so.
  [[nodiscard]] std::optional<Place> take(std::chrono::milliseconds patience,
                                          const std::function<bool()>& give_up);
  [[nodiscard]] std::size_t n_waiting() const;
  [[nodiscard]] int n_working() const;

 private:
  void leave();

  mutable std::mutex mutex_;
  std::condition_variable moved_;
  int free_;
  int working_ = 0;
  std::size_t most_waiting_;
  std::uint64_t next_ = 0;
  std::deque<std::uint64_t> queue_;
};

}  // namespace altyn::app
