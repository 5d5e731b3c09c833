#include "altyn/numerics/raw_vector.h"

#ifdef __linux__
#include <sys/mman.h>
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
#endif

}  // namespace

void* allocate_raw(std::size_t n_bytes) {
#ifdef __linux__
  if (n_bytes >= kHugePage) return map_pages(n_bytes);
#endif
  return ::operator new(n_bytes, kCacheLine);
}

void free_raw(void* block, std::size_t n_bytes) noexcept {
#ifdef __linux__
  if (n_bytes >= kHugePage) {
    munmap(block, rounded_up(n_bytes));
    return;
  }
#endif
  ::operator delete(block, n_bytes, kCacheLine);
}

}  // namespace altyn::numerics
