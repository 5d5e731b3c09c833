#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace altyn::numerics {

/// Memory on cache lines; large blocks on huge pages where the system grants them, because a pass
/// over millions of rows otherwise spends its time on page faults. A large block goes back to the
/// system when freed. `n_bytes` is the same in both calls.
[[nodiscard]] void* allocate_raw(std::size_t n_bytes);
void free_raw(void* block, std::size_t n_bytes) noexcept;

/// Leaves new elements uninitialised: a column of millions of rows
/// is then first touched by the threads that fill it, not once by one thread to zero it.
template <class T>
class RawAllocator {
 public:
  using value_type = T;
  RawAllocator() = default;
  template <class U>
  RawAllocator(const RawAllocator<U>&) {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_raw(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { free_raw(p, n * sizeof(T)); }
  template <class U>
  void construct(U* p) {
    static_assert(std::is_trivially_default_constructible_v<U>);
    ::new (static_cast<void*>(p)) U;
  }
  template <class U, class... Args>
  void construct(U* p, Args&&... args) {
    ::new (static_cast<void*>(p)) U(std::forward<Args>(args)...);
  }
  friend bool operator==(const RawAllocator&, const RawAllocator&) { return true; }
};

/// A vector whose resize() does not write.
template <class T>
using RawVector = std::vector<T, RawAllocator<T>>;

}  // namespace altyn::numerics
