#include "altyn/numerics/raw_vector.h"

#include "altyn/numerics/scratch_memory.h"

#ifdef __linux__
#include <sys/mman.h>

#include <array>
#include <mutex>
#endif

namespace altyn::numerics {

namespace {

constexpr std::align_val_t kCacheLine{64};

#ifdef __linux__
constexpr std::size_t kHugePage = std::size_t{1} << 21;

std::size_t rounded_up(std::size_t n_bytes) {
  return (n_bytes + kHugePage - 1) / kHugePage * kHugePage;
}

/// Whole huge pages on a huge-page boundary: maps one more than needed and gives back the ends.
void* map_pages(std::size_t n_bytes) {
  const std::size_t wanted = rounded_up(n_bytes);
  void* mapped =
      mmap(nullptr, wanted + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  char* begin = static_cast<char*>(mapped);
  const std::size_t before =
      (kHugePage - reinterpret_cast<std::size_t>(begin) % kHugePage) % kHugePage;
  if (before > 0) munmap(begin, before);
  munmap(begin + before + wanted, kHugePage - before);
  madvise(begin + before, wanted, MADV_HUGEPAGE);  // a wish, not a need
  return begin + before;
}

/// Freed blocks that wait for the next fit: the system may take their pages when it runs short, and
/// need not clear those it did not take.
class WaitingBlocks {
 public:
  void* take(std::size_t n_bytes) {
    const std::lock_guard lock(mutex_);
    for (Block& block : blocks_) {
      if (block.n_bytes != n_bytes) continue;
      block.n_bytes = 0;
      return block.begin;
    }
    return nullptr;
  }
  /// False when there is no room for it.
  bool keep(void* begin, std::size_t n_bytes) {
    const std::lock_guard lock(mutex_);
    std::size_t total = n_bytes;
    Block* free = nullptr;
    for (Block& block : blocks_) {
      total += block.n_bytes;
      if (block.n_bytes == 0) free = &block;
    }
    if (free == nullptr || total > kMostBytes) return false;
    if (madvise(begin, n_bytes, MADV_FREE) != 0) return false;
    *free = {begin, n_bytes};
    return true;
  }

 private:
  struct Block {
    void* begin = nullptr;
    std::size_t n_bytes = 0;  // 0: no block
  };
  static constexpr std::size_t kMostBytes = std::size_t{1} << 29;
  std::mutex mutex_;
  std::array<Block, 16> blocks_;
};

WaitingBlocks& waiting_blocks() {
  static auto* blocks = new WaitingBlocks;  // outlives every static vector
  return *blocks;
}
#endif

}  // namespace

void* allocate_raw(std::size_t n_bytes) {
#ifdef __linux__
  if (n_bytes >= kHugePage) {
    if (void* scratch = internal::allocate_scratch(n_bytes)) return scratch;
    void* block = waiting_blocks().take(rounded_up(n_bytes));
    return block != nullptr ? block : map_pages(n_bytes);
  }
#endif
  return ::operator new(n_bytes, kCacheLine);
}

void free_raw(void* block, std::size_t n_bytes) noexcept {
#ifdef __linux__
  if (n_bytes >= kHugePage) {
    if (internal::free_scratch(block)) return;
    if (!waiting_blocks().keep(block, rounded_up(n_bytes))) munmap(block, rounded_up(n_bytes));
    return;
  }
#endif
  ::operator delete(block, n_bytes, kCacheLine);
}

}  // namespace altyn::numerics
